"""A recording played as a call to the real service, in headless Chromium: words appear, fields fill, a draft stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ServedConsole

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

HEARING_MS = 90_000
"""The example call lasts 33 s and is played at four times its pace; a busy machine hears more slowly."""


def signed_in(chromium: Browser, served: ServedConsole, *, locale: str) -> Page:
    context = chromium.new_context(locale=locale, viewport={"width": 1280, "height": 900}, base_url=served.address)
    page = context.new_page()
    page.goto("/console/sign-in")
    page.fill("#key", served.key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    page.goto("/console/live")
    return page


def play(page: Page, recording: Path, *, language: str) -> None:
    page.select_option("#source", "file")
    page.select_option("#speed", "4")
    page.select_option("#language", language)
    page.select_option("#template", "appliance_repair")
    page.set_input_files("input[type=file]", [recording])
    page.click("[data-setup] button[type=submit]")


def test_a_recording_played_as_a_call_becomes_a_draft(
    chromium: Browser, served_console: ServedConsole, examples: Path
) -> None:
    page = signed_in(chromium, served_console, locale="en-US")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    play(page, examples / "call_en.wav", language="en")
    said = page.locator("[data-said] li")
    expect(said.first).to_be_visible(timeout=HEARING_MS)
    order = page.locator('[data-field="order_number"] .value')
    expect(order).to_have_text("20260302118", timeout=HEARING_MS)
    expect(page.locator("[data-live]")).to_have_attribute("data-state", "live")
    draft = page.locator("[data-draft]")
    expect(draft).to_be_focused(timeout=HEARING_MS)
    lines = said.count()
    draft.click()
    page.wait_for_url("**/console/prefills/*")
    expect(page.locator('[data-field="order_number"] .value')).to_have_text("20260302118")
    assert page.locator("[data-recording] .segment").count() == lines
    page.locator('[data-field="order_number"] .chip').first.click()
    expect(page.locator("[data-recording] .segment mark.is-lit").first).to_be_visible()
    page.context.close()
    assert complaints == []
