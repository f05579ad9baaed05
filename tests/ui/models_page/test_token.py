"""The person's token for closed repositories, given on the models page."""

from tests.made_gguf import made_model
from tests.ui.models_page.page_rows import downloads, on_disk

TOKEN = "hf_" + "a" * 30


def test_d06_a_closed_repository_opens_with_a_token_that_is_kept_in_the_keyring_alone(
    page, wired, hub_server, ring, paths
):
    hub_server.add_repo("owner/closed-GGUF", {"m.Q4_K_M.gguf": made_model(9_000)}, gated=True)
    hub_server.add_token(TOKEN, user="ida", accepted=("owner/closed-GGUF",))
    page.search.ask("closed")
    wired.until(lambda: page.search.state == "results")
    assert page.search.rows.rows[0].gated
    page.search.toggle("owner/closed-GGUF")
    wired.until(lambda: bool(page.search.rows.rows[0].choices))
    page.search.download("owner/closed-GGUF")
    wired.until(lambda: bool(downloads(page)) and downloads(page)[0].wants_token)
    page.token.keep(f" {TOKEN} ")
    wired.until(lambda: page.token.place == "keyring")
    assert "ida" in page.token.note
    assert TOKEN in ring.kept.values()
    page.downloads_view.resume(downloads(page)[0].key)
    wired.until(lambda: bool(on_disk(page)))
    assert not any("authorization" in request.headers for request in hub_server.seen("cdn"))
    kept = [path for path in paths.data.parent.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in path.read_bytes() for path in kept if path.suffix != ".gguf")
    page.token.forget()
    wired.until(lambda: page.token.place == "")
    assert ring.kept == {}


def test_a_token_that_the_hub_does_not_know_is_not_kept(page, wired, ring):
    page.token.keep("hf_wrong")
    wired.until(lambda: not page.token.busy)
    assert page.token.note
    assert ring.kept == {}
