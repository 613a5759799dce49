"""A picture read in the console, in headless Chromium: zoom, pan, and parts that light up on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import ServedConsole

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

READING_MS = 120_000


def signed_in(chromium: Browser, served: ServedConsole, *, locale: str, width: int) -> Page:
    context = chromium.new_context(
        locale=locale, viewport={"width": width, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.goto(f"{served.address}/console/sign-in")
    page.fill("#key", served.key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    return page


@pytest.fixture(params=[("zh-CN", 1280), ("en-US", 390)], ids=["desk, zh", "phone, en"])
def read_page(
    chromium: Browser, served_console: ServedConsole, examples: Path, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """Drop a nameplate in and wait until it is read."""
    locale, width = request.param
    page = signed_in(chromium, served_console, locale=locale, width=width)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{served_console.address}/console/read")
    page.set_input_files("input[type=file]", [examples / "nameplate_zh.jpg"])
    page.click("#read button.primary")
    page.wait_for_url("**/console/read/*", timeout=READING_MS)
    yield page
    page.context.close()
    assert complaints == []


def width_of(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["width"]


def serial(page: Page) -> tuple[Locator, Locator]:
    """Return the serial number's row and its box."""
    part = '[data-part="field-serial_number"]'
    return page.locator(f"button{part}"), page.locator(f".mark{part}")


def test_a_row_shows_its_box_and_a_box_its_row(read_page: Page) -> None:
    row, mark = serial(read_page)
    row.click()
    expect(mark).to_have_class(re.compile("is-lit"))
    expect(row).to_have_attribute("aria-pressed", "true")
    other = read_page.locator('.mark[data-part="field-model"]')
    other.locator("polygon").first.click(force=True)
    expect(read_page.locator('button[data-part="field-model"]')).to_have_attribute("aria-pressed", "true")
    expect(row).to_have_attribute("aria-pressed", "false")


def test_keys_buttons_and_the_wheel_zoom(read_page: Page) -> None:
    viewer, sheet = read_page.locator("[data-viewer]"), read_page.locator("[data-sheet]")
    whole = width_of(sheet)
    read_page.locator("[data-zoom=in]").click()
    nearer = width_of(sheet)
    assert nearer > 1.2 * whole
    viewer.focus()
    read_page.keyboard.press("+")
    assert width_of(sheet) > 1.2 * nearer
    viewer.hover()
    read_page.mouse.wheel(0, -120)
    assert width_of(sheet) > 1.4 * nearer
    read_page.keyboard.press("0")
    assert abs(width_of(sheet) - whole) < 2


def test_a_near_picture_is_dragged(read_page: Page) -> None:
    for _ in range(4):
        read_page.locator("[data-zoom=in]").click()
    viewer = read_page.locator("[data-viewer]")
    before = viewer.evaluate("box => box.scrollLeft")
    place = viewer.bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    read_page.mouse.move(x, y)
    read_page.mouse.down()
    read_page.mouse.move(x - 60, y, steps=3)
    read_page.mouse.up()
    assert viewer.evaluate("box => box.scrollLeft") == pytest.approx(before + 60, abs=2)


def test_layers_are_taken_off(read_page: Page) -> None:
    line = read_page.locator(".mark.line").first
    expect(line).to_be_visible()
    read_page.locator("[data-layer=line]").uncheck()
    expect(line).to_be_hidden()


def test_a_value_is_copied(read_page: Page) -> None:
    read_page.locator('button[data-copy="CL3A2506180427"]').first.click()
    assert read_page.evaluate("navigator.clipboard.readText()") == "CL3A2506180427"


def test_the_page_is_no_wider_than_the_screen(read_page: Page) -> None:
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not read_page.evaluate(wide)
