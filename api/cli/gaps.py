"""`gaps` and `stale`: what people ask and no article tells, and which articles somebody should look at."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from api.app import utc_now
from api.cli.desk import AsJson, DataDir, open_data, open_engines, settings_for
from api.cli.output import console, log_to_stderr, write_line
from api.engines import Engines
from api.report import Period
from api.report.knowledge import gaps_of, stale_of
from api.schemas.gaps import GapBody, StaleArticleBody
from api.settings import Settings
from api.store import DEFAULT_TENANT, Store
from api.tenants import folder_of

Days = Annotated[int, typer.Option(min=1, max=3_660, help="How far back to look.")]
OfTenant = Annotated[str, typer.Option(help="Whose knowledge base.")]


def gaps(days: Days = 30, tenant: OfTenant = DEFAULT_TENANT, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the questions that no article answers, grouped, the most wanted first; personal data is masked."""
    log_to_stderr()
    settings = settings_for(data_dir)
    engines, store = _parts(settings, tenant)
    for gap in gaps_of(engines=engines, store=store, period=_period(days)):
        if as_json:
            write_line(GapBody.model_validate(gap).model_dump(mode="json"))
        else:
            console().print(f"{gap.count:>4}  {gap.question}", highlight=False, markup=False)


def stale(
    days: Days = 90, tenant: OfTenant = DEFAULT_TENANT, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the articles that people called outdated or wrong, that contradict each other, are old or never used."""
    log_to_stderr()
    settings = settings_for(data_dir)
    engines, store = _parts(settings, tenant)
    for one in stale_of(engines=engines, store=store, period=_period(days), at=utc_now()):
        if as_json:
            write_line(StaleArticleBody.model_validate(one).model_dump(mode="json"))
        else:
            reasons = ", ".join(reason.kind for reason in one.reasons)
            console().print(f"{one.article_id}  {one.title}  ({reasons})", highlight=False, markup=False)


def _parts(settings: Settings, tenant: str) -> tuple[Engines, Store]:
    changes = {"data_dir": folder_of(settings.data_dir, tenant), "models_dir": settings.models_folder}
    return open_engines(settings.model_copy(update=changes)), open_data(settings).of(tenant)


def _period(days: int) -> Period:
    now = utc_now()
    return Period(now - timedelta(days=days), now)
