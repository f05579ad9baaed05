"""The settings: one typed table, which the settings page and docs/settings.md follow."""

from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar, get_args, get_type_hints

from oa_desktop.errors import UsageError
from oa_desktop.setting_spec import SettingSpec, SettingValue

_T = TypeVar("_T")

PRESET_NAMES = (
    "k50",
    "k50-Creative",
    "k50-Precise",
    "k50-Original",
    "nucleus9",
    "typical2",
    "typical3",
    "greedy",
)


def _setting(default: _T, help_text: str, **limits: Any) -> _T:
    """A row of the table: default, one line of help, and the limits of SettingSpec."""
    value: _T = field(default=default, metadata={"help": help_text, **limits})
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, each with a valid value. Change one with `with_value`."""

    theme: str = _setting(
        "system", "Light or dark, or as the system is.", choices=("system", "light", "dark")
    )
    text_scale: float = _setting(1.0, "Size of all text, 1 is normal.", low=0.7, high=3.0)
    motion: str = _setting("system", "Whether things move.", choices=("system", "on", "off"))
    enter_sends: bool = _setting(
        True, "Enter sends and Shift+Enter starts a line; if false, Ctrl+Enter sends."
    )
    replies: int = _setting(4, "How many replies to ask for at once.", low=1, high=8)
    preset: str = _setting("k50", "How replies are sampled.", choices=PRESET_NAMES)
    temperature: float | None = _setting(None, "Overrides the temperature of the preset.", low=0.0, high=2.0)
    max_tokens: int = _setting(1024, "The longest reply, in tokens.", low=1, high=32768)
    context_overflow: str = _setting(
        "drop-oldest",
        "When a conversation no longer fits: leave out its oldest messages, or stop and say so.",
        choices=("drop-oldest", "stop"),
    )
    system_prompt: str = _setting("", "What the assistant is told first.", high=20000)
    language_hint: str = _setting(
        "",
        "Language of your prompts, as a code like en or pt-BR; empty: not said.",
        high=20,
        pattern=r"|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*",
    )
    model: str = _setting("tour", "The model to chat with: tour, an imported model, or a path.", high=4096)
    context_tokens: int = _setting(
        0,
        "How much the model has in view, in tokens; 0: as the model allows, up to 4096.",
        low=0,
        high=1048576,
    )
    threads: int = _setting(
        0, "Processor threads for the engine; 0: one for each physical core.", low=0, high=512
    )
    gpu_layers: str = _setting(
        "auto",
        "Layers of the model on the graphics card; auto: as many as its free memory holds.",
        high=4,
        pattern=r"auto|all|0|[1-9][0-9]{0,2}",
        allowed="auto, all, or a number",
    )
    kv_type: str = _setting(
        "f16",
        "How precisely the conversation is kept in memory; q8_0 takes half and needs flash attention.",
        choices=("f16", "q8_0"),
    )
    flash_attention: str = _setting(
        "auto",
        "Attention in one step, with less memory; auto: where the model and the device can.",
        choices=("auto", "on", "off"),
    )
    resume: bool = _setting(
        True,
        "Keep what the model has read on disk, so that a conversation goes on at once after a restart; "
        "false removes what is there.",
    )
    resume_gigabytes: float = _setting(
        4.0, "The most of the disk that takes, for all models together.", low=0.0, high=1000.0
    )
    offline: bool = _setting(False, "Stay off the network: neither search nor download, whatever is pressed.")
    download_limit: float = _setting(
        0.0,
        "The most megabytes per second that downloads take together; 0: no limit.",
        low=0.0,
        high=100000.0,
    )
    user_id: str = _setting(
        "",
        "A random name for you as annotator, made once; it says nothing about you.",
        high=36,
        pattern=r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    )

    def with_value(self, key: str, value: object) -> "Settings":
        """A copy with one value changed. Raises UsageError for an unknown key or a wrong value."""
        change: dict[str, Any] = {key: spec_of(key).checked(value)}
        return replace(self, **change)

    def value(self, key: str) -> SettingValue:
        """The value of one key. Raises UsageError for an unknown key."""
        value: SettingValue = getattr(self, spec_of(key).key)
        return value


def _table() -> dict[str, SettingSpec]:
    hints = get_type_hints(Settings)
    table: dict[str, SettingSpec] = {}
    for row in fields(Settings):
        kinds = [kind for kind in get_args(hints[row.name]) if kind is not type(None)] or [hints[row.name]]
        limits = dict(row.metadata)
        default: Any = row.default
        table[row.name] = SettingSpec(
            key=row.name,
            kind=kinds[0],
            default=default,
            help=limits.pop("help"),
            optional=default is None,
            **limits,
        )
    return table


SETTINGS: dict[str, SettingSpec] = _table()
"""The table, in the order the settings page shows it."""


def spec_of(key: str) -> SettingSpec:
    """The row for `key`. Raises UsageError if there is none."""
    try:
        return SETTINGS[key]
    except KeyError:
        raise UsageError(
            "setting-unknown", f"There is no setting {key!r}.", hint=f"Settings: {', '.join(SETTINGS)}."
        ) from None


def settings_page() -> str:
    """docs/settings.md. A test holds the two together."""
    lines = [
        "# Settings",
        "",
        "They are kept in `settings.toml`; `oa-desktop doctor` says where. A key that is missing has its",
        "default, a value that is not allowed is ignored and told, and unknown keys are left alone.",
        "This page is made from the table in `oa_desktop/settings.py`:",
        "`python -c 'from oa_desktop.settings import settings_page; print(settings_page(), end=\"\")'`.",
        "",
        "| key | default | allowed | what it does |",
        "|---|---|---|---|",
    ]
    for spec in SETTINGS.values():
        default = "not set" if spec.default is None else f"`{_toml(spec.default)}`"
        lines.append(f"| `{spec.key}` | {default} | {spec.range_text} | {spec.help} |")
    return "\n".join(lines) + "\n"


def _toml(value: SettingValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
