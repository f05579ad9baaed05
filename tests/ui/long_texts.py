"""Messages that are long in every way a message can be, by name."""

LONG_TEXTS = {
    "code of 100,000 lines": "```py\n" + "\n".join(f"x{n} = {n}" for n in range(100_000)) + "\n```",
    "a line of 1 MB": "x" * 1_000_000,
    "words of 1 MB": "word " * 200_000,
    "long words of 1 MB": ("x" * 1_999 + " ") * 500,
    "a code line of 1 MB": "```\n" + "x" * 1_000_000 + "\n```",
    "5,000 code blocks": "```py\nx = 1\n```\n\n" * 5_000,
    "100 long code blocks": ("```py\n" + "x = [1, 2, f(3)]  # no\n" * 400 + "```\n\n") * 100,
    "5,000 paragraphs": "some **bold** words and `code` here\n\n" * 5_000,
    "200 long paragraphs": ("word **bold** `code` " * 150 + "\n\n") * 200,
    "a table of 500 rows": "|a" * 10 + "|\n" + "|-" * 10 + "|\n" + ("|word" * 10 + "|\n") * 500,
    "50 tables": ("| a | b |\n|---|---|\n" + "| c | d |\n" * 60 + "\n") * 50,
    "a heading of 1 MB": "# " + "word " * 200_000,
    "a table of long cells": "| a | b |\n|---|---|\n" + f"| {'word ' * 9_000} | {'word ' * 9_000} |\n" * 2,
    "a label of 1 MB": "```" + "word " * 200_000 + "\nx = 1\n```",
    "math of 1 MB": "$$\n" + "x + y = z\n" * 100_000 + "$$",
    "a list of 2,000 items": "- some **item**\n" * 2_000,
}
