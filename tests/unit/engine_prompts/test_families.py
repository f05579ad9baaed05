"""The built-in prompt formats, to the letter."""

import pytest

from oa_desktop.engine.prompts.choice import fitted
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
    PLAIN,
    ZEPHYR,
)
from oa_desktop.engine.prompts.messages import ChatMessage, Conversation, Role
from oa_desktop.engine.prompts.segments import encode
from oa_desktop.engine.prompts.writing import fold_system, write
from tests.unit.engine_prompts import vocabularies

TURNS = (
    ChatMessage(Role.SYSTEM, "Be kind."),
    ChatMessage(Role.USER, "Hi"),
    ChatMessage(Role.ASSISTANT, "Hello"),
    ChatMessage(Role.USER, "Bye"),
)


def prompt_of(turns, family, vocabulary, *, continue_last=False) -> str:
    conversation = Conversation(tuple(turns), continue_last)
    return vocabulary.spell(
        encode(write(conversation, fitted(family, vocabulary), vocabulary.eos), vocabulary)
    )


def test_oasst_of_a_pythia_model():
    eos = "«<|endoftext|>»"
    assert prompt_of(TURNS, OASST, vocabularies.pythia()) == (
        f"«<|system|>»Be kind.{eos}«<|prompter|>»Hi{eos}«<|assistant|>»Hello{eos}"
        f"«<|prompter|>»Bye{eos}«<|assistant|>»"
    )


def test_oasst_of_a_llama_model_has_bos_once_and_its_own_eos():
    assert prompt_of(TURNS[1:2], OASST, vocabularies.llama()) == "«<s>»«<|prompter|>»Hi«</s>»«<|assistant|>»"


def test_chatml_does_not_repeat_a_bos_that_opens_it_anyway():
    assert prompt_of(TURNS[:2], CHATML, vocabularies.chatml()) == (
        "«<|im_start|>»system\nBe kind.«<|im_end|>»\n"
        "«<|im_start|>»user\nHi«<|im_end|>»\n«<|im_start|>»assistant\n"
    )


def test_zephyr_writes_its_roles_as_text_where_they_are_no_tokens():
    assert prompt_of(TURNS[:2], ZEPHYR, vocabularies.plain()) == (
        "«<s>»<|system|>\nBe kind.«</s>»\n<|user|>\nHi«</s>»\n<|assistant|>\n"
    )


def test_danube_puts_the_system_text_into_the_first_question():
    assert prompt_of(TURNS[:2], DANUBE, vocabularies.danube()) == (
        "«<s>»«<|prompt|>»Be kind.\n\nHi«</s>»«<|answer|>»"
    )


def test_guanaco():
    assert prompt_of(TURNS, GUANACO, vocabularies.plain()) == (
        "«<s>»Be kind.\n### Human: Hi\n### Assistant: Hello\n### Human: Bye\n### Assistant:"
    )


