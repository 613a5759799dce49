"""The page of a live call in headless Chromium, against calls that follow a script: what is shown, and what is sent."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pydantic import JsonValue

from api.app import create_app
from api.cli.keys import create_key
from api.engines import StandIns
from api.settings import Settings
from nlp import load_articles
from speech import build_activity, build_transcriber
from tests.browser.console_server import ConsoleServer
from tests.browser.scripted_calls import Line, ScriptedCalls

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SAID = "My order number is 20260302118"
NARROW, WIDE = 390, 1280
SOFTPHONE = "Softphone"
"""Chromium of these tests picks the tab of this title by itself, where a person would be asked."""
COMPLAINTS_OF_A_LOST_LINE = "WebSocket connection"
MOST_WAITING_S = 20.5
"""Of a recording, unheard: 20 s and what one tick of its timer adds."""
TONES = """rate => [1000, 6000, 12000].map((hertz) => {
  const resampler = new Resampler(rate, 16000);
  const tone = (from) => Float32Array.from({ length: 128 },
    (_, at) => Math.sin(2 * Math.PI * hertz * (from + at) / rate));
  const made = [];
  for (let from = 0; from < rate; from += 128) made.push(...resampler.push(tone(from)));
  const middle = made.slice(1000, 15000);
  return [made.length, 10 * Math.log10(2 * middle.reduce((sum, one) => sum + one * one, 0) / middle.length)];
})"""
"""A second of each tone through the resampler: how many samples come out, and how loud against a full tone, in dB."""


@dataclass(frozen=True, slots=True)
class Service:
    address: str
    key: str
    calls: ScriptedCalls
    draft: dict[str, JsonValue]  # a real one, as POST /v1/prefill answers
    suggestions: dict[str, JsonValue]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Iterator[Service]:
    """Serve the examples, live calls scripted; fields and suggestions are the real service's of one sentence."""
    stand_ins = StandIns(transcriber=build_transcriber("scripted"), activity=build_activity("energy"))
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("live")), stand_ins=stand_ins)
    app.state.engines.knowledge_base().put_many(load_articles(examples / "kb"))
    _, key = create_key(app.state.store, name="browser", scopes=["admin"])
    calls = ScriptedCalls(app)
    server = ConsoleServer(calls)
    server.start()
    with httpx.Client(
        base_url=server.address, headers={"Authorization": f"Bearer {key}", "Accept-Language": "en"}, timeout=120
    ) as client:
        draft = client.post("/v1/prefill", json={"messages": [{"id": "m1", "text": f"{SAID}. It shows E2."}]}).json()
        suggestions = client.post("/v1/suggestions", json={"question": "The washing machine shows E2"}).json()
    yield Service(server.address, key, calls, draft, suggestions)
    server.stop()


class Caller:
    """A signed-in page of a live call."""

    def __init__(self, chromium: Browser, service: Service, *, locale: str = "en-US", width: int = WIDE) -> None:
        self.context = chromium.new_context(
            locale=locale,
            viewport={"width": width, "height": 900},
            permissions=["microphone"],
            base_url=service.address,
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto("/console/sign-in")
        self.page.fill("#key", service.key)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/console/")
        self.page.goto("/console/live")
        self.complaints.clear()

    def find(self, name: str) -> Locator:
        return self.page.locator(f"[data-{name}]")

    def play(self, sound: bytes, *, speed: int = 4) -> None:
        """Play a recording as a call."""
        self.page.select_option("#source", "file")
        self.page.select_option("#speed", str(speed))
        self.page.set_input_files("input[type=file]", [{"name": "call.wav", "mimeType": "audio/wav", "buffer": sound}])
        self.page.click("[data-setup] button[type=submit]")


@pytest.fixture
def caller(chromium: Browser, service: Service) -> Iterator[Caller]:
    made = Caller(chromium, service)
    yield made
    made.context.close()
    assert [text for text in made.complaints if COMPLAINTS_OF_A_LOST_LINE not in text] == []


@pytest.fixture
def phone(chromium: Browser, service: Service) -> Iterator[Caller]:
    made = Caller(chromium, service, locale="zh-CN", width=NARROW)
    yield made
    made.context.close()


def tone_wav(seconds: float, *, channels: int = 2, rate_hz: int = 8_000) -> bytes:
    """Return a tone on the first channel and silence on the others."""
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    tone = (8_000 * np.sin(2 * np.pi * 440 * at)).astype(np.int16)
    samples = np.stack([tone, *([np.zeros_like(tone)] * (channels - 1))], axis=1)
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())
    return content.getvalue()


