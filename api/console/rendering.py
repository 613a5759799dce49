"""Fill the templates: names and values in, HTML out, everything escaped, a missing value an error.

It does not know who asks or what the values mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def moment(at: datetime) -> Markup:
    """Write a time as UTC; the browser shows it in the person's own zone.

    >>> print(moment(datetime(2026, 11, 22, 2, 5, tzinfo=UTC)))
    <time datetime="2026-11-22T02:05:00+00:00">2026-11-22 02:05 UTC</time>
    """
    utc = at.astimezone(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(utc.isoformat(), utc.strftime("%Y-%m-%d %H:%M"))


TOLD = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}) UTC([+-][0-9]{2}:[0-9]{2})?")


def with_moments(text: str) -> Markup:
    """Return a text whose times, as api.tickets.moment_in writes them, the browser shows in the person's own zone.

    >>> print(with_moments("<b> since 2026-06-20 00:20 UTC+08:00."))
    &lt;b&gt; since <time datetime="2026-06-20T00:20+08:00">2026-06-20 00:20 UTC+08:00</time>.
    """
    marked, end = Markup(), 0
    for found in TOLD.finditer(text):
        day, minute, offset = found.groups()
        marked += text[end : found.start()]
        marked += Markup('<time datetime="{}T{}{}">{}</time>').format(day, minute, offset or "Z", found[0])
        end = found.end()
    return marked + text[end:]


@cache
def environment() -> Environment:
    """Return the one Jinja environment; autoescape is on for every template."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["moment"] = moment
    made.globals["with_moments"] = with_moments
    return made


def render(template: str, shown: Mapping[str, object], *, status_code: int = 200) -> HTMLResponse:
    """Return a filled template."""
    html = environment().get_template(template).render(shown)
    return HTMLResponse(html, status_code=status_code, headers={"Vary": "HX-Request, Accept-Language, Cookie"})
