"""The commands as a person or a script calls them: JSON lines out, bad inputs named, exit status 0, 1 or 2."""

from __future__ import annotations

import csv
import gzip
import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.commands import command
from api.settings import Settings

Rows = list[dict[str, Any]]
PROBLEM_FIELDS = {"type", "detail", "fix"}


def run(*arguments: str, rows: Rows | str = "", status: int = 0) -> Rows:
    """Run a command; return its JSON lines."""
    text = rows if isinstance(rows, str) else "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    result = CliRunner().invoke(command, list(arguments), input=text.encode())
    assert result.exit_code == status, (result.output, result.exception)
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def data_dir(api_settings: Settings) -> str:
    return str(api_settings.data_dir)


@pytest.mark.parametrize(
    ("row", "field", "text", "value"),
    [
        ({"text": "订单号是20250618936", "locale": "zh-CN"}, "order_number", "20250618936", "20250618936"),
        ({"text": "order number 20260302118", "locale": "en-US"}, "order_number", "20260302118", "20260302118"),
        ({"text": "电话：13800138000", "locale": "zh-CN"}, "phone_number", "13800138000", "+8613800138000"),
        ({"text": "call (415) 555-0132", "locale": "en-US"}, "phone_number", "(415) 555-0132", "+14155550132"),
    ],
)
def test_extract_names_span_and_value(data_dir: str, row: dict[str, str], field: str, text: str, value: str) -> None:
    (line,) = run("extract", "--data-dir", data_dir, "--fields", field, rows=[{"id": "a", **row}])
    (mention,) = line["mentions"]
    assert line["id"] == "a"
    assert (mention["field"], mention["text"], mention["value"]) == (field, text, value)
    assert row["text"][mention["start"] : mention["end"]] == text
    assert 0 < mention["confidence"] <= 1


def test_extract_resolves_a_date_against_the_reference_time(data_dir: str) -> None:
    rows: Rows = [{"id": 1, "text": "29日你开心吗", "reference_time": "2018-01-22T00:00:00", "locale": "zh-CN"}]
    (line,) = run("extract", "--data-dir", data_dir, "--fields", "date_time", rows=rows)
    assert {"timex": "XXXX-XX-29", "type": "date", "value": "2018-01-29"} in line["mentions"][0]["resolution"]["values"]


def test_extract_goes_on_after_a_bad_line(data_dir: str) -> None:
    rows = '{"id": 1, "text": "E4"}\nnot json\n{"id": 3}\n{"id": 4, "text": "显示E4"}\n'
    first, bad, textless, last = run("extract", "--data-dir", data_dir, rows=rows, status=1)
    assert ("mentions" in first, "mentions" in last) == (True, True)
    assert bad["error"].keys() == PROBLEM_FIELDS
    assert "text" in textless["error"]["detail"]


def test_extract_refuses_an_unknown_field(data_dir: str) -> None:
    assert run("extract", "--data-dir", data_dir, "--fields", "shoe_size", status=1) == []


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["suggest", "--top-k", "0"], ["read"], ["keys", "create", "--scopes", "x"]]
)
def test_a_wrong_command_line_is_status_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(command, arguments).exit_code == 2


@pytest.mark.parametrize("name", ["read", "transcribe"])
def test_bad_files_are_named_and_the_rest_go_on(name: str, data_dir: str, tmp_path: Path) -> None:
    empty, absent = tmp_path / "空.bin", tmp_path / "absent.png"
    empty.touch()
    lines = run(name, "--json", "--data-dir", data_dir, str(empty), str(absent), status=1)
    assert [line["file"] for line in lines] == [str(empty), str(absent)]
    assert all(line["error"].keys() == PROBLEM_FIELDS for line in lines)


