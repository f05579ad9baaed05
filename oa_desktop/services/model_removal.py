"""Take models away so that they can be put back: their files wait in a folder until they are purged."""

from dataclasses import dataclass

from oa_desktop.services.model_file import ModelFile


@dataclass(frozen=True, slots=True)
class Removal:
    """A model that can be put back. id: of the removal; freed_bytes: what purging gives back."""

    id: str
    model: ModelFile
    freed_bytes: int
