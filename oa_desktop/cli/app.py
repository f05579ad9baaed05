"""What every command needs of the app, opened when it is used and closed when the command ends."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from oa_desktop.cli.output import StatusLine, note, tell
from oa_desktop.client.api import EngineClient
from oa_desktop.hub.catalogue import Catalogue, load_catalogue
from oa_desktop.hub.endpoint import endpoint_of
from oa_desktop.hub.errors import HubError
from oa_desktop.log_file import keep_log
from oa_desktop.paths import app_paths
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.services.loading import LoadedModel, load_model
from oa_desktop.setting_spec import SettingValue
from oa_desktop.settings import Settings
from oa_desktop.settings_file import SettingsFile
from oa_desktop.store.errors import StoreReadOnly
from oa_desktop.store.worker import StoreWorker

if TYPE_CHECKING:
    from oa_desktop.hub.api import Hub
    from oa_desktop.hub.tokens import TokenStore
    from oa_desktop.services.downloads.downloader import ModelDownloader
    from oa_desktop.services.downloads.hub_search import HubSearch
    from oa_desktop.services.fit.estimate import Machine


class App:
    """The app without a window.

    changes: settings for this run only, over those of the person.
    prompt_format: for this run, instead of the one that was set for the model or that its file asks for.
    """

    def __init__(
        self, changes: Mapping[str, SettingValue] | None = None, prompt_format: str | None = None
    ) -> None:
        self._changes = changes or {}
        self.prompt_format = prompt_format
        self.paths = app_paths()
        self.paths.create()
        keep_log(self.paths.logs)

    @cached_property
    def settings(self) -> Settings:
        """The settings of this run; what is wrong with the person's file is said on standard error.

        Raises: UsageError for a change that is not allowed.
        """
        file = SettingsFile(self.paths.settings)
        for notice in file.notices:
            note(f"{notice.title} {notice.hint}".strip())
        settings = file.settings
        for key, value in self._changes.items():
            settings = settings.with_value(key, value)
        return settings

    @cached_property
    def library(self) -> ModelLibrary:
        """The models on this machine."""
        return ModelLibrary(self.paths)

    @cached_property
    def catalogue(self) -> Catalogue | None:
        """The models the app knows; None when its file is damaged, which is said on standard error."""
        try:
            return load_catalogue()
        except HubError as error:
            tell(error)
            return None

    @cached_property
    def machine(self) -> "Machine":
        """What there is here for a model. Takes about a second."""
        from oa_desktop.services.fit.estimate import look_at_machine

        return look_at_machine(self.paths.models)

    @cached_property
    def tokens(self) -> "TokenStore":
        """The person's token for the hub of the environment. Raises HubError when that is no address."""
        from oa_desktop.hub.tokens import TokenStore

        return TokenStore(endpoint_of())

    @cached_property
    def hub(self) -> "Hub":
        """The hub of the environment."""
        from oa_desktop.hub.api import Hub

        return Hub(token=self.tokens.get, offline=lambda: self.settings.offline)

    @cached_property
    def hub_search(self) -> "HubSearch":
        """The hub as a person searches it."""
        from oa_desktop.services.downloads.hub_search import HubSearch

        return HubSearch(lambda: self.hub, lambda: self.tokens)

    @cached_property
    def downloader(self) -> "ModelDownloader":
        """Downloads into the library."""
        from oa_desktop.services.downloads.downloader import ModelDownloader

        return ModelDownloader(self.hub, self.library, self.paths.models)

    def download_limit(self) -> int:
        """The most bytes per second that downloads may take, 0 for no limit."""
        return round(self.settings.download_limit * 1e6)

    def settings_for(self, model: ModelFile) -> Settings:
        """Those of the model over the person's own, and over both what was asked for in this run."""
        return model.settings.over(self.settings, self._changes)

    @contextmanager
    def store(self, *, read_only: bool = False) -> Iterator[StoreWorker]:
        """The conversations. read_only: also while the window has them open.

        Raises: StorageError, also when they can only be read and that is not enough.
        """
        worker = StoreWorker.open(self.paths.store, read_only=read_only)
        try:
            if worker.read_only and not read_only:
                raise next(iter(worker.notices), StoreReadOnly())
            for notice in worker.notices:
                note(notice.sentence)
            yield worker
        finally:
            worker.close()

    @asynccontextmanager
    async def engine(self, ref: str | None) -> AsyncIterator[tuple[LoadedModel, EngineClient]]:
        """A model in an engine of its own, which ends with the block.

        ref: None for the model of the settings.
        """
        status = StatusLine()
        status.show("Loading the model …")
        try:
            loaded = await load_model(
                self.library,
                ref or self.settings.model,
                self.settings,
                chosen=self._changes,
                prompt_format=self.prompt_format,
                log=self.paths.logs / "engine.log",
                states=self.paths.engine_state,
                on_progress=lambda done: status.show(f"Loading the model … {done:.0%}"),
            )
        finally:
            status.clear()
        try:
            for notice in loaded.process.handle.model.notices if loaded.process.handle.model else ():
                note(notice)
            async with loaded.process.client() as client:
                yield loaded, client
        finally:
            await loaded.process.stop()
