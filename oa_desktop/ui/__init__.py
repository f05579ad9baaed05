"""The window: the only package that imports PySide6. View models here, QML under resources/qml."""
