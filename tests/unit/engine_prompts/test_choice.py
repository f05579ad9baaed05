"""Which format a model gets."""

import pytest

from oa_desktop.engine.prompts.choice import by_role_tokens, closest_family
from oa_desktop.engine.prompts.families import CHATML, DANUBE, GUANACO, OASST, ZEPHYR
from tests.unit.engine_prompts import vocabularies


@pytest.mark.parametrize(
    ("vocabulary", "family"),
    [
        (vocabularies.pythia(), OASST),
        (vocabularies.llama(), OASST),
        (vocabularies.chatml(), CHATML),
        (vocabularies.danube(), DANUBE),
        (vocabularies.ByteVocabulary(("<|user|>", "<|assistant|>")), ZEPHYR),
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
    ],
)
def test_without_role_tokens_the_words_of_the_template_decide(template, family):
    assert closest_family(vocabularies.plain(), template, "some model") == (family, True)


def test_a_base_model_gets_guanaco_and_nobody_claims_to_know():
    assert closest_family(vocabularies.plain(), None, "Llama 2 7B") == (GUANACO, False)
    assert closest_family(vocabularies.plain(), None, "Guanaco 7B") == (GUANACO, True)
