"""A mailbox against real servers on loopback: Dovecot for IMAP, aiosmtpd for SMTP."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from api.connectors.email_mailbox import build
from api.connectors.options import ConnectorOptions
from api.connectors.system import ConnectorDown, ConnectorRefused, TicketSystem

pytestmark = [
    pytest.mark.systems,
    pytest.mark.skipif(shutil.which("dovecot") is None, reason="no dovecot; apt-get install dovecot-imapd"),
]
PASSWORD = "mail-secret-0"
FOLDER = "售后"
CONFIGURATION = """
base_dir = {home}/run
log_path = {home}/log
ssl = no
disable_plaintext_auth = no
protocols = imap
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
first_valid_gid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=dovenull gid=dovenull home={home}/mail
}}
mail_location = maildir:{home}/mail
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                if line.recv(4):
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers on port {port}")


@pytest.fixture(scope="module")
def imap_port() -> Iterator[int]:
    """Return the port of a Dovecot with one empty mailbox. Its sockets' paths must be short."""
    if os.geteuid() != 0:
        pytest.skip("dovecot changes users, which only root may")
    with tempfile.TemporaryDirectory(prefix="dove") as folder:
        home, port = Path(folder), free_port()
        home.chmod(0o755)
        (home / "mail").mkdir()
        shutil.chown(home / "mail", "dovenull", "dovenull")
        settings = home / "dovecot.conf"
        settings.write_text(CONFIGURATION.format(home=home, port=port, password=PASSWORD))
        server = subprocess.Popen(["dovecot", "-F", "-c", str(settings)])
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=20)


@dataclass
class Inbox:
    """What an SMTP server took; `refuses` is its answer where it takes nothing."""

    taken: list[bytes] = field(default_factory=list)
    refuses: str = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuses:
            return self.refuses
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 taken"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def smtp_port(inbox: Inbox) -> Iterator[int]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def options_of(imap_port: int, smtp_port: int, **changed: object) -> ConnectorOptions:
    return ConnectorOptions.model_construct(
        name="mail",
        kind="email",
        url=f"imap+plain://127.0.0.1:{imap_port}",
        login="help@example.com",
        password=SecretStr(PASSWORD),
        allow_private=True,
        queues=[FOLDER],
        extra={"smtp": f"smtp+plain://127.0.0.1:{smtp_port}", "team": "team@example.com"},
    ).model_copy(update=changed)


def system_of(options: ConnectorOptions) -> TicketSystem:
    system = build(options, client=httpx.Client()).system
    assert system is not None
    return system


def put(system: TicketSystem, number: int, text: str, **headers: str) -> None:
    """Put a mail into the folder, by the connector's own line to the server."""
    message = EmailMessage()
    message["Message-ID"] = f"<m{number}@example.cn>"
    message["From"], message["Subject"] = "王芳 <wang@example.cn>", "洗衣机 E5"
    message["Date"] = datetime(2026, 11, 22, 12, number, tzinfo=UTC)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text, charset="gb18030")
    message.add_attachment(b"\xff\xd8", maintype="image", subtype="jpeg", filename="铭牌.jpg")
    system._mailbox.keep(FOLDER, message.as_bytes())  # type: ignore[attr-defined]


def test_a_mailbox_is_read_and_the_team_is_written_to_once(imap_port: int, smtp_port: int, inbox: Inbox) -> None:
    system = system_of(options_of(imap_port, smtp_port))
    put(system, 1, "屏幕不亮，订单 20240518936")
    put(system, 2, "Still dark.\n\nOn Friday, Support <a@b.c> wrote:\n> x", In_Reply_To="<m1@example.cn>")
    put(system, 3, "an other matter")
    found = list(system.since(datetime.now(UTC) - timedelta(hours=1)))
    assert [ticket.id for ticket in found] == ["m1@example.cn", "m3@example.cn"]
    assert [one.text for one in found[0].messages] == ["洗衣机 E5\n屏幕不亮，订单 20240518936", "Still dark."]
    assert [one.name for one in found[0].attachments] == ["铭牌.jpg", "铭牌.jpg"]
    for _ in range(2):
        system.comment("m1@example.cn", "订单号：20240518936", mark="p1")
    assert len(inbox.taken) == 1
    assert b"In-Reply-To: <m1@example.cn>" in inbox.taken[0]
    assert b"To: team@example.com" in inbox.taken[0]
    assert system.check() == f"127.0.0.1: {FOLDER} 3; 127.0.0.1: ready to send"


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(days=3)])
def test_what_came_before_is_left_out(imap_port: int, smtp_port: int, ahead: timedelta) -> None:
    system = system_of(options_of(imap_port, smtp_port))
    assert list(system.since(datetime.now(UTC) + ahead)) == []


def test_a_wrong_password_is_refused_without_being_told(imap_port: int, smtp_port: int) -> None:
    system = system_of(options_of(imap_port, smtp_port, password=SecretStr("wrong-secret")))
    with pytest.raises(ConnectorRefused, match="check login and password") as refusal:
        system.check()
    assert "wrong-secret" not in str(refusal.value)


def test_a_server_that_is_away_is_down(smtp_port: int) -> None:
    with pytest.raises(ConnectorDown):
        system_of(options_of(free_port(), smtp_port)).check()


def test_a_server_that_never_answers_is_down_after_its_time(smtp_port: int) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        system = system_of(options_of(silent.getsockname()[1], smtp_port, timeout_s=0.5))
        started = time.monotonic()
        with pytest.raises(ConnectorDown):
            system.check()
        assert time.monotonic() - started < 10


def test_a_server_without_tls_is_not_spoken_to_where_tls_is_asked_for(imap_port: int, smtp_port: int) -> None:
    system = system_of(options_of(imap_port, smtp_port, url=f"imap://127.0.0.1:{imap_port}"))
    with pytest.raises((ConnectorDown, ConnectorRefused)):
        system.check()


@pytest.mark.parametrize(("answer", "error"), [("451 later", ConnectorDown), ("550 never", ConnectorRefused)])
def test_a_mail_that_is_refused_is_an_error_of_its_kind(
    imap_port: int, smtp_port: int, inbox: Inbox, answer: str, error: type[Exception]
) -> None:
    inbox.refuses = answer
    system = system_of(options_of(imap_port, smtp_port))
    put(system, 5, "屏幕不亮")
    with pytest.raises(error):
        system.comment("m5@example.cn", "x", mark=answer)
