"""The devices that ggml knows, read from the libraries of llama-cpp-python."""

from pathlib import Path

import pytest

from oa_desktop.engine.llama import LlamaBackend, LlamaOptions
from oa_desktop.engine.llama import devices as reading
from oa_desktop.engine.llama.devices import backends, devices, free_memory
from oa_desktop.gguf.device import Role

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]


@pytest.fixture
def other_libraries(monkeypatch):
    """Pretend that the functions must be looked for elsewhere."""

    def look_in(*names: str) -> None:
        monkeypatch.setattr(reading, "_LIBRARIES", names)
        reading._libraries.cache_clear()
        reading._function.cache_clear()

    yield look_in
    monkeypatch.undo()
    reading._libraries.cache_clear()
    reading._function.cache_clear()


def test_the_processor_is_always_there_with_what_is_free_of_the_machine():
    [processor] = [device for device in devices() if device.role is Role.PROCESSOR]
    assert processor.kind == "cpu"
    assert processor.description
    assert processor.handle
    assert 0 < processor.free_bytes <= processor.total_bytes
    assert abs(processor.free_bytes - free_memory()) < processor.total_bytes // 4
    assert "cpu" in backends()


def test_functions_are_found_in_whichever_library_has_them(other_libraries):
    everything = [(device.name, device.handle) for device in devices()]
    other_libraries("ggml-base", "ggml")
    assert [(device.name, device.handle) for device in devices()] == everything


def test_a_library_that_cannot_be_asked_leaves_the_processor(other_libraries):
    other_libraries("ggml-base")
    assert (devices(), backends()) == ((), ())
    backend = LlamaBackend.open(TOUR, LlamaOptions(threads=1, gpu_layers="all"))
    assert (backend.device.kind, backend.device.offloaded_layers) == ("cpu", 0)
    backend.close()
