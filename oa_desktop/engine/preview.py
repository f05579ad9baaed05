"""Show how a model would be asked, without its weights: `python -m oa_desktop.engine --preview`.

One JSON object on stdin, {"model", "format", "messages"}; one on stdout, with the pieces or with a problem.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from oa_desktop.engine.landlock import lock_down
from oa_desktop.engine.lifeline import prepare_process
from oa_desktop.engine.model_parts import model_parts
from oa_desktop.engine.prompts.choice import AUTO, NAMES, automatic_format
from oa_desktop.engine.prompts.families import FAMILIES
from oa_desktop.engine.prompts.messages import ChatMessage, Conversation, Role
from oa_desktop.engine.prompts.renderer import PromptRenderer
from oa_desktop.engine.prompts.shown import shown_pieces
from oa_desktop.engine.prompts.template_process import TemplateProcess, TemplateRejected
from oa_desktop.errors import ModelError, OaError, UsageError
from oa_desktop.gguf import GgufHeader, read_header
from oa_desktop.gguf.errors import printable
from oa_desktop.gguf.facts import facts_of

PREVIEW_FLAG: Final = "--preview"
_USUAL_CONTEXT: Final = 4096


def preview() -> int:
    """Answer once, behind the same walls and with the same limits for templates as the engine itself."""
    channel = os.dup(1)
    os.dup2(2, 1)  # libraries print what they like
    prepare_process()
    job = json.loads(sys.stdin.buffer.read())
    path, wanted = Path(job["model"]), job["format"]
    worker = None if wanted in FAMILIES else TemplateProcess()
    lock_down(model_parts(path), devices=False)
    try:
        answer = _rendered(path, None if wanted == AUTO else wanted, _conversation(job["messages"]), worker)
    except TemplateRejected as refusal:
        answer = {"problem": f"The chat template in the model file refuses these messages: {refusal}"}
    except OaError as error:
        answer = {"problem": error.sentence}
    line = json.dumps(answer).encode()
    while line:
        line = line[os.write(channel, line) :]
    return 0


def _rendered(
    path: Path, wanted: str | None, conversation: Conversation, worker: TemplateProcess | None
) -> dict[str, Any]:
    if wanted is not None and wanted not in NAMES:
        raise UsageError("format-unknown", f"There is no prompt format {printable(wanted, 40)}.")
    header = read_header(path)
    context_tokens = facts_of(header).context_tokens or _USUAL_CONTEXT
    _check_vocabulary(header)

    from oa_desktop.engine.llama.vocabulary_only import open_vocabulary

    facts, vocabulary = open_vocabulary(path)
    prompts = PromptRenderer(facts, vocabulary, worker, wanted, context_tokens=context_tokens)
    try:
        prompt = prompts.written(conversation)
        found, tokens = shown_pieces(prompt, vocabulary, vocabulary.name)
        return {
            "format": prompts.name,
            "automatic": automatic_format(vocabulary, facts.chat_template, facts.name),
            "tokens": tokens,
            "notes": list(prompts.notices),
            "pieces": [
                {"text": piece.text, "token": piece.token, "is_message": not piece.is_template}
                for piece in found
            ],
        }
    finally:
        prompts.close()


def _check_vocabulary(header: GgufHeader) -> None:
    if "tokenizer.ggml.tokens" not in header.metadata:
        raise ModelError("model-no-vocabulary", "The model file has no vocabulary to write a prompt with.")


def _conversation(messages: list[dict[str, str]]) -> Conversation:
    return Conversation(tuple(ChatMessage(Role(turn["role"]), turn["content"]) for turn in messages))
