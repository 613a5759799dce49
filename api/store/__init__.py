"""Everything that must outlive the process: one Store a tenant over one database."""

from api.store.database import Database
from api.store.drafts import ASKED, DraftOrigin
from api.store.store import Store, open_store, open_store_for
from api.store.tables import DEFAULT_TENANT

__all__ = ["ASKED", "DEFAULT_TENANT", "Database", "DraftOrigin", "Store", "open_store", "open_store_for"]
