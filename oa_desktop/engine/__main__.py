"""Run the engine: `python -m oa_desktop.engine --model PATH`."""

import sys

from oa_desktop.engine.startup import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
