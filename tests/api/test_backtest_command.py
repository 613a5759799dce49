"""`backtest` and `export` as an administrator calls them: lines, a report, exit status 0, 1 or 2."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.commands import command
from api.schemas.prefill import PrefillRequest
from api.settings import Settings
from tests.connectors.far_sides import NOW, SECRET, TOKEN, WebhookSide

HEADERS = {
    "zh": "工单号,创建时间,问题描述,订单号,故障代码",
    "en": "Ticket ID,Created at,Description,Order number,Error code",
}
ROWS = {
    "zh": "T1,2026-10-01 10:00,您好，订单号20240518936，空调显示E5。,20240518936,E6",
    "en": 'T1,2026-10-01T10:00:00Z,"My order number is 20240518936, the display shows E5.",20240518936,E6',
}
BOTH = pytest.mark.parametrize("language", ["zh", "en"])


@pytest.fixture
def data_dir(api_settings: Settings) -> Path:
    return api_settings.data_dir


def call(*arguments: str, status: int = 0) -> Result:
    result = CliRunner().invoke(command, list(arguments))
    assert result.exit_code == status, (result.output, result.exception)
    return result


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def write_csv(folder: Path, language: str, *rows: str, encoding: str = "utf-8", name: str = "past.csv") -> str:
    path = folder / name
    path.write_text("\n".join((HEADERS[language], *rows)) + "\n", encoding=encoding)
    return str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@BOTH
def test_an_export_is_replayed_ticket_by_ticket(language: str, encoding: str, data_dir: Path, tmp_path: Path) -> None:
    export = write_csv(tmp_path, language, ROWS[language], encoding=encoding)
    ticket, last = lines(call("backtest", export, "--data-dir", str(data_dir), "--json"))
    assert ticket["id"] == "T1"
    assert (ticket["fields"]["order_number"]["value"], ticket["fields"]["order_number"]["judgement"]) == (
        "20240518936",
        "right",
    )
    assert (ticket["fields"]["error_code"]["value"], ticket["fields"]["error_code"]["judgement"]) == ("E5", "wrong")
    assert (last["summary"]["tickets"], last["summary"]["rejected"]) == (1, 0)


@BOTH
def test_a_bad_row_is_named_and_the_rest_goes_on(language: str, data_dir: Path, tmp_path: Path) -> None:
    export = write_csv(tmp_path, language, "T0,yesterday-ish,x,,", ROWS[language], "T2,2026-10-01,a,b,c,d,e")
    result = call("backtest", export, "--data-dir", str(data_dir), "--json", status=1)
    found = lines(result)
    assert [line["id"] for line in found if "id" in line] == ["T1"]
    assert found[-1]["summary"]["rejected"] == 2
    assert "line 2" in result.stderr
    assert "line 4" in result.stderr


def test_an_export_whose_every_row_is_bad_fails(data_dir: Path, tmp_path: Path) -> None:
    export = write_csv(tmp_path, "en", "T0,never,x,,")
    found = lines(call("backtest", export, "--data-dir", str(data_dir), "--json", status=1))
    assert found[-1]["summary"]["tickets"] == 0


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\x00\x01"], ids=["empty", "columns unknown", "no text"])
def test_what_is_no_export_is_refused(text: str, data_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text(text, encoding="utf-8")
    call("backtest", str(path), "--data-dir", str(data_dir), "--json", status=1)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="no source"),
        pytest.param(("past.csv", "--connector", "desk"), id="two sources"),
        pytest.param(("--connector", "desk"), id="no since"),
        pytest.param(("past.csv", "--fields", "order_number"), id="half a pair"),
        pytest.param(("past.csv", "--time-zone", "Mars/Olympus"), id="no such zone"),
        pytest.param(("past.csv", "--limit", "0"), id="no limit"),
        pytest.param(("past.csv", "--minutes-per-field", "-1"), id="negative cost"),
    ],
)
def test_a_wrong_call_is_status_2(arguments: tuple[str, ...], data_dir: Path) -> None:
    call("backtest", *arguments, "--data-dir", str(data_dir), status=2)


def test_a_missing_file_and_broken_costs_are_status_1(data_dir: Path, tmp_path: Path) -> None:
    call("backtest", str(tmp_path / "none.csv"), "--data-dir", str(data_dir), status=1)
    export, costs = write_csv(tmp_path, "en", ROWS["en"]), tmp_path / "costs.toml"
    for broken in ("cost_per_minute = ", "cost_per_hour = 3"):
        costs.write_text(broken, encoding="utf-8")
        call("backtest", export, "--costs", str(costs), "--data-dir", str(data_dir), status=1)


@pytest.mark.parametrize(("locale", "said"), [("zh-CN", 'lang="zh'), ("en-US", 'lang="en')])
def test_a_report_is_written_in_the_language_asked_for(locale: str, said: str, data_dir: Path, tmp_path: Path) -> None:
    row = "<script>alert(1)</script>,2026-10-01 10:00,订单号20240518936,20240518937,"
    export, page = write_csv(tmp_path, "zh", ROWS["zh"], row), tmp_path / "report.html"
    call("backtest", export, "--report", str(page), "--locale", locale, "--data-dir", str(data_dir))
    text = page.read_text(encoding="utf-8")
    assert said in text
    assert "<script" not in text
    assert "T1" in text
    call("backtest", export, "--report", str(tmp_path), "--data-dir", str(data_dir), status=1)


def test_own_costs_columns_and_limit_are_used(data_dir: Path, tmp_path: Path) -> None:
    export = tmp_path / "past.jsonl"
    row = {"nr": "A-1", "created_at": "2026-10-01T10:00:00Z", "said": "订单号20240518936", "bestellung": "20240518936"}
    export.write_text(f"{json.dumps(row)}\n" * 3, encoding="utf-8")
    asked = ("--fields", "id=nr,text=said,order_number=bestellung", "--limit", "2", "--cost-per-minute", "2")
    *tickets, last = lines(call("backtest", str(export), *asked, "--data-dir", str(data_dir), "--json"))
    assert [ticket["fields"]["order_number"]["judgement"] for ticket in tickets] == ["right", "right"]
    assert last["summary"]["assumptions"]["cost_per_minute"] == 2


# --- a ticket system in place of a file


class FarServer(ThreadingHTTPServer):
    """A far side of the connectors' tests behind a loopback port."""

    def __init__(self, side: WebhookSide) -> None:
        self.side = side
        super().__init__(("127.0.0.1", 0), FarRequest)


