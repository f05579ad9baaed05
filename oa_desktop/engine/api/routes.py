"""The routes of the API. Every one but `/health` is behind the guard's token."""

import asyncio
import time
import uuid
from typing import Any, Final, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from oa_desktop.engine.api.answers import StreamedAnswer, whole_answer
from oa_desktop.engine.api.body import read_object
from oa_desktop.engine.api.exposition import MEDIA_TYPE, exposition
from oa_desktop.engine.api.fields import Fields
from oa_desktop.engine.api.generation_fields import GenerationFields, parse_generation, parse_max_tokens
from oa_desktop.engine.api.guard import OPEN_PATH
from oa_desktop.engine.api.problem import Problem, context_exceeded
from oa_desktop.engine.api.prompt_fields import parse_conversation, parse_prompt, parse_truncation
from oa_desktop.engine.api.served import ServedModel
from oa_desktop.engine.api.shapes import Shape, dropped_counts
from oa_desktop.engine.prompts.renderer import PreparedPrompt, PromptTooLong
from oa_desktop.engine.prompts.template_process import TemplateRejected
from oa_desktop.engine.requests import GenerationRequest

Kind = Literal["chat", "text"]
_WORTH_A_LOOK: Final = 2
"""A list of more tokens than so many contexts is refused unread: to look at millions keeps others waiting."""


class Routes:
    """The endpoints of one served model."""

    def __init__(self, served: ServedModel) -> None:
        self._served = served
        self._started = int(time.time())

    def all(self) -> list[Route]:
        """Path, method and endpoint of everything the API answers."""
        return [
            Route(OPEN_PATH, self.health, methods=["GET"]),
            Route("/v1/models", self.models, methods=["GET"]),
            Route("/v1/models/{id:path}", self.model, methods=["GET"]),
            Route("/v1/chat/completions", self.chat, methods=["POST"]),
            Route("/v1/completions", self.complete, methods=["POST"]),
            Route("/tokenize", self.tokenize, methods=["POST"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]

    async def health(self, _request: Request) -> Response:
        """Whether the engine can answer, and nothing about what it does."""
        healthy = self._served.loop.healthy
        return JSONResponse({"status": "ok" if healthy else "failed"}, 200 if healthy else 503)

    async def models(self, _request: Request) -> Response:
        """The one model, in OpenAI's list."""
        return JSONResponse({"object": "list", "data": [self._entry()]})

    async def model(self, request: Request) -> Response:
        """The one model, asked for by its name."""
        if request.path_params["id"] != self._served.name:
            raise Problem(404, "There is no model of this name here.", param="model", code="model_not_found")
        return JSONResponse(self._entry())

    def _entry(self) -> dict[str, Any]:
        return {
            "id": self._served.name,
            "object": "model",
            "created": self._started,
            "owned_by": "local",
            "max_model_len": self._served.context_tokens,
            "meta": self._served.describe(),
        }

    async def chat(self, request: Request) -> Response:
        """Replies to a conversation."""
        fields = Fields(await read_object(request))
        asked = parse_generation(fields, self._served.max_replies)
        return await self._answer(request, "chat", asked, await self._chat_prompt(fields), "messages")

    async def complete(self, request: Request) -> Response:
        """Continuations of a raw prompt."""
        fields = Fields(await read_object(request))
        asked = parse_generation(fields, self._served.max_replies)
        return await self._answer(request, "text", asked, await self._raw_prompt(fields), "prompt")

    async def tokenize(self, request: Request) -> Response:
        """How many tokens a conversation or a raw prompt takes, without decoding it (vLLM's route)."""
        fields = Fields(await read_object(request))
        chat = fields.raw("messages") is not None
        prompt = await (self._chat_prompt(fields) if chat else self._raw_prompt(fields))
        return JSONResponse(
            {
                "count": len(prompt.tokens),
                "max_model_len": self._served.context_tokens,
                **dropped_counts(prompt.dropped),
                "tokens": list(prompt.tokens),
            }
        )

    async def metrics(self, _request: Request) -> Response:
        """What the engine counts, for Prometheus."""
        return Response(exposition(self._served.loop.stats()), media_type=MEDIA_TYPE)

    async def _chat_prompt(self, fields: Fields) -> PreparedPrompt:
        conversation = parse_conversation(fields)
        max_tokens = parse_max_tokens(fields)
        prompts = self._served.prompts
        try:
            if parse_truncation(fields):
                return await asyncio.to_thread(prompts.prepare_newest, conversation, max_tokens)
            return await asyncio.to_thread(prompts.prepare, conversation)
        except TemplateRejected as error:
            message = f"The model's chat template refuses these messages: {error}"
            raise Problem(400, message, param="messages", code="template_rejected") from None
        except PromptTooLong as error:
            raise self._too_long(error, "messages") from None

    async def _raw_prompt(self, fields: Fields) -> PreparedPrompt:
        parse_truncation(fields, has_turns=False)
        limit, raw = self._served.context_tokens, fields.raw("prompt")
        if isinstance(raw, list) and len(raw) > _WORTH_A_LOOK * limit:
            raise context_exceeded(len(raw), limit, "prompt")
        prompt = parse_prompt(fields, self._served.loop.backend.vocabulary.size)
        if isinstance(prompt, tuple):
            return PreparedPrompt(prompt)
        try:
            return await asyncio.to_thread(self._served.prompts.prepare_text, prompt)
        except PromptTooLong as error:
            raise self._too_long(error, "prompt") from None

    def _too_long(self, error: PromptTooLong, param: str) -> Problem:
        return context_exceeded(error.at_least, self._served.context_tokens, param, at_least=True)

    async def _answer(
        self, request: Request, kind: Kind, asked: GenerationFields, prompt: PreparedPrompt, param: str
    ) -> Response:
        limit = self._served.context_tokens
        if len(prompt.tokens) >= limit:
            raise context_exceeded(len(prompt.tokens), limit, param, dropped_messages=prompt.dropped.messages)
        name = f"{'chatcmpl' if kind == 'chat' else 'cmpl'}-{uuid.uuid4().hex}"
        generation = _generation(name, asked, prompt)
        shape = Shape(kind, name, self._served.name, asked.sampling.seed, prompt.dropped)
        if asked.stream:
            return StreamedAnswer(self._served.loop, generation, shape, usage=asked.include_usage)
        return await whole_answer(self._served.loop, generation, shape, request)


def _generation(name: str, asked: GenerationFields, prompt: PreparedPrompt) -> GenerationRequest:
    """With `ignore_eos` nothing but length and the caller's own stops ends a reply."""
    formats = PreparedPrompt(()) if asked.ignore_eos else prompt
    return GenerationRequest(
        name,
        prompt.tokens,
        n=asked.n,
        max_tokens=asked.max_tokens,
        sampling=asked.sampling,
        stop=(*asked.stop, *formats.stop_strings),
        stop_ids=formats.stop_ids,
        ignore_eos=asked.ignore_eos,
    )
