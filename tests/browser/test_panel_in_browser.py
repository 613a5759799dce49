"""The panel in headless Chromium, in an iframe of another site's page: keys, colours, sound, and who may frame it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Frame, FrameLocator, Page, expect

from api.connectors.panel_links import PanelLink
from nlp.records import Article
from tests.browser.console_server import ConsoleServer
from tests.console.test_console_style import contrast
from tests.console.ticket_desk import SECRET, TicketDesk

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

AA_TEXT = 4.5
Scheme = Literal["light", "dark"]
LOADING_MS = 30_000
MESSAGE = "My washing machine shows error code E2 and does not drain, order number 20260302118"
LEGIBLE = """() => [...document.querySelectorAll("h1, h2, h3, p, span, button, li, dt, dd, strong, mark, summary")]
  .filter((element) => element.checkVisibility() && element.childElementCount === 0 && element.textContent.trim())
  .map((element) => {
    let ground = element, colour = "rgba(0, 0, 0, 0)";
    while (ground && colour === "rgba(0, 0, 0, 0)") {
      colour = getComputedStyle(ground).backgroundColor; ground = ground.parentElement;
    }
    return [element.textContent.trim().slice(0, 40), getComputedStyle(element).color, colour];
  })"""


class HostPage:
    """Another site: serves one page with an iframe of whatever address it is given."""

    def __init__(self) -> None:
        host = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f'<!doctype html><title>Ticket</title><iframe id="panel" src="{host.framed}"></iframe>'.encode()
                self.send_response(200 if self.path == "/" else 404)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                if self.path == "/":
                    self.wfile.write(body.replace(b"<iframe ", b'<iframe width="420" height="880" '))

            def log_message(self, format: str, *args: object) -> None:
                return

        self.framed = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._thread = threading.Thread(target=self._server.serve_forever, name="host-page")
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def host() -> Iterator[HostPage]:
    page = HostPage()
    yield page
    page.stop()


@pytest.fixture(scope="module")
def served_panel(panel_app: FastAPI, ticket_desk: TicketDesk, host: HostPage) -> Iterator[str]:
    """Serve the panel with two drafted tickets; the host page's origin may frame the desk's."""
    state = panel_app.state
    file = state.settings.data_dir / "connectors.toml"
    text = file.read_text(encoding="utf-8").replace("https://agents.example", host.address)
    file.write_text(text, encoding="utf-8")
    state.connectors.reload()
    base = state.engines.knowledge_base()
    base.put(Article("e2", "Washing machine shows E2 and does not drain", "E2: it does not drain. Clean the filter."))
    base.put(Article("e3", "Washing machine shows E3", "E3: the door is open. Close the door."))
    server = ConsoleServer(panel_app)
    server.start()
    messages = [{"id": "m1", "author": "customer", "text": MESSAGE}]
    for ticket in ("B-1", "B-2"):
        ticket_desk.tickets[ticket] = {"id": ticket, "subject": "Help", "queue": "repairs", "messages": messages,
                                       "locale": "en-US", "fields": {"Order": "", "Code": ""}}  # fmt: skip
    yield server.address
    server.stop()


def link(ticket: str, *, connector: str = "desk") -> str:
    made = PanelLink(connector, ticket, "anna", str(int(datetime.now(UTC).timestamp()) + 600))
    named = {"ticket": ticket, "connector": connector, "user": "anna", "expires": made.expires}
    return f"/panel?{urlencode({**named, 'signature': made.signature(SECRET)})}"


class Embedded:
    """The panel inside the host page, and what the browser complained about."""

    def __init__(
        self,
        browser: Browser,
        host: HostPage,
        address: str,
        *,
        scheme: Literal["light", "dark"] = "light",
        query: str = "",
    ) -> None:
        self.context = browser.new_context(locale="en-US", color_scheme=scheme, viewport={"width": 520, "height": 960})
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        host.framed = (address + query).replace("&", "&amp;")
        self.page.goto(host.address)
        self.panel: FrameLocator = self.page.frame_locator("#panel")

    def _note(self, message: ConsoleMessage) -> None:
        if "favicon" not in message.location.get("url", ""):
            self.complaints.append(message.text)

    @property
    def frame(self) -> Frame:
        return self.page.frames[1]

    def press(self, key: str) -> None:
        """Press a key in the panel; an agent's first click in it is what brings the keys there."""
        if not self.frame.evaluate("document.hasFocus()"):
            self.panel.locator("h1").click()
        self.page.keyboard.press(key)

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []


