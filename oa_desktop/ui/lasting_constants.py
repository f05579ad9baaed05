"""Keeps None, True and False alive under PySide6 6.12 on Python older than 3.12. Nothing else.

The 6.12.0 wheel is built as if these objects could not die, which holds from Python 3.12 on. On 3.11 every
signal that is emitted takes a reference from True and every empty call one from None, and the app ends with
"Fatal Python error: bool_dealloc" after a few hundred signals. 6.11.3 does not do this.
"""

import ctypes
import sys

PLENTY = 1 << 48
_CONSTANTS = (None, True, False, NotImplemented, Ellipsis)


def keep_constants_alive() -> bool:
    """Give the constants more references than a program can lose. False where that is not needed."""
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 12):
        return False
    for constant in _CONSTANTS:
        count = ctypes.c_ssize_t.from_address(id(constant))
        if abs(count.value - sys.getrefcount(constant)) < 64:  # else another object layout: leave it alone
            count.value += PLENTY
    return True
