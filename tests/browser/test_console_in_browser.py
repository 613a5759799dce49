"""The console in headless Chromium, on a real server with the examples: what an agent sees and does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import ServedConsole

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

READING_MS = 120_000
"""Two pictures through the real reader take some ten seconds on two cores; a busy machine is slower."""
HARMLESS = "Password forms should have"
"""Chromium's advice on forms with a password and no user name: a key has none."""


class Visit:
    """A signed-in page of one language that remembers what the browser complained about."""

    def __init__(self, browser: Browser, served: ServedConsole, *, locale: str, width: int = 1280) -> None:
        self.served = served
        self.context = browser.new_context(locale=locale, viewport={"width": width, "height": 900})
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{served.address}/console/sign-in")
        self.page.fill("#key", served.key)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/console/")
        self.open("prefill")

    def open(self, address: str) -> None:
        self.page.goto(f"{self.served.address}/console/{address}")

    @property
    def is_wider_than_the_screen(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))

    def close(self) -> None:
        self.context.close()
        assert [text for text in self.complaints if HARMLESS not in text] == []


@pytest.fixture
def english(chromium: Browser, served_console: ServedConsole) -> Iterator[Visit]:
    visit = Visit(chromium, served_console, locale="en-US")
    yield visit
    visit.close()


@pytest.fixture
def chinese(chromium: Browser, served_console: ServedConsole) -> Iterator[Visit]:
    visit = Visit(chromium, served_console, locale="zh-CN")
    yield visit
    visit.close()


@pytest.fixture
def phone(chromium: Browser, served_console: ServedConsole) -> Iterator[Visit]:
    visit = Visit(chromium, served_console, locale="zh-CN", width=390)
    yield visit
    visit.close()


def field(page: Page, name: str) -> Locator:
    return page.locator(f'[data-field="{name}"]')


def test_dropped_files_become_a_draft_with_its_evidence(english: Visit, examples: Path) -> None:
    page = english.page
    page.fill("#message", "My washing machine shows error code E2, call me at (415) 555-0132")
    files = [examples / name for name in ("call_en.wav", "nameplate_en.jpg", "order_en.png")]
    page.set_input_files("input[type=file]", files)
    expect(page.locator("[data-file-list] li")).to_have_count(3)
    page.click("#prefill button.primary")
    page.wait_for_url("**/prefills/*", timeout=READING_MS)
    expect(field(page, "serial_number").locator(".value")).to_have_text("HBW8142601190")
    expect(field(page, "order_number").locator(".value")).to_have_text("20260302118")
    expect(field(page, "device_model").locator(".value")).to_have_text("HB-WM814")
    expect(page.locator(".message mark", has_text="E2").first).to_be_visible()
    expect(page.locator(".box polygon").first).to_be_visible()
    picture = page.locator(".picture img").first
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")


def test_a_click_on_spoken_evidence_goes_to_its_second(english: Visit, examples: Path) -> None:
    page = english.page
    page.set_input_files("input[type=file]", [examples / "call_en.wav"])
    page.click("#prefill button.primary")
    page.wait_for_url("**/prefills/*", timeout=READING_MS)
    expect(page.locator(".segment mark")).to_contain_text("2 0 2 6 0 3 0 2 1 1 8")
    expect(page.locator(".region rect")).to_have_count(1)
    chip = field(page, "order_number").locator("[data-seek]")
    seconds = float(chip.get_attribute("data-seek") or "0")
    chip.click()
    page.wait_for_function("document.querySelector('audio').currentTime > 10")
    assert page.evaluate("document.querySelector('audio').currentTime") == pytest.approx(seconds, abs=1.5)
    expect(page.locator(".region.is-lit")).to_have_count(1)


def test_a_file_can_be_taken_away_again_by_keyboard(english: Visit, examples: Path) -> None:
    page = english.page
    page.set_input_files("input[type=file]", [examples / "order_en.png", examples / "nameplate_en.jpg"])
    page.get_by_role("button", name="Remove order_en.png").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-file-list] li")).to_have_count(1)
    assert page.evaluate("document.querySelector('input[type=file]').files[0].name") == "nameplate_en.jpg"


def test_values_are_accepted_edited_and_cleared_by_keyboard(english: Visit) -> None:
    page = english.page
    page.fill("#message", "order number 20260302118, call me at (415) 555-0132")
    page.click("#prefill button.primary")
    page.wait_for_url("**/prefills/*", timeout=READING_MS)
    order, phone = field(page, "order_number"), field(page, "phone_number")
    order.focus()
    with page.expect_response("**/feedback"):
        page.keyboard.press("a")
    expect(order.locator(".decision")).to_have_text("Accepted")
    expect(order.locator("button[value=accepted]")).to_be_hidden()
    expect(order).to_be_focused()
    page.keyboard.press("x")
    expect(order.locator(".decision")).to_have_text("Cleared")
    phone.focus()
    page.keyboard.press("e")
    expect(phone.locator("input[name=final]")).to_be_focused()
    page.keyboard.type("+14155550199")
    page.keyboard.press("Enter")
    expect(phone.locator(".decision")).to_have_text("Changed to +14155550199")
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(phone.locator(".decision")).to_have_text("Changed to +14155550199")
    expect(order.locator(".decision")).to_have_text("Cleared")


