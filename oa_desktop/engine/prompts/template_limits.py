"""What a chat template may use up, for the worker that keeps it and the engine that watches."""

from typing import Final

RENDER_LIMIT_S: Final = 2
MEMORY_LIMIT_BYTES: Final = 512 * 1024 * 1024
