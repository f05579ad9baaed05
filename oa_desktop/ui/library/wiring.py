"""Builds what stands behind the models page: the hub, the downloads, and the view models over them."""

import asyncio
import functools
from collections.abc import Sequence

from PySide6.QtCore import QObject

from oa_desktop.errors import OaError, StorageError
from oa_desktop.hub.api import Hub
from oa_desktop.hub.endpoint import DEFAULT_ENDPOINT, endpoint_of
from oa_desktop.hub.tokens import TokenStore
from oa_desktop.paths import AppPaths
from oa_desktop.services.downloads.downloader import ModelDownloader
from oa_desktop.services.downloads.getting import Getting
from oa_desktop.services.downloads.hub_search import HubSearch
from oa_desktop.services.downloads.queue import Downloads
from oa_desktop.services.fit.estimate import look_at_machine
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.library.catalogue_view_model import CatalogueViewModel
from oa_desktop.ui.library.downloads_control import DownloadsControl, Tell
from oa_desktop.ui.library.downloads_view_model import DownloadsViewModel
from oa_desktop.ui.library.getting_view_model import GettingViewModel
from oa_desktop.ui.library.hub_search_view_model import HubSearchViewModel
from oa_desktop.ui.library.import_view_model import ImportViewModel
from oa_desktop.ui.library.local_models import LocalModels, Look
from oa_desktop.ui.library.model_settings_view_model import ModelSettingsViewModel
from oa_desktop.ui.library.on_disk_view_model import OnDiskViewModel
from oa_desktop.ui.library.prompt_preview_view_model import PromptPreviewViewModel
from oa_desktop.ui.library.removed_view_model import RemovedViewModel
from oa_desktop.ui.library.token_view_model import TokenViewModel
from oa_desktop.ui.models.engine_control import EngineControl
from oa_desktop.ui.models.model_view_model import ModelViewModel
from oa_desktop.ui.notices import Notices
from oa_desktop.ui.pages import Pages
from oa_desktop.ui.preferences import Preferences


class LibraryWiring(QObject):
    """The models page without its QML. Nothing of it asks the network before a person does."""

    def __init__(
        self,
        bridge: Bridge,
        paths: AppPaths,
        library: ModelLibrary,
        engine: EngineControl,
        models: ModelViewModel,
        preferences: Preferences,
        notices: Notices,
        look: Look = look_at_machine,
        parent: QObject | None = None,
    ) -> None:
        """look: finds out what this machine has."""
        super().__init__(parent)
        self._bridge = bridge
        self._paths = paths
        self._library = library
        self._notices = notices
        endpoint = _shown_endpoint()
        tokens = functools.cache(lambda: TokenStore(endpoint_of()))
        self._preferences = preferences
        self._hub = functools.cache(lambda: Hub(token=tokens().get, offline=self._is_offline))
        self.pages = Pages(self)
        self.local = LocalModels(bridge, library, paths.models, notices, look, self)
        self.downloads = DownloadsControl(bridge, self._make_downloads, self)
        self.downloads_view = DownloadsViewModel(self.downloads, models, self.pages, notices, self)
        getting = Getting(self._hub, library)
        self.getting = GettingViewModel(bridge, getting, self.local, self.downloads, models, notices, self)
        self.catalogue = CatalogueViewModel(
            bridge, self.local, self.downloads, self.getting, models, preferences, self.pages, endpoint, self
        )
        hub_search = HubSearch(self._hub, tokens)
        self.search = HubSearchViewModel(
            bridge,
            hub_search,
            self.local,
            self.getting,
            preferences,
            endpoint,
            self,
        )
        self.removed = RemovedViewModel(bridge, library, self.local, models, notices, self)
        self.on_disk = OnDiskViewModel(
            bridge,
            engine,
            library,
            self.local,
            self.downloads,
            self.removed,
            models,
            self.pages,
            notices,
            self,
        )
        self.importing = ImportViewModel(
            bridge, library, self.local, models, preferences, self.pages, notices, self
        )
        self.token = TokenViewModel(bridge, hub_search, self)
        self.token.kept.connect(self.search.look_again)
        self.preview = PromptPreviewViewModel(bridge, self)
        self.settings = ModelSettingsViewModel(
            bridge, library, self.local, engine, self.preview, preferences, notices, self
        )

    @property
    def view_models(self) -> Sequence[QObject]:
        """Those that QML reaches by name."""
        return (
            self.pages,
            self.downloads_view,
            self.getting,
            self.catalogue,
            self.search,
            self.token,
            self.removed,
            self.on_disk,
            self.importing,
            self.preview,
            self.settings,
        )

    def start(self) -> None:
        """Go on with what a person began to download, and delete what was removed in an earlier run."""

        async def purge() -> None:
            await asyncio.to_thread(self._library.purge_removed)

        self._bridge.run(purge(), lambda _: None, self._not_purged)
        self.downloads.begin()

    def stop(self) -> None:
        """Give up what can be begun anew; `close` comes after it."""
        self.getting.close()
        self.search.close()
        self.on_disk.close()
        self.importing.giveUp()
        self.settings.close()

    async def close(self) -> None:
        """Stop the downloads so that they can go on; awaited on the I/O thread."""
        await self.downloads.close()

    def _make_downloads(self, tell: Tell) -> Downloads:
        downloader = ModelDownloader(self._hub(), self._library, self._paths.models)
        return Downloads(downloader, tell, self._limit)

    def _is_offline(self) -> bool:
        return self._preferences.settings.offline

    def _limit(self) -> int:
        return round(self._preferences.settings.download_limit * 1e6)

    def _not_purged(self, error: OaError) -> None:
        if isinstance(error, StorageError):
            self._notices.show_error(error)


def _shown_endpoint() -> str:
    try:
        return endpoint_of()
    except OaError:  # said again, with what can be done, by whatever asks the hub
        return DEFAULT_ENDPOINT
