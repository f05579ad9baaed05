"""View models over a real store: what they tell QML, exactly, and what they leave unsaid."""

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from oa_desktop.conversation.labels import SPECS, Label
from oa_desktop.conversation.message import Message, MessageId, MessageState, Role, TreeId
from oa_desktop.errors import OaError, UsageError
from oa_desktop.paths import app_paths
from oa_desktop.ui.chat.composer_props import ComposerInputs, derive_composer_props
from oa_desktop.ui.chat.export_view_model import file_stem
from oa_desktop.ui.chat.labels_view_model import label_row, stored_value
from oa_desktop.ui.models.model_words import context_used
from oa_desktop.ui.notices import Notice
from tests.e2e.seeding import talk
from tests.ui.trees import finished, tree_of
from tests.ui.wired import Notes, Wired


@pytest.fixture
def wired(qtbot, qapp, tmp_path):
    paths = app_paths({"OA_DESKTOP_HOME": str(tmp_path)})
    paths.create()
    wired = Wired(qtbot, paths)
    wired.stored(lambda store: talk(store, "rye", "Growing rye", "How?", ["Sow it.", "Wait.", "Pray."]))
    yield wired
    wired.close()


@pytest.fixture
def testers(wired):
    """Every model QML sees is checked by Qt itself while the test runs."""
    w = wired.wiring
    models = [w.thread_view.rows, w.conversations.rows, w.tree.nodes, w.labels.labels, w.labels.reactions]
    models += [w.models.models, w.composer.presets, w.notices.banners, w.app.shortcuts, w.export.formats]
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    return [QAbstractItemModelTester(model, mode) for model in models]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (ComposerInputs(), {"can_send": False, "replies_text": "4 replies", "language_text": "English"}),
        (ComposerInputs(draft=" \n "), {"can_send": False}),
        (ComposerInputs(draft="Hi"), {"can_send": True}),
        (ComposerInputs(draft="Hi", sending=True), {"can_send": False}),
        (ComposerInputs(draft="Hi", busy=True), {"can_send": False, "busy": True}),
        (ComposerInputs(draft="Hi", read_only=True), {"can_send": False}),
        (ComposerInputs(replies=1), {"replies_text": "1 reply"}),
        (ComposerInputs(draft="春天"), {"language": "zh", "language_auto": True}),
        (ComposerInputs(draft="春天", language="ja"), {"language": "ja", "language_auto": False}),
        (ComposerInputs(draft="hola", conversation_language="es"), {"language": "es"}),
        (ComposerInputs(answers_reply=2), {"hint": "Answers reply 2"}),
        (ComposerInputs(busy=True), {"hint": ""}),
        (ComposerInputs(draft="Hi", busy=True), {"hint": "Replies are being written; Esc stops them."}),
        (ComposerInputs(busy=True, waiting=True), {"hint": "Waiting for the model to load…"}),
    ],
)
def test_the_box_follows_what_it_depends_on(inputs, expected):
    props = derive_composer_props(inputs)
    assert {name: getattr(props, name) for name in expected} == expected


def test_typing_tells_only_what_changed(wired, testers):
    composer = wired.wiring.composer
    notes = Notes(composer)
    composer.setDraft("H")
    assert notes.take() == ["draftChanged", "canSendChanged"]
    composer.setDraft("Hi")
    assert notes.take() == ["draftChanged"]
    composer.setDraft("Hi")
    assert notes.take() == []
    composer.setReplies(2)
    assert notes.take() == ["repliesChanged", "repliesTextChanged"]


def test_a_conversation_shows_its_cards_and_a_ranking_moves_them(wired, testers):
    wired.open("rye-0")
    thread = wired.wiring.thread_view
    assert [row.kind for row in thread.rows.rows] == ["prompt", "cards"]
    cards = thread._models._replies_of(thread.rows.rows[-1])
    cards_tester = QAbstractItemModelTester(cards, QAbstractItemModelTester.FailureReportingMode.Fatal)
    wired.wiring.ranking.placeReply("rye-3", 0)
    assert [row.key for row in cards.rows] == ["rye-3", "rye-1", "rye-2"]
    wired.wiring.ranking.toggleTie("rye-2")
    assert [row.rank for row in cards.rows] == [1, 2, 2]
    wired.until(lambda: len(wired.stored(lambda store: store.feedback.of_tree("rye-0").rankings)) == 2)
    newest = wired.stored(lambda store: store.feedback.of_tree("rye-0").rankings[-1])
    assert newest.groups == (("rye-3",), ("rye-1", "rye-2"))
    assert wired.wiring.session.current.leaf == "rye-3"
    assert cards_tester.model() is cards


