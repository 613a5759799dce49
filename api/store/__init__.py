"""Everything that must outlive the process: one Store over one database."""

from api.store.database import Database
from api.store.store import Store, open_store

__all__ = ["Database", "Store", "open_store"]
