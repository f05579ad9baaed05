"""Where conversations are kept: one SQLite file, one writer on one thread. Domain values in and out."""

from oa_desktop.store.errors import NotInStore
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.search import SearchHit
from oa_desktop.store.stats import Stats
from oa_desktop.store.store import Store
from oa_desktop.store.worker import StoreWorker

__all__ = ["NotInStore", "SearchHit", "Stats", "Store", "StoreFiles", "StoreWorker"]
