"""What a chat template may use up, for the worker that keeps it and the engine that watches."""

from typing import Final

RENDER_LIMIT_S: Final = 2
"""Of the processor: a machine that is busy or was asleep is not the template's fault."""
MEMORY_LIMIT_BYTES: Final = 512 * 1024 * 1024
