"""The loop in a ticket system: an event in; a ticket read, filled in, commented on and learnt from."""

from api.enrich.live import Answer, Connectors, Live, connectors_file
from api.enrich.loop import Enrichment
from api.enrich.mirror import Mirror
from api.enrich.revert import revert_change
from api.enrich.whole import Loop, open_loop

__all__ = [
    "Answer",
    "Connectors",
    "Enrichment",
    "Live",
    "Loop",
    "Mirror",
    "connectors_file",
    "open_loop",
    "revert_change",
]
