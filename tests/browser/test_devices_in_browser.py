"""The fleet, a device and a replay in headless Chromium, on a real server with the examples' month of telemetry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_console_in_browser import Visit
from tests.conftest import ServedConsole

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

PLAYED_MS = 120_000
"""A month of five devices is judged in some five seconds on two cores; a busy machine is slower."""
PICTURE = "canvas => canvas.toDataURL()"


@pytest.fixture(params=["en-US", "zh-CN"])
def visit(request: pytest.FixtureRequest, chromium: Browser, served_console: ServedConsole) -> Iterator[Visit]:
    opened = Visit(chromium, served_console, locale=str(request.param))
    yield opened
    opened.close()


@pytest.fixture
def phone(chromium: Browser, served_console: ServedConsole) -> Iterator[Visit]:
    opened = Visit(chromium, served_console, locale="zh-CN", width=390)
    yield opened
    opened.close()


def test_the_map_is_painted_and_opened_with_the_keyboard(visit: Visit) -> None:
    visit.open("devices")
    page, fleet = visit.page, visit.page.locator("[data-fleet-map]")
    expect(page.locator(".fleet tbody tr")).to_have_count(5)
    before = fleet.evaluate(PICTURE)
    fleet.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert fleet.evaluate(PICTURE) != before
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/devices/AC-00*")
    expect(page.locator("svg.course")).to_have_count(6)


def test_the_list_follows_what_is_typed(visit: Visit) -> None:
    visit.open("devices")
    visit.page.fill("#q", "ac-003")
    expect(visit.page.locator(".fleet tbody tr")).to_have_count(1)
    visit.page.wait_for_url("**q=ac-003**")


def test_a_repair_is_told_and_the_ticket_judged(visit: Visit) -> None:
    page = visit.page
    visit.open("devices/AC-005")
    page.click("details summary")
    page.select_option("#kind", "note")
    page.fill("#note", "查看过，正常 <b>ok</b>")
    page.click(".stack details button[type=submit]")
    expect(page.locator(".timeline .prose").first).to_have_text("查看过，正常 <b>ok</b>")
    visit.open("tickets")
    page.click(".ticket-row a")
    page.check("input[value=fixed]")
    page.fill("#fixed_by", "补漏、加注")
    page.click("#verdict button[type=submit]")
    expect(page.locator("#verdict .notice")).to_contain_text("补漏、加注")


def test_the_budget_is_set_and_its_rule_is_read(visit: Visit) -> None:
    visit.open("devices")
    visit.page.click('a[href="/console/budget"]')
    visit.page.fill("#false-per-1000", "3.5")
    visit.page.fill("#useful-lead", "48")
    visit.page.click(".card form button")
    expect(visit.page.locator("#false-per-1000")).to_have_value("3.5")
    expect(visit.page.locator(".facts")).to_contain_text("48")
    expect(visit.page.locator(".rule li")).to_have_count(5)
    assert not visit.is_wider_than_the_screen


def test_a_file_is_played_paused_stepped_and_jumped_through(visit: Visit, examples: Path) -> None:
    page = visit.page
    visit.open("replay")
    page.set_input_files("input[type=file]", examples / "telemetry.ndjson.gz")
    page.click("form button.primary", timeout=PLAYED_MS)
    page.wait_for_selector("[data-replay] canvas", timeout=PLAYED_MS)
    canvas, clock = page.locator("[data-replay] canvas").first, page.locator("[data-clock]")
    at_start, empty = clock.inner_text(), canvas.evaluate(PICTURE)
    page.click('[data-jump="1"]')
    assert clock.inner_text() != at_start
    assert canvas.evaluate(PICTURE) != empty
    expect(page.locator(".jumps .is-past")).to_have_count(1)
    jumped = clock.inner_text()
    page.locator('[data-step="1"]').click()
    page.locator('[data-step="1"]').click()
    assert clock.inner_text() != jumped
    page.click("[data-play]")
    page.wait_for_function("was => document.querySelector('[data-clock]').textContent !== was", arg=jumped)
    page.click("[data-play]")
    page.locator("[data-scrubber]").focus()
    page.keyboard.press("End")
    page.wait_for_function("!document.querySelector('.jumps button:not(.is-past)')")


def test_the_pages_fit_a_phone(phone: Visit) -> None:
    for address in ("devices", "devices/AC-003", "replay", "tickets"):
        phone.open(address)
        assert not phone.is_wider_than_the_screen, address
