"""How much of a header is believed. Far above every real model, far below what hurts."""

MAX_PAIRS = 8_192
MAX_TENSORS = 32_768
MAX_KEY_BYTES = 65_535
MAX_TEXT_BYTES = 1 << 20
"""One text value; chat templates are the longest seen, some 30 kB."""
MAX_KEPT_BYTES = 6 << 20
"""All keys and kept values together, so that a header costs little memory."""
OBJECT_BYTES = 32
"""What a kept value is counted as, on top of its text."""
MAX_ARRAY_ITEMS = 1 << 24
MAX_ARRAY_TEXTS = 1_200_000
"""Texts in all arrays together; the largest vocabulary with its merges seen has 780 000."""
KEPT_ARRAY_ITEMS = 1_024
"""Arrays up to this length are kept, longer ones are only counted."""
MAX_TENSOR_NAME_BYTES = 63
MAX_DIMENSIONS = 4
MAX_BLOCKS = 512
"""Fixed arrays inside llama.cpp have this size."""
