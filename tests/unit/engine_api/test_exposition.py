"""The metrics page, read back by a parser that forgives nothing."""

import math
import re
from dataclasses import dataclass, field

import pytest

from oa_desktop.engine.api.exposition import exposition
from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.tally import STEP_BOUNDS_S, Tally

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
SUFFIXES = {"counter": [""], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}
Labels = frozenset[tuple[str, str]]


@dataclass
class Metric:
    about: str
    kind: str = ""
    samples: dict[tuple[str, Labels], float] = field(default_factory=dict)

    def value(self, suffix: str = "", **labels: str) -> float:
        return self.samples[suffix, frozenset(labels.items())]


def parse(page: str) -> dict[str, Metric]:
    """HELP, TYPE and samples of each metric together and in this order; every sample of its metric, once."""
    assert page.endswith("\n")
    assert "\r" not in page
    metrics: dict[str, Metric] = {}
    name = ""
    for line in page.removesuffix("\n").split("\n"):
        if match := re.fullmatch(rf"# HELP ({NAME}) (\S.*)", line):
            name = match[1]
            assert name not in metrics, f"{name} is there twice"
            metrics[name] = Metric(match[2])
        elif match := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram)", line):
            assert match[1] == name
            assert not metrics[name].kind
            metrics[name].kind = match[2]
        else:
            match = SAMPLE.fullmatch(line)
            assert match, f"no line of the format: {line!r}"
            metric = metrics[name]
            suffix = match[1].removeprefix(name)
            assert match[1].startswith(name)
            assert suffix in SUFFIXES[metric.kind], line
            pairs = [tuple(pair.split("=", 1)) for pair in re.findall(LABEL, match[2] or "")]
            labels = frozenset((key, value[1:-1]) for key, value in pairs)
            assert len(dict(labels)) == len(pairs), f"a label twice: {line!r}"
            assert (suffix, labels) not in metric.samples, f"a sample twice: {line!r}"
            metric.samples[suffix, labels] = float(match[3])
    return metrics


@pytest.fixture
def loop() -> EngineLoop:
    """Not started: its numbers are what a test makes them."""
    return EngineLoop(FakeBackend())


def pages(loop: EngineLoop, tally: Tally) -> dict[str, Metric]:
    loop._scheduler.tally = tally
    loop._stats = loop._picture()
    return parse(exposition(loop.stats()))


def test_names_follow_the_rules_of_prometheus(loop: EngineLoop):
    metrics = parse(exposition(loop.stats()))
    assert len(metrics) >= 14
    for name, metric in metrics.items():
        assert name.startswith("oa_engine_")
        assert name.endswith("_total") == (metric.kind == "counter"), name
        assert name.endswith("_seconds") == (metric.kind == "histogram"), name
        assert metric.samples, name


def test_every_value_is_a_number_from_the_first_scrape_on(loop: EngineLoop):
    metrics = parse(exposition(loop.stats()))
    assert all(math.isfinite(value) for metric in metrics.values() for value in metric.samples.values())
    outcomes = {dict(labels)["outcome"] for _, labels in metrics["oa_engine_requests_total"].samples}
    assert outcomes == {"completed", "cancelled", "refused", "failed"}


def test_a_histogram_rises_to_its_count(loop: EngineLoop):
    tally = Tally()
    times = [0.0001, 0.004, 0.004, 0.3, 20.0, 5e-7]
    for seconds in times:
        tally.step(seconds, read_prompt=True)
    tally.step(0.02, read_prompt=False)
    steps = pages(loop, tally)["oa_engine_step_duration_seconds"]
    for prefill, count, total in (("true", 6, sum(times)), ("false", 1, 0.02)):
        bounds = [*(f"{bound:g}" for bound in STEP_BOUNDS_S), "+Inf"]
        buckets = [steps.value("_bucket", prefill=prefill, le=bound) for bound in bounds]
        assert buckets == sorted(buckets)
        assert buckets[-1] == steps.value("_count", prefill=prefill) == count
        assert steps.value("_sum", prefill=prefill) == pytest.approx(total)
    assert steps.value("_bucket", prefill="true", le="0.005") == 4
    assert len(steps.samples) == 2 * (len(STEP_BOUNDS_S) + 3)


@pytest.mark.parametrize("can_rewind", [True, False])
def test_it_says_whether_the_memory_can_be_cut(can_rewind: bool):
    metrics = parse(exposition(EngineLoop(FakeBackend(can_rewind=can_rewind)).stats()))
    assert metrics["oa_engine_can_rewind"].value() == can_rewind


@pytest.mark.parametrize(
    "page",
    [
        "# HELP a b\n# TYPE a gauge\na 1",
        "# HELP a b\n# TYPE a gauge\nb 1\n",
        "# HELP a b\n# TYPE a gauge\na 1\na 2\n",
        "# HELP a b\n# TYPE a gauge\na  1\n",
        '# HELP a b\n# TYPE a gauge\na{x="1"y="2"} 1\n',
        "# HELP a b\n# TYPE a gauge\na{x=1} 1\n",
        "# HELP a b\n# TYPE a counter\na_count 1\n",
        "# HELP a b\n# TYPE a gauge\na one\n",
        "# TYPE a gauge\na 1\n",
        "# HELP a b\n# TYPE a gauge\n\na 1\n",
    ],
)
def test_the_parser_of_these_tests_refuses_what_is_wrong(page: str):
    with pytest.raises((AssertionError, ValueError, KeyError)):
        parse(page)