def test_catalogue_is_loaded_and_matched(data_dir: str, examples: Path) -> None:
    (loaded,) = run("catalogue", "load", "devices", str(examples / "catalogue.csv"), "--data-dir", data_dir, "--json")
    assert loaded == {"name": "devices", "products": 30, "rejected": 0}
    rows: Rows = [
        {"id": 1, "text": "KFR-35GW/CL3A", "source": "text"},
        {"id": 2, "text": "KFR35GW／CL3A", "source": "ocr"},
        {"id": 3, "text": "a cup of tea", "source": "speech"},
        {"id": 4, "text": "x", "source": "smell"},
    ]
    exact, folded, none, bad = run("catalogue", "match", "devices", "--data-dir", data_dir, rows=rows, status=1)
    assert (exact["code"], exact["status"]) == ("KFR-35GW/CL3A", "auto")
    assert folded["code"] == "KFR-35GW/CL3A"
    assert (none["code"], none["status"]) == (None, "none")
    assert bad["error"].keys() == PROBLEM_FIELDS


def test_matching_an_unknown_catalogue_says_how_to_load_it(data_dir: str) -> None:
    result = CliRunner().invoke(command, ["catalogue", "match", "shoes", "--data-dir", data_dir])
    assert result.exit_code == 1
    assert "beforehand catalogue load shoes FILE" in result.stderr


def test_index_follows_a_folder_and_suggest_finds_it(data_dir: str, tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "e4.md").write_text("# 空调显示E4\n\nE4是制冷剂不足保护，请联系师傅检漏。\n", encoding="utf-8")
    (folder / "e2.md").write_text(
        "# Washer shows E2\n\nE2 means it does not drain. Clean the pump filter.\n", encoding="utf-8"
    )
    (report,) = run("index", str(folder), "--data-dir", data_dir, "--json")
    assert (report["indexed"], report["updated"], report["deleted"]) == (2, 0, 0)
    rows: Rows = [
        {"id": 1, "question": "空调显示E4怎么办"},
        {"id": 2, "question": "The washer shows E2 and does not drain"},
    ]
    zh, en = run("suggest", "--data-dir", data_dir, "--top-k", "1", rows=rows)
    assert [line["suggestions"][0]["article_id"] for line in (zh, en)] == ["e4.md", "e2.md"]
    (folder / "e2.md").unlink()
    (report,) = run("index", str(folder), "--data-dir", data_dir, "--json")
    assert report["deleted"] == 1


def test_suggest_abstains_on_an_empty_knowledge_base(data_dir: str) -> None:
    (line,) = run("suggest", "--data-dir", data_dir, rows=[{"id": 1, "question": "怎么办"}])
    assert line == {"id": 1, "abstained": True, "suggestions": []}


def test_classify_learns_and_labels(tmp_path: Path) -> None:
    examples = tmp_path / "examples.jsonl"
    texts = {
        "refund": ["我要退款", "退款多久到账", "I want my money back", "refund please"],
        "repair": ["空调坏了", "洗衣机不转", "it is broken", "needs repair"],
    }
    rows = [{"text": text, "label": label} for label, several in texts.items() for text in several]
    examples.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    (fitted,) = run("classify", "fit", "--examples", str(examples), "--out", str(tmp_path / "model"), "--json")
    assert (fitted["examples"], fitted["labels"]) == (8, 2)
    (line,) = run("classify", "run", "--model", str(tmp_path / "model"), rows=[{"id": 1, "text": "我要退款"}])
    assert line["label"] == "refund"
    assert line.keys() == {"id", "label", "confidence", "top", "out_of_scope"}
    (used,) = run(
        "classify", "fit", "--examples", str(examples), "--use", "--data-dir", str(tmp_path / "data"), "--json"
    )  # fmt: skip
    assert used["in_force"] is True
    assert (tmp_path / "data" / "classifiers" / "intent" / "weights.npz").is_file()


def failing_rows(hours: int = 24 * 20) -> list[tuple[datetime, float]]:
    """Return hourly values that follow the day and fall away in the last two days."""
    start = datetime(2026, 6, 1, tzinfo=UTC)
    calm = [50 + 5 * math.sin(hour * math.tau / 24) + hour % 3 for hour in range(hours)]
    fallen = [value - 3.0 * max(0, hour - hours + 48) for hour, value in enumerate(calm)]
    return [(start + timedelta(hours=hour), value) for hour, value in enumerate(fallen)]


