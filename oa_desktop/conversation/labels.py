"""The labels of the oasst format: which exist, how they are asked, which belong to which role."""

from dataclasses import dataclass
from enum import StrEnum

from oa_desktop.conversation.message import Role


class Label(StrEnum):
    """Label names as the oasst format writes them."""

    SPAM = "spam"
    LANG_MISMATCH = "lang_mismatch"
    FAILS_TASK = "fails_task"
    QUALITY = "quality"
    HELPFULNESS = "helpfulness"
    CREATIVITY = "creativity"
    HUMOR = "humor"
    TOXICITY = "toxicity"
    VIOLENCE = "violence"
    NOT_APPROPRIATE = "not_appropriate"
    PII = "pii"
    HATE_SPEECH = "hate_speech"
    SEXUAL_CONTENT = "sexual_content"


class Widget(StrEnum):
    """How a label is asked."""

    YES_NO = "yes_no"
    FLAG = "flag"
    SCALE = "scale"
    """Five steps: 0, 0.25, 0.5, 0.75, 1."""


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """How one label is shown.

    low, high: words at the left and the right end of a scale (position 0 and 1).
    inverted: the stored value is 1 - position, because the format stores "bad = 1" and people read good on
        the right: a click at the "polite" end stores toxicity 0.
    """

    label: Label
    widget: Widget
    title: str
    low: str = ""
    high: str = ""
    inverted: bool = False

    def stored(self, position: float) -> float:
        """The value to store for a position on the widget, both from 0 to 1."""
        return 1.0 - position if self.inverted and self.widget is Widget.SCALE else position

    def position(self, stored: float) -> float:
        """The position on the widget for a stored value."""
        return self.stored(stored)


SPECS: dict[Label, LabelSpec] = {
    spec.label: spec
    for spec in (
        LabelSpec(Label.SPAM, Widget.YES_NO, "Is it spam or nonsense?"),
        LabelSpec(Label.FAILS_TASK, Widget.YES_NO, "Does it miss what was asked?"),
        LabelSpec(Label.LANG_MISMATCH, Widget.FLAG, "Wrong language"),
        LabelSpec(Label.QUALITY, Widget.SCALE, "Quality", "Poor", "Excellent"),
        LabelSpec(Label.HELPFULNESS, Widget.SCALE, "Helpfulness", "No help", "Very helpful"),
        LabelSpec(Label.CREATIVITY, Widget.SCALE, "Creativity", "Ordinary", "Inventive"),
        LabelSpec(Label.HUMOR, Widget.SCALE, "Humour", "Serious", "Funny"),
        LabelSpec(Label.TOXICITY, Widget.SCALE, "Tone", "Rude", "Polite", inverted=True),
        LabelSpec(Label.VIOLENCE, Widget.SCALE, "Violence", "Violent", "Harmless", inverted=True),
        LabelSpec(Label.NOT_APPROPRIATE, Widget.FLAG, "Inappropriate"),
        LabelSpec(Label.PII, Widget.FLAG, "Personal data"),
        LabelSpec(Label.HATE_SPEECH, Widget.FLAG, "Hate speech"),
        LabelSpec(Label.SEXUAL_CONTENT, Widget.FLAG, "Sexual content"),
    )
}

_REPLY_ONLY = frozenset({Label.FAILS_TASK, Label.HELPFULNESS})


def labels_for(role: Role) -> tuple[LabelSpec, ...]:
    """The labels asked about a message, in the order they are asked: 13 for a reply, 11 for a prompt."""
    return tuple(SPECS[label] for label in Label if role is Role.ASSISTANT or label not in _REPLY_ONLY)


MANDATORY = frozenset({Label.SPAM})


def checked_values(values: dict[Label, float], role: Role) -> dict[Label, float]:
    """The values, once known to be asked of this role and to lie between 0 and 1.

    Raises: ValueError naming the label.
    """
    asked = {spec.label for spec in labels_for(role)}
    for label, value in values.items():
        if label not in asked:
            raise ValueError(f"label {label} is not asked of a {role} message")
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"label {label} must be between 0 and 1, not {value}")
    return values
