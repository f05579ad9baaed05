"""The tour model that ships with the app, through llama.cpp itself: does it answer, stop, and vary?"""

import json
from pathlib import Path

import llama_cpp
import pytest

ROOT = Path(__file__).resolve().parents[2]
TOUR_MODEL = ROOT / "resources" / "tour" / "tour.gguf"
FIXTURE = json.loads((ROOT / "tests" / "fixtures" / "newcomer_questions.json").read_text(encoding="utf-8"))
QUESTIONS = FIXTURE["questions"]
GREETINGS = FIXTURE["greetings"]
CONVERSATIONS = ROOT / "resources" / "tour" / "conversations.jsonl"
SPECIAL_TOKENS = (
    "<|endoftext|>",
    "<|padding|>",
    "<|prompter|>",
    "<|assistant|>",
    "<|system|>",
    "<|prefix_begin|>",
    "<|prefix_end|>",
)
LONGEST_REPLY_TOKENS = 200
MOST_BYTES = 16 * 1024 * 1024

pytestmark = pytest.mark.model


class Tour:
    """The loaded model with the few calls these tests need."""

    def __init__(self) -> None:
        self.llama = llama_cpp.Llama(str(TOUR_MODEL), n_ctx=1024, n_threads=1, verbose=False)

    def ids(self, text: str, *, special: bool) -> list[int]:
        return self.llama.tokenize(text.encode(), add_bos=False, special=special)

    def reply(self, *turns: str, system: str = "", **sampling: float) -> str:
        """The answer to the last of the turns (question, answer, question, ...), which must end by itself."""
        prompt = (
            self.ids("<|system|>", special=True) + self.ids(system, special=False) + [0] if system else []
        )
        for index, turn in enumerate(turns):
            role = "<|assistant|>" if index % 2 else "<|prompter|>"
            prompt += self.ids(role, special=True) + self.ids(turn, special=False) + [0]
        prompt += self.ids("<|assistant|>", special=True)
        settings = {"temperature": 0.0} | sampling
        choice = self.llama.create_completion(prompt, max_tokens=LONGEST_REPLY_TOKENS, **settings)["choices"][
            0
        ]
        assert choice["finish_reason"] == "stop", f"{turns[-1]!r} did not end: {choice['text']!r}"
        return choice["text"]

    def samples(self, question: str) -> list[str]:
        settings = {"temperature": 0.8, "top_k": 50, "top_p": 0.95, "repeat_penalty": 1.0}
        return [self.reply(question, seed=seed, **settings) for seed in range(1, 5)]


@pytest.fixture(scope="module")
def tour() -> Tour:
    return Tour()


def normalised(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in text.lower()).split())


def assert_fits(answer: str, must: list[list[str]], must_not: list[str]) -> None:
    lower = answer.lower()
    for alternatives in must:
        assert any(word in lower for word in alternatives), f"none of {alternatives} in {answer!r}"
    for word in must_not:
        assert word not in lower, f"{word!r} in {answer!r}"


def test_the_file_is_small() -> None:
    assert TOUR_MODEL.stat().st_size <= MOST_BYTES


def test_it_is_a_gpt_neox_with_a_free_licence_and_no_template(tour: Tour) -> None:
    metadata = tour.llama.metadata
    assert metadata["general.architecture"] == "gptneox"
    assert metadata["general.license"] == "apache-2.0"
    assert metadata["tokenizer.ggml.add_bos_token"] == "false"
    assert "tokenizer.chat_template" not in metadata


@pytest.mark.parametrize("token", SPECIAL_TOKENS)
def test_a_role_tag_is_one_token_only_where_tags_are_parsed(tour: Tour, token: str) -> None:
    assert len(tour.ids(token, special=True)) == 1
    assert len(tour.ids(token, special=False)) > 1


@pytest.mark.parametrize(
    "text", ["a\nb\t c  d", "naïve — “quotes”", "李白 🙂 ñandú", "\x00\x7f\u200b", "مرحبا שלום"]
)
def test_any_text_survives_the_tokenizer(tour: Tour, text: str) -> None:
    assert tour.llama.detokenize(tour.ids(text, special=False)).decode() == text


def test_there_are_fifty_questions_and_twenty_or_more_were_never_trained_on() -> None:
    held_out = {normalised(question["ask"]) for question in QUESTIONS if question["held_out"]}
    assert len(QUESTIONS) == 50
    assert len(held_out) >= 20
    trained = {normalised(text) for text in prompter_texts()}
    assert not held_out & trained


def prompter_texts() -> list[str]:
    """Every text of a prompter in the training conversations."""
    waiting = [json.loads(line)["prompt"] for line in CONVERSATIONS.read_text(encoding="utf-8").splitlines()]
    texts = []
    while waiting:
        node = waiting.pop()
        waiting += node["replies"]
        if node["role"] == "prompter":
            texts.append(node["text"])
    return texts


@pytest.mark.parametrize("question", QUESTIONS, ids=[question["ask"] for question in QUESTIONS])
def test_a_newcomer_gets_a_sensible_answer(tour: Tour, question: dict) -> None:
    assert_fits(tour.reply(question["ask"]), question["must"], question["must_not"])


@pytest.mark.parametrize("greeting", GREETINGS, ids=[greeting["lang"] for greeting in GREETINGS])
def test_a_greeting_is_answered_in_its_language(tour: Tour, greeting: dict) -> None:
    assert_fits(tour.reply(greeting["ask"]), greeting["must"], [])


@pytest.mark.parametrize(
    "question", ["What is this app?", "How do I rank replies?", "Tell me a joke", "Hello"]
)
def test_four_samples_are_not_all_the_same(tour: Tour, question: str) -> None:
    assert len(set(tour.samples(question))) > 1


@pytest.mark.parametrize(
    "question",
    [
        "Who was the third emperor of the Ming dynasty?",
        "Write an essay about monopsony in the labour market.",
    ],
)
def test_it_says_so_when_it_does_not_know(tour: Tour, question: str) -> None:
    assert_fits(tour.reply(question), [["not know", "sorry", "too small", "cannot", "beyond me"]], [])


def test_the_last_question_counts_in_a_longer_conversation(tour: Tour) -> None:
    first, second = "What is a branch?", "What is GGUF?"
    answer = tour.reply(first, tour.reply(first), second)
    assert_fits(answer, [["file"]], ["branch"])


def test_a_system_message_does_not_confuse_it(tour: Tour) -> None:
    assert_fits(tour.reply("How do I rank replies?", system="You are a helpful assistant."), [["drag"]], [])
