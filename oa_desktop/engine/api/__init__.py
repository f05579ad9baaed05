"""The HTTP surface of the engine: the OpenAI protocol on loopback, behind one guard. It decodes nothing."""
