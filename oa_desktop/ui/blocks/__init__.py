"""A message as typed blocks: Markdown in, frozen dataclasses and closed-tag markup out. Knows no Qt."""
