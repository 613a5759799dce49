"""`keys create`, `keys list`, `keys rotate`, `keys revoke`: who may ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, NoReturn

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
    scopes: Annotated[str, typer.Option(help=f"Of {', '.join(SCOPES)}; as few as it needs, by commas.")] = "admin",
    days: Annotated[float | None, typer.Option(min=0.0, help="Days until it runs out; never where absent.")] = None,
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
    expires_at = None if days is None else utc_now() + timedelta(days=days)
    store = open_data(settings_for(data_dir)).of(tenant)
    _show_key(*create_key(store, name=name, scopes=wanted, expires_at=expires_at), as_json=as_json)


def create_key(
    store: Store, *, name: str, scopes: list[str], expires_at: datetime | None = None
) -> tuple[KeyBody, str]:
    """Keep a fresh key; return what is kept and its secret."""
    key = make_key()
    body = KeyBody(
        id=make_id(),
        tenant=store.tenant,
        name=name,
        prefix=key.prefix,
        scopes=scopes,
        created_at=utc_now(),
        expires_at=expires_at,
    )
    store.keys.add(body, secret=key.secret)
    _note(store, "key.created", body.id, prefix=body.prefix, scopes=" ".join(scopes))
    return body, key.secret


@group.command()
def rotate(
    key: Annotated[str, typer.Argument(help="Id or prefix of the old key.")],
    grace_hours: Annotated[float, typer.Option(min=0.0, help="How long the old key still works.")] = 24.0,
    tenant: OfTenant = DEFAULT_TENANT,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a key of the same name and scopes, print it once, and let the old one run out."""
    log_to_stderr()
    store = open_data(settings_for(data_dir)).of(tenant)
    old = store.keys.find(key)
    if old is None:
        _complain_unknown(key)
    fresh = create_key(store, name=old.name, scopes=old.scopes)
    store.keys.expire(old.id, at=utc_now() + timedelta(hours=grace_hours))
    _note(store, "key.rotated", old.id, prefix=old.prefix, grace_hours=f"{grace_hours:g}")
    _show_key(*fresh, as_json=as_json)


def _show_key(body: KeyBody, secret: str, *, as_json: bool) -> None:
    if as_json:
        write_line({"key": secret, "id": body.id, "prefix": body.prefix, "scopes": list(body.scopes)})
    else:
        console().print(secret, highlight=False, soft_wrap=True)


def _complain_unknown(key: str) -> NoReturn:
    complain(Problem("not_found", say("detail.key_unknown", name=repr(key)), fix=say("fix.key_unknown")))
    raise typer.Exit(SOME_FAILED)


def _note(store: Store, action: str, key_id: str, **detail: str) -> None:
    store.audit.add(at=utc_now(), actor="command line", action=action, subject=f"key:{key_id}", detail=detail)


@group.command("list")
def list_keys(tenant: OfTenant = DEFAULT_TENANT, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List keys, without their secrets."""
    log_to_stderr()
    bodies = open_data(settings_for(data_dir)).of(tenant).keys.list()
    if as_json:
        for body in bodies:
            write_line(body)
        return
    table = Table("id", "name", "prefix", "scopes", "created", "used", "runs out", "revoked")
    for body in bodies:
        times = (body.created_at, body.last_used_at, body.expires_at, body.revoked_at)
        shown = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in times)
        table.add_row(body.id, body.name, body.prefix, " ".join(body.scopes), *shown)
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
    store = open_data(settings_for(data_dir)).of(tenant)
    known = store.keys.find(key)
    if known is None or not store.keys.revoke(key, at=utc_now()):
        _complain_unknown(key)
    _note(store, "key.revoked", known.id, prefix=known.prefix)
    if as_json:
        write_line({"revoked": key})
    else:
        console().print(f"revoked {key}")
