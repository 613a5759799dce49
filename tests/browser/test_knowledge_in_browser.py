"""An agent asks, reads the steps, follows a citation, uses the answer; an administrator sees gaps and stale ones."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ServedConsole

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

WORDS = {
    "en-US": {
        "use": "Use",
        "used": "Copied and noted as used.",
        "right": "Still right",
        "noted": "Noted: still right.",
    },
    "zh-CN": {"use": "采用", "used": "已复制，记为已采用。", "right": "仍然正确", "noted": "已记录：仍然正确。"},
}


@pytest.fixture(params=["en-US", "zh-CN"])
def page(request: pytest.FixtureRequest, chromium: Browser, served_console: ServedConsole) -> Iterator[Page]:
    """Sign in, in each language; a wide and a narrow window."""
    width = 1280 if request.param == "en-US" else 390
    context = chromium.new_context(
        locale=request.param,
        base_url=served_console.address,
        viewport={"width": width, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.goto("/console/sign-in")
    page.fill("input[name=key]", served_console.key)
    page.click("main button[type=submit]")
    page.wait_for_url("**/console/**")
    yield page
    context.close()


def words_of(page: Page) -> dict[str, str]:
    return WORDS[page.evaluate("navigator.language")]


def ask(served: ServedConsole, question: str, action: str = "") -> None:
    headers = {"Authorization": f"Bearer {served.key}"}
    answer = httpx.post(f"{served.address}/v1/suggestions", json={"question": question}, headers=headers, timeout=60)
    if action:
        article = answer.json()["suggestions"][0]["article_id"]
        body = {"suggestion_id": answer.json()["id"], "article_id": article, "action": action}
        assert httpx.post(f"{served.address}/v1/feedback", json=body, headers=headers, timeout=60).status_code == 201


def test_an_answer_is_read_as_steps_followed_and_used_by_keyboard(page: Page) -> None:
    said = words_of(page)
    page.goto("/console/ask?question=滚筒洗衣机显示 E2、不排水")
    steps = page.locator(".answer-lines ol li")
    expect(steps).to_have_count(5)
    page.locator(".answer-lines .cite").first.click()
    expect(page.locator("#cited")).to_contain_text("关机断电")
    page.go_back()
    button = page.locator(".card.accent").get_by_role("button", name=said["use"], exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".card.accent").get_by_text(said["used"])).to_be_visible()
    assert "1. 关机断电" in page.evaluate("navigator.clipboard.readText()")


def test_gaps_are_grouped_and_exported(page: Page, served_console: ServedConsole) -> None:
    for question in ("蓝牙耳机连不上手机", "耳机连不上手机怎么办"):
        ask(served_console, question)
    page.goto("/console/gaps")
    expect(page.locator(".gap h2").first).to_contain_text("连不上手机")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    with page.expect_download() as download:
        page.locator("a.button").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_an_outdated_article_is_listed_until_somebody_looked(page: Page, served_console: ServedConsole) -> None:
    said = words_of(page)
    ask(served_console, "washer shows E2 and does not drain", "outdated")
    page.goto("/console/stale")
    card = page.locator(".stale", has_text="E2")
    card.get_by_role("button", name=said["right"]).click()
    expect(card.get_by_text(said["noted"])).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name=said["right"])).to_have_count(0)
