"""The settings of one model, and the preview of its prompt."""

import pytest

from tests.made_gguf import made_model
from tests.ui.models_page.page_rows import FILE, REPO, add, on_disk


def test_settings_of_a_model_are_kept_and_taken_back(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    ref = add(page, wired).key
    settings = page.settings
    settings.ask(ref)
    settings.setContextTokens(1024)
    settings.setGpuLayers("some")
    assert settings.gpuLayersWrong
    settings.setGpuLayers("0")
    settings.setKvType(2)
    settings.setPreset(1)
    settings.setSystemPrompt("Be brief.")
    settings.setPromptFormat(1)
    settings.save()
    wired.until(lambda: on_disk(page)[0].configured)
    kept = wired.wiring.library.show(ref).settings
    assert (kept.context_tokens, kept.gpu_layers, kept.kv_type) == (1024, "0", "q8_0")
    assert (kept.preset, kept.system_prompt, kept.prompt_format) == ("k50", "Be brief.", "oasst")
    settings.ask(ref)
    assert (settings.contextTokens, settings.gpuLayers, settings.kvType) == (1024, "0", 2)
    for put_back, value in (
        (settings.setContextTokens, 0),
        (settings.setGpuLayers, ""),
        (settings.setKvType, 0),
        (settings.setPreset, 0),
        (settings.setSystemPrompt, ""),
        (settings.setPromptFormat, 0),
    ):
        put_back(value)
    settings.save()
    wired.until(lambda: not on_disk(page)[0].configured)
    settings.close()


@pytest.mark.model
def test_the_prompt_of_a_model_is_shown_as_its_engine_renders_it(page, wired):
    page.settings.ask("tour")
    wired.until(lambda: bool(page.preview.pieces.rows))
    tokens = [row.text for row in page.preview.pieces.rows if row.kind == "token"]
    assert tokens[:1] == ["<|prompter|>"]
    assert "What is a barn?" in [row.text for row in page.preview.pieces.rows if row.kind == "message"]
    assert page.preview.note.endswith(" tokens.")
    assert page.preview.warning == ""
    page.settings.setPromptFormat(page.settings.formats.index("guanaco") + 1)
    wired.until(lambda: "### Human" in page.preview.text)
    page.settings.setPromptFormat(page.settings.formats.index("chatml") + 1)
    wired.until(lambda: "replies may suffer" in page.preview.warning)
