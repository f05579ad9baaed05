"""An engine with too little memory, from none at all to nearly enough: it answers, or says why not."""

import sys
from pathlib import Path

import psutil
import pytest

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.events import ChoiceEnd
from oa_desktop.client.launch import EngineProcess
from oa_desktop.errors import EngineError

ROOT = Path(__file__).parents[3]
CONTEXT = 262_144
FOR_THE_PROGRAM_MB = 250
"""With less, Python and its libraries themselves do not fit, and may die without a word."""
LIMITED = """
import resource, sys
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from oa_desktop.engine.startup import run
sys.exit(run(sys.argv[1:]))
"""
pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits what a process can take"),
]


@pytest.fixture(scope="module")
def long_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small weights, and a context whose memory is hundreds of megabytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "packaging")
        import make_model

        shape = make_model.Shape(
            "gptneox",
            "Q8_0",
            layers=2,
            width=64,
            heads=2,
            kv_heads=2,
            feed_forward=96,
            rotary=16,
            vocabulary=512,
            context=CONTEXT,
        )
        path = tmp_path_factory.mktemp("long") / "long.gguf"
        make_model.write_model(shape, "long", path)
    return path


async def outcome(model: Path, limit_bytes: int) -> tuple[str, str, str]:
    """The code, the sentence and the hint; or "answers" and what the engine says of itself."""
    command = (sys.executable, "-c", LIMITED, str(limit_bytes))
    try:
        engine = await EngineProcess.start(EngineOptions(model, ctx=CONTEXT, threads=1), command=command)
    except EngineError as error:
        return error.code, error.title, error.hint
    try:
        async with engine.client() as client:
            question = [{"role": "user", "content": "Hi"}]
            ends = [e async for e in client.chat(question, n=4, max_tokens=5) if isinstance(e, ChoiceEnd)]
        assert len(ends) == 4
        assert engine.handle.model is not None
        return "answers", " ".join(engine.handle.model.notices), ""
    finally:
        await engine.stop()


async def test_e03_whatever_memory_there_is_the_engine_answers_or_says_why_not(long_model: Path) -> None:
    seen: list[tuple[str, str, str]] = []
    others = set(psutil.Process().children(recursive=True))  # servers that whole modules share
    for megabytes in (60, 150, 250, 300, 400, 500, 700, 1000, 4000):
        seen.append(await outcome(long_model, megabytes << 20))
        code, title, hint = seen[-1]
        assert code in {"out-of-memory", "answers"} or megabytes < FOR_THE_PROGRAM_MB, seen
        assert "Traceback" not in title + hint
        assert set(psutil.Process().children(recursive=True)) <= others
    codes = [code for code, _, _ in seen]
    assert codes[-1] == "answers"
    short = [(title, hint) for code, title, hint in seen if code == "out-of-memory" and "context" in title]
    assert short, seen
    assert all(title.startswith("There is not enough free memory") for title, _ in short)
    assert all("choose a smaller context" in hint for _, hint in short)
    smaller = [notice for code, notice, _ in seen if code == "answers" and notice]
    assert all(f"not enough memory for a context of {CONTEXT} tokens" in notice for notice in smaller)
    assert codes.index("answers") > codes.index("out-of-memory")
