"""Alerts in, maintenance tickets kept by key: opened, escalated, brought up to date, closed with evidence.

    alert -> enough evidence? -> facts -> severity -> past episode, advice, procedure
          -> ticket by key -> the site's ticket

An alert that says nothing newer than its ticket changes nothing, so that a replay is harmless. Knows no HTTP and does
not judge readings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import structlog

from api.engines import Engines
from api.schemas.telemetry import DeviceFacts, Ticket, TicketReason
from api.security import make_id
from api.store import Store
from api.store.devices import Verdict
from api.tickets import ticket_of, with_texts
from api.upkeep.advice import suggestions_for
from api.upkeep.budget import bar_in_force, episode_of, is_inferred, is_ticket
from api.upkeep.facts import facts_of
from api.upkeep.groups import Scope, group_ticket, is_together, scope_of
from api.upkeep.past import past_episode
from api.upkeep.pictures import sketch_of
from api.upkeep.procedure import procedure_for
from api.upkeep.severity import severity_of
from predictive.alerts import SILENCE
from predictive.records import Alert

if TYPE_CHECKING:
    from predictive import Monitor

log = structlog.get_logger(__name__)

KIND = "maintenance"
VERDICTS = 2_000
"""Of which severities are worked out, the newest first: more change no quartile."""
SITE_TICKETS = 1_000
INTRODUCED = 50
"""Devices looked up at once: a record system that is asked over a network takes some milliseconds each."""


@dataclass(frozen=True, slots=True)
class Told:
    """An alert with what is known about it before its ticket is written."""

    alert: Alert
    known: Ticket | None
    facts: DeviceFacts
    group_id: str = ""
    closed_by: str = ""


class TicketBook:
    """The tickets of a house's alerts."""

    def __init__(self, *, engines: Engines, store: Store) -> None:
        self._engines = engines
        self._store = store
        self.is_muted = False  # while another process on this database keeps its tickets

    def keep(self, alerts: Sequence[Alert], *, monitor: Monitor, closed_by: str = "") -> tuple[Ticket, ...]:
        """Keep the ticket of each alert; an alert that says nothing newer changes nothing. `closed_by` is what was done
        to the device, where that ended them."""
        if not alerts or self.is_muted:
            return ()
        told = self._let_through([one for alert in alerts if (one := self._look_up(alert)) is not None])
        groups = self._group_ids(told)
        past = self._store.devices.judged(limit=VERDICTS)
        kept: list[Ticket] = []
        for one in told:
            group_id = (one.known.group_id if one.known else "") or groups.get(scope_of(one.facts), "")
            is_new = one.known is None or is_another_story(one.known, one.alert)
            plot = sketch_of(one.alert, monitor) if is_new else ""
            ticket = self._ticket(
                Told(one.alert, one.known, one.facts, group_id, closed_by), past=past, monitor=monitor
            )
            kept.append(self._store.tickets.put(ticket, plot=plot, place=place_of(ticket)))
            log.info("ticket_changed", key=one.alert.key, state=one.alert.state, severity=ticket.severity)
        self._keep_groups({ticket.group_id: scope_of(ticket.device) for ticket in kept if ticket.group_id}, groups)
        pairs = zip(told, kept, strict=True)
        self._store.budgets.note(
            [episode_of(one.alert, ticket_id=ticket.id) for one, ticket in pairs if is_inferred(one.alert)]
        )
        return tuple(kept)

    def _let_through(self, told: Sequence[Told]) -> list[Told]:
        """Return those that are tickets, or bring enough to become one; note the others as held back."""
        if all(one.known is not None for one in told):
            return list(told)
        bar = bar_in_force(self._store)
        held = [one for one in told if one.known is None and not is_ticket(one.alert, bar=bar)]
        self._store.budgets.note([episode_of(one.alert, ticket_id="") for one in held])
        for one in held:
            log.info("alert_held_back", key=one.alert.key, device_id=one.alert.device_id, bar=round(bar, 2))
        return [one for one in told if one not in held]

    @property
    def _locale(self) -> str:
        return self._engines.settings.default_locale

    @property
    def _zone(self) -> tzinfo:
        return self._engines.settings.time_zone

    def introduce(self, device_ids: Collection[str], *, at: datetime) -> None:
        """Look up some devices that nobody asked about yet, so that the fleet can be filtered by site."""
        known, records = self._store.devices.all(), self._engines.records
        for device_id in [one for one in device_ids if one not in known][:INTRODUCED]:
            facts_of(device_id, store=self._store, records=records, at=at)

    def _look_up(self, alert: Alert) -> Told | None:
        """Return what is known before an alert's ticket is written; None where the ticket is newer."""
        known = self._store.tickets.by_key(KIND, alert.key)
        if known is not None and known.updated_at > alert.updated_at:
            return None
        facts = known.device if known is not None else self._facts(alert)
        return Told(alert, known, facts)

    def _facts(self, alert: Alert) -> DeviceFacts:
        records = self._engines.records
        return facts_of(alert.device_id, store=self._store, records=records, at=alert.opened_at)

    def _ticket(self, told: Told, *, past: Sequence[Verdict], monitor: Monitor) -> Ticket:
        alert, known = told.alert, told.known
        ticket = ticket_of(alert, ticket_id=known.id if known else make_id(), locale=self._locale, zone=self._zone)
        judged = severity_of(alert, past, model=told.facts.model, now=alert.updated_at)
        reasons = _with_latest(ticket.reasons, monitor, alert) if alert.state == "resolved" else ticket.reasons
        ticket = ticket.model_copy(
            update={
                "severity": judged.severity,
                "severity_basis": judged.basis,
                "device": told.facts,
                "group_id": told.group_id,
                "reasons": reasons,
                "closed_by": told.closed_by,
            }
        )
        return with_texts(self._advised(ticket, told), locale=self._locale, zone=self._zone)

    def _advised(self, ticket: Ticket, told: Told) -> Ticket:
        """Return a ticket with what helps; looked up anew only where it became another story."""
        known = told.known
        if known is not None and not is_another_story(known, told.alert):
            kept = ("suggestions", "past_episode", "procedure")
            return ticket.model_copy(update={name: getattr(known, name) for name in kept})
        settings = self._engines.settings
        suggestions = suggestions_for(
            ticket.reasons, engines=self._engines, locale=self._locale, model=told.facts.model
        )
        return ticket.model_copy(
            update={
                "suggestions": suggestions,
                "past_episode": past_episode(ticket, store=self._store),
                "procedure": procedure_for(ticket, template=settings.maintenance_template, store=self._store),
            }
        )

    def _group_ids(self, told: Sequence[Told]) -> Mapping[str, str]:
        """Return the id of the site's ticket, for each site whose devices now alarm together."""
        fresh: dict[str, list[Alert]] = {}
        for one in told:
            if one.alert.prognosis.chances:
                continue  # a model foresees each by itself: it is no common cause
            if one.alert.state == "open" and one.known is None and scope_of(one.facts):
                fresh.setdefault(scope_of(one.facts), []).append(one.alert)
        found: dict[str, str] = {}
        for site, alerts in fresh.items():
            standing = self._store.tickets.in_place(Scope(site).place)
            opened = {alert.device_id: alert.opened_at for alert in alerts}
            opened |= {one.device_id: one.opened_at for one in self._alone(site, min(opened.values()))}
            if standing is not None:
                found[site] = standing.id
            elif is_together(tuple(opened.values())):
                found[site] = make_id()
        return found

    def _alone(self, site: str, at: datetime) -> tuple[Ticket, ...]:
        """Return the open tickets of a site's devices that no group lists yet, of the last window."""
        from api.upkeep.groups import WINDOW

        recent = self._store.tickets.of_site(site, since=at - WINDOW, limit=SITE_TICKETS)
        return tuple(one for one in recent if one.state == "open" and not (one.group_id or one.devices or one.chances))

    def _keep_groups(self, touched: Mapping[str, str], begun: Mapping[str, str]) -> None:
        """Bring the tickets of sites up to date with their devices'."""
        for group_id, site in touched.items():
            members = list(self._store.tickets.of_group(group_id))
            if site in begun and members:
                at = max(one.opened_at for one in members)
                for one in self._alone(site, at):
                    joined = one.model_copy(update={"group_id": group_id, "updated_at": max(one.updated_at, at)})
                    members.append(self._store.tickets.put(joined, place=place_of(joined)))
            known = self._store.tickets.get(group_id)
            if not members:
                continue
            at = max(one.updated_at for one in members)
            ticket = group_ticket(members, known=known, site=site, ticket_id=group_id, at=at)
            told = with_texts(ticket, locale=self._locale, zone=self._zone)
            self._store.tickets.put(told, place=Scope(site).place)


def place_of(ticket: Ticket) -> str:
    """Return what only one open ticket may hold: a device's episode, its silence, or the failure foreseen of it."""
    if ticket.chances:
        return f"prognosis/{ticket.device_id}"
    is_silence = bool(ticket.reasons) and ticket.reasons[0].detector == SILENCE
    return f"{'silence' if is_silence else 'episode'}/{ticket.device_id}"


def is_another_story(known: Ticket, alert: Alert) -> bool:
    """Say whether a person would read something else now: another state, severity or cause, or another day's figures.

    An open alert follows its readings up to hourly; the title and the figures do so too, advice and plot need not.
    """
    return (
        known.state != alert.state
        or {reason.metric for reason in known.reasons} != {reason.metric for reason in alert.reasons}
        or known.updated_at.date() != alert.updated_at.date()
    )


def _with_latest(reasons: Sequence[TicketReason], monitor: Monitor, alert: Alert) -> list[TicketReason]:
    """Return reasons with the reading that ended each: the evidence that it is over."""
    told = []
    for reason in reasons:
        points = monitor.series_window(alert.device_id, reason.metric)
        latest = float(points.values[-1]) if len(points.values) else None
        told.append(reason.model_copy(update={"latest": latest}))
    return told
