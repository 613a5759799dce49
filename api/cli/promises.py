"""`promises`, `promises set`, `promises clear`: how often auto-filled values must be right, and whether they are."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from api.app import utc_now
from api.cli.desk import AsJson, DataDir, open_data, open_engines, settings_for
from api.cli.keys import OfTenant
from api.cli.output import SOME_FAILED, complain, console, log_to_stderr, write_line
from api.engines import Engines
from api.errors import Problem
from api.promises import promise_bodies, put_promise, take_back
from api.schemas.promises import PromiseBody, PromiseIn
from api.settings import Settings
from api.store import DEFAULT_TENANT, Store
from api.tenants import folder_of

ACTOR = "command line"
group = typer.Typer(help="What is promised of auto-filled values.", invoke_without_command=True)


class UntilHeld(StrEnum):
    SUGGEST = "suggest"
    FILL = "fill"


@group.callback()
def list_promises(
    context: typer.Context, tenant: OfTenant = DEFAULT_TENANT, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List every field with what is promised of it and how that stands on your own corrections."""
    if context.invoked_subcommand is not None:
        return
    log_to_stderr()
    settings = settings_for(data_dir)
    bodies = promise_bodies(open_data(settings).of(tenant), learned=_engines(settings, tenant).learned)
    _show(bodies, as_json=as_json)


@group.command("set")
def set_promise(
    field: Annotated[str, typer.Argument(help="A field's name, or `default` for every field without its own.")],
    promise: Annotated[float, typer.Argument(min=0.5, max=0.999, help="Share that is right, e.g. 0.98.")],
    until_held: Annotated[
        UntilHeld, typer.Option(help="While corrections do not prove it: suggest values, or fill them in unproven.")
    ] = UntilHeld.SUGGEST,
    tenant: OfTenant = DEFAULT_TENANT,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Promise something of a field; a running service holds to it from its next draft on."""
    log_to_stderr()
    settings = settings_for(data_dir)
    store, wanted = open_data(settings).of(tenant), PromiseIn(promise=promise, until_held=until_held.value)
    learned, at = _engines(settings, tenant).learned, utc_now()
    try:
        body = put_promise(field, wanted, store=store, learned=learned, actor=ACTOR, at=at)
    except Problem as problem:
        complain(problem)
        raise typer.Exit(SOME_FAILED) from problem
    _note(store, "promise.put", field)
    _show([body], as_json=as_json)


@group.command("clear")
def clear_promise(field: str, tenant: OfTenant = DEFAULT_TENANT, data_dir: DataDir = None) -> None:
    """Take a promise back."""
    log_to_stderr()
    store = open_data(settings_for(data_dir)).of(tenant)
    try:
        take_back(field, store=store)
    except Problem as problem:
        complain(problem)
        raise typer.Exit(SOME_FAILED) from problem
    _note(store, "promise.deleted", field)


def _engines(settings: Settings, tenant: str) -> Engines:
    changes = {"data_dir": folder_of(settings.data_dir, tenant), "models_dir": settings.models_folder}
    return open_engines(settings.model_copy(update=changes))


def _note(store: Store, action: str, field: str) -> None:
    store.audit.add(at=utc_now(), actor=ACTOR, action=action, subject=field)


def _show(bodies: list[PromiseBody], *, as_json: bool) -> None:
    if as_json:
        for body in bodies:
            write_line(body.model_dump(mode="json"))
        return
    table = Table("field", "promise", "state", "right of judged", "95% interval", "corrections", "needed", "fills")
    for body in bodies:
        stands = body.standing
        shown = f"{stands.low:.1%} - {stands.high:.1%}" if stands.judged else ""
        table.add_row(
            body.field,
            f"{body.promise:.1%}{'' if body.is_own else ' (default)'}",
            {"held": "held", "unmeasured": "not yet measured", "broken": "broken"}[stands.state],
            f"{stands.right} / {stands.judged}",
            shown,
            str(stands.corrections),
            str(stands.needed),
            "yes" if stands.fills else "no, suggests",
        )
    console().print(table)
