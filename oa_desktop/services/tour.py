"""The whole loop, unattended: ask, four replies, label and rank, continue from the best, export, compare.

What holds for a person holds here: every step goes through the same services, and a step that does not do
what it promises ends the tour with one sentence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import Message, MessageState, TreeId
from oa_desktop.errors import OaError
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.chat_events import GenerationEnded
from oa_desktop.services.exporting import export_file
from oa_desktop.services.feedback import FeedbackService
from oa_desktop.services.importing import import_file
from oa_desktop.services.presets import preset_of
from oa_desktop.services.reply_engine import ReplyEngine
from oa_desktop.store.worker import StoreWorker

ANNOTATOR = "tour"
QUESTION = "What can I do with this app?"
FOLLOW_UP = "How do I rank the replies?"
REPLIES = 4
PRESET = "k50"
MAX_TOKENS = 200


class TourFailed(OaError):
    """A step of the loop did not do what it promises."""


@dataclass(frozen=True, slots=True)
class TourReport:
    """What the tour did. Replies are ordered best first."""

    model: str
    tree_id: TreeId
    question: str
    replies: tuple[str, ...]
    follow_up: str
    answer: str
    messages: int
    export: Path
    same_after_import: bool


async def run_tour(
    worker: StoreWorker,
    engine: ReplyEngine,
    export_path: Path,
    scratch: Path,
    say: Callable[[str], None],
    *,
    seed: int = 1,
) -> TourReport:
    """Run the loop and return what it did.

    export_path: where the exported tree goes, `.jsonl` or `.jsonl.gz`.
    scratch: an empty folder for the second store.
    say: is told each step in one line.
    Raises: TourFailed when a step does not hold, OaError children of the services.
    """
    chat, feedback = ChatService(worker), FeedbackService(worker, ANNOTATOR)
    say(f"Asking {engine.model_name}: {QUESTION}")
    prompt = await chat.start_conversation(QUESTION, lang="en")
    replies = await _replies(chat, engine, prompt, REPLIES, seed)
    ranked = sorted(replies, key=lambda reply: (*_fullness(reply), reply.text), reverse=True)
    groups = _with_ties(ranked)
    for place, group in enumerate(groups, start=1):
        quality = 1.0 - (place - 1) / len(ranked)
        for reply in group:
            say(f"  {place}. {_one_line(reply.text)}")
            await feedback.label(reply, {Label.SPAM: 0.0, Label.QUALITY: quality, Label.HELPFULNESS: quality})
    ranking = [[reply.id for reply in group] for group in groups]
    await feedback.rank(prompt.tree_id, prompt.id, ranking)
    say(f"Labelled and ranked {len(ranked)} replies; continuing from the best: {FOLLOW_UP}")
    follow_up = await chat.add_prompt(prompt.tree_id, ranked[0].id, FOLLOW_UP, lang="en")
    answer = (await _replies(chat, engine, follow_up, 1, seed))[0]
    say(f"  {_one_line(answer.text)}")
    exported = await export_file(worker, export_path, tree_ids=[prompt.tree_id])
    say(f"Exported {exported.messages} messages to {exported.path}")
    same = await _comes_back_the_same(export_path, scratch)
    if not same:
        raise TourFailed(
            "tour-round-trip", "The exported tree did not come back the same from a second store."
        )
    say("Imported it into a second store and exported it again: the same, byte for byte.")
    return TourReport(
        engine.model_name,
        prompt.tree_id,
        QUESTION,
        tuple(reply.text for reply in ranked),
        FOLLOW_UP,
        answer.text,
        exported.messages,
        exported.path,
        same,
    )


async def _replies(
    chat: ChatService, engine: ReplyEngine, prompt: Message, n: int, seed: int
) -> tuple[Message, ...]:
    sampling = preset_of(PRESET).sampling()
    options = GenerationOptions(n=n, max_tokens=MAX_TOKENS, seed=seed, preset=PRESET, sampling=sampling)
    generation = await chat.generate(engine, prompt, options)
    ended = GenerationEnded()
    async for event in chat.events(generation):
        if isinstance(event, GenerationEnded):
            ended = event
    if ended.error is not None:
        raise ended.error
    if len(ended.replies) != n or any(
        reply.state is not MessageState.COMPLETE or not reply.text.strip() for reply in ended.replies
    ):
        raise TourFailed("tour-replies", f"Asked for {n} replies and did not get {n} complete ones.")
    if n > 1 and len({reply.text for reply in ended.replies}) == 1:
        raise TourFailed("tour-same-replies", f"All {n} replies are the same.")
    return ended.replies


def _fullness(reply: Message) -> tuple[bool, int]:
    """A stand-in for a person's judgement: it ended by itself, and how many different words it has."""
    ended = reply.generation is not None and reply.generation.finish_reason == "stop"
    return ended, len(set(reply.text.lower().split()))


def _with_ties(ranked: Sequence[Message]) -> list[list[Message]]:
    """Replies of the same text tie."""
    return [list(group) for _, group in groupby(ranked, key=lambda reply: reply.text)]


async def _comes_back_the_same(exported: Path, scratch: Path) -> bool:
    second = StoreWorker.open(scratch / "store.sqlite3")
    try:
        await import_file(second, exported)
        again = scratch / exported.name
        await export_file(second, again)
    finally:
        second.close()
    return again.read_bytes() == exported.read_bytes()


def _one_line(text: str, limit: int = 96) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
