"""A conversation typed line by line. With several replies the person picks the one to continue from."""

from collections.abc import Sequence
from dataclasses import replace

from oa_desktop.cli.output import note, tell
from oa_desktop.cli.replies import ask, print_numbered
from oa_desktop.cli.terminal import Lines
from oa_desktop.client.api import EngineClient
from oa_desktop.client.errors import EngineStopped
from oa_desktop.conversation.message import Message, MessageId, TreeId
from oa_desktop.errors import OaError, UsageError
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.feedback import FeedbackService

HELP = "/new starts a conversation, /replies N asks for several, /quit ends."


class TerminalChat:
    """One person at one terminal. lang: of what they type, None when it is not said."""

    def __init__(
        self,
        service: ChatService,
        feedback: FeedbackService,
        engine: EngineClient,
        options: GenerationOptions,
        lang: str | None = None,
    ) -> None:
        self._service = service
        self._feedback = feedback
        self._engine = engine
        self._options = options
        self._lang = lang
        self._lines = Lines()
        self._tree_id: TreeId | None = None
        self._leaf: MessageId | None = None

    async def run(self) -> None:
        """Until the input ends or the person does. Raises: EngineStopped."""
        note(f"Chatting with {self._engine.model_name}. {HELP}")
        while (line := await self._lines.next("> ")) is not None:
            if line.strip() == "/quit":
                return
            if line.strip():
                await self._take(line)

    async def _take(self, line: str) -> None:
        """A command or a prompt. What fails is told, and the next line may do better."""
        command, _, argument = line.strip().partition(" ")
        try:
            if command == "/new":
                self._tree_id = self._leaf = None
            elif command == "/replies":
                self._set_replies(argument)
            elif command.startswith("/"):
                note(HELP)
            else:
                await self._ask(line)
        except EngineStopped:
            raise
        except OaError as error:
            tell(error)

    def _set_replies(self, argument: str) -> None:
        try:
            changed = replace(self._options, n=int(argument))
        except ValueError:
            raise UsageError("no-number", "/replies takes a number, for example: /replies 4") from None
        changed.check()
        self._options = changed

    async def _ask(self, text: str) -> None:
        if self._tree_id is None or self._leaf is None:
            prompt = await self._service.start_conversation(text, lang=self._lang)
        else:
            prompt = await self._service.add_prompt(self._tree_id, self._leaf, text, lang=self._lang)
        show = self._options.n == 1
        answer = await ask(self._service, self._engine, prompt, self._options, show=show)
        usable = [reply for reply in answer.replies if reply.text]
        if usable:
            best = usable[0] if show else await self._best_of(prompt, usable)
            self._tree_id, self._leaf = best.tree_id, best.id

    async def _best_of(self, prompt: Message, replies: Sequence[Message]) -> Message:
        print_numbered(replies)
        note("Which is best? A number, or several from best to worst, e.g. 2 1 3; Enter takes the first.")
        answer = await self._lines.next("best> ") or ""
        order = [int(word) - 1 for word in answer.replace(",", " ").split() if word.isdecimal()]
        order = [place for place in dict.fromkeys(order) if place in range(len(replies))]
        if len(order) > 1:
            ranked = [[replies[place].id] for place in order]
            await self._feedback.rank(prompt.tree_id, prompt.id, ranked)
        return replies[order[0] if order else 0]
