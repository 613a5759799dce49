"""The console over HTTP: who may come in, what is kept, what is shown, and that nothing of a customer's runs."""

from __future__ import annotations

import io
import os
import re
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from api.cli.keys import create_key
from api.prefill.kept_media import KeptMedia
from api.schemas.telemetry import Ticket, TicketReason
from api.security import prefix_of

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
HX = {"HX-Request": "true"}
ADMIN_PAGES = ("/console/quality", "/console/connectors", "/console/jobs", "/console/keys", "/console/audit")
PAGES = (
    *ADMIN_PAGES,
    "/console/",
    "/console/prefill",
    "/console/live",
    "/console/read",
    "/console/ask",
    "/console/tickets",
    "/console/status",
    "/console/prefills/x",
    "/console/articles/x",
)


def white_png() -> bytes:
    content = io.BytesIO()
    PIL.Image.new("RGB", (320, 240), "white").save(content, "PNG")
    return content.getvalue()


def noise_wav(seconds: float = 3.0) -> bytes:
    """Return loud noise, which the energy detector takes for speech."""
    samples = np.random.default_rng(0).integers(-9000, 9000, int(seconds * 16_000), dtype=np.int16)
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    return content.getvalue()


def make_draft(client: TestClient, *, message: str = "", files: dict[str, bytes] | None = None) -> Response:
    """Send the form and follow to the draft."""
    parts = [("files", (name, content)) for name, content in (files or {}).items()]
    return client.post("/console/prefill", data={"message": message, "customer": "", "phone": ""}, files=parts)


def ticket(number: int = 1, *, metric: str = "suction_pressure") -> Ticket:
    at = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(hours=number)
    reason = TicketReason(
        metric=metric, since=at, expected=0.9, observed=0.4, score=0.97, detector="robust_z", unit="MPa"
    )
    return Ticket(
        id=f"t{number}",
        key=f"AC-003/{number}",
        device_id="AC-003",
        state="open",
        severity="critical",
        title="the house's own words",
        opened_at=at,
        updated_at=at,
        reasons=[reason],
    )


# --- coming in


@pytest.mark.parametrize("address", PAGES)
def test_nobody_sees_a_page_without_signing_in(console_app: FastAPI, address: str) -> None:
    answer = TestClient(console_app).get(address, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")


def test_a_wrong_key_is_refused(console_app: FastAPI) -> None:
    client = TestClient(console_app, headers={"Origin": "http://testserver"})
    answer = client.post("/console/sign-in", data={"key": "bh_0000000000000000"}, follow_redirects=False)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(console_app: FastAPI, console_key: str) -> None:
    client = TestClient(console_app, headers={"Origin": "http://testserver"})
    answer = client.post("/console/sign-in", data={"key": console_key}, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert console_key.lower() not in cookie


@pytest.mark.parametrize("cookie", ["", "x", "k1.99999999999.00", "a.b.c", "." * 300, "é.9999999999.0"])
def test_a_forged_cookie_opens_nothing(console_app: FastAPI, cookie: str) -> None:
    headers = [(b"cookie", f"beforehand_session={cookie}".encode())]
    answer = TestClient(console_app).get("/console/", headers=headers, follow_redirects=False)
    assert answer.status_code == 303


def test_a_revoked_key_ends_its_sessions(console_app: FastAPI, console_key: str, console_client: TestClient) -> None:
    assert console_client.get("/console/status").status_code == 200
    console_app.state.store.keys.revoke(prefix_of(console_key), at=datetime.now(UTC))
    answer = console_client.get("/console/status", follow_redirects=False)
    assert answer.headers["location"] == "/console/sign-in"


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://testserver.elsewhere.example"])
def test_a_form_of_another_site_is_refused(console_client: TestClient, origin: str) -> None:
    answer = console_client.post("/console/prefill", data={"message": "E4"}, headers={"Origin": origin})
    assert answer.status_code == 403


def test_signing_out_closes_the_session(console_client: TestClient) -> None:
    console_client.post("/console/sign-out")
    assert console_client.get("/console/", follow_redirects=False).status_code == 303


# --- every answer


@pytest.mark.parametrize(
    "address", ["/console/", "/console/sign-in", "/console/static/console.js", "/console/prefills/x"]
)
def test_every_answer_forbids_scripts_from_elsewhere(console_client: TestClient, address: str) -> None:
    answer = console_client.get(address)
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "address",
    [
        *ADMIN_PAGES,
        "/console/",
        "/console/prefill",
        "/console/live",
        "/console/read",
        "/console/ask",
        "/console/tickets",
        "/console/status",
    ],
)
def test_pages_hold_no_inline_script_or_style(console_client: TestClient, address: str) -> None:
    html = console_client.get(address).text
    assert re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)", html) is None


