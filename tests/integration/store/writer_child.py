"""A program that writes to a store until it is killed, and prints each id once it is promised to be safe.

Run as: python writer_child.py DATABASE
"""

import sys
from dataclasses import replace
from pathlib import Path

from oa_desktop.conversation.message import Message, MessageState, Role, TreeId, new_message_id
from oa_desktop.store.worker import StoreWorker


def say(*words: str) -> None:
    print(*words, flush=True)


def main() -> None:
    worker = StoreWorker.open(Path(sys.argv[1]))
    while True:
        root_id = new_message_id()
        root = Message(root_id, TreeId(root_id), None, Role.PROMPTER, f"prompt of {root_id}")
        worker.submit(lambda store, root=root: store.conversations.create(root)).result()
        say("complete", root.id)
        empty = Message(
            new_message_id(), root.tree_id, root.id, Role.ASSISTANT, "", state=MessageState.STREAMING
        )
        worker.submit(lambda store, empty=empty: store.messages.add([empty])).result()
        text = ""
        for step in range(20):
            text += f"word{step} "
            worker.submit(lambda s, i=empty.id, t=text: s.messages.update_streaming({i: t})).result()
            say("streaming", empty.id, str(len(text)))
        done = replace(empty, text=text, state=MessageState.COMPLETE)
        worker.submit(lambda store, done=done: store.messages.finish([done])).result()
        say("complete", empty.id)


main()
