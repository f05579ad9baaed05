"""What saving and restoring did, in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SavedCounts:
    """restored_tokens: read from disk instead of by the model.   refused: files that could not be used.

    branches, size_bytes: what the disk holds for this model and context now.
    """

    restored_tokens: int = 0
    refused: int = 0
    branches: int = 0
    size_bytes: int = 0
