"""Settings of one model in the window: they hold while it runs, until a person picks otherwise."""

import pytest

from oa_desktop.paths import app_paths
from oa_desktop.ui.chat.asking import generation_options
from tests.ui.wired import Notes, Wired


@pytest.fixture
def wired(qtbot, qapp, tmp_path):
    paths = app_paths({"OA_DESKTOP_HOME": str(tmp_path)})
    paths.create()
    wired = Wired(qtbot, paths)
    yield wired
    wired.close()


def runs(wired, **settings):
    """The tour model with settings of its own, as after it was loaded."""
    wired.wiring.engine.model = wired.wiring.library.configure("tour", **settings)
    wired.engine_runs()


def test_replies_are_asked_for_with_the_preset_and_system_prompt_of_the_model(wired):
    w = wired.wiring
    w.preferences.set("system_prompt", "Be kind.")
    assert generation_options(w.asking.settings).preset == "k50"
    notes = Notes(w.composer)
    runs(wired, preset="greedy", system_prompt="Be brief.")
    options = generation_options(w.asking.settings)
    assert (options.preset, options.sampling["temperature"], options.system_prompt) == (
        "greedy",
        0.0,
        "Be brief.",
    )
    assert w.composer.preset == "greedy"
    assert notes.take() == ["presetChanged"]
    assert w.preferences.settings.preset == "k50"


def test_a_preset_picked_in_the_box_wins_until_the_model_is_loaded_with_other_settings(wired):
    w = wired.wiring
    runs(wired, preset="greedy", system_prompt="Be brief.")
    w.composer.setPreset("typical2")
    assert (w.asking.settings.preset, w.asking.settings.system_prompt) == ("typical2", "Be brief.")
    assert w.composer.preset == w.preferences.settings.preset == "typical2"
    runs(wired, preset="nucleus9")
    assert w.asking.settings.preset == w.composer.preset == "nucleus9"


def test_other_models_are_asked_as_the_app_is_set(wired):
    w = wired.wiring
    runs(wired, preset="greedy")
    w.engine.unload()
    assert w.asking.settings == w.preferences.settings
    assert w.composer.preset == "k50"
