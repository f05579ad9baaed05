"""What header and picker show for each state of the engine."""

import pytest
from PySide6.QtCore import QLocale

from oa_desktop.client.errors import stopped
from oa_desktop.client.handle import EngineDevice, EngineHandle, ModelDescription
from oa_desktop.client.status import Halted, NotAnswering, Off, Running, Starting, Waiting
from oa_desktop.ui.models.model_props import ModelInputs, ModelProps, derive_model_props


@pytest.fixture(autouse=True)
def english():
    before = QLocale()
    QLocale.setDefault(QLocale("en"))
    yield
    QLocale.setDefault(before)


def props_of(status, **inputs):
    return derive_model_props(ModelInputs(status, "llama", **inputs))


def running(**fields):
    return EngineHandle("http://127.0.0.1:1/v1", "", ModelDescription("llama", **fields))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Off(), {"chip_text": "No model", "ready": False, "loading": False}),
        (Starting(), {"chip_text": "Loading llama…", "loading": True, "progress": -1.0}),
        (Starting(0.62), {"chip_text": "Loading 62 % · llama", "loading": True, "progress": 0.62}),
        (Halted(stopped(-9)), {"chip_text": "Stopped: llama", "ready": False}),
        (Waiting(2.0, stopped(-9)), {"chip_text": "Stopped: llama", "ready": False}),
        (Running(running()), {"chip_text": "llama", "ready": True, "device_text": "", "details": ""}),
        (NotAnswering(running()), {"chip_text": "llama", "ready": True}),
        (Running(EngineHandle("http://127.0.0.1:1/v1", "")), {"chip_text": "llama", "ready": True}),
    ],
)
def test_the_header_follows_the_engine(status, expected):
    props = props_of(status)
    assert {name: getattr(props, name) for name in expected} == expected


def test_why_the_engine_stopped_is_in_the_picker():
    props = props_of(Halted(stopped(-9)))
    assert "signal 9" in props.problem
    assert props.details == props.problem


def test_a_running_model_says_where_it_runs_and_how_full_its_context_is():
    status = Running(running(context_tokens=2048, device=EngineDevice("cpu", threads=2)))
    props = props_of(status, context_used=1500)
    assert props.context_text == "context 1,500 / 2,048"
    assert not props.context_nearly_full
    assert props_of(status, context_used=1900).context_nearly_full
    assert props.device_text == "CPU · 2 threads"
    assert "Context of 2,048 tokens" in props.device_details
    assert props.device_details in props.details
    assert props_of(status).context_text == ""


def test_nothing_is_said_of_a_model_that_nobody_asked_for():
    assert props_of(Off(), is_tour=True) == ModelProps(is_tour=True)
    assert props_of(Off()) == ModelProps()