@pytest.mark.parametrize("name", ["../desk.py", "%2e%2e%2fdesk.py", "htmx.LICENSE.txt", "nothing.js"])
def test_only_the_consoles_own_files_are_served(console_client: TestClient, name: str) -> None:
    assert console_client.get(f"/console/static/{name}").status_code == 404


@pytest.mark.parametrize(("language", "title"), [("zh", "预填充工单"), ("en", "Prefill a ticket")])
def test_a_chosen_language_stays(console_client: TestClient, language: str, title: str) -> None:
    console_client.get(f"/console/language/{language}")
    assert title in console_client.get("/console/prefill").text


@pytest.mark.parametrize("referer", ["https://elsewhere.example/console/", "http://testserver//elsewhere.example", ""])
def test_choosing_a_language_never_leads_elsewhere(console_client: TestClient, referer: str) -> None:
    answer = console_client.get("/console/language/zh", headers={"Referer": referer}, follow_redirects=False)
    assert answer.headers["location"] == "/console/"


# --- prefill


@pytest.mark.parametrize(
    ("message", "value"), [("订单号20250618936,显示E4", "20250618936"), ("order number 20260302118", "20260302118")]
)
def test_a_message_becomes_a_draft_with_its_evidence_marked(
    console_client: TestClient, message: str, value: str
) -> None:
    html = make_draft(console_client, message=message).text
    assert re.search(rf'<mark data-evidence="\d+">{value}</mark>', html)


def test_a_picture_and_a_call_are_shown_as_safe_copies(console_client: TestClient) -> None:
    answer = make_draft(console_client, files={"label.png": white_png(), "call.wav": noise_wav()})
    stored = re.findall(r'src="(/console/prefills/[^"]+)"', answer.text)
    types = [console_client.get(address).headers["content-type"] for address in stored]
    assert sorted(types) == ["audio/wav", "image/jpeg"]
    assert "<polygon points=" in answer.text
    assert 'data-wave data-duration="3.0"' in answer.text


def test_a_files_name_cannot_leave_its_folder_or_hide_another(console_client: TestClient) -> None:
    answer = make_draft(console_client, files={"../../evil.png": white_png(), "b/label.png": white_png()})
    assert "evil.png" in answer.text
    assert "../" not in re.sub(r"<[^>]*>", "", answer.text)


def test_two_files_of_one_name_are_both_shown(console_client: TestClient) -> None:
    parts = [("files", ("label.png", white_png())), ("files", ("label.png", white_png()))]
    html = console_client.post("/console/prefill", data={"message": ""}, files=parts).text
    assert "label (2).png" in html


@pytest.mark.parametrize("stored", ["kept.json", "../kept.json", "page-9.jpg", "%2e%2e%2fkept.json"])
def test_only_named_copies_of_a_draft_are_served(console_client: TestClient, stored: str) -> None:
    draft = make_draft(console_client, files={"label.png": white_png()})
    assert console_client.get(f"{draft.url.path}/media/{stored}").status_code == 404


def test_hostile_text_and_names_are_shown_and_never_run(console_client: TestClient) -> None:
    html = make_draft(
        console_client, message=f"order 20260302118 {HOSTILE}", files={f"{HOSTILE}.png": white_png()}
    ).text
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_an_empty_form_says_what_to_give(console_client: TestClient) -> None:
    answer = console_client.post("/console/prefill", data={"message": " "}, headers=HX)
    assert answer.status_code == 422
    assert "Give a message or a file first." in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("note.txt", b"hello", 415),
        ("empty.png", b"", 422),
        ("cut.png", white_png()[:60], 422),
        ("fake.wav", b"RIFF\xff\xff\xff\xffWAVEfmt ", 422),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    console_client: TestClient, name: str, content: bytes, status: int
) -> None:
    answer = make_draft(console_client, message="E4", files={name: content})
    assert answer.status_code == status
    assert name in answer.text


def test_too_many_files_are_refused(console_client: TestClient) -> None:
    answer = make_draft(console_client, files={f"{number}.png": white_png() for number in range(30)})
    assert 400 <= answer.status_code < 500


def test_htmx_is_sent_on_by_its_own_header(console_client: TestClient) -> None:
    answer = console_client.post("/console/prefill", data={"message": "E4"}, headers=HX)
    assert answer.headers["hx-redirect"].startswith("/console/prefills/")


def test_a_draft_made_over_the_api_is_shown_by_its_quotes(console_client: TestClient, console_key: str) -> None:
    body = {"locale": "en-US", "messages": [{"id": "m1", "text": "order number 20260302118"}]}
    made = console_client.post("/v1/prefill", json=body, headers={"Authorization": f"Bearer {console_key}"}).json()
    html = console_client.get(f"/console/prefills/{made['id']}").text
    assert "are not kept" in html
    assert "<q>20260302118</q>" in html


