"""The template editor in headless Chromium: a field dragged in and moved, tried on a conversation, kept, in force."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ServedConsole

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

WAIT_MS = 60_000
"""A busy machine is slow; only a hang reaches it."""


def kinds(page: Page) -> list[str]:
    return page.locator("#rows [name=row_kind]").evaluate_all("all => all.map(one => one.value)")


def editor(browser: Browser, served: ServedConsole, *, locale: str, width: int = 1280) -> Page:
    page = browser.new_context(locale=locale, viewport={"width": width, "height": 900}).new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{served.address}/console/sign-in")
    page.fill("#key", served.key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    page.goto(f"{served.address}/console/new-template")
    return page


@pytest.mark.parametrize(
    ("locale", "conversation", "shown"),
    [
        ("en-US", "Agent: the order number?\nCustomer: order number 20250618936, please", "20250618936"),
        ("zh-CN", "客服：订单号？\n客户：订单号是20250618936，谢谢", "20250618936"),
    ],
)
def test_a_template_is_made_without_a_keyboard_and_tried(
    chromium: Browser, served_console: ServedConsole, locale: str, conversation: str, shown: str
) -> None:
    page = editor(chromium, served_console, locale=locale)
    rows = page.locator("#rows [data-row]")
    page.locator("#palette [data-kind=error_code] button").click()
    expect(rows).to_have_count(1, timeout=WAIT_MS)
    page.locator("#palette [data-kind=order_number]").drag_to(rows.first, target_position={"x": 40, "y": 4})
    expect(rows).to_have_count(2, timeout=WAIT_MS)
    assert sorted(kinds(page)) == ["error_code", "order_number"]
    before = kinds(page)
    rows.nth(1).locator("[data-move='-1']").click()
    assert kinds(page) == before[::-1]
    page.fill("#conversation", conversation)
    expect(page.locator("#preview")).to_contain_text(shown, timeout=WAIT_MS)
    page.fill("#name", f"own-{locale}")
    page.locator("#editor button.primary").click()
    page.wait_for_url("**/console/templates/own-*")
    expect(page.locator(".notice.good")).to_be_visible(timeout=WAIT_MS)
    assert kinds(page) == before[::-1]
    page.goto(f"{served_console.address}/console/prefill")
    expect(page.locator(f"#template option[value='own-{locale}']")).to_have_count(1)
    page.context.close()


def test_rows_are_dragged_into_order_and_removed(chromium: Browser, served_console: ServedConsole) -> None:
    page = editor(chromium, served_console, locale="en-US")
    page.goto(f"{served_console.address}/console/templates/appliance_repair")
    rows = page.locator("#rows [data-row]")
    before = kinds(page)
    rows.nth(2).locator("[data-grip]").drag_to(rows.nth(0), target_position={"x": 40, "y": 4})
    expect(page.locator("#moved")).to_contain_text(str(len(before)), timeout=WAIT_MS)
    moved = kinds(page)
    assert moved != before
    assert sorted(moved) == sorted(before)
    rows.nth(0).locator("[data-remove]").click()
    assert kinds(page) == moved[1:]
    page.context.close()


def test_the_editor_fits_a_narrow_screen(chromium: Browser, served_console: ServedConsole) -> None:
    page = editor(chromium, served_console, locale="zh-CN", width=390)
    page.goto(f"{served_console.address}/console/templates/ecommerce_return")
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    page.context.close()
