"""connectors.toml in, checked options out: one table a connector, all mistakes told at once, secrets by reference.

[[connector]]
name = "rt"                          # in URLs: POST /v1/hooks/rt
kind = "request_tracker"             # a file of this folder
url = "http://127.0.0.1:8088"
token = "env:RT_TOKEN"               # or "file:/run/secrets/rt"; a secret never stands in the file itself
secret = "env:RT_HOOK_SECRET"        # signs webhooks
mode = "fill_if_empty"               # off | shadow | suggest | fill_if_empty | fill
queues = ["General"]                 # empty: all
percentage = 100                     # of tickets, chosen by their id: the same ticket is always in or out
allow_private = true                 # the system stands on this machine or network
[connector.fields]
order_number = "OrderNumber"         # our field = theirs
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    ValidationError,
)

from api.connectors.records import WriteMode
from api.connectors.system import OptionsInvalid
from api.settings import known_zone

SECRET_CHARS = 4_096
FILE_BYTES = 1024 * 1024


def resolved(reference: object) -> object:
    """Return the secret that a reference names."""
    if not isinstance(reference, str) or not reference:
        return reference
    source, _, name = reference.partition(":")
    if source == "env":
        if name not in os.environ:
            raise ValueError(f"the environment has no {name}; set it, or use file:PATH")
        return os.environ[name]
    if source == "file":
        try:
            return Path(name).read_text(encoding="utf-8")[:SECRET_CHARS].strip()
        except OSError as error:
            raise ValueError(f"{name} cannot be read: {error.strerror}") from error
    raise ValueError("write env:NAME or file:PATH; a secret does not stand in this file")


Secret = Annotated[SecretStr, BeforeValidator(resolved)]


class MaintenanceOptions(BaseModel):
    """Whether device alerts open tickets in this system."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    queue: str = ""
    fields: dict[str, str] = {}  # device_id | metric | severity | key -> the system's field


class ConnectorOptions(BaseModel):
    """One connector as configured."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,49}$")
    kind: str
    tenant: str = "default"
    url: str = ""
    login: str = ""
    password: Secret = SecretStr("")
    token: Secret = SecretStr("")
    secret: Secret = SecretStr("")
    mode: WriteMode = "shadow"
    comment: bool = True
    """Whether an internal comment says what was filled in and asks the next question."""
    queues: list[str] = []
    percentage: float = Field(default=100.0, ge=0, le=100)
    template: str = ""
    locale: str = ""
    time_zone: Annotated[str, AfterValidator(known_zone)] = ""
    """Where this system's customers live, e.g. Europe/London; empty: the service's default_time_zone."""
    allow_private: bool = False
    timeout_s: float = Field(default=10.0, gt=0, le=120)
    frame_ancestors: list[str] = []
    """Origins whose pages may frame the panel; the url's own origin is always among them."""
    fields: dict[str, str] = {}
    """Our field -> theirs."""
    maintenance: MaintenanceOptions | None = None
    extra: dict[str, JsonValue] = {}
    """What only one kind of system knows; its file documents and checks the names."""

    @property
    def targets(self) -> Mapping[str, str]:
        """Return their field -> ours."""
        return {theirs: ours for ours, theirs in self.fields.items()}


def read_options(path: Path) -> tuple[ConnectorOptions, ...]:
    """Return the connectors of a file; none where there is no file.

    Raises:
        OptionsInvalid: with every mistake, each by its place.
    """
    if not path.is_file():
        return ()
    try:
        tables = tomllib.loads(path.read_bytes()[:FILE_BYTES].decode("utf-8")).get("connector", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionsInvalid(f"{path}: {error}") from error
    options: list[ConnectorOptions] = []
    mistakes: list[str] = []
    for number, table in enumerate(tables, start=1):
        named = table.get("name") if isinstance(table, dict) else None
        try:
            options.append(ConnectorOptions.model_validate(table))
        except ValidationError as error:
            mistakes += [
                f"connector {named or number}: {'.'.join(map(str, entry['loc']))}: {entry['msg']}"
                for entry in error.errors(include_input=False, include_context=False, include_url=False)
            ]
    seen: set[str] = set()
    for one in options:
        if one.name in seen:
            mistakes.append(f"connector {one.name}: the name is taken by another; names are in URLs")
        seen.add(one.name)
    if mistakes:
        raise OptionsInvalid(f"{path}: " + "; ".join(mistakes))
    return tuple(options)
