"""One database in, one shelf a noun out. Each method is one short transaction; times and ids are given, not taken."""

from __future__ import annotations

from dataclasses import dataclass

from api.store.database import Database
from api.store.drafts import Drafts
from api.store.keys import Keys
from api.store.replies import Replies
from api.store.telemetry import Telemetry
from api.store.templates import Templates
from api.store.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Store:
    database: Database
    keys: Keys
    drafts: Drafts
    replies: Replies
    telemetry: Telemetry
    templates: Templates
    tickets: Tickets


def open_store(url: str) -> Store:
    """Open the database, bring its schema up to date, and return the shelves."""
    database = Database(url)
    database.migrate()
    return Store(
        database=database,
        keys=Keys(database),
        drafts=Drafts(database),
        replies=Replies(database),
        telemetry=Telemetry(database),
        templates=Templates(database),
        tickets=Tickets(database),
    )
