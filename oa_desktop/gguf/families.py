"""Guess how a model wants its prompts from its vocabulary and template, to show it to people."""

from collections.abc import Collection
from enum import StrEnum


class PromptFamily(StrEnum):
    """How turns are marked. The value is what is shown and stored."""

    OASST = "oasst"
    CHATML = "chatml"
    ZEPHYR = "zephyr"
    DANUBE = "danube"
    LLAMA3 = "llama3"
    GEMMA = "gemma"
    MISTRAL = "mistral"
    PHI = "phi"
    GUANACO = "guanaco"
    TEMPLATE = "template"
    """It brings a template of a kind not known here."""
    PLAIN = "plain"
    """A base model: it was never taught turns."""


_BY_TOKENS: tuple[tuple[PromptFamily, frozenset[str]], ...] = (
    (PromptFamily.OASST, frozenset({"<|prompter|>", "<|assistant|>"})),
    (PromptFamily.DANUBE, frozenset({"<|prompt|>", "<|answer|>"})),
    (PromptFamily.CHATML, frozenset({"<|im_start|>", "<|im_end|>"})),
    (PromptFamily.LLAMA3, frozenset({"<|start_header_id|>"})),
    (PromptFamily.GEMMA, frozenset({"<start_of_turn>"})),
    (PromptFamily.PHI, frozenset({"<|user|>", "<|assistant|>", "<|end|>"})),
    (PromptFamily.ZEPHYR, frozenset({"<|user|>", "<|assistant|>"})),
    (PromptFamily.MISTRAL, frozenset({"[INST]"})),
)


def guess_family(tokens: Collection[str], template: str | None, name: str) -> PromptFamily:
    """tokens: role tokens of the vocabulary. template: `tokenizer.chat_template`. name: of model and file.

    The tokens of OpenAssistant decide before a template: converters have added wrong ones to these models.
    """
    oasst, oasst_marks = _BY_TOKENS[0]
    if oasst_marks <= set(tokens):
        return oasst
    for family, marks in _BY_TOKENS:
        if all((mark in template) if template else (mark in tokens) for mark in marks):
            return family
    if "guanaco" in name.lower():
        return PromptFamily.GUANACO
    return PromptFamily.TEMPLATE if template else PromptFamily.PLAIN
