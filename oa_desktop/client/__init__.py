"""Talk to an engine, our own child or a remote one: start, stream, cancel, restart."""
