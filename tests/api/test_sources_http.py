"""An import into a source holds what its files hold, listed and forgotten over HTTP."""

from __future__ import annotations

import io
import zipfile

from fastapi.testclient import TestClient

SOURCE = "/v1/articles/import?source=手册"


def put(client: TestClient, *files: tuple[str, bytes]) -> dict[str, object]:
    answer = client.post(SOURCE, files=[("files", file) for file in files])
    assert answer.status_code == 200, answer.text
    report: dict[str, object] = answer.json()
    return report


def packed(**files: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        for name, content in files.items():
            target.writestr(f"{name}.md", content)
    return archive.getvalue()


def test_import_into_a_source_deletes_what_is_gone_and_leaves_others(api_client: TestClient) -> None:
    api_client.put("/v1/articles/own", json={"title": "own", "body": "by hand"})
    put(api_client, ("a.md", "甲".encode()), ("b.md", b"b"))
    report = put(api_client, ("a.md", "甲".encode()), ("c.md", b"c"))
    counted = {name: report[name] for name in ("indexed", "updated", "deleted", "unchanged")}
    assert counted == {"indexed": 1, "updated": 0, "deleted": 1, "unchanged": 1}
    assert api_client.get("/v1/articles").json() == ["a.md", "c.md", "own"]
    assert api_client.get("/v1/sources").json() == [{"name": "import:手册", "files": 2, "articles": 2, "bad_files": 0}]


def test_zip_is_imported_and_what_is_bad_is_told_in_both_languages(api_client: TestClient) -> None:
    files = (("kb.zip", packed(e4="断电".encode(), e5=b"")), ("x.exe", b"MZ"), ("faq.jsonl", b"{"))
    report = put(api_client, *files)
    assert api_client.get("/v1/articles").json() == ["kb.zip/e4.md"]
    rejected = report["rejected"]
    assert isinstance(rejected, list)
    assert {entry["index"]: entry["reason"].partition(":")[0] for entry in rejected} == {
        0: "kb.zip/e5.md",
        1: "x.exe",
        2: "faq.jsonl",
    }
    assert all(entry["reason_zh"] and "/tmp" not in entry["reason"] + entry["reason_zh"] for entry in rejected)


def test_zip_without_a_source_only_adds(api_client: TestClient) -> None:
    for name in ("one", "two"):
        api_client.post("/v1/articles/import", files=[("files", ("kb.zip", packed(**{name: name.encode()})))])
    assert api_client.get("/v1/articles").json() == ["one.md", "two.md"]


def test_article_that_the_base_does_not_take_is_listed(api_client: TestClient) -> None:
    content = b'{"id": "long", "title": "%s", "body": "b"}\n{"id": "good", "title": "t", "body": "b"}' % (b"t" * 2_000)
    headers = {"Content-Type": "application/x-ndjson"}
    report = api_client.post("/v1/articles/import", content=content, headers=headers).json()
    assert (report["indexed"], len(report["rejected"])) == (1, 1)


def test_source_is_forgotten(api_client: TestClient) -> None:
    put(api_client, ("a.md", b"a"))
    forgotten = api_client.delete("/v1/sources", params={"name": "import:手册"})
    assert forgotten.json() == {"name": "import:手册", "deleted": 1}
    assert api_client.get("/v1/articles").json() == []
    assert api_client.delete("/v1/sources", params={"name": "import:手册"}).status_code == 404
