"""The prompt format of the loaded model in use: conversations in, token ids and stops out."""

import logging
import threading
from dataclasses import dataclass, replace
from functools import cached_property

from oa_desktop.engine.backend import ModelFacts, Vocabulary
from oa_desktop.engine.prompts.chat_template import ChatTemplate
from oa_desktop.engine.prompts.choice import (
    TEMPLATE,
    automatic_format,
    closest_family,
    fitted,
    missing_roles,
)
from oa_desktop.engine.prompts.families import FAMILIES
from oa_desktop.engine.prompts.messages import ChatMessage, Conversation, Role
from oa_desktop.engine.prompts.segments import Prompt, Segment, encode
from oa_desktop.engine.prompts.template_process import (
    TemplateBroken,
    TemplateProcess,
    TemplateRejected,
    TemplateViolation,
)
from oa_desktop.engine.prompts.text_sizes import TextSizes
from oa_desktop.engine.prompts.truncation import NOTHING_DROPPED, Dropped, keep_newest, prompt_budget, step_of
from oa_desktop.engine.prompts.writing import fold_system, write

log = logging.getLogger(__name__)

_BYTES_WORTH_A_LOOK = 16
"""Text of no more bytes than this per token of the context is simply tokenised."""
_PROBE = "Is 1073741827 a prime number?"


class PromptTooLong(Exception):
    """The prompt cannot fit into the context, whatever its tokens are. at_least: how many they must be."""

    def __init__(self, at_least: int) -> None:
        super().__init__(f"at least {at_least} tokens")
        self.at_least = at_least


@dataclass(frozen=True, slots=True)
class PreparedPrompt:
    """What a generation needs to know about its prompt, and what of the conversation is not in it."""

    tokens: tuple[int, ...]
    stop_ids: frozenset[int] = frozenset()
    stop_strings: tuple[str, ...] = ()
    dropped: Dropped = NOTHING_DROPPED


