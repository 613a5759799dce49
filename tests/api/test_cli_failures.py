"""`failures fit` and `failures score` over csv files, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli.commands import command
from model_cards import load_card_file

LANGUAGES = pytest.mark.parametrize(
    ("locale", "word"), [("zh_CN.UTF-8", "错误"), ("en_US.UTF-8", "error")], ids=["zh", "en"]
)


def write_fleet(folder: Path) -> None:
    rng = np.random.default_rng(1)
    events, failures = ["device_id,at,heat,site"], ["device_id,at"]
    for device in range(160):
        fails = int(rng.integers(40, 120)) if device % 3 == 0 else 0
        for day in range(0, fails or 120, 3):
            heat = max(0.0, day - fails + 25) if fails else 0.0
            at = np.datetime64("2026-01-01T00:00:00") + np.timedelta64(day, "D")
            events.append(f"d{device},{at}Z,{heat + rng.normal(0, 0.5):.2f},north")
        if fails:
            failures.append(f"d{device},{np.datetime64('2026-01-01T00:00:00') + np.timedelta64(fails, 'D')}Z")
    (folder / "events.csv").write_text("\n".join(events) + "\n", encoding="utf-8")
    (folder / "failures.csv").write_text("\n".join(failures) + "\n", encoding="utf-8")


def test_fit_then_score_writes_tickets(tmp_path: Path) -> None:
    write_fleet(tmp_path)
    events, model = str(tmp_path / "events.csv"), str(tmp_path / "model")
    options = ["--budget", "40", "--horizon-h", "720", "--lead-h", "24", "--unit", "heat=°C", "--json"]
    fit = [
        "failures",
        "fit",
        "--events",
        events,
        "--failures",
        str(tmp_path / "failures.csv"),
        "--out",
        model,
        *options,
    ]
    fitted = CliRunner().invoke(command, fit)
    assert fitted.exit_code == 0, fitted.output
    assert json.loads(fitted.stdout)["opens_tickets"]
    card = load_card_file(tmp_path / "model" / "CARD.md")
    assert {metric.metric for metric in card.metrics} >= {"false tickets per 1,000 device-months"}
    scored = CliRunner().invoke(command, ["failures", "score", "--model", model, "--events", events])
    tickets = [json.loads(line) for line in scored.stdout.splitlines()]
    assert scored.exit_code == 0
    assert len(tickets) > 30
    assert set(tickets[0]) >= {"device_id", "at", "probability", "reasons"}
    assert tickets[0]["reasons"][0]["metric"] == "heat"
    assert json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))["units"] == {"heat": "°C"}
    chances = tickets[0]["probabilities"]
    assert list(chances) == ["24", "72", "720"]
    assert list(chances.values()) == sorted(chances.values())
    assert chances["720"] == tickets[0]["probability"]


@LANGUAGES
@pytest.mark.parametrize("text", ["device_id,heat\na,1\n", "device_id,at,heat\na,yesterday,1\n", ""])
def test_bad_table_is_named(tmp_path: Path, text: str, locale: str, word: str) -> None:
    (tmp_path / "events.csv").write_text(text, encoding="utf-8")
    call = ["failures", "score", "--model", str(tmp_path), "--events", str(tmp_path / "events.csv")]
    told = CliRunner(env={"LC_ALL": locale}).invoke(command, call)
    assert told.exit_code == 1
    assert word in told.stderr
    assert "events.csv" in told.stderr


@LANGUAGES
@pytest.mark.parametrize("unit", ["cold=°C", "heat=", "heat"])
def test_a_unit_of_no_metric_is_refused(tmp_path: Path, unit: str, locale: str, word: str) -> None:
    (tmp_path / "e.csv").write_text("device_id,at,heat\na,2026-01-01T00:00Z,1.5\n", encoding="utf-8")
    (tmp_path / "f.csv").write_text("device_id,at\na,2026-01-02T00:00Z\n", encoding="utf-8")
    call = ["failures", "fit", "--events", str(tmp_path / "e.csv"), "--failures", str(tmp_path / "f.csv")]
    told = CliRunner(env={"LC_ALL": locale}).invoke(command, [*call, "--out", str(tmp_path / "m"), "--unit", unit])
    assert told.exit_code == 2
    assert "heat" in told.output


def test_remaining_life_is_fitted_and_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    events, failures = ["device_id,at,heat"], ["device_id,at"]
    for device in range(12):
        life = int(rng.integers(40, 60))
        events += [f"d{device},{3600 * hour},{max(0, hour - life + 30)}" for hour in range(life)]
        failures.append(f"d{device},{3600 * life}")
    (tmp_path / "events.csv").write_text("\n".join(events), encoding="utf-8")
    (tmp_path / "failures.csv").write_text("\n".join(failures), encoding="utf-8")
    model = str(tmp_path / "model")
    given = ["--events", str(tmp_path / "events.csv")]
    fit = ["failures", "fit", *given, "--failures", str(tmp_path / "failures.csv"), "--out", model, "--remaining-life"]
    assert CliRunner().invoke(command, fit).exit_code == 0
    told = CliRunner().invoke(command, ["failures", "remaining", "--model", model, *given])
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [line["device_id"] for line in lines] == sorted(f"d{device}" for device in range(12))
    assert all(line["low_h"] <= line["remaining_h"] < 12 for line in lines)
