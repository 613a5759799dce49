"""What the service says about itself, templates, keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Self

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


class PartState(BaseModel):
    """How a part is that is no engine: the database, jobs, connectors, the disk."""

    name: str
    state: Literal["ok", "degraded", "broken", "off"]
    detail: str = ""
    fix: str = Field(default="", description="What mends it")


class Ready(BaseModel):
    status: Literal["ready", "degraded", "broken", "draining"]
    version: str
    engines: list[EngineState]
    parts: list[PartState] = []

    @classmethod
    def of(cls, engines: Iterable[EngineState], parts: Iterable[PartState], *, version: str, is_draining: bool) -> Self:
        """Sum up: draining before broken before degraded."""
        engines, parts = list(engines), list(parts)
        is_broken = any(part.state == "broken" for part in parts)
        is_degraded = any(engine.degraded for engine in engines) or any(part.state == "degraded" for part in parts)
        status: Literal["ready", "degraded", "broken", "draining"] = (
            "draining" if is_draining else "broken" if is_broken else "degraded" if is_degraded else "ready"
        )
        return cls(status=status, version=version, engines=engines, parts=parts)

    @property
    def takes_work(self) -> bool:
        """Return whether a load balancer may send requests."""
        return self.status in ("ready", "degraded")


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
