"""The doctor on healthy and sick installations."""

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from oa_desktop.errors import StorageError
from oa_desktop.gguf import ModelTooLarge
from oa_desktop.paths import HOME_VARIABLE, AppPaths, app_paths
from oa_desktop.services import device_probe, doctor_checks
from oa_desktop.services.device_probe import DeviceProbe, SeenDevice, probe_devices
from oa_desktop.services.doctor import DoctorReport, report
from oa_desktop.services.engine_probe import EngineProbe, probe_engine
from oa_desktop.services.findings import Finding, Level
from oa_desktop.services.fit import estimate
from oa_desktop.services.fit.check import require_fit
from oa_desktop.services.library import models
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.settings import Settings
from oa_desktop.settings_file import Notice, SettingsFile
from tests.unit.gguf.ggufs import Gguf


def no_probe() -> EngineProbe:
    return EngineProbe(True, "The engine is locked in.", ("UDP packets.",))


def no_devices() -> DeviceProbe:
    return DeviceProbe(("cpu",), ())


@pytest.fixture
def paths(tmp_path: Path) -> AppPaths:
    paths = app_paths({HOME_VARIABLE: str(tmp_path / "home")})
    paths.create()
    return paths


@pytest.fixture
def library(paths: AppPaths, tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(paths, Gguf().write(tmp_path / "tour.gguf"))


def sentences(found: DoctorReport, topic: str) -> list[str]:
    return [finding.sentence for finding in found.findings if finding.topic == topic]


def test_a_fresh_installation_is_healthy(paths: AppPaths, library: ModelLibrary) -> None:
    found = report(paths, library=library, probe=no_probe, devices=no_devices)
    assert found.healthy
    assert found.versions["oa-desktop"]
    assert found.versions["llama-cpp-python"]
    assert {status.name for status in found.paths} == {"data", "models", "backups", "config", "cache", "logs"}
    assert all(status.writable for status in found.paths)
    assert sentences(found, "model")[0].startswith("Tiny can be loaded and needs about ")
    assert "Not covered: UDP packets." in sentences(found, "engine")


@pytest.mark.parametrize(
    ("free", "words"),
    [
        (8 * 10**9, "Models of up to about 5.5 GB fit: 9 billion weights in Q4_K_M."),
        (10**8, "Hardly any model fits in the free memory."),
    ],
)
def test_it_says_how_large_a_model_may_be(
    paths: AppPaths, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch, free: int, words: str
) -> None:
    monkeypatch.setattr(estimate, "available_bytes", lambda: free)
    found = report(paths, library=library, probe=no_probe, devices=no_devices)
    assert sentences(found, "model size") == [words]


def test_a_card_makes_room_for_larger_models(
    paths: AppPaths, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "available_bytes", lambda: 8 * 10**9)
    card = SeenDevice("cuda", "graphics", "CUDA0", "Card", 10**10, 10**10, True, False)
    found = report(paths, library=library, probe=no_probe, devices=lambda: DeviceProbe(("cuda",), (card,)))
    assert "up to about 13" in sentences(found, "model size")[0]


def test_the_report_is_plain_json(paths: AppPaths, library: ModelLibrary) -> None:
    document = json.loads(
        json.dumps(report(paths, library=library, probe=no_probe, devices=no_devices).as_json())
    )
    assert document["healthy"] is True
    assert document["findings"][0].keys() == {"level", "topic", "sentence", "hint"}
    assert document["machine"]["logical_cores"] >= 1
    assert document["paths"][0]["path"] == str(paths.data)


def test_looking_creates_nothing(tmp_path: Path) -> None:
    paths = app_paths({HOME_VARIABLE: str(tmp_path / "not yet")})
    library = ModelLibrary(paths, Gguf().write(tmp_path / "tour.gguf"))
    found = report(paths, library=library, probe=no_probe, devices=no_devices)
    assert found.healthy
    assert not (tmp_path / "not yet").exists()


def test_the_worst_comes_first(paths: AppPaths, tmp_path: Path) -> None:
    library = ModelLibrary(paths, tmp_path / "missing.gguf")
    found = report(
        paths,
        library=library,
        settings_notices=[Notice("replies cannot be 99.", "Default.")],
        probe=no_probe,
        devices=no_devices,
    )
    levels = [finding.level for finding in found.findings]
    assert not found.healthy
    assert levels[0] is Level.PROBLEM
    assert levels == sorted(levels, key=[Level.PROBLEM, Level.NOTE, Level.OK].index)
    assert sentences(found, "settings") == ["replies cannot be 99."]


def test_c02_the_notices_of_the_settings_are_shown(paths: AppPaths, library: ModelLibrary) -> None:
    paths.settings.write_text("replies = 99\n")
    notices = SettingsFile(paths.settings).notices
    assert (
        "replies cannot be 99"
        in sentences(
            report(paths, library=library, settings_notices=notices, probe=no_probe, devices=no_devices),
            "settings",
        )[0]
    )


def test_e02_a_model_that_crashed_is_named(paths: AppPaths, library: ModelLibrary) -> None:
    library.note_loading(library.resolve("tour"))
    found = report(paths, library=library, probe=no_probe, devices=no_devices)
    assert sentences(found, "model") == [
        "Tiny did not come up when it was loaded last; it may be loading right now."
    ]
    assert found.healthy


def test_s09_trouble_with_the_store_is_a_problem(paths: AppPaths, library: ModelLibrary) -> None:
    def broken() -> list[Finding]:
        raise StorageError("store-damaged", "The conversations are damaged.", hint="Restore a backup.")

    found = report(paths, library=library, database=broken, probe=no_probe, devices=no_devices)
    assert not found.healthy
    assert found.findings[0] == Finding(
        Level.PROBLEM, "conversations", "The conversations are damaged.", "Restore a backup."
    )


def test_s04_a_nearly_full_disk_is_told(
    paths: AppPaths, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(paths.data)
    monkeypatch.setattr(doctor_checks.shutil, "disk_usage", lambda path: usage._replace(free=50_000_000))
    found = report(paths, library=library, probe=no_probe, devices=no_devices)
    assert sentences(found, "disk") == ["Only 50.0 MB of disk space is free."]
    assert not found.healthy


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_s07_a_read_only_folder_is_a_problem(paths: AppPaths, library: ModelLibrary) -> None:
    paths.logs.chmod(0o500)
    try:
        found = report(paths, library=library, probe=no_probe, devices=no_devices)
    finally:
        paths.logs.chmod(0o700)
    assert any("logs" in sentence for sentence in sentences(found, "folders"))


def test_s20_an_old_sqlite_is_told(
    paths: AppPaths, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_checks, "library_is_safe", lambda: False)
    found = report(paths, library=library, probe=no_probe, devices=no_devices)
    assert found.healthy
    assert "older than 3.51.3" in sentences(found, "sqlite")[0]


def test_a_missing_part_is_a_problem(
    paths: AppPaths, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(doctor_checks._PACKAGES, "llama-cpp-python", "no-such-package-here")
    found = report(paths, library=library, probe=no_probe, devices=no_devices)
    assert sentences(found, "software") == ["llama-cpp-python is not installed."]


def test_e24_the_engine_itself_is_asked_about_its_walls() -> None:
    probe = probe_engine()
    assert probe.lockdown.startswith("The engine is ")


def test_the_engine_itself_is_asked_for_its_devices() -> None:
    probe = probe_devices()
    assert probe.trouble == ""
    assert "cpu" in probe.backends
    assert [device.role for device in probe.devices].count("processor") == 1
    assert all(device.total_bytes >= device.free_bytes > 0 for device in probe.devices)


def test_a_probe_that_dies_is_told_and_nothing_else_is_lost(
    paths: AppPaths, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = (sys.executable, "-c", "import os; os.abort()")
    monkeypatch.setattr(device_probe, "engine_command", lambda: dying)
    found = report(paths, library=library, probe=no_probe)
    assert sentences(found, "devices") == [
        "The engine could not be asked for its devices: CalledProcessError."
    ]
    assert found.healthy


def test_a_model_may_lie_in_the_memory_of_a_graphics_card(
    paths: AppPaths, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = SeenDevice("cuda", "graphics", "CUDA0", "Card", 10**10, 10**10, True, False)
    monkeypatch.setattr(models, "available_bytes", lambda: 1000)
    assert not report(paths, library=library, probe=no_probe, devices=no_devices).healthy
    with_card = DeviceProbe(("cuda", "cpu"), (card,))
    found = report(paths, library=library, probe=no_probe, devices=lambda: with_card)
    assert sentences(found, "model")[0].startswith("Tiny can be loaded")
    assert found.as_json()["devices"]["devices"][0]["description"] == "Card"


def test_e03_devices_are_only_asked_for_when_the_machine_s_own_memory_is_too_small(
    library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    card = SeenDevice("cuda", "graphics", "CUDA0", "Card", 10**10, 10**10, True, False)

    def probe(*devices: SeenDevice) -> DeviceProbe:
        asked.append(devices)
        return DeviceProbe(("cuda", "cpu"), devices)

    model = library.resolve("tour")
    require_fit(library, model, Settings(), probe)
    assert asked == []
    monkeypatch.setattr(models, "available_bytes", lambda: 1000)
    require_fit(library, model, Settings(), lambda: probe(card))
    for settings, devices in (
        (Settings(), ()),
        (Settings(), (replace(card, shares_memory=True),)),
        (Settings(), (replace(card, takes_layers=False),)),
        (Settings(gpu_layers="0"), (card,)),
    ):
        with pytest.raises(ModelTooLarge):
            require_fit(library, model, settings, lambda devices=devices: probe(*devices))
    assert len(asked) == 4
