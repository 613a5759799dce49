"""records.toml in, checked options out: the business's record systems, all mistakes told at once, secrets by reference.

timeout_s = 2.0                      # all look-ups of one draft together: a draft is never later than this
[[system]]
name = "shop"
kind = "sql"                         # any database that SQLAlchemy has a driver for; it is only read
url = "env:SHOP_DATABASE"            # an address with a password only as env:NAME or file:PATH
timeout_s = 1.0                      # one look-up
[[system.table]]
table = "sales.t_order"
kind = "orders"                      # what its rows are called here
id = "order_no"                      # empty: the first mapped column
customer = "member_id"               # whose the row is
[system.table.fields]
order_number = "order_no"            # our field = its column; make an index on each that a ticket can name
device_model = "model"
[system.table.folded]
order_number = "order_key"           # optional: a column of the value in capitals, without spaces and dashes

[[system]]
name = "crm"
kind = "rest"
url = "https://crm.example/api"
token = "env:CRM_TOKEN"              # sent as Authorization: Bearer; or login and password, or headers
allow_private = false                # true: the system stands on this machine or network
[[system.call]]
kind = "customers"
records = "/data/items"              # JSON pointer to a list or to one object; "" is the whole answer
id = "/id"                           # inside a record
customer = "/id"
[system.call.find]
phone_number = "/members?mobile={value}"     # our field = where to ask; customer_id asks for what is theirs
customer_id = "/members/{value}"
[system.call.fields]
phone_number = "/mobile"

[[system]]
name = "sheets"
kind = "csv"
folder = "exports"                   # beside this file; the folder records/ is always read too
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError
from pydantic import model_validator as check_whole
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from api.connectors.options import Secret, resolved
from api.connectors.system import OptionsInvalid

FILE_NAME = "records.toml"
FILE_BYTES = 1024 * 1024
Sent = Literal["as_said", "folded", "national"]
"""How a value is written in a question: as fields write it; without dashes and spaces; a phone without its country."""


def _resolved_headers(headers: object) -> object:
    """Resolve env: and file: in headers; other values are taken as they are."""
    if not isinstance(headers, dict):
        return headers
    return {
        name: resolved(value) if isinstance(value, str) and value.startswith(("env:", "file:")) else value
        for name, value in headers.items()
    }


def _resolved_url(url: object) -> object:
    return resolved(url) if isinstance(url, str) and url.startswith(("env:", "file:")) else _without_password(url)


def _without_password(url: object) -> object:
    """Refuse an address that holds a password in the file itself."""
    try:
        has_password = isinstance(url, str) and make_url(url).password is not None
    except ArgumentError as error:
        raise ValueError("no database address; write e.g. postgresql+psycopg://reader@db/shop") from error
    if has_password:
        raise ValueError("a password does not stand in this file: write the whole address as env:NAME or file:PATH")
    return url


class Part(BaseModel):
    """A table of the file; a name it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SystemOptions(Part):
    """What every system has."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,49}$")
    timeout_s: float = Field(default=1.0, gt=0, le=60)
    """One look-up."""
    rows: int = Field(default=50, gt=0, le=1_000)
    """Of one look-up: more orders than that tell nothing apart."""
    failures: int = Field(default=3, gt=0, le=100)
    """So many failures in a row, and it is left alone for a while."""
    rest_s: float = Field(default=30.0, gt=0, le=3_600)
    """How long; then one look-up tries."""


class SqlTable(Part):
    """A table or view, and what its columns are to us."""

    table: str = Field(min_length=1)
    kind: str = ""
    id: str = ""
    customer: str = ""
    fields: dict[str, str] = Field(min_length=1)
    folded: dict[str, str] = {}

    @property
    def columns(self) -> dict[str, str]:
        """Return our field -> column, the customer's among them."""
        return {**({"customer_id": self.customer} if self.customer else {}), **self.fields}

    @property
    def named(self) -> str:
        """Return what its records are called."""
        return self.kind or self.table.rpartition(".")[2]


