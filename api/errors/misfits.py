"""What pydantic says of a body or parameter in, one problem out: which places do not fit, and why, quoting nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api.errors.language import Said, say, words
from api.errors.problem import Misfit, Problem

LISTED_ERRORS = 20


def invalid_problem(errors: Sequence[Mapping[str, object]]) -> Problem:
    """Return the problem of a body or parameter that does not fit its schema."""
    listed = tuple(Misfit(_place(entry.get("loc")), _reason(entry)) for entry in errors)
    first = listed[0] if listed else Misfit("", say("detail.does_not_fit"))
    if any(entry.get("type") == "json_invalid" for entry in errors):
        reason = say("detail.not_fitting", where=first.where or "-", reason=first.detail)
        return Problem("malformed_json", say("detail.not_json", what=say("what.the_body"), reason=reason))
    return Problem(
        "validation_failed",
        say("detail.not_fitting", where=first.where or say("detail.body"), reason=_with_rest(first, len(listed) - 1)),
        where=first.where,
        errors=listed[:LISTED_ERRORS],
    )


def _with_rest(first: Misfit, count: int) -> str | Said:
    return first.detail if count < 1 else say("detail.and_more", first=first.detail, count=count)


def _reason(entry: Mapping[str, object]) -> str | Said:
    """Return our own words for a kind of misfit, pydantic's English for a rare one."""
    key, filled = f"validation.{entry.get('type')}", entry.get("ctx")
    if key not in words("en").table:
        return str(entry.get("msg", ""))
    return say(
        key, **({str(name): str(value) for name, value in filled.items()} if isinstance(filled, Mapping) else {})
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
