"""A child process: opens a model as each line of its input says, prints where it ran and what it wrote."""

import json
import sys
from pathlib import Path

from oa_desktop.engine.backend import Batch
from oa_desktop.engine.llama import LlamaBackend, LlamaOptions, log
from oa_desktop.engine.llama.devices import devices
from oa_desktop.engine.requests import Sampling
from oa_desktop.gguf.device import offload_targets
from oa_desktop.gguf.kv_cache import KvType
from oa_desktop.gguf.offload import Plan

PROMPT = "<|prompter|>What is a tree?<|endoftext|><|assistant|>"
TOKENS = 16


def greedy(backend: LlamaBackend) -> str:
    """The likeliest reply, read and written with one sequence."""
    batch = Batch()
    row = batch.add(backend.vocabulary.tokenize(PROMPT, special=True), 0, 0, logits=True)
    sampler = backend.make_sampler(Sampling(temperature=0), 0, ())
    tokens: list[int] = []
    while len(tokens) < TOKENS:
        backend.decode(batch)
        tokens.append(sampler.sample(row))
        batch = Batch()
        row = batch.add(tokens[-1:], backend.sequence_length(0), 0, logits=True)
    sampler.close()
    return b"".join(map(backend.vocabulary.piece, tokens)).decode(errors="replace")


def cache_of(line: str) -> tuple[str, str]:
    """Where a part of the KV cache is, and its MiB: `llama_kv_cache: CPU KV buffer size = 8.00 MiB`."""
    place, _, size = line.partition(" KV buffer size = ")
    return place.rpartition(":")[2], size.removesuffix("MiB")


def take_no_more_than(room: int) -> None:
    """Limit what this process takes to so many bytes more than now, for Linux."""
    import resource

    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + room, taken + room))


def main() -> None:
    """Answer until stdin closes."""
    for line in sys.stdin:
        asked = json.loads(line)
        path = Path(asked.pop("model"))
        if room := asked.pop("room_bytes", 0):
            take_no_more_than(room)
        if "kv_type" in asked:
            asked["kv_type"] = KvType(asked["kv_type"])
        if shares := asked.pop("shares", ()):
            targets = offload_targets(devices())[: len(shares)]
            asked["plan"] = Plan(targets, tuple(shares), context_tokens=512, cells=512)
        backend = LlamaBackend.open(path, LlamaOptions(threads=1, **asked))
        buffers = [line for line in log.lines() if "KV buffer size" in line]
        device = backend.device
        told = {
            "kind": device.kind,
            "name": device.name,
            "layers": [device.offloaded_layers, device.layers],
            "kv_type": device.kv_type,
            "flash_attention": device.flash_attention,
            "notices": backend.notices,
            "cache_in": {place.strip(): float(mib) for place, mib in map(cache_of, buffers)},
            "text": greedy(backend),
        }
        backend.close()
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
