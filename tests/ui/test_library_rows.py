"""What the models page says of models, downloads and this machine, from values alone."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oa_desktop.client.handle import EngineDevice, EngineHandle, ModelDescription
from oa_desktop.client.status import Halted, Running, Starting
from oa_desktop.errors import ModelError, OaError
from oa_desktop.hub.catalogue import load_catalogue
from oa_desktop.hub.errors import GatedRepo, HubBusy
from oa_desktop.hub.quantisations import Size
from oa_desktop.hub.repo_files import FileRole, RemoteFile, RepoModel
from oa_desktop.hub.repos import FoundRepo
from oa_desktop.services.device_probe import SeenDevice
from oa_desktop.services.downloads.jobs import DownloadJob
from oa_desktop.services.downloads.row import Download, State
from oa_desktop.services.fit.estimate import FitReport, Machine, Verdict
from oa_desktop.services.library.model_file import ModelFile, Origin
from oa_desktop.services.library.model_source import HubSource
from oa_desktop.ui.library import words
from oa_desktop.ui.library.catalogue_rows import catalogue_row, in_sections, machine_text, matching
from oa_desktop.ui.library.choices import of_entry, of_repo, usual
from oa_desktop.ui.library.download_rows import download_row
from oa_desktop.ui.library.hub_rows import Opened, hub_row
from oa_desktop.ui.library.local_models import Listing
from oa_desktop.ui.library.on_disk_rows import Work, disk_text, on_disk_row
from oa_desktop.ui.library.row_state import states

JOB = DownloadJob("owner/repo", ("a/model.Q4_K_M.gguf",), title="A model")
HALF = Download(JOB, State.RUNNING, 2_000_000_000, 4_000_000_000, 10_000_000.0, 200.0)
CATALOGUE = load_catalogue()
FALCON = next(entry for entry in CATALOGUE.entries if entry.id == "oa-falcon-7b-top1")
CARD = SeenDevice("cuda", "gpu", "CUDA0", "Some Card", 10**10, 12 * 10**9, True, False)


def file_of(ref="m", origin=Origin.LINKED, size=1_900_000_000, **fields):
    path = Path("/models/m.gguf")
    return replace(ModelFile(ref, "M", path, (path,), size, origin, None), **fields)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.amount_text(1_200_000_000, 4_900_000_000), "1.2 of 4.9 GB"),
        (words.amount_text(900_000_000, 4_900_000_000), "900 MB of 4.9 GB"),
        (words.amount_text(900_000_000, None), "900 MB"),
        (words.left_text(0.2), "1 s left"),
        (words.left_text(192), "3 min left"),
        (words.left_text(3_900), "1 h 5 min left"),
        (words.left_text(10**8), ""),
        (words.left_text(None), ""),
        (words.speed_text(23_400_000), "23.4 MB/s"),
        (words.speed_text(0.0), ""),
        (words.languages_text(("en", "de", "es")), "English, German, Spanish"),
        (words.languages_text(("en", "de", "es", "fr")), "English, German and 2 more"),
        (words.languages_text(("<b>",)), "<b>"),
        (words.month_text(datetime(2024, 3, 2, tzinfo=UTC)), "March 2024"),
        (words.parameters_text(7_220_000_000), "7.2B"),
        (words.licence_text("apache-2.0"), "apache-2.0 licence"),
        (words.licence_text("other"), "own licence"),
        (words.licence_text(""), ""),
        (words.size_label(Size.BALANCED, 4_980_000_000), "Balanced · 5.0 GB"),
        (words.size_label(None, 4_980_000_000), "5.0 GB"),
        (words.size_label(None, None), ""),
    ],
)
def test_sizes_times_and_names_are_said_in_plain_words(said, expected):
    assert said == expected


def test_a_running_download_says_how_much_how_fast_and_how_long():
    row = download_row(HALF)
    assert row.text == "2.0 of 4.0 GB · 10.0 MB/s · 3 min left"
    assert (row.progress, row.moves, row.can_pause, row.can_resume, row.can_retry) == (
        0.5,
        True,
        True,
        False,
        False,
    )
    assert row.source == "model.Q4_K_M.gguf · owner/repo"


def test_a_download_that_is_tried_again_counts_down():
    busy = HubBusy("hub-busy", "The hub is busy.")
    download = replace(HALF, state=State.RETRYING, retry_in_s=14.0, problem=busy)
    assert download_row(download).text == "Trying again in 14 s"
    assert download_row(download, waited_s=9.2).text == "Trying again in 5 s"
    assert download_row(download, waited_s=60.0).text == "Trying again"
    assert download_row(download).problem == "The hub is busy."
    assert not download_row(download).can_retry, "it tries by itself"


@pytest.mark.parametrize("state", [State.PAUSED, State.FAILED])
def test_a_download_that_stopped_with_trouble_says_why_and_can_be_tried_again(state):
    row = download_row(
        replace(HALF, state=state, problem=OaError("disk-full", "No room.", hint="Make some."))
    )
    assert (row.problem, row.hint, row.text) == (
        "No room.",
        "Make some.",
        "2.0 of 4.0 GB · what came is kept",
    )
    assert (row.can_retry, row.can_resume, row.can_pause, row.moves) == (True, False, False, False)
    assert not row.wants_token
    assert download_row(replace(HALF, state=state, problem=GatedRepo("repo-gated", "Closed."))).wants_token


def test_what_another_program_downloads_is_stopped_there_and_not_here():
    row = download_row(replace(HALF, state=State.ELSEWHERE))
    assert row.text == "Another program of this app is downloading this; stop it there"
    assert (row.can_pause, row.can_cancel) == (False, False)
    assert download_row(HALF).can_cancel


def test_a_paused_download_can_go_on():
    row = download_row(replace(HALF, state=State.PAUSED))
    assert (row.text, row.can_resume, row.can_retry) == ("Paused · 2.0 of 4.0 GB", True, False)


def test_checking_shows_how_much_was_checked():
    assert download_row(replace(HALF, state=State.CHECKING, checked_bytes=1_000_000_000)).progress == 0.25


def test_names_of_a_download_are_made_printable():
    job = DownloadJob("o/\u202er", ("x\x00y.gguf",), title="")
    row = download_row(Download(job, State.WAITING))
    assert row.title == "x\ufffdy.gguf"
    assert "\u202e" not in row.source


def test_what_is_here_counts_more_than_what_is_on_its_way():
    place = ("owner/repo", "a/model.Q4_K_M.gguf")
    assert states((), (HALF,))[place].state == "coming"
    source = HubSource(place[0], "0" * 40, (place[1],), ("0" * 64,))
    here = states((file_of(source=source),), (HALF,))[place]
    assert (here.state, here.ref) == ("here", "m")
    broken = file_of(source=source, problem=ModelError("model-damaged", "It is damaged."))
    assert states((broken,), ()) == {}


def test_the_sizes_of_an_entry_are_one_of_each_word_with_the_offered_one_among_them():
    offered = next(file for file in FALCON.files if file.quantisation == "Q3_K_S")
    choices = of_entry(FALCON, offered)
    assert [choice.word for choice in choices] == [Size.SMALL, Size.BALANCED, Size.LARGE]
    assert choices[0].key == offered.path
    assert [choice.size_bytes for choice in choices] == sorted(choice.size_bytes for choice in choices)


def test_a_repository_offers_its_whole_chat_models_and_begins_with_a_balanced_one():
    def model(name, size, quantisation, **fields):
        return RepoModel((RemoteFile(name, size),), quantisation, **fields)

    choices = of_repo(
        [
            model("c.Q8_0.gguf", 300, "Q8_0"),
            model("mmproj.gguf", 10, "F16", kind=FileRole.PROJECTOR),
            model("half.gguf", 200, "Q4_K_M", complete=False),
            model("b.Q4_K_M.gguf", 200, "Q4_K_M"),
        ]
    )
    assert [choice.key for choice in choices] == ["b.Q4_K_M.gguf", "c.Q8_0.gguf"]
    assert usual(choices) == 0
    assert usual(()) == 0


def test_a_catalogue_row_tells_licence_fit_and_size():
    choices = of_entry(FALCON, FALCON.recommended_file)
    place = [choice.key for choice in choices].index(FALCON.recommended_file.path)
    row = catalogue_row(FALCON, choices, place, FitReport(Verdict.TIGHT, "Just so."), {}, "https://h/x")
    assert (row.fit, row.fit_text, row.fit_reason) == ("tight", "Tight", "Just so.")
    assert (row.size_label, row.technical) == ("Balanced · 5.0 GB", "Q4_K_M")
    assert row.licence in row.facts
    assert row.licence_notice
    assert row.licence_url.startswith("https://")


def test_sections_come_once_each_over_their_first_row():
    choices = of_entry(FALCON, FALCON.recommended_file)
    row = catalogue_row(FALCON, choices, 0, None, {}, "")
    rows = [replace(row, key=str(i), section=name) for i, name in enumerate(("A", "B", "A"))]
    assert [(r.key, r.head) for r in in_sections(rows)] == [("0", "A"), ("2", ""), ("1", "B")]


def test_the_catalogue_is_filtered_by_every_word():
    found = [entry.id for entry in CATALOGUE.entries if matching("falcon  40B")(entry)]
    assert found == ["oa-falcon-40b-top1"]


def test_the_machine_is_told_in_one_line():
    machine = Machine(16_000_000_000, 11_000_000_000, (CARD,), 200_000_000_000)
    expected = "16.0 GB of memory, 11.0 GB free · Some Card with 12.0 GB · 200 GB of disk free"
    assert machine_text(machine) == expected
    assert "no graphics card" in machine_text(replace(machine, devices=()))
    sharing = replace(CARD, shares_memory=True)
    assert "· Some Card ·" in machine_text(replace(machine, devices=(sharing,)))


def test_a_hub_row_says_what_is_known_and_nothing_else():
    bare = hub_row(FoundRepo("owner/name"), "https://h", None, None, {})
    assert (bare.title, bare.owner, bare.facts, bare.popularity) == ("name", "owner", "no licence given", "")
    assert not bare.expanded
    loading = hub_row(FoundRepo("owner/name"), "https://h", Opened(), None, {})
    assert (loading.expanded, loading.loading) == (True, True)
    failed = hub_row(FoundRepo("owner/name"), "https://h", Opened(problem="Gone."), None, {})
    assert (failed.loading, failed.problem) == (False, "Gone.")


def running(device=None):
    description = ModelDescription("M", device=device)
    return Running(EngineHandle("http://127.0.0.1:1/v1", "", description))


def test_a_loaded_model_says_where_it_runs_and_what_memory_it_takes():
    card = EngineDevice("cuda", "NVIDIA GeForce RTX 4090", 36, 36, 8, "f16")
    row = on_disk_row(file_of(), running(card), 8_610_000_000)
    assert row.status == "Loaded · RTX 4090 · 36 of 36 layers · 8.6 GB of memory in use"
    assert (row.current, row.loaded) == (True, True)
    assert on_disk_row(file_of(), Starting(0.4)).status == "Loading 40 %"
    assert on_disk_row(file_of(), Starting(0.4)).progress == 0.4
    assert on_disk_row(file_of(), None).status == ""


def test_trouble_of_a_model_is_said_where_the_model_stands():
    damaged = file_of(
        origin=Origin.DOWNLOADED,
        problem=ModelError("model-damaged", "It is damaged.", hint="Download it again."),
        source=HubSource("o/r", "0" * 40, ("m.gguf",), ("0" * 64,)),
    )
    row = on_disk_row(damaged, None)
    assert (row.problem, row.can_use, row.can_repair, row.can_verify) == (
        "It is damaged.",
        False,
        True,
        False,
    )
    assert on_disk_row(file_of(crashed=True), None).problem.startswith("It took the engine down")
    assert on_disk_row(file_of(), Halted(OaError("x", "It stopped."))).problem == "It stopped."
    wrong = on_disk_row(replace(damaged, problem=None), None, work=Work(note="It differs.", ok=False))
    assert (wrong.note, wrong.can_repair) == ("It differs.", True)
    assert on_disk_row(damaged, None, work=Work(note="It differs.", ok=False)).note == ""


def test_the_tour_model_stays():
    row = on_disk_row(file_of("tour", Origin.TOUR), None)
    assert (row.can_remove, row.can_verify, row.place) == (False, False, "comes with the app")


def test_the_disk_is_told_with_what_models_take():
    own = file_of()
    tour = file_of("tour", Origin.TOUR)
    assert (
        disk_text(Listing((tour, own), 1_900_000_000, 50_000_000_000))
        == "1 model takes 1.9 GB · 50.0 GB free"
    )
    assert disk_text(Listing((tour,), 0, 50_000_000_000)) == "50.0 GB free"
    assert disk_text(Listing((tour,))) == ""
