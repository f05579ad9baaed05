"""The second wall against text that fetches: the QML engine may ask for an address, and gets nothing.

The first wall is that no foreign text is ever interpreted; this one holds when somebody forgets.
"""

import logging

from PySide6.QtCore import QIODevice, QObject, QUrl
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkReply, QNetworkRequest
from PySide6.QtQml import QQmlNetworkAccessManagerFactory

log = logging.getLogger(__name__)

refused: list[str] = []
"""Every address that was asked for; tests hold it to be empty."""


class DenyingNetwork(QNetworkAccessManager):
    """Answers every request with an error, without a look-up or a connection."""

    def createRequest(
        self,
        op: QNetworkAccessManager.Operation,
        request: QNetworkRequest,
        device: QIODevice | None = None,
    ) -> QNetworkReply:
        address = request.url().toString()
        refused.append(address)
        log.error("the window asked for %s", address[:200])
        return super().createRequest(op, QNetworkRequest(QUrl("refused:nothing")), device)


class DenyingNetworkFactory(QQmlNetworkAccessManagerFactory):
    """Gives the QML engine its network; keep a reference for as long as the engine lives."""

    def create(self, parent: QObject) -> QNetworkAccessManager:
        return DenyingNetwork(parent)