def test_detect_keeps_the_rows_and_adds_three_columns(tmp_path: Path) -> None:
    source = tmp_path / "machine.csv"
    source.write_text(
        "timestamp,value\n" + "".join(f"{at:%Y-%m-%d %H:%M:%S},{value}\n" for at, value in failing_rows()),
        encoding="utf-8",
    )
    broken = tmp_path / "broken.csv"
    broken.write_text("no,table\n", encoding="utf-8")
    good, bad = run("detect", str(source), str(broken), "--out", str(tmp_path / "out"), "--json", status=1)
    with Path(good["out"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == good["rows"] == 480
    assert list(rows[0]) == ["timestamp", "value", "score", "alert", "onset"]
    assert all(0 <= float(row["score"]) <= 1 for row in rows)
    assert sum(row["onset"] == "1" for row in rows) == good["onsets"] >= 1
    assert bad["error"].keys() == PROBLEM_FIELDS


def test_replay_writes_one_draft_an_episode(data_dir: str, tmp_path: Path) -> None:
    source = tmp_path / "month.ndjson.gz"
    lines = [
        {"device_id": "AC-3", "metric": "pressure", "at": at.isoformat(), "value": value}
        for at, value in failing_rows()
    ]
    source.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    (draft,) = run("replay", str(source), "--data-dir", data_dir, "--json")
    assert (draft["device_id"], draft["kind"], draft["state"]) == ("AC-3", "maintenance", "open")
    assert draft["reasons"][0]["metric"] == "pressure"


def test_prefill_reads_a_text_file(data_dir: str, tmp_path: Path) -> None:
    text = tmp_path / "消息.txt"
    text.write_text("空调显示E4，订单号20250618936", encoding="utf-8")
    (draft,) = run("prefill", "--text", str(text), "--locale", "zh-CN", "--data-dir", data_dir, "--json")
    assert draft["fields"]["error_code"]["value"] == "E4"
    assert draft["fields"]["error_code"]["evidence"][0]["source"] == "消息.txt"


def test_prefill_of_a_bad_file_is_status_1_and_names_it(data_dir: str, tmp_path: Path) -> None:
    photo = tmp_path / "照片.jpg"
    photo.write_bytes(b"\xff\xd8\xff cut")
    result = CliRunner().invoke(command, ["prefill", "--image", str(photo), "--data-dir", data_dir])
    assert result.exit_code == 1
    assert "照片.jpg" in result.stderr


def test_keys_are_made_listed_and_revoked(data_dir: str) -> None:
    (made,) = run("keys", "create", "--name", "网关", "--scopes", "telemetry", "--data-dir", data_dir, "--json")
    assert made["key"].startswith(made["prefix"])
    (listed,) = run("keys", "list", "--data-dir", data_dir, "--json")
    assert (listed["name"], listed["scopes"], listed["revoked_at"]) == ("网关", ["telemetry"], None)
    assert made["key"] not in json.dumps(listed)
    run("keys", "revoke", made["prefix"], "--data-dir", data_dir, "--json")
    assert run("keys", "list", "--data-dir", data_dir, "--json")[0]["revoked_at"] is not None
    run("keys", "revoke", made["prefix"], "--data-dir", data_dir, "--json", status=1)


def test_models_list_says_where_each_lies(data_dir: str) -> None:
    rungs = {line["name"]: line["rung"] for line in run("models", "list", "--data-dir", data_dir, "--json")}
    assert (rungs["ppocr-v6"], rungs["whisper-small"]) == ("package", None)


def test_doctor_names_what_is_degraded_and_what_mends_it(data_dir: str) -> None:
    fresh = {line["part"]: line for line in run("doctor", "--data-dir", data_dir, "--json")}
    assert fresh["database"]["state"] == "degraded"
    run("keys", "create", "--data-dir", data_dir, "--json")
    lines = {line["part"]: line for line in run("doctor", "--data-dir", data_dir, "--json")}
    assert lines["database"]["state"] == "ok"
    assert (lines["speech"]["state"], lines["speech"]["fix"]) == ("degraded", "beforehand models pull whisper-small")
