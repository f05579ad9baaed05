"""Remove a conversation for good: from the store, and with it what the engine saved of all of them."""

import asyncio
from pathlib import Path

from oa_desktop.conversation.message import TreeId
from oa_desktop.errors import StorageError
from oa_desktop.services.saved_states import remove_all
from oa_desktop.store.worker import StoreWorker


async def purge(worker: StoreWorker, states: Path, tree_id: TreeId) -> None:
    """The only way to purge. Saved states do not say whose they are, and they are made again when needed.

    states: the folder of saved states. Raises: StorageError; the conversation is still there then.
    """
    if not await asyncio.to_thread(remove_all, states):
        raise StorageError(
            "states-not-removed",
            "What the engine saved of conversations could not be removed.",
            detail=str(states),
            hint="Check the permissions of that folder, and try again.",
        )
    await worker.run(lambda store: store.conversations.purge(tree_id))
