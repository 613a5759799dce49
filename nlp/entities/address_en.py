"""The parts of an English address: house number and street, flat, town, state, postcode.

In: folded text. Out: EnglishAddress for each street, box or labelled postcode that is followed by what an address goes
on with. It knows the forms of the United States, Canada, Britain and Australia; it knows no list of towns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_STREETS = (
    "street|st|road|rd|avenue|ave|boulevard|blvd|drive|dr|lane|ln|court|ct|place|pl|square|sq|terrace|ter|way|"
    "parkway|pkwy|highway|hwy|crescent|cres|close|gardens|gdns|grove|mews|row|walk|hill|circle|cir|trail|trl|"
    "turnpike|loop|plaza|alley|quay|wharf|broadway"
)
# Words that stand between a number and "street" or "way" in ordinary sentences, never in the name of a street.
_NOT_NAMES = (
    "the|a|an|at|on|in|to|from|for|of|my|your|our|their|his|her|this|that|and|or|is|was|are|were|it|i|you|we|they|"
    "days?|hours?|hrs?|minutes?|mins?|weeks?|months?|years?|times?|miles?|km|meters?|people|units?|pieces?|pcs|"
    "down|up|by|off|am|pm|no|not|same|only|dollars?|usd|percent|calls?|emails?|orders?|working|business|with|any"
)
_NAME = rf"(?!(?:{_NOT_NAMES})\b)[a-z0-9][a-z0-9'.-]{{0,19}}"
_STATES: Mapping[str, str] = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "ON": "Ontario", "QC": "Quebec", "BC": "British Columbia", "AB": "Alberta", "MB": "Manitoba",
    "SK": "Saskatchewan", "NS": "Nova Scotia", "NSW": "New South Wales", "VIC": "Victoria", "QLD": "Queensland",
    "TAS": "Tasmania",
}  # fmt: skip
_STATE_NAMES = "|".join(sorted(_STATES.values(), key=len, reverse=True))
# UK (gov.uk's published form), Canada, US ZIP and ZIP+4, Australia.
_POSTCODE = r"[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|[a-z]\d[a-z] ?\d[a-z]\d|\d{5}(?:-\d{4})?|\d{4}"
_SEPARATOR = r"(?:[ ]?,[ ]?|[ ]?\n[ ]?|[ ])"
_FLAT = (
    r"(?:(?:apt|apartment|unit|suite|ste|flat|room|rm|floor|fl"
    r"|building|bldg)\.?[ ]?#?[ ]?[a-z0-9-]{1,6}|#[ ]?[a-z0-9-]{1,6})"
)
_STREET = re.compile(
    rf"(?<![a-z0-9#$/.-])(?:(?P<flat_before>{_FLAT}){_SEPARATOR})?"
    rf"(?P<number>\d{{1,6}}(?:-\d{{1,5}})?[a-z]?)[ ]"
    rf"(?P<road>(?:(?:[nsew]\.?|north|south|east|west|ne|nw|se"
    rf"|sw)[ ])?(?:{_NAME}[ ]){{0,3}}?{_NAME}[ ](?:{_STREETS})(?![a-z])\.?"
    rf"(?:[ ](?:[nsew]|north|south|east|west|ne|nw|se|sw)(?![a-z]))?|(?:broadway|the[ ][a-z]{{3,12}})(?=,))",
    re.IGNORECASE,
)
_BOX = re.compile(r"(?<![a-z])(?P<road>p\.?[ ]?o\.?[ ]?box[ ]?\d{1,8})(?!\d)", re.IGNORECASE)
_TAIL_FLAT = re.compile(rf"{_SEPARATOR}(?P<flat>{_FLAT})(?![a-z0-9])", re.IGNORECASE)
_TOWN = re.compile(
    rf"(?:[ ]?,[ ]?|[ ]?\n[ ]?)(?P<town>(?!(?:{_NOT_NAMES}|please"
    rf"|thanks|but|so|phone|tel|order)\b)[a-z][a-z'.-]{{1,19}}"
    rf"(?:[ ](?!(?:{_NOT_NAMES}|please|thanks|and|but)\b)[a-z][a-z'.-]{{1,19}}){{0,3}}?)"
    rf"(?={_SEPARATOR}(?:(?:{'|'.join(_STATES)}|{_STATE_NAMES}|{_POSTCODE})(?![a-z0-9]))|[ ]?[,.;\n]|$)",
    re.IGNORECASE,
)
_STATE = re.compile(rf"{_SEPARATOR}(?P<state>(?:{'|'.join(_STATES)})(?![A-Za-z])|(?i:{_STATE_NAMES})(?![A-Za-z]))")
_CODE = re.compile(rf"{_SEPARATOR}(?P<postcode>{_POSTCODE})(?![a-z0-9-])", re.IGNORECASE)
_COUNTRY = re.compile(
    rf"{_SEPARATOR}(?P<country>usa|u\.s\.a\.|united states|uk|united "
    rf"kingdom|england|scotland|wales|canada|australia)(?![a-z])",
    re.IGNORECASE,
)
MAX_TOWNS = 2
"""A district and a post town: "Didsbury, Manchester M20 6RD"."""


@dataclass(frozen=True, slots=True)
class EnglishAddress:
    """text[start:end] is an address; `parts` by kind, as written."""

    start: int
    end: int
    parts: Mapping[str, str]


def english_addresses(text: str) -> Iterator[EnglishAddress]:
    """Find street addresses and post boxes with what follows them.

    >>> [(one.parts["number"], one.parts["postcode"]) for one in english_addresses("to 12 High Street, Leeds LS1 4AB")]
    [('12', 'LS1 4AB')]
    """
    at = 0
    for match in _merged(text):
        if match.start() < at:
            continue
        found = _followed(text, match)
        at = found.end
        yield found


def _merged(text: str) -> list[re.Match[str]]:
    return sorted([*_STREET.finditer(text), *_BOX.finditer(text)], key=lambda match: match.start())


def _is_state(text: str, at: int) -> bool:
    """Say whether a state stands here; "New York, NY" begins with the town of that name."""
    state = _STATE.match(text, at)
    return state is not None and not _STATE.match(text, state.end())


def _followed(text: str, match: re.Match[str]) -> EnglishAddress:
    groups = match.groupdict()
    parts = {name: groups[name] for name in ("number", "road") if groups.get(name)}
    if groups.get("flat_before"):
        parts["room"] = groups["flat_before"]
    at = match.end()
    if flat := _TAIL_FLAT.match(text, at):
        parts["room"], at = flat["flat"], flat.end()
    towns: list[str] = []
    while len(towns) < MAX_TOWNS and not _is_state(text, at) and (town := _TOWN.match(text, at)):
        towns.append(town["town"])
        at = town.end()
    if towns:
        parts["city"] = towns[-1]
    if len(towns) == MAX_TOWNS:
        parts["district"] = towns[0]
    for name, pattern in (("province", _STATE), ("postcode", _CODE), ("country", _COUNTRY)):
        if behind := pattern.match(text, at):
            parts[name] = behind[behind.lastgroup or 0]
            at = behind.end()
    if len(parts.get("postcode", "")) == len("2000") and "province" not in parts:  # Australia's, told by its state
        at -= len(re.split(r"\D", text[match.start() : at])[-1])
        at = len(text[:at].rstrip(" ,\n"))
        del parts["postcode"]
    return EnglishAddress(match.start(), at, parts)
