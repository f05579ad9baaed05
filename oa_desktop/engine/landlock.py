"""Lock this process in with Linux Landlock: read a few places, write one, run nothing, connect nowhere.

Needs no privileges and cannot be undone. It holds for the calling thread and what that thread starts later:
call it before threads are started and after the listening socket is bound.
Source of the numbers: https://docs.kernel.org/userspace-api/landlock.html.
`python -m oa_desktop.engine.landlock` locks itself in and prints what it got as JSON.
"""

import ctypes
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from oa_desktop.engine.landlock_paths import device_paths, readable_paths
from oa_desktop.engine.syscall_filter import refuse_sockets_and_programs

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_READ = _READ_FILE | _READ_DIR
_WRITE = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER | _TRUNCATE
_DEVICE = _READ | _WRITE_FILE | _IOCTL_DEV
_ON_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

_FILES_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP_BIND_AND_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


@dataclass(frozen=True, slots=True)
class LockdownReport:
    """Whether the wall stands. `missing`: what it does not stop, or, when it does not stand, why."""

    active: bool
    abi: int
    missing: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """One sentence for diagnostics."""
        if not self.active:
            return f"The engine is not locked in: {self.missing[0]}"
        return f"The engine is locked in by Landlock (version {self.abi})."


class _RulesetAttr(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneathAttr(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def landlock_abi() -> int:
    """The version of Landlock this kernel offers; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    version = _libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    return max(int(version), 0)


def lock_down(read: Iterable[Path], write: Iterable[Path] = (), *, devices: bool = True) -> LockdownReport:
    """Give up everything but reading `read`, using `write` and, with `devices`, the graphics devices.

    Folders count with everything in them; a path that does not exist is left out. The libraries of Python and
    of the system stay readable. Never raises for a kernel that cannot do it: the report says so.
    """
    abi = landlock_abi()
    if abi == 0:
        return LockdownReport(False, 0, (_why_not(),))
    files = _FILES_BY_ABI[min(abi, 5)]
    attributes = _RulesetAttr(
        files, _TCP_BIND_AND_CONNECT if abi >= 4 else 0, _ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0
    )
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    libc = _libc()
    ruleset = libc.syscall(
        _CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0)
    )
    if ruleset < 0:
        return _failed(abi, "creating the rules")
    try:
        for rights, paths in (
            (_READ, [*read, *readable_paths(graphics=devices)]),
            (_WRITE, write),
            (_DEVICE, device_paths(graphics=devices)),
        ):
            for path in paths:
                _allow(ruleset, path, rights & files)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return _failed(abi, "giving up new privileges")
        if libc.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) != 0:
            return _failed(abi, "applying the rules")
    finally:
        os.close(ruleset)
    return LockdownReport(True, abi, _gaps(abi, sockets_refused=refuse_sockets_and_programs()))


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (OSError, ValueError):
        return  # what is not there needs no permission
    try:
        if not path.is_dir():
            rights &= _ON_A_FILE
        rule = _PathBeneathAttr(rights, descriptor)
        _libc().syscall(
            _ADD_RULE,
            ctypes.c_int(ruleset),
            ctypes.c_int(_RULE_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
        )
    finally:
        os.close(descriptor)


def _gaps(abi: int, *, sockets_refused: bool) -> tuple[str, ...]:
    gaps = []
    if abi < 3:
        gaps.append("files it can open for writing may also be cut short (needs Linux 6.2).")
    if abi < 4 and not sockets_refused:
        gaps.append("TCP connections are not stopped (needs Linux 6.7).")
    if abi < 6:
        gaps.append("signals to other programs are not stopped (needs Linux 6.12).")
    if not sockets_refused:
        gaps.append("UDP packets and sockets of other programs are not stopped (needs seccomp).")
    threads = _thread_count()
    if threads > 1:
        gaps.append(f"{threads - 1} threads were running before and are not locked in.")
    return tuple(gaps)


def _thread_count() -> int:
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 (Path would open more)
    except OSError:
        return 1


def _why_not() -> str:
    if sys.platform != "linux":
        return "this system has no Landlock; only Linux has."
    return "this kernel has no Landlock, or it is switched off (needs Linux 5.13)."


def _failed(abi: int, step: str) -> LockdownReport:
    return LockdownReport(False, abi, (f"{step} failed: {os.strerror(ctypes.get_errno())}.",))


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def main() -> None:
    """Lock down and print the report as one JSON line, for diagnostics."""
    report = lock_down([])
    print(json.dumps({**asdict(report), "sentence": report.sentence}))  # noqa: T201


if __name__ == "__main__":
    main()
