"""The command line of the engine."""

from pathlib import Path

import pytest

from oa_desktop.engine.arguments import parse_arguments


def test_only_the_model_is_needed():
    arguments = parse_arguments(["--model", "m.gguf"])
    assert arguments.model == Path("m.gguf")
    assert (arguments.backend, arguments.ctx, arguments.gpu_layers) == ("llama", None, -1)
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
        ["--model", "m", "--nonsense"],
        ["--mod", "m"],
    ],
)
def test_what_makes_no_sense_is_wrong_usage(wrong, capsys):
    with pytest.raises(SystemExit) as left:
        parse_arguments(wrong)
    assert left.value.code == 2
    assert capsys.readouterr().err