class PromptRenderer:
    """Renders with the model's own template while that behaves, and with a built-in family otherwise.

    Safe to use from any thread; a render may take as long as the template worker is allowed to.
    context_tokens: prompts that cannot fit are refused unread: megabytes take seconds to tokenise, and nobody
    else gets a token meanwhile.
    """

    def __init__(
        self,
        model: ModelFacts,
        vocabulary: Vocabulary,
        worker: TemplateProcess | None,
        wanted: str | None = None,
        *,
        context_tokens: int,
    ) -> None:
        self._vocabulary = vocabulary
        self._context_tokens = context_tokens
        self._sizes = TextSizes(vocabulary)
        self._turn = threading.Lock()
        self._worker = worker
        self._notices: list[str] = []
        family, known = closest_family(vocabulary, model.chat_template, model.name)
        self._family = fitted(FAMILIES.get(wanted or "", family), vocabulary)
        self._template: ChatTemplate | None = None
        self._folds_system = False
        name = wanted or automatic_format(vocabulary, model.chat_template, model.name)
        if model.chat_template is not None and name == TEMPLATE and worker is not None:
            self._template = ChatTemplate(model.chat_template, worker.render, vocabulary.bos, vocabulary.eos)
            self._try_template()
        elif wanted == TEMPLATE:
            self._notices.append(f"The model file has no chat template; {self._family.name} is used.")
        elif not known and wanted is None:
            self._notices.append(
                "The model file does not say how to write a conversation for it (it may be a base model); "
                f"the format {self._family.name} is used."
            )
        elif wanted is not None:
            self._tell_missing_roles(missing_roles(self._family, vocabulary, model.chat_template))
        if self._template is None:
            self._drop_worker()

    @property
    def name(self) -> str:
        """The format in use: a family's name, or "template"."""
        return self._family.name if self._template is None else TEMPLATE

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know about the format, as sentences."""
        return tuple(self._notices)

    def prepare(self, conversation: Conversation) -> PreparedPrompt:
        """The tokens and stops of a conversation.

        Raises: TemplateRejected in the template's own words, PromptTooLong.
        """
        with self._turn:
            prompt = self._write(conversation)
            stops = self._stops()
        return PreparedPrompt(self._encoded(prompt), *stops)

    def prepare_newest(self, conversation: Conversation, max_tokens: int) -> PreparedPrompt:
        """As `prepare`, without the oldest turns where all of them leave no room for a reply of `max_tokens`.

        The last turn stays in any case, so the prompt may still be longer than the context.
        Raises: TemplateRejected, PromptTooLong.
        """
        prepared: dict[int, PreparedPrompt] = {}

        def count(part: Conversation) -> int:
            by_texts = self._far_too_long(part)
            if by_texts is not None:
                return by_texts
            try:
                prompt = prepared[len(part.messages)] = self.prepare(part)
            except PromptTooLong as error:
                return error.at_least
            return len(prompt.tokens)

        def sizes() -> list[int]:
            return [self._size(message.content) for message in conversation.messages]

        context = self._context_tokens
        budget = prompt_budget(context, max_tokens)
        kept, dropped = keep_newest(conversation, sizes, count, budget, step_of(context))
        return replace(prepared.get(len(kept.messages)) or self.prepare(kept), dropped=dropped)

    def written(self, conversation: Conversation) -> Prompt:
        """The prompt before it is read as tokens. Raises: TemplateRejected."""
        with self._turn:
            return self._write(conversation)

    def prepare_text(self, text: str) -> PreparedPrompt:
        """A raw prompt, as its author formatted it: special tokens in it are meant. Raises: PromptTooLong."""
        return PreparedPrompt(self._encoded((Segment(text, True),)))

    def close(self) -> None:
        """End the template worker."""
        self._drop_worker()

    def _encoded(self, prompt: Prompt) -> tuple[int, ...]:
        size = sum(len(part.text.encode()) for part in prompt if isinstance(part, Segment))
        if size > _BYTES_WORTH_A_LOOK * self._context_tokens:
            at_least = size // self._longest_piece
            if at_least > self._context_tokens:
                raise PromptTooLong(at_least)
        return encode(prompt, self._vocabulary)

    def _far_too_long(self, conversation: Conversation) -> int | None:
        """The tokens of the texts when these alone are twice the context: not worth a rendering.

        A template that takes seconds for thousands of messages would be given up, for all conversations.
        """
        texts = [message.content for message in conversation.messages]
        if sum(map(len, texts)) <= _BYTES_WORTH_A_LOOK * self._context_tokens:
            return None
        tokens = sum(map(self._size, texts))
        return tokens if tokens > 2 * self._context_tokens else None

    def _size(self, text: str) -> int:
        """The tokens of a text; of one that cannot fit by far, how many they are at least."""
        size = len(text.encode())
        if size > _BYTES_WORTH_A_LOOK * self._context_tokens:
            return max(size // self._longest_piece, self._context_tokens)
        return self._sizes.count(text)

    @cached_property
    def _longest_piece(self) -> int:
        """The most bytes one token of this vocabulary stands for."""
        return max(len(self._vocabulary.piece(token)) for token in range(self._vocabulary.size)) or 1

    def _write(self, conversation: Conversation) -> Prompt:
        if self._template is not None:
            try:
                return self._template.write(self._folded(conversation), self._vocabulary)
            except TemplateViolation as error:
                self._give_up_template(f"is refused ({error})")
        return write(conversation, self._family, self._vocabulary.eos)

    def _folded(self, conversation: Conversation) -> Conversation:
        if not self._folds_system:
            return conversation
        return Conversation(fold_system(conversation.messages), conversation.continue_last)

    def _try_template(self) -> None:
        """Render a question, with and without a system turn, to see what the template can do."""
        question = ChatMessage(Role.USER, _PROBE)
        try:
            written = self._written(Conversation((question,)))
            if _PROBE not in written:
                self._give_up_template("does not print the user's message")
            elif len(written) > _BYTES_WORTH_A_LOOK * self._context_tokens:
                self._give_up_template("writes more around a question than the context holds")
        except TemplateBroken as error:
            self._give_up_template(f"does not work ({error})")
        except TemplateRejected as error:
            self._give_up_template(f"refuses a plain question ({error})")
        if self._template is None:
            return
        try:
            written = self._written(Conversation((ChatMessage(Role.SYSTEM, _PROBE), question)))
            self._folds_system = self._template is not None and written.count(_PROBE) < 2
        except TemplateRejected:
            self._folds_system = True

    def _written(self, conversation: Conversation) -> str:
        """The text of its prompt; in a built-in format when the template was given up on the way."""
        return "".join(part.text for part in self._write(conversation) if isinstance(part, Segment))

    def _stops(self) -> tuple[frozenset[int], tuple[str, ...]]:
        names = {name: self._vocabulary.special_token(name) for name in self._family.stop_tokens}
        ids = frozenset(token for token in names.values() if token is not None)
        if self._template is not None:
            return ids, ()
        spelled = tuple(name for name, token in names.items() if token is None)
        return ids, (*self._family.stop_strings, *spelled)

    def _tell_missing_roles(self, names: tuple[str, ...]) -> None:
        if names:
            self._notices.append(
                f"The vocabulary of this model has no {' and no '.join(names)}, with which the format "
                f"{self._family.name} marks turns; plain text stands there instead, and replies may suffer."
            )

    def _give_up_template(self, why: str) -> None:
        instead = f"the built-in format {self._family.name} is used"
        sentence = f"The chat template in the model file {why}; {instead}."
        log.warning("%s", sentence)
        self._notices.append(sentence)
        self._template = None
        self._folds_system = False
        self._drop_worker()

    def _drop_worker(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None
