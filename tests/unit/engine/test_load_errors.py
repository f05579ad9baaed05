"""What llama.cpp logs when a model does not load becomes one sentence and a code."""

from pathlib import Path

import pytest

from oa_desktop.engine.load_errors import explain_context, explain_load
from oa_desktop.errors import EngineError, ModelError


@pytest.mark.parametrize(
    ("line", "code", "kind"),
    [
        (
            "error loading model: unknown model architecture: 'qwen9'",
            "model-architecture-unknown",
            ModelError,
        ),
        (
            "tensor 'a' data is not within the file bounds, model is corrupted or incomplete",
            "model-incomplete",
            ModelError,
        ),
        ("alloc_tensor_range: failed to allocate CPU buffer of size 9", "out-of-memory", EngineError),
        ("error loading model: key not found in model: llama.context_length", "model-rejected", ModelError),
        ("", "model-rejected", ModelError),
    ],
)
def test_e05_e09_a_failed_load_is_explained(line: str, code: str, kind: type[Exception]):
    error = explain_load(Path("models/tiny.gguf"), ["load: something else", line])
    assert (error.code, type(error)) == (code, kind)
    assert "tiny.gguf" in error.title
    assert error.title.endswith(".")
    assert error.hint
    assert line in error.detail


def test_e09_the_unknown_architecture_is_named():
    error = explain_load(Path("tiny.gguf"), ["unknown model architecture: 'qwen9'"])
    assert "qwen9" in error.title


def test_e03_a_context_that_does_not_fit_names_its_size():
    error = explain_context(4096, ["failed to allocate buffer for kv cache"])
    assert error.code == "out-of-memory"
    assert "4096" in error.title
    assert explain_context(4096, []).code == "context-failed"
