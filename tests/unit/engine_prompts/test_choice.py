"""Which format a model gets."""

import pytest

from oa_desktop.engine.prompts.choice import (
    NAMES,
    TEMPLATE,
    automatic_format,
    by_role_tokens,
    closest_family,
    missing_roles,
)
from oa_desktop.engine.prompts.families import (
    CHATML,
    DANUBE,
    GEMMA,
    GUANACO,
    LLAMA3,
    MISTRAL,
    OASST,
    PHI,
    PLAIN,
    ZEPHYR,
)
from oa_desktop.gguf.families import PromptFamily, guess_family
from tests.unit.engine_prompts import vocabularies


@pytest.mark.parametrize(
    ("vocabulary", "family"),
    [
        (vocabularies.pythia(), OASST),
        (vocabularies.llama(), OASST),
        (vocabularies.chatml(), CHATML),
        (vocabularies.danube(), DANUBE),
        (vocabularies.ByteVocabulary(("<|user|>", "<|assistant|>")), ZEPHYR),
        (vocabularies.llama3(), LLAMA3),
        (vocabularies.gemma(), GEMMA),
        (vocabularies.phi(), PHI),
        (vocabularies.plain(), None),
        (vocabularies.ByteVocabulary(("<|prompter|>",)), None),
    ],
)
def test_role_tokens_decide(vocabulary, family):
    assert by_role_tokens(vocabulary) is family


@pytest.mark.parametrize(
    ("template", "family"),
    [
        ("{{ '<|user|>\n' + m.content + eos_token }}", ZEPHYR),
        ("<|im_start|>{{ m.role }}", CHATML),
        ("### Human: {{ m.content }}", GUANACO),
        ("<|start_header_id|>{{ m.role }}<|end_header_id|>", LLAMA3),
        ("<start_of_turn>{{ m.role }}", GEMMA),
        ("<|{{ m.role }}|> <|user|><|end|>", PHI),
        ("[INST] {{ m.content }} [/INST]", MISTRAL),
    ],
)
def test_without_role_tokens_the_words_of_the_template_decide(template, family):
    assert closest_family(vocabularies.plain(), template, "some model") == (family, True)


def test_a_base_model_gets_guanaco_and_nobody_claims_to_know():
    assert closest_family(vocabularies.plain(), None, "Llama 2 7B") == (GUANACO, False)
    assert closest_family(vocabularies.plain(), None, "Guanaco 7B") == (GUANACO, True)


def test_every_format_that_is_shown_can_be_asked_for():
    assert set(NAMES) == {family.value for family in PromptFamily}


@pytest.mark.parametrize("vocabulary", [*vocabularies.every(), vocabularies.ByteVocabulary(("[INST]",))])
def test_what_is_shown_of_a_file_is_what_its_role_tokens_decide(vocabulary):
    shown = guess_family({*vocabulary.specials, *vocabulary.user_defined, vocabulary.eos_name}, None, "x")
    decided = by_role_tokens(vocabulary)
    assert shown.value == ("plain" if decided is None else decided.name)


@pytest.mark.parametrize(
    ("vocabulary", "template", "name"),
    [
        (vocabularies.pythia(), None, "oasst"),
        (vocabularies.pythia(), "{{ messages }}", "oasst"),
        (vocabularies.chatml(), "{{ messages }}", TEMPLATE),
        (vocabularies.chatml(), None, "chatml"),
        (vocabularies.plain(), None, "guanaco"),
    ],
)
def test_unasked_the_tokens_of_openassistant_go_before_a_template(vocabulary, template, name):
    assert automatic_format(vocabulary, template, "some model") == name


def test_role_names_that_are_no_tokens_are_told_unless_the_template_spells_them_too():
    assert missing_roles(CHATML, vocabularies.pythia(), None) == ("<|im_start|>", "<|im_end|>")
    assert missing_roles(PHI, vocabularies.ByteVocabulary(("<|user|>", "<|assistant|>")), None) == (
        "<|end|>",
    )
    assert missing_roles(ZEPHYR, vocabularies.plain(), "<|user|> <|assistant|>") == ()
    assert missing_roles(OASST, vocabularies.llama(), None) == ()
    assert missing_roles(PLAIN, vocabularies.plain(), None) == ()
