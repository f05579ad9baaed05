"""Models, downloads and a hub for the pictures of the models page: invented, and awkward on purpose."""

import dataclasses
import threading
from datetime import UTC, datetime
from pathlib import Path

from oa_desktop.gguf.facts import ModelFacts, Purpose, Shape
from oa_desktop.gguf.families import PromptFamily
from oa_desktop.hub.errors import GatedRepo, HubBusy
from oa_desktop.hub.repo_files import RemoteFile, group_files
from oa_desktop.hub.repos import FoundRepo, RepoDetails
from oa_desktop.services.downloads.hub_search import Found, RepoContent
from oa_desktop.services.downloads.jobs import DownloadJob
from oa_desktop.services.downloads.row import Download, State
from oa_desktop.services.fit.report import FitReport, Verdict
from oa_desktop.services.library.model_file import ModelFile, Origin
from oa_desktop.services.library.model_source import HubSource
from oa_desktop.services.prompt_preview import Preview, PreviewPiece

REPO = "TheBloke/OpenAssistant-Llama2-13B-Orca-8K-3319-GGUF"
FILE = "openassistant-llama2-13b-orca-8k-3319.Q4_K_M.gguf"
TITLE = "OpenAssistant Llama 2 13B Orca 8K"
SHAPE = Shape(40, 5120, (40,) * 40, 128, 128, 32032)
NO_TOKENS = (
    "The vocabulary of this model has no <|im_start|> and no <|im_end|>, with which the format chatml marks "
    "turns; plain text stands there instead, and replies may suffer."
)
LONG = "A-merge-of-a-merge-with-a-name-that-nobody-could-ever-remember-v2.1-final-really-final-DPO-GGUF"


def facts(name: str, size: int, quantisation: str, family: PromptFamily, weights: int) -> ModelFacts:
    return ModelFacts(
        name,
        "llama",
        weights,
        quantisation,
        8192,
        size,
        True,
        family,
        "llama2",
        Purpose.CHAT,
        None,
        SHAPE,
        (),
    )


def model(ref: str, name: str, origin: Origin, gigabytes: float, **fields: object) -> ModelFile:
    size = round(gigabytes * 1e9)
    known = facts(name, size, "Q4_K_M", PromptFamily.OASST, round(gigabytes * 1.65e9))
    path = Path.home() / "Downloads" / f"{ref}.gguf"
    return dataclasses.replace(ModelFile(ref, name, path, (path,), size, origin, known), **fields)


def downloaded(name: str) -> HubSource:
    return HubSource(REPO, "0" * 40, (FILE,), ("0" * 64,), name)


def download(state: State, done: float = 0.0, title: str = TITLE, **fields: object) -> Download:
    """done: from 0 to 1."""
    total = 7_866_070_048
    repo = fields.pop("repo", REPO)
    job = DownloadJob(repo, (fields.pop("path", FILE),), "main", title, total)  # type: ignore[arg-type]
    return dataclasses.replace(Download(job, state, round(done * total), total), **fields)


COMING = download(State.RUNNING, 0.43, bytes_per_second=23_400_000.0, seconds_left=192.0)
OTHERS = (
    download(
        State.RETRYING,
        0.12,
        "Mistral 7B v0.3",
        repo="MaziyarPanahi/Mistral-7B-Instruct-v0.3-GGUF",
        path="Mistral-7B-Instruct-v0.3.Q4_K_M.gguf",
        retry_in_s=14.0,
        problem=HubBusy("hub-busy", "The hub has too much to do just now."),
    ),
    download(
        State.PAUSED, 0.71, "关于春天的模型 1.7B", repo="spring/spring-1.7b-gguf", path="spring.Q8_0.gguf"
    ),
    download(
        State.CHECKING,
        1.0,
        "نموذج القهوة",
        repo="coffee/coffee-3b",
        path="c.gguf",
        checked_bytes=6_000_000_000,
    ),
    download(
        State.FAILED,
        0.0,
        "Llama 3.2 3B",
        repo="meta-llama/Llama-3.2-3B-Instruct-GGUF",
        path="llama-3.2-3b-instruct-q4_k_m.gguf",
        problem=GatedRepo(
            "repo-gated",
            "meta-llama/Llama-3.2-3B-Instruct-GGUF is only given to people who accepted its terms.",
            hint="Accept them on its page, then give the app a token of yours.",
        ),
    ),
)


