"""What the box one types in shows, derived from what it depends on. Pure."""

from dataclasses import dataclass

from oa_desktop.ui.chat.languages import guessed_language, language_name
from oa_desktop.ui.conversations.summaries import counted

USUAL_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class ComposerInputs:
    """What the box depends on.

    busy: this conversation's replies are being written, or the model for them is waited for.
    waiting: the latter.
    """

    draft: str = ""
    sending: bool = False
    busy: bool = False
    waiting: bool = False
    read_only: bool = False
    replies: int = 4
    preset: str = "k50"
    language: str = ""
    conversation_language: str | None = None
    answers_reply: int = 0
    enter_sends: bool = True


@dataclass(frozen=True, slots=True)
class ComposerProps:
    """What the box shows. language_auto: the language is guessed from the text."""

    draft: str = ""
    can_send: bool = False
    busy: bool = False
    read_only: bool = False
    replies: int = 4
    replies_text: str = "4 replies"
    preset: str = "k50"
    language: str = USUAL_LANGUAGE
    language_text: str = "English"
    language_auto: bool = True
    hint: str = ""
    enter_sends: bool = True


def derive_composer_props(inputs: ComposerInputs) -> ComposerProps:
    """What the box shows for these inputs."""
    fallback = inputs.conversation_language or USUAL_LANGUAGE
    language = inputs.language or guessed_language(inputs.draft, fallback)
    return ComposerProps(
        draft=inputs.draft,
        can_send=bool(inputs.draft.strip()) and not (inputs.sending or inputs.busy or inputs.read_only),
        busy=inputs.busy,
        read_only=inputs.read_only,
        replies=inputs.replies,
        replies_text=counted(inputs.replies, "reply", "replies"),
        preset=inputs.preset,
        language=language,
        language_text=language_name(language),
        language_auto=not inputs.language,
        hint=_hint(inputs),
        enter_sends=inputs.enter_sends,
    )


def _hint(inputs: ComposerInputs) -> str:
    """Why nothing can be sent now, or what the next message answers."""
    if inputs.waiting:
        return "Waiting for the model to load…"
    if inputs.busy:
        return "Replies are being written; Esc stops them." if inputs.draft.strip() else ""
    return f"Answers reply {inputs.answers_reply}" if inputs.answers_reply else ""
