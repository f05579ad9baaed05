"""Whatever the file holds, the app starts with valid settings."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oa_desktop.settings import SETTINGS
from oa_desktop.settings_file import SettingsFile

SOUND = (
    b'# mine\ntheme = "dark"\nreplies = 2\nfuture = [1, 2, {a = 1}]\nwhen = 2026-01-01\n[window]\nwidth = 9\n'
)

PIECES = (
    "[ ] [[ ]] = . \" ''' { } , # - _ theme replies 1e999 inf nan 0x1 1_0 a.b true \\u0000 \\ud800 1979-05-27"
)
FRAGMENTS = st.sampled_from([*PIECES.split(), "\n", "\t", "\ufeff"])


def survives(path: Path, content: bytes) -> None:
    for old in path.parent.iterdir():
        old.unlink()
    path.write_bytes(content)
    file = SettingsFile(path)
    for key, spec in SETTINGS.items():
        spec.checked(file.settings.value(key))
    file.set("theme", "light")
    again = SettingsFile(path)
    assert again.settings.theme == "light" or file.notices or again.notices


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(FRAGMENTS, max_size=25))
def test_c01_any_text_of_toml_pieces_is_survived(parts: list[str], tmp_path: Path) -> None:
    survives(tmp_path / "settings.toml", "".join(parts).encode("utf-8", "surrogatepass"))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=4)), min_size=1)
)
def test_c01_any_damage_to_a_sound_file_is_survived(edits: list[tuple[int, bytes]], tmp_path: Path) -> None:
    spoiled = bytearray(SOUND)
    for place, replacement in edits:
        spoiled[place : place + len(replacement)] = replacement
    survives(tmp_path / "settings.toml", bytes(spoiled))
