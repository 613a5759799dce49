"""The brokers that a service listens to, put together and watched: as parts of /readyz and doctor, and as numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from api.errors import Words
from api.ingest import Readings
from api.ingest.mqtt_intake import MqttIntake
from api.ingest.mqtt_options import read_brokers
from api.routes.health import Health
from api.routes.metrics import Metrics
from api.schemas.ops import PartState
from api.settings import Settings
from api.tenants import Tenants


def open_intakes(
    settings: Settings, *, tenants: Tenants, metrics: Metrics, health: Health, clock: Callable[[], datetime]
) -> tuple[MqttIntake, ...]:
    """Return an intake a broker, none of them running."""

    def keep(tenant: str, readings: Readings) -> None:
        metrics.note_readings(tenants.get(tenant).foresight.take(readings, received_at=clock()))

    def seconds() -> float:
        return clock().astimezone(UTC).timestamp()

    brokers = read_brokers(settings.data_dir, url=settings.mqtt_url.get_secret_value(), worker=settings.worker)
    intakes = tuple(MqttIntake(broker, keep=keep, clock=seconds) for broker in brokers)
    if intakes:
        _watch(intakes, metrics=metrics, health=health)
    return intakes


def _watch(intakes: tuple[MqttIntake, ...], *, metrics: Metrics, health: Health) -> None:
    def check(said: Words) -> Iterator[PartState]:
        for intake in intakes:
            yield intake_state(intake, said)

    health.add("mqtt", check)
    metrics.add_source(
        "mqtt_connected",
        "1 while there is a connection",
        ("broker",),
        lambda: {(one.broker.shown,): float(one.state.state == "connected") for one in intakes},
    )
    metrics.add_source(
        "mqtt_waiting", "Messages not on disk yet", ("broker",), lambda: {(x.broker.shown,): x.waiting for x in intakes}
    )
    metrics.add_source(
        "mqtt_messages",
        "Messages by what became of them",
        ("broker", "outcome"),
        lambda: {(x.broker.shown, name): float(n) for x in intakes for name, n in dict(x.counts).items()},
    )
    metrics.add_source(
        "mqtt_sparkplug",
        "Sparkplug messages by type, sequence gaps, rebirths asked",
        ("broker", "what"),
        lambda: {(x.broker.shown, name): float(n) for x in intakes for name, n in dict(x.sparkplug_counts).items()},
    )


def intake_state(intake: MqttIntake, said: Words) -> PartState:
    """Return how a broker's connection is."""
    name, link = f"mqtt {intake.broker.shown}", intake.state
    if link.state == "connected":
        detail = said("health.mqtt", connections=link.connections, waiting=intake.waiting)
        return PartState(name=name, state="ok", detail=detail)
    detail = link.detail or said("health.mqtt_connecting")
    return PartState(name=name, state="degraded", detail=detail[:300], fix=said("fix.mqtt_link"))
