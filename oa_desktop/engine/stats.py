"""What the engine says about itself, for `/metrics`."""

from dataclasses import dataclass

from oa_desktop.engine.resume.counts import SavedCounts
from oa_desktop.engine.tally import Counts, Outcome


@dataclass(frozen=True, slots=True)
class EngineStats:
    """A picture of the engine when it last told something. cells_free + cells_used == cells_total.

    sequences: sequences of running replies.   prefixes: retired ones, kept for reuse.
    can_rewind: of the backend.   saved: what is on disk.
    turned_away: requests refused at once, before the scheduler saw them.
    """

    healthy: bool
    queued: int
    running: int
    cells_total: int
    cells_used: int
    cells_free: int
    sequences: int
    prefixes: int
    can_rewind: bool
    counts: Counts
    saved: SavedCounts
    turned_away: int = 0

    @property
    def steps(self) -> int:
        """All steps since the engine started."""
        return self.counts.prompt_steps.steps + self.counts.reply_steps.steps

    def outcomes(self) -> dict[Outcome, int]:
        """Every request that ended, by how."""
        requests = self.counts.requests
        return {**requests, Outcome.REFUSED: requests[Outcome.REFUSED] + self.turned_away}
