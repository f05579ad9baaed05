"""For every kind of accelerator one reason, with the numbers, why it is used or not."""

from dataclasses import replace

import pytest

from oa_desktop.services.accelerators import device_findings
from oa_desktop.services.device_probe import DeviceProbe, SeenDevice
from oa_desktop.services.findings import Level
from oa_desktop.services.graphics import Graphics

GB = 10**9
CPU = SeenDevice("cpu", "processor", "CPU", "A processor", 8 * GB, 16 * GB, False, True)
CARD = SeenDevice("cuda", "graphics", "CUDA0", "RTX 4090", 20 * GB, 24 * GB, True, False)
NVIDIA = Graphics(frozenset({"NVIDIA"}), frozenset({"cuda", "vulkan"}))
NOTHING = Graphics()


def said(probe, machine=NOTHING, layer_bytes=0, platform="linux"):
    findings = device_findings(probe, machine, layer_bytes, platform)
    assert all(finding.sentence.endswith(".") for finding in findings)
    return {finding.topic: (finding.level, finding.sentence) for finding in findings}


def test_a_card_that_is_used_has_its_memory_told():
    found = said(DeviceProbe(("cuda", "cpu"), (CARD, CPU)), NVIDIA)
    assert found["CUDA"] == (Level.OK, "RTX 4090 takes layers of a model: 20.0 GB of 24.0 GB free.")
    assert found["processor"][1] == "A processor computes what no other device does, with 8.0 GB free."
    assert found["Vulkan"] == (
        Level.OK,
        "NVIDIA graphics are here, but this llama.cpp was built without Vulkan.",
    )


def test_a_library_without_the_backend_is_the_reason():
    level, sentence = said(DeviceProbe(("cpu",), (CPU,)), NVIDIA)["CUDA"]
    assert level is Level.NOTE
    assert sentence == "NVIDIA graphics are here, but this llama.cpp was built without CUDA."
    [cuda] = [f for f in device_findings(DeviceProbe(("cpu",), (CPU,)), NVIDIA) if f.topic == "CUDA"]
    assert cuda.hint.endswith("dev.py run --backend cuda")


def test_a_missing_driver_is_the_reason():
    level, sentence = said(DeviceProbe(("cuda", "cpu"), (CPU,)), replace(NVIDIA, drivers=frozenset()))["CUDA"]
    assert level is Level.NOTE
    assert sentence == "NVIDIA graphics are here, but the driver for CUDA is missing."


def test_a_driver_without_a_device_is_the_reason():
    level, sentence = said(DeviceProbe(("cuda", "cpu"), (CPU,)), NVIDIA)["CUDA"]
    assert level is Level.NOTE
    assert "the driver offers no device" in sentence


def test_no_card_at_all_is_no_trouble():
    found = said(DeviceProbe(("vulkan", "cpu"), (CPU,)))
    assert found["Vulkan"] == (Level.OK, "No graphics card for Vulkan was found.")
    assert found["CUDA"] == (
        Level.OK,
        "This llama.cpp was built without CUDA, and no card for it was found.",
    )


def test_too_little_memory_is_the_reason_with_both_numbers():
    full = replace(CARD, free_bytes=300_000_000)
    level, sentence = said(DeviceProbe(("cuda", "cpu"), (full, CPU)), NVIDIA, layer_bytes=GB)["CUDA"]
    assert level is Level.NOTE
    assert sentence == ("RTX 4090 is not used: 300 MB of its memory are free, and one layer needs 1.3 GB.")


def test_the_walls_of_the_engine_are_the_reason():
    level, sentence = said(DeviceProbe(("cuda", "cpu"), (CARD, CPU), hidden=("CUDA0",)), NVIDIA)["CUDA"]
    assert level is Level.NOTE
    assert sentence == "RTX 4090 is not used: the walls around the engine hide it."
    assert DeviceProbe((), (CARD,), hidden=("CUDA0",)).own_memory_bytes == 0


def test_a_card_that_another_backend_drives_is_told_as_such():
    twice = replace(CARD, kind="vulkan", name="Vulkan0", takes_layers=False)
    level, sentence = said(DeviceProbe(("cuda", "vulkan", "cpu"), (CARD, twice, CPU)), NVIDIA)["Vulkan"]
    assert level is Level.OK
    assert sentence == "RTX 4090 is not used through Vulkan: another device is taken first."


@pytest.mark.parametrize(
    ("platform", "kinds"),
    [
        ("linux", {"CUDA", "ROCm", "Vulkan"}),
        ("win32", {"CUDA", "Vulkan"}),
        ("darwin", {"Metal"}),
        ("freebsd14", set()),
    ],
)
def test_every_kind_the_system_can_have_is_spoken_of(platform, kinds):
    assert set(said(DeviceProbe(("cpu",), (CPU,)), platform=platform)) == {*kinds, "processor"}


def test_an_engine_that_cannot_be_asked_is_a_note():
    [finding] = device_findings(DeviceProbe(trouble="It died."), NVIDIA)
    assert (finding.level, finding.sentence) == (Level.NOTE, "It died.")
