"""Log lines: JSON, with the request they belong to, and without what must not stand there."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from contextvars import copy_context

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.logs import configure_logs, in_context, new_context, note_caller, read_traceparent, trace_headers
from api.redaction import GONE, TEXT_CHARS, redacted

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Send all logs into a text; put things back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    lines = io.StringIO()
    configure_logs(logging.INFO, stream=lines)
    yield lines
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def lines_of(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("key bh_1a2b3c4dSECRETsecret-_9 used", f"key bh_1a2b3c4d{GONE} used", id="key"),
        pytest.param("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", GONE, id="webhook secret"),
        pytest.param("Authorization: Bearer abcdefgh12345678", f"Authorization: Bearer {GONE}", id="bearer"),
        pytest.param(
            "postgresql+psycopg://app:p@ss@db:5432/x", f"postgresql+psycopg://app:{GONE}@ss@db:5432/x", id="url"
        ),
        pytest.param("imap://robot:hunter2@mail/INBOX", f"imap://robot:{GONE}@mail/INBOX", id="mail url"),
        pytest.param("/panel?ticket=1&claim=abcdef.123.ff", f"/panel?ticket=1&claim={GONE}", id="signed link"),
        pytest.param('{"password": "hunter2"}', f'{{"password": "{GONE}"}}', id="json"),
        pytest.param("请回电13800138000，谢谢", f"请回电{GONE}，谢谢", id="zh mobile"),
        pytest.param("固话 021-12345678", f"固话 {GONE}", id="zh land line"),
        pytest.param("身份证 11010519491231002X", f"身份证 {GONE}", id="zh identity card"),
        pytest.param("call +1 415 555 2671 now", f"call {GONE} now", id="en international"),
        pytest.param("call 415-555-2671", f"call {GONE}", id="en national"),
        pytest.param("write to li.lei@example.com", f"write to {GONE}", id="mail"),
        pytest.param(
            "order 20250618936 at 2026-11-22T17:00:00", "order 20250618936 at 2026-11-22T17:00:00", id="order"
        ),
        pytest.param("took 12.5 s, 3 of 4, v0.1.0", "took 12.5 s, 3 of 4, v0.1.0", id="numbers"),
    ],
)
def test_secrets_and_people_do_not_stand_in_logs(text: str, kept: str) -> None:
    assert redacted(text) == kept


def test_people_may_stand_there_where_the_setting_says_so() -> None:
    assert redacted("li@example.com 13800138000", is_personal=False) == "li@example.com 13800138000"
    assert GONE in redacted("bh_1a2b3c4dSECRETsecret", is_personal=False)


def test_a_long_text_is_kept_from_both_ends() -> None:
    kept = redacted("begin" + "x" * 100_000 + "end")
    assert len(kept) < TEXT_CHARS + 100
    assert kept.startswith("begin")
    assert kept.endswith("end")


@pytest.mark.parametrize("text", ["a" * 100_000, "1" * 100_000, "@" * 100_000, "://" * 30_000, "+1 " * 30_000])
def test_redaction_is_linear(text: str) -> None:
    assert len(redacted(text)) < TEXT_CHARS + 100


def test_a_line_bears_its_request_in_other_threads_too(stream: io.StringIO) -> None:
    log = structlog.get_logger("test")
    with in_context(new_context(request_id="r-1")):
        thread = threading.Thread(
            target=copy_context().run, args=(lambda: note_caller(tenant="acme", key_prefix="bh_1"),)
        )
        thread.start()
        thread.join()
        log.info("inside", note="你好")
    log.info("outside")
    inside, outside = lines_of(stream)
    assert (inside["request_id"], inside["tenant"], inside["key_prefix"], inside["note"]) == (
        "r-1",
        "acme",
        "bh_1",
        "你好",
    )
    assert outside.keys() == {"event", "level", "timestamp"}


def test_libraries_speak_through_the_same_door(stream: io.StringIO) -> None:
    with in_context(new_context(request_id="r-2")):
        logging.getLogger("uvicorn.error").warning("refused %s", "bh_1a2b3c4dSECRETsecret")
    (line,) = lines_of(stream)
    assert (line["event"], line["request_id"], line["level"]) == (f"refused bh_1a2b3c4d{GONE}", "r-2", "warning")


def test_a_value_with_a_secrets_name_is_gone_whatever_it_is(stream: io.StringIO) -> None:
    structlog.get_logger("test").info("made", secret="plain", nested={"api_key": "plain", "shown": "plain"})
    (line,) = lines_of(stream)
    assert (line["secret"], line["nested"]) == (GONE, {"api_key": GONE, "shown": "plain"})


def test_a_failure_keeps_its_trace_without_secrets(stream: io.StringIO) -> None:
    try:
        raise ValueError("key bh_1a2b3c4dSECRETsecret is wrong")
    except ValueError:
        structlog.get_logger("test").exception("broke")
    (line,) = lines_of(stream)
    assert f"ValueError: key bh_1a2b3c4d{GONE} is wrong" in str(line["exception"])


@pytest.mark.parametrize(
    ("header", "is_trace"),
    [
        pytest.param(f"00-{TRACE}-{PARENT}-01", True, id="sampled"),
        pytest.param(f"cc-{TRACE}-{PARENT}-01-what-the-future-holds", True, id="later version"),
        pytest.param(f"00-{TRACE}-{PARENT}-01-more", False, id="more in version 0"),
        pytest.param(f"ff-{TRACE}-{PARENT}-01", False, id="version ff"),
        pytest.param(f"00-{'0' * 32}-{PARENT}-01", False, id="no trace"),
        pytest.param(f"00-{TRACE}-{'0' * 16}-01", False, id="no parent"),
        pytest.param(f"00-{TRACE.upper()}-{PARENT}-01", False, id="upper case"),
        pytest.param("nonsense", False, id="nonsense"),
        pytest.param("", False, id="empty"),
    ],
)
def test_traceparent_is_read_as_w3c_says(header: str, is_trace: bool) -> None:
    trace = read_traceparent(header, span_id="c" * 16)
    assert (trace is not None) == is_trace
    if trace is not None:
        assert (trace.traceparent, trace.parent_id) == (f"00-{TRACE}-{'c' * 16}-01", PARENT)


def test_outgoing_calls_join_the_trace() -> None:
    assert trace_headers() == {}
    with in_context(new_context(traceparent=f"00-{TRACE}-{PARENT}-00", tracestate="vendor=1")) as context:
        assert trace_headers() == {"traceparent": f"00-{TRACE}-{context.trace.span_id}-00", "tracestate": "vendor=1"}


def test_an_answer_bears_the_callers_ids(api_client: TestClient) -> None:
    headers = {"X-Request-Id": "ticket-42", "traceparent": f"00-{TRACE}-{PARENT}-01"}
    answer = api_client.get("/v1/prefills/none", headers=headers)
    assert answer.headers["x-request-id"] == "ticket-42"
    assert answer.headers["traceresponse"].split("-")[1] == TRACE
    assert answer.headers["traceresponse"].split("-")[2] != PARENT


@pytest.mark.parametrize("given", ["with space", "x" * 129, "a;b", "工单", '"><script>'])
def test_an_unusable_request_id_is_replaced(api_client: TestClient, given: str) -> None:
    answer = api_client.get("/livez", headers={"X-Request-Id": given.encode()})
    assert answer.headers["x-request-id"] not in (given, "")


def test_each_request_is_one_line_without_ids_or_keys(
    api_client: TestClient, api_key: str, stream: io.StringIO
) -> None:
    api_client.get("/v1/prefills/T-1234?phone=13800138000")
    api_client.get("/livez")
    told = [line for line in lines_of(stream) if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"], line["tenant"], line["key_prefix"]) for line in told] == [
        ("GET", "/v1/prefills/{prefill_id}", 404, "default", api_key[:11])
    ]
    assert all(secret not in stream.getvalue() for secret in ("T-1234", "13800138000", api_key))


def test_an_unexpected_error_is_told_with_its_request(api_app: FastAPI, stream: io.StringIO) -> None:
    def break_here() -> None:
        raise RuntimeError("broken inside")

    api_app.add_api_route("/break", break_here)
    with TestClient(api_app, raise_server_exceptions=False) as client:
        client.get("/break", headers={"X-Request-Id": "r-3"})
    failed = [line for line in lines_of(stream) if line["event"] == "request_failed"]
    assert [line["request_id"] for line in failed] == ["r-3"]
    assert "RuntimeError: broken inside" in str(failed[0]["exception"])
