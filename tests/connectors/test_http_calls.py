"""What every connector's HTTP does: waits that are told, sizes, redirects, hosts, secrets."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest
from pydantic import SecretStr

from api.connectors.http_calls import Answer, CallRefused, HttpCalls, Text, path_part, retry_after_s
from api.connectors.options import ConnectorOptions
from api.connectors.system import ConnectorDown, ConnectorRefused, OptionsInvalid


def calls(answer: object, *, url: str = "https://desk.example/help", login: tuple[str, str] | None = None) -> HttpCalls:
    options = ConnectorOptions(name="desk", kind="x", url=url).model_copy(update={"token": SecretStr("t0ken-型")})
    return HttpCalls(options, client=httpx.Client(transport=httpx.MockTransport(answer)), login=login)  # type: ignore[arg-type]


def said(status: int, content: bytes = b"{}", headers: Mapping[str, str] | None = None) -> object:
    return lambda request: httpx.Response(status, content=content, headers=headers)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "30"}, 30.0),
        ({"retry-after": "999999999999"}, 86_400.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 10:01:00 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 60.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:01:00 GMT"}, None),
        ({"retry-after": "稍后"}, None),
    ],
)
def test_wait_is_what_was_told(headers: Mapping[str, str], expected: float | None) -> None:
    assert retry_after_s(headers) == expected


@pytest.mark.parametrize(
    ("status", "error"),
    [(408, ConnectorDown), (425, ConnectorDown), (429, ConnectorDown), (500, ConnectorDown), (502, ConnectorDown),
     (301, CallRefused), (400, CallRefused), (403, CallRefused), (409, CallRefused), (422, CallRefused)],
)  # fmt: skip
def test_status_says_whether_to_try_again(status: int, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"connector desk: GET /help/tickets: {status}"):
        calls(said(status)).json("GET", "tickets", params={"secret": "in-the-query"})


@pytest.mark.parametrize(
    "raised", [httpx.ConnectError("refused"), httpx.ReadTimeout("late"), httpx.RemoteProtocolError("x")]
)
def test_no_answer_is_worth_another_try(raised: httpx.TransportError) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise raised

    with pytest.raises(ConnectorDown, match="GET /help/tickets"):
        calls(answer).json("GET", "tickets")


def test_far_side_that_drips_is_cut() -> None:
    """A whole answer has a time of its own, not only each read of it."""
    drip = httpx.Response(200, content=(b" " for _ in range(1_000_000)))
    options = ConnectorOptions(name="desk", kind="x", url="https://desk.example", timeout_s=0.001)
    client = httpx.Client(transport=httpx.MockTransport(lambda request: drip))
    with pytest.raises(ConnectorDown, match="not over"):
        HttpCalls(options, client=client).json("GET", "x")


def test_whole_address_of_another_host_is_not_asked() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=b"{}")

    for address in (
        "https://evil.example/x",
        "http://desk.example/x",
        "https://desk.example:444/x",
        "file:///etc/passwd",
    ):
        with pytest.raises(CallRefused):
            calls(answer).json("GET", address)
        with pytest.raises(CallRefused):
            calls(answer).file(address)
    assert asked == []


def test_file_is_not_followed_round_in_circles() -> None:
    with pytest.raises(CallRefused, match="more than 3"):
        calls(said(302, headers={"Location": "https://desk.example/again"})).file("1.png")


@pytest.mark.parametrize("echoed", ["t0ken-型", "Basic cm9vdDpwdzExMjIzMzQ0"])
def test_echoed_secrets_are_blotted_out(echoed: str) -> None:
    answer = said(400, f"you sent {echoed}".encode())
    with pytest.raises(CallRefused) as caught:
        calls(answer, login=("root", "pw11223344")).json("GET", "x")
    assert echoed.split()[-1] not in str(caught.value)
    assert "***" in str(caught.value)


@pytest.mark.parametrize("url", ["", "desk.example", "ftp://desk.example", "https://"])
def test_url_is_checked_when_it_is_built(url: str) -> None:
    with pytest.raises(OptionsInvalid, match="connector desk: url"):
        calls(said(200), url=url)


@pytest.mark.parametrize(
    ("value", "part"), [("12", "12"), ("a/b", "a%2Fb"), ("工单?x#y", "%E5%B7%A5%E5%8D%95%3Fx%23y")]
)
def test_id_is_one_part_of_a_path(value: str, part: str) -> None:
    assert path_part(value) == part


@pytest.mark.parametrize("value", ["", ".", "..", "x" * 201])
def test_what_is_no_id_is_refused(value: str) -> None:
    with pytest.raises(ConnectorRefused):
        path_part(value)


class _Body(Answer):
    id: int
    name: Text = ""


def test_misfit_is_named_by_its_place_and_not_shown() -> None:
    with pytest.raises(CallRefused, match="a ticket: id: ") as caught:
        calls(said(200)).fit({"id": "customer said 型号"}, _Body, "a ticket")
    assert "customer said" not in str(caught.value)


def test_null_is_an_empty_text() -> None:
    assert calls(said(200)).fit({"id": 1, "name": None, "more": 2}, _Body, "a ticket") == _Body(id=1)
