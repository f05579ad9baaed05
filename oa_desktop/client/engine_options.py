"""How an engine is to be started, and the command line that says so."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How to start an engine. None leaves a choice to it; log: a file its messages are appended to.

    gpu_layers: auto, all, or a number.   kv_type: f16 or q8_0.   flash_attention: auto, on or off.
    prompt_format: a PromptFamily, whatever the file says; auto or None: the one the file asks for.
    state_dir: where it keeps branches on disk, at most `state_bytes`; None: nowhere.
    driver_cache: where graphics drivers keep what they compiled; None: nowhere.
    """

    model: Path
    ctx: int | None = None
    threads: int | None = None
    gpu_layers: str | None = None
    kv_type: str | None = None
    flash_attention: str | None = None
    prompt_format: str | None = None
    backend: str = "llama"
    host: str = "127.0.0.1"
    port: int = 0
    log: Path | None = None
    state_dir: Path | None = None
    state_bytes: int | None = None
    driver_cache: Path | None = None
    extra: tuple[str, ...] = ()

    def arguments(self) -> tuple[str, ...]:
        """The command line of the engine."""
        flags = {
            "--model": self.model,
            "--backend": self.backend,
            "--ctx": self.ctx,
            "--threads": self.threads,
            "--gpu-layers": self.gpu_layers,
            "--kv-type": self.kv_type,
            "--flash-attn": self.flash_attention,
            "--prompt-format": self.prompt_format,
            "--host": self.host,
            "--port": self.port,
            "--driver-cache": self.driver_cache,
            "--state-dir": self.state_dir,
            "--state-bytes": self.state_bytes,
        }
        pairs = ((flag, str(value)) for flag, value in flags.items() if value is not None)
        return (*(word for pair in pairs for word in pair), *self.extra)
