"""What a run of the benchmark found: figures, each beside its reference, and the ratio of the two."""

from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    key: what the ratio is called in the JSON; empty for a figure without a limit of its own.
    values, references: one of each per round, measured right after each other; the unit is the row's.
    reference: what the other side of the ratio is, in words.
    """

    key: str
    name: str
    unit: str
    values: tuple[float, ...]
    reference: str = ""
    references: tuple[float, ...] = ()

    @property
    def value(self) -> float:
        """The middle of all rounds."""
        return median(self.values)

    @property
    def reference_value(self) -> float | None:
        """The middle of all rounds of the reference."""
        return median(self.references) if self.references else None

    @property
    def ratios(self) -> tuple[float, ...]:
        """Value over reference of each round."""
        return tuple(value / beside for value, beside in zip(self.values, self.references, strict=True))

    @property
    def ratio(self) -> float | None:
        """The middle of the rounds' ratios: whatever slows the computer for a while slows both of a round."""
        return median(self.ratios) if self.references else None

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "name": self.name,
            "unit": self.unit,
            "values": self.values,
            "reference": self.reference,
            "references": self.references,
            "ratio": self.ratio,
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """A whole run. about: model, engine and machine, for the head of the table."""

    about: dict[str, Any]
    figures: tuple[Figure, ...]

    @property
    def ratios(self) -> dict[str, float]:
        """By key."""
        return {
            figure.key: figure.ratio for figure in self.figures if figure.key and figure.ratio is not None
        }

    def as_json(self) -> dict[str, Any]:
        """The document of `--json`."""
        ratios = {key: round(ratio, 4) for key, ratio in self.ratios.items()}
        return {**self.about, "ratios": ratios, "figures": [figure.as_json() for figure in self.figures]}
