"""`learn`: what people made of values and suggestions, counted and put into force."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import JsonValue

from api.app import utc_now
from api.cli.desk import AsJson, DataDir, open_data, open_engines, settings_for
from api.cli.output import console, log_to_stderr, write_line
from api.learn import learn as learn_from_feedback
from api.store import DEFAULT_TENANT
from api.tenants import folder_of

SAID = {
    "taken": "taken: confidence and threshold follow them now",
    "counted": "counted towards the promise; confidence stays: on the newest third it would have been less true",
    "refused": "refused: on the newest third fewer auto-filled values would have been right; all stays as it was",
    "too_few": "counted; too few to try confidence on",
}

RANKED = {
    "taken": "taken: the newest third is surely answered better",
    "refused": "refused: the newest third would be answered worse; all stays as it was",
    "unchanged": "no sure gain; all stays as it was",
    "too_few": "too few to try",
}


def learn(
    tenant: Annotated[str, typer.Option(help="Whose feedback; each tenant learns from their own.")] = DEFAULT_TENANT,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Count all feedback and put what it teaches into force; a running service takes it up by itself."""
    log_to_stderr()
    settings = settings_for(data_dir)
    store = open_data(settings).of(tenant)
    changes = {"data_dir": folder_of(settings.data_dir, tenant), "models_dir": settings.models_folder}
    report = learn_from_feedback(engines=open_engines(settings.model_copy(update=changes)), store=store, at=utc_now())
    if as_json:
        lessons: list[JsonValue] = [lesson.model_dump(mode="json") for lesson in report.lessons]
        rankings: list[JsonValue] = [ranking.model_dump(mode="json") for ranking in report.rankings]
        counts = {"corrections": report.corrections, "experiences": report.experiences}
        write_line({**counts, "fields": list(report.fields), "lessons": lessons, "rankings": rankings})
        return
    fields = ", ".join(report.fields) or "no field yet"
    console().print(
        f"{report.corrections} verdicts on values ({fields}), {report.experiences} on suggestions", highlight=False
    )
    for lesson in report.lessons:
        console().print(f"  {lesson.field}: {lesson.corrections} corrections, {SAID[lesson.outcome]}", highlight=False)
    for ranking in report.rankings:
        console().print(
            f"  ranking of {ranking.knowledge_base}: {ranking.judged} judged questions, {RANKED[ranking.outcome]}",
            highlight=False,
        )
