"""What a quantisation costs and is worth, in words for people who never heard of one. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Size(StrEnum):
    """A quantisation in one word."""

    SMALL = "small"
    BALANCED = "balanced"
    LARGE = "large"


_SENTENCES: Final = {
    Size.SMALL: "Takes the least memory; answers are noticeably worse.",
    Size.BALANCED: "Takes little memory; hardly to be told from the original.",
    Size.LARGE: "As good as the original; takes more memory and is slower.",
}
_TOO_COARSE: Final = "Takes the least memory of all, but answers are much worse."


@dataclass(frozen=True, slots=True)
class _Kind:
    bits: float
    size: Size


_BITS: Final = {
    Size.SMALL: """
        Q1_0 1.3  TQ1_0 1.8  IQ1_S 1.9  IQ1_M 2.1  TQ2_0 2.2  Q2_0 2.4
        IQ2_XXS 2.4  IQ2_XS 2.6  IQ2_S 2.7  IQ2_M 2.9  Q2_K_S 3.2  Q2_K 3.36  Q2_K_L 3.4  Q2_K_XL 3.5
        IQ3_XXS 3.2  IQ3_XS 3.5  IQ3_S 3.6  IQ3_M 3.8  Q3_K_S 3.5  Q3_K 3.92  Q3_K_M 3.92  Q3_K_L 4.27
        Q3_K_XL 4.4""",
    Size.BALANCED: """
        IQ4_XS 4.4  IQ4_NL 4.7  MXFP4 4.5  Q4_0 4.55  Q4_1 5.0
        Q4_K_S 4.58  Q4_K 4.84  Q4_K_M 4.84  Q4_K_L 5.0  Q4_K_XL 5.1
        Q5_0 5.52  Q5_1 6.0  Q5_K_S 5.52  Q5_K 5.67  Q5_K_M 5.67  Q5_K_L 5.8  Q5_K_XL 5.9""",
    Size.LARGE: """
        Q6_K 6.56  Q6_K_L 6.7  Q6_K_XL 6.9  Q8_0 8.5  Q8_1 9.0  Q8_K_XL 9.0  F16 16  BF16 16  F32 32""",
}
"""Bits of a whole file for each weight, as seen on Llama files of 7 billion weights, or a little above."""


def _kinds() -> Iterator[tuple[str, _Kind]]:
    for size, text in _BITS.items():
        words = text.split()
        for name, bits in zip(words[::2], words[1::2], strict=True):
            yield name, _Kind(float(bits), size)


_KINDS: Final = dict(_kinds())
_ALIASES: Final = {"FP16": "F16", "FP32": "F32", "MXFP4_MOE": "MXFP4"}
_BEST_FIRST: Final = """
    Q4_K_M  Q5_K_M  Q4_K_XL  Q4_K_L  Q4_K_S  Q4_K  Q5_K_XL  Q5_K_L  Q5_K_S  Q5_K  IQ4_XS  IQ4_NL  Q4_0  Q5_0
    Q4_1  Q5_1  MXFP4  Q6_K  Q6_K_L  Q6_K_XL  Q8_0  Q8_1  Q8_K_XL  Q3_K_XL  Q3_K_L  Q3_K_M  Q3_K"""
_ORDER: Final = tuple(_BEST_FIRST.split())
_NEVER: Final = len(_ORDER)
_WORD: Final = re.compile(
    r"(?<![A-Za-z0-9])((?:I?Q|TQ)\d_\w{1,30}|B?F16|FP?32|FP16|MXFP4(?:_MOE)?)(?![A-Za-z0-9])", re.IGNORECASE
)


def quantisation_of(file_name: str) -> str:
    """`Q4_K_M` of `model.Q4_K_M.gguf`; the last one of a name with several, empty when it says none."""
    found = [known for word in _WORD.findall(file_name) if (known := _known(word.upper()))]
    return found[-1] if found else ""


def _known(word: str) -> str:
    """The longest known name that `word` begins with: converters add their own marks behind it."""
    while word:
        name = _ALIASES.get(word, word)
        if name in _KINDS:
            return name
        word = word.rpartition("_")[0]
    return ""


def size_word(quantisation: str) -> Size | None:
    """Small, balanced or large; None for one that is not known here."""
    kind = _KINDS.get(quantisation)
    return kind.size if kind else None


def quality_sentence(quantisation: str) -> str:
    """What it means for answers and memory, in a sentence; empty for an unknown one."""
    kind = _KINDS.get(quantisation)
    if kind is None:
        return ""
    return (
        _TOO_COARSE
        if preference(quantisation) == _NEVER and kind.size is Size.SMALL
        else _SENTENCES[kind.size]
    )


def preference(quantisation: str) -> int:
    """Which to offer first: the lower, the sooner. `is_recommendable` says which never to recommend."""
    return _ORDER.index(quantisation) if quantisation in _ORDER else _NEVER


def is_recommendable(quantisation: str) -> bool:
    """Whether it may be offered to somebody who did not ask for it: nothing coarser than Q3_K_M."""
    return quantisation in _ORDER


def expected_bytes(parameters: float, quantisation: str) -> int | None:
    """About how large a file will be. parameters: in billions; None when it cannot be told."""
    kind = _KINDS.get(quantisation)
    return round(parameters * 1e9 * kind.bits / 8) if kind and parameters > 0 else None
