"""A finished run in, one self-contained HTML page out: no script, no outside asset, light and dark, fit to print.

Everything that came from tickets is escaped. It works nothing out that the summary does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.backtest.plots import completeness_plot, reliability_plot
from api.backtest.run import Run
from api.errors.language import Language, Words, read_words
from api.report.share import Share
from api.settings import VERSION
from nlp.extraction.calibrate import DEFAULT_PROMISE

FOLDER = Path(__file__).parent
COLUMNS_SHOWN = 40


@cache
def report_words(language: Language) -> Words:
    """Return the report's messages in a language."""
    return read_words(language, FOLDER / "messages")


def html_report(run: Run, *, language: Language, at: datetime) -> str:
    """Return the page."""
    words, summary = report_words(language), run.summary()
    template = run.replay.template
    labels = {field.name: field.label.zh if language == "zh" else field.label.en for field in template.fields}
    return (
        _environment()
        .get_template("report.html")
        .render(
            words=words,
            summary=summary,
            caveats=run.caveats(),
            costs=run.replay.costs.model_dump(),
            labels=labels,
            template=template.title.zh if language == "zh" else template.title.en,
            title=run.source.title,
            needed=[labels[name] for name in summary.needed],
            promise=DEFAULT_PROMISE,
            auto_verdict=_verdict(summary.auto),
            bars=Markup(completeness_plot(summary.completeness, words)),
            reliability=Markup(reliability_plot(summary.calibration, words)) if summary.calibration else "",
            columns=_columns(run.source.mapping, words, labels),
            version=VERSION,
            at=at.strftime("%Y-%m-%d %H:%M UTC"),
        )
    )


def _verdict(share: Share) -> str:
    if not share.whole:
        return "unknown"
    return "kept" if share.low >= DEFAULT_PROMISE else "broken" if share.high < DEFAULT_PROMISE else "unclear"


def _columns(mapping: Mapping[str, str], words: Words, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (theirs, labels.get(ours) or words.known("column", ours))
        for theirs, ours in list(mapping.items())[:COLUMNS_SHOWN]
    ]


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["percent"] = percent
    made.filters["figure"] = figure
    return made


def percent(value: float | None) -> str:
    """Write a share.

    >>> percent(0.9812), percent(None), percent(1.0)
    ('98.1%', '–', '100%')
    """
    return "–" if value is None else f"{value * 100:.1f}".removesuffix(".0") + "%"


def figure(value: float | None) -> str:
    """Write a number for people.

    >>> figure(12345.678), figure(3.0), figure(None)
    ('12,345.7', '3', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.1f}".removesuffix(".0") if abs(value) >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")
