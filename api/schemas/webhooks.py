"""Endpoints that are told what happened, and what became of each telling."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, HttpUrl, TypeAdapter

URL_CHARS = 2_000
EventType = Literal["ticket.opened", "ticket.updated", "ticket.resolved", "prefill.created", "job.failed"]
_HTTP_URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)


def _web_address(text: str) -> str:
    url = _HTTP_URL.validate_python(text)
    if url.username or url.password:
        raise ValueError("a user or password does not belong into the address: what is sent is signed")
    return str(url)


WebAddress = Annotated[str, Field(min_length=8, max_length=URL_CHARS), AfterValidator(_web_address)]


class WebhookIn(BaseModel):
    url: WebAddress = Field(description="http or https; an address inside your own network must be allowed by setting")
    types: list[EventType] = Field(default=[], max_length=20, description="What to be told of; empty: everything")
    rotate: bool = Field(default=False, description="Make a new secret in place of the present one")


class WebhookBody(BaseModel):
    name: str
    url: str
    types: list[EventType]
    created_at: datetime
    disabled_at: datetime | None = Field(default=None, description="When it answered 410; PUT it again to go on")


class WebhookWritten(WebhookBody):
    secret: str | None = Field(default=None, description="Shown once, where it is new: whsec_...")


class WebhookTested(BaseModel):
    is_delivered: bool
    status: int = Field(description="What it answered; 0 where nothing was heard")
    detail: str


class DeliveryBody(BaseModel):
    message_id: str = Field(description="The `webhook-id` header of every attempt")
    endpoint: str
    type: str
    state: Literal["pending", "delivered", "dead"]
    attempts: int
    last_error: str
    created_at: datetime
    updated_at: datetime
