"""A second wall for Linux: no new sockets, no programs, no io_uring, for every thread of this process.

Landlock lets UDP and sockets in the file system through, and the D-Bus socket is enough to run programs.
Pipes, socket pairs and connections accepted on a listener that is open already still work.
Sources: https://docs.kernel.org/userspace-api/seccomp_filter.html, asm/unistd_64.h and asm-generic/unistd.h.
"""

import ctypes
import errno
import platform
import sys
from dataclasses import dataclass

_SECCOMP_SET_MODE_FILTER = 1
_ALL_THREADS = 1
_LOAD_WORD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_X32_BIT = 0x40000000


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What one kind of processor calls things. audit: its name in a filter."""

    audit: int
    seccomp: int
    socket: int
    execve: int
    execveat: int
    io_uring_setup: int = 425

    @property
    def refused(self) -> tuple[int, ...]:
        return (self.socket, self.execve, self.execveat, self.io_uring_setup)


_NUMBERS = {
    "x86_64": _Numbers(0xC000003E, seccomp=317, socket=41, execve=59, execveat=322),
    "aarch64": _Numbers(0xC00000B7, seccomp=277, socket=198, execve=221, execveat=281),
}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def refuse_sockets_and_programs() -> bool:
    """Put the filter up for good; the process must have given up new privileges. False: not possible here."""
    numbers = _NUMBERS.get(platform.machine())
    if sys.platform != "linux" or numbers is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    steps = _steps(numbers)
    program = _Program(len(steps), (_Instruction * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    outcome = libc.syscall(
        ctypes.c_long(numbers.seccomp),
        ctypes.c_uint(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_uint(_ALL_THREADS),
        ctypes.byref(program),
    )
    return bool(outcome == 0)


def _steps(numbers: _Numbers) -> list[_Instruction]:
    """Foreign call tables first: the same number means something else in them."""
    refused = numbers.refused
    to_refusal = len(refused) + 1
    return [
        _Instruction(_LOAD_WORD, 0, 0, _ARCHITECTURE_OFFSET),
        _Instruction(_JUMP_IF_EQUAL, 0, to_refusal + 2, numbers.audit),
        _Instruction(_LOAD_WORD, 0, 0, _NUMBER_OFFSET),
        _Instruction(_JUMP_IF_AT_LEAST, to_refusal, 0, _X32_BIT),
        *(
            _Instruction(_JUMP_IF_EQUAL, len(refused) - index, 0, number)
            for index, number in enumerate(refused)
        ),
        _Instruction(_RETURN, 0, 0, _ALLOW),
        _Instruction(_RETURN, 0, 0, _REFUSE),
    ]
