"""The real command, whose engine is a process over the fake backend and takes its time with every token."""

import sys
from dataclasses import replace
from typing import Any

from oa_desktop.__main__ import main
from oa_desktop.client import launch

PACE_S = "0.05"


class SlowOptions(launch.EngineOptions):
    """What asks for an engine asks for a slow one."""

    def arguments(self) -> tuple[str, ...]:
        slow = replace(self, backend="fake", extra=("--fake-pace", PACE_S))
        return launch.EngineOptions.arguments(slow)


def slowly(*args: Any, **values: Any) -> launch.EngineOptions:
    return SlowOptions(*args, **values)


if __name__ == "__main__":
    from oa_desktop.services import loading

    loading.EngineOptions = slowly  # type: ignore[misc, assignment]
    sys.exit(main())
