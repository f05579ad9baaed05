"""From a stored prompt to its replies: with the settings of now, as soon as a model is ready."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from oa_desktop.conversation.message import Message, Role, TreeId
from oa_desktop.services.chat import GenerationOptions
from oa_desktop.services.presets import preset_of
from oa_desktop.settings import Settings
from oa_desktop.ui.chat.generations import Generations
from oa_desktop.ui.models.engine_control import EngineControl
from oa_desktop.ui.preferences import Preferences

if TYPE_CHECKING:
    from oa_desktop.services.library.model_file import ModelFile


class Asking(QObject):
    """Starts generations. A prompt asked while the model loads waits for it; one per conversation."""

    waiting_changed = Signal()
    engine_missing = Signal()
    """Replies were asked for, and no engine runs or is about to."""

    def __init__(
        self,
        engine: EngineControl,
        generations: Generations,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._generations = generations
        self._preferences = preferences
        self._waiting: dict[TreeId, Message] = {}
        self._preset_chosen_for: ModelFile | None = None
        engine.changed.connect(self._engine_changed)
        engine.unloaded.connect(self._engine_unloaded)

    @property
    def settings(self) -> Settings:
        """Those of the model that runs, over those of the app."""
        settings, model = self._preferences.settings, self._engine.model
        if model is None:
            return settings
        return model.settings.over(settings, ("preset",) if self._preset_chosen_for == model else ())

    def choose_preset(self, name: str) -> None:
        """From now on, and with the model that runs now even when it has a preset of its own."""
        self._preset_chosen_for = self._engine.model
        self._preferences.set("preset", name)
        self.waiting_changed.emit()

    def is_waiting(self, tree_id: TreeId) -> bool:
        """Whether a prompt of this conversation waits for the model."""
        return tree_id in self._waiting

    def ask(self, message: Message) -> None:
        """Replies to this prompt, as many as the settings say; or one that goes on with this reply."""
        engine = self._engine.engine
        if engine is not None:
            options = generation_options(self.settings)
            if message.role is Role.ASSISTANT:
                options = replace(options, n=1)
            self._generations.start(engine, message, options)
        else:
            self._waiting[message.tree_id] = message
            if not self._engine.is_loading:
                self.engine_missing.emit()
            self._engine_changed()

    def stop(self, tree_id: TreeId) -> None:
        """End the replies of a conversation, or stop waiting for the model."""
        if self._waiting.pop(tree_id, None) is not None:
            self.waiting_changed.emit()
        self._generations.stop(tree_id)

    def _engine_unloaded(self) -> None:
        """Who ends the engine wants no replies of it, and what there is of them is kept."""
        self._waiting.clear()
        self._generations.stop_all()
        self.waiting_changed.emit()

    def _engine_changed(self) -> None:
        if self._engine.engine is not None or not (self._engine.is_loading or self._engine.is_off):
            waiting, self._waiting = self._waiting, {}
            for message in waiting.values():
                if self._engine.engine is not None:
                    self.ask(message)
        self.waiting_changed.emit()


def generation_options(settings: Settings) -> GenerationOptions:
    """What the settings ask of the engine."""
    preset = preset_of(settings.preset)
    return GenerationOptions(
        n=settings.replies,
        max_tokens=settings.max_tokens,
        preset=preset.name,
        sampling=preset.sampling(settings.temperature),
        system_prompt=settings.system_prompt,
        drop_oldest=settings.context_overflow == "drop-oldest",
    )
