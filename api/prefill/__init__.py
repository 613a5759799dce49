"""Prefill, put together: files and messages in, a ticket draft out."""

from api.prefill.draft import prefill
from api.prefill.files import Attachment, MediaKind, kind_of

__all__ = ["Attachment", "MediaKind", "kind_of", "prefill"]