@pytest.fixture
def embedded(chromium: Browser, host: HostPage, served_panel: str) -> Iterator[Embedded]:
    shown = Embedded(chromium, host, served_panel + link("B-1"))
    if shown.panel.get_by_role("button", name="Fill it in now").count():
        shown.panel.get_by_role("button", name="Fill it in now").click()
    expect(shown.panel.locator("[data-answer]").first).to_be_visible(timeout=LOADING_MS)
    yield shown
    shown.close()


def test_a_ticket_is_filled_in_from_the_frame(embedded: Embedded) -> None:
    values = embedded.panel.locator(".field .value")
    expect(values.filter(has_text="20260302118")).to_have_count(1)
    expect(embedded.panel.locator(".change").first).to_contain_text("Written to the ticket")
    expect(embedded.panel.locator("time", has_text="UTC")).to_have_count(0)  # people read their own clock


def test_keys_move_use_and_explain(embedded: Embedded, ticket_desk: TicketDesk) -> None:
    panel, page = embedded.panel, embedded.page
    embedded.press("j")
    expect(panel.locator("[data-item]").first).to_be_focused()
    page.keyboard.press("j")
    expect(panel.locator("[data-item]").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(panel.locator("[data-item]").first).to_be_focused()
    page.keyboard.press("?")
    expect(panel.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel.locator("dialog")).to_be_hidden()
    panel.locator("[data-answer]").first.focus()
    page.keyboard.press("u")
    expect(panel.locator("[data-answer] .said").first).to_contain_text("Used")
    expect(panel.locator("[data-answer] .job.done")).to_be_visible(timeout=LOADING_MS)
    expect(panel.locator("[data-answer]").first).to_be_focused()
    assert any("anna" in comment for comment in ticket_desk.comments("B-1"))


def test_the_question_is_copied_by_its_key(embedded: Embedded) -> None:
    button = embedded.panel.locator("[data-key=c]")
    if not button.count():
        pytest.skip("the draft left nothing to ask")
    embedded.press("c")
    expect(button).to_have_text("Copied")


def test_evidence_opens_the_sources_and_lights_up(embedded: Embedded) -> None:
    panel = embedded.panel
    expect(panel.locator("#sources mark").first).to_be_attached(timeout=LOADING_MS)
    panel.locator(".field .chip").first.click()
    expect(panel.locator("#sources mark.is-lit").first).to_be_visible()


def test_a_value_is_undone(embedded: Embedded, ticket_desk: TicketDesk) -> None:
    field = embedded.panel.locator(".field", has=embedded.page.frame_locator("#panel").locator("[data-key=z]")).last
    field.focus()
    embedded.page.keyboard.press("z")
    expect(embedded.panel.locator(".change", has_text="Undone")).to_have_count(1, timeout=LOADING_MS)
    fields = ticket_desk.tickets["B-1"]["fields"]
    assert isinstance(fields, dict)
    assert "" in fields.values()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", ["", "&theme=light", "&theme=dark"])
def test_every_text_can_be_read_in_every_scheme(
    chromium: Browser, host: HostPage, served_panel: str, scheme: Literal["light", "dark"], theme: str
) -> None:
    shown = Embedded(chromium, host, served_panel + link("B-1"), scheme=scheme, query=theme)
    expect(shown.panel.locator("[data-answer], .notice-card").first).to_be_visible(timeout=LOADING_MS)
    texts: list[list[str]] = shown.frame.evaluate(LEGIBLE)
    assert len(texts) > 3
    poor = [entry for entry in texts if contrast(hex_of(entry[1]), hex_of(entry[2])) < AA_TEXT]
    assert poor == []
    is_dark = theme == "&theme=dark" or (scheme == "dark" and not theme)
    ground = hex_of(shown.frame.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert ground == ("#101514" if is_dark else "#f5f7f5")
    shown.close()


def hex_of(colour: str) -> str:
    """Return #rrggbb of rgb(r, g, b)."""
    red, green, blue = (int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


@pytest.mark.parametrize("width", [300, 420, 1000])
def test_it_fits_narrow_and_wide(chromium: Browser, served_panel: str, width: int) -> None:
    context = chromium.new_context(locale="zh-CN", viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(served_panel + link("B-1"))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


def test_a_page_that_is_not_named_cannot_frame_it(chromium: Browser, host: HostPage, served_panel: str) -> None:
    shown = Embedded(chromium, host, served_panel + link("B-1", connector="quiet"))
    shown.page.wait_for_load_state("networkidle")
    assert any("frame-ancestors" in text for text in shown.complaints)
    expect(shown.panel.locator("h1", has_text="B-1")).to_have_count(0)
    shown.context.close()
