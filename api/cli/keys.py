"""`keys create`, `keys list`, `keys revoke`: who may ask."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from api.app import utc_now
from api.cli.desk import AsJson, DataDir, open_data, settings_for
from api.cli.output import SOME_FAILED, complain, console, log_to_stderr, write_line
from api.errors import Problem, say
from api.schemas.ops import KeyBody
from api.security import SCOPES, make_id, make_key
from api.store import DEFAULT_TENANT, Store
from api.tenants import TENANT_NAME


def _check_tenant(name: str) -> str:
    if not TENANT_NAME.match(name):
        raise typer.BadParameter(f"{name!r}: lower-case letters, digits, _ and -, at most 50")
    return name


OfTenant = Annotated[str, typer.Option("--tenant", callback=_check_tenant, help="Whose key; made with its first key.")]
group = typer.Typer(help="API keys.", no_args_is_help=True)


@group.command()
def create(
    name: Annotated[str, typer.Option(help="Whose key it is.")] = "key",
    scopes: Annotated[str, typer.Option(help=f"Of {', '.join(SCOPES)}; separated by commas.")] = "admin",
    tenant: OfTenant = DEFAULT_TENANT,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, once."""
    log_to_stderr()
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise typer.BadParameter(f"{', '.join(unknown) or 'nothing'} is none of {', '.join(SCOPES)}")
    body, secret = create_key(open_data(settings_for(data_dir)).of(tenant), name=name, scopes=wanted)
    if as_json:
        write_line({"key": secret, "id": body.id, "prefix": body.prefix, "scopes": list(body.scopes)})
    else:
        console().print(secret, highlight=False, soft_wrap=True)


def create_key(store: Store, *, name: str, scopes: list[str]) -> tuple[KeyBody, str]:
    """Keep a fresh key; return what is kept and its secret."""
    key = make_key()
    body = KeyBody(id=make_id(), tenant=store.tenant, name=name, prefix=key.prefix, scopes=scopes, created_at=utc_now())
    store.keys.add(body, secret=key.secret)
    return body, key.secret


@group.command("list")
def list_keys(tenant: OfTenant = DEFAULT_TENANT, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List keys, without their secrets."""
    log_to_stderr()
    bodies = open_data(settings_for(data_dir)).of(tenant).keys.list()
    if as_json:
        for body in bodies:
            write_line(body)
        return
    table = Table("id", "name", "prefix", "scopes", "created", "revoked")
    for body in bodies:
        revoked = f"{body.revoked_at:%Y-%m-%d %H:%M}" if body.revoked_at else ""
        table.add_row(
            body.id, body.name, body.prefix, " ".join(body.scopes), f"{body.created_at:%Y-%m-%d %H:%M}", revoked
        )
    console().print(table)


@group.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Id or prefix.")],
    tenant: OfTenant = DEFAULT_TENANT,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Put a key out of force, at once."""
    log_to_stderr()
    if not open_data(settings_for(data_dir)).of(tenant).keys.revoke(key, at=utc_now()):
        complain(Problem("not_found", say("detail.key_unknown", name=repr(key)), fix=say("fix.key_unknown")))
        raise typer.Exit(SOME_FAILED)
    if as_json:
        write_line({"revoked": key})
    else:
        console().print(f"revoked {key}")
