"""Which token prefixes live in which KV sequences: a radix tree. Knows no model, only counts cells.

A sequence is a path from the root; sequences with a common prefix share its nodes and so its cells. Live
sequences belong to running requests and are never evicted. Retired ones are kept for reuse, and cut from the
tail when cells run out, least recently used first. Live ones may hold the same tokens twice; retiring merges.
"""

from collections.abc import Sequence

from oa_desktop.engine.backend import SequenceMemory
from oa_desktop.engine.radix_node import Match, Node


class IntegrityError(RuntimeError):
    """The books do not balance; the text says which numbers."""


class PrefixTree:
    """`used + free == cells` at any time.

    can_rewind: sequences can be cut, so any prefix can be shared and any tail evicted. Otherwise only whole
    sequences are shared and evicted.
    """

    def __init__(self, memory: SequenceMemory, *, cells: int, max_sequences: int, can_rewind: bool) -> None:
        self._memory = memory
        self.cells = cells
        self.can_rewind = can_rewind
        self.used = 0
        self.live_cells = 0
        """Cells of live sequences; all others can be had."""
        self._root = Node([], 0, None)
        self._ends: dict[int, Node] = {}
        self._kept: dict[int, None] = {}
        """Retired sequences, least recently used first."""
        self._unused = list(reversed(range(max_sequences)))
        self.max_sequences = max_sequences

    @property
    def free(self) -> int:
        return self.cells - self.used

    @property
    def kept(self) -> tuple[int, ...]:
        """Retired sequences, the first to be evicted first."""
        return tuple(self._kept)

    @property
    def live(self) -> frozenset[int]:
        """Sequences that running requests hold."""
        return frozenset(self._ends.keys() - self._kept.keys())

    def length(self, sequence: int) -> int:
        """Tokens of a sequence."""
        return self._ends[sequence].end

    def tokens(self, sequence: int) -> list[int]:
        """Every token of a sequence."""
        return [t for node in reversed(list(self._ends[sequence].path())) for t in node.tokens]

    def place(self, sequence: int) -> object:
        """Equal for sequences that share all their cells."""
        return self._ends[sequence]

    def match(self, tokens: Sequence[int]) -> Match:
        """The longest prefix of `tokens` that can be shared now. Changes nothing."""
        tokens = list(tokens)
        node, length, live_cells = self._root, 0, 0
        best = Match(0, 0, node)
        while True:
            step, child = node.best_child(tokens[length:])
            if child is None:
                return best
            length += step
            live_cells += step if child.live else 0
            if self.can_rewind or (child.ends and step == len(child.tokens)):
                best = Match(length, live_cells, child)
            if step < len(child.tokens):
                return best
            node = child

    def acquire(self, tokens: Sequence[int]) -> int:
        """A live sequence that already holds the longest shared prefix of `tokens`; see `length`."""
        sequence = self._take_sequence(tokens)
        self._ends[sequence] = self._root
        self._root.ends.add(sequence)
        self.catch_up(sequence, tokens)
        return sequence

    def catch_up(self, sequence: int, tokens: Sequence[int]) -> int:
        """Share what the tree holds of `tokens` beyond the live `sequence`. Returns its new length.

        tokens: they begin with those of `sequence`. Another request may have decoded more of them meanwhile.
        """
        match = self.match(tokens)
        if match.length > self.length(sequence):
            node = match.node.split(match.length - match.node.start)
            source = node.any_sequence()
            self._detach(sequence)
            self._memory.seq_rm(sequence, 0)
            self._memory.seq_cp(source, sequence, 0, node.end)
            self._attach(sequence, node)
        return self.length(sequence)

    def fork(self, sequence: int) -> int:
        """A second live sequence with the same tokens, at no cost."""
        node = self._ends[sequence]
        twin = self._take_sequence(())
        self._memory.seq_cp(sequence, twin, 0, node.end)
        self._attach(twin, node)
        return twin

    def advance(self, sequence: int, tokens: Sequence[int]) -> None:
        """The backend decoded `tokens` at the end of a live sequence."""
        if len(tokens) > self.free:
            raise IntegrityError(f"{len(tokens)} tokens decoded into {self.free} free cells")
        node = self._ends[sequence]
        if node.parent is None or node.refs > 1:
            node.ends.discard(sequence)
            child = Node([], node.end, node, ends={sequence}, refs=1, live=1)
            node.children.append(child)
            self._ends[sequence] = node = child
        node.tokens.extend(tokens)
        self.used += len(tokens)
        self.live_cells += len(tokens)

    def checkpoint(self, sequence: int) -> None:
        """Keep what a live sequence holds now, because it can never be cut back to it."""
        kept_here = self._ends[sequence].ends & self._kept.keys()
        if not kept_here and (self._unused or self._kept):
            self._keep(self.fork(sequence))

    def retire(self, sequence: int) -> None:
        """The request is done with a live sequence: keep it for reuse, unless another one covers it."""
        tokens = self.tokens(sequence)
        self._keep(sequence)
        if self.can_rewind:
            self._merge(sequence, tokens)
        elif not tokens or self._ends[sequence].ends - {sequence}:
            self._release(sequence)

    def _keep(self, sequence: int) -> None:
        for node in self._ends[sequence].path():
            self._unpin(node)
        self._kept[sequence] = None  # the newest of an ordered set

    def _merge(self, sequence: int, tokens: list[int]) -> None:
        """Give up cells that hold what another sequence holds too."""
        shared = next((node for node in self._ends[sequence].path() if node.refs > 1), self._root)
        self._detach(sequence)
        match = self.match(tokens)
        if max(match.length, shared.end) == len(tokens):
            self._kept.pop(sequence)
            self._free_sequence(sequence)
            return
        if match.length > shared.end:
            shared = match.node.split(match.length - match.node.start)
            source = shared.any_sequence()
            self._memory.seq_rm(sequence, 0, shared.end)
            self._memory.seq_cp(source, sequence, 0, shared.end)
        leaf = Node(tokens[shared.end :], shared.end, shared)
        shared.children.append(leaf)
        self.used += len(leaf.tokens)
        self._attach(sequence, leaf)
        for covered in {end for node in shared.path() for end in node.ends} & self._kept.keys():
            self._release(covered)

    def discard(self, sequence: int) -> None:
        """Forget a live sequence and its cells."""
        self._release(sequence)

    def make_room(self, cells: int) -> None:
        """Evict until `cells` are free. Raises: IntegrityError when live sequences hold too many."""
        while self.free < cells:
            if not self._kept:
                raise IntegrityError(
                    f"{cells} cells wanted, {self.free} of {self.cells} free, nothing to evict"
                )
            self._evict(next(iter(self._kept)), cells - self.free)

    def _evict(self, sequence: int, cells: int) -> None:
        """Take up to `cells` cells from the tail of a kept sequence; all of it when none would be its own."""
        node = self._ends[sequence]
        parent = node.parent
        own = self.can_rewind and node.refs == 1
        if own and len(node.tokens) > cells:
            del node.tokens[len(node.tokens) - cells :]
            self.used -= cells
            self._memory.seq_rm(sequence, node.end)
        elif own and parent is not None and parent.refs == 1:
            parent.children.remove(node)
            parent.ends.add(sequence)
            self._ends[sequence] = parent
            self.used -= len(node.tokens)
            self._memory.seq_rm(sequence, parent.end)
        else:
            self._release(sequence)

    def check_integrity(self) -> None:
        """Count everything again. Raises: IntegrityError."""
        refs: dict[int, int] = {}
        live: dict[int, int] = {}
        for sequence, end in self._ends.items():
            if sequence not in end.ends:
                raise IntegrityError(f"sequence {sequence} is not at its end")
            held = self._memory.sequence_length(sequence)
            if held != end.end:
                raise IntegrityError(f"sequence {sequence} has {end.end} tokens, the memory holds {held}")
            for node in end.path():
                refs[id(node)] = refs.get(id(node), 0) + 1
                live[id(node)] = live.get(id(node), 0) + (sequence not in self._kept)
        used = live_cells = 0
        for node in self._root.below():
            used += len(node.tokens)
            live_cells += len(node.tokens) if node.live else 0
            expected = refs.get(id(node), 0), live.get(id(node), 0)
            if (node.refs, node.live) != expected or not node.refs:
                raise IntegrityError(
                    f"node at {node.start}: {node.refs, node.live} references, counted {expected}"
                )
            if not node.tokens or node.parent is None or node.start != node.parent.end:
                raise IntegrityError(f"node at {node.start} with {len(node.tokens)} tokens hangs wrong")
        if (used, live_cells) != (self.used, self.live_cells) or not 0 <= used <= self.cells:
            raise IntegrityError(
                f"{used} cells counted, {self.used} booked, {self.free} free of {self.cells}; "
                f"live {live_cells} counted, {self.live_cells} booked"
            )
        if sorted([*self._unused, *self._ends]) != list(range(self.max_sequences)):
            raise IntegrityError(
                f"{len(self._unused)} free and {len(self._ends)} used of {self.max_sequences} sequences"
            )

    def _take_sequence(self, wanted: Sequence[int]) -> int:
        if not self._unused:
            useful = self.match(wanted).node
            others = (kept for kept in self._kept if useful not in self._ends[kept].path())
            victim = next(others, next(iter(self._kept), None))
            if victim is None:
                raise IntegrityError(f"all {self.max_sequences} sequences are live")
            self._release(victim)
        return self._unused.pop()

    def _attach(self, sequence: int, node: Node) -> None:
        live = sequence not in self._kept
        self._ends[sequence] = node
        node.ends.add(sequence)
        for above in node.path():
            above.refs += 1
            if live:
                above.live += 1
                self.live_cells += len(above.tokens) if above.live == 1 else 0

    def _detach(self, sequence: int) -> None:
        """Take a sequence off its path; nodes nobody else needs go, their cells count as free."""
        live = sequence not in self._kept
        node = self._ends.pop(sequence)
        node.ends.discard(sequence)
        for above in node.path():
            if live:
                self._unpin(above)
            above.refs -= 1
            if not above.refs and above.parent is not None:
                above.parent.children.remove(above)
                self.used -= len(above.tokens)

    def _unpin(self, node: Node) -> None:
        node.live -= 1
        self.live_cells -= 0 if node.live else len(node.tokens)

    def _release(self, sequence: int) -> None:
        self._detach(sequence)
        self._kept.pop(sequence, None)
        self._free_sequence(sequence)

    def _free_sequence(self, sequence: int) -> None:
        self._memory.seq_rm(sequence, 0)
        self._unused.append(sequence)