def test_media_go_by_age_and_then_by_the_room_they_take(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    for name, days in (("today", 0), ("yesterday", 1), ("last_month", 31)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page-0.jpg").write_bytes(b"x" * 600)
        changed_s = (now - timedelta(days=days)).timestamp()
        os.utime(tmp_path / name, (changed_s, changed_s))
    KeptMedia(tmp_path, keep_for=timedelta(days=30), room_bytes=2_000).let_go(at=now)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["today", "yesterday"]
    KeptMedia(tmp_path, keep_for=timedelta(days=30), room_bytes=1_000).let_go(at=now)
    assert [path.name for path in tmp_path.iterdir()] == ["today"]


@pytest.mark.parametrize("name", ["..", ".", "", "../other", "none"])
def test_nothing_outside_the_folder_is_ever_deleted(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "media"
    (folder / "d1").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    KeptMedia(folder, keep_for=timedelta(days=30), room_bytes=1).forget(name)
    assert (folder / "d1").is_dir()
    assert (tmp_path / "other").is_dir()


# --- maintenance and status


def test_a_ticket_is_listed_and_shown_with_plot_and_reasons(console_client: TestClient, console_app: FastAPI) -> None:
    kept = console_app.state.store.tickets.put(ticket(92), plot="<svg xmlns='http://www.w3.org/2000/svg'/>")
    title = "Device AC-003: suction_pressure reads 0.4 MPa, expected 0.9 MPa"
    assert title in console_client.get("/console/tickets").text
    html = console_client.get(f"/console/tickets/{kept.id}").text
    assert f'src="/console/tickets/{kept.id}/plot.svg"' in html
    assert "0.4 MPa" in html
    plot = console_client.get(f"/console/tickets/{kept.id}/plot.svg")
    assert plot.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in plot.headers["content-security-policy"]


def test_tickets_are_shown_page_by_page(console_client: TestClient, console_app: FastAPI) -> None:
    for number in range(30):
        console_app.state.store.tickets.put(ticket(number, metric=f"metric_{number}_"), plot="")
    first = console_client.get("/console/tickets?state=open").text
    assert "metric_29_" in first
    (older,) = re.findall(r'href="(/console/tickets\?after=[^"]+)"', first)
    assert "metric_0_" in console_client.get(older.replace("&amp;", "&")).text


def test_a_title_is_said_in_the_persons_language(console_client: TestClient, console_app: FastAPI) -> None:
    console_app.state.store.tickets.put(ticket(90), plot="")
    console_client.get("/console/language/zh")
    assert "设备 AC-003：suction_pressure 实测 0.4 MPa，预期 0.9 MPa" in console_client.get("/console/tickets").text


def test_a_hostile_ticket_is_shown_as_text(console_client: TestClient, console_app: FastAPI) -> None:
    console_app.state.store.tickets.put(ticket(91, metric=HOSTILE), plot="")
    assert "<script>alert" not in console_client.get("/console/tickets").text


def test_the_status_page_names_every_engine(console_client: TestClient) -> None:
    html = console_client.get("/console/status").text
    assert all(engine in html for engine in ("scripted:script", "lexical:bm25"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", ["/console/prefills/none", "/console/tickets/none", "/console/articles/none"])
def test_what_is_not_there_is_a_page_that_says_so(console_client: TestClient, address: str, language: str) -> None:
    console_client.get(f"/console/language/{language}")
    answer = console_client.get(address)
    assert answer.status_code == 404
    assert {"zh": "此地址没有内容", "en": "Nothing here"}[language] in answer.text


@pytest.mark.parametrize(
    ("scopes", "address", "status"),
    [
        (["telemetry"], "/console/prefill", 403),
        (["telemetry"], "/console/tickets", 200),
        (["prefill"], "/console/ask", 403),
        *((["prefill", "suggest", "telemetry"], page, 403) for page in ADMIN_PAGES),
    ],
)
def test_a_key_opens_only_the_pages_of_its_scopes(
    console_app: FastAPI, scopes: list[str], address: str, status: int
) -> None:
    _, secret = create_key(console_app.state.store, name="narrow", scopes=scopes)
    client = TestClient(console_app, headers={"Origin": "http://testserver"})
    client.post("/console/sign-in", data={"key": secret}, follow_redirects=False)
    assert client.get(address).status_code == status


@pytest.mark.parametrize(
    ("scopes", "first"),
    [(["prefill"], "/console/prefill"), (["suggest"], "/console/ask"), (["telemetry"], "/console/tickets")],
)
def test_whoever_may_not_see_the_figures_lands_on_their_own_page(
    console_app: FastAPI, scopes: list[str], first: str
) -> None:
    _, secret = create_key(console_app.state.store, name="narrow", scopes=scopes)
    client = TestClient(console_app, headers={"Origin": "http://testserver"})
    client.post("/console/sign-in", data={"key": secret}, follow_redirects=False)
    answer = client.get("/console/")
    assert (answer.status_code, answer.url.path) == (200, first)
    assert "/console/keys" not in answer.text
