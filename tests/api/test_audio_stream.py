"""A call over a WebSocket: words so far, segments and the draft while it is spoken, the kept draft in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect
from websockets.sync.client import connect

from api.app import create_app
from api.cli.keys import create_key
from api.cli.server import make_server
from api.engines import StandIns
from api.prefill.kept_media import media_of
from api.settings import Settings
from speech import Word, build_activity, build_transcriber
from tests.browser.console_server import ConsoleServer
from tests.speech.signals import noise, silence

PATH = "/v1/audio/stream"
START = {"type": "start", "format": "pcm16", "rate_hz": 16_000, "channels": 1, "language": "zh"}
CALL = np.concatenate([silence(0.4), noise(2.2, level=0.2), silence(1.2)])
FRAME = 3_200
NUMBER = "20250618936"


def frames_of(samples: np.ndarray) -> Iterator[bytes]:
    content = np.round(samples * 32767).astype("<i2").tobytes()
    for start in range(0, len(content), FRAME):
        yield content[start : start + FRAME]


def said_until_closed(socket: WebSocketTestSession) -> tuple[list[dict[str, Any]], int]:
    """Return what the server says until it closes, and the code it closes with."""
    said = []
    try:
        while True:
            said.append(json.loads(socket.receive_text()))
    except WebSocketDisconnect as closed:
        return said, closed.code


def held(client: TestClient, samples: np.ndarray = CALL, **start: object) -> tuple[list[dict[str, Any]], int]:
    """Hold one call to its end."""
    with client.websocket_connect(PATH) as socket:
        socket.send_text(json.dumps({**START, **start}))
        for frame in frames_of(samples):
            socket.send_bytes(frame)
        socket.send_text('{"type": "end"}')
        return said_until_closed(socket)


def of_type(said: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [one for one in said if one["type"] == name]


def test_call_becomes_a_kept_draft_while_it_is_spoken(api_client: TestClient) -> None:
    said, code = held(api_client, template="appliance_repair", ticket_id="T-7")
    assert code == 1000
    ready, final = said[0], said[-1]
    assert (ready["type"], ready["engine"], ready["rate_hz"]) == ("ready", "scripted:script", 16_000)
    assert of_type(said, "partial")[0]["text"].startswith("订单")
    (segment,) = of_type(said, "segment")
    assert segment["segment"]["text"] == f"订单{NUMBER}"
    fields = of_type(said, "fields")[-1]
    assert fields["fields"]["order_number"]["value"] == NUMBER
    assert "order_number" not in fields["missing"]
    assert of_type(said, "status")[-1]["heard_s"] >= 2.0
    assert final["type"] == "final"
    assert final["transcript"]["text"] == f"订单{NUMBER}"
    draft = final["prefill"]
    assert (draft["id"], draft["ticket_id"]) == (ready["prefill_id"], "T-7")
    assert draft["fields"]["order_number"]["evidence"][0]["source"] == "call.wav"
    assert api_client.get(f"/v1/prefills/{draft['id']}").json() == draft


def test_final_draft_is_that_of_the_uploaded_recording(api_client: TestClient) -> None:
    from tests.speech.signals import wav

    said, _ = held(api_client, template="appliance_repair", locale="zh-CN")
    answer = api_client.post(
        "/v1/prefill",
        data={"request": json.dumps({"template": "appliance_repair", "locale": "zh-CN"})},
        files={"files": ("call.wav", wav(CALL), "audio/wav")},
    )
    live, uploaded = said[-1]["prefill"], answer.json()
    assert live["transcripts"] == uploaded["transcripts"]
    assert live["fields"] == uploaded["fields"]
    assert live["next_question"] == uploaded["next_question"]


def test_recording_is_kept_beside_the_draft(api_app: FastAPI, api_client: TestClient) -> None:
    said, _ = held(api_client)
    kept = media_of(api_app.state.settings).load(said[-1]["prefill"]["id"])
    assert kept is not None
    (recording,) = kept.recordings
    assert (recording.file, recording.stored) == ("call.wav", "recording-0.wav")
    assert max(recording.lanes[0]) > 0.3


def test_transcript_alone_keeps_nothing(api_client: TestClient) -> None:
    said, code = held(api_client, draft=False)
    assert code == 1000
    assert said[0]["prefill_id"] is None
    assert said[-1]["prefill"] is None
    assert said[-1]["transcript"]["text"] == f"订单{NUMBER}"
    assert not of_type(said, "fields")


def test_cancelled_call_is_forgotten(api_client: TestClient) -> None:
    with api_client.websocket_connect(PATH) as socket:
        socket.send_text(json.dumps(START))
        draft_id = json.loads(socket.receive_text())["prefill_id"]
        for frame in frames_of(CALL):
            socket.send_bytes(frame)
        socket.send_text('{"type": "cancel"}')
        said, code = said_until_closed(socket)
    assert code == 1000
    assert not of_type(said, "final")
    assert api_client.get(f"/v1/prefills/{draft_id}").status_code == 404


def test_broken_line_keeps_what_was_heard(api_client: TestClient) -> None:
    with api_client.websocket_connect(PATH) as socket:
        socket.send_text(json.dumps(START))
        draft_id = json.loads(socket.receive_text())["prefill_id"]
        for frame in frames_of(CALL):
            socket.send_bytes(frame)
        socket.close(1006)
    draft = api_client.get(f"/v1/prefills/{draft_id}").json()
    assert draft["fields"]["order_number"]["value"] == NUMBER
    assert "3.8" in draft["warnings"][0]


def test_heard_call_stands_in_the_audit_log(api_client: TestClient) -> None:
    said, _ = held(api_client)
    (entry,) = api_client.get("/v1/audit", params={"action": "call.heard"}).json()
    assert entry["subject"] == said[-1]["prefill"]["id"]
    assert entry["detail"] == {"seconds": "3.8", "ending": "end"}


BAD_FRAMES: dict[str, tuple[list[object], str, int]] = {
    "sound before the start": ([b"\0\0"], "live_frame", 1008),
    "no JSON": (["hello"], "malformed_json", 1008),
    "unknown type": (['{"type": "stop"}'], "validation_failed", 1008),
    "rate too high": ([json.dumps({**START, "rate_hz": 96_000})], "validation_failed", 1008),
    "unknown word": ([json.dumps({**START, "codec": "mp3"})], "validation_failed", 1008),
    "unknown template": ([json.dumps({**START, "template": "nowhere"})], "template_unknown", 1008),
    "second start": ([json.dumps(START), json.dumps(START)], "live_frame", 1008),
    "frame too large": ([json.dumps(START), bytes(64 * 1024 + 2)], "body_too_large", 1009),
    "end at first": (['{"type": "end"}'], "live_frame", 1008),
}


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize("case", BAD_FRAMES)
def test_bad_frame_is_a_problem_and_a_close_code(api_client: TestClient, case: str, language: str) -> None:
    frames, name, code = BAD_FRAMES[case]
    with api_client.websocket_connect(PATH, headers={"Accept-Language": language}) as socket:
        for frame in frames:
            if isinstance(frame, bytes):
                socket.send_bytes(frame)
            else:
                socket.send_text(str(frame))
        said, closed = said_until_closed(socket)
    problem = of_type(said, "problem")[-1]["problem"]
    assert (problem["type"], closed) == (f"/problems/{name}", code)
    assert problem["fix"]
    assert problem["detail"].isascii() == (language == "en-US")


@pytest.mark.parametrize(("header", "status"), [("", 401), ("Bearer bh_wrong", 401)])
def test_stranger_is_refused_before_the_connection_opens(api_app: FastAPI, header: str, status: int) -> None:
    with TestClient(api_app) as client:
        headers = {"Authorization": header} if header else {}
        with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(PATH, headers=headers):
            pass
    assert denied.value.status_code == status
    assert denied.value.json()["type"] == ("/problems/key_invalid" if header else "/problems/key_missing")


def test_key_that_may_not_prefill_is_refused(api_app: FastAPI) -> None:
    _, secret = create_key(api_app.state.store, name="sensor", scopes=["telemetry"])
    with TestClient(api_app) as client:
        headers = {"Authorization": f"Bearer {secret}"}
        with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(PATH, headers=headers):
            pass
    assert denied.value.status_code == 403


def test_guessing_keys_is_slowed_down_here_too(api_app: FastAPI) -> None:
    tries = api_app.state.settings.limits.failures_at_once + 1
    statuses = []
    with TestClient(api_app) as client:
        for number in range(tries):
            headers = {"Authorization": f"Bearer bh_guess{number}"}
            with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(PATH, headers=headers):
                pass
            statuses.append(denied.value.status_code)
    assert statuses == [401] * (tries - 1) + [429]


@pytest.mark.parametrize(("origin", "is_heard"), [("http://testserver", True), ("https://elsewhere.example", False)])
def test_signed_in_person_may_listen_from_our_own_pages_only(
    console_app: FastAPI, console_client: TestClient, origin: str, is_heard: bool
) -> None:
    if not is_heard:
        with (
            pytest.raises(WebSocketDenialResponse) as denied,
            console_client.websocket_connect(PATH, headers={"Origin": origin}),
        ):
            pass
        assert denied.value.status_code == 403
        return
    with console_client.websocket_connect(PATH, headers={"Origin": origin}) as socket:
        socket.send_text(json.dumps({**START, "draft": False}))
        assert json.loads(socket.receive_text())["type"] == "ready"
        socket.send_text('{"type": "cancel"}')
        assert said_until_closed(socket)[1] == 1000


def made_app(api_settings: Settings, **changes: object) -> FastAPI:
    words = tuple(Word(0.5 + 0.1 * at, 0.6 + 0.1 * at, digit, 0.9) for at, digit in enumerate(NUMBER))
    stand_ins = StandIns(
        transcriber=build_transcriber("scripted", script=words, language="zh"), activity=build_activity("energy")
    )
    return create_app(api_settings.model_copy(update={"encoder_model": "", **changes}), stand_ins=stand_ins)


def client_of(app: FastAPI) -> TestClient:
    client = TestClient(app)
    client.headers["Authorization"] = f"Bearer {create_key(app.state.store, name='live', scopes=['admin'])[1]}"
    return client


def test_one_call_too_many_is_told_to_come_back(api_settings: Settings) -> None:
    with client_of(made_app(api_settings, live_at_once=1)) as client:
        with client.websocket_connect(PATH) as first:
            first.send_text(json.dumps(START))
            assert json.loads(first.receive_text())["type"] == "ready"
            with client.websocket_connect(PATH) as second:
                said, code = said_until_closed(second)
            assert (said[0]["problem"]["type"], code) == ("/problems/live_full", 1013)
            first.send_text('{"type": "end"}')
            assert said_until_closed(first)[1] == 1000
        assert held(client)[1] == 1000


ENDED: dict[str, tuple[dict[str, object], np.ndarray, str, int]] = {
    "nothing comes": ({"live_idle_s": 0.05}, CALL[:16_000], "live_idle", 1008),
    "faster than spoken": ({"live_ahead_s": 2.0}, CALL, "live_too_fast", 1008),
    "longer than allowed": ({"live_max_minutes": 0.05}, CALL, "audio_too_long", 1008),
    "heard too slowly": ({"live_behind_s": 0.05}, CALL, "live_behind", 1013),
}


@pytest.mark.parametrize("case", ENDED)
def test_call_that_is_ended_keeps_what_was_heard(api_settings: Settings, case: str) -> None:
    changes, samples, name, code = ENDED[case]
    with client_of(made_app(api_settings, **changes)) as client:
        with client.websocket_connect(PATH) as socket:
            socket.send_text(json.dumps(START))
            for frame in frames_of(samples):
                socket.send_bytes(frame)
            said, closed = said_until_closed(socket)
        assert (of_type(said, "problem")[0]["problem"]["type"], closed) == (f"/problems/{name}", code)
        kept = client.get(f"/v1/prefills/{said[0]['prefill_id']}").json()
        assert kept["warnings"][0]
        assert kept["transcripts"][0]["file"] == "call.wav"


def test_draft_of_another_tenant_is_unknown(api_app: FastAPI, api_client: TestClient) -> None:
    said, _ = held(api_client)
    _, secret = create_key(api_app.state.store.of("other"), name="other", scopes=["admin"])
    path = f"/v1/prefills/{said[-1]['prefill']['id']}"
    assert api_client.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 404


def test_protocol_is_told(api_client: TestClient) -> None:
    told = api_client.get(PATH).json()
    assert [one["type"] for one in told["client"]] == ["start", "end", "cancel"]
    assert [one["type"] for one in told["server"]] == [
        *("ready", "partial", "segment", "fields", "suggestions", "status", "problem", "final")
    ]
    assert told["close_codes"]["1013"].startswith("Too many calls")


class LiveServer(ConsoleServer):
    """Serves as `beforehand serve` does: its protocol classes, its bounds."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app)
        self.config = make_server(app, app.state.settings, host="127.0.0.1", port=0).config


def test_real_client_is_heard_by_a_served_app(api_settings: Settings) -> None:
    app = made_app(api_settings)
    _, secret = create_key(app.state.store, name="live", scopes=["admin"])
    server = LiveServer(app)
    server.start()
    try:
        address = f"{server.address.replace('http', 'ws')}{PATH}"
        with connect(address, additional_headers={"Authorization": f"Bearer {secret}"}) as socket:
            socket.send(json.dumps(START))
            for frame in frames_of(CALL):
                socket.send(frame)
            socket.send('{"type": "end"}')
            said = [json.loads(message) for message in socket]
            assert (socket.close_code, said[-1]["transcript"]["text"]) == (1000, NUMBER)
        headers = {"Authorization": f"Bearer {secret}"}
        kept = httpx.get(f"{server.address}/v1/prefills/{said[0]['prefill_id']}", headers=headers)
        assert kept.json() == said[-1]["prefill"]
    finally:
        server.stop()
