"""One database in, one shelf a noun out. Each method is one short transaction; times and ids are given, not taken.

A store is one tenant's: every shelf asks for that tenant's rows only, so that a forgotten condition in a caller cannot
show one tenant another's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from api.security import read_server_secret
from api.settings import Settings
from api.store.audit import Audit
from api.store.budgets import Budgets
from api.store.changes import Changes, Links
from api.store.database import Database
from api.store.devices import Devices
from api.store.draft_usage import DraftUsages
from api.store.drafts import Drafts
from api.store.exports import Exports
from api.store.foreseen import ForeseenFailures
from api.store.keys import Keys
from api.store.outbox import Outbox
from api.store.outcomes import Outcomes
from api.store.outdated import OutdatedArticles
from api.store.promises import Promises
from api.store.questions import Questions
from api.store.replies import Replies
from api.store.retention import Retention
from api.store.sessions import Sessions
from api.store.tables import DEFAULT_TENANT
from api.store.telemetry import Telemetry
from api.store.templates import Templates
from api.store.tickets import Tickets
from api.store.verdicts import Verdicts
from api.store.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Store:
    tenant: str
    database: Database
    server_secret: str = field(repr=False)
    keys: Keys
    audit: Audit
    budgets: Budgets
    devices: Devices
    draft_usage: DraftUsages
    drafts: Drafts
    exports: Exports
    foreseen: ForeseenFailures
    outcomes: Outcomes
    outdated: OutdatedArticles
    promises: Promises
    questions: Questions
    replies: Replies
    retention: Retention
    telemetry: Telemetry
    templates: Templates
    tickets: Tickets
    sessions: Sessions
    verdicts: Verdicts
    changes: Changes
    links: Links
    outbox: Outbox
    webhooks: Webhooks

    def of(self, tenant: str) -> Store:
        """Return the shelves of another tenant, in the same database."""
        return _shelves(self.database, tenant, server_secret=self.server_secret)


def open_store(url: str, *, server_secret: str, tenant: str = DEFAULT_TENANT) -> Store:
    """Open the database, bring its schema up to date, and return a tenant's shelves; `server_secret` digests keys and
    seals the audit log."""
    database = Database(url)
    database.migrate()
    return _shelves(database, tenant, server_secret=server_secret)


def open_store_for(settings: Settings) -> Store:
    """Open the database that settings name, with the server's secret, which is made where there is none."""
    given = settings.secret.get_secret_value()
    secret = read_server_secret(settings.data_dir, given=given, file=settings.secret_file)
    return open_store(settings.database, server_secret=secret)


def _shelves(database: Database, tenant: str, *, server_secret: str) -> Store:
    return Store(
        tenant=tenant,
        database=database,
        server_secret=server_secret,
        keys=Keys(database, tenant, server_secret=server_secret),
        audit=Audit(database, tenant, server_secret=server_secret),
        budgets=Budgets(database, tenant),
        devices=Devices(database, tenant),
        draft_usage=DraftUsages(database, tenant),
        drafts=Drafts(database, tenant),
        exports=Exports(database, tenant),
        foreseen=ForeseenFailures(database, tenant),
        outcomes=Outcomes(database, tenant),
        outdated=OutdatedArticles(database, tenant),
        promises=Promises(database, tenant),
        questions=Questions(database, tenant),
        replies=Replies(database),
        retention=Retention(database, tenant),
        telemetry=Telemetry(database, tenant),
        templates=Templates(database, tenant),
        tickets=Tickets(database, tenant),
        sessions=Sessions(database),
        verdicts=Verdicts(database, tenant),
        changes=Changes(database, tenant),
        links=Links(database, tenant),
        outbox=Outbox(database, tenant),
        webhooks=Webhooks(database, tenant),
    )
