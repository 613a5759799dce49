"""The page of a live call: what its scripts need to say and to lay out in, the page out; and the example call.

The call itself goes over WS /v1/audio/stream; nothing of it passes here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import FileResponse

from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.example import EXAMPLES
from api.console.language import Words
from api.errors import Problem, say
from api.prefill.templates import find_template, template_names

SAID_HERE = (
    "opening", "connecting", "listening", "ending", "done", "done_undrafted", "discarded", "broken_off", "lost",
    "lost_fix", "gap", "draft_before", "signed_out", "heard", "behind", "channel", "no_microphone", "no_tab_sound",
    "insecure", "no_file", "no_sound",
)  # fmt: skip
SAID_ELSEWHERE = {
    "confidence": "draft.confidence",
    "copy": "draft.copy",
    "copy_value": "draft.copy_value",
    "evidence": "draft.evidence",
    "sides": "draft.sides",
    "offered": "draft.offered",
    "choices": "draft.choices",
    "filled": "prefill.filled",
    "nothing": "ask.nothing",
    "look_anyway": "ask.look_anyway",
    "others": "ask.others",
}
"""What the page of a draft and the page Ask say, too."""
ROLES = ("customer", "agent", "unknown", "speaker 1", "speaker 2")
STATUSES = ("auto", "suggest", "conflict", "missing")

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
PrefillDesk = Annotated[Desk, Depends(Entry("prefill"))]


@router.get("/live")
def show_live(desk: PrefillDesk) -> Response:
    """Show the page."""
    found = [find_template(name, store=desk.store) for name in template_names(store=desk.store)]
    locale, scopes = desk.words.locale, desk.visitor.scopes if desk.visitor else ()
    labels = {one.name: {field.name: field.label.in_locale(locale) for field in one.fields} for one in found}
    return desk.page(
        "live.html",
        here="live",
        templates={one.name: one.title.in_locale(locale) for one in found},
        chosen_template=desk.settings.default_template,
        texts=json.dumps({**texts_of(desk.words), "templates": labels}, ensure_ascii=False),
        has_example=_example_path(desk).is_file(),
        may_read="suggest" in scopes or "admin" in scopes,
        speech_fix=desk.engines.speech_state().fix,
    )


@router.get("/live/example")
def send_example(desk: PrefillDesk) -> Response:
    """Send the example call in the person's language."""
    path = _example_path(desk)
    if not path.is_file():
        raise Problem("not_found", say("detail.no_examples", path="examples/"), fix=say("fix.no_examples"))
    return FileResponse(path, media_type="audio/wav")


def texts_of(words: Words) -> dict[str, dict[str, str]]:
    """Return what the page's scripts say, in a language; {holes} are filled there.

    >>> from api.console.language import words
    >>> texts_of(words("en"))["say"]["heard"]
    '{time} heard'
    """
    own = {name: words(f"live.say.{name}") for name in SAID_HERE}
    shared = {name: words(key) for name, key in SAID_ELSEWHERE.items()}
    return {
        "say": {**own, **shared},
        "role": {name: words(f"role.{name}") for name in ROLES},
        "status": {name: words(f"status.{name}") for name in STATUSES},
    }


def _example_path(desk: Desk) -> Path:
    return EXAMPLES / f"call_{desk.words.language}.wav"
