"""What the API says when it refuses: a status, a sentence, the field at fault, in OpenAI's error shape."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse


class Problem(Exception):
    """A request that is answered with an error.

    param: the field at fault as a path, e.g. "messages[2].content"; None when no field is.
    numbers: extra members of the error object that a client may compute with.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        numbers: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.headers = dict(headers or {})
        self.numbers = dict(numbers or {})

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        return {
            "error": {
                "message": self.message,
                "type": _type_of(self.status),
                "param": self.param,
                "code": self.code,
                **self.numbers,
            }
        }

    def response(self) -> JSONResponse:
        """The answer itself."""
        return JSONResponse(self.body(), self.status, self.headers)


def bad_field(param: str, must: str) -> Problem:
    """400 for one field: `param` names it, `must` ends the sentence "<param> must ..."."""
    return Problem(400, f"{param} must {must}.", param=param, code="invalid_value")


def context_exceeded(
    prompt_tokens: int, context_tokens: int, param: str, *, at_least: bool = False, dropped_messages: int = 0
) -> Problem:
    """400 for a prompt that leaves no room for one token of answer.

    at_least: not all tokens were counted. dropped_messages: how many are not among them.
    """
    count = f"at least {prompt_tokens}" if at_least else str(prompt_tokens)
    prompt = (
        f"Even without the oldest {dropped_messages} messages, the prompt"
        if dropped_messages
        else "The prompt"
    )
    return Problem(
        400,
        f"{prompt} has {count} tokens, but this model's context holds {context_tokens} "
        "and at least one must be left for the answer.",
        param=param,
        code="context_length_exceeded",
        numbers={"prompt_tokens": prompt_tokens, "context_tokens": context_tokens},
    )


def _type_of(status: int) -> str:
    match status:
        case 401:
            return "authentication_error"
        case 403:
            return "permission_error"
        case 404:
            return "not_found_error"
        case 429:
            return "rate_limit_error"
        case _ if status >= 500:
            return "server_error"
        case _:
            return "invalid_request_error"