class SqlOptions(SystemOptions):
    kind: Literal["sql"]
    url: Annotated[SecretStr, BeforeValidator(_resolved_url)]
    table: list[SqlTable] = Field(min_length=1, max_length=50)

    @check_whole(mode="after")
    def _check_url(self) -> SqlOptions:
        try:
            make_url(self.url.get_secret_value())
        except ArgumentError as error:
            raise ValueError("url: no database address; write e.g. postgresql+psycopg://reader@db/shop") from error
        return self


class RestCall(Part):
    """One kind of record, where to ask for it, and where in the answer it stands."""

    kind: str = Field(min_length=1)
    find: dict[str, str] = Field(min_length=1)
    records: str = Field(default="", pattern=r"^(/.*)?$")
    id: str = Field(default="/id", pattern=r"^/.+$")
    customer: str = Field(default="", pattern=r"^(/.+)?$")
    fields: dict[str, str] = {}
    sends: dict[str, Sent] = {}
    none: list[int] = [404]
    """Statuses that mean: there is no such record."""

    @check_whole(mode="after")
    def _check_places(self) -> RestCall:
        if bad := [path for path in self.find.values() if path.count("{value}") != 1 or not path.startswith("/")]:
            raise ValueError(f"find: {bad[0]!r} must begin with / and hold {{value}} once")
        if bad := [pointer for pointer in self.fields.values() if not pointer.startswith("/")]:
            raise ValueError(f"fields: {bad[0]!r} is no JSON pointer; write e.g. /order/no")
        return self

    @property
    def pointers(self) -> dict[str, str]:
        """Return our field -> JSON pointer inside a record, the customer's among them."""
        return {**({"customer_id": self.customer} if self.customer else {}), **self.fields}


class RestOptions(SystemOptions):
    kind: Literal["rest"]
    url: str = Field(pattern=r"^https?://.+")
    allow_private: bool = False
    token: Secret = SecretStr("")
    login: str = ""
    password: Secret = SecretStr("")
    headers: Annotated[dict[str, SecretStr], BeforeValidator(_resolved_headers)] = {}
    retries: int = Field(default=1, ge=0, le=3)
    """More tries of a look-up that was not answered, inside the same time."""
    call: list[RestCall] = Field(min_length=1, max_length=50)


class CsvOptions(SystemOptions):
    kind: Literal["csv"]
    folder: str = Field(min_length=1)


AnySystem = Annotated[SqlOptions | RestOptions | CsvOptions, Field(discriminator="kind")]


class RecordOptions(Part):
    """The whole file."""

    timeout_s: float = Field(default=2.0, gt=0, le=60)
    system: list[AnySystem] = Field(default=[], max_length=20)


def read_record_options(folder: Path) -> RecordOptions:
    """Return what a data folder's records.toml says; defaults where there is none.

    Raises:
        OptionsInvalid: with every mistake, each by its place.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return RecordOptions()
    try:
        told = tomllib.loads(path.read_bytes()[:FILE_BYTES].decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionsInvalid(f"{path}: {error}") from error
    try:
        options = TypeAdapter(RecordOptions).validate_python(told)
    except ValidationError as error:
        raise OptionsInvalid(f"{path}: " + "; ".join(_mistakes(error, told))) from None
    names = [one.name for one in options.system]
    if taken := {name for name in names if names.count(name) > 1}:
        raise OptionsInvalid(f"{path}: two systems are called {', '.join(sorted(taken))}")
    return options


def _mistakes(error: ValidationError, told: dict[str, object]) -> Iterable[str]:
    """Yield each mistake with the system's own name in its place."""
    systems = told.get("system")
    for entry in error.errors(include_input=False, include_context=False, include_url=False):
        place = [str(part) for part in entry["loc"]]
        if place[:1] == ["system"] and len(place) > 1 and isinstance(systems, list):
            number = int(place[1]) if place[1].isdigit() else 0
            named = systems[number].get("name") if isinstance(systems[number], dict) else None
            place = [f"system {named or number + 1}", *place[2:]]
        yield f"{'.'.join(place)}: {entry['msg']}"
