"""Bad model files opened in the window, one after another: each is refused by name, and no more happens."""

import random
import struct

import pytest
from PySide6.QtCore import QUrl

from oa_desktop.client.status import Running
from tests.e2e.conftest import fake_loader
from tests.integration.client.servers import TOUR
from tests.unit.gguf.ggufs import ARCH, I64, STRING, U32, Gguf, pair, tensor

BANNER = "banner-model-rejected"


def bad_files() -> dict[str, bytes]:
    """A file of each kind, by its name."""
    good = TOUR.read_bytes()
    noise = random.Random(20230821)
    return {
        "empty.gguf": b"",
        "three-bytes.gguf": b"GGU",
        "text.gguf": b"<!doctype html><img src=x> not a model",
        "version-1.gguf": Gguf(version=1).build(),
        "huge-counts.gguf": Gguf(pair_count=2**64 - 1, tensor_count=2**62).build(),
        "half.gguf": good[: len(good) // 2],
        "almost.gguf": good[:-1],
        "noise.gguf": b"GGUF" + struct.pack("<I", 3) + noise.randbytes(1 << 20),
        "negative.gguf": Gguf(extra=[pair("llama.attention.value_length", I64, -1)]).build(),
        "zero-sized.gguf": Gguf(tensors=[tensor("t", [64, 0])]).build(),
        "unheard-of.gguf": Gguf(pairs=[pair("general.architecture", STRING, "brandnew9")]).build(),
        "deep.gguf": Gguf(pairs=[ARCH, pair("llama.block_count", U32, 100_000)]).build(),
    }


@pytest.mark.model
def test_e04_e05_e07_e08_e09_bad_files_are_named_and_the_running_model_stays(open_window, paths, tmp_path):
    window = open_window(fake_loader(paths))
    window.wait_for_engine()
    running = window.wiring.engine.engine
    for name, content in bad_files().items():
        path = tmp_path / name
        path.write_bytes(content)
        window.wiring.models.openDropped(QUrl.fromLocalFile(str(path)).toString(), 1)
        window.until(lambda name=name: name in shown(window))
        assert "Traceback" not in shown(window)
    assert window.wiring.engine.engine is running
    assert isinstance(window.wiring.engine.status, Running)
    with window.replies():
        window.click("composerInput")
        window.ask("Are you still there?")


def shown(window) -> str:
    banner = window.find(BANNER)
    return "" if banner is None else str(banner.property("text"))
