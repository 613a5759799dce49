"""The loop in a ticket system: an event in; a ticket read, filled in, commented on and learnt from."""

from api.enrich.catch_up import CatchUps
from api.enrich.live import Connectors, Live, connectors_file
from api.enrich.loop import Enrichment
from api.enrich.revert import revert_change

__all__ = ["CatchUps", "Connectors", "Enrichment", "Live", "connectors_file", "revert_change"]