def segment(text: str, start_s: float, *, speaker: str = "customer", channel: int = 1) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {
        "start_s": start_s, "end_s": start_s + 0.4, "channel": channel, "speaker": speaker, "text": text,
        "heard": text, "confidence": 0.9, "words": [],
    }  # fmt: skip
    return {"type": "segment", "segment": body}


def partial(text: str, start_s: float, *, channel: int = 1) -> dict[str, JsonValue]:
    return {"type": "partial", "channel": channel, "start_s": start_s, "end_s": start_s + 0.2, "text": text}


def fields_of(draft: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {"type": "fields", **{name: draft[name] for name in ("fields", "missing", "next_question")}}


def final_of(draft: dict[str, JsonValue], *segments: dict[str, JsonValue]) -> dict[str, JsonValue]:
    said = [one["segment"] for one in segments]
    transcript: JsonValue = {"language": "en", "duration_s": 2.0, "engine": "scripted", "text": "", "segments": said}
    return {"type": "final", "transcript": transcript, "prefill": draft}


def test_what_is_said_fills_the_page_and_ends_in_a_draft(caller: Caller, service: Service) -> None:
    agent = segment("Good morning", 0.1, speaker="agent", channel=0)
    customer = segment(SAID, 0.6)
    script = [
        Line(0.2, agent),
        Line(0.4, partial("my order", 0.6)),
        Line(3.0, customer),
        Line(3.1, fields_of(service.draft)),
        Line(3.2, {**service.suggestions, "type": "suggestions"}),
        Line(3.3, {"type": "status", "heard_s": 3.3, "behind_s": 0.2}),
    ]
    service.calls.play(script, final=final_of(service.draft, agent, customer))
    caller.play(tone_wav(6.0))
    still = caller.page.locator("[data-partials] .is-partial")
    expect(still).to_contain_text("my order")
    said = caller.page.locator("[data-said] li")
    expect(said).to_have_text([re.compile("Agent · 0:00.*Good morning"), re.compile(f"Customer · 0:00.*{SAID}")])
    expect(still).to_have_count(0)
    order = caller.page.locator('[data-field="order_number"]')
    expect(order.locator(".value")).to_have_text("20260302118")
    expect(order.locator("q")).to_have_text("20260302118")
    expect(caller.find("suggestions").locator("article").first).to_contain_text("E2")
    expect(caller.find("behind")).to_have_text("0.2 s behind")
    expect(caller.find("told")).to_have_text("The call is over. Its draft is kept.")
    expect(caller.find("draft")).to_be_focused()
    caller.find("draft").click()
    caller.page.wait_for_url(f"**/console/prefills/{service.draft['id']}")
    expect(caller.page.locator('[data-field="order_number"] .value')).to_have_text("20260302118")


def test_the_call_begins_as_was_chosen(caller: Caller, service: Service) -> None:
    service.calls.play([], final=final_of(service.draft))
    caller.page.fill("#customer", "C-2041")
    caller.page.select_option("#language", "en")
    caller.page.select_option("#template", index=0)
    caller.play(tone_wav(1.0, channels=1))
    expect(caller.find("draft")).to_be_visible()
    (called,) = service.calls.calls
    begin = dict(called.begin)
    template = begin.pop("template")
    assert begin == {
        "type": "start", "format": "pcm16", "rate_hz": 16_000, "channels": 1, "language": "en", "locale": "en-US",
        "draft": True, "customer": {"id": "C-2041"},
    }  # fmt: skip
    assert template == caller.page.locator("#template").input_value()
    assert (called.heard_s, called.last) == (pytest.approx(1.0, abs=0.01), "end")


def test_a_lost_line_keeps_what_is_shown_and_goes_on_where_it_was(caller: Caller, service: Service) -> None:
    first, second = segment("Before", 0.1), segment("After", 0.2)
    service.calls.play(
        [Line(0.2, first), Line(0.5, fields_of(service.draft)), Line(1.0, None)],
        [Line(0.5, second)],
        final=final_of(service.draft, second),
    )
    caller.play(tone_wav(4.0), speed=1)
    expect(caller.find("problem").locator("[role=alert]")).to_contain_text("connection to the service is lost")
    expect(caller.page.locator('[data-field="order_number"] .value')).to_have_text("20260302118")
    expect(caller.find("draft")).to_have_attribute("href", "/console/prefills/draft-1")
    caller.find("go-on").click()
    expect(caller.find("told")).to_have_text("The call is over. Its draft is kept.", timeout=15_000)
    expect(caller.find("draft")).to_have_attribute("href", f"/console/prefills/{service.draft['id']}")
    expect(caller.find("problem").locator("[role=alert]")).to_have_count(0)
    expect(caller.page.locator("[data-said] li")).to_have_text(
        [re.compile("0:00.*Before"), re.compile("The line was lost here"), re.compile("0:01.*After")]
    )
    expect(caller.page.locator("[data-said] .gap-note a")).to_have_attribute("href", "/console/prefills/draft-1")
    assert sum(called.heard_s for called in service.calls.calls) == pytest.approx(4.0, abs=0.3)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_problem_is_shown_with_what_to_do(caller: Caller, service: Service, language: str) -> None:
    problem: JsonValue = {"title": "Too many calls", "detail": "8 calls are open", "fix": "Try again", "status": 503}
    service.calls.play([Line(0.2, {"type": "problem", "problem": problem})], final={})
    caller.page.goto(f"/console/language/{language}")
    caller.page.goto("/console/live")
    caller.play(tone_wav(1.0))
    alert = caller.find("problem").locator("[role=alert]")
    expect(alert.locator("p")).to_have_text(["Too many calls", "8 calls are open", "Try again"])
    assert service.calls.calls[0].begin["locale"] == {"en": "en-US", "zh": "zh-CN"}[language]
    expect(caller.find("again")).to_be_visible()


def test_a_discarded_call_leaves_nothing(caller: Caller, service: Service) -> None:
    service.calls.play([Line(0.1, segment("Secret", 0.0))], final={})
    caller.play(tone_wav(30.0), speed=1)
    expect(caller.page.locator("[data-said]")).to_contain_text("Secret")
    caller.find("discard").click()
    expect(caller.page.locator("[data-said] li")).to_have_count(0)
    expect(caller.find("told")).to_have_text("Discarded. Nothing of the call is kept.")
    expect(caller.page.locator("[data-setup] button[type=submit]")).to_be_focused()
    assert service.calls.calls[0].last == "cancel"


def test_a_microphone_is_heard_at_16_khz(caller: Caller, service: Service) -> None:
    service.calls.play([Line(1.0, segment("Enough", 0.0))], final=final_of(service.draft))
    caller.page.select_option("#source", "microphone")
    caller.page.click("[data-setup] button[type=submit]")
    expect(caller.page.locator("[data-said]")).to_contain_text("Enough")
    expect(caller.find("level").first).not_to_have_attribute("value", "0")
    caller.find("stop").click()
    expect(caller.find("draft")).to_be_visible()
    (called,) = service.calls.calls
    assert (called.begin["channels"], called.last) == (1, "end")
    assert called.heard_s >= 1.0


@pytest.mark.parametrize("name", ["call.wav", ""], ids=["no sound", "no file"])
def test_what_cannot_be_played_is_said(caller: Caller, name: str) -> None:
    caller.page.select_option("#source", "file")
    if name:
        caller.page.set_input_files(
            "input[type=file]", [{"name": name, "mimeType": "audio/wav", "buffer": b"RIFF\0\0\0\0WAVE"}]
        )
    caller.page.click("[data-setup] button[type=submit]")
    expected = "cannot play the recording" if name else "Choose a recording first"
    expect(caller.find("problem").locator("[role=alert]")).to_contain_text(expected)
    expect(caller.find("setup")).to_be_visible()


def test_the_example_call_can_be_played_by_keyboard_alone_on_a_phone(phone: Caller, service: Service) -> None:
    service.calls.play([Line(0.5, segment("洗衣机显示E4", 0.1)), Line(0.6, fields_of(service.draft))], final={})
    phone.page.focus("[data-setup] button[type=submit]")
    phone.page.keyboard.press("Enter")
    expect(phone.page.locator("[data-said] .prose")).to_have_attribute("lang", "zh-CN")
    expect(phone.find("stop")).to_be_visible()
    assert not phone.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_only_settled_text_is_read_out(caller: Caller) -> None:
    assert caller.page.locator("[data-said]").get_attribute("aria-live") == "polite"
    assert caller.page.locator("[data-partials]").evaluate("element => element.closest('[aria-live]')") is None


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_sound_cards_rates_become_16_khz_without_folding(caller: Caller, rate_hz: int) -> None:
    """A tone of 1 kHz keeps its level; one of 12 kHz would fold to 4 kHz, and is gone."""
    caller.page.add_script_tag(url="/console/static/live_resampler.js")
    levels = caller.page.evaluate(TONES, rate_hz)
    assert [round(count / 100) for count, _ in levels] == [160, 160, 160]
    low, high, folded = [decibels for _, decibels in levels]
    assert low == pytest.approx(0.0, abs=0.1)
    assert high == pytest.approx(0.0, abs=1.0)
    assert folded < -50


def test_a_softphones_tab_is_the_second_side(caller: Caller, service: Service) -> None:
    softphone = caller.context.new_page()
    softphone.goto("/console/status")
    softphone.evaluate(f"document.title = '{SOFTPHONE}'")
    softphone.click("h1")
    softphone.evaluate(
        "() => { const sound = new AudioContext(), tone = new OscillatorNode(sound, { frequency: 500 });"
        " tone.connect(sound.destination); tone.start(); }"
    )
    service.calls.play([], final=final_of(service.draft))
    caller.page.bring_to_front()
    caller.page.select_option("#source", "tab")
    caller.page.click("[data-setup] button[type=submit]")
    expect(caller.find("level").nth(1)).to_have_attribute("value", re.compile("[1-9]"))
    caller.find("stop").click()
    expect(caller.find("draft")).to_be_visible()
    assert service.calls.calls[0].begin["channels"] == 2


def test_a_microphone_goes_on_after_its_line_was_lost(caller: Caller, service: Service) -> None:
    service.calls.play([Line(0.5, None)], [Line(0.5, segment("Again", 0.1))], final=final_of(service.draft))
    caller.page.select_option("#source", "microphone")
    caller.page.click("[data-setup] button[type=submit]")
    caller.find("go-on").click()
    expect(caller.page.locator("[data-said] .prose")).to_have_text("Again")
    expect(caller.page.locator("[data-said] .gap-note")).to_have_count(1)


def test_whoever_was_signed_out_is_told(caller: Caller, service: Service) -> None:
    service.calls.is_closed = True
    caller.context.clear_cookies()
    caller.play(tone_wav(1.0))
    expect(caller.find("problem").locator("[role=alert]")).to_contain_text("You are signed out")
    service.calls.is_closed = False


def test_a_recording_waits_for_a_service_that_cannot_follow(caller: Caller, service: Service) -> None:
    """The script never says that anything was heard: no more than what may wait is sent."""
    service.calls.play([Line(15.0, segment("Still here", 0.1))], final={})
    caller.page.clock.install()
    caller.play(tone_wav(120.0, channels=1))
    expect(caller.find("stop")).to_be_visible()
    caller.page.clock.run_for(40_000)
    expect(caller.page.locator("[data-said] li")).to_contain_text("Still here")
    assert service.calls.calls[0].heard_s <= MOST_WAITING_S
