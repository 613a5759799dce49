"""Signing in and out, the choice of language, and the files that pages are made of."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from api.console.desk import LANGUAGE_COOKIE, SIGN_IN, ConsoleRoute, Desk, desk_of
from api.console.sessions import close_session, cookie_name, is_secure, open_session, signed_in_key
from api.errors import Problem, say

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
YEAR_S = 365 * 24 * 3600

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AnyDesk = Annotated[Desk, Depends(desk_of)]


@cache
def static_files() -> dict[str, Path]:
    """Return what may be served, by name; everything else in the folder stays where it is."""
    return {path.name: path for path in STATIC.rglob("*") if path.suffix in MEDIA_TYPES}


@router.get("/static/{name}")
def show_static(name: str) -> Response:
    """Send a style sheet, script or picture of the console."""
    path = static_files().get(name)
    if path is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.file"), name=repr(name)))
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers={"Cache-Control": "no-cache"})


@router.get("/sign-in")
def show_sign_in(desk: AnyDesk) -> Response:
    """Ask for a key."""
    return desk.page("sign_in.html", refused=False, hours=f"{desk.settings.session_hours:g}")


@router.post("/sign-in")
def sign_in(desk: AnyDesk, key: Annotated[str, Form(max_length=200)]) -> Response:
    """Open a session for a valid key."""
    key_id = signed_in_key(desk.request, key.strip(), store=desk.store, now=desk.now)
    if key_id is None:
        hours = f"{desk.settings.session_hours:g}"
        return desk.page("sign_in.html", refused=True, hours=hours, status_code=401)
    response = desk.go("/console/")
    hours_open = desk.settings.session_hours
    open_session(desk.request, response, key_id=key_id, store=desk.store, now=desk.now, hours=hours_open)
    return response


@router.post("/sign-out")
def sign_out(desk: AnyDesk) -> Response:
    """Close the session."""
    response = desk.go(SIGN_IN)
    close_session(desk.request, response, store=desk.store, now=desk.now)
    return response


@router.get("/language/{language}")
def choose(request: Request, language: Literal["zh", "en"]) -> Response:
    """Keep a person's language and go back to the page they were on."""
    referer = urlsplit(request.headers.get("referer", ""))
    is_own = referer.netloc == request.headers.get("host") and referer.path.startswith("/console/")
    back = referer.path + (f"?{referer.query}" if referer.query else "") if is_own else "/console/"
    response = RedirectResponse(back, status_code=303)
    name, secure = cookie_name(request, LANGUAGE_COOKIE), is_secure(request)
    response.set_cookie(name, language, max_age=YEAR_S, path="/", secure=secure, httponly=True, samesite="lax")
    return response
