"""The devices ggml knows here, read through the libraries that llama-cpp-python has loaded."""

import ctypes
import logging
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
from llama_cpp import llama_cpp as native

from oa_desktop.gguf.device import Device, Role, kind_of

_BACKEND_FILE: Final = re.compile(r"(?:lib)?ggml-(cuda|hip|metal|musa|opencl|sycl|vulkan)\b")
_LIBRARIES: Final = ("ggml", "ggml-base", "llama")
"""Where ggml's functions can be: a library's own file need not show what it took from another one."""
_ROLES: Final = {0: Role.PROCESSOR, 1: Role.GRAPHICS, 2: Role.INTEGRATED, 3: Role.ACCELERATOR}
"""enum ggml_backend_dev_type"""

_log = logging.getLogger(__name__)
_Pointer = ctypes.c_void_p
_SIGNATURES: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "ggml_backend_load_all": (None, ()),
    "ggml_backend_reg_count": (ctypes.c_size_t, ()),
    "ggml_backend_reg_get": (_Pointer, (ctypes.c_size_t,)),
    "ggml_backend_reg_name": (ctypes.c_char_p, (_Pointer,)),
    "ggml_backend_dev_count": (ctypes.c_size_t, ()),
    "ggml_backend_dev_get": (_Pointer, (ctypes.c_size_t,)),
    "ggml_backend_dev_name": (ctypes.c_char_p, (_Pointer,)),
    "ggml_backend_dev_description": (ctypes.c_char_p, (_Pointer,)),
    "ggml_backend_dev_type": (ctypes.c_int, (_Pointer,)),
    "ggml_backend_dev_backend_reg": (_Pointer, (_Pointer,)),
    "ggml_backend_dev_memory": (None, (_Pointer, _Pointer, _Pointer)),
    "ggml_backend_dev_get_props": (None, (_Pointer, _Pointer)),
}


class _Properties(ctypes.Structure):
    """struct ggml_backend_dev_props, with room for members that later versions add."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("memory_free", ctypes.c_size_t),
        ("memory_total", ctypes.c_size_t),
        ("type", ctypes.c_int),
        ("device_id", ctypes.c_char_p),
        ("rest", ctypes.c_byte * 256),
    )


def backends() -> tuple[str, ...]:
    """The kinds this library was built for, e.g. ("cuda", "cpu"); also those that find no driver."""
    ggml = _ggml()
    if ggml is None:
        return ()
    registered = (ggml("ggml_backend_reg_get", index) for index in range(ggml("ggml_backend_reg_count")))
    kinds = [kind_of(_text(ggml("ggml_backend_reg_name", entry))) for entry in registered]
    names = (_BACKEND_FILE.match(file.name) for file in _folder().glob("*ggml-*"))
    return tuple(dict.fromkeys([*(kind_of(name[1]) for name in names if name), *kinds]))


def devices() -> tuple[Device, ...]:
    """Every device, in ggml's order, with the memory that is free now. The first call starts the drivers.

    None where the library cannot be asked: what is not known is not used.
    """
    ggml = _ggml()
    if ggml is None:
        return ()
    pointers = [ggml("ggml_backend_dev_get", index) for index in range(ggml("ggml_backend_dev_count"))]
    return tuple(_device(ggml, pointer) for pointer in pointers)


def free_memory() -> int:
    """Bytes of the machine's memory that can be taken without pushing others out."""
    available: int = psutil.virtual_memory().available
    return available


def _device(ggml: "_Ggml", pointer: int) -> Device:
    free, total, properties = ctypes.c_size_t(), ctypes.c_size_t(), _Properties()
    ggml("ggml_backend_dev_memory", pointer, ctypes.byref(free), ctypes.byref(total))
    ggml("ggml_backend_dev_get_props", pointer, ctypes.byref(properties))
    backend = ggml("ggml_backend_reg_name", ggml("ggml_backend_dev_backend_reg", pointer))
    role = _ROLES.get(ggml("ggml_backend_dev_type", pointer), Role.ACCELERATOR)
    # For the processor ggml says what the machine has, not what is free.
    return Device(
        kind=kind_of(_text(backend)),
        role=role,
        name=_text(ggml("ggml_backend_dev_name", pointer)),
        description=_text(ggml("ggml_backend_dev_description", pointer)),
        free_bytes=free_memory() if role is Role.PROCESSOR else free.value,
        total_bytes=total.value,
        hardware_id=_text(properties.device_id),
        handle=pointer,
    )


def _ggml() -> "_Ggml | None":
    try:
        return _Ggml()
    except OSError as error:
        _log.warning("the devices cannot be read: %s", error)
        return None


class _Ggml:
    """Calls ggml's functions by name. Raises OSError where one is missing."""

    def __init__(self) -> None:
        for name in _SIGNATURES:
            _function(name)
        if not self("ggml_backend_reg_count"):
            self("ggml_backend_load_all")

    def __call__(self, name: str, *arguments: Any) -> Any:
        return _function(name)(*arguments)


@cache
def _function(name: str) -> Any:
    for library in _libraries():
        function = getattr(library, name, None)
        if function is not None:
            function.restype, function.argtypes = _SIGNATURES[name]
            return function
    raise OSError(f"llama.cpp's libraries have no {name}")


@cache
def _libraries() -> tuple[ctypes.CDLL, ...]:
    files = (_folder() / file_name for library in _LIBRARIES for file_name in _file_names(library))
    return tuple(ctypes.CDLL(str(file)) for file in files if file.exists())


def _folder() -> Path:
    return Path(native.__file__).parent / "lib"


def _file_names(library: str) -> tuple[str, ...]:
    if sys.platform == "win32":
        return (f"{library}.dll", f"lib{library}.dll")
    if sys.platform == "darwin":
        return (f"lib{library}.dylib", f"lib{library}.so")
    return (f"lib{library}.so",)


def _text(value: bytes | None) -> str:
    return " ".join((value or b"").decode(errors="replace").split())
