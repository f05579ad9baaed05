"""The table of settings: defaults hold, values are checked, the page and the presets agree with it."""

import math
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from oa_desktop.errors import UsageError
from oa_desktop.services.presets import DEFAULT_PRESET, PRESETS, preset_of
from oa_desktop.settings import PRESET_NAMES, SETTINGS, Settings, settings_page, spec_of


def test_every_default_is_itself_allowed() -> None:
    for key, spec in SETTINGS.items():
        assert spec.checked(spec.default) == getattr(Settings(), key)


def test_every_setting_has_one_line_of_help_and_a_range() -> None:
    for spec in SETTINGS.values():
        assert spec.help.endswith(".")
        assert "\n" not in spec.help
        assert spec.range_text


def test_with_value_changes_a_copy() -> None:
    before = Settings()
    after = before.with_value("replies", 2)
    assert (before.replies, after.replies, after.value("replies")) == (4, 2, 2)
    with pytest.raises(FrozenInstanceError):
        after.replies = 3  # type: ignore[misc]


WRONG: list[tuple[str, object]] = [
    ("replies", 0),
    ("replies", 9),
    ("replies", 2.0),
    ("replies", True),
    ("replies", "4"),
    ("replies", None),
    ("theme", "blue"),
    ("theme", ["dark"]),
    ("enter_sends", 1),
    ("text_scale", math.nan),
    ("text_scale", math.inf),
    ("temperature", -0.1),
    ("system_prompt", "a\0b"),
    ("system_prompt", "x" * 20_001),
    ("language_hint", "English"),
    ("user_id", "Alice"),
    ("gpu_layers", -1),
    ("gpu_layers", "some"),
    ("gpu_layers", "007"),
    ("gpu_layers", 1000),
    ("gpu_layers", True),
    ("kv_type", "q4_0"),
    ("flash_attention", True),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_c02_a_wrong_value_is_refused_with_what_is_allowed(key: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"{key} cannot be .*; allowed: ") as caught:
        Settings().with_value(key, value)
    assert len(caught.value.title) < 250


RIGHT: list[tuple[str, object]] = [
    ("text_scale", 2),
    ("temperature", None),
    ("temperature", 0),
    ("system_prompt", "Zwei\nZeilen 李白"),
    ("language_hint", "pt-BR"),
    ("language_hint", "zh-Hant-TW"),
]


@pytest.mark.parametrize(("key", "value"), RIGHT)
def test_a_right_value_is_taken(key: str, value: object) -> None:
    assert Settings().with_value(key, value).value(key) == value


def test_a_number_of_layers_may_be_written_as_a_number() -> None:
    assert Settings().with_value("gpu_layers", 20).gpu_layers == "20"
    assert Settings().with_value("gpu_layers", "all").gpu_layers == "all"


def test_an_unknown_setting_is_refused() -> None:
    for use in (lambda: Settings().with_value("colour", "red"), lambda: spec_of("colour")):
        with pytest.raises(UsageError, match="no setting 'colour'"):
            use()


def test_the_page_in_docs_follows_the_table() -> None:
    page = Path(__file__).parents[3] / "docs" / "settings.md"
    assert page.read_text(encoding="utf-8") == settings_page()


def test_the_presets_are_the_ones_a_setting_can_name() -> None:
    assert tuple(PRESETS) == PRESET_NAMES
    assert Settings().preset == DEFAULT_PRESET


def test_presets_have_the_numbers_of_open_assistant() -> None:
    assert preset_of("k50").sampling() == {
        "temperature": 0.75,
        "top_k": 50,
        "top_p": 0.95,
        "typical_p": None,
        "repetition_penalty": 1.2,
    }
    temperatures = {name: preset.temperature for name, preset in PRESETS.items()}
    assert (temperatures["k50-Creative"], temperatures["k50-Precise"], temperatures["k50-Original"]) == (
        0.85,
        0.1,
        0.9,
    )
    assert (PRESETS["nucleus9"].top_k, PRESETS["nucleus9"].top_p, PRESETS["nucleus9"].temperature) == (
        None,
        0.9,
        0.8,
    )
    assert (PRESETS["typical2"].typical_p, PRESETS["typical3"].typical_p) == (0.2, 0.3)


def test_a_temperature_of_the_user_replaces_the_one_of_the_preset() -> None:
    assert preset_of("typical2").sampling(0.0)["temperature"] == 0.0


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(UsageError, match="no preset 'k51'"):
        preset_of("k51")
