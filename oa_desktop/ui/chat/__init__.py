"""The open conversation: writing, the thread, replies side by side, ranking, labels, export."""
