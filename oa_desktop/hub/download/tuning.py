"""The times and sizes of a download in one place; tests use shorter ones."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Tuning:
    """Seconds and bytes.

    begin_s: from asking for bytes to the first of them, looking up names and all redirects included.
    stall_s: without a byte, or with fewer than slowest_bytes_per_s over all of it, a connection is given up.
    attempts: how many in a row may bring nothing before the download waits for the person.
    first_wait_s, longest_wait_s: between attempts, doubling; a server that names a time is obeyed up to
    longest_told_wait_s.
    note_s: between notes of what is there; flush_s, flush_bytes: after which it is made safe from a loss of
    power, the latter only while the disk is quick.
    spare_bytes: what must stay free on the disk; reserve_bytes: below which writing stops in the middle.
    most_lanes: connections side by side; a further one is tried every trial_s and kept if it pays.
    """

    connect_s: float = 10.0
    begin_s: float = 20.0
    stall_s: float = 20.0
    slowest_bytes_per_s: int = 512
    attempts: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    longest_told_wait_s: float = 3600.0
    read_bytes: int = MIB // 4
    note_s: float = 0.2
    flush_s: float = 10.0
    flush_bytes: int = 64 * MIB
    spare_bytes: int = 1_000_000_000
    reserve_bytes: int = 200_000_000
    most_lanes: int = 4
    trial_s: float = 4.0
    least_lane_bytes: int = 64 * MIB
