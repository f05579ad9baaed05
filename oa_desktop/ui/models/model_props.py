"""What header and picker show of the model, derived from the engine's state. Pure."""

from dataclasses import dataclass, replace

from oa_desktop.client.handle import ModelDescription
from oa_desktop.client.status import EngineStatus, Halted, NotAnswering, Running, Starting, Waiting
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.ui.models.model_words import device_details, device_text, model_detail
from oa_desktop.ui.numbers import number

NEARLY_FULL = 0.85


@dataclass(frozen=True, slots=True)
class ModelInputs:
    """status: of the engine. name: of the model that is meant to run. file: that model, once it is found.

    context_used: tokens the newest reply of the branch shown took with its prompt.
    """

    status: EngineStatus
    name: str
    file: ModelFile | None = None
    is_tour: bool = False
    context_used: int = 0


@dataclass(frozen=True, slots=True)
class ModelProps:
    """Only facts the engine or a reply has told. progress: 0 to 1 of loading, below 0 when nobody knows."""

    chip_text: str = "No model"
    details: str = ""
    ready: bool = False
    loading: bool = False
    progress: float = -1.0
    problem: str = ""
    is_tour: bool = False
    context_text: str = ""
    context_nearly_full: bool = False
    device_text: str = ""
    device_details: str = ""


def derive_model_props(inputs: ModelInputs) -> ModelProps:
    """The props for these inputs."""
    name = inputs.name
    props = ModelProps(is_tour=inputs.is_tour)
    match inputs.status:
        case Starting(fraction=fraction):
            text = f"Loading {number(100 * fraction)} % · {name}" if fraction else f"Loading {name}…"
            return replace(props, chip_text=text, loading=True, progress=fraction or -1.0)
        case Waiting(cause=cause) | Halted(cause=cause):
            sentence = cause.sentence
            return replace(props, chip_text=f"Stopped: {name}", details=sentence, problem=sentence)
        case Running(handle=handle) | NotAnswering(handle=handle):
            return _running(props, inputs, handle.model or ModelDescription(name))
    return props


def _running(props: ModelProps, inputs: ModelInputs, model: ModelDescription) -> ModelProps:
    context, used = model.context_tokens, inputs.context_used
    about = device_details(model)
    details = (model_detail(inputs.file) if inputs.file else "", about)
    return replace(
        props,
        chip_text=inputs.name,
        details="\n".join(part for part in details if part),
        ready=True,
        context_text=f"context {number(used)} / {number(context)}" if context and used else "",
        context_nearly_full=bool(context) and used > NEARLY_FULL * context,
        device_text=device_text(model.device),
        device_details=about,
    )
