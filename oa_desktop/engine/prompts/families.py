"""The prompt formats this engine writes itself, as data: what stands before and after each turn.

The strings are those the models were trained on, to the letter: where they have no newline, none belongs.
"""

from dataclasses import dataclass
from typing import Final

EOS: Final = "{eos}"
"""Stands for the vocabulary's end-of-sequence token: `<|endoftext|>`, `</s>` or what it has."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a format writes around the text of one role."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Family:
    """A prompt format.

    system: None where the format knows no system turn; the text then opens the first user turn.
    roles: names that must each be one token of a vocabulary this family was made for.
    stop_tokens: names whose tokens end a reply, where the vocabulary has them; otherwise their text does.
    stop_strings: texts that end a reply.
    """

    name: str
    user: Turn
    assistant: Turn
    system: Turn | None
    roles: tuple[str, ...] = ()
    stop_tokens: tuple[str, ...] = ()
    stop_strings: tuple[str, ...] = ()


OASST: Final = Family(
    "oasst",
    user=Turn("<|prompter|>", EOS),
    assistant=Turn("<|assistant|>", EOS),
    system=Turn("<|system|>", EOS),
    roles=("<|prompter|>", "<|assistant|>"),
    stop_tokens=("<|prompter|>", "<|assistant|>", "<|system|>"),
)
CHATML: Final = Family(
    "chatml",
    user=Turn("<|im_start|>user\n", "<|im_end|>\n"),
    assistant=Turn("<|im_start|>assistant\n", "<|im_end|>\n"),
    system=Turn("<|im_start|>system\n", "<|im_end|>\n"),
    roles=("<|im_start|>", "<|im_end|>"),
    stop_tokens=("<|im_start|>", "<|im_end|>"),
)
DANUBE: Final = Family(
    "danube",
    user=Turn("<|prompt|>", EOS),
    assistant=Turn("<|answer|>", EOS),
    system=None,
    roles=("<|prompt|>", "<|answer|>"),
    stop_tokens=("<|prompt|>", "<|answer|>", "<|system|>"),
)
ZEPHYR: Final = Family(
    "zephyr",
    user=Turn("<|user|>\n", f"{EOS}\n"),
    assistant=Turn("<|assistant|>\n", f"{EOS}\n"),
    system=Turn("<|system|>\n", f"{EOS}\n"),
    roles=("<|user|>", "<|assistant|>"),
    stop_tokens=("<|user|>", "<|assistant|>", "<|system|>"),
)
GUANACO: Final = Family(
    "guanaco",
    user=Turn("### Human: ", "\n"),
    assistant=Turn("### Assistant: ", "\n"),
    system=Turn("", "\n"),
    stop_strings=("### Human:", "### Assistant:"),
)

LLAMA3: Final = Family(
    "llama3",
    user=Turn("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"),
    assistant=Turn("<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>"),
    system=Turn("<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>"),
    roles=("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    stop_tokens=("<|eot_id|>", "<|start_header_id|>"),
)
GEMMA: Final = Family(
    "gemma",
    user=Turn("<start_of_turn>user\n", "<end_of_turn>\n"),
    assistant=Turn("<start_of_turn>model\n", "<end_of_turn>\n"),
    system=None,
    roles=("<start_of_turn>", "<end_of_turn>"),
    stop_tokens=("<end_of_turn>", "<start_of_turn>"),
)
MISTRAL: Final = Family(
    "mistral",
    user=Turn("[INST] ", " [/INST]"),
    assistant=Turn(" ", EOS),
    system=None,
    stop_tokens=("[INST]",),
)
"""The first models of this family spell its marks as text, so no vocabulary must have them as tokens."""
PHI: Final = Family(
    "phi",
    user=Turn("<|user|>\n", "<|end|>\n"),
    assistant=Turn("<|assistant|>\n", "<|end|>\n"),
    system=Turn("<|system|>\n", "<|end|>\n"),
    roles=("<|user|>", "<|assistant|>", "<|end|>"),
    stop_tokens=("<|end|>", "<|user|>", "<|assistant|>", "<|system|>"),
)
PLAIN: Final = Family("plain", user=Turn("", ""), assistant=Turn("", "\n"), system=Turn("", "\n"))
"""No turns: the model goes on with the text as it stands, which is all that a base model can do."""

_ALL: Final = (OASST, CHATML, DANUBE, ZEPHYR, LLAMA3, GEMMA, MISTRAL, PHI, GUANACO, PLAIN)
FAMILIES: Final = {family.name: family for family in _ALL}
