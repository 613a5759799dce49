"""What the service says about itself, templates, keys."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, JsonValue


class EngineState(BaseModel):
    name: str = Field(description="speech, vision, search, telemetry")
    engine: str = Field(description="Which engine and model answers, e.g. whisper:whisper-small")
    rung: Literal["folder", "shipped", "package", "built_in", "given", "none"]
    degraded: bool = False
    reason: str = ""
    fix: str = Field(default="", description="The command that mends it")


class Live(BaseModel):
    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    status: Literal["ready", "degraded"]
    version: str
    engines: list[EngineState]


class TemplateBody(BaseModel):
    name: str
    template_schema: dict[str, JsonValue] = Field(
        alias="schema", description="JSON Schema; properties are ticket fields"
    )


class KeyBody(BaseModel):
    id: str
    tenant: str = "default"
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = Field(default=None, description="To within a quarter of an hour")
