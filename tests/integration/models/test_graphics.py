"""Graphics hardware and drivers are seen by their files."""

import sys
from pathlib import Path

import pytest

from oa_desktop.services.graphics import graphics

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are the files of Linux")


def device(root: Path, address: str, kind: str, vendor: str) -> None:
    folder = root / "sys" / "bus" / "pci" / "devices" / address
    folder.mkdir(parents=True)
    (folder / "class").write_text(f"{kind}\n")
    (folder / "vendor").write_text(f"{vendor}\n")


def test_cards_are_known_by_class_and_vendor(tmp_path: Path) -> None:
    device(tmp_path, "0000:01:00.0", "0x030000", "0x10de")
    device(tmp_path, "0000:02:00.0", "0x120000", "0x1002")
    device(tmp_path, "0000:03:00.0", "0x020000", "0x8086")
    device(tmp_path, "0000:04:00.0", "0x030000", "0x1234")
    assert graphics(tmp_path).vendors == {"NVIDIA", "AMD"}


def test_drivers_are_known_by_what_they_bring(tmp_path: Path) -> None:
    assert graphics(tmp_path).drivers == set()
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "nvidiactl").touch()
    (tmp_path / "dev" / "kfd").touch()
    folder = tmp_path / "usr" / "share" / "vulkan" / "icd.d"
    folder.mkdir(parents=True)
    assert graphics(tmp_path).drivers == {"cuda", "rocm"}
    (folder / "radeon_icd.x86_64.json").touch()
    assert graphics(tmp_path).drivers == {"cuda", "rocm", "vulkan"}


def test_this_machine_can_be_looked_at() -> None:
    assert graphics().vendors <= {"NVIDIA", "AMD", "Intel"}
