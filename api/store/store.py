"""One database in, one shelf a noun out. Each method is one short transaction; times and ids are given, not taken.

A store is one tenant's: every shelf asks for that tenant's rows only, so that a forgotten condition in a caller cannot
show one tenant another's.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.store.database import Database
from api.store.drafts import Drafts
from api.store.keys import Keys
from api.store.outcomes import Outcomes
from api.store.replies import Replies
from api.store.tables import DEFAULT_TENANT
from api.store.telemetry import Telemetry
from api.store.templates import Templates
from api.store.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Store:
    tenant: str
    database: Database
    keys: Keys
    drafts: Drafts
    outcomes: Outcomes
    replies: Replies
    telemetry: Telemetry
    templates: Templates
    tickets: Tickets

    def of(self, tenant: str) -> Store:
        """Return the shelves of another tenant, in the same database."""
        return _shelves(self.database, tenant)


def open_store(url: str, *, tenant: str = DEFAULT_TENANT) -> Store:
    """Open the database, bring its schema up to date, and return a tenant's shelves."""
    database = Database(url)
    database.migrate()
    return _shelves(database, tenant)


def _shelves(database: Database, tenant: str) -> Store:
    return Store(
        tenant=tenant,
        database=database,
        keys=Keys(database, tenant),
        drafts=Drafts(database, tenant),
        outcomes=Outcomes(database, tenant),
        replies=Replies(database),
        telemetry=Telemetry(database, tenant),
        templates=Templates(database, tenant),
        tickets=Tickets(database, tenant),
    )
