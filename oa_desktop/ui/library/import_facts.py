"""What a person should know of a model file before adding it. Pure."""

from oa_desktop.gguf.facts import ModelFacts
from oa_desktop.services.fit.estimate import FitReport, Machine, estimate
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.settings import Settings
from oa_desktop.ui.library.words import context_text, joined, licence_text, size_text


def facts_text(facts: ModelFacts, size_bytes: int) -> str:
    """`7.2B weights · falcon · 4.9 GB · Q4_K_M · context 2,048 · apache-2.0 licence`."""
    return joined(
        f"{facts.parameter_label} weights" if facts.parameter_count else "",
        facts.architecture,
        size_text(size_bytes),
        facts.quantisation,
        context_text(facts.context_tokens),
        licence_text(facts.licence),
    )


def fit_of(file: ModelFile, machine: Machine, settings: Settings) -> FitReport | None:
    """Whether it can run here; None when it cannot run anywhere."""
    facts = file.facts
    if facts is None:
        return None
    return estimate(
        file.size_bytes,
        facts.shape,
        machine,
        settings,
        context_tokens=facts.context_tokens,
        parameters=facts.parameter_count,
    )
