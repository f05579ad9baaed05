import pytest

from oa_desktop.hub.endpoint import (
    checked_endpoint,
    endpoint_of,
    host_of,
    may_carry_token,
    offline_variable,
)
from oa_desktop.hub.errors import HubError


def test_the_usual_hub_is_asked_unless_the_environment_names_another() -> None:
    assert endpoint_of({}) == "https://huggingface.co"
    assert endpoint_of({"HF_ENDPOINT": "  "}) == "https://huggingface.co"
    assert endpoint_of({"HF_ENDPOINT": " https://mirror.example/hf/ "}) == "https://mirror.example/hf"


@pytest.mark.parametrize(
    "address",
    [
        "huggingface.co",
        "ftp://x",
        "https://",
        "https://u:secret@x",
        "https://x?y=1",
        "https://x#y",
        "https://x y",
        "http://[::1",
        "https://x:99999",
        "https://x:0",
        "https://x\n.com",
        "https://hügging.face",
    ],
)
def test_an_address_that_is_none_is_told_in_a_sentence(address: str) -> None:
    with pytest.raises(HubError) as caught:
        endpoint_of({"HF_ENDPOINT": address})
    assert caught.value.code == "endpoint-invalid"
    assert "HF_ENDPOINT" in caught.value.sentence
    assert "secret" not in caught.value.detail


def test_a_port_is_part_of_the_name_that_is_shown() -> None:
    assert host_of(checked_endpoint("https://huggingface.co/")) == "huggingface.co"
    assert host_of("http://127.0.0.1:80") == "127.0.0.1:80"


def test_a_token_goes_only_where_nobody_can_listen() -> None:
    assert may_carry_token("https://huggingface.co")
    assert may_carry_token("http://127.0.0.1:8000")
    assert may_carry_token("http://localhost:8000")
    assert may_carry_token("http://[::1]:8000")
    assert not may_carry_token("http://192.168.1.7")
    assert not may_carry_token("http://mirror.example")


@pytest.mark.parametrize(
    ("value", "offline"), [("1", True), ("on", True), ("TRUE", True), ("0", False), ("", False)]
)
def test_the_environment_can_keep_the_app_off_the_network(value: str, offline: bool) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        assert offline_variable({name: value}) == (name if offline else "")
    assert offline_variable({}) == ""
