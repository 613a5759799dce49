"""A ticket of another system in, what prefill is asked out: bounded and clean, whatever the system let in.

A file that cannot be used is left out and named in the draft's warnings: a broken photo must not keep the words of its
ticket from being read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from api.connectors.options import ConnectorOptions
from api.connectors.records import ExternalTicket, TicketMessage
from api.engines import Engines
from api.enrich.remark import SUBJECT
from api.errors import Problem, Said, say
from api.prefill import Attachment, kind_of, prefill
from api.prefill.kept_media import media_of
from api.prefill.limits import EARLIEST_AT
from api.schemas.prefill import Customer, Message, PrefillRequest, PrefillResponse
from api.settings import Limits
from api.store import DraftOrigin, Store

NAME_CHARS = 200
LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
ROLES = {"customer": "customer", "agent": "agent", "system": "unknown"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a prefill of a ticket is made from, and where its draft belongs."""

    ticket: ExternalTicket
    options: ConnectorOptions
    origin: DraftOrigin
    draft_id: str
    at: datetime


def draft_of(asked: Asked, *, engines: Engines, store: Store) -> PrefillResponse:
    """Return the draft of a ticket, kept under its id; one that is kept already is returned as it is.

    Raises:
        Problem: an unknown template, or nothing to read.
    """
    stored = store.drafts.prefill(asked.draft_id)
    if stored is not None:
        return stored.response
    limits = engines.settings.limits
    options = asked.options
    zone = ZoneInfo(options.time_zone) if options.time_zone else engines.settings.time_zone
    request = request_of(asked.ticket, options=options, limits=limits, at=asked.at.astimezone(zone))
    files, notes = _readable(asked.ticket, limits)
    while True:
        try:
            response = prefill(
                request,
                files,
                engines=engines,
                store=store,
                at=asked.at,
                notes=notes,
                origin=asked.origin,
                draft_id=asked.draft_id,
            )
        except Problem as problem:
            guilty = [file for file in files if file.name and file.name in f"{problem.where} {problem}"]
            if not guilty:
                raise
            notes = [*notes, _left_out(guilty[0].name, problem)]
            files = [file for file in files if file is not guilty[0]]
        else:
            named = {file.name: file.content for file in files}
            media_of(engines.settings).keep(response, messages=request.messages, files=named, at=asked.at)
            return response


def request_of(ticket: ExternalTicket, *, options: ConnectorOptions, limits: Limits, at: datetime) -> PrefillRequest:
    """Return the request that a ticket makes; `at` is now where its customers live. Their clock decides what day
    "today" is, in whatever zone the system tells its times."""
    locale = options.locale or ticket.locale
    customer, created_at = ticket.customer, ticket.created_at
    is_plausible = created_at is not None and EARLIEST_AT <= created_at <= at + timedelta(days=1)
    return PrefillRequest(
        ticket_id=_clean(ticket.id)[:NAME_CHARS] or None,
        template=options.template or None,
        channel=_clean(ticket.channel)[:NAME_CHARS] or None,
        locale=locale if LOCALE.match(locale) else "",
        reference_time=created_at.astimezone(at.tzinfo) if created_at and is_plausible else at,
        customer=Customer(
            id=_clean(customer.id)[:NAME_CHARS] or None, phone=_clean(customer.phone)[:NAME_CHARS] or None
        ),
        messages=[
            Message(id=_clean(one.id)[:NAME_CHARS] or None, role=ROLES[one.author], text=one.text)  # type: ignore[arg-type]
            for one in bounded_messages(ticket, limits)
        ],
    )


def bounded_messages(ticket: ExternalTicket, limits: Limits) -> list[TicketMessage]:
    """Return the subject and the messages, the first and the newest where they are too many or too long."""
    subject = TicketMessage(SUBJECT, "customer", ticket.subject)
    spoken = [subject, *ticket.messages]
    cleaned = [TicketMessage(one.id, one.author, _clean(one.text).strip()) for one in spoken]
    messages = [one for one in cleaned if one.text]
    left = limits.text_chars
    taken: set[int] = set()
    for number in (0, 1, *range(len(messages) - 1, 1, -1)):
        if number < len(messages) and len(taken) < limits.messages and left > 0:
            messages[number] = TicketMessage(messages[number].id, messages[number].author, messages[number].text[:left])
            left -= len(messages[number].text)
            taken.add(number)
    return [messages[number] for number in sorted(taken)]


def _readable(ticket: ExternalTicket, limits: Limits) -> tuple[list[Attachment], list[Said]]:
    files: list[Attachment] = []
    notes: list[Said] = []
    names: set[str] = set()
    for number, attached in enumerate(ticket.attachments[: limits.files]):
        name = _clean(attached.name)[:NAME_CHARS] or f"file{number + 1}"
        file = Attachment(name if name not in names else f"{number + 1}-{name}", attached.content)
        names.add(file.name)
        try:
            kind_of(file)
        except Problem as problem:
            notes.append(_left_out(file.name, problem))
            continue
        files.append(file)
    return files, notes


def _left_out(name: str, problem: Problem) -> Said:
    return say("warning.file_left_out", name=name, reason=problem.detail)


def _clean(text: str) -> str:
    return NOT_TEXT.sub("", text)


def filled_of(fields: Sequence[tuple[str, str]], *, ours: Sequence[str]) -> tuple[str, ...]:
    """Return the names of fields that held a value that is not ours."""
    return tuple(name for name, value in fields if value and name not in ours)
