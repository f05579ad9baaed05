"""The command line of the engine."""

from pathlib import Path

import pytest

from oa_desktop.engine.arguments import parse_arguments
from oa_desktop.engine.prompts.choice import NAMES
from oa_desktop.gguf.kv_cache import KvType


def test_only_the_model_is_needed():
    arguments = parse_arguments(["--model", "m.gguf"])
    assert arguments.model == Path("m.gguf")
    assert (arguments.backend, arguments.ctx, arguments.gpu_layers) == ("llama", None, "auto")
    assert (arguments.kv_type, arguments.flash_attention, arguments.threads) == ("f16", "auto", None)
    assert (arguments.host, arguments.port) == ("127.0.0.1", 0)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["--model"],
        ["--model", "m", "--ctx", "0"],
        ["--model", "m", "--ctx", "many"],
        ["--model", "m", "--port", "70000"],
        ["--model", "m", "--host", "0.0.0.0"],
        ["--model", "m", "--backend", "cloud"],
        ["--model", "m", "--prompt-format", "alpaca"],
        ["--model", "m", "--threads", "-1"],
        ["--model", "m", "--threads", "0"],
        ["--model", "m", "--threads", "1025"],
        ["--model", "m", "--gpu-layers", "-1"],
        ["--model", "m", "--gpu-layers", "some"],
        ["--model", "m", "--kv-type", "q4_0"],
        ["--model", "m", "--flash-attn", "maybe"],
        ["--model", "m", "--nonsense"],
        ["--mod", "m"],
    ],
)
def test_what_makes_no_sense_is_wrong_usage(wrong, capsys):
    with pytest.raises(SystemExit) as left:
        parse_arguments(wrong)
    assert left.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(("text", "layers"), [("auto", "auto"), ("all", "all"), ("0", 0), ("32", 32)])
def test_layers_are_words_or_a_number(text, layers):
    assert parse_arguments(["--model", "m", "--gpu-layers", text]).gpu_layers == layers


def test_the_cache_and_attention_can_be_chosen():
    arguments = parse_arguments(["--model", "m", "--kv-type", "q8_0", "--flash-attn", "on"])
    assert arguments.kv_type is KvType.Q8_0
    assert arguments.flash_attention == "on"


def test_nothing_is_kept_on_disk_unless_it_is_said_where():
    assert parse_arguments(["--model", "x"]).state_dir is None
    arguments = parse_arguments(["--model", "x", "--state-dir", "states", "--state-bytes", "1000"])
    assert (arguments.state_dir, arguments.state_bytes) == (Path("states"), 1000)


def test_any_format_can_be_asked_for_and_auto_asks_for_none():
    assert parse_arguments(["--model", "m"]).prompt_format is None
    assert parse_arguments(["--model", "m", "--prompt-format", "auto"]).prompt_format is None
    for name in NAMES:
        assert parse_arguments(["--model", "m", "--prompt-format", name]).prompt_format == name
