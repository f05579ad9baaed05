"""A hub that lies, or somebody who writes what it passes on: data stays data, and nothing is believed."""

import contextlib
import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.api import Hub
from oa_desktop.hub.errors import HubError, NotFoundOnHub
from oa_desktop.hub.repo_files import group_files
from tests.hub_server import ChangedEtag, EndlessBody, HubServer, JsonBody, NoEtag, Status

COMMIT = "0123456789" * 4
NAMES = [
    "../../x.gguf",
    "/etc/x.gguf",
    "a\\..\\b.gguf",
    "CON.gguf",
    "x" * 300 + ".gguf",
    "line\nbreak.gguf",
    "\u202efugg.gguf",
    "nul\0.gguf",
    "x.gguf/",
    "lone\ud800.gguf",
]


@pytest.fixture
def hub(hub_server: HubServer) -> Hub:
    hub_server.add_repo("me/model", {"a.gguf": b"GGUF"})
    return Hub(hub_server.endpoint)


def refused(question: Any) -> HubError:
    with pytest.raises(HubError) as caught:
        question()
    return caught.value


def model(**changed: Any) -> dict[str, Any]:
    return {"id": "me/model", "sha": COMMIT, "siblings": [], "tags": [], "gated": False, **changed}


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "text",
        [],
        [1],
        {},
        {"id": 3},
        {"error": "x"},
        {"id": "me/model", "sha": None},
        {"id": "me/model", "sha": "../../../x"},
        model(siblings=7),
        model(siblings=[7]),
        model(siblings=[{}]),
        model(siblings=[{"rfilename": "a.gguf", "lfs": 3}]),
        model(lastModified="yesterday"),
        model(lastModified=7),
        model(cardData={"ignore_metadata_errors": True}),
        model(safetensors={"x": 1}),
        model(inferenceProviderMapping=7),
    ],
)
def test_json_of_the_wrong_shape_is_no_answer(hub_server: HubServer, hub: Hub, value: Any) -> None:
    hub_server.fail(JsonBody(value), origin="hub")
    assert refused(lambda: hub.repo("me/model")).code == "hub-answer-unreadable"


def test_facts_of_the_wrong_type_are_left_out(hub_server: HubServer, hub: Hub) -> None:
    wrong = model(
        downloads="many",
        likes=-3,
        tags=[7, None, "en", "license:mit", {}],
        gguf={"total": -1, "architecture": 7, "context_length": 1e9, "chat_template": ["x"]},
        cardData={"license": {"a": 1}, "language": 7, "license_link": 7},
        gated="manual",
    )
    hub_server.fail(JsonBody(wrong), origin="hub")
    details = hub.repo("me/model")
    assert (details.downloads, details.likes, details.updated, details.gated) == (0, 0, None, True)
    assert (details.parameters, details.architecture, details.context_tokens) == (None, "", None)
    assert (details.licence, details.languages) == ("mit", ("en",))
    hub_server.fail(JsonBody([{**wrong, "cardData": None}, {"id": "../evil"}, {"id": 7}]), origin="hub")
    assert [repo.id for repo in hub.search("x")] == ["me/model"]


@pytest.mark.parametrize("size", [-1, 1 << 60, 10**400, 1.5, True, "7", None, [1]])
def test_sizes_nobody_can_believe_are_unknown(hub_server: HubServer, hub: Hub, size: Any) -> None:
    lfs = {"sha256": "a" * 64, "size": size, "pointerSize": 1}
    files = [
        {"rfilename": "a.gguf", "size": 5, "lfs": lfs},
        {"rfilename": "b.gguf", "size": size},
    ]
    hub_server.fail(JsonBody(model(siblings=files)), origin="hub")
    assert [file.size_bytes for file in hub.repo("me/model").files] == [None, None]


@pytest.mark.parametrize("sha256", ["", "A" * 64, "a" * 63, "../" * 21 + "a", None, 7, "a" * 64 + "\n"])
def test_only_a_hash_is_taken_for_one(hub_server: HubServer, hub: Hub, sha256: Any) -> None:
    lfs = {"sha256": sha256, "size": 5, "pointerSize": 1}
    hub_server.fail(JsonBody(model(siblings=[{"rfilename": "a.gguf", "lfs": lfs}])), origin="hub")
    assert hub.repo("me/model").files[0].sha256 is None


