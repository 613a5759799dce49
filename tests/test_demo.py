"""What `make demo` shows is right, and every piece of evidence is where it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.model
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """The three files of one run."""

    prefill: list[Row]
    suggestions: list[Row]
    maintenance: list[Row]


@pytest.fixture(scope="module")
def shown(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    out = tmp_path_factory.mktemp("demo")
    ran = subprocess.run(
        [sys.executable, "-m", "api", "demo", "--out", str(out)],
        cwd=root,
        env=os.environ | {"BEFOREHAND_MODELS_DIR": str(out / "no-models")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return Shown(*(json.loads((out / f"{name}.json").read_text(encoding="utf-8")) for name in Shown.__slots__))


def scenarios(examples: Path) -> dict[str, Row]:
    read = (
        json.loads((examples / f"scenario_{language}.json").read_text(encoding="utf-8")) for language in ("zh", "en")
    )
    return {scenario["request"]["ticket_id"]: scenario for scenario in read}


def test_every_expected_field_is_filled_in(shown: Shown, examples: Path) -> None:
    for draft in shown.prefill:
        expected = scenarios(examples)[draft["ticket_id"]]["expected"]
        got = {name: (draft["fields"][name]["value"], draft["fields"][name]["status"]) for name in expected}
        assert got == {name: (value, "auto") for name, value in expected.items()}


def test_every_piece_of_evidence_is_where_it_says(shown: Shown, examples: Path) -> None:
    records = (examples / "orders.csv").read_text(encoding="utf-8")
    for draft in shown.prefill:
        request = scenarios(examples)[draft["ticket_id"]]["request"]
        messages = {message["id"]: message["text"] for message in request["messages"]}
        pieces = [piece for field in draft["fields"].values() for piece in field["evidence"]]
        assert {piece["kind"] for piece in pieces} >= {"text", "image", "record"}
        for piece in pieces:
            match piece["kind"]:
                case "text":
                    found = messages[piece["source"]][piece["start"] : piece["end"]]
                case "audio":
                    found = words_between(draft, piece)
                case "image":
                    found = printed_in(draft, piece)
                case _:
                    found = records + str(request["customer"])
            assert piece["quote"] in found or piece["source"] == "customer", piece


def words_between(draft: Row, piece: Row) -> str:
    (transcript,) = [heard for heard in draft["transcripts"] if heard["file"] == piece["source"]]
    return " ".join(
        word["text"]
        for segment in transcript["segments"]
        for word in segment["words"]
        if segment["speaker"] == piece["speaker"]
        and piece["start_s"] <= word["start_s"] + 1e-6
        and word["end_s"] <= piece["end_s"] + 1e-6
    )


def printed_in(draft: Row, piece: Row) -> str:
    (page,) = [page for page in draft["pages"] if (page["file"], page["page"]) == (piece["source"], piece["page"])]
    return " ".join(seen["text"] for seen in (*page["lines"], *page["codes"]) if seen["box"] == piece["box"])


def test_each_question_gets_its_article_or_an_honest_nothing(shown: Shown, examples: Path) -> None:
    asked = [json.loads(line) for line in (examples / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(shown.suggestions) == len(asked)
    for question, answer in zip(asked, shown.suggestions, strict=True):
        assert answer["abstained"] == question["abstains"], question
        if not question["abstains"]:
            assert answer["suggestions"][0]["article_id"] in question["expected"], question


def test_one_device_gets_one_ticket(shown: Shown) -> None:
    assert [ticket["device_id"] for ticket in shown.maintenance] == ["AC-003"]
    assert shown.maintenance[0]["reasons"][0]["metric"] == "suction_pressure"
