"""What the operating system must bring: a C++ compiler and the libraries Qt loads.

Debian and Ubuntu: what is missing is installed when this runs as root, else the one line to run is printed.
Elsewhere only the compiler is looked for; Qt's packages carry what they need on macOS and Windows.
"""

import importlib.util
import os
import shutil
import subprocess
import sys

from dev_environment import SetUpFailed

_BUILD = ("g++", "make")
_PYTHON = ("python3-venv",)
_QT = (
    "libegl1",
    "libgl1",
    "libglx0",
    "libopengl0",
    "libxkbcommon0",
    "libfontconfig1",
    "libfreetype6",
    "libdbus-1-3",
    "libglib2.0-0",
    "libgssapi-krb5-2",
    "libx11-6",
    "libzstd1",
)
_DISPLAY = (
    "libxkbcommon-x11-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xinerama0",
    "libxcb-xkb1",
    "libwayland-cursor0",
    "libwayland-egl1",
)
_VULKAN = ("libvulkan-dev", "glslc", "spirv-headers", "mesa-vulkan-drivers")
_FONTS = ("fonts-noto-core", "fonts-noto-cjk")

_RENAMED = {"libglib2.0-0": "libglib2.0-0t64"}
"""Names that newer releases use for the same library."""


def ensure_build_and_window_libraries() -> None:
    """Raises SetUpFailed, naming the line to run, when something is missing and cannot be installed."""
    if _is_debian():
        wanted = [*_QT, *_DISPLAY]
        if not _compiler():
            wanted += _BUILD
        if importlib.util.find_spec("ensurepip") is None:
            wanted += _PYTHON
        _ensure_packages(wanted, optional=frozenset(_DISPLAY))
    if not _compiler():
        raise SetUpFailed(_COMPILER_HINTS.get(sys.platform, _COMPILER_HINTS["linux"]))


def ensure_fonts_of_all_scripts() -> None:
    """Fonts for the pictures in Chinese, Arabic and other scripts; without them the pictures show boxes."""
    if _is_debian():
        _ensure_packages(list(_FONTS), optional=frozenset(_FONTS))


def ensure_vulkan_libraries() -> None:
    """What a build for Vulkan needs beside the compiler; a Vulkan SDK of its own brings all of it."""
    if _is_debian() and not os.environ.get("VULKAN_SDK"):
        _ensure_packages(list(_VULKAN), optional=frozenset({"mesa-vulkan-drivers"}))


_COMPILER_HINTS = {
    "linux": "no C++ compiler found; install g++ or clang with your distribution's package manager.",
    "darwin": "no C++ compiler found; run: xcode-select --install",
    "win32": "no C++ compiler found; install the Visual Studio Build Tools with the C++ workload.",
}


def _compiler() -> bool:
    if sys.platform == "win32":
        # CMake finds Visual Studio through its installer's own record, not through PATH.
        installer = os.path.expandvars(r"%ProgramFiles(x86)%\Microsoft Visual Studio\Installer\vswhere.exe")
        return any(map(shutil.which, ("cl", "clang-cl", "g++", installer)))
    return any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++")))


def _is_debian() -> bool:
    return sys.platform == "linux" and bool(shutil.which("dpkg-query")) and bool(shutil.which("apt-get"))


def _ensure_packages(names: list[str], *, optional: frozenset[str]) -> None:
    missing = _missing(names)
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        print(f"Installing system packages: {' '.join(missing)}", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], stdout=subprocess.DEVNULL, env=environment)
        if subprocess.run(command, stdout=subprocess.DEVNULL, env=environment).returncode == 0:
            return
    line = " ".join(["sudo", *command])
    if set(missing) <= optional:
        print(f"A real window needs more system libraries. To install them:\n    {line}", file=sys.stderr)
        return
    raise SetUpFailed(f"system packages are missing. Run this line, then try again:\n    {line}")


def _missing(names: list[str]) -> list[str]:
    query = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${db:Status-Abbrev}\n", *names, *_RENAMED.values()],
        capture_output=True,
        text=True,
    )
    installed = {line.split()[0] for line in query.stdout.splitlines() if line.split()[1:] == ["ii"]}
    return [name for name in names if name not in installed and _RENAMED.get(name) not in installed]
