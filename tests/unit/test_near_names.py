"""What a person meant by a name that is not there."""

import pytest

from oa_desktop.near_names import nearest

MODELS = ("tinyllama-chat-v0.3", "tinyllama-chat-v1.0", "oa-falcon-7b-top1", "Model.Q4_K_M", "qwen3-4b")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tinyllama", "tinyllama-chat-v0.3"),
        ("tinylama", "tinyllama-chat-v0.3"),
        ("tinyllama-chat-v1", "tinyllama-chat-v1.0"),
        ("model", "Model.Q4_K_M"),
        ("MODL.q4_k_m", "Model.Q4_K_M"),
        (" oa-falcon ", "oa-falcon-7b-top1"),
        ("qwen34b", "qwen3-4b"),
        ("zebra", None),
        ("", None),
        ("\x00" * 200_000, None),
    ],
)
def test_a_name_is_near_when_it_begins_so_or_is_similar(typed: str, meant: str | None) -> None:
    assert nearest(typed, MODELS) == meant


def test_nothing_is_near_where_there_is_nothing() -> None:
    assert nearest("anything", ()) is None
