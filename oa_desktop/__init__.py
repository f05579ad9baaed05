"""OpenAssistant Desktop: ask, get several replies, rank them, continue from the best, export."""

__version__ = "0.1.0"
