"""What the header says of the model: where it runs, and how."""

import pytest
from PySide6.QtCore import QLocale

from oa_desktop.client.handle import EngineDevice, ModelDescription
from oa_desktop.ui.models.model_words import device_details, device_text


@pytest.fixture(autouse=True)
def english():
    before = QLocale()
    QLocale.setDefault(QLocale("en"))
    yield
    QLocale.setDefault(before)


def card(name: str, layers: int = 32, offloaded: int = 32, kind: str = "cuda") -> EngineDevice:
    return EngineDevice(kind, name, layers, offloaded, 8, "f16", flash_attention=True)


@pytest.mark.parametrize(
    ("device", "text"),
    [
        (None, ""),
        (EngineDevice(), ""),
        (EngineDevice("cpu", "AMD Ryzen 7 5800X", 32, 0, 2), "CPU · 2 threads"),
        (EngineDevice("cpu", threads=1), "CPU · 1 thread"),
        (EngineDevice("cpu"), "CPU"),
        (card("NVIDIA GeForce RTX 4090"), "RTX 4090 · 32 of 32 layers"),
        (card("AMD Radeon RX 7900 XTX", 40, 12, "rocm"), "RX 7900 XTX · 12 of 40 layers"),
        (card("Intel(R) Arc(TM) A770 Graphics", kind="vulkan"), "Arc A770 · 32 of 32 layers"),
        (card("Apple M2", kind="metal"), "Apple M2 · 32 of 32 layers"),
        (card("NVIDIA", 5, 5), "NVIDIA · 5 of 5 layers"),
        (card("", 5, 5), "CUDA · 5 of 5 layers"),
        (card("", 5, 5, "sycl"), "sycl · 5 of 5 layers"),
        (card("NVIDIA RTX 4090", 32, 0), "CPU · 8 threads"),
    ],
)
def test_a_few_words_say_where_a_model_runs(device, text):
    assert device_text(device) == text


def test_the_tooltip_says_how_it_runs_and_what_the_engine_has_to_say():
    model = ModelDescription(
        "m", context_tokens=4096, device=card("NVIDIA GeForce RTX 4090"), notices=("It was\nslow.",)
    )
    assert device_details(model) == (
        "Runs on NVIDIA GeForce RTX 4090 (CUDA) with 32 of its 32 layers\n"
        "Context of 4,096 tokens, cache in f16, flash attention\n"
        "It was slow."
    )
    processor = ModelDescription("m", device=EngineDevice("cpu", "AMD Ryzen", 32, 0, 2))
    assert device_details(processor) == "Runs on the processor with 2 threads: AMD Ryzen"
    assert device_details(ModelDescription("m")) == ""