class SampleLibrary:
    """Finds a model in every file."""

    def show(self, _ref: str) -> ModelFile:
        return model("mine", TITLE, Origin.PATH, 7.87)


class SampleHub:
    """Answers like the hub, with our own words."""

    def __init__(self, problem: Exception | None = None, *, found: bool = True, waits: bool = False) -> None:
        self._problem, self._found, self._waits = problem, found, waits

    def find(self, _text: str, **_options: object) -> Found:
        if self._waits:
            threading.Event().wait(1.0)
        if self._problem is not None:
            raise self._problem
        return Found(REPOS if self._found else ())

    def look_into(self, repo: str, _revision: str = "main") -> RepoContent:
        files = tuple(
            RemoteFile(f"oasst-sft-4-pythia-12b.{name}.gguf", size)
            for name, size in (("Q2_K", 4_900_000_000), ("Q4_K_M", 7_300_000_000), ("Q8_0", 12_600_000_000))
        )
        groups = group_files(files)
        note = "Also in it, and no chat model: an image projector."
        return RepoContent(RepoDetails(repo, "0" * 40, "", files=files), groups, note)

    def judge(self, *_: object) -> FitReport:
        return FitReport(Verdict.FITS, "Needs about 9.1 GB; all 36 layers go on NVIDIA GeForce RTX 4090.")

    def close(self) -> None: ...

    def token_place(self) -> str:
        return "keyring"


REPOS = (
    FoundRepo(
        "someone/oasst-sft-4-pythia-12b-GGUF",
        downloads=12_480,
        updated=datetime(2024, 3, 2, tzinfo=UTC),
        licence="apache-2.0",
        languages=("en", "de", "es", "fr", "it"),
        parameters=11_997_000_000,
        architecture="gptneox",
        context_tokens=2048,
    ),
    FoundRepo(
        f"a-person-with-a-rather-long-name-too/{LONG}",
        downloads=311,
        updated=datetime(2025, 11, 20, tzinfo=UTC),
        licence="other",
        parameters=13_000_000_000,
        architecture="llama",
    ),
    FoundRepo(
        "春天/关于春天的诗-1.7B-GGUF", downloads=98_001, licence="mit", languages=("zh", "en"), gated=True
    ),
    FoundRepo("coffee/نموذج-القهوة-العربية-3B", downloads=7, licence="apache-2.0", languages=("ar",)),
    FoundRepo("<img src=x>/<b>bold<b>\u202egnp.exe", downloads=1, licence="<a href=x>mit</a>"),
)


def preview(_model: object, prompt_format: str | None, *_: object, **__: object) -> Preview:
    """A talk as an oasst model reads it; in another format its marks are no tokens of the model."""
    if prompt_format == "chatml":
        return _foreign_preview()

    def turn(role: int, text: str) -> tuple[PreviewPiece, ...]:
        name = "<|prompter|>" if role == 32005 else "<|assistant|>"
        return PreviewPiece(name, role), PreviewPiece(text, is_message=True), PreviewPiece("</s>", 2)

    pieces = turn(32005, "What is a barn?") + turn(32001, "A building for grain and animals.")
    pieces += (*turn(32005, "And the word?"), PreviewPiece("<|assistant|>", 32001))
    return Preview(pieces, "oasst", "oasst", 31)


def _foreign_preview() -> Preview:
    def turn(name: str, text: str) -> tuple[PreviewPiece, ...]:
        return (
            PreviewPiece(f"<|im_start|>{name}\n"),
            PreviewPiece(text, is_message=True),
            PreviewPiece("<|im_end|>\n"),
        )

    pieces = turn("user", "What is a barn?") + turn("assistant", "A building for grain and animals.")
    pieces += (*turn("user", "And the word?"), PreviewPiece("<|im_start|>assistant\n"))
    return Preview(pieces, "chatml", "oasst", 68, (NO_TOKENS,))
