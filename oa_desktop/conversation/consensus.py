"""Merge several rankings of the same replies into one by ranked pairs (Tideman).

Pure bookkeeping over ids. The margins, the order in which equal margins are locked and the tie rule are
those of the Open-Assistant backend, so the same rankings give the same ranks.
"""

from collections.abc import Sequence
from itertools import product

from oa_desktop.conversation.feedback import Ranking
from oa_desktop.conversation.message import MessageId


def consensus_order(rankings: Sequence[Sequence[Sequence[MessageId]]]) -> tuple[MessageId, ...]:
    """The merged order, best first, of the replies that every ranking holds.

    rankings: one sequence of tie groups per ranking, best first.
    Returns an empty tuple when fewer than two replies are common to all rankings.
    A pair that all leave tied, and a cycle of equal margins, is settled by the smaller id.
    """
    if not rankings:
        return ()
    common = set.intersection(*({i for group in ranking for i in group} for ranking in rankings))
    if len(common) < 2:
        return ()
    names = sorted(common)
    margins = _margins(names, rankings)
    beats = _locked(margins)
    return tuple(names[i] for i in _top_down(beats))


def consensus_ranks(rankings: Sequence[Ranking]) -> dict[MessageId, int]:
    """Rank of each reply in the consensus, 0 = best; a reply outside it has no entry.

    rankings: in the order they were given; only the last of each annotator counts, and one that found none
        acceptable ranks nothing.
    """
    newest = {ranking.annotator: ranking for ranking in rankings}
    counted = [ranking.groups for ranking in newest.values() if not ranking.not_rankable]
    return {message_id: rank for rank, message_id in enumerate(consensus_order(counted))}


def _margins(names: list[MessageId], rankings: Sequence[Sequence[Sequence[MessageId]]]) -> list[list[int]]:
    """margins[i][j]: rankings that put names[i] above names[j], minus those that put it below."""
    size = len(names)
    margins = [[0] * size for _ in range(size)]
    for ranking in rankings:
        place = {message_id: position for position, group in enumerate(ranking) for message_id in group}
        for i, j in product(range(size), repeat=2):
            margins[i][j] += (place[names[i]] < place[names[j]]) - (place[names[i]] > place[names[j]])
    return margins


def _locked(margins: list[list[int]]) -> list[set[int]]:
    """Lock pairs from the largest margin down, leaving out each that would close a cycle.

    Returns for each index the set of indexes it beats directly.
    """
    size = len(margins)
    pairs = [(i, j) for i, j in product(range(size), repeat=2) if i != j and margins[i][j] >= 0]
    pairs.sort(key=lambda pair: -margins[pair[0]][pair[1]])
    beats: list[set[int]] = [set() for _ in range(size)]
    for winner, loser in pairs:
        if not _reaches(beats, loser, winner):
            beats[winner].add(loser)
    return beats


def _reaches(beats: list[set[int]], start: int, goal: int) -> bool:
    seen, stack = {start}, [start]
    while stack:
        current = stack.pop()
        if current == goal:
            return True
        fresh = beats[current] - seen
        seen |= fresh
        stack.extend(fresh)
    return False


def _top_down(beats: list[set[int]]) -> list[int]:
    """Repeatedly take the smallest index that no remaining index beats."""
    remaining = set(range(len(beats)))
    order: list[int] = []
    while remaining:
        beaten = set().union(*(beats[i] for i in remaining))
        best = min(remaining - beaten)
        order.append(best)
        remaining.remove(best)
    return order
