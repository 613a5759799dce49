"""Past cases asked of a connected ticket system."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.schemas.text import Name, StoredName


class PastCasesRequest(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"connector": "rt", "since": "2026-01-01T00:00:00+08:00", "allowed": ["agents"]}}
    )

    connector: Name = Field(min_length=1, description="As connectors.toml calls it")
    since: AwareDatetime = Field(description="Tickets created from the first of that month on")
    allowed: list[Name] = Field(default=[], max_length=100, description="Groups that may see them; empty: everybody")
    kb: StoredName | None = Field(default=None, description="Knowledge base; the default one where absent")
