"""Ctrl+C in the terminal, or a session that ends, closes the app in order instead of cutting it off."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Slot


class QuitSignals(QObject):
    """Quits the application when the process is asked to end. Python runs its handlers only between two
    bytecodes, so a socket wakes the event loop up for them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._notifier = QSocketNotifier(self._woken.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)
        signal.set_wakeup_fd(self._waker.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._quit)

    def close(self) -> None:
        """Give the signals back."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._notifier.setEnabled(False)
        self._woken.close()
        self._waker.close()

    @Slot()
    def _drain(self) -> None:
        self._woken.recv(64)

    @staticmethod
    def _quit(_number: int, _frame: FrameType | None) -> None:
        QCoreApplication.quit()
