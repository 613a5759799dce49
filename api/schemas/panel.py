"""Links to the panel."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.text import Name, Text


class PanelLinkIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"ticket_id": "T-1", "connector": "", "user": "anna"}})

    ticket_id: Name
    connector: Text = Field(default="", max_length=50, description="Whose pages may frame it; nobody's where absent")
    user: Text = Field(default="", max_length=200, description="Whom actions are attributed to")
    minutes: int = Field(default=15, ge=1, le=1440)


class PanelLinkBody(BaseModel):
    url: str
    expires_at: datetime
