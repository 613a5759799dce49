"""A JSON API in, a record system out: where to ask for each field, and where in the answer a record's values stand.

Asked through the SSRF-proof client, with a time-out for each call and a few more tries inside the same time. Records of
which a mapped value is another than was asked for are dropped: many APIs search where we look up. Knows no records.toml
(see record_options.py) and no draft (see record_systems.py).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import httpx
from pydantic import JsonValue

from api.connectors.http_calls import CallRefused, HttpCalls
from api.connectors.options import ConnectorOptions
from api.connectors.record_options import RestCall, RestOptions
from api.connectors.record_source import RecordCheck, RecordTable, down, late
from api.connectors.system import ConnectorDown, ConnectorRefused
from nlp.extraction.belief import canonical
from nlp.extraction.record_forms import PHONE_FIELDS, keys_of
from nlp.records import Record, RecordSystemDown

ANSWER_BYTES = 1024 * 1024
"""A look-up answers with one record or one customer's; a thousand of 1 kB."""
CELL_CHARS = 10_000
PAUSE_S = 0.05
"""Before another try: longer than a restarting process refuses connections in passing, short beside any time-out."""
PROBE = "0"
"""What `check` asks for; an API that knows no such record says so, and that is an answer."""


class RestRecords:
    """One API. Safe to share between threads."""

    kind = "rest"
    is_local = False

    def __init__(self, options: RestOptions, *, client: httpx.Client, region: str = "CN") -> None:
        """`client` is the outgoing client; its time-out bounds one call as a whole."""
        self.name = options.name
        self._options = options
        self._region = region
        self._client = client
        login = (options.login, options.password.get_secret_value()) if options.login else None
        shared = ConnectorOptions(
            name=options.name,
            kind="rest",
            url=options.url,
            token=options.token,
            password=options.password,
            timeout_s=options.timeout_s,
        )
        self._calls = HttpCalls(shared, client=client, headers=_headers(options), login=login)

    def knows(self, field: str) -> bool:
        """Say whether a call finds by that field."""
        return any(field in call.find for call in self._options.call)

    def find(self, field: str, value: str) -> Sequence[Record]:
        """Return the records that the API has for this value.

        Raises:
            RecordSystemDown: it does not answer, says no, or answers in another shape.
        """
        until = time.monotonic() + self._options.timeout_s
        found = [
            record
            for call in self._options.call
            if field in call.find
            for record in self._records(call, field, value, until)
        ]
        return found[: self._options.rows]

    def check(self) -> RecordCheck:
        """Ask each call for a record that is not there; return what answers, or what is wrong."""
        try:
            for call in self._options.call:
                self._answer(call, next(iter(call.find)), PROBE, time.monotonic() + self._options.timeout_s)
        except RecordSystemDown as error:
            return RecordCheck(self.name, self.kind, problem=str(error), problem_zh=error.zh)
        return RecordCheck(self.name, self.kind, tuple(_told(call) for call in self._options.call))

    def close(self) -> None:
        """Let go of the client."""
        self._client.close()

    def _records(self, call: RestCall, field: str, value: str, until: float) -> Iterator[Record]:
        answer = self._answer(call, field, value, until)
        rows = at_pointer(answer, call.records) if answer is not None else None
        keys = keys_of(field, value, region=self._region)
        for row in rows if isinstance(rows, list) else [] if rows is None else [rows]:
            record = _record(call, row)
            if record is None:
                continue
            held = record.values.get(field)
            if held is None or canonical(held) in keys:
                yield record

    def _answer(self, call: RestCall, field: str, value: str, until: float) -> JsonValue:
        """Return what the API answers, None where it knows no such record; try again while there is time."""
        path = call.find[field].replace("{value}", quote(self._sent(call, field, value), safe=""))
        for left in range(self._options.retries, -1, -1):
            try:
                return self._calls.json("GET", path, limit=ANSWER_BYTES)
            except CallRefused as error:
                if error.status in call.none:
                    return None
                raise self._refused(error) from error
            except ConnectorRefused as error:
                raise self._refused(error) from error
            except ConnectorDown as error:
                if not left or time.monotonic() + PAUSE_S >= until:
                    raise self._silent(error) from error
            time.sleep(PAUSE_S)
        raise late(self.name, self._options.timeout_s)

    def _sent(self, call: RestCall, field: str, value: str) -> str:
        how = call.sends.get(field, "as_said")
        if how == "as_said":
            return value
        keys = keys_of(field, value, region=self._region)
        if how == "national" and field in PHONE_FIELDS and len(keys) > 1:
            return keys[1]
        return keys[0] if keys else value

    def _refused(self, error: Exception) -> RecordSystemDown:
        reason = str(error).removeprefix(f"connector {self.name}: ")
        return down(self.name, f"it says no: {reason}", f"对方拒绝：{reason}")

    def _silent(self, error: Exception) -> RecordSystemDown:
        reason = str(error).removeprefix(f"connector {self.name}: ")
        return down(self.name, f"it does not answer: {reason}", f"没有回应：{reason}")


def _headers(options: RestOptions) -> dict[str, str]:
    headers = {name: value.get_secret_value() for name, value in options.headers.items()}
    token = options.token.get_secret_value()
    return {**({"Authorization": f"Bearer {token}"} if token else {}), **headers}


def _told(call: RestCall) -> RecordTable:
    fields = tuple(f"{ours} = {theirs}" for ours, theirs in call.pointers.items())
    return RecordTable(kind=call.kind, place=", ".join(call.find.values()), columns=fields)


def _record(call: RestCall, row: JsonValue) -> Record | None:
    values = {name: text for name, pointer in call.pointers.items() if (text := _text_at(row, pointer))}
    id_ = _text_at(row, call.id)
    return Record(call.kind, id_, values) if id_ else None


def _text_at(row: JsonValue, pointer: str) -> str:
    value = at_pointer(row, pointer)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()[:CELL_CHARS]


def at_pointer(value: JsonValue, pointer: str) -> JsonValue:
    """Return what a JSON pointer (RFC 6901) names; None where there is nothing.

    >>> at_pointer({"data": {"items": [{"no": "A-1"}]}}, "/data/items/0/no"), at_pointer({}, "/data")
    ('A-1', None)
    """
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list):
            value = value[int(key)] if key.isdecimal() and int(key) < len(value) else None
        else:
            return None
    return value
