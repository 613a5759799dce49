"""IMAP and SMTP in, mails as bytes out; every way to fail is a ConnectorError.

    no answer, a time-out, a broken line, 4xx of SMTP     ConnectorDown
    wrong password, no such folder, 5xx of SMTP           ConnectorRefused

Certificates are checked. Mails that are too large come with their headers only, and unparsed. Knows nothing of tickets.
"""

from __future__ import annotations

import imaplib
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import urlsplit

from imap_tools import AND, OR, BaseMailBox, Header, ImapToolsError, MailBox, MailBoxUnencrypted
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError

from api.connectors.options import ConnectorOptions
from api.connectors.system import ConnectorDown, ConnectorRefused, OptionsInvalid

MAIL_BYTES = 60 * 1024 * 1024
"""50 MB of attachments as base64 are more; the usual mail limit of 25 MB fits with room to spare."""
MAILS = 10_000  # of one look, the newest: headers only, about 50 MB
THREAD_MAILS = 50
THREAD_BYTES = 100 * 1024 * 1024
PORTS = {"imaps": 993, "imap": 143, "imap+plain": 143, "smtps": 465, "smtp": 587, "smtp+plain": 25}


_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


class Mailbox(Protocol):
    """Where mails are."""

    def since(self, folder: str, at: datetime) -> Iterator[bytes]:
        """Yield the headers of the mails that came since a moment, oldest first."""
        ...

    def thread(self, folder: str, root: str) -> Iterator[bytes]:
        """Yield the mail with that id, and those that refer to it."""
        ...

    def keep(self, folder: str, content: bytes) -> None:
        """Put a copy of a mail there."""
        ...

    def check(self, folders: Sequence[str]) -> str: ...


