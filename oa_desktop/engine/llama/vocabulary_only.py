"""Open a model file for its vocabulary and what it says about itself; no weights are read."""

import ctypes
import os
from pathlib import Path

from llama_cpp import llama_cpp as native

from oa_desktop.engine.backend import ModelFacts
from oa_desktop.engine.llama import log
from oa_desktop.engine.llama.handle import ModelHandle
from oa_desktop.engine.llama.model import model_facts
from oa_desktop.engine.llama.vocabulary import LlamaVocabulary
from oa_desktop.engine.load_errors import explain_load


def open_vocabulary(path: Path) -> tuple[ModelFacts, LlamaVocabulary]:
    """Its sizes and counts are 0, for they are not looked at. Raises: ModelError, EngineError."""
    log.redirect()
    native.llama_backend_init()
    params = native.llama_model_default_params()
    params.vocab_only = True
    no_devices = (ctypes.c_void_p * 1)(None)
    params.devices = ctypes.addressof(no_devices)
    pointer = native.llama_model_load_from_file(os.fsencode(path), params)
    if not pointer:
        raise explain_load(path, log.errors())
    handle = ModelHandle(pointer, path)
    return model_facts(handle), LlamaVocabulary(handle)
