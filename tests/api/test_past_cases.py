"""An export's solved tickets become past cases by the command and over HTTP, attachments read, names kept out."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pytest
from fastapi.testclient import TestClient

from api.backtest.past_cases import write_cases
from api.engines import Engines
from api.settings import Settings

AT = "2026-10-01T10:00:00+08:00"
TICKETS = [
    {
        "id": "T-1",
        "created_at": AT,
        "text": "空调显示E4，电话13800138000",
        "resolution": "清洗过滤网并补充冷媒后恢复正常",
        "attachments": ["report.docx", "../secret.md", "tune.xyz"],
    },
    {"id": "T-2", "created_at": AT, "text": "Washer shows E2", "resolution": "done"},
    {
        "id": "T-3",
        "created_at": AT,
        "messages": [
            {"role": "customer", "text": "The washer shows E2."},
            {"role": "agent", "text": "Please clean the pump filter, then restart it."},
        ],
    },
]


def export() -> bytes:
    return "".join(json.dumps(ticket, ensure_ascii=False) + "\n" for ticket in TICKETS).encode()


def report() -> bytes:
    document, saved = docx.Document(), io.BytesIO()
    document.add_paragraph("检测报告：冷媒压力0.3MPa，联系人13800138000")
    document.save(saved)
    return saved.getvalue()


def test_attachments_are_read_and_none_from_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "tickets.jsonl").write_bytes(export())
    (folder / "report.docx").write_bytes(report())
    (folder / "tune.xyz").write_bytes(b"?")
    settings = Settings(data_dir=tmp_path / "data")
    problems: list[Exception] = []
    target = tmp_path / "cases.jsonl"
    told = write_cases(
        folder / "tickets.jsonl",
        target,
        engines=Engines(settings),
        zone=settings.time_zone,
        on_problem=problems.append,
    )
    text = target.read_text(encoding="utf-8")
    assert (told.cases, told.untold, len(problems)) == (2, 1, 2)
    assert "冷媒压力0.3MPa" in text
    assert not [word for word in ("13800138000", "secret") if word in text]


@pytest.mark.parametrize(
    ("question", "article_id"), [("空调显示E4", "past-case/T-1"), ("washer shows E2", "past-case/T-3")]
)
def test_past_cases_are_imported_and_found(api_client: TestClient, question: str, article_id: str) -> None:
    files = [("files", ("tickets.jsonl", export())), ("files", ("report.docx", report()))]
    answer = api_client.post("/v1/articles/import?past_cases=true", files=files).json()
    assert answer["indexed"] == 2
    assert api_client.get("/v1/sources").json()[0]["name"] == "import:past-cases"
    found = api_client.post("/v1/suggestions", json={"question": question}).json()
    assert found["suggestions"][0]["article_id"] == article_id
