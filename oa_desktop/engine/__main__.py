"""Run the engine: `python -m oa_desktop.engine --model PATH`.

`--devices` only lists its devices, `--preview` only shows how a prompt would look.
"""

import sys

from oa_desktop.engine.device_list import DEVICES_FLAG, list_devices
from oa_desktop.engine.preview import PREVIEW_FLAG, preview
from oa_desktop.engine.startup import run


def main() -> int:
    """The exit status."""
    match sys.argv[1:]:
        case [flag, *options] if flag == DEVICES_FLAG:
            return list_devices(options)
        case [flag] if flag == PREVIEW_FLAG:
            return preview()
        case arguments:
            return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
