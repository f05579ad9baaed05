"""The ASGI application: the guard around the routes, and every error in one shape."""

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from oa_desktop.engine.api.guard import Guard
from oa_desktop.engine.api.problem import Problem
from oa_desktop.engine.api.routes import Routes
from oa_desktop.engine.api.served import ServedModel
from oa_desktop.errors import OaError

log = logging.getLogger(__name__)


def make_application(served: ServedModel, *, token: str, port: int) -> ASGIApp:
    """The whole API of one model, as uvicorn runs it."""
    return Guard(make_router(served), token=token, port=port)


def make_router(served: ServedModel) -> Starlette:
    """The routes without the guard; only tests that list them want this."""
    application = Starlette(
        routes=Routes(served).all(),
        exception_handlers={
            Problem: _problem,
            OaError: _trouble,
            HTTPException: _http_error,
            Exception: _bug,
        },
    )
    application.router.redirect_slashes = False
    return application


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def _trouble(_request: Request, error: Exception) -> Response:
    assert isinstance(error, OaError)
    return Problem(503, error.title, code=error.code).response()


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return Problem(error.status_code, f"{error.detail}.", headers=error.headers).response()


async def _bug(request: Request, error: Exception) -> Response:
    """Starlette raises the error again after this answer, so the log has its traceback."""
    log.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__)
    return Problem(500, "The engine made a mistake; its log says more.", code="internal_error").response()
