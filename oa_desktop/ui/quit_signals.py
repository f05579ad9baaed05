"""Ctrl+C in the terminal, or a session that ends, closes the app in order instead of cutting it off."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Slot


class QuitSignals(QObject):
    """Quits the application when the process is asked to end.

    Python runs a handler between any two of its bytecodes, also those of a property that QML reads while a
    window draws itself; windows that close then take the ground from under Qt, and it crashes. So the handler
    does nothing: the signal wakes the event loop up through a socket, and from there the application quits.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._notifier = QSocketNotifier(self._woken.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._quit)
        signal.set_wakeup_fd(self._waker.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._wait_for_the_loop)

    def close(self) -> None:
        """Give the signals back."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._notifier.setEnabled(False)
        self._woken.close()
        self._waker.close()

    @Slot()
    def _quit(self) -> None:
        self._woken.recv(64)
        QCoreApplication.quit()

    @staticmethod
    def _wait_for_the_loop(_number: int, _frame: FrameType | None) -> None:
        """A signal with no handler of Python's wakes nobody."""
