"""Every kind of failure by its name and HTTP status; its title and what to do stand in the tables of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of failure. `name` ends the problem's `type`."""

    name: str
    status: int


_STATUSES: Mapping[str, int] = {
    "malformed_json": 400,
    "malformed_multipart": 400,
    "bad_request": 400,
    "key_missing": 401,
    "key_invalid": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "panel_expired": 410,
    "idempotency_conflict": 409,
    "idempotency_in_progress": 409,
    "body_too_large": 413,
    "text_too_long": 413,
    "too_many_items": 413,
    "unsupported_media": 415,
    "file_type_unknown": 415,
    "validation_failed": 422,
    "text_invalid": 422,
    "nested_too_deep": 422,
    "timestamp_out_of_range": 422,
    "file_empty": 422,
    "audio_empty": 422,
    "audio_too_large": 413,
    "audio_too_long": 422,
    "audio_broken": 422,
    "audio_not_audio": 422,
    "audio_rejected": 422,
    "image_empty": 422,
    "image_too_large": 413,
    "image_too_many_pixels": 422,
    "image_too_many_pages": 422,
    "image_too_slow": 422,
    "image_broken": 422,
    "image_not_an_image": 422,
    "image_encrypted": 422,
    "image_rejected": 422,
    "engine_refused": 422,
    "template_unknown": 422,
    "template_invalid": 422,
    "catalogue_invalid": 422,
    "article_rejected": 422,
    "labels_invalid": 422,
    "export_unreadable": 422,
    "export_row_refused": 422,
    "text_refused": 422,
    "telemetry_unreadable": 400,
    "series_full": 429,
    "telemetry_refused": 422,
    "hook_unsigned": 401,
    "hook_unreadable": 422,
    "change_not_ours": 409,
    "connector_refused": 422,
    "connector_down": 503,
    "busy": 429,
    "live_full": 503,
    "live_behind": 503,
    "live_too_fast": 429,
    "live_frame": 422,
    "live_idle": 408,
    "too_many_requests": 429,
    "body_too_slow": 408,
    "audit_broken": 500,
    "job_kind_unknown": 500,
    "job_crashes": 500,
    "try_later": 503,
    "internal_error": 500,
    "model_missing": 503,
    "records_down": 503,
}

PROBLEM_KINDS: Mapping[str, ProblemKind] = {name: ProblemKind(name, status) for name, status in _STATUSES.items()}
