"""Texts that have hurt Markdown viewers, as name and text."""

import json
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures" / "commonmark"
POISON = (
    '<img src="http://127.0.0.1:9/x"> ![](http://127.0.0.1:9/y) '
    "<style>@import url(http://127.0.0.1:9/z)</style> std::vector<int> end"
)
SPEC_EXAMPLES: list[str] = json.loads((FIXTURES / "examples.json").read_text("utf-8"))

EATEN_BY_QT = {
    "angle brackets": "Call <your name here> now",
    "a break": "text <br> more",
    "a closing tag": "text </p> more",
    "an unclosed link": '<a href="x">unclosed link and then text',
    "unknown tags": "before <unknown> after <unknown2> end",
    "a script": "<script>alert(1)</script> tail",
    "thinking": "<think>x</think>y",
    "a template": "std::vector<int> v; std::cout << v[0];",
    "a generic": "Use List<String> foo",
    "a comment": "a <!-- b --> c",
    "an entity": "write &lt;b&gt; and &amp; and &#64;",
    "a colour role": "@codeInk @mono @accentInk me@example.org",
    "poison": POISON,
}

BOMBS = {
    "quotes 10000": ">" * 10_000 + " end",
    "spaced quotes 10000": "> " * 10_000 + "end",
    "bullets 10000": "- " * 10_000 + "end",
    "numbers 10000": "1. " * 10_000 + "end",
    "open brackets": "[" * 10_000 + "end",
    "open images": "![" * 10_000 + "end",
    "links in links": "[a](" * 5_000 + "end",
    "stars": "*" * 20_000 + "end",
    "strong": "**a " * 4_000 + "end",
    "mixed emphasis": "*a_ " * 4_000 + "end",
    "strike": "~~a" * 6_000 + "end",
    "back-ticks of every length": "".join("`" * n + " " for n in range(1, 200)) + "end",
    "back-tick runs": ("`" * 100 + " ") * 190 + "end",
    "escapes": "\\(" * 9_000 + "end",
    "dollars": "$$ " * 6_000 + "end",
    "less-than": "<a " * 6_000 + "end",
    "wide table": "|a" * 256 + "|\n" + "|-" * 256 + "|\n" + "|\n" * 300 + "end",
    "long table": "|a|b|\n|-|-|\n" + "|c|d|\n" * 5_000 + "\nend",
    "fences": "```\n" * 5_001 + "end",
    "headings": "# a\n" * 2_000 + "end",
    "rules": "---\n" * 2_000 + "end",
    "dashes": "-" * 60_000 + " end",
    "code of 60 KB": "```c\n" + "int x = 12345678;\n" * 3_400 + "end",
    "indent": " " * 60_000 + "end",
    "tabs": "\t" * 60_000 + "end",
    "zero width joiners": "a\u200d" * 9_000 + "end",
    "combining": "e" + "\u0301" * 1_000 + " end",
    "right-to-left override": "\u202e" * 1_000 + "end",
    "carriage returns": "a\r" * 5_000 + "end",
    "one word": "x" * 60_000 + " end",
}
