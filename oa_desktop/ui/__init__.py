"""The window: the only package that imports PySide6. View models here, QML under resources/qml."""

from oa_desktop.ui.lasting_constants import keep_constants_alive

keep_constants_alive()
