"""`oa-desktop models import`, `show`, `verify` and `remove`: what is done with models on this machine."""

from pathlib import Path

from tests.hub_server import HubServer

from .conftest import CONTENT, FILE, REPO, Run


def test_a_model_is_removed_by_its_own_name_alone(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(CONTENT)
    assert run("import", str(file)).split()[-1] == "mine"
    assert "prompt format is oasst" in run.err
    assert run("import", str(file), "--copy").split()[-1] == "mine-2"
    run("remove", "mine")
    said = run("remove", "mine", exit_code=2)
    assert "name it mine-2" in said
    assert len(run.files) == 1
    run("remove", "mine-2")
    assert run.files == []
    assert file.exists()


def test_what_is_known_of_a_downloaded_model_is_a_line_for_each_fact(run: Run, served: HubServer) -> None:
    ref = run.json("download", REPO, FILE)["ref"]
    lines = run("show", ref).splitlines()
    assert any(line.startswith("source") and f"{FILE} of {REPO} at " in line for line in lines)
    assert not any(line.endswith((" None", " []", " {}", " False")) for line in lines)


def test_a_downloaded_model_is_verified_and_removed(run: Run, served: HubServer) -> None:
    ref = run.json("download", REPO, FILE)["ref"]
    assert run.json("verify", ref)["published"] is True
    (file,) = run.files
    content = bytearray(CONTENT)
    content[150_000] ^= 1
    file.write_bytes(content)
    assert "damaged" in run("verify", ref, exit_code=1)
    assert run.json("remove", ref)["freed_bytes"] == len(CONTENT)
    assert run.files == []
    assert not [path for path in run.models.rglob("*") if path.is_file() and path.stat().st_size > 50_000]
    run("show", ref, exit_code=1)
