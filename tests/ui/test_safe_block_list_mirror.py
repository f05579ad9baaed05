"""Whatever happens to a message, a view that follows the signals of its model shows what the model holds."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QObject
from PySide6.QtTest import QAbstractItemModelTester

from oa_desktop.ui.block_list_model import BlockListModel

PIECES = [
    "a",
    "\n",
    "\n\n",
    "- b",
    "# ",
    "```",
    "$",
    "|a|\n|-|\n",
    "> ",
    "```py\nx = 1\n```\n\n" * 31,
    "word\n\n" * 151,
]
STEPS = st.one_of(
    st.tuples(st.just("append_text"), st.sampled_from(PIECES)),
    st.tuples(st.just("set_text"), st.sampled_from(PIECES)),
    st.tuples(st.just("set_error"), st.sampled_from(["", "It stopped."])),
    st.tuples(st.sampled_from(["finish", "showMore"])),
)


class Mirror:
    """A view reduced to its rows: it learns of the model only through signals."""

    def __init__(self, model: BlockListModel) -> None:
        self._model = model
        self.rows: list[tuple[object, ...]] = []
        model.rowsInserted.connect(self._insert)
        model.rowsRemoved.connect(self._remove)
        model.dataChanged.connect(self._change)

    def row(self, number: int) -> tuple[object, ...]:
        index = self._model.index(number, 0)
        return tuple(str(self._model.data(index, role)) for role in sorted(self._model.roleNames()))

    def _insert(self, _: QModelIndex, first: int, last: int) -> None:
        self.rows[first:first] = [self.row(number) for number in range(first, last + 1)]

    def _remove(self, _: QModelIndex, first: int, last: int) -> None:
        del self.rows[first : last + 1]

    def _change(self, first: QModelIndex, last: QModelIndex) -> None:
        for number in range(first.row(), last.row() + 1):
            before, self.rows[number] = self.rows[number], self.row(number)
            assert before[0] == self.rows[number][0], "a row cannot become another kind"


@given(st.lists(STEPS, max_size=14))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_view_that_follows_the_signals_shows_the_model(qapp: QObject, steps: list[tuple[str, ...]]) -> None:
    model = BlockListModel(qapp)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    mirror = Mirror(model)
    for name, *arguments in steps:
        getattr(model, name)(*arguments)
        assert mirror.rows == [mirror.row(number) for number in range(model.rowCount())]
        assert model.rowCount() + model.hiddenCount == len(model.blocks)
    del tester
    model.deleteLater()
