"""Builds for a graphics card: the right options and their own folder, or one sentence on what is missing."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OLD = "#define VK_HEADER_VERSION 239\n"
NEW = OLD.replace("239", "309") + "#define VK_EXT_layer_settings 1\n"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the tools have other names elsewhere")


@pytest.fixture
def dev(monkeypatch, tmp_path):
    """The program, with nothing but an empty folder to find tools in."""
    monkeypatch.syspath_prepend(ROOT / "packaging")
    for name in ("CUDA_PATH", "CUDA_HOME", "VULKAN_SDK", "CMAKE_ARGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    import dev

    return dev


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def vulkan_sdk(folder: Path, header: str, monkeypatch) -> None:
    program(folder / "bin" / "glslc")
    (folder / "include" / "vulkan").mkdir(parents=True)
    (folder / "include" / "vulkan" / "vulkan_core.h").write_text(header)
    monkeypatch.setenv("VULKAN_SDK", str(folder))


def test_each_backend_has_its_own_folder_and_options(dev, monkeypatch):
    backends = dev.dev_backend.BACKENDS
    assert set(backends) == {"cpu", "cuda", "metal", "vulkan"}
    folders = {name: backend.folder for name, backend in backends.items()}
    assert len(set(folders.values())) == len(folders)
    assert backends["vulkan"].cmake_args == "-DGGML_VULKAN=on"
    monkeypatch.setenv("CMAKE_ARGS", "-DGGML_NATIVE=off")
    assert backends["cuda"].cmake_args == "-DGGML_CUDA=on -DGGML_NATIVE=off"
    assert dev.dev_backend.DEFAULT.cmake_args == "-DGGML_NATIVE=off"


@pytest.mark.parametrize(
    ("arguments", "folder", "rest"),
    [
        (["--backend", "vulkan", "chat"], ".venv-vulkan", ["chat"]),
        (["--backend=cuda"], ".venv-cuda", []),
        (["chat", "--backend", "vulkan"], ".venv", ["chat", "--backend", "vulkan"]),
        ([], ".venv", []),
    ],
)
def test_the_backend_is_the_first_argument(dev, arguments, folder, rest):
    backend, others = dev.dev_backend.taken_from(arguments)
    assert (backend.folder, others) == (folder, rest)


@pytest.mark.parametrize("arguments", [["--backend", "opengl"], ["--backend"], ["--backend="]])
def test_another_backend_is_named_as_an_error(dev, arguments, capsys):
    assert dev.main(["setup", *arguments]) == 1
    assert "--backend is one of cpu, cuda, metal, vulkan" in capsys.readouterr().err


@on_linux
def test_a_missing_cuda_compiler_is_one_sentence(dev, monkeypatch, tmp_path):
    cuda = dev.dev_backend.BACKENDS["cuda"]
    if not Path("/usr/local/cuda/bin/nvcc").exists():
        with pytest.raises(dev.dev_environment.SetUpFailed, match="nvcc was not found"):
            cuda.check()
    program(tmp_path / "toolkit" / "bin" / "nvcc")
    monkeypatch.setenv("CUDA_HOME", str(tmp_path / "toolkit"))
    if not any(Path(root, "include/cublas_v2.h").exists() for root in ("/usr", "/usr/local/cuda")):
        with pytest.raises(dev.dev_environment.SetUpFailed, match="not its library cuBLAS"):
            cuda.check()
    (tmp_path / "toolkit" / "include").mkdir()
    (tmp_path / "toolkit" / "include" / "cublas_v2.h").touch()
    assert cuda.check() == (f"-DCMAKE_CUDA_COMPILER={tmp_path}/toolkit/bin/nvcc",)
    monkeypatch.setenv("PATH", str(tmp_path / "toolkit" / "bin"))
    assert cuda.check() == ()


@on_linux
def test_a_missing_shader_compiler_is_one_sentence(dev, monkeypatch, tmp_path):
    monkeypatch.setenv("VULKAN_SDK", str(tmp_path))
    with pytest.raises(dev.dev_environment.SetUpFailed, match="glslc was not found; install the Vulkan SDK"):
        dev.dev_backend.BACKENDS["vulkan"].check()


@on_linux
def test_vulkan_headers_that_are_too_old_are_told_with_their_version(dev, monkeypatch, tmp_path):
    vulkan_sdk(tmp_path / "old", OLD, monkeypatch)
    with pytest.raises(dev.dev_environment.SetUpFailed, match=r"too old for llama\.cpp \(version 239\)"):
        dev.dev_backend.BACKENDS["vulkan"].check()
    vulkan_sdk(tmp_path / "new", NEW, monkeypatch)
    assert dev.dev_backend.BACKENDS["vulkan"].check() == ()


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has it")
def test_metal_is_for_macos_only(dev):
    with pytest.raises(dev.dev_environment.SetUpFailed, match="only macOS has it"):
        dev.dev_backend.BACKENDS["metal"].check()


def test_nothing_is_asked_for_when_the_environment_is_complete(dev, tmp_path):
    environment = dev.dev_environment
    (tmp_path / "packaging").mkdir()
    (tmp_path / "packaging" / "locked.txt").write_text("llama-cpp-python==0.3.36\n")
    (tmp_path / "pyproject.toml").write_text("")
    python = tmp_path / ".venv-x" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    program(python)
    stamp = python.parents[1] / "oa-desktop-setup"

    def refuse() -> tuple[str, ...]:
        raise environment.SetUpFailed("asked")

    with pytest.raises(environment.SetUpFailed, match="asked"):
        environment.ensure(tmp_path, ".venv-x", "-DGGML_X=on", refuse)
    stamp.write_text(environment._fingerprint(tmp_path, "-DGGML_X=on"))
    assert environment.ensure(tmp_path, ".venv-x", "-DGGML_X=on", refuse) == python
    with pytest.raises(environment.SetUpFailed, match="asked"):
        environment.ensure(tmp_path, ".venv-x", "-DGGML_X=off", refuse)
