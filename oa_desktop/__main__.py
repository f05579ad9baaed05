"""Where `oa-desktop` starts: the window without arguments, the command line with some."""

import os
import sys
from collections.abc import Sequence

from oa_desktop.cli.main import main as command_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 done, 1 the work failed, 2 wrong usage."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments:
        return command_line(arguments)
    if not has_display():
        print("No display was found, so this is a chat in the terminal.", file=sys.stderr)  # noqa: T201
        return command_line(["chat"])
    try:
        from oa_desktop.ui.app import run
    except ImportError as error:
        print(f"The window cannot be opened: {error}.", file=sys.stderr)  # noqa: T201
        print("`oa-desktop chat` works in the terminal.", file=sys.stderr)  # noqa: T201
        return 1
    return run([])


def has_display() -> bool:
    """Whether a window can be shown. A Qt platform that was asked for by name is taken at its word."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
