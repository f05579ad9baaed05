"""The picture of the whole tree beside the thread."""
