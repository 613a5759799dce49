"""Whatever went wrong in, application/problem+json out. Every error of every address passes here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api.errors import EXPECTED_ERRORS, Problem, problem_of
from api.schemas.problem import ProblemBody, ProblemError

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
    429: "busy",
}
LISTED_ERRORS = 20
DETAIL_CHARS = 1_000


def problem_response(problem: Problem, *, instance: str) -> Response:
    """Return the answer that a problem is; ASCII only, so that whatever it quotes can be sent."""
    kind = problem.kind
    body = ProblemBody(
        type=f"/problems/{kind.name}",
        title=kind.title,
        status=kind.status,
        detail=_sendable(problem.detail),
        instance=_sendable(instance),
        fix=problem.fix or kind.fix,
        where=_sendable(problem.where),
        errors=[
            ProblemError(where=_sendable(entry["where"]), detail=_sendable(entry["detail"])) for entry in problem.errors
        ],
    )
    content = json.dumps(body.model_dump(), ensure_ascii=True)
    return Response(content, status_code=kind.status, media_type=MEDIA_TYPE, headers=dict(problem.headers))


def _sendable(text: str) -> str:
    """Return a bounded text without unpaired surrogates, which no JSON model takes."""
    return text[:DETAIL_CHARS].encode("utf-8", "replace").decode("utf-8")


def install(app: FastAPI) -> None:
    """Make every error of an app a problem."""
    for cls in EXPECTED_ERRORS:
        app.add_exception_handler(cls, _answer_expected)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_unexpected)


def _answer_expected(request: Request, error: Exception) -> Response:
    return problem_response(problem_of(error), instance=request.url.path)


def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem_response(invalid_problem(error.errors()), instance=request.url.path)


def invalid_problem(errors: Sequence[Mapping[str, object]]) -> Problem:
    """Return the problem of a body or parameter that does not fit its schema; says where, quotes nothing."""
    listed = tuple({"where": _place(entry.get("loc")), "detail": str(entry.get("msg", ""))} for entry in errors)
    if any(entry.get("type") == "json_invalid" for entry in errors):
        return Problem("malformed_json", f"The body is not JSON: {listed[0]['detail']} ({listed[0]['where']})")
    first = listed[0] if listed else {"where": "", "detail": "the request does not fit"}
    more = f" ({len(listed) - 1} more)" if len(listed) > 1 else ""
    return Problem(
        "validation_failed",
        f"{first['where'] or 'body'}: {first['detail']}{more}",
        where=first["where"],
        errors=listed[:LISTED_ERRORS],
    )


def _place(location: object) -> str:
    """Return a JSON pointer into the body, or a parameter's name.

    >>> _place(("body", "messages", 3, "text")), _place(("query", "limit"))
    ('/messages/3/text', 'limit')
    """
    steps = [str(step) for step in location] if isinstance(location, Sequence) else []
    if steps[:1] == ["body"]:
        return "/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps[1:]) if steps[1:] else ""
    return ".".join(steps[1:])


def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    name = _BY_STATUS.get(error.status_code, "internal_error" if error.status_code >= 500 else "bad_request")
    headers = dict(error.headers or {})
    if error.status_code == 405 and (allowed := allowed_methods(request.app, request.url.path)):
        headers["Allow"] = ", ".join(allowed)
    problem = Problem(name, str(error.detail), headers=headers)
    return problem_response(problem, instance=request.url.path)


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Return every documented method of an address; Starlette names those of the first route that fits."""
    described = app.openapi()["paths"]
    fitting = (methods for template, methods in described.items() if compile_path(template)[0].match(path))
    return sorted({method.upper() for methods in fitting for method in methods})


def _answer_unexpected(request: Request, error: Exception) -> Response:
    log.error("request_failed", path=request.url.path, error=type(error).__name__)
    return problem_response(problem_of(error), instance=request.url.path)
