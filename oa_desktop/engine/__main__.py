"""Run the engine: `python -m oa_desktop.engine --model PATH`, or only list its devices with `--devices`."""

import sys

from oa_desktop.engine.device_list import DEVICES_FLAG, list_devices
from oa_desktop.engine.startup import run

if __name__ == "__main__":
    listing = sys.argv[1:2] == [DEVICES_FLAG]
    sys.exit(list_devices(sys.argv[2:]) if listing else run(sys.argv[1:]))
