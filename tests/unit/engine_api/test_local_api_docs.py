"""The page about the local API names every field and every path, with the limits the code has."""

import re
from pathlib import Path

from oa_desktop.engine.api import body, generation_fields, prompt_fields
from oa_desktop.engine.api.exposition import exposition
from oa_desktop.engine.api.guard import OPEN_PATH
from oa_desktop.engine.api.routes import Routes
from oa_desktop.engine.api.unsupported import UNSUPPORTED
from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.tally import Outcome

PAGE = (Path(__file__).parents[3] / "docs" / "local-api.md").read_text(encoding="utf-8")
READ = re.compile(r"fields\.(?:text|flag|integer|number|strings|object|raw)\(\s*\"(\w+)\"")


def test_every_field_that_is_read_is_described():
    sources = [
        Path(module.__file__).read_text(encoding="utf-8") for module in (generation_fields, prompt_fields)
    ]
    names = {name for source in sources for name in READ.findall(source)}
    assert len(names) >= 18
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


def test_every_field_that_is_refused_is_described():
    assert {name for name in UNSUPPORTED if f"`{name}`" not in PAGE} == set()


def test_every_path_is_described():
    paths = {route.path.replace(":path", "") for route in Routes(None).all()}
    assert OPEN_PATH in paths
    assert all(re.search(rf"`(GET|POST) {re.escape(path)}`", PAGE) for path in paths)


def test_every_metric_is_described_and_no_other():
    page = exposition(EngineLoop(FakeBackend()).stats())
    served = set(re.findall(r"^# TYPE (\w+)", page, re.MULTILINE))
    assert served == set(re.findall(r"`(oa_engine_\w+)`", PAGE))
    assert all(f"`{outcome}`" in PAGE for outcome in Outcome)


def test_the_limits_are_those_of_the_code():
    limits = (
        f"at most {generation_fields.MOST_REPLIES}",
        f"1 to {generation_fields.MOST_TOKENS}",
        f"up to {generation_fields.MOST_STOPS}, of 1 to {generation_fields.LONGEST_STOP}",
        f"at most {body.BODY_LIMIT_BYTES // 2**20} MiB",
    )
    assert [limit for limit in limits if limit not in PAGE] == []
