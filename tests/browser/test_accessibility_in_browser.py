"""Every page and the panel for people who use a keyboard or a screen reader: names, headings, landmarks, focus, motion.

The browser's own accessibility tree is what is asked, as a screen reader does.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import ServedConsole

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

CONTROLS = {
    "button", "link", "textbox", "checkbox", "combobox", "meter", "progressbar", "image", "DisclosureTriangle",
    "slider", "dialog", "navigation",
}  # fmt: skip
PAGES = (
    "",
    "prefill",
    "live",
    "read",
    "ask?question=E4",
    "gaps",
    "stale",
    "tickets",
    "devices",
    "devices/AC-003",
    "replay",
    "quality",
    "connectors",
    "jobs",
    "keys",
    "audit",
    "status",
)
TICKET = "A-1"
SMALLEST_PX = 24
"""WCAG 2.2, success criterion 2.5.8."""
STOPS = 25
FLAWS = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility();
  const flaws = [];
  if (!document.documentElement.lang) flaws.push("no language");
  if (!document.title.trim()) flaws.push("no title");
  for (const one of ["h1", "main"]) if (all(one).length !== 1) flaws.push(`${all(one).length} ${one}`);
  let level = 0;
  for (const heading of all("h1, h2, h3, h4").filter(shown)) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1 && level) flaws.push(`h${level} before h${next}: ${heading.textContent.trim()}`);
    level = next;
  }
  for (const image of all("img:not([alt])")) flaws.push(`no alt: ${image.src}`);
  const ids = all("[id]").map((element) => element.id);
  for (const id of ids.filter((name, at) => ids.indexOf(name) !== at)) flaws.push(`twice: #${id}`);
  for (const [attribute, selector] of [["aria-labelledby", "[aria-labelledby]"], ["for", "label[for]"]])
    for (const element of all(selector))
      if (!document.getElementById(element.getAttribute(attribute))) flaws.push(`${attribute} leads nowhere`);
  for (const element of all("[tabindex]")) if (element.tabIndex > 0) flaws.push("the order of focus is bent");
  for (const table of all("table")) if (!table.querySelector("th")) flaws.push("a table without headings");
  for (const button of all("button, .button").filter(shown)) {
    const box = button.getBoundingClientRect();
    if (Math.min(box.width, box.height) < SMALLEST) flaws.push(`small: ${button.textContent.trim()}`);
  }
  return flaws;
}""".replace("SMALLEST", str(SMALLEST_PX))
RING = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return "";
  const has = (one) => { const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2; };
  const ringed = has(element) || [...(element.parentElement?.children ?? [])].some(has);
  return `${ringed ? "ring" : "none"}: ${element.tagName} ${element.textContent.trim().slice(0, 30)}`;
}"""


@pytest.fixture(scope="module", params=["en-US", "zh-CN"])
def reader(
    request: pytest.FixtureRequest, chromium: Browser, served_console: ServedConsole
) -> Iterator[BrowserContext]:
    """Sign in, with a draft to look at."""
    messages = [{"id": "m1", "text": "洗衣机显示E4，订单号20250618936。My order is 20260302118"}]
    headers = {"Authorization": f"Bearer {served_console.key}"}
    body = {"ticket_id": TICKET, "messages": messages}
    answer = httpx.post(f"{served_console.address}/v1/prefill", json=body, headers=headers, timeout=120)
    assert answer.status_code == 200, answer.text
    context = chromium.new_context(
        locale=request.param, reduced_motion="reduce", base_url=served_console.address,
        viewport={"width": 1280, "height": 900},
    )  # fmt: skip
    page = context.new_page()
    page.goto("/console/sign-in")
    assert flaws_of(page) == []
    page.fill("#key", served_console.key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    page.close()
    yield context
    context.close()


def flaws_of(page: Page) -> list[str]:
    """Return what a page does wrong: in its document, and in the browser's accessibility tree."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    nameless = [
        f"no name: {node['role']['value']}"
        for node in tree["nodes"]
        if not node.get("ignored") and node.get("role", {}).get("value") in CONTROLS
        if not str(node.get("name", {}).get("value", "")).strip()
    ]
    return [*page.evaluate(FLAWS), *nameless]


@pytest.mark.parametrize("address", [*(f"/console/{page}" for page in PAGES), f"/panel?ticket={TICKET}"])
def test_a_page_can_be_heard_and_worked_by_keyboard(reader: BrowserContext, address: str) -> None:
    page = reader.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    for summary in page.locator("summary:visible").all():
        summary.evaluate("element => element.parentElement.setAttribute('open', '')")
    assert flaws_of(page) == []
    rings = []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        rings.append(page.evaluate(RING))
    assert [ring for ring in rings if ring.startswith("none")] == []
    assert any(ring.startswith("ring") for ring in rings)
    page.close()


def test_drafts_and_maintenance_tickets_too(reader: BrowserContext) -> None:
    page = reader.new_page()
    for list_page, first in (("prefill", ".links a"), ("tickets", ".ticket-row a")):
        page.goto(f"/console/{list_page}")
        page.locator(first).first.click()
        page.wait_for_load_state("networkidle")
        assert flaws_of(page) == []
    page.close()


def test_whoever_wants_no_motion_gets_none(reader: BrowserContext) -> None:
    page = reader.new_page()
    page.goto("/console/ask")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert page.evaluate("document.getAnimations().length") == 0
    page.close()


def test_a_page_with_flaws_is_caught(reader: BrowserContext) -> None:
    page = reader.new_page()
    page.set_content("<h1>a</h1><h3>b</h3><button></button><img src='x.png'><table><tr><td>1</td></tr></table>")
    found = " ".join(flaws_of(page))
    for flaw in ("no language", "0 main", "h1 before h3", "no alt", "no name: button", "without headings"):
        assert flaw in found
    page.close()
