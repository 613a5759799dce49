"""Catalogues over HTTP."""

from __future__ import annotations

from pydantic import BaseModel, Field


class RejectedRow(BaseModel):
    row: int
    reason: str


class CatalogueWritten(BaseModel):
    name: str
    products: int
    rejected_count: int = Field(description="Rows that no product could be made of; all others were taken")
    rejected: list[RejectedRow] = Field(default=[], description="The first hundred of them")
