"""Units of measure."""

from __future__ import annotations

import pytest

from predictive.units import conversion


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (0.0, "°C", "K", 273.15),
        (25.0, "摄氏度", "华氏度", 77.0),
        (1.0, "bar", "kPa", 100.0),
        (1.0, "MPa", "千帕", 1000.0),
        (100.0, "psi", "kPa", 689.4757),
        (2.5, "kW", "瓦", 2500.0),
        (1500.0, "mA", "安", 1.5),
        (50.0, "%", "1", 0.5),
    ],
)
def test_conversion_brings_units_together(value: float, source: str, target: str, expected: float) -> None:
    known = conversion(source, target)
    assert known is not None
    assert value * known.factor + known.offset == pytest.approx(expected)


@pytest.mark.parametrize(("source", "target"), [("kPa", "°C"), ("frobs", "kPa"), ("V", "A"), ("瓦", "安")])
def test_conversion_refuses_different_kinds(source: str, target: str) -> None:
    assert conversion(source, target) is None


def test_conversion_keeps_an_unknown_unit_as_it_is() -> None:
    known = conversion("frobs", "Frobs ")
    assert known is not None
    assert (known.factor, known.offset) == (1.0, 0.0)