class FarRequest(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, FarServer)
        request = httpx.Request("GET", f"https://desk.example{self.path}", headers=dict(self.headers))
        answer = self.server.side.answer(request)
        self.send_response(answer.status_code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def desk(data_dir: Path, tmp_path: Path) -> Iterator[WebhookSide]:
    side = WebhookSide()
    server = FarServer(side)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    origin = f"http://127.0.0.1:{server.server_port}"
    for name, secret in (("secret", SECRET), ("token", TOKEN)):
        (tmp_path / name).write_text(secret, encoding="utf-8")
    data_dir.mkdir(parents=True, exist_ok=True)
    table = f"""[[connector]]
name = "desk"
kind = "webhook"
url = "{origin}/in"
secret = "file:{tmp_path / "secret"}"
token = "file:{tmp_path / "token"}"
allow_private = true
[connector.fields]
order_number = "Order"
error_code = "Error"
[connector.extra]
tickets_url = "{origin}/tickets"
"""
    (data_dir / "connectors.toml").write_text(table, encoding="utf-8")
    yield side
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_ticket_system_is_replayed_and_nothing_is_changed_there(desk: WebhookSide, data_dir: Path) -> None:
    desk.add("热水器不加热", "订单号20240518936，显示E4。").fields |= {"Order": "20240518936", "Error": "E4"}
    desk.add("Heater stays cold", "Order number 20240518937, it shows E5.").fields |= {"Order": "20240518930"}
    since = ("--since", NOW.date().isoformat())
    first, second, last = lines(call("backtest", "--connector", "desk", *since, "--data-dir", str(data_dir), "--json"))
    assert (first["id"], first["fields"]["order_number"]["judgement"]) == ("1", "right")
    assert (second["fields"]["order_number"]["value"], second["fields"]["order_number"]["judgement"]) == (
        "20240518937",
        "wrong",
    )
    assert last["summary"]["tickets"] == 2
    assert first["created_at"] == "2026-11-22T18:00:00+08:00"
    assert desk.changes == 0


def test_a_connector_that_is_unknown_or_away_is_status_1(desk: WebhookSide, data_dir: Path) -> None:
    arguments = ("--since", "2026-11-01", "--data-dir", str(data_dir), "--json")
    call("backtest", "--connector", "other", *arguments, status=1)
    path = data_dir / "connectors.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("/tickets", "/nothing"), encoding="utf-8")
    call("backtest", "--connector", "desk", *arguments, status=1)


# --- export


@pytest.fixture
def kept(data_dir: Path) -> Path:
    """Keep one draft."""
    request = PrefillRequest.model_validate({"ticket_id": "T-1", "messages": [{"text": "订单号20240518936"}]})
    folder = data_dir.parent / "asked.txt"
    folder.write_text(request.messages[0].text, encoding="utf-8")
    call("prefill", "--text", str(folder), "--data-dir", str(data_dir), "--json")
    return data_dir


def test_drafts_are_exported_as_csv_and_parquet(kept: Path, tmp_path: Path) -> None:
    shown = call("export", "fields", "--data-dir", str(kept)).stdout
    rows = list(csv.DictReader(io.StringIO(shown.removeprefix("\ufeff"))))
    out = tmp_path / "fields.parquet"
    call("export", "fields", "--out", str(out), "--data-dir", str(kept))
    table = pq.read_table(out)
    assert table.num_rows == len(rows) > 0
    assert set(table.column_names) == set(rows[0])


def test_an_export_of_another_time_or_tenant_is_empty(kept: Path) -> None:
    for narrowed in (("--until", "2001-01-01"), ("--tenant", "other")):
        shown = call("export", "fields", *narrowed, "--data-dir", str(kept)).stdout
        assert list(csv.DictReader(io.StringIO(shown))) == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("secrets",), 2), (("fields", "--format", "xls"), 2), (("fields", "--out", "/nowhere/at/all.csv"), 1)],
)
def test_an_export_that_cannot_be_is_refused(arguments: tuple[str, ...], status: int, data_dir: Path) -> None:
    call("export", *arguments, "--data-dir", str(data_dir), status=status)
