"""`learn`: what people made of values and suggestions, counted and put into force."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from api.app import utc_now
from api.cli.desk import AsJson, DataDir, open_data, open_engines, settings_for
from api.cli.output import console, log_to_stderr, write_line
from api.learn import learn as learn_from_feedback
from api.store import DEFAULT_TENANT
from api.tenants import folder_of


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
        write_line({**asdict(report), "fields": list(report.fields)})
        return
    fields = ", ".join(report.fields) or "no field yet"
    console().print(
        f"{report.corrections} verdicts on values ({fields}), {report.experiences} on suggestions", highlight=False
    )