@pytest.mark.parametrize(
    ("family", "vocabulary", "end"),
    [
        (OASST, vocabularies.pythia(), "«<|assistant|>»Hello"),
        (CHATML, vocabularies.chatml(), "«<|im_start|>»assistant\nHello"),
        (ZEPHYR, vocabularies.plain(), "<|assistant|>\nHello"),
        (DANUBE, vocabularies.danube(), "«<|answer|>»Hello"),
        (GUANACO, vocabularies.plain(), "### Assistant: Hello"),
        (LLAMA3, vocabularies.llama3(), "assistant«<|end_header_id|>»\n\nHello"),
        (GEMMA, vocabularies.gemma(), "«<start_of_turn>»model\nHello"),
        (MISTRAL, vocabularies.plain(), "[/INST] Hello"),
        (PHI, vocabularies.phi(), "«<|assistant|>»\nHello"),
        (PLAIN, vocabularies.plain(), "HiHello"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_reply_to_be_continued_stays_open(family, vocabulary, end):
    assert prompt_of(TURNS[:3], family, vocabulary, continue_last=True).endswith(end)


def test_oasst_without_a_system_token_puts_the_system_text_into_the_question():
    vocabulary = vocabularies.ByteVocabulary(("<|prompter|>", "<|assistant|>"), eos_name="<|endoftext|>")
    assert prompt_of(TURNS[:2], OASST, vocabulary) == (
        "«<|prompter|>»Be kind.\n\nHi«<|endoftext|>»«<|assistant|>»"
    )


def test_a_vocabulary_without_an_end_token_leaves_it_out():
    vocabulary = vocabularies.ByteVocabulary(("<|prompter|>", "<|assistant|>", "<|system|>"))
    assert prompt_of(TURNS[1:2], OASST, vocabulary) == "«<|prompter|>»Hi«<|assistant|>»"


def test_folding_keeps_every_system_text_before_the_next_question():
    turns = (
        ChatMessage(Role.SYSTEM, "A"),
        ChatMessage(Role.SYSTEM, "B"),
        ChatMessage(Role.USER, "1"),
        ChatMessage(Role.ASSISTANT, "2"),
        ChatMessage(Role.SYSTEM, "C"),
    )
    assert [(turn.role, turn.content) for turn in fold_system(turns)] == [
        (Role.USER, "A\n\nB\n\n1"),
        (Role.ASSISTANT, "2"),
        (Role.USER, "C"),
    ]


def test_llama3_has_bos_once_and_no_newline_after_a_turn():
    vocabulary = vocabularies.llama3()
    assert prompt_of(TURNS, LLAMA3, vocabulary) == (
        "«<|begin_of_text|>»"
        "«<|start_header_id|>»system«<|end_header_id|>»\n\nBe kind.«<|eot_id|>»"
        "«<|start_header_id|>»user«<|end_header_id|>»\n\nHi«<|eot_id|>»"
        "«<|start_header_id|>»assistant«<|end_header_id|>»\n\nHello«<|eot_id|>»"
        "«<|start_header_id|>»user«<|end_header_id|>»\n\nBye«<|eot_id|>»"
        "«<|start_header_id|>»assistant«<|end_header_id|>»\n\n"
    )


def test_gemma_calls_the_assistant_model_and_knows_no_system_turn():
    assert prompt_of(TURNS[:3], GEMMA, vocabularies.gemma()) == (
        "«<bos>»«<start_of_turn>»user\nBe kind.\n\nHi«<end_of_turn>»\n"
        "«<start_of_turn>»model\nHello«<end_of_turn>»\n«<start_of_turn>»model\n"
    )


def test_mistral_spells_its_marks_where_they_are_no_tokens():
    written = "«<s>»{0} Be kind.\n\nHi {1} Hello«</s>»{0} Bye {1}"
    assert prompt_of(TURNS, MISTRAL, vocabularies.plain()) == written.format("[INST]", "[/INST]")
    newer = vocabularies.ByteVocabulary(("[INST]", "[/INST]"), eos_name="</s>", bos_name="<s>", add_bos=True)
    assert prompt_of(TURNS, MISTRAL, newer) == written.format("«[INST]»", "«[/INST]»")


def test_phi_ends_every_turn_with_its_own_token():
    assert prompt_of(TURNS[:2], PHI, vocabularies.phi()) == (
        "«<|system|>»\nBe kind.«<|end|>»\n«<|user|>»\nHi«<|end|>»\n«<|assistant|>»\n"
    )


def test_plain_adds_nothing_to_a_text_that_is_to_go_on():
    assert prompt_of(TURNS[1:2], PLAIN, vocabularies.plain()) == "«<s>»Hi"
    assert prompt_of(TURNS, PLAIN, vocabularies.plain()) == "«<s>»Be kind.\nHiHello\nBye"


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_a_person_s_words_never_become_tokens_in_any_format(family):
    evil = " ".join((*family.roles, *family.stop_tokens, "</s>", "<|endoftext|>"))
    for vocabulary in vocabularies.every():
        names = dict.fromkeys((*vocabulary.specials, *vocabulary.user_defined, vocabulary.eos_name))
        text = f"{evil} {' '.join(names)}"
        bare = prompt_of([ChatMessage(Role.USER, "0815")], family, vocabulary)
        assert prompt_of([ChatMessage(Role.USER, text)], family, vocabulary) == bare.replace("0815", text)
