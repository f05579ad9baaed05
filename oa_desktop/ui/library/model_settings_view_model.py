"""The settings of one model, over those of the app."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.gguf.errors import printable
from oa_desktop.gguf.families import PromptFamily
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.services.presets import PRESETS
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.library.local_models import LocalModels
from oa_desktop.ui.library.prompt_preview_view_model import PromptPreviewViewModel
from oa_desktop.ui.models.engine_control import EngineControl
from oa_desktop.ui.notices import Notices
from oa_desktop.ui.numbers import number
from oa_desktop.ui.preferences import Preferences
from oa_desktop.ui.provided import provided
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

PREVIEW_MS = 400
KV_TYPES = ("f16", "q8_0")
FORMATS = tuple(family for family in PromptFamily if family is not PromptFamily.TEMPLATE)


@dataclass(frozen=True, slots=True)
class SettingsProps:
    """The fields of the dialog; a place of 0 in a list, 0 tokens and an empty text: as in the settings."""

    title: str = ""
    context_tokens: int = 0
    context_most: int = 131_072
    context_note: str = ""
    gpu_layers: str = ""
    gpu_layers_wrong: bool = False
    kv_type: int = 0
    preset: int = 0
    system_prompt: str = ""
    prompt_format: int = 0
    problem: str = ""
    usual_kv: str = ""
    usual_preset: str = ""
    usual_layers: str = ""
    recognised: str = ""


@QmlElement
@QmlSingleton
class ModelSettingsViewModel(QObject):
    """Kept with the model; they hold from the next time it is loaded."""

    titleChanged = Signal()
    contextTokensChanged = Signal()
    contextMostChanged = Signal()
    contextNoteChanged = Signal()
    gpuLayersChanged = Signal()
    gpuLayersWrongChanged = Signal()
    kvTypeChanged = Signal()
    presetChanged = Signal()
    systemPromptChanged = Signal()
    promptFormatChanged = Signal()
    problemChanged = Signal()
    usualKvChanged = Signal()
    usualPresetChanged = Signal()
    usualLayersChanged = Signal()
    recognisedChanged = Signal()
    asked = Signal()
    saved = Signal()

    def __init__(
        self,
        bridge: Bridge,
        library: ModelLibrary,
        local: LocalModels,
        engine: EngineControl,
        preview: PromptPreviewViewModel,
        preferences: Preferences,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._library = library
        self._local = local
        self._engine = engine
        self._preview = preview
        self._preferences = preferences
        self._notices = notices
        self._file: ModelFile | None = None
        self._props = SettingsProps()
        self._later = QTimer(self, interval=PREVIEW_MS, singleShot=True)
        self._later.timeout.connect(self._render)

    @staticmethod
    def create(_engine: QQmlEngine) -> "ModelSettingsViewModel":
        """The instance wiring made."""
        return provided(ModelSettingsViewModel)

    @Property(str, notify=titleChanged)
    def title(self) -> str:
        return self._props.title

    @Property(int, notify=contextTokensChanged)
    def contextTokens(self) -> int:
        return self._props.context_tokens

    @Property(int, notify=contextMostChanged)
    def contextMost(self) -> int:
        return self._props.context_most

    @Property(str, notify=contextNoteChanged)
    def contextNote(self) -> str:
        return self._props.context_note

    @Property(str, notify=gpuLayersChanged)
    def gpuLayers(self) -> str:
        return self._props.gpu_layers

    @Property(bool, notify=gpuLayersWrongChanged)
    def gpuLayersWrong(self) -> bool:
        return self._props.gpu_layers_wrong

    @Property(int, notify=kvTypeChanged)
    def kvType(self) -> int:
        return self._props.kv_type

    @Property(int, notify=presetChanged)
    def preset(self) -> int:
        return self._props.preset

    @Property(str, notify=systemPromptChanged)
    def systemPrompt(self) -> str:
        return self._props.system_prompt

    @Property(int, notify=promptFormatChanged)
    def promptFormat(self) -> int:
        return self._props.prompt_format

    @Property(str, notify=problemChanged)
    def problem(self) -> str:
        return self._props.problem

    @Property(str, notify=usualKvChanged)
    def usualKv(self) -> str:
        return self._props.usual_kv

    @Property(str, notify=usualPresetChanged)
    def usualPreset(self) -> str:
        return self._props.usual_preset

    @Property(str, notify=usualLayersChanged)
    def usualLayers(self) -> str:
        return self._props.usual_layers

    @Property(str, notify=recognisedChanged)
    def recognised(self) -> str:
        """The format the file was recognised as."""
        return self._props.recognised

    @Property(list, constant=True)
    def kvTypes(self) -> list[str]:
        return list(KV_TYPES)

    @Property(list, constant=True)
    def presets(self) -> list[str]:
        return [f"{preset.name} · {preset.title}" for preset in PRESETS.values()]

    @Property(list, constant=True)
    def formats(self) -> list[str]:
        return [family.value for family in FORMATS]

    @Slot(str)
    def ask(self, ref: str) -> None:
        """Open the settings of a model."""
        self._file = next((file for file in self._local.files if file.ref == ref), None)
        if self._file is None or self._file.facts is None:
            return
        self._publish(_props(self._file, self._preferences))
        self.asked.emit()
        self._render()

    @Slot(int)
    def setContextTokens(self, tokens: int) -> None:
        self._change(context_tokens=tokens)

    @Slot(str)
    def setGpuLayers(self, text: str) -> None:
        text = text.strip().lower()
        right = text in ("", "auto", "all") or (text.isascii() and text.isdecimal() and len(text) <= 3)
        self._change(gpu_layers=text, gpu_layers_wrong=not right)

    @Slot(int)
    def setKvType(self, place: int) -> None:
        self._change(kv_type=place)

    @Slot(int)
    def setPreset(self, place: int) -> None:
        self._change(preset=place)

    @Slot(str)
    def setSystemPrompt(self, text: str) -> None:
        if text != self._props.system_prompt:
            self._change(system_prompt=text[:20_000])
            self._later.start()

    @Slot(int)
    def setPromptFormat(self, place: int) -> None:
        if place != self._props.prompt_format:
            self._change(prompt_format=place)
            self._later.start()

    @Slot()
    def save(self) -> None:
        """Keep what is in the fields."""
        file, changes = self._file, _changes(self._props)
        if file is None or self._props.gpu_layers_wrong:
            return

        async def configure() -> ModelFile:
            return await asyncio.to_thread(lambda: self._library.configure(file.ref, **changes))

        self._bridge.run(configure(), self._configured, lambda error: self._change(problem=error.sentence))

    @Slot()
    def close(self) -> None:
        """The dialog is gone; a preview that is on its way is not wanted."""
        self._later.stop()
        self._preview.close()

    def _configured(self, file: ModelFile) -> None:
        self._local.refresh()
        self.saved.emit()
        if self._engine.ref == file.ref:
            text = "The settings hold from the next time the model is loaded."
            self._notices.toast(text, "Load again", self._engine.restart)

    def _render(self) -> None:
        if self._file is not None:
            place = self._props.prompt_format
            system = self._props.system_prompt or self._preferences.settings.system_prompt
            self._preview.render(self._file.path, FORMATS[place - 1].value if place else None, system)

    def _change(self, **changes: Any) -> None:
        self._publish(replace(self._props, **changes))

    def _publish(self, props: SettingsProps) -> None:
        before, self._props = self._props, props
        notify_changes(self, before, props)


def _props(file: ModelFile, preferences: Preferences) -> SettingsProps:
    own, settings, facts = file.settings, preferences.settings, file.facts
    assert facts is not None
    formats: list[str | None] = [family.value for family in FORMATS]
    trained = facts.context_tokens
    return SettingsProps(
        title=printable(file.name, 120),
        context_tokens=own.context_tokens or 0,
        context_most=max(trained or 131_072, own.context_tokens or 0, 512),
        context_note=f"It was made for up to {number(trained)} tokens." if trained else "",
        gpu_layers=own.gpu_layers or "",
        kv_type=KV_TYPES.index(own.kv_type) + 1 if own.kv_type in KV_TYPES else 0,
        preset=list(PRESETS).index(own.preset) + 1 if own.preset and own.preset in PRESETS else 0,
        system_prompt=own.system_prompt or "",
        prompt_format=formats.index(own.prompt_format) + 1 if own.prompt_format in formats else 0,
        usual_kv=settings.kv_type,
        usual_preset=settings.preset,
        usual_layers=settings.gpu_layers,
        recognised=facts.family.value,
    )


def _changes(props: SettingsProps) -> dict[str, object]:
    """What the fields mean for `ModelLibrary.configure`: None takes a value back."""
    return {
        "context_tokens": props.context_tokens or None,
        "gpu_layers": props.gpu_layers or None,
        "kv_type": KV_TYPES[props.kv_type - 1] if props.kv_type else None,
        "preset": list(PRESETS)[props.preset - 1] if props.preset else None,
        "system_prompt": props.system_prompt.strip() or None,
        "prompt_format": FORMATS[props.prompt_format - 1].value if props.prompt_format else None,
    }
