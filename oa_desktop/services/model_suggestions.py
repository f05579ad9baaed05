"""Models of the Open-Assistant project and models taught on its data that a person may want to fetch.

As seen on the hub from 2023 to 2026. Sizes are for showing: a download re-reads size and hash from the hub.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SuggestedModel:
    """One file to fetch."""

    title: str
    repo: str
    file: str
    size_bytes: int
    licence: str
    sentence: str

    @property
    def url(self) -> str:
        """Where a browser finds the file."""
        return f"https://huggingface.co/{self.repo}/resolve/main/{self.file}"


SUGGESTED_MODELS: tuple[SuggestedModel, ...] = (
    SuggestedModel(
        "TinyLlama 1.1B Chat v0.3",
        "TheBloke/TinyLlama-1.1B-Chat-v0.3-GGUF",
        "tinyllama-1.1b-chat-v0.3.Q4_K_M.gguf",
        668_000_000,
        "apache-2.0",
        "Taught on the best Open-Assistant conversations; runs on almost any machine.",
    ),
    SuggestedModel(
        "Open-Assistant Falcon 7B",
        "maddes8cht/OpenAssistant-falcon-7b-sft-mix-2000-gguf",
        "OpenAssistant-falcon-7b-sft-mix-2000-Q4_K_M.gguf",
        4_975_253_280,
        "apache-2.0",
        "A model of the project itself, entirely free; wants 8 GB of memory.",
    ),
    SuggestedModel(
        "Open-Assistant Llama 2 13B Orca 8K",
        "TheBloke/OpenAssistant-Llama2-13B-Orca-8K-3319-GGUF",
        "openassistant-llama2-13b-orca-8k-3319.Q4_K_M.gguf",
        7_866_070_048,
        "llama2",
        "A model of the project for long texts; wants 16 GB of memory.",
    ),
    SuggestedModel(
        "Open-Assistant CodeLlama 13B",
        "TheBloke/CodeLlama-13B-oasst-sft-v10-GGUF",
        "codellama-13b-oasst-sft-v10.Q4_K_M.gguf",
        7_866_183_712,
        "llama2",
        "The project's last model of this size, strong in code; wants 16 GB of memory.",
    ),
    SuggestedModel(
        "Danube 3 500M Chat",
        "bartowski/h2o-danube3-500m-chat-GGUF",
        "h2o-danube3-500m-chat-Q4_K_M.gguf",
        318_000_000,
        "apache-2.0",
        "Very small and quick, from a team that also learned from Open-Assistant's data.",
    ),
)
"""Smallest useful one first, then the project's own."""
