"""Every key of the window, as the sheet and the documentation show them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShortcutRow:
    """One line of the sheet."""

    key: str
    section: str
    title: str
    keys: str


def _rows(section: str, *lines: tuple[str, str]) -> tuple[ShortcutRow, ...]:
    return tuple(ShortcutRow(f"{section} {title}", section, title, keys) for title, keys in lines)


SHORTCUTS: tuple[ShortcutRow, ...] = (
    *_rows(
        "Write",
        ("Send the message", "Enter"),
        ("New line", "Shift+Enter"),
        ("Stop the replies", "Esc"),
        ("Edit the last prompt", "Up in the empty box"),
        ("More replies to the last prompt", "Ctrl+R"),
        ("Continue the last reply", "Ctrl+Shift+R"),
        ("Copy the last reply", "Ctrl+Shift+C"),
    ),
    *_rows(
        "Rank the reply in focus",
        ("Give it a place", "1 to 9"),
        ("Move it up or down", "Alt+Up, Alt+Down"),
        ("Tie it with the one above", "T"),
        ("Next or previous reply", "Left, Right"),
        ("Show it as the chosen one", "Space"),
        ("Continue from it", "Enter"),
    ),
    *_rows(
        "Conversations",
        ("New conversation", "Ctrl+N"),
        ("Search", "Ctrl+K"),
        ("Find in the open one", "Ctrl+F"),
        ("The one above or below", "Ctrl+PgUp, Ctrl+PgDown"),
        ("Rename", "F2"),
        ("Delete the one in focus", "Del"),
        ("Export", "Ctrl+E"),
    ),
    *_rows(
        "Window",
        ("Chat", "Ctrl+1"),
        ("Models", "Ctrl+2"),
        ("Show or hide the conversations", "Ctrl+B"),
        ("Show or hide the tree", "Ctrl+Shift+B"),
        ("Choose a model", "Ctrl+L"),
        ("Scroll by pages", "PgUp, PgDown"),
        ("To the end", "Ctrl+End"),
        ("Text larger, smaller, normal", "Ctrl++, Ctrl+-, Ctrl+0"),
        ("Settings", "Ctrl+,"),
        ("This sheet", "Ctrl+/"),
        ("Quit", "Ctrl+Q"),
    ),
)
