"""InfluxDB line protocol in, readings out.

    ac,device_id=ac-1,unit=W power=905.5 1795312800000000000

`device_id` (or `device`) is a tag; the metric is `<measurement>_<field>`, or the measurement alone where the
field is called `value` (as VictoriaMetrics and Telegraf's Prometheus output name it).
A line without a time has the time of arrival. Strings are
rejected, booleans too. See https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/.
"""

from __future__ import annotations

import re

from api.errors import Problem, say
from api.ingest.readings import ReadingRejected, ReadingRows, Readings

TIME_UNITS_PER_S = {"ns": 1e9, "us": 1e6, "ms": 1e3, "s": 1.0}
LINE_CHARS = 100_000
DEVICE_TAGS = ("device_id", "device")

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[iu]?\Z", re.ASCII)
NUMBER_CHARS = 64
_INTEGER = re.compile(r"-?\d{1,20}\Z", re.ASCII)


def parse_line_protocol(text: str, *, limit: int, received_at_s: float, precision: str) -> Readings:
    """Parse lines; comments and blank lines do not count. Every field of a line is one reading."""
    if precision not in TIME_UNITS_PER_S:
        raise Problem(
            "validation_failed",
            say("detail.none_of", name="precision", chosen=repr(precision[:20]), choices="ns, us, ms, s"),
            where="precision",
        )
    rows = ReadingRows(limit)
    for line in text.split("\n"):
        line = line.strip()
        if line and not line.startswith("#"):
            _add_line(rows, line, received_at_s=received_at_s, precision=precision)
    return rows.readings()


def _add_line(rows: ReadingRows, line: str, *, received_at_s: float, precision: str) -> None:
    if len(line) > LINE_CHARS:
        rows.reject("line_long", limit=LINE_CHARS)
        return
    parts = split_escaped(line, " ")
    if not 2 <= len(parts) <= 3:
        rows.reject("line_shape")
        return
    measurement, *tag_pairs = split_escaped(parts[0], ",")
    tags = dict(_pair(pair) for pair in tag_pairs)
    device_id = next((tags[name] for name in DEVICE_TAGS if name in tags), None)
    if device_id is None:
        rows.reject("no_device_tag")
        return
    try:
        at_s = _line_time_s(parts[2], precision) if len(parts) == 3 else received_at_s
    except ReadingRejected as error:
        rows.reject(error.kind, **dict(error.values))
        return
    for pair in split_escaped(parts[1], ","):
        name, value = _pair(pair)
        metric = _unescape(measurement) if name == "value" else f"{_unescape(measurement)}_{name}"
        rows.add(device_id, metric, at_s, _field_value(value), tags.get("unit", ""))


def _line_time_s(text: str, precision: str) -> float:
    if not _INTEGER.match(text):
        raise ReadingRejected("time_whole", given=repr(text[:40]))
    return int(text) / TIME_UNITS_PER_S[precision]


def _field_value(text: str) -> object:
    """Return a number, or the text, which is then rejected with its reason."""
    if len(text) <= NUMBER_CHARS and _NUMBER.match(text):
        return float(text.rstrip("iu"))
    return text


def _pair(text: str) -> tuple[str, str]:
    name, *rest = split_escaped(text, "=")
    return _unescape(name), _unescape("=".join(rest))


def _unescape(text: str) -> str:
    return re.sub(r"\\([,= \\])", r"\1", text)


def split_escaped(text: str, separator: str) -> list[str]:
    r"""Split at a separator that is neither escaped nor inside double quotes.

    >>> split_escaped(r"living\ room,device_id=ac-1 power=1", " ")
    ['living\\ room,device_id=ac-1', 'power=1']
    """
    parts: list[str] = []
    start, is_quoted, is_escaped = 0, False, False
    for position, character in enumerate(text):
        if is_escaped:
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        elif character == '"':
            is_quoted = not is_quoted
        elif character == separator and not is_quoted:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return parts
