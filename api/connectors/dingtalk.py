"""DingTalk (钉钉): who writes to the robot, or a group that mentions it, is a ticket; the team hears what was found.

    login, password    the app's key and secret (the secret signs the robot's messages)
    token, secret      the Token and aes_key of an event subscription, where there is one
    [connector.extra]
    robot_code         the robot's code; the app's key, if left out
    team_group         the openConversationId of the team's group
    receiver           whom a subscription's envelopes are for; the app's key, if left out (older ones: the corp id)

DingTalk keeps no history that a robot may read: each message comes as its own ticket, whole in its callback, and files
are fetched when the event is worked. `since` finds nothing. Messages go out as plain text, so that what a customer
wrote cannot become a link, an image or a mention. DingTalk has no id by which it would drop a message that it has: a
crash between sending and noting it can send one twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import httpx
from pydantic import JsonValue

from api.connectors.access import AccessToken, Extra, Granted, checked_extra, need
from api.connectors.dingtalk_door import DingtalkDoor
from api.connectors.http_calls import Answer, CallRefused, HttpCalls, Text
from api.connectors.options import ConnectorOptions
from api.connectors.records import Attached, ExternalTicket, FieldWrite, NewTicket
from api.connectors.system import Connector, ConnectorRefused

KIND = "dingtalk"
BASE = "https://api.dingtalk.com"
FILE_HOSTS = (".aliyuncs.com", ".dingtalk.com")
"""Where the file call's addresses point: Alibaba's object storage. They come without our token."""
TEXT_CHARS = 5_000  # a message ends at 20 kB; Chinese takes 3 bytes a character, JSON some more


class DingtalkExtra(Extra):
    robot_code: str = ""
    team_group: str = ""
    receiver: str = ""


class _Token(Answer):
    accessToken: str
    expireIn: float


class _Sent(Answer):
    processQueryKey: Text = ""


class _File(Answer):
    downloadUrl: str


def build(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return the connector of a robot."""
    need(options, login=options.login, password=options.password.get_secret_value())
    extra = checked_extra(options, DingtalkExtra)
    need(options, **{"extra.team_group": extra.team_group or ("-" if not options.comment else "")})
    if options.secret.get_secret_value():
        need(options, token=options.token.get_secret_value())
    calls = HttpCalls(options, client=client, base=options.url or BASE)
    door = DingtalkDoor(options, receiver=extra.receiver or options.login, team_group=extra.team_group)
    return Connector(DingtalkSystem(options, extra, calls=calls), door)


class DingtalkSystem:
    """A robot's messages over DingTalk's API. Safe to share between threads."""

    def __init__(
        self,
        options: ConnectorOptions,
        extra: DingtalkExtra,
        *,
        calls: HttpCalls,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options
        self._robot = extra.robot_code or options.login
        self._team = extra.team_group
        self._calls = calls
        self._access = AccessToken(self._granted, clock=clock)

    def read(self, ticket_id: str) -> ExternalTicket:
        """Refuse: a robot cannot read back what was said."""
        raise ConnectorRefused(f"connector {self._options.name}: DingTalk keeps no history that a robot may read")

    def complete(self, ticket: ExternalTicket) -> ExternalTicket:
        """Return the ticket with its files fetched."""
        files = tuple(self._fetched(one) if one.reference and not one.content else one for one in ticket.attachments)
        return replace(ticket, attachments=files)

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        """Refuse: a chat has no fields."""
        if writes:
            raise ConnectorRefused(f"connector {self._options.name}: a chat has no fields; remove [connector.fields]")

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Send the text to the team's group."""
        self._send(f"{ticket_id}\n{text}")

    def create(self, ticket: NewTicket) -> str:
        """Send a message about a device to the team's group; return the message's key."""
        lines = (ticket.title, ticket.text, *(f"{one.target}: {one.value}" for one in ticket.fields))
        return self._send("\n".join(lines)) or ticket.key

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Tell the team's group."""
        self._send(text)

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield nothing: there is no history."""
        yield from ()

    def check(self) -> str:
        """Return that the app's key and secret are right."""
        self._access.value()
        return f"DingTalk, robot {self._robot}"

    def _send(self, text: str) -> str:
        body: JsonValue = {
            "robotCode": self._robot,
            "openConversationId": self._team,
            "msgKey": "sampleText",
            "msgParam": json.dumps({"content": text[:TEXT_CHARS]}, ensure_ascii=False),
        }
        answer = self._call("/v1.0/robot/groupMessages/send", body)
        return self._calls.fit(answer or {}, _Sent, "message sent").processQueryKey

    def _fetched(self, file: Attached) -> Attached:
        body: JsonValue = {"downloadCode": file.reference, "robotCode": self._robot}
        answer = self._call("/v1.0/robot/messageFiles/download", body)
        address = self._calls.fit(answer, _File, "file").downloadUrl
        return replace(file, content=self._calls.file(address, hosts=FILE_HOSTS))

    def _call(self, path: str, body: JsonValue) -> JsonValue:
        """Return an answer; fetch a fresh token once where the old one is refused."""
        token = self._access.value()
        try:
            return self._calls.json("POST", path, body=body, headers={"x-acs-dingtalk-access-token": token})
        except CallRefused as refused:
            if refused.status not in (400, 401) or not self._access.forget(token):
                raise
        headers = {"x-acs-dingtalk-access-token": self._access.value()}
        return self._calls.json("POST", path, body=body, headers=headers)

    def _granted(self) -> Granted:
        body: JsonValue = {"appKey": self._options.login, "appSecret": self._options.password.get_secret_value()}
        answer = self._calls.json("POST", "/v1.0/oauth2/accessToken", body=body)
        token = self._calls.fit(answer, _Token, "accessToken")
        return Granted(token.accessToken, token.expireIn)