def test_none_acceptable_is_stored_and_taken_back(wired):
    wired.open("rye-0")
    thread = wired.wiring.thread_view
    wired.wiring.ranking.setNoneAcceptable("rye-0", True)
    assert thread.rows.rows[-1].none_acceptable
    wired.wiring.ranking.setNoneAcceptable("rye-0", False)
    assert not thread.rows.rows[-1].none_acceptable
    wired.until(lambda: len(wired.stored(lambda store: store.feedback.of_tree("rye-0").rankings)) == 2)


def test_a_refused_ranking_is_taken_back_and_told(wired, monkeypatch):
    wired.open("rye-0")
    told = []
    wired.wiring.session.failed.connect(told.append)

    async def refuse(*_args, **_kwargs):
        raise UsageError("no", "Not today.")

    monkeypatch.setattr(wired.wiring.judging._feedback, "rank", refuse)
    wired.wiring.ranking.placeReply("rye-3", 0)
    wired.until(lambda: bool(told))
    wired.until(lambda: not wired.wiring.session.current.feedback.rankings)


def test_labels_are_stored_as_they_are_set(wired, testers):
    wired.open("rye-0")
    labels = wired.wiring.labels
    labels.open("rye-1")
    assert labels.heading == "Reply 1"
    assert len(labels.labels.rows) == 13
    labels.setLabel("rye-1", "toxicity", 5)
    labels.setLabel("rye-1", "spam", 1)
    labels.react("rye-1", "+1")
    values = {row.key: row.value for row in labels.labels.rows}
    assert (values["toxicity"], values["spam"], values["quality"]) == (5, 1, 0)

    def stored():
        feedback = wired.stored(lambda store: store.feedback.of_tree("rye-0"))
        return len(feedback.label_sets) == 2 and feedback.reactions

    wired.until(lambda: bool(stored()))
    newest = wired.stored(lambda store: store.feedback.of_tree("rye-0").label_sets[-1])
    assert newest.values == {Label.TOXICITY: 0.0, Label.SPAM: 0.0}
    labels.open("rye-1")
    assert not labels.isOpen


@pytest.mark.parametrize("label", list(Label))
def test_every_label_comes_back_as_it_was_set(label):
    spec = SPECS[label]
    values = range(6) if spec.widget == "scale" else range(3)
    for value in values:
        assert label_row(spec, stored_value(spec, value)).value == value


def test_a_prompt_has_no_labels_that_only_fit_replies(wired):
    wired.open("rye-0")
    wired.wiring.labels.open("rye-0")
    assert "helpfulness" not in {row.key for row in wired.wiring.labels.labels.rows}


def test_the_tree_panel_marks_the_branch_and_tells_the_state(wired, testers):
    tree = wired.wiring.tree
    tree.setWindow(0, 0, 236, 400)
    wired.open("rye-0", "rye-2")
    wired.until(lambda: len(tree.nodes.rows) == 4)
    assert {node.message_id for node in tree.nodes.rows if node.active} == {"rye-0", "rye-2"}
    assert tree.stateText == "ranking · 0 of 1 ranked"
    assert tree.sizeText == "4 messages, depth 2"
    tree.walk("right")
    wired.until(lambda: {node.message_id for node in tree.nodes.rows if node.current} == {"rye-3"})
    tree.walk("up")
    assert wired.wiring.session.current.leaf == "rye-0"


def test_a_shown_branch_is_remembered(wired):
    wired.open("rye-0")
    wired.wiring.thread_view.continueFrom("rye-2")
    wired.until(lambda: wired.stored(lambda store: store.conversations.get("rye-0").active_leaf) == "rye-2")


def test_the_newest_of_two_quick_openings_wins(wired):
    wired.stored(lambda store: talk(store, "oat", "Growing oats"))
    opened = []
    wired.wiring.session.opened.connect(lambda: opened.append(wired.wiring.session.tree_id))
    wired.wiring.session.open(TreeId("rye-0"))
    wired.wiring.session.open(TreeId("oat-0"))
    wired.until(lambda: bool(opened))
    assert opened == ["oat-0"]


def test_the_model_chip_tells_only_facts(wired, testers):
    models = wired.wiring.models
    assert (models.chipText, models.ready, models.contextText) == ("No model", False, "")
    notes = Notes(models)
    wired.engine_runs()
    assert models.ready
    assert models.chipText == "sample"
    assert "contextTextChanged" not in notes.take()


