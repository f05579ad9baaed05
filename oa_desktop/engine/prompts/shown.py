"""A prompt as a person is shown it: who wrote what, and which special tokens stand between."""

from collections.abc import Callable, Iterator

from oa_desktop.engine.prompts.segments import Piece, Prompt, TokenTable, encode, pieces


def shown_pieces(
    prompt: Prompt, vocabulary: TokenTable, name_of: Callable[[int], str]
) -> tuple[tuple[Piece, ...], int]:
    """The prompt's pieces in order, each with a text, and the tokens of it all.

    name_of: how the vocabulary writes a special token. A BOS the engine puts in front is one of the pieces.
    """
    ids = encode(prompt, vocabulary)
    found = list(pieces(prompt, vocabulary))
    opens_with = next((piece.token for piece in found if piece.token is not None or piece.text), None)
    if vocabulary.add_bos and ids[:1] == (vocabulary.bos,) != (opens_with,):
        found.insert(0, Piece("", vocabulary.bos, True))
    return tuple(_joined(found, name_of)), len(ids)


def _joined(found: list[Piece], name_of: Callable[[int], str]) -> Iterator[Piece]:
    waiting = Piece("", None, True)
    for piece in found:
        if piece.token is None and waiting.token is None and piece.is_template is waiting.is_template:
            waiting = Piece(waiting.text + piece.text, None, piece.is_template)
            continue
        if waiting.text:
            yield waiting
        named = piece.text if piece.token is None else name_of(piece.token)
        waiting = Piece(named, piece.token, piece.is_template)
    if waiting.text:
        yield waiting