class Post(Protocol):
    """Where mails are sent from."""

    def send(self, message: EmailMessage) -> None: ...

    def now(self) -> datetime: ...

    def check(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and who we are there."""

    connector: str
    scheme: str
    host: str
    port: int
    login: str
    password: str
    timeout_s: float

    @property
    def where(self) -> str:
        return f"connector {self.connector}: {self.host}:{self.port}"


def server_of(url: str, *, scheme: str, options: ConnectorOptions) -> Server:
    """Return the server of an address.

    Raises:
        OptionsInvalid: another scheme, no host, or no TLS where that is not allowed.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise OptionsInvalid(f"connector {options.name}: {url[:100]!r} is no address: {error}") from error
    if parts.scheme not in (scheme, f"{scheme}s", f"{scheme}+plain") or not parts.hostname:
        raise OptionsInvalid(f"connector {options.name}: write {scheme}s://HOST, not {url[:100]!r}")
    if parts.scheme.endswith("+plain") and not options.allow_private:
        raise OptionsInvalid(f"connector {options.name}: {parts.scheme} sends the password in the clear; use {scheme}s")
    secret = options.password.get_secret_value()
    return Server(options.name, parts.scheme, parts.hostname, port, options.login, secret, options.timeout_s)


class ImapMailbox:
    """A mailbox over IMAP; every call is a connection of its own."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def since(self, folder: str, at: datetime) -> Iterator[bytes]:
        """Yield the headers of the mails that came since a moment. IMAP finds by days only, of any time zone: what
        came earlier that day is left out by the server's own note of when it came."""
        day = (at.astimezone(UTC) - timedelta(hours=14)).date()
        yield from self._found(folder, str(AND(date_gte=day)), limit=MAILS, room=0, after=at)

    def thread(self, folder: str, root: str) -> Iterator[bytes]:
        """Yield the mail with that id, and those that refer to it."""
        named = f"<{root}>"
        criteria = OR(header=[Header("Message-ID", named), Header("References", named), Header("In-Reply-To", named)])
        yield from self._found(folder, str(criteria), limit=THREAD_MAILS, room=THREAD_BYTES)

    def keep(self, folder: str, content: bytes) -> None:
        """Put a copy of a mail there; make the folder where there is none."""
        with self._open() as mailbox:
            if not mailbox.folder.exists(folder):
                mailbox.folder.create(folder)
            mailbox.append(content, folder)

    def check(self, folders: Sequence[str]) -> str:
        """Return how many mails each folder holds."""
        with self._open() as mailbox:
            counts = [f"{folder} {mailbox.folder.status(folder)['MESSAGES']}" for folder in folders]
        return f"{self._server.host}: {', '.join(counts)}"

    def _found(
        self, folder: str, criteria: str, *, limit: int, room: int, after: datetime | None = None
    ) -> Iterator[bytes]:
        """Yield the newest mails that fit, oldest first; headers only once there is no more room for whole ones."""
        with self._open() as mailbox:
            if not mailbox.folder.exists(folder):
                return
            mailbox.folder.set(folder, readonly=True)
            for uid in mailbox.uids(criteria)[-limit:]:
                known = b" ".join(_fetched(mailbox, uid, "RFC822.SIZE INTERNALDATE"))
                size = _size_of(known)
                if after is not None and _came_at(known) < after:
                    continue
                is_whole = size <= min(room, MAIL_BYTES)
                room -= size if is_whole else 0
                yield from _contents(_fetched(mailbox, uid, "BODY.PEEK[]" if is_whole else "BODY.PEEK[HEADER]"))

    def _open(self) -> AbstractContextManager[BaseMailBox]:
        return _translated(self._server, self._login)

    def _login(self) -> BaseMailBox:
        """Return a mailbox that is logged in; the line is closed where that fails."""
        server = self._server
        context = ssl.create_default_context()
        mailbox: BaseMailBox
        if server.scheme == "imaps":
            mailbox = MailBox(server.host, server.port, timeout=server.timeout_s, ssl_context=context)
        else:
            mailbox = MailBoxUnencrypted(server.host, server.port, timeout=server.timeout_s)
        try:
            if server.scheme == "imap":
                mailbox.client.starttls(context)
            return mailbox.login(server.login, server.password, initial_folder=None)
        except BaseException:
            mailbox.client.shutdown()
            raise


class SmtpPost:
    """Mails sent over SMTP; every mail is a connection of its own."""

    def __init__(self, server: Server, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._server = server
        self._clock = clock

    def send(self, message: EmailMessage) -> None:
        """Hand a mail to the server."""
        with self._open() as session:
            session.send_message(message)

    def now(self) -> datetime:
        """Return the time for a mail's date."""
        return self._clock()

    def check(self) -> str:
        """Log in."""
        with self._open() as session:
            session.noop()
        return f"{self._server.host}: ready to send"

    @contextmanager
    def _open(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        context = ssl.create_default_context()
        try:
            with self._connected(context) as session:
                if server.scheme == "smtp":
                    session.starttls(context=context)
                if server.scheme != "smtp+plain" or (session.ehlo() and session.has_extn("auth")):
                    session.login(server.login, server.password)
                yield session
        except smtplib.SMTPAuthenticationError as error:
            raise ConnectorRefused(
                f"{server.where}: login refused ({error.smtp_code}); check login and password"
            ) from None
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            raise _smtp_refusal(server, error) from None
        except (smtplib.SMTPException, OSError) as error:
            raise ConnectorDown(f"{server.where}: {type(error).__name__}") from error

    def _connected(self, context: ssl.SSLContext) -> smtplib.SMTP:
        server = self._server
        if server.scheme == "smtps":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=context)
        return smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)


@contextmanager
def _translated(server: Server, login: Callable[[], BaseMailBox]) -> Iterator[BaseMailBox]:
    """Hand out a mailbox that is logged in; log out after. Errors come out as ConnectorErrors."""
    try:
        with login() as mailbox:
            yield mailbox
    except MailboxLoginError as error:
        raise ConnectorRefused(f"{server.where}: login refused; check login and password") from error
    except MailboxFolderSelectError as error:
        raise ConnectorRefused(f"{server.where}: a folder cannot be opened; check queues") from error
    except (imaplib.IMAP4.abort, OSError) as error:
        raise ConnectorDown(f"{server.where}: {type(error).__name__}") from error
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise ConnectorRefused(f"{server.where}: {type(error).__name__}: {str(error)[:200]}") from error


def _fetched(mailbox: BaseMailBox, uid: str, part: str) -> list[bytes]:
    """Return the pieces of one answer to FETCH; unparsed, for what a mail holds is hostile."""
    status, pieces = mailbox.client.uid("fetch", uid, f"({part})")
    if status != "OK":
        raise ImapToolsError(f"FETCH {part}: {status}")
    flat = [one for piece in pieces for one in (piece if isinstance(piece, tuple) else (piece,))]
    return [one for one in flat if isinstance(one, bytes)]


def _size_of(known: bytes) -> int:
    found = _SIZE.search(known)
    return int(found[1]) if found else MAIL_BYTES + 1


def _came_at(known: bytes) -> datetime:
    """Return when the server took the mail; the end of time where it does not say, so that the mail is not lost."""
    local = imaplib.Internaldate2tuple(known)
    return datetime.fromtimestamp(time.mktime(local), UTC) if local else datetime.max.replace(tzinfo=UTC)


def _contents(pieces: list[bytes]) -> Iterator[bytes]:
    """Yield the literal of an answer: [b'1 (UID 1 BODY[] {n}', the mail, b')']; none where the mail is gone."""
    yield from pieces[1:2]


def _smtp_refusal(
    server: Server, error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused
) -> ConnectorDown | ConnectorRefused:
    codes = (
        [error.smtp_code]
        if isinstance(error, smtplib.SMTPResponseException)
        else [code for code, _ in error.recipients.values()]
    )
    message = f"{server.where}: the mail is refused ({', '.join(map(str, codes))})"
    return ConnectorDown(message) if all(400 <= code < 500 for code in codes) else ConnectorRefused(message)
