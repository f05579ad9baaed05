"""Whether a model can be run as the settings say, on the memory of this machine and its devices."""

from collections.abc import Callable

from oa_desktop.gguf.errors import ModelTooLarge
from oa_desktop.gguf.fit import MemoryNeed
from oa_desktop.gguf.kv_cache import KvType
from oa_desktop.services.device_probe import DeviceProbe, probe_devices
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.settings import Settings


def require_fit(
    library: ModelLibrary,
    model: ModelFile,
    settings: Settings,
    probe: Callable[[], DeviceProbe] = probe_devices,
) -> MemoryNeed:
    """What the model needs. Blocks; devices are only asked for when the machine's own memory is too small.

    Raises: ModelTooLarge with both numbers.
    """
    context, kv_type = settings.context_tokens, KvType(settings.kv_type)
    try:
        return library.require_fit(model, context, kv_type=kv_type)
    except ModelTooLarge:
        device_bytes = 0 if settings.gpu_layers == "0" else probe().own_memory_bytes
        if not device_bytes:
            raise
    return library.require_fit(model, context, kv_type=kv_type, device_bytes=device_bytes)
