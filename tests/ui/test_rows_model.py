"""The list model every list of the window uses."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from PySide6.QtTest import QAbstractItemModelTester

from oa_desktop.ui.rows_model import FIRST_ROLE, RowsModel


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    title: str = ""
    is_pinned: bool = False


class Recorder(QObject):
    def __init__(self, model):
        super().__init__()
        self.seen = []
        model.rowsInserted.connect(lambda _, first, last: self.seen.append(f"+{first}..{last}"))
        model.rowsRemoved.connect(lambda _, first, last: self.seen.append(f"-{first}..{last}"))
        model.rowsMoved.connect(lambda _, first, last, __, to: self.seen.append(f"{first}->{to}"))
        model.dataChanged.connect(
            lambda first, _, roles: self.seen.append(f"{first.row()}:{[r - FIRST_ROLE for r in roles]}")
        )


def lines(keys: str) -> list[Line]:
    return [Line(key) for key in keys]


@pytest.fixture
def model(qapp):
    model = RowsModel(Line)
    model.tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return model


@pytest.mark.parametrize(
    ("before", "after", "signals"),
    [
        ("", "abc", ["+0..2"]),
        ("abc", "abc", []),
        ("abc", "abcde", ["+3..4"]),
        ("abcd", "ad", ["-1..2"]),
        ("abcd", "dabc", ["3->0"]),
        ("abc", "xyz", ["-0..2", "+0..2"]),
    ],
)
def test_new_rows_are_reached_with_the_fewest_signals(model, before, after, signals):
    model.set_rows(lines(before))
    recorder = Recorder(model)
    model.set_rows(lines(after))
    assert recorder.seen == signals


def test_a_changed_field_names_its_role_only(model):
    model.set_rows(lines("ab"))
    recorder = Recorder(model)
    model.set_rows([Line("a"), Line("b", title="new")])
    assert recorder.seen == ["1:[1]"]


def test_roles_are_the_fields_in_camel_case(model):
    assert sorted(bytes(name.data()).decode() for name in model.roleNames().values()) == [
        "isPinned",
        "key",
        "title",
    ]


@settings(max_examples=60)
@given(
    st.permutations("abcdefg").flatmap(lambda p: st.tuples(st.just(p), st.integers(0, 7))),
    st.permutations("cdefghi"),
)
def test_any_rows_follow_any_rows(qapp, first, second):
    model = RowsModel(Line)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_rows(lines("".join(first[0][: first[1]])))
    model.set_rows(lines("".join(second)))
    assert [row.key for row in model.rows] == list(second)
    assert tester.model() is model


def test_two_rows_with_one_key_are_refused(model):
    with pytest.raises(ValueError, match="same key"):
        model.set_rows(lines("aba"))
    assert model.rowCount() == 0
