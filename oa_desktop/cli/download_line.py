"""A running download in one line of a terminal. Pure."""

from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.hub.download.progress import Phase, Progress

_LONGEST_BAR = 30
_SHORTEST_BAR = 5
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def progress_line(progress: Progress, columns: int, *, blocks: bool = True) -> str:
    """What it does and how far it is, in at most `columns` characters. blocks: whether █ can be shown."""
    match progress.phase:
        case Phase.ASKING:
            return "Asking the hub …"[:columns]
        case Phase.ELSEWHERE:
            return "Another program downloads this model; waiting for it …"[:columns]
        case Phase.JOINING:
            return "Another download brings this file; waiting for it …"[:columns]
        case Phase.RETRYING:
            why = progress.problem.title if progress.problem else "The connection was lost."
            wait = f"Trying again in {max(1, round(progress.retry_in_s))} s"
            return f"{wait}. {printable(why, max(columns - len(wait) - 2, 10))}"[:columns]
        case Phase.CHECKING:
            return _with_bar("Checking", progress.checked_bytes, progress.total_bytes, (), columns, blocks)
    tail = (amount(progress), speed(progress), time_left(progress))
    return _with_bar("", progress.done_bytes, progress.total_bytes, tail, columns, blocks)


def amount(progress: Progress) -> str:
    """`301 of 668 MB`."""
    done, total = decimal_size(progress.done_bytes), decimal_size(progress.total_bytes)
    number, _, unit = done.rpartition(" ")
    return f"{number if total.endswith(f' {unit}') else done} of {total}"


def speed(progress: Progress) -> str:
    """`12.3 MB/s`; empty when nothing comes."""
    rate = round(progress.bytes_per_second)
    return f"{decimal_size(rate)}/s" if rate > 0 else ""


def time_left(progress: Progress) -> str:
    """`4 min left`; empty when it cannot be told."""
    rate = progress.bytes_per_second
    seconds = (progress.total_bytes - progress.done_bytes) / rate if rate >= 1 else float(_DAY)
    if seconds >= _DAY:
        return ""
    if seconds < 2 * _MINUTE:
        return f"{max(1, round(seconds))} s left"
    hours, minutes = divmod(round(seconds / _MINUTE), 60)
    return f"{hours} h {minutes} min left" if hours else f"{minutes} min left"


def _with_bar(head: str, done: int, total: int, tail: tuple[str, ...], columns: int, blocks: bool) -> str:
    part = min(1.0, done / total) if total else 0.0
    percent = f"{int(part * 100):3}%"
    texts = [text for text in (head, percent, *tail) if text]
    while len("  ".join(texts)) > columns and len(texts) > 1:
        texts.pop()
    room = min(columns - sum(len(text) + 2 for text in texts), _LONGEST_BAR)
    if room >= _SHORTEST_BAR:
        full, empty = ("█", "░") if blocks else ("#", ".")
        count = int(part * room)
        texts.insert(1 if head else 0, full * count + empty * (room - count))
    return "  ".join(texts).strip()[:columns]
