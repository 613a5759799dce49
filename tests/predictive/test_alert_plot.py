"""The picture in a maintenance ticket."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime

import numpy as np
import pytest

from predictive import Alert, PredictiveError, Reason, SeriesPoints, plot_alert_svg, plot_in_language

SINCE = datetime(2026, 6, 19, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script> & $x_{1}$ "空调"\x07'


def alert_about(metric: str, *, device_id: str = "AC-003", expected: float = 830.0) -> Alert:
    reason = Reason(metric, SINCE, expected, 729.0, 0.8, "drift", "kPa")
    return Alert("ab12", device_id, "open", "warning", SINCE, SINCE, None, (reason,))


def points_of(metric: str, *, count: int = 256, device_id: str = "AC-003", unit: str = "kPa") -> SeriesPoints:
    at_s = SINCE.timestamp() + (np.arange(count) - count / 2) * 3600.0
    return SeriesPoints(device_id, metric, unit, at_s, 830.0 + np.sin(np.arange(count)))


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("locale", "words"),
    [("zh-CN", ["实测", "预期", "起始"]), ("en", ["observed", "expected", "since"])],
)
def test_plot_is_svg_with_text_in_the_language(locale: str, words: list[str]) -> None:
    svg = plot_alert_svg(alert_about("suction_pressure"), points_of("suction_pressure"), locale=locale)
    found = texts(svg)
    assert set(words) <= set(found)
    assert {"AC-003 · suction_pressure", "kPa"} <= set(found)


@pytest.mark.parametrize(
    ("drawn", "read", "words"),
    [("en", "zh-CN", ["实测", "预期", "起始"]), ("zh", "en-US", ["observed", "expected", "since"])],
)
def test_plot_is_read_in_another_language(drawn: str, read: str, words: list[str]) -> None:
    svg = plot_alert_svg(alert_about("suction_pressure"), points_of("suction_pressure"), locale=drawn)
    found = texts(plot_in_language(svg, locale=read))
    assert set(words) <= set(found)
    assert "AC-003 · suction_pressure" in found


def test_plot_escapes_what_a_device_calls_itself() -> None:
    svg = plot_alert_svg(
        alert_about(HOSTILE, device_id=HOSTILE), points_of(HOSTILE, device_id=HOSTILE, unit=HOSTILE), locale="zh"
    )
    assert "<script>" not in svg
    assert any(text.startswith("<script>alert(1)</script> & $x_{1}$") for text in texts(svg))


def test_plot_is_bounded() -> None:
    small = plot_alert_svg(alert_about("p"), points_of("p", count=256))
    large = plot_alert_svg(alert_about("p"), points_of("p", count=100_000))
    assert len(large) < 4 * len(small)


@pytest.mark.parametrize("span_s", [0.0, 1.0, 60.0, 3600.0, 86_400.0, 1.2e6, 3e7, 6.3e7, 1.3e8, 3e8])
def test_plot_labels_any_span_of_time(span_s: float) -> None:
    at_s = SINCE.timestamp() + np.linspace(0.0, span_s, 50)
    points = SeriesPoints("AC-003", "p", "kPa", at_s, np.arange(50.0))
    assert len(texts(plot_alert_svg(alert_about("p"), points))) > 4


def test_plot_is_the_same_for_the_same_alert() -> None:
    first, second = (plot_alert_svg(alert_about("p"), points_of("p")) for _ in range(2))
    assert first == second


def test_plot_does_without_expectation() -> None:
    svg = plot_alert_svg(alert_about("p", expected=float("nan")), points_of("p", count=1))
    assert "expected" not in texts(svg)


@pytest.mark.parametrize("points", [points_of("other"), points_of("p", count=0)], ids=["other-metric", "no-points"])
def test_plot_refuses_when_there_is_nothing_to_draw(points: SeriesPoints) -> None:
    with pytest.raises(PredictiveError, match="nothing to draw"):
        plot_alert_svg(alert_about("p"), points)


def test_importing_predictive_loads_no_drawing_library() -> None:
    code = "import sys, predictive; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
