"""`beforehand past-cases`: a configured ticket system's solved tickets in, articles out, by one command."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.commands import command
from nlp import KnowledgeBase

TICKETS = [
    {
        "id": "P-1",
        "subject": "空调显示E4不制冷",
        "status": "resolved",
        "created_at": "2026-03-02T08:00:00Z",
        "customer": {"phone": "13800138000"},
        "messages": [
            {"id": "1", "author": "customer", "text": "空调显示E4，电话13800138000"},
            {"id": "2", "author": "agent", "text": "请清洗过滤网，再重新通电。"},
        ],
    },
    {
        "id": "P-2",
        "subject": "The washer shows E2",
        "status": "waiting",
        "created_at": "2026-03-03T08:00:00Z",
        "messages": [
            {"id": "1", "author": "customer", "text": "The washer shows E2"},
            {"id": "2", "author": "agent", "text": "Clean the pump filter, then restart it."},
        ],
    },
]
TABLE = """
[[connector]]
name = "desk"
kind = "webhook"
url = "http://127.0.0.1:{port}/hooks"
secret = "file:{folder}/secret.txt"
allow_private = true
[connector.extra]
tickets_url = "http://127.0.0.1:{port}/tickets"
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """Serve the tickets on a loopback port, and configure the connector to them."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(TICKETS).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    (tmp_path / "secret.txt").write_text("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", encoding="utf-8")
    table = TABLE.format(port=server.server_port, folder=tmp_path.as_posix())
    (tmp_path / "connectors.toml").write_text(table, encoding="utf-8")
    yield tmp_path
    server.shutdown()
    thread.join()
    server.server_close()


def run(data_dir: Path, *arguments: str, connector: str = "desk") -> dict[str, int]:
    told = ["past-cases", "--connector", connector, "--since", "2026-01-01", "--data-dir", str(data_dir), "--json"]
    result = CliRunner().invoke(command, [*told, *arguments])
    assert result.exit_code == 0, result.output
    counts: dict[str, int] = json.loads(result.stdout.splitlines()[-1])
    return counts


def test_solved_tickets_become_articles_and_are_renewed(data_dir: Path) -> None:
    assert run(data_dir)["indexed"] == 1
    assert run(data_dir)["unchanged"] == 1
    assert run(data_dir, "--solved", "resolved,waiting", "--allowed", "agents，leads")["indexed"] == 1
    with KnowledgeBase(data_dir / "kb" / "default.sqlite3") as base:
        articles = [base.get(article_id) for article_id in base.article_ids()]
    assert [article.id for article in articles if article] == ["past-case/P-1", "past-case/P-2"]
    assert all(article and article.allowed == ("agents", "leads") for article in articles)
    assert not any("13800138000" in article.body for article in articles if article)


def test_an_unknown_connector_is_named(data_dir: Path) -> None:
    told = ["past-cases", "--connector", "nobody", "--since", "2026-01-01", "--data-dir", str(data_dir)]
    result = CliRunner().invoke(command, told)
    assert result.exit_code == 1
    assert "nobody" in result.output
