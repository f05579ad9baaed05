"""The banners about the engine: that it stopped, comes back, does not answer, or has something to say."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from oa_desktop.client.status import Halted, NotAnswering, Off, Running, Starting, Waiting
from oa_desktop.errors import OaError
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.ui.conversations.conversation_rows import one_line
from oa_desktop.ui.models.engine_control import EngineControl
from oa_desktop.ui.notices import Notice, Notices

ENGINE_NOTICE, MODEL_NOTICE = "engine", "model"
STOPPED = "engine-stopped"
"""The code of the error every reply of an engine that died ends with."""
WAIT_OR_RESTART = "Wait, or restart it."


class EngineNotices(QObject):
    """One banner at a time for the engine, one for its model; each goes when its cause is gone."""

    def __init__(self, engine: EngineControl, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._notices = notices
        self._restarted_after: OaError | None = None
        self._shown: tuple[type[object], bool] = Off, False
        engine.changed.connect(self._engine_changed)

    def show_crashed(self, model: ModelFile, retry: Callable[[], None]) -> None:
        """A model took the engine down the last time; it is loaded again only when the person asks."""
        title = f"{one_line(model.name)} took the engine down when it was loaded last."
        notice = Notice(ENGINE_NOTICE, "warning", title, "It is not loaded again by itself.", "Try again")
        self._notices.show(notice, retry)

    def show_failure(self, error: OaError) -> None:
        """Something the window tried went wrong. That the engine stopped, its own banner says."""
        if error.code != STOPPED:
            self._notices.show_error(error)

    def show_state(self) -> None:
        """A banner while the engine does not answer, with its cause and what can be done."""
        match self._engine.status:
            case Halted(cause=cause):
                self._show("error", cause.title, cause.hint)
            case Starting(silent=True):
                self._show("warning", "The engine does not get on with loading the model.", WAIT_OR_RESTART)
            case Waiting(cause=cause) | Starting(cause=OaError() as cause):
                self._show("warning", cause.title, f"{cause.hint} It is started again.".strip())
                self._restarted_after = cause
            case NotAnswering():
                self._show("warning", "The engine is not responding.", WAIT_OR_RESTART)
            case Running() if self._restarted_after is not None:
                cause, self._restarted_after = self._restarted_after, None
                self._show("warning", cause.title, "It was started again; what was written so far is kept.")
            case _:
                self._notices.settle(ENGINE_NOTICE)

    def _engine_changed(self) -> None:
        status = self._engine.status
        state = type(status), isinstance(status, Starting) and status.silent
        if state != self._shown:
            self._shown = state
            self.show_state()
            self._show_model_notices()

    def _show_model_notices(self) -> None:
        """What the engine says of the model it runs, such as a template it refused."""
        status = self._engine.status
        said = status.handle.model.notices if isinstance(status, Running) and status.handle.model else ()
        if said:
            self._notices.show(Notice(MODEL_NOTICE, "warning", said[0], " ".join(said[1:])))
        else:
            self._notices.settle(MODEL_NOTICE)

    def _show(self, kind: str, title: str, hint: str) -> None:
        self._notices.show(Notice(ENGINE_NOTICE, kind, title, hint, "Restart"), self._engine.restart)
