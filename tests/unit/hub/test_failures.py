"""Every error huggingface_hub knows has a place here, so that a new one upstream is noticed."""

import inspect

import httpx2
import pytest
from huggingface_hub import errors as upstream

from oa_desktop.hub import failures
from oa_desktop.hub.errors import GatedRepo, HubBusy, HubError, HubOffline, HubUnreachable, NotFoundOnHub
from oa_desktop.hub.sentences import Asked

REQUEST = httpx2.Request("HEAD", "https://huggingface.co/a/b/resolve/main/c.gguf?sig=key")
ASKED = Asked("https://huggingface.co", "c.gguf", "a/b")


def response(status: int) -> httpx2.Response:
    return httpx2.Response(status, request=REQUEST)


def of_hub(kind: type[upstream.HfHubHTTPError], status: int) -> upstream.HfHubHTTPError:
    return kind("words\nof the library", response=response(status))


MAPPED = {
    "GatedRepoError": (of_hub(upstream.GatedRepoError, 403), GatedRepo, "repo-gated"),
    "RepositoryNotFoundError": (
        of_hub(upstream.RepositoryNotFoundError, 404),
        NotFoundOnHub,
        "repo-not-found",
    ),
    "DisabledRepoError": (of_hub(upstream.DisabledRepoError, 403), NotFoundOnHub, "repo-disabled"),
    "RevisionNotFoundError": (
        of_hub(upstream.RevisionNotFoundError, 404),
        NotFoundOnHub,
        "revision-not-found",
    ),
    "RemoteEntryNotFoundError": (
        of_hub(upstream.RemoteEntryNotFoundError, 404),
        NotFoundOnHub,
        "file-not-found",
    ),
    "EntryNotFoundError": (upstream.EntryNotFoundError("x"), NotFoundOnHub, "file-not-found"),
    "LocalEntryNotFoundError": (upstream.LocalEntryNotFoundError("x"), NotFoundOnHub, "file-not-found"),
    "BadRequestError": (of_hub(upstream.BadRequestError, 400), HubError, "hub-refused"),
    "HfHubHTTPError": (of_hub(upstream.HfHubHTTPError, 503), HubBusy, "hub-busy"),
    "OfflineModeIsEnabled": (upstream.OfflineModeIsEnabled("x"), HubOffline, "hub-offline"),
    "HFValidationError": (upstream.HFValidationError("x"), NotFoundOnHub, "repo-name-invalid"),
    "LocalTokenNotFoundError": (upstream.LocalTokenNotFoundError("x"), HubError, "token-refused"),
    "FileMetadataError": (upstream.FileMetadataError("x"), HubError, "hub-answer-unreadable"),
}
"""What the questions of the app can meet."""

ELSEWHERE = {
    *("BucketBatchError", "BucketNotFoundError", "CacheNotFound", "CachedRepoTreeNotFoundError", "CLIError"),
    *("CLIExtensionInstallError", "ConfirmationError", "CorruptedCacheException", "DDUFCorruptedFileError"),
    *("DDUFError", "DDUFExportError", "DDUFInvalidEntryNameError", "DeviceCodeError", "DryRunError"),
    *("FileDuplicationError", "GenerationError", "HfUriError", "IncompleteGenerationError"),
    *("IncompleteSnapshotError", "InferenceEndpointError", "RevisionResolutionError", "SandboxError"),
    *("SandboxCommandError",),
    *("InferenceEndpointTimeoutError", "InferenceTimeoutError", "JobNotFoundError"),
    *("NotASafetensorsRepoError", "OIDCError", "OverloadedError", "SafetensorsParsingError"),
    *("StrictDataclassClassValidationError", "StrictDataclassDefinitionError", "StrictDataclassError"),
    *("StrictDataclassFieldValidationError", "TextGenerationError", "UnknownError", "ValidationError"),
    *("XetDownloadError",),
}
"""Of buckets, jobs, caches, inference and command lines the app does not use."""


def test_every_error_of_the_library_is_accounted_for() -> None:
    own = {
        name
        for name, kind in inspect.getmembers(upstream, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__ == upstream.__name__
    }
    assert own - ELSEWHERE == set(MAPPED)
    assert own >= ELSEWHERE


@pytest.mark.parametrize(("raised", "kind", "code"), MAPPED.values(), ids=MAPPED)
def test_an_error_of_the_library_becomes_a_sentence(
    raised: Exception, kind: type[HubError], code: str
) -> None:
    assert isinstance(raised, failures.EXPECTED)
    error = failures.translated(raised, ASKED)
    assert (type(error), error.code) == (kind, code)
    assert (error.sentence + error.detail).isprintable()
    assert error.hint


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (httpx2.ProxyError("x"), "hub-proxy"),
        (httpx2.ConnectTimeout("x"), "hub-silent"),
        (httpx2.ReadTimeout("x"), "hub-silent"),
        (httpx2.PoolTimeout("x"), "hub-silent"),
        (httpx2.ConnectError("x"), "hub-unreachable"),
        (httpx2.ReadError("x"), "hub-cut"),
        (httpx2.RemoteProtocolError("x"), "hub-cut"),
        (httpx2.TooManyRedirects("x"), "redirect-refused"),
    ],
)
def test_an_error_of_the_network_becomes_a_sentence(raised: Exception, code: str) -> None:
    assert failures.translated(raised, ASKED).code == code


def test_an_entry_that_is_missing_here_is_explained_by_what_was_behind_it() -> None:
    outer = upstream.LocalEntryNotFoundError("cannot find the file on the Hub")
    outer.__cause__ = of_hub(upstream.GatedRepoError, 401)
    assert isinstance(failures.translated(outer, ASKED), GatedRepo)
    outer.__cause__ = httpx2.ConnectError("refused")
    assert isinstance(failures.translated(outer, ASKED), HubUnreachable)


def test_a_signature_in_an_address_is_not_repeated() -> None:
    raised = httpx2.ConnectError("cannot reach https://cdn.example/x?sig=key&expires=1 now")
    assert "key" not in failures.translated(raised, ASKED).detail