@pytest.mark.parametrize("name", NAMES)
def test_d15_a_file_name_is_kept_as_data_and_shown_escaped(
    hub_server: HubServer, hub: Hub, name: str
) -> None:
    hub_server.fail(JsonBody(model(siblings=[{"rfilename": name}])), origin="hub")
    (file,) = hub.repo("me/model").files
    assert file.path == name
    assert printable(file.path).isprintable()
    group_files([file])
    error = refused(lambda: hub.locate("me/model", name))
    assert isinstance(error, NotFoundOnHub)
    assert error.sentence.isprintable()
    asked = {request.target for request in hub_server.seen(method="HEAD")}
    assert all(target.startswith("/me/model/resolve/main/") for target in asked)
    assert not any("/../" in target for target in asked)


def test_more_files_than_a_repository_has_are_not_kept(hub_server: HubServer, hub: Hub) -> None:
    files = [{"rfilename": f"{number}.gguf"} for number in range(12_000)]
    hub_server.fail(JsonBody(model(siblings=[*files, *files[:5]])), origin="hub")
    assert len(hub.repo("me/model").files) == 10_000


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[" * 100_000, b"\xff\xfe{", b'{"id": NaN}', b'{"sha": ' + b"9" * 5000 + b"}", b"null"],
)
def test_what_is_no_json_is_no_answer(hub_server: HubServer, hub: Hub, body: bytes) -> None:
    hub_server.fail(Status(200, {"Content-Type": "application/json"}, body), origin="hub", times=2)
    assert refused(lambda: hub.repo("me/model")).code == "hub-answer-unreadable"
    assert refused(lambda: hub.search("x")).code == "hub-answer-unreadable"


def test_an_answer_of_a_hundred_megabytes_is_not_read(hub_server: HubServer, hub: Hub) -> None:
    for fault in (Status(200, {}, b"[" + b" " * 100_000_000 + b"]"), EndlessBody(b"[")):
        for question in (lambda: hub.repo("me/model"), lambda: hub.search("x")):
            hub_server.fail(fault, origin="hub")
            assert refused(question).code == "hub-answer-unreadable"
            assert hub_server.requests[-1].sent_bytes < 40_000_000


def test_a_packed_answer_is_not_unpacked(hub_server: HubServer, hub: Hub) -> None:
    answer = json.dumps(model()).encode()
    bomb = gzip.compress(answer + b" " * 50_000_000, 9)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    hub_server.fail(Status(200, headers, bomb), origin="hub")
    assert refused(lambda: hub.repo("me/model")).code == "hub-answer-unreadable"


@pytest.mark.parametrize(
    "body", [b"[1]", b'{"errors": [7]}', b'{"error": {"a": 1}}', b"x" * 3_000_000, b"\xff"]
)
def test_the_text_of_an_error_is_not_looked_at(hub_server: HubServer, hub: Hub, body: bytes) -> None:
    hub_server.fail(Status(500, {}, body), origin="hub")
    assert refused(lambda: hub.repo("me/model")).code == "hub-busy"


def test_words_of_the_server_are_shown_on_one_line(hub_server: HubServer, hub: Hub) -> None:
    headers = {
        "X-Error-Message": "\x1b[31mred\u202e <img src=x> hf_abcdefgh https://x/y?sig=key " + "long " * 2000,
    }
    hub_server.fail(Status(403, headers), origin="hub")
    error = refused(lambda: hub.repo("me/model"))
    assert (error.sentence + error.detail).isprintable()
    assert len(error.detail) < 400
    assert "hf_abcdefgh" not in error.detail
    assert "key" not in error.detail


def test_a_tag_or_a_size_that_is_none_is_unknown(hub_server: HubServer, hub: Hub) -> None:
    hub_server.fail(NoEtag(), origin="hub")
    assert hub.locate("me/model", "a.gguf").sha256 is None
    hub_server.fail(ChangedEtag("../../x"), origin="hub")
    assert hub.locate("me/model", "a.gguf").sha256 is None
    linked = {"X-Repo-Commit": COMMIT, "Location": hub_server.cdn, "ETag": '"x"'}
    for size in ("-1", "9" * 30, "seven", ""):
        hub_server.fail(Status(302, {**linked, "X-Linked-Size": size}), origin="hub")
        assert hub.locate("me/model", "a.gguf").size_bytes is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    *("id", "sha", "siblings", "tags", "gguf", "cardData", "gated", "lastModified", "downloads", "likes"),
    *("private", "config", "safetensors", "spaces", "transformersInfo", "modelId", "author"),
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_whatever_the_hub_answers_is_a_value_or_one_sentence(
    hub_server: HubServer, hub: Hub, changed: dict[str, Any]
) -> None:
    changed = json.loads(json.dumps(changed))
    hub_server.fail(JsonBody(model(**changed)), origin="hub")
    hub_server.fail(JsonBody([model(**changed)]), origin="hub")
    for question in (lambda: hub.repo("me/model"), lambda: hub.search("x")):
        with contextlib.suppress(HubError):
            question()
