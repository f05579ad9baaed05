"""Which prompt format a model gets, and why: its role tokens first, then its own template, then a guess."""

from dataclasses import replace
from typing import Final

from oa_desktop.engine.prompts.families import (
    CHATML,
    DANUBE,
    FAMILIES,
    GEMMA,
    GUANACO,
    LLAMA3,
    MISTRAL,
    OASST,
    PHI,
    ZEPHYR,
    Family,
)
from oa_desktop.engine.prompts.segments import TokenTable

TEMPLATE: Final = "template"
"""The name of the format "the Jinja template in the model file"."""
AUTO: Final = "auto"
"""Leave the choice to `automatic_format`."""
NAMES: Final = (*FAMILIES, TEMPLATE)
"""Every format a person can ask for; a PromptFamily of the model list each."""

_BY_ROLE_TOKENS: Final = (OASST, CHATML, DANUBE, LLAMA3, GEMMA, PHI, ZEPHYR)
_BY_TEMPLATE_TEXT: Final = (
    (("<|prompter|>",), OASST),
    (("<|im_start|>",), CHATML),
    (("<|prompt|>",), DANUBE),
    (("<|start_header_id|>",), LLAMA3),
    (("<start_of_turn>",), GEMMA),
    (("<|user|>", "<|end|>"), PHI),
    (("<|user|>",), ZEPHYR),
    (("[INST]",), MISTRAL),
    (("### Human",), GUANACO),
)


def by_role_tokens(vocabulary: TokenTable) -> Family | None:
    """The family whose role names are each exactly one token of this vocabulary."""
    for family in _BY_ROLE_TOKENS:
        if all(vocabulary.special_token(name) is not None for name in family.roles):
            return family
    # Its older models spell this as text, so it is no role of the family.
    return MISTRAL if vocabulary.special_token("[INST]") is not None else None


def automatic_format(vocabulary: TokenTable, template: str | None, model_name: str) -> str:
    """The name of the format a model gets unasked.

    The tokens of OpenAssistant go before a template: converters have added wrong ones to these models.
    """
    if template is not None and by_role_tokens(vocabulary) is not OASST:
        return TEMPLATE
    return closest_family(vocabulary, template, model_name)[0].name


def missing_roles(family: Family, vocabulary: TokenTable, template: str | None) -> tuple[str, ...]:
    """Role names of `family` that are no tokens here, unless the model's own template writes them as well."""
    if template is not None and all(name in template for name in family.roles):
        return ()
    return tuple(name for name in family.roles if vocabulary.special_token(name) is None)


def closest_family(vocabulary: TokenTable, template: str | None, model_name: str) -> tuple[Family, bool]:
    """The built-in family nearest to a model, and whether anything spoke for it; guanaco when nothing did."""
    family = by_role_tokens(vocabulary)
    if family is not None:
        return family, True
    for texts, named in _BY_TEMPLATE_TEXT:
        if template is not None and all(text in template for text in texts):
            return named, True
    return GUANACO, "guanaco" in model_name.lower()


def fitted(family: Family, vocabulary: TokenTable) -> Family:
    """`family` without its system turn where the vocabulary has role tokens, but none for the system."""
    if family.system is None or family.system.before.strip() not in family.stop_tokens:
        return family
    if vocabulary.special_token(family.user.before.strip()) is None:
        return family
    known = vocabulary.special_token(family.system.before.strip()) is not None
    return family if known else replace(family, system=None)
