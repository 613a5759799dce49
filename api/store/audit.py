"""Who did what: rows are added, never changed, each sealed together with the one before it.

The seal is an HMAC under a secret that is not in the database, so whoever can write to the database alone can neither
change, insert nor take out a row unseen. Taken off the end, rows are missed only by someone who noted the last seal:
`verify` returns it. Holds no content and no secrets; callers name subjects by id.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from api.security import derive
from api.store.database import Database
from api.store.tables import AuditRow

ACTOR_CHARS = 200
ACTION_CHARS = 50
SUBJECT_CHARS = 500
DETAIL_CHARS = 500
"""Of each text; the columns' own lengths, and enough to name things."""
TRIES = 20
"""Each lost race means that another process added a row; twenty in a row mean something else is wrong."""
PAUSE_S = 0.005
"""Before the second try, twice that before the third; a second in all. Who lost a race lets the others go first."""
FIRST = ""
TRIMMED = "retention.audit"


class AuditContended(Exception):
    """Another process wrote between every read and write of ours."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`seal` names it outside: a number would tell one tenant how much all the others do."""

    id: int
    seal: str
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AuditState:
    """What `verify` found: rows looked at, the last row's seal, and the first row that does not fit."""

    rows: int
    seal: str
    broken_id: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.broken_id is None


class Audit:
    """One tenant's log."""

    def __init__(self, database: Database, tenant: str, *, server_secret: str) -> None:
        self._database = database
        self._tenant = tenant
        self._key = derive(server_secret, "audit-log").encode()
        self._lock = threading.Lock()

    def add(self, *, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, str] = {}) -> None:
        """Add a row behind the last one.

        Raises:
            AuditContended: other processes were faster twenty times.
        """
        row = {
            "tenant": self._tenant,
            "at": at,
            "actor": _text(actor, ACTOR_CHARS),
            "action": _text(action, ACTION_CHARS),
            "subject": _text(subject, SUBJECT_CHARS),
            "detail": json.dumps(
                {_text(name, 50): _text(text, DETAIL_CHARS) for name, text in sorted(detail.items())},
                ensure_ascii=False,
            ),
        }
        with self._lock:
            for tried in range(TRIES):
                if self._append(AuditRow(**row)):
                    return
                time.sleep((tried + 1) * PAUSE_S)
        raise AuditContended(f"audit_log of {self._tenant}: no row could be added in {TRIES} tries; try again")

    def list(self, *, limit: int, before: str | None = None, action: str | None = None) -> tuple[AuditEntry, ...]:
        """Return rows, newest first; `before` is the seal of the last row of the page before."""
        query = select(AuditRow).where(AuditRow.tenant == self._tenant)
        if before is not None:
            last = select(AuditRow.id).where(AuditRow.tenant == self._tenant, AuditRow.digest == before)
            query = query.where(AuditRow.id < last.scalar_subquery())
        if action is not None:
            query = query.where(AuditRow.action == action)
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(AuditRow.id.desc()).limit(limit)).all()
        return tuple(
            AuditEntry(row.id, row.digest, row.at, row.actor, row.action, row.subject, json.loads(row.detail))
            for row in rows
        )

    def verify(self) -> AuditState:
        """Look whether every row still fits its seal and the row before."""
        query = select(AuditRow).where(AuditRow.tenant == self._tenant).order_by(AuditRow.id)
        rows, seal, anchors = 0, FIRST, {FIRST} | self._anchors()
        with self._database.transaction() as session:
            for row in session.scalars(query.execution_options(yield_per=1_000)):
                is_next = row.previous in anchors if rows == 0 else row.previous == seal
                if not is_next or not hmac.compare_digest(row.digest, self._seal(row)):
                    return AuditState(rows, seal, broken_id=row.id)
                rows, seal = rows + 1, row.digest
        return AuditState(rows, seal)

    def forget_before(self, at: datetime, *, now: datetime) -> int:
        """Take rows from before a moment off the beginning, and note that in a row of its own."""
        mine = AuditRow.tenant == self._tenant
        with self._database.transaction() as session:
            kept = session.scalar(select(AuditRow.id).where(mine, AuditRow.at >= at).order_by(AuditRow.id).limit(1))
            old = select(AuditRow).where(mine, AuditRow.at < at).order_by(AuditRow.id.desc())
            last = session.scalars((old if kept is None else old.where(AuditRow.id < kept)).limit(1)).first()
            if last is None:
                return 0
            count = len(session.scalars(select(AuditRow.id).where(mine, AuditRow.id < last.id + 1)).all())
        # The note is sealed before the rows go: a crash in between leaves a note too many, not a gap.
        detail = {"rows": str(count), "seal": last.digest}
        self.add(at=now, actor="retention", action=TRIMMED, subject="audit_log", detail=detail)
        with self._database.transaction() as session:
            session.execute(delete(AuditRow).where(mine, AuditRow.id < last.id + 1))
        return count

    def _append(self, row: AuditRow) -> bool:
        last = select(AuditRow.digest).where(AuditRow.tenant == self._tenant).order_by(AuditRow.id.desc()).limit(1)
        try:
            with self._database.transaction() as session:
                row.previous = session.scalar(last) or FIRST
                row.digest = self._seal(row)
                session.add(row)
        except IntegrityError:
            return False
        return True

    def _anchors(self) -> set[str]:
        """Return the seals that a trimmed log may begin behind."""
        query = select(AuditRow.detail).where(AuditRow.tenant == self._tenant, AuditRow.action == TRIMMED)
        with self._database.transaction() as session:
            return {str(json.loads(detail).get("seal", "")) for detail in session.scalars(query)}

    def _seal(self, row: AuditRow) -> str:
        at = f"{row.at:%Y-%m-%dT%H:%M:%S.%f}"
        parts = (row.previous, row.tenant, at, row.actor, row.action, row.subject, row.detail)
        sealed = json.dumps(parts, ensure_ascii=True).encode()
        return hmac.new(self._key, sealed, hashlib.sha256).hexdigest()


def _text(text: str, limit: int) -> str:
    """Return a bounded text that any database keeps: no NUL, no unpaired surrogate."""
    return text[:limit].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
