"""The filter's little program, run step by step as the kernel would."""

import pytest

from oa_desktop.engine import syscall_filter
from oa_desktop.engine.syscall_filter import _NUMBERS, _steps

READ, GETPID, CONNECT = 0, 39, 42


def is_allowed(processor: str, architecture: int, number: int) -> bool:
    steps = _steps(_NUMBERS[processor])
    position, accumulator = 0, 0
    while True:
        step = steps[position]
        position += 1
        match step.code:
            case syscall_filter._LOAD_WORD:
                accumulator = {0: number, 4: architecture}[step.value]
            case syscall_filter._JUMP_IF_EQUAL:
                position += step.if_true if accumulator == step.value else step.if_false
            case syscall_filter._JUMP_IF_AT_LEAST:
                position += step.if_true if accumulator >= step.value else step.if_false
            case syscall_filter._RETURN:
                return bool(step.value == syscall_filter._ALLOW)


@pytest.mark.parametrize("processor", _NUMBERS)
def test_e24_only_sockets_programs_and_io_uring_are_refused(processor: str) -> None:
    numbers = _NUMBERS[processor]
    allowed = {number for number in range(600) if is_allowed(processor, numbers.audit, number)}
    assert set(range(600)) - allowed == set(numbers.refused)


@pytest.mark.parametrize("processor", _NUMBERS)
def test_e24_other_call_tables_are_refused_whole(processor: str) -> None:
    numbers = _NUMBERS[processor]
    assert not is_allowed(processor, 0x40000003, READ)
    assert not is_allowed(processor, numbers.audit, 0x40000000 | GETPID)


def test_a_processor_that_is_not_listed_gets_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscall_filter.platform, "machine", lambda: "riscv64")
    assert not syscall_filter.refuse_sockets_and_programs()
