"""Units of measure: which readings of one series can be brought to the unit it began with.

Two unit names go in; the factor and offset from one to the other come out, or None. Does not guess a unit from a value.
Factors: BIPM SI Brochure, 9th edition (2019); conventional units from NIST SP 811, appendix B.8.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from predictive.records import Limit


@dataclass(frozen=True, slots=True)
class Conversion:
    """to = source * factor + offset"""

    factor: float
    offset: float


# name -> (dimension, factor, offset) with base = value * factor + offset
_UNITS: dict[str, tuple[str, float, float]] = {
    "k": ("temperature", 1.0, 0.0),
    "°c": ("temperature", 1.0, 273.15),
    "°f": ("temperature", 5 / 9, 459.67 * 5 / 9),
    "pa": ("pressure", 1.0, 0.0),
    "hpa": ("pressure", 1e2, 0.0),
    "kpa": ("pressure", 1e3, 0.0),
    "mpa": ("pressure", 1e6, 0.0),
    "mbar": ("pressure", 1e2, 0.0),
    "bar": ("pressure", 1e5, 0.0),
    "psi": ("pressure", 6894.757, 0.0),
    "ma": ("current", 1e-3, 0.0),
    "a": ("current", 1.0, 0.0),
    "mv": ("voltage", 1e-3, 0.0),
    "v": ("voltage", 1.0, 0.0),
    "kv": ("voltage", 1e3, 0.0),
    "w": ("power", 1.0, 0.0),
    "kw": ("power", 1e3, 0.0),
    "wh": ("energy", 3600.0, 0.0),
    "kwh": ("energy", 3.6e6, 0.0),
    "j": ("energy", 1.0, 0.0),
    "hz": ("frequency", 1.0, 0.0),
    "khz": ("frequency", 1e3, 0.0),
    "rpm": ("frequency", 1 / 60, 0.0),
    "mm/s": ("speed", 1e-3, 0.0),
    "m/s": ("speed", 1.0, 0.0),
    "%": ("ratio", 1e-2, 0.0),
    "1": ("ratio", 1.0, 0.0),
    "l/min": ("flow", 1 / 60000, 0.0),
    "m3/h": ("flow", 1 / 3600, 0.0),
    "l/s": ("flow", 1e-3, 0.0),
}
_OTHER_NAMES = {
    "c": "°c", "degc": "°c", "celsius": "°c", "摄氏度": "°c", "cel": "°c",
    "f": "°f", "degf": "°f", "fahrenheit": "°f", "华氏度": "°f",
    "kelvin": "k", "开尔文": "k",
    "千帕": "kpa", "帕": "pa", "兆帕": "mpa", "安": "a", "安培": "a", "amp": "a", "amps": "a", "毫安": "ma",
    "伏": "v", "伏特": "v", "瓦": "w", "千瓦": "kw", "watt": "w", "watts": "w", "度": "kwh", "千瓦时": "kwh",
    "赫兹": "hz", "percent": "%", "m³/h": "m3/h", "转/分": "rpm", "r/min": "rpm",
}  # fmt: skip


def canonical_unit(unit: str) -> str:
    """Fold the ways one unit is written to one name; unknown names stay, folded.

    >>> [canonical_unit(unit) for unit in ("℃", "degF", "ＫＰＡ", "千帕", "frobs")]
    ['°c', '°f', 'kpa', 'kpa', 'frobs']
    """
    # Milli and mega differ by case only in symbols that this table keeps apart by their dimension's usual size.
    folded = unicodedata.normalize("NFKC", unit).strip()
    if folded in {"mPa", "MA", "MV", "mW", "MW"}:
        return folded
    return _OTHER_NAMES.get(folded.lower(), folded.lower())


def conversion(source: str, target: str) -> Conversion | None:
    """Return how to bring `source` to `target`, or None where they measure different things or are unknown.

    >>> c = conversion("°F", "℃")
    >>> round(212 * c.factor + c.offset, 6)
    100.0
    >>> conversion("kPa", "°C") is None
    True
    """
    source_name, target_name = canonical_unit(source), canonical_unit(target)
    if source_name == target_name:
        return Conversion(1.0, 0.0)
    if source_name not in _UNITS or target_name not in _UNITS:
        return None
    source_dimension, source_factor, source_offset = _UNITS[source_name]
    target_dimension, target_factor, target_offset = _UNITS[target_name]
    if source_dimension != target_dimension:
        return None
    return Conversion(source_factor / target_factor, (source_offset - target_offset) / target_factor)


def limit_in_unit(limit: Limit, unit: str) -> Limit:
    """Return a limit in a series' own unit; none where the units do not fit."""
    known = conversion(limit.unit or unit, unit or limit.unit)
    if known is None:
        return Limit()  # the mismatch was reported when the series appeared
    lower = None if limit.lower is None else limit.lower * known.factor + known.offset
    upper = None if limit.upper is None else limit.upper * known.factor + known.offset
    return Limit(lower, upper, unit)
