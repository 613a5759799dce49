"""Files are uploaded into a source on its page, and a source is forgotten there."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.cli.keys import create_key
from api.prefill import Attachment
from api.routes.article_import import import_articles
from tests.api.waiting import wait_for


@pytest.fixture
def admin(panel_app: FastAPI) -> TestClient:
    _, secret = create_key(panel_app.state.store, name="Anna", scopes=["admin"])
    client = TestClient(panel_app, headers={"Origin": "http://testserver"}, raise_server_exceptions=False)
    client.post("/console/sign-in", data={"key": secret}, follow_redirects=False)
    return client


def upload(admin: TestClient, name: str, source: str) -> int:
    files = [("files", (name, "# 空调E4\n\n断电五分钟。".encode()))]
    return admin.post("/console/sources", files=files, data={"source": source}, follow_redirects=False).status_code


@pytest.mark.parametrize("source", ["手册", ""])
def test_upload_becomes_a_job_with_its_files(admin: TestClient, panel_app: FastAPI, source: str) -> None:
    assert upload(admin, "../说明.md", source) == 303
    job = panel_app.state.jobs.list(tenant="default", kind="import", limit=1)[0]
    assert (job.payload["source"], job.payload["name"]) == (source or None, source or "说明.md")
    over = wait_for(lambda: panel_app.state.jobs.get(job.id, tenant="default"), lambda seen: seen.is_over)
    assert isinstance(over.result, dict)
    assert over.result["rejected"] == []
    assert "说明.md" in panel_app.state.engines.knowledge_base().article_ids()
    assert (source or "说明.md") in admin.get("/console/sources").text


def test_upload_of_nothing_is_told(admin: TestClient) -> None:
    assert admin.post("/console/sources", data={"source": "x"}).status_code == 422


def test_source_is_shown_and_forgotten_with_its_articles(admin: TestClient, panel_app: FastAPI) -> None:
    engines = panel_app.state.engines
    files = (Attachment("faq.md", b"# E4\n\nUnplug it."), Attachment("bad.jsonl", b"{"))
    import_articles(files, engines=engines, kb=None, source="<b>手册</b>")
    page = admin.get("/console/sources").text
    assert "&lt;b&gt;手册" in page
    assert "<b>手册" not in page
    answer = admin.post("/console/sources/forget", data={"name": "import:<b>手册</b>"}, follow_redirects=False)
    assert (answer.status_code, engines.knowledge_base().get("faq.md")) == (303, None)
    assert admin.post("/console/sources/forget", data={"name": "import:nobody"}).status_code == 404
