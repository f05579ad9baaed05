"""One window per store: a second start asks the first to come to the front."""

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

ANSWER_TIMEOUT_MS = 500


def _name(store: Path) -> str:
    return "oa-desktop-" + hashlib.sha256(str(store.absolute()).encode()).hexdigest()[:16]


def raise_first_window(store: Path) -> bool:
    """Ask the app that has this store open to show its window. Returns whether one was there."""
    socket = QLocalSocket()
    socket.connectToServer(_name(store))
    found = socket.waitForConnected(ANSWER_TIMEOUT_MS)
    socket.disconnectFromServer()
    return found


class SingleWindow(QObject):
    """Listens for later starts. The store's lock decides who is first; this only carries the wish."""

    raise_requested = Signal()

    def __init__(self, store: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._knocked)
        # Whoever holds the store's lock may take over the name a killed instance left.
        QLocalServer.removeServer(_name(store))
        self._server.listen(_name(store))

    def _knocked(self) -> None:
        connection = self._server.nextPendingConnection()
        connection.disconnected.connect(connection.deleteLater)
        connection.disconnectFromServer()
        self.raise_requested.emit()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
