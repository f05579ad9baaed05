"""The limit on disk: the least recently used go, and no more than must."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.engine.resume.eviction import Limits, has_room, to_evict
from oa_desktop.engine.resume.files import StateFile

files = st.lists(
    st.builds(
        StateFile,
        st.sampled_from("ab"),
        st.text("abc", min_size=1, max_size=3),
        st.just(Path()),
        st.integers(0, 50),
        st.integers(0, 9),
    ),
    max_size=12,
    unique_by=lambda file: (file.folder, file.name),
)
limits = st.builds(Limits, st.integers(0, 300), st.integers(0, 10))


@given(files, limits)
def test_what_stays_is_within_the_limits_and_newer_than_what_goes(saved, most):
    gone = to_evict(saved, most)
    left = [file for file in saved if file not in gone]
    assert sum(file.size_bytes for file in left) <= most.size_bytes
    assert len(left) <= most.files
    assert all(old.used_ns <= file.used_ns for old in gone for file in left)
    if gone:
        kept_longer = [*left, gone[-1]]
        too_large = sum(file.size_bytes for file in kept_longer) > most.size_bytes
        assert too_large or len(kept_longer) > most.files


@given(files, limits, st.integers(1, 50))
def test_there_is_room_exactly_when_a_new_file_outlives_the_eviction(saved, most, size_bytes):
    newest = 10
    new = StateFile("c", "new", Path(), size_bytes, newest)
    assert has_room(saved, most, size_bytes, newest) == (new not in to_evict([*saved, new], most))