def test_a_decision_the_server_did_not_take_is_taken_back(chromium: Browser, served_console: ServedConsole) -> None:
    visit = Visit(chromium, served_console, locale="zh-CN")
    page = visit.page
    page.fill("#message", "订单号20250618936")
    page.click("#prefill button.primary")
    page.wait_for_url("**/prefills/*", timeout=READING_MS)
    order = field(page, "order_number")
    page.route("**/feedback", lambda route: route.abort())
    order.get_by_role("button", name="采纳").click()
    expect(order.locator("[role=alert]")).to_contain_text("连不上服务器")
    expect(order.locator("[data-decision]")).to_have_text("")
    page.unroute("**/feedback")
    order.get_by_role("button", name="采纳").click()
    expect(order.locator(".decision")).to_have_text("已采纳")
    expect(order.locator("[role=alert]")).to_have_count(0)
    visit.context.close()


def test_the_example_is_drafted_in_chinese(chinese: Visit) -> None:
    page = chinese.page
    page.click("#example button")
    page.wait_for_url("**/prefills/*", timeout=READING_MS)
    expect(field(page, "order_number").locator("h3")).to_contain_text("订单")
    expect(field(page, "order_number").locator(".value")).to_have_text("20250618936")
    expect(field(page, "device_model").locator(".value")).to_have_text("KFR-35GW/CL3A")
    expect(page.locator(".message mark", has_text="E4")).to_be_visible()
    assert not chinese.is_wider_than_the_screen


@pytest.mark.parametrize(
    ("locale", "question", "title", "cited"),
    [
        ("zh-CN", "空调显示E4不制冷怎么办", "空调显示 E4、不制冷怎么办", "E4"),
        (
            "en-US",
            "The washing machine does not drain and shows E2",
            "Washing machine shows E2 and does not drain",
            "E2",
        ),
    ],
)
def test_a_question_gets_cited_answers(
    chromium: Browser, served_console: ServedConsole, locale: str, question: str, title: str, cited: str
) -> None:
    visit = Visit(chromium, served_console, locale=locale)
    visit.open("ask")
    visit.page.fill("#question", question)
    visit.page.keyboard.press("Enter")
    first = visit.page.locator("#answers article.suggestion").first
    expect(first.locator("h2")).to_have_text(title)
    expect(first.locator("mark").first).to_be_visible()
    first.locator("h2 a").click()
    expect(visit.page.locator("#cited")).to_be_visible()
    visit.close()


@pytest.mark.parametrize(("locale", "nothing"), [("zh-CN", "没有合适的答案"), ("en-US", "Nothing fits")])
def test_a_question_nothing_answers_says_so(
    chromium: Browser, served_console: ServedConsole, locale: str, nothing: str
) -> None:
    visit = Visit(chromium, served_console, locale=locale)
    visit.open("ask")
    visit.page.fill("#question", "Who won the chess tournament in Reykjavik?")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#answers h2").first).to_have_text(nothing)
    visit.close()


def test_a_maintenance_ticket_shows_its_plot_and_reasons(chinese: Visit) -> None:
    page = chinese.page
    page.get_by_role("link", name="维护工单").click()
    page.locator(".ticket-row a", has_text="suction_pressure").first.click()
    plot = page.locator(".plot img")
    expect(plot).to_be_visible()
    page.wait_for_function("document.querySelector('.plot img').naturalWidth > 0")
    expect(page.locator("tbody tr").first).to_contain_text("suction_pressure")
    expect(page.locator("article.suggestion").first).to_be_visible()


def test_the_status_page_names_the_engines(english: Visit) -> None:
    english.open("status")
    for name in ("Speech", "Pictures", "Text encoder", "Search", "Fields", "Telemetry"):
        expect(english.page.get_by_role("rowheader", name=name, exact=True)).to_have_count(1)


def test_hostile_text_is_shown_and_never_runs(english: Visit) -> None:
    hostile = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> order 20260302118"
    page = english.page
    page.fill("#message", hostile)
    page.click("#prefill button.primary")
    page.wait_for_url("**/prefills/*", timeout=READING_MS)
    expect(page.locator(".message .prose")).to_contain_text("<script>document.title='owned'</script>")
    assert "owned" not in page.title()


def test_the_language_is_switched_on_the_page_one_is_on(english: Visit) -> None:
    english.open("tickets")
    english.page.get_by_role("link", name="中文").click()
    expect(english.page.locator("h1")).to_have_text("维护工单")
    assert english.page.url.endswith("/console/tickets")


@pytest.mark.parametrize(
    "address", ["", "prefill", "ask", "tickets", "quality", "connectors", "jobs", "keys", "audit", "status"]
)
def test_pages_fit_a_phone(phone: Visit, address: str) -> None:
    phone.open(address)
    assert not phone.is_wider_than_the_screen


def test_keyboard_reaches_the_content_first(english: Visit) -> None:
    page = english.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
