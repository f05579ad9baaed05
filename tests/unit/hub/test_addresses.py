"""Where a download may be sent on to."""

import pytest

from oa_desktop.hub.addresses import check_target, is_same_origin, origin
from oa_desktop.hub.errors import HubError

HUB, LOCAL = "https://huggingface.co", "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("endpoint", "target"),
    [
        (HUB, "https://cdn-lfs.hf.co/x?sig=1"),
        (HUB, "https://huggingface.co/y"),
        (HUB, "https://s3.amazonaws.com:443/z"),
        (LOCAL, "http://127.0.0.1:9000/x"),
        (LOCAL, "http://localhost:1/x"),
        (LOCAL, "https://cdn-lfs.hf.co/x"),
        ("http://mirror.example", "http://mirror.example/x"),
        ("https://[2606:4700::1111]", "https://[2606:4700::1111]/x"),
    ],
)
def test_d10_these_are_followed(endpoint: str, target: str) -> None:
    check_target(endpoint, target)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("http://cdn-lfs.hf.co/x", "encrypted"),
        ("https://127.0.0.1/x", "network"),
        ("https://127.1.2.3:8443/x", "network"),
        ("https://[::1]/x", "network"),
        ("https://[::ffff:127.0.0.1]/x", "network"),
        ("https://10.0.0.1/x", "network"),
        ("https://192.168.1.1/x", "network"),
        ("https://169.254.169.254/latest/meta-data", "network"),
        ("https://100.64.0.1/", "network"),
        ("https://2130706433/x", "network"),
        ("https://127.1/x", "network"),
        ("https://0x7f000001/x", "network"),
        ("https://localhost/x", "network"),
        ("https://LOCALHOST./x", "network"),
        ("https://printer.local/x", "network"),
        ("https://0.0.0.0/x", "network"),
        ("file:///etc/passwd", "web address"),
        ("ftp://huggingface.co/x", "web address"),
        ("javascript:alert(1)", "web address"),
        ("https://", "web address"),
        ("", "web address"),
        ("https://huggingface.co@evil.example/x", "name"),
        ("https://a:b@huggingface.co/x", "name"),
        ("https://[64:ff9b::7f00:1]/x", "network"),
        ("https://[2002:c0a8:101::]/x", "network"),
        ("https://224.0.0.251/x", "network"),
        ("https://127.0.0.1\\.evil.example/x", "plainly"),
        ("https://%31%32%37.0.0.1/x", "plainly"),
        ("https://127。0。0。1/x", "plainly"),
        ("https://huggingface.co:99999/x", "no address"),
        ("https://[::1/x", "no address"),
    ],
)
def test_d10_these_are_refused(target: str, why: str) -> None:
    with pytest.raises(HubError, match=why) as caught:
        check_target(HUB, target)
    assert caught.value.code == "redirect-refused"


def test_a_plain_mirror_may_not_send_on_to_other_plain_hosts() -> None:
    with pytest.raises(HubError, match="encrypted"):
        check_target("http://mirror.example", "http://other.example/x")


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://Huggingface.co/a/b?c") == ("https", "huggingface.co", 443)
    assert is_same_origin("https://huggingface.co:443/x", "https://huggingface.co/y")
    assert not is_same_origin("https://huggingface.co/x", "http://huggingface.co/x")
    assert not is_same_origin("https://huggingface.co/x", "https://huggingface.co.evil.example/x")
    assert not is_same_origin("http://127.0.0.1:1/x", "http://127.0.0.1:2/x")