def test_context_used_is_what_the_newest_counted_reply_took():
    counted = finished(tokens=40)
    assert context_used(tree_of("p -", "a p", a=counted).path("a")) == 0
    generation = counted["generation"].__class__(prompt_tokens=300, completion_tokens=40)
    tree = tree_of("p -", "a p", "q a", a={"generation": generation})
    assert context_used(tree.path("q")) == 340


def test_banners_stay_few_and_the_same_trouble_has_one(wired, testers):
    notices = wired.wiring.notices
    notices.show_error(OaError("disk-full", "The disk is full."))
    notices.show_error(OaError("disk-full", "The disk is full again."))
    assert [row.text for row in notices.banners.rows] == ["The disk is full again."]
    for number in range(5):
        notices.show(Notice(f"n{number}", "info", f"Notice {number}"))
    assert [row.key for row in notices.banners.rows] == ["n4", "n3", "n2"]
    notices.dismiss("n3")
    assert [row.key for row in notices.banners.rows] == ["n4", "n2"]


def test_a_banner_and_a_toast_do_what_they_offer(wired):
    done = []
    notices = wired.wiring.notices
    notices.show(Notice("a", "error", "Stopped", action_text="Restart"), lambda: done.append("restart"))
    notices.act("a")
    notices.toast("Deleted", "Undo", lambda: done.append("undo"))
    notices.actOnToast()
    notices.actOnToast()
    assert done == ["restart", "undo"]


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Etymology of “barn”", "Etymology of barn"),
        ("关于春天的诗", "关于春天的诗"),
        ("../../etc/passwd", "etcpasswd"),
        ("\u202egpj.exe", "gpjexe"),
        ("///", "conversation"),
        ("x" * 500, "x" * 60),
    ],
)
def test_a_title_makes_a_harmless_file_name(title, stem):
    assert file_stem(title) == stem


def test_an_export_follows_its_format_and_refuses_a_missing_folder(wired, tmp_path, qtbot):
    wired.open("rye-0")
    export = wired.wiring.export
    export.prepare("rye-0", "Growing rye")
    export.setPath(str(tmp_path / "rye.jsonl"))
    export.setFormatIndex(2)
    assert export.path.endswith("rye.md")
    export.setPath(str(tmp_path / "missing" / "rye.md"))
    assert not export.canExport
    export.setPath(str(tmp_path / "rye.md"))
    with qtbot.waitSignal(export.exported, timeout=30_000):
        export.run()
    assert "Sow it." in (tmp_path / "rye.md").read_text("utf-8")


def test_how_fast_downloads_may_be_is_a_setting(wired):
    notes = Notes(wired.wiring.app)
    wired.wiring.app.setDownloadLimit(2.5)
    assert notes.take() == ["downloadLimitChanged"]
    assert wired.wiring.app.downloadLimit == wired.wiring.preferences.settings.download_limit == 2.5


def test_what_to_do_with_a_long_conversation_is_a_setting(wired, tmp_path):
    notes = Notes(wired.wiring.app)
    wired.wiring.app.setDropOldest(False)
    assert notes.take() == ["dropOldestChanged"]
    assert not wired.wiring.app.dropOldest
    assert wired.wiring.preferences.settings.context_overflow == "stop"
    wired.wiring.app.setDropOldest(True)
    assert wired.wiring.preferences.settings.context_overflow == "drop-oldest"


def test_settings_are_saved_behind_and_wrong_ones_refused(wired, tmp_path):
    preferences = wired.wiring.preferences
    wired.wiring.app.setThemeMode("dark")
    assert wired.wiring.app.themeMode == "dark"
    wired.until(lambda: 'theme = "dark"' in (tmp_path / "config" / "settings.toml").read_text("utf-8"))
    with pytest.raises(UsageError):
        preferences.set("theme", "pink")
    assert preferences.settings.theme == "dark"


def test_links_are_asked_about_and_dangerous_ones_are_dead(wired):
    asked = []
    wired.wiring.app.linkQuestioned.connect(lambda *facts: asked.append(facts))
    for url in ("https://example.org/a", "javascript:alert(1)", "file:///etc/passwd", "http://аррӏе.com/"):
        wired.wiring.app.considerLink(url)
    assert [host for _, host, _ in asked] == ["example.org", "xn--80ak6aa92e.com"]
    assert [suspicious for _, _, suspicious in asked] == [False, True]


def test_a_message_of_another_conversation_changes_nothing_here(wired):
    wired.open("rye-0")
    changes = []
    wired.wiring.session.changed.connect(lambda: changes.append(1))
    other = Message(MessageId("x"), TreeId("other"), None, Role.PROMPTER, "text", state=MessageState.COMPLETE)
    wired.wiring.session._reply_ended(other)
    assert changes == []
