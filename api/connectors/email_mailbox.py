"""A mailbox over IMAP and SMTP: a thread of mails is a ticket; what was found goes to the team by mail.

    url                imaps://host[:993], or imap://host[:143] with STARTTLS
    login, password    of the mailbox, for both servers
    queues             folders; empty: INBOX
    [connector.extra]
    smtp               smtps://host[:465], or smtp://host[:587] with STARTTLS
    address            the mailbox's own address; login, if left out
    team               who hears what was found; never the customer
    sent               the folder where our mails are kept, so that each is sent once; "Sent", if left out

There is no webhook: mails are found by `since`. A ticket's id is the Message-ID of the thread's first mail. Mails of
machines (RFC 3834, lists, bounces) and our own are left out, so that two robots cannot write to each other for ever.
Our mails bear a Message-ID made from their mark: sent twice by a crash, mail programs still show one.
imap+plain:// and smtp+plain:// (no TLS) are taken only with allow_private, for a server on this machine or network.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import httpx
import structlog

from api.connectors.access import Extra, checked_extra, need
from api.connectors.mail_servers import ImapMailbox, Mailbox, Post, SmtpPost, server_of
from api.connectors.mail_text import Mail, MailUnreadable, read_mail
from api.connectors.options import ConnectorOptions
from api.connectors.records import Author, CustomerOf, ExternalTicket, FieldWrite, NewTicket, TicketMessage
from api.connectors.system import Connector, ConnectorRefused

log = structlog.get_logger(__name__)

KIND = "email"
OWN_ID = "beforehand."
"""How the Message-IDs of our own mails begin."""
ATTACHMENTS = 20
_TICKET_ID = re.compile(r"[!#-'*-\[\]-~]{1,250}")
"""What a ticket's id may hold, as it stands inside a search's quotes: ASCII without quotes and backslashes."""


class MailExtra(Extra):
    smtp: str
    team: str
    address: str = ""
    sent: str = "Sent"


def build(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return the connector of a mailbox. Mail is no HTTP: `client` is not used."""
    need(options, url=options.url, login=options.login, password=options.password.get_secret_value())
    extra = checked_extra(options, MailExtra)
    need(options, **{"extra.team": extra.team, "extra.address": extra.address or options.login})
    imap = server_of(options.url, scheme="imap", options=options)
    smtp = server_of(extra.smtp, scheme="smtp", options=options)
    return Connector(MailSystem(options, extra, mailbox=ImapMailbox(imap), post=SmtpPost(smtp)), None)


class MailSystem:
    """Threads of a mailbox as tickets. Each call opens its own connection; safe to share between threads."""

    def __init__(self, options: ConnectorOptions, extra: MailExtra, *, mailbox: Mailbox, post: Post) -> None:
        self._options = options
        self._address = (extra.address or options.login).lower()
        self._team = extra.team
        self._sent = extra.sent
        self._mailbox = mailbox
        self._post = post
        self._folders = tuple(options.queues) or ("INBOX",)

    def read(self, ticket_id: str) -> ExternalTicket:
        """Return a thread, oldest mail first."""
        _check_id(ticket_id)
        for folder in self._folders:
            mails = self._people(self._mailbox.thread(folder, ticket_id))
            if mails:
                return self._ticket(ticket_id, folder, mails)
        raise ConnectorRefused(f"connector {self._options.name}: no mail of the thread {ticket_id} is left")

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        """Refuse: a mail has no fields."""
        if writes:
            raise ConnectorRefused(f"connector {self._options.name}: a mail has no fields; remove [connector.fields]")

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Mail the team, in the customer's thread."""
        _check_id(ticket_id)
        self._mail(self._subject(ticket_id), text, mark=mark, thread=ticket_id)

    def create(self, ticket: NewTicket) -> str:
        """Mail the team about a device; return the mail's id."""
        text = "\n".join((ticket.text, *(f"{one.target}: {one.value}" for one in ticket.fields)))
        return self._mail(ticket.title, text, mark=ticket.key)

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Mail the team, in the same thread."""
        self.comment(ticket_id, text, mark=mark)

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield the threads that got mail since the day of a moment, oldest first."""
        for folder in self._folders:
            roots = dict.fromkeys(mail.root for mail in self._people(self._mailbox.since(folder, at)))
            for root in roots:
                if _TICKET_ID.fullmatch(root):
                    mails = self._people(self._mailbox.thread(folder, root))
                    yield self._ticket(root, folder, mails)

    def check(self) -> str:
        """Return what both servers say."""
        return f"{self._mailbox.check(self._folders)}; {self._post.check()}"

    def _people(self, contents: Iterator[bytes]) -> list[Mail]:
        """Return the mails that people wrote, oldest first; what cannot be read is named in the log."""
        mails: dict[str, Mail] = {}
        for content in contents:
            try:
                mail = read_mail(content)
            except MailUnreadable as error:
                log.warning("mail_unreadable", connector=self._options.name, reason=str(error))
                continue
            if not mail.is_automatic and not mail.id.startswith(OWN_ID):
                mails.setdefault(mail.id, mail)
        return sorted(mails.values(), key=lambda mail: mail.at or datetime.max.replace(tzinfo=UTC))

    def _ticket(self, ticket_id: str, folder: str, mails: Sequence[Mail]) -> ExternalTicket:
        first = next((mail for mail in mails if self._author(mail) == "customer"), mails[0])
        return ExternalTicket(
            id=ticket_id,
            subject=mails[0].subject,
            queue=folder,
            created_at=mails[0].at,
            messages=tuple(
                TicketMessage(
                    mail.id, self._author(mail), "\n".join(filter(None, (_fresh_subject(mail), mail.text))), mail.at
                )
                for mail in mails
            ),
            attachments=tuple(file for mail in mails for file in mail.attachments)[:ATTACHMENTS],
            customer=CustomerOf(id=first.sender, name=first.sender_name, email=first.sender),
            channel="email",
            locale=self._options.locale,
        )

    def _author(self, mail: Mail) -> Author:
        return "agent" if mail.sender in (self._address, self._team.lower()) else "customer"

    def _subject(self, ticket_id: str) -> str:
        if ticket_id.startswith(OWN_ID):
            subject = next((read_mail(one).subject for one in self._mailbox.thread(self._sent, ticket_id)), "")
        else:
            subject = self.read(ticket_id).subject
        return subject if subject[:3].lower() in ("re:", "回复") else f"Re: {subject}"

    def _mail(self, subject: str, text: str, *, mark: str, thread: str = "") -> str:
        """Send a mail once for each mark; return its id."""
        own = f"{OWN_ID}{hashlib.sha256(mark.encode()).hexdigest()[:40]}@{self._address.rpartition('@')[2]}"
        if any(True for _ in self._mailbox.thread(self._sent, own)):
            return own
        message = EmailMessage()
        message["From"], message["To"] = self._address, self._team
        message["Subject"] = " ".join(subject.split())[:200]
        message["Message-ID"] = f"<{own}>"
        message["Date"] = format_datetime(self._post.now())
        message["Auto-Submitted"] = "auto-generated"
        if thread:
            message["In-Reply-To"] = message["References"] = f"<{thread}>"
        message.set_content(text)
        self._post.send(message)
        self._mailbox.keep(self._sent, message.as_bytes())
        return own


def _check_id(ticket_id: str) -> None:
    if not _TICKET_ID.fullmatch(ticket_id):
        raise ConnectorRefused(f"{ticket_id[:50]!r} is no Message-ID")


def _fresh_subject(mail: Mail) -> str:
    """Return the subject of a thread's first mail: customers put half of what they say there."""
    return mail.subject if mail.id == mail.root else ""
