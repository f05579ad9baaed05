"""Builds of llama.cpp for a graphics card: what CMake is told, and what must be there before it starts."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dev_system
from dev_environment import SetUpFailed

_OPTION = "--backend"


def _nothing() -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Backend:
    """One kind of build. folder: of its environment.

    check: asked before a build; raises SetUpFailed, or gives more for CMake.
    """

    name: str
    folder: str
    cmake: tuple[str, ...]
    check: Callable[[], tuple[str, ...]] = _nothing

    @property
    def cmake_args(self) -> str:
        """What CMake gets: ours, and what the person set."""
        return " ".join(filter(None, (*self.cmake, os.environ.get("CMAKE_ARGS", ""))))


def taken_from(arguments: list[str]) -> tuple[Backend, list[str]]:
    """The backend that the first argument asks for, and the other arguments. Raises SetUpFailed."""
    first = arguments[:1]
    if first and first[0].startswith(f"{_OPTION}="):
        return _called(first[0].partition("=")[2]), arguments[1:]
    if first == [_OPTION]:
        return _called(arguments[1] if len(arguments) > 1 else ""), arguments[2:]
    return DEFAULT, arguments


def _called(name: str) -> Backend:
    if name not in BACKENDS:
        raise SetUpFailed(f"{_OPTION} is one of {', '.join(BACKENDS)}, not {name!r}.")
    return BACKENDS[name]


def _cuda() -> tuple[str, ...]:
    if sys.platform == "darwin":
        raise SetUpFailed("macOS has no CUDA; its backend is metal.")
    named = [os.environ.get(name, "") for name in ("CUDA_PATH", "CUDA_HOME")]
    found = shutil.which("nvcc", path=os.pathsep.join(f"{root}/bin" for root in filter(None, named)))
    compiler = found or shutil.which("nvcc") or shutil.which("nvcc", path="/usr/local/cuda/bin")
    if compiler is None:
        raise SetUpFailed(
            "CUDA's compiler nvcc was not found; install NVIDIA's CUDA toolkit from "
            "https://developer.nvidia.com/cuda-downloads and open a new terminal."
        )
    roots = [Path(compiler).resolve().parents[1], *map(Path, filter(None, named)), Path("/usr/local/cuda")]
    headers = [root / "include" / "cublas_v2.h" for root in (*roots, Path("/usr"))]
    if not any(header.is_file() for header in headers):
        raise SetUpFailed(
            f"CUDA's compiler is here ({compiler}), but not its library cuBLAS; install the whole toolkit "
            "from https://developer.nvidia.com/cuda-downloads."
        )
    return () if shutil.which("nvcc") else (f"-DCMAKE_CUDA_COMPILER={Path(compiler).as_posix()}",)


def _metal() -> tuple[str, ...]:
    if sys.platform != "darwin":
        raise SetUpFailed("Metal is Apple's: only macOS has it; the backend for other graphics is vulkan.")
    return ()


_VULKAN_NEEDS = "VK_EXT_layer_settings"
"""The newest thing llama.cpp uses of Vulkan's headers without asking for it."""
_VERSION = re.compile(r"#define VK_HEADER_VERSION (\d+)")


def _vulkan() -> tuple[str, ...]:
    dev_system.ensure_vulkan_libraries()
    sdk = os.environ.get("VULKAN_SDK", "")
    folders = [Path(sdk) / name for name in ("bin", "Bin")] if sdk else []
    if not any(shutil.which("glslc", path=str(folder)) for folder in folders) and not shutil.which("glslc"):
        raise SetUpFailed(
            "Vulkan's shader compiler glslc was not found; install the Vulkan SDK from "
            "https://vulkan.lunarg.com and open a new terminal."
        )
    header = _vulkan_header(sdk)
    if header is None:
        raise SetUpFailed(
            "Vulkan's headers were not found; install the Vulkan SDK from https://vulkan.lunarg.com."
        )
    text = header.read_text(encoding="utf-8", errors="replace")
    if _VULKAN_NEEDS not in text:
        version = found[1] if (found := _VERSION.search(text)) else "?"
        raise SetUpFailed(
            f"Vulkan's headers in {header.parents[1]} are too old for llama.cpp (version {version}); install "
            "the Vulkan SDK from https://vulkan.lunarg.com, or set VULKAN_SDK to a folder with newer ones."
        )
    return ()


def _vulkan_header(sdk: str) -> Path | None:
    """The header CMake will find: the SDK's, else the system's."""
    folders = ["/usr/include", "/usr/local/include", "/opt/homebrew/include"]
    if sdk:
        folders = [f"{sdk}/include", f"{sdk}/Include", *folders]
    headers = (Path(folder) / "vulkan" / "vulkan_core.h" for folder in folders)
    return next((header for header in headers if header.is_file()), None)


_ON_A_MAC = sys.platform == "darwin"

BACKENDS = {
    backend.name: backend
    for backend in (
        # Elsewhere a build without any option is for the processor, and has the usual folder.
        Backend("cpu", ".venv-cpu" if _ON_A_MAC else ".venv", ("-DGGML_METAL=off",) if _ON_A_MAC else ()),
        Backend("cuda", ".venv-cuda", ("-DGGML_CUDA=on",), _cuda),
        Backend("metal", ".venv-metal", ("-DGGML_METAL=on",), _metal),
        Backend("vulkan", ".venv-vulkan", ("-DGGML_VULKAN=on",), _vulkan),
    )
}
DEFAULT = Backend("", ".venv", ())
"""As llama.cpp builds by itself: with Metal on a Mac, for the processor elsewhere."""
