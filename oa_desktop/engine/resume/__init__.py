"""Branches of the KV memory that outlive the engine: saved to its folder when idle, restored on demand."""
