"""A refusal that never reached a page, e.g. too many tries to sign in: a page in the person's language all the same."""

from __future__ import annotations

from fastapi import Request, Response

from api.console.desk import SECURITY_HEADERS, is_partial, problem_page
from api.console.panel_desk import panel_headers, problem_panel
from api.errors import Problem


def page_of(problem: Problem, request: Request) -> Response | None:
    """Return the problem as a page of the console or as a panel; None where a program asks, or a part of a page."""
    path = request.url.path
    is_panel = path == "/panel" or path.startswith("/panel/")
    if is_partial(request) or not (is_panel or path.startswith("/console/")):
        return None
    response = problem_panel(request, problem) if is_panel else problem_page(request, problem)
    for name, value in (panel_headers(request) if is_panel else SECURITY_HEADERS).items():
        response.headers.setdefault(name, value)
    response.headers.update(problem.headers)
    return response
