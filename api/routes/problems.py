"""Whatever went wrong in, application/problem+json out. Every error of every address passes here."""

from __future__ import annotations

import json
from collections.abc import Mapping

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.routing import compile_path

from api.errors import (
    EXPECTED_ERRORS,
    Language,
    Problem,
    Said,
    choose_language,
    invalid_problem,
    language_of_locale,
    problem_of,
    say,
    words,
)
from api.logs import in_context
from api.routes.tracing import context_of
from api.schemas.problem import ProblemBody, ProblemError
from api.settings import Settings

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_BY_STATUS: Mapping[int, str] = {
    400: "bad_request",
    401: "key_missing",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media",
    422: "validation_failed",
    408: "body_too_slow",
    429: "busy",
}
DETAIL_CHARS = 1_000
CLIENT_GONE = 499  # nginx's number for it; only our own log and metrics see it


def problem_response(problem: Problem, request: HTTPConnection) -> Response:
    """Return the answer that a problem is, in the caller's language; ASCII only, so that all it quotes can be sent."""
    language = language_of(request)
    content = json.dumps(problem_body(problem, request).model_dump(), ensure_ascii=True)
    headers = {"Content-Language": words(language).locale, "Vary": "Accept-Language", **problem.headers}
    return Response(content, status_code=problem.kind.status, media_type=MEDIA_TYPE, headers=headers)


def problem_body(problem: Problem, request: HTTPConnection, *, language: Language | None = None) -> ProblemBody:
    """Return a problem's shape in a language, the caller's where none is given."""
    language = language or language_of(request)
    return ProblemBody(
        type=f"/problems/{problem.name}",
        title=problem.title_in(language),
        status=problem.kind.status,
        detail=_sendable(problem.detail_in(language)),
        instance=_sendable(request.url.path),
        fix=_sendable(problem.fix_in(language)),
        where=_sendable(problem.where),
        errors=[
            ProblemError(where=_sendable(misfit.where), detail=_sendable(words(language).said(misfit.detail)))
            for misfit in problem.errors
        ],
    )


def language_of(request: HTTPConnection) -> Language:
    """Return the language that a caller reads best, the house's where they do not say."""
    settings: Settings = request.app.state.settings
    fallback = language_of_locale(settings.default_locale)
    return choose_language(chosen="", accept=request.headers.get("accept-language", ""), fallback=fallback)


def _sendable(text: str) -> str:
    """Return a bounded text without unpaired surrogates, which no JSON model takes."""
    return text[:DETAIL_CHARS].encode("utf-8", "replace").decode("utf-8")


def install(app: FastAPI) -> None:
    """Make every error of an app a problem."""
    for cls in EXPECTED_ERRORS:
        app.add_exception_handler(cls, _answer_expected)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(DataError, _answer_unkept)
    app.add_exception_handler(ClientDisconnect, _answer_gone)
    app.add_exception_handler(Exception, _answer_unexpected)


def _answer_expected(request: Request, error: Exception) -> Response:
    return problem_response(problem_of(error), request)


def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem_response(invalid_problem(error.errors()), request)


def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    name = _BY_STATUS.get(error.status_code, "internal_error" if error.status_code >= 500 else "bad_request")
    headers = dict(error.headers or {})
    if error.status_code == 405 and (allowed := allowed_methods(request.app, request.url.path)):
        headers["Allow"] = ", ".join(allowed)
    problem = Problem(name, http_detail(name, error), headers=headers)
    return problem_response(problem, request)


def _answer_gone(request: Request, error: Exception) -> Response:
    """Return what nobody hears: a client that leaves in the middle of its body is no fault of ours, and no news."""
    return Response(status_code=CLIENT_GONE)


def http_detail(name: str, error: HTTPException) -> Said:
    """Quote the framework, which speaks English."""
    return say("detail.http", title=say(f"title.{name}"), original=error.detail)


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Return every documented method of an address; Starlette names those of the first route that fits."""
    described = app.openapi()["paths"]
    fitting = (methods for template, methods in described.items() if compile_path(template)[0].match(path))
    return sorted({method.upper() for methods in fitting for method in methods})


def _answer_unkept(request: Request, error: Exception) -> Response:
    """Refuse what a database cannot hold or look for, e.g. U+0000 on PostgreSQL."""
    return problem_response(Problem("text_invalid", say("detail.text_unkept")), request)


def _answer_unexpected(request: Request, error: Exception) -> Response:
    context = context_of(request.scope)
    with in_context(context):
        log.error("request_failed", path=request.url.path, exc_info=error)
    answer = problem_response(problem_of(error), request)
    answer.headers["X-Request-Id"] = context.request_id
    return answer
