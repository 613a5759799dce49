"""WeCom's callbacks to an app: an encrypted XML in, a genuine event or the challenge's answer out.

Each call is signed by sha1 over token, timestamp, nonce and the sealed text, in the address. WeCom tries three times,
five seconds apart, with the same message id.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from xml.parsers import expat

from api.connectors.options import ConnectorOptions
from api.connectors.records import (
    Attached,
    CommentVerdict,
    CustomerOf,
    ExternalTicket,
    HookAnswer,
    HookCall,
    HookEvent,
    TicketMessage,
)
from api.connectors.sealed import BODY_BYTES, Envelope, check_age, is_same, joint_signature
from api.connectors.system import ConnectorRefused, SignatureWrong

WINDOW = timedelta(minutes=10)
"""Three tries take 15 s; the rest is for clocks that differ and queues in between."""
DEPTH = 8
ELEMENTS = 1_000
SUFFIXES: Mapping[str, str] = {"image": "jpg", "voice": "amr", "video": "mp4"}


class WecomDoor:
    """Lets WeCom's callbacks in. Safe to share between threads."""

    def __init__(self, options: ConnectorOptions) -> None:
        self._name = options.name
        self._token = options.token.get_secret_value()
        self._locale = options.locale
        self._envelope = Envelope(
            options.secret.get_secret_value(), receiver=options.login, where=f"connector {options.name}"
        )

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        """Return the event, or the text of the challenge."""
        if len(call.body) > BODY_BYTES:
            raise ConnectorRefused(f"connector {self._name}: a callback of more than {BODY_BYTES} bytes")
        if call.method.upper() == "GET":
            return HookAnswer(self._opened(call, call.query.get("echostr", "")).encode(), "text/plain; charset=utf-8")
        sealed = flat_xml(call.body).get("Encrypt", "")
        return self._event(flat_xml(self._opened(call, sealed).encode()))

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        """Return the empty text that means: taken, nothing to say back."""
        return HookAnswer(b"", "text/plain; charset=utf-8")

    def _opened(self, call: HookCall, sealed: str) -> str:
        """Return the text of a sealed one whose signature and time are right."""
        timestamp, nonce = call.query.get("timestamp", ""), call.query.get("nonce", "")
        signature = joint_signature(self._token, timestamp, nonce, sealed)
        if not sealed or not is_same(call.query.get("msg_signature", ""), signature):
            raise SignatureWrong(f"connector {self._name}: the signature does not fit; compare the callback's Token")
        check_age(timestamp, call.at, window=WINDOW, name=self._name)
        return self._envelope.open(sealed)

    def _event(self, said: Mapping[str, str]) -> HookEvent:
        kind, sender = said.get("MsgType", ""), said.get("FromUserName", "")
        event_id = said.get("MsgId") or f"{sender}/{said.get('CreateTime', '')}/{said.get('Event', '')}"
        if kind == "event":
            return _clicked(event_id, said)
        text = said.get("Content", "").strip() if kind == "text" else ""
        media = said.get("MediaId", "")
        files: tuple[Attached, ...] = ()
        if kind in SUFFIXES and media:
            files = (Attached(f"{event_id[:50]}.{SUFFIXES[kind]}", b"", reference=media),)
        if not sender or not (text or files):
            return HookEvent(event_id, "ignored")
        at = _moment(said.get("CreateTime", ""))
        ticket = ExternalTicket(
            id=sender,
            subject=text[:100],
            queue=said.get("AgentID", ""),
            created_at=at,
            messages=(TicketMessage(event_id, "customer", text, at),) if text else (),
            attachments=files,
            customer=CustomerOf(id=sender),
            channel="chat",
            locale=self._locale,
        )
        return HookEvent(event_id, "message", ticket_id=sender, ticket=ticket)


def flat_xml(content: bytes) -> Mapping[str, str]:
    """Return the texts of the elements below the root. A document type is refused: it is where entities come from.

    >>> dict(flat_xml("<xml><Content><![CDATA[<屏幕> & 不亮]]></Content></xml>".encode()))
    {'Content': '<屏幕> & 不亮'}
    """
    found: dict[str, list[str]] = {}
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name)
        if len(path) > DEPTH or len(found) > ELEMENTS:
            raise SignatureWrong("a callback whose XML is too deep or too long")

    def end(name: str) -> None:
        path.pop()

    def text(characters: str) -> None:
        if len(path) == 2:
            found.setdefault(path[1], []).append(characters)

    def refuse(*arguments: object) -> None:
        raise SignatureWrong("a callback whose XML declares a document type")

    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise SignatureWrong("a callback that is no XML") from error
    return {name: "".join(pieces) for name, pieces in found.items()}


def task_of(mark: str) -> str:
    """Return the task id of a card with that mark: letters, digits, - and _ are all that WeCom takes.

    >>> mark_of(task_of("预填 p1"))
    '预填 p1'
    """
    return base64.urlsafe_b64encode(mark.encode()).decode().rstrip("=")


def mark_of(task: str) -> str:
    """Return the mark of a card's task id; empty where it is none of ours."""
    try:
        return base64.urlsafe_b64decode(task + "=" * (-len(task) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeError, ValueError):
        return ""


def _clicked(event_id: str, said: Mapping[str, str]) -> HookEvent:
    verdict, mark = said.get("EventKey", ""), mark_of(said.get("TaskId", ""))
    if said.get("Event") != "template_card_event" or verdict not in ("useful", "wrong") or not mark:
        return HookEvent(event_id, "ignored")
    given = CommentVerdict(mark, verdict == "useful", said.get("FromUserName", ""))
    return HookEvent(f"{event_id}/{said.get('TaskId', '')}", "feedback", verdict=given)


def _moment(seconds: str) -> datetime | None:
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 12
    return datetime.fromtimestamp(int(seconds), UTC) if is_number else None
