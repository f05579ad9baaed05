"""Builds what the window stands on, in order, and takes it down again: services, view models, engine."""

import logging
from collections.abc import Sequence
from concurrent.futures import wait

from PySide6.QtCore import QObject

from oa_desktop.paths import AppPaths
from oa_desktop.services.chat import ChatService
from oa_desktop.services.feedback import FeedbackService
from oa_desktop.services.fit.estimate import look_at_machine
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.services.loading import LoadedModel, load_model
from oa_desktop.settings_file import SettingsFile
from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui.app_view_model import AppViewModel
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.chat.asking import Asking
from oa_desktop.ui.chat.composer_view_model import ComposerViewModel
from oa_desktop.ui.chat.export_view_model import ExportViewModel
from oa_desktop.ui.chat.find_view_model import FindViewModel
from oa_desktop.ui.chat.generations import Generations
from oa_desktop.ui.chat.judging import Judging
from oa_desktop.ui.chat.labels_view_model import LabelsViewModel
from oa_desktop.ui.chat.message_blocks import MessageBlocks
from oa_desktop.ui.chat.ranking_view_model import RankingViewModel
from oa_desktop.ui.chat.session import ChatSession
from oa_desktop.ui.chat.thread_models import ThreadModels
from oa_desktop.ui.chat.thread_view_model import ThreadViewModel
from oa_desktop.ui.conversations.conversations_view_model import ConversationsViewModel
from oa_desktop.ui.io_thread import IoThread
from oa_desktop.ui.library.local_models import Look
from oa_desktop.ui.library.wiring import LibraryWiring
from oa_desktop.ui.models.engine_control import EngineControl, Loader, Progress
from oa_desktop.ui.models.engine_notices import EngineNotices
from oa_desktop.ui.models.model_view_model import ModelViewModel
from oa_desktop.ui.models.open_file_view_model import OpenFileViewModel
from oa_desktop.ui.notices import Notice, Notices
from oa_desktop.ui.preferences import Preferences
from oa_desktop.ui.provided import provide, withdraw_all
from oa_desktop.ui.tree.tree_view_model import TreeViewModel

log = logging.getLogger(__name__)

CLOSE_TIMEOUT_S = 4.0


class Wiring(QObject):
    """Everything behind one window. Whoever makes it calls `close`; the store worker stays the caller's."""

    def __init__(
        self,
        paths: AppPaths,
        worker: StoreWorker,
        *,
        load: Loader | None = None,
        look: Look = look_at_machine,
    ) -> None:
        """load: starts engines; by default the model library's, as the command line does.

        look: finds out what this machine has.
        """
        super().__init__()
        self._look = look
        self._worker = worker
        self.io = IoThread()
        self.bridge = Bridge(self.io, self)
        self.notices = Notices(self)
        settings_file = SettingsFile(paths.settings)
        self.preferences = Preferences(self.bridge, settings_file, self)
        self.library = ModelLibrary(paths)
        self.chat = ChatService(worker)
        self.generations = Generations(self.bridge, self.chat, self)
        self.session = ChatSession(self.bridge, worker, self.chat, self.generations, self)
        self.engine = EngineControl(
            self.bridge,
            load or _library_loader(self.library, self.preferences, paths),
            self,
        )
        self.asking = Asking(self.engine, self.generations, self.preferences, self)
        self.judging = Judging(self.bridge, self.session, FeedbackService(worker), self)
        self.view_models = self._view_models(paths)
        provide(*self.view_models)
        self._connect_notices(settings_file)

    def start(self) -> None:
        """Begin to load the model and to read the list of conversations."""
        self.models.start()
        self.library_page.start()
        self.conversations.refresh()

    def close(self) -> None:
        """Stop replies, keep what they have, end the engine. The store can be closed after this."""
        self.composer.flush()
        self.library_page.stop()
        downloads = self.io.submit(self.library_page.close())
        jobs = [job.future for job in self.generations.jobs() if job.future]
        self.generations.stop_all()
        wait(jobs, CLOSE_TIMEOUT_S)
        try:
            self.io.submit(self.engine.close()).result(CLOSE_TIMEOUT_S)
            downloads.result(CLOSE_TIMEOUT_S)
        except TimeoutError:
            log.warning("the engine or a download did not end in time")
        self.bridge.close()
        self.io.close()
        withdraw_all()

    def _view_models(self, paths: AppPaths) -> Sequence[QObject]:
        thread = ThreadModels(MessageBlocks(self.generations, self), self.generations, self)
        self.thread_view = ThreadViewModel(
            self.session, self.generations, self.asking, thread, self.notices, self
        )
        self.find = FindViewModel(self.session, self.thread_view, thread, self)
        self.ranking = RankingViewModel(self.session, self.judging, self)
        self.composer = ComposerViewModel(
            self.bridge, self._worker, self.session, self.generations, self.asking, self.preferences, self
        )
        self.conversations = ConversationsViewModel(
            self.bridge, self._worker, self.session, self.generations, self.notices, self
        )
        self.tree = TreeViewModel(self.bridge, self.session, self)
        self.labels = LabelsViewModel(self.session, self.judging, self)
        self.engine_notices = EngineNotices(self.engine, self.notices, self)
        self.models = ModelViewModel(
            self.bridge,
            self.engine,
            self.library,
            self.preferences,
            self.session,
            self.notices,
            self.engine_notices,
            self,
        )
        self.library_page = LibraryWiring(
            self.bridge,
            paths,
            self.library,
            self.engine,
            self.models,
            self.preferences,
            self.notices,
            self._look,
            self,
        )
        self.open_file = OpenFileViewModel(self.bridge, self)
        self.export = ExportViewModel(self.bridge, self._worker, self.session, self.notices, self)
        self.app = AppViewModel(
            self.preferences,
            self.generations,
            read_only=self._worker.read_only,
            data_folder=str(paths.data),
            parent=self,
        )
        return (
            self.notices,
            self.thread_view,
            self.find,
            self.ranking,
            self.composer,
            self.conversations,
            self.tree,
            self.labels,
            self.models,
            self.open_file,
            self.export,
            self.app,
            *self.library_page.view_models,
        )

    def _connect_notices(self, settings_file: SettingsFile) -> None:
        self.asking.engine_missing.connect(self.models.ensure_engine)
        self.session.failed.connect(self.engine_notices.show_failure)
        self.session.nothing_added.connect(
            lambda: self.notices.toast("The model has nothing to add to this reply.")
        )
        self.preferences.not_saved.connect(
            lambda title, hint: self.notices.show(Notice("settings", "warning", title, hint))
        )
        for error in self._worker.notices:
            self.notices.show(Notice(error.code, "warning", error.title, error.hint))
        for notice in settings_file.notices:
            self.notices.show(Notice("settings", "warning", notice.title, notice.hint))


def _library_loader(library: ModelLibrary, preferences: Preferences, paths: AppPaths) -> Loader:
    log, states = paths.logs / "engine.log", paths.engine_state

    async def load(ref: str, on_progress: Progress) -> LoadedModel:
        settings = preferences.settings
        return await load_model(library, ref, settings, log=log, states=states, on_progress=on_progress)

    return load
