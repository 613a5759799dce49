"""The examples agree with one another: one customer, one order a language, and every file that a scenario names."""

from __future__ import annotations

import csv
import json
import wave
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

SCENARIOS = ("scenario_zh.json", "scenario_en.json")
ORDER_FIELDS = ("order_number", "device_model", "serial_number")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scenario_of(examples: Path, name: str) -> dict[str, Any]:
    scenario: dict[str, Any] = json.loads((examples / name).read_text(encoding="utf-8"))
    return scenario


def article_ids(examples: Path) -> dict[str, str]:
    """Return locale by article id, read without any loader."""
    found = {}
    for path in (examples / "kb").rglob("*.md"):
        front = dict(
            line.split(": ", 1) for line in path.read_text(encoding="utf-8").split("---")[1].strip().splitlines()
        )
        found[front["id"]] = front["locale"]
    for line in (examples / "kb" / "articles.jsonl").read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        found[article["id"]] = article["locale"]
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_files_are_there_and_small(examples: Path, name: str) -> None:
    for file in scenario_of(examples, name)["files"]:
        assert 10_000 < (examples / file).stat().st_size < 1_500_000, file


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_agrees_with_the_orders_table(examples: Path, name: str) -> None:
    scenario = scenario_of(examples, name)
    expected, customer = scenario["expected"], scenario["request"]["customer"]
    (order,) = [row for row in rows_of(examples / "orders.csv") if row["order_number"] == expected["order_number"]]
    assert {field: order[field] for field in ORDER_FIELDS} == {field: expected[field] for field in ORDER_FIELDS}
    assert order["customer_id"] == customer["id"]
    assert order["phone"] == expected["phone_number"]
    assert order["phone"].endswith(customer["phone"].removeprefix("+1"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_message_carries_what_speech_may_miss(examples: Path, name: str) -> None:
    scenario = scenario_of(examples, name)
    said = " ".join(message["text"] for message in scenario["request"]["messages"])
    assert scenario["expected"]["error_code"] in said
    assert datetime.fromisoformat(scenario["request"]["reference_time"]).tzinfo is not None


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_customer_has_more_than_one_order(examples: Path, name: str) -> None:
    customer_id = scenario_of(examples, name)["request"]["customer"]["id"]
    assert sum(row["customer_id"] == customer_id for row in rows_of(examples / "orders.csv")) == 2


@pytest.mark.parametrize("name", ["call_zh.wav", "call_en.wav"])
def test_call_is_a_stereo_telephone_recording(examples: Path, name: str) -> None:
    with wave.open(str(examples / name)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        assert 25 < file.getnframes() / 8000 < 47


def test_orders_and_devices_name_models_of_the_catalogue(examples: Path) -> None:
    codes = [row["code"] for row in rows_of(examples / "catalogue.csv")]
    orders, devices = rows_of(examples / "orders.csv"), rows_of(examples / "devices.csv")
    assert len(codes) == len(set(codes)) == 30
    assert {row["device_model"] for row in orders + devices} <= set(codes)
    assert len({row["order_number"] for row in orders}) == len({row["serial_number"] for row in orders}) == 40
    assert [row["device_id"] for row in devices] == ["AC-001", "AC-002", "AC-003", "AC-004", "AC-005"]


def test_catalogue_names_devices_in_both_languages(examples: Path) -> None:
    for row in rows_of(examples / "catalogue.csv"):
        names = row["names"].split("|")
        assert any(name.isascii() for name in names), row["code"]
        assert any(not name.isascii() for name in names), row["code"]


def test_articles_are_ten_a_language(examples: Path) -> None:
    locales = list(article_ids(examples).values())
    assert (locales.count("zh-CN"), locales.count("en-US"), len(locales)) == (10, 10, 20)


def test_questions_name_articles_that_exist_and_two_that_nothing_answers(examples: Path) -> None:
    lines = (examples / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    assert {article for row in questions for article in row["expected"]} <= set(article_ids(examples))
    assert [row["id"] for row in questions if row["abstains"]] == ["q10", "q11"]
    assert all(bool(row["expected"]) is not row["abstains"] for row in questions)


def test_every_example_says_how_it_was_made(examples: Path) -> None:
    readme = (examples / "README.md").read_text(encoding="utf-8")
    unnamed = [
        path.name for path in examples.iterdir() if path.suffix not in {".py", ".md"} and path.name not in readme
    ]
    assert [name for name in unnamed if not name.startswith("__")] == []
