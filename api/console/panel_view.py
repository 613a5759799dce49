"""What a panel shows of one ticket: its newest draft, what was written of it, what is still missing.

A panel's desk in, frozen rows for the templates out; it decides nothing and writes no HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from api.console.draft_desk import view_at
from api.console.draft_view import DraftView, FieldView
from api.console.panel_desk import PanelDesk
from api.schemas.prefill import PrefillResponse
from api.store.changes import Change
from api.store.drafts import StoredPrefill
from api.store.past_drafts import PastDrafts


@dataclass(frozen=True, slots=True)
class PanelField:
    """A field with what became of its value in the ticket."""

    view: FieldView
    change: Change | None

    @property
    def can_undo(self) -> bool:
        return self.change is not None and self.change.state == "filled"


@dataclass(frozen=True, slots=True)
class PanelView:
    draft: DraftView
    mode: str  # live | shadow
    fields: tuple[PanelField, ...]  # those with a value
    missing: tuple[str, ...]  # labels
    media_key: str

    @property
    def response(self) -> PrefillResponse:
        return self.draft.response

    @property
    def written(self) -> int:
        return sum(field.can_undo for field in self.fields)


def past_drafts(panel: PanelDesk) -> PastDrafts:
    """Return the tenant's drafts as a panel looks at them."""
    store = panel.desk.store
    return PastDrafts(store.database, store.tenant)


def stored_of(panel: PanelDesk) -> StoredPrefill | None:
    """Return the newest draft of the panel's ticket."""
    prefill_id = past_drafts(panel).newest(panel.sight.ticket, connector=panel.sight.connector)
    return panel.desk.store.drafts.prefill(prefill_id) if prefill_id else None


def panel_view(panel: PanelDesk, stored: StoredPrefill) -> PanelView:
    """Lay a ticket's draft out."""
    draft = view_at(panel.desk, stored.response)
    changes = _changes(panel)
    key = panel.media_key(stored.response.id)
    return PanelView(
        draft=draft,
        mode=stored.origin.mode,
        fields=tuple(
            PanelField(field, changes.get(field.name))
            for field in draft.fields
            if field.value is not None or field.sides
        ),
        missing=tuple(field.label for field in draft.fields if field.value is None and not field.sides),
        media_key=f"?key={quote(key)}",
    )


def _changes(panel: PanelDesk) -> Mapping[str, Change]:
    if not panel.sight.connector:
        return {}
    return panel.desk.store.changes.newest(connector=panel.sight.connector, ticket_id=panel.sight.ticket)
