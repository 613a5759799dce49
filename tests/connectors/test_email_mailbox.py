"""A mailbox as a ticket system, against a mailbox in memory; tests/systems/test_mail_servers.py has real servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage

import httpx
import pytest
from pydantic import SecretStr

from api.connectors.email_mailbox import MailExtra, MailSystem, build
from api.connectors.options import ConnectorOptions
from api.connectors.records import FieldWrite, NewTicket
from api.connectors.system import ConnectorRefused, OptionsInvalid

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EXTRA = {"smtp": "smtps://smtp.example.com", "team": "team@example.com"}
OPTIONS = ConnectorOptions.model_construct(
    name="mail",
    kind="email",
    url="imaps://imap.example.com",
    login="help@example.com",
    password=SecretStr("mail-secret-0"),
    extra=EXTRA,
)


@dataclass
class MemoryMailbox:
    """A Mailbox and a Post: what is sent is kept in `sent`, and fails after as many sends as `fails_after` says."""

    folders: dict[str, list[bytes]] = field(default_factory=dict)
    sent: list[EmailMessage] = field(default_factory=list)

    def since(self, folder: str, at: datetime) -> Iterator[bytes]:
        yield from self.folders.get(folder, [])

    def thread(self, folder: str, root: str) -> Iterator[bytes]:
        for content in self.folders.get(folder, []):
            message = message_from_bytes(content)
            named = f"{message['Message-ID']} {message['References']} {message['In-Reply-To']}"
            if f"<{root}>" in named:
                yield content

    def keep(self, folder: str, content: bytes) -> None:
        self.folders.setdefault(folder, []).append(content)

    def check(self, folders: Sequence[str] = ()) -> str:
        return "ready"

    def send(self, message: EmailMessage) -> None:
        self.sent.append(message)

    def now(self) -> datetime:
        return NOW


def mail(number: int, text: str, *, sender: str = "王芳 <wang@example.cn>", **headers: str) -> bytes:
    message = EmailMessage()
    message["Message-ID"] = f"<m{number}@example.cn>"
    message["From"] = sender
    message["Subject"] = "洗衣机 E5"
    message["Date"] = NOW + timedelta(minutes=number)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def system_of(box: MemoryMailbox) -> MailSystem:
    return MailSystem(OPTIONS, MailExtra.model_validate(EXTRA), mailbox=box, post=box)


THREAD = [
    mail(2, "Still dark.\n\nOn Friday, Support <a@b.c> wrote:\n> restart", References="<m1@example.cn>"),
    mail(1, "屏幕不亮，订单 20240518936"),
    mail(3, "请重启", sender="help@example.com", In_Reply_To="<m1@example.cn>"),
    mail(4, "I am away", In_Reply_To="<m1@example.cn>", Auto_Submitted="auto-replied"),
    mail(5, "an other matter", sender="li@example.cn"),
]


def test_a_thread_is_a_ticket_oldest_mail_first() -> None:
    ticket = system_of(MemoryMailbox({"INBOX": THREAD})).read("m1@example.cn")
    assert [(one.id, one.author, one.text) for one in ticket.messages] == [
        ("m1@example.cn", "customer", "洗衣机 E5\n屏幕不亮，订单 20240518936"),
        ("m2@example.cn", "customer", "Still dark."),
        ("m3@example.cn", "agent", "请重启"),
    ]
    assert (ticket.subject, ticket.queue, ticket.channel) == ("洗衣机 E5", "INBOX", "email")
    assert (ticket.customer.email, ticket.customer.name) == ("wang@example.cn", "王芳")


def test_since_yields_each_thread_once_and_no_machine() -> None:
    box = MemoryMailbox({"INBOX": [*THREAD, b"noise", mail(6, "bounce", sender="x@y.z", Return_Path="<>")]})
    assert [ticket.id for ticket in system_of(box).since(NOW)] == ["m1@example.cn", "m5@example.cn"]


def test_a_note_goes_to_the_team_once_for_each_mark_and_never_to_the_customer() -> None:
    box = MemoryMailbox({"INBOX": THREAD})
    for mark in ("p1", "p1", "p2"):
        system_of(box).comment("m1@example.cn", "订单号：20240518936", mark=mark)
    assert [str(one["To"]) for one in box.sent] == ["team@example.com"] * 2
    note = box.sent[0]
    assert (note["In-Reply-To"], note["References"]) == ("<m1@example.cn>", "<m1@example.cn>")
    assert (note["Subject"], note["Auto-Submitted"]) == ("Re: 洗衣机 E5", "auto-generated")
    assert len({str(one["Message-ID"]) for one in box.sent}) == 2


def test_our_own_notes_are_no_messages_of_the_ticket() -> None:
    box = MemoryMailbox({"INBOX": list(THREAD)})
    system = system_of(box)
    system.comment("m1@example.cn", "x", mark="p1")
    box.folders["INBOX"] += box.folders["Sent"]
    assert len(system.read("m1@example.cn").messages) == 3


def test_a_ticket_is_opened_once_for_its_key_and_closed_in_its_thread() -> None:
    box = MemoryMailbox()
    system = system_of(box)
    wanted = NewTicket("k1", "压缩机\n过热", "95 °C", fields=(FieldWrite("device_id", "设备", "D1"),))
    opened = system.create(wanted)
    assert system.create(wanted) == opened
    system.close(opened, "恢复正常", mark="k1/closed")
    assert [str(one["Subject"]) for one in box.sent] == ["压缩机 过热", "Re: 压缩机 过热"]
    assert box.sent[1]["In-Reply-To"] == f"<{opened}>"
    assert box.sent[0].get_content() == "95 °C\n设备: D1\n"


@pytest.mark.parametrize("ticket_id", ["", 'a" OR ALL "', "a\r\nLOGOUT", "a\\b", "a b", "屏幕", "x" * 251])
def test_an_id_that_could_change_a_search_is_refused(ticket_id: str) -> None:
    with pytest.raises(ConnectorRefused):
        system_of(MemoryMailbox()).read(ticket_id)


def test_a_thread_that_is_gone_is_refused_and_values_have_nowhere_to_go() -> None:
    system = system_of(MemoryMailbox())
    system.write("m1@example.cn", [])
    with pytest.raises(ConnectorRefused, match="no fields"):
        system.write("m1@example.cn", [FieldWrite("order_number", "x", "1")])
    with pytest.raises(ConnectorRefused, match="is left"):
        system.read("m9@example.cn")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"url": "https://imap.example.com"}, "imaps://HOST"),
        ({"url": "imap+plain://imap.example.com"}, "in the clear"),
        ({"url": "imaps://"}, "imaps://HOST"),
        ({"url": "imaps://host:99999"}, "no address"),
        ({"url": "imaps://[::1"}, "no address"),
        ({"password": SecretStr("")}, "password"),
        ({"extra": {"smtp": "smtps://h"}}, "extra.team"),
        ({"extra": {"smtp": "ftp://h", "team": "a@b.c"}}, "smtps://HOST"),
    ],
)
def test_options_that_do_not_fit_are_refused_by_name(changed: dict[str, object], told: str) -> None:
    with pytest.raises(OptionsInvalid, match=told) as refusal:
        build(OPTIONS.model_copy(update=changed), client=httpx.Client())
    assert "mail-secret-0" not in str(refusal.value)


def test_a_mailbox_has_no_door() -> None:
    assert build(OPTIONS, client=httpx.Client()).door is None
