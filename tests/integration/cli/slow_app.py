"""The real command, whose engine is a process over the fake backend and takes its time with every token."""

import sys
from dataclasses import replace
from typing import Any

from oa_desktop.__main__ import main
from oa_desktop.client.engine_options import EngineOptions

PACE_S = "0.05"


class SlowOptions(EngineOptions):
    """What asks for an engine asks for a slow one."""

    def arguments(self) -> tuple[str, ...]:
        slow = replace(self, backend="fake", extra=("--fake-pace", PACE_S))
        return EngineOptions.arguments(slow)


def slowly(*args: Any, **values: Any) -> EngineOptions:
    return SlowOptions(*args, **values)


if __name__ == "__main__":
    from oa_desktop.services import loading

    loading.EngineOptions = slowly  # type: ignore[misc, assignment]
    sys.exit(main())
