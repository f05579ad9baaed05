"""The document to read: one branch in full, every other reply after it, and no text that can break it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from oa_desktop.oasst import LabelAverage, OasstNode, OasstTree
from oa_desktop.services.markdown_export import fenced, markdown_pieces


def node(name, parent=None, **fields):
    role = "prompter" if parent is None or fields.pop("asks", False) else "assistant"
    return OasstNode(name, f"text of {name}", role, parent, **fields)


BRANCHED = OasstTree(
    "a",
    (
        node("a"),
        node("b", "a", rank=1, model_name="tour_1"),
        node("c", "a", rank=0, labels={"quality": LabelAverage(0.75, 2), "spam": LabelAverage(0, 2)}),
        node("d", "c", asks=True),
        node("e", "b", asks=True),
    ),
)


def document(tree, **options):
    return "".join(markdown_pieces(tree, **options))


def headings(text):
    tokens = MarkdownIt("commonmark").parse(text)
    return [(t.tag, after.content) for t, after in pairwise(tokens) if t.type == "heading_open"]


def test_the_best_branch_comes_first_and_the_others_name_what_they_answer():
    assert document(BRANCHED, title="My chat") == (
        "# My chat\n\n5 messages, 2 branches.\n"
        "\n## 1 · Prompt\n\n```markdown\ntext of a\n```\n"
        "\n## 2 · Reply\n\nAnswers 1; one of 2 (beside 4); rank 1; quality 0.75.\n\n"
        "```markdown\ntext of c\n```\n"
        "\n## 3 · Prompt\n\n```markdown\ntext of d\n```\n"
        "\n## Other replies\n"
        "\n### 4 · Reply\n\nAnswers 1; one of 2 (beside 2); rank 2; by tour\\_1.\n\n"
        "```markdown\ntext of b\n```\n"
        "\n### 5 · Prompt\n\n```markdown\ntext of e\n```\n\n"
    )


def test_the_branch_that_is_shown_is_the_one_in_full():
    shown = headings(document(BRANCHED, shown_leaf="b"))
    assert [text for tag, text in shown if tag == "h2"] == [
        "1 · Prompt",
        "2 · Reply",
        "3 · Prompt",
        "Other replies",
    ]
    assert document(BRANCHED, shown_leaf="gone") == document(BRANCHED)


@given(st.text(alphabet="`~#<>-=\n\t *_[]()!|\\&x1."))
def test_no_text_can_end_its_fence_or_become_a_heading(text):
    tree = OasstTree("a", (OasstNode("a", text, "prompter"), OasstNode("b", text, "assistant", "a")))
    tokens = MarkdownIt("commonmark").parse(document(tree, title=text))
    fences = [token for token in tokens if token.type == "fence"]
    assert len(fences) == 2
    assert fences[0].content == text + "\n"
    assert sum(token.type == "heading_open" for token in tokens) == 3
    assert not any(token.type in ("html_block", "blockquote_open", "list_item_open") for token in tokens)


def test_a_fence_is_longer_than_any_inside():
    assert fenced("````\ncode\n````").startswith("`````markdown\n")


def test_a_crowd_of_replies_is_counted_and_not_listed():
    crowd = OasstTree("a", (node("a"), *(node(f"r{i}", "a") for i in range(10))))
    text = document(crowd)
    assert text.count("one of 10; not ranked") == 10
    assert "beside" not in text
