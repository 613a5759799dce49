"""Prefill, put together: files and messages in, a ticket draft out."""

from api.prefill.draft import Drafted, draft_ticket, prefill
from api.prefill.files import Attachment, MediaKind, kind_of

__all__ = ["Attachment", "Drafted", "MediaKind", "draft_ticket", "kind_of", "prefill"]
