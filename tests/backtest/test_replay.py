"""A backtest looks at what stood at creation and at nothing later, and judges by the final values."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.backtest import Replay, Run, export_source, html_report, summary_line, ticket_line
from api.backtest.columns import Columns
from api.backtest.records import PastMessage, PastTicket, TicketOutcome
from api.backtest.rolled_back import RecordsThen, said_by_then
from api.backtest.rows import read_time
from api.engines import Engines
from api.errors import Problem
from api.report.sameness import Sameness
from api.settings import Costs, Settings
from nlp import RecordTable, load_template
from nlp.records import Record

CREATED = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
CHINA = ZoneInfo("Asia/Shanghai")


def run_of(export: Path, folder: Path, *, own: dict[str, str] | None = None) -> Run:
    template = load_template("appliance_repair")
    columns = Columns(template, own=own or {})
    source = export_source(export, columns, zone=CHINA)
    replay = Replay(
        engines=Engines(Settings(data_dir=folder / "data")),
        template=template,
        columns=columns,
        sameness=Sameness(),
        costs=Costs(),
        fields=source.fields,
    )
    return Run(replay, source)


def write_lines(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("messages", "known"),
    [
        pytest.param((("customer", "a", 0), ("agent", "b", 5), ("customer", "c", 9)), "a", id="up to the answer"),
        pytest.param((("agent", "hello", -5), ("customer", "a", 0), ("agent", "b", 5)), "helloa", id="a greeting"),
        pytest.param((("customer", "a", 0), ("customer", "c", 9)), "a", id="nothing from later"),
        pytest.param((("customer", "a", None), ("customer", "c", None)), "ac", id="no times"),
        pytest.param((("customer", "a", 30), ("agent", "b", 31)), "a", id="the first is always there"),
    ],
)
def test_only_what_was_said_by_creation_is_used(messages: tuple[tuple[str, str, int | None], ...], known: str) -> None:
    said = tuple(
        PastMessage(author, text, None if minute is None else CREATED.replace(minute=0).fromtimestamp(
            CREATED.timestamp() + 60 * minute, UTC))  # type: ignore[arg-type]
        for author, text, minute in messages
    )  # fmt: skip
    ticket = PastTicket("T", 1, CREATED, said, {})
    assert "".join(message.text for message in said_by_then(ticket)) == known


def test_a_value_given_later_is_not_found_and_counts_as_asked(tmp_path: Path) -> None:
    row = {
        "id": "1",
        "created_at": CREATED.isoformat(),
        "messages": [
            {"role": "customer", "text": "空调不制冷，面板显示E4"},
            {"role": "agent", "text": "请提供一下订单号"},
            {"role": "customer", "text": "订单号20250618936"},
        ],
        "fields": {"order_number": "20250618936", "error_code": "E4"},
    }
    run = run_of(write_lines(tmp_path / "past.jsonl", row), tmp_path)
    (outcome,) = run.outcomes()
    assert isinstance(outcome, TicketOutcome)
    fields = {one.field: one for one in outcome.fields}
    assert (fields["order_number"].ours, fields["order_number"].is_asked_later) == (None, True)
    assert (fields["error_code"].judgement, fields["error_code"].status) == ("right", "auto")
    assert run.summary().saved_questions == 0
    assert run.caveats().cut_messages == 2


@pytest.mark.parametrize(
    ("final", "judgement"),
    [("20250618936", "right"), ("2025-0618-936", "right"), ("20250618937", "wrong"), ("", "unknown")],
)
def test_a_value_is_judged_by_the_final_one(tmp_path: Path, final: str, judgement: str) -> None:
    row = {"id": "1", "created_at": CREATED.isoformat(), "text": "订单号20250618936", "order_number": final}
    (outcome,) = run_of(write_lines(tmp_path / "past.jsonl", row), tmp_path).outcomes()
    assert isinstance(outcome, TicketOutcome)
    assert [one.judgement for one in outcome.fields if one.field == "order_number"] == [judgement]
    assert (outcome.minutes_saved < 0) == (judgement == "wrong" or judgement == "unknown")


def test_records_from_after_creation_are_not_seen() -> None:
    records = RecordTable(
        [
            Record("orders", "1", {"customer_id": "C", "order_number": "1", "purchase_date": "2026-09-30"}),
            Record("orders", "2", {"customer_id": "C", "order_number": "2", "purchase_date": "2026-10-02"}),
            Record("orders", "3", {"customer_id": "C", "order_number": "3"}),
        ]
    )
    then = RecordsThen(records, at=CREATED)
    assert [record.id for record in then.of_customer("C")] == ["1", "3"]
    assert then.undated == 1


HEADERS = [
    pytest.param("工单号,创建时间,问题描述,订单号", "utf-8-sig", id="zh with a mark"),
    pytest.param("工单号,创建时间,问题描述,订单号", "gb18030", id="zh as Excel saves it"),
    pytest.param("Ticket ID,Created At,Description,Order No.", "utf-8", id="en"),
    pytest.param("Ticket ID;Created At;Description;Order No.", "utf-16", id="en semicolons"),
]


@pytest.mark.parametrize(("header", "encoding"), HEADERS)
def test_exports_are_read_as_they_come(tmp_path: Path, header: str, encoding: str) -> None:
    comma = ";" if ";" in header else ","
    path = tmp_path / "past.csv"
    rows = [header, comma.join(("7", "2026/10/01 10:00", "订单号20250618936", "20250618936")), comma.join("8xyz")]
    path.write_text("\n".join(rows) + "\n", encoding=encoding)
    run = run_of(path, tmp_path)
    good, bad = run.outcomes()
    assert isinstance(good, TicketOutcome)
    assert (good.ticket.id, good.ticket.created_at) == ("7", datetime(2026, 10, 1, 10, 0, tzinfo=CHINA))
    assert isinstance(bad, Problem)
    assert bad.where == "line 3"


def test_rows_that_cannot_be_used_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = {"id": "1", "created_at": CREATED.isoformat(), "text": "E4", "error_code": "E4"}
    export = write_lines(tmp_path / "past.jsonl", good, "{", "[]", {**good, "created_at": "soon"}, {**good, "text": ""})
    run = run_of(export, tmp_path)
    outcomes = list(run.outcomes())
    assert [one.where for one in outcomes if isinstance(one, Problem)] == ["line 2", "line 3", "line 4", "line 5"]
    assert (run.summary().tickets, run.caveats().rejected) == (1, 4)


def test_columns_of_other_names_are_given_by_hand(tmp_path: Path) -> None:
    row = {"ref": "1", "when": CREATED.isoformat(), "said": "面板显示E4", "fault": "E4"}
    own = {"id": "ref", "created_at": "when", "text": "said", "error_code": "fault"}
    export = write_lines(tmp_path / "past.jsonl", row)
    with pytest.raises(Problem, match="lacks id, created_at, text"):
        run_of(export, tmp_path)
    (outcome,) = run_of(export, tmp_path, own=own).outcomes()
    assert isinstance(outcome, TicketOutcome)
    assert [one.judgement for one in outcome.fields] == ["right"]


def test_times_are_the_customers_own() -> None:
    moment = read_time("2026-06-21T17:05:00Z", zone=CHINA)
    assert moment is not None
    assert (moment.day, moment.hour) == (22, 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_stands_alone_and_escapes(tmp_path: Path, language: str) -> None:
    row = {"id": "<script>1", "created_at": CREATED.isoformat(), "text": "订单号20250618936", "order_number": "<b>9"}
    run = run_of(write_lines(tmp_path / "past.jsonl", row), tmp_path)
    assert [ticket_line(one)["id"] for one in run.outcomes() if isinstance(one, TicketOutcome)] == ["<script>1"]
    page = html_report(run, language="zh" if language == "zh" else "en", at=CREATED)
    assert "<script" not in page
    assert "&lt;script&gt;1" in page
    assert "&lt;b&gt;9" in page
    assert "http://www.w3.org/2000/svg" in page
    assert page.count("http") == page.count("http://www.w3.org/2000/svg") + page.count("http-equiv")
    summary = summary_line(run.summary(), run.caveats(), costs=Costs())["summary"]
    assert isinstance(summary, dict)
    assert summary["tickets"] == 1


def test_both_message_tables_hold_the_same() -> None:
    folder = Path(__file__).parents[2] / "api" / "backtest" / "messages"
    tables = [json.loads((folder / f"{language}.json").read_text(encoding="utf-8")) for language in ("zh", "en")]
    assert tables[0].keys() == tables[1].keys()
