"""The brokers that a service listens to, put together and watched: as parts of /readyz and doctor, and as numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import structlog

from api.devices import note_device_event
from api.errors import Problem, Words
from api.ingest import Readings
from api.ingest.device_words import Facts, Happening
from api.ingest.mqtt_intake import MqttIntake
from api.ingest.mqtt_options import read_brokers
from api.routes.health import Health
from api.routes.metrics import Metrics
from api.schemas.ops import PartState
from api.settings import Settings
from api.store.devices import Device
from api.tenants import Tenants

log = structlog.get_logger(__name__)

FACTS_REMEMBERED = 200_000
"""Of a broker's devices: a gateway repeats its attributes, and only what is new is written."""
ACTOR = "mqtt"


def open_intakes(
    settings: Settings, *, tenants: Tenants, metrics: Metrics, health: Health, clock: Callable[[], datetime]
) -> tuple[MqttIntake, ...]:
    """Return an intake a broker, none of them running."""

    def keep(tenant: str, readings: Readings) -> None:
        metrics.note_readings(tenants.get(tenant).foresight.take(readings, received_at=clock()))

    words = DeviceWords(tenants, clock)

    def seconds() -> float:
        return clock().astimezone(UTC).timestamp()

    brokers = read_brokers(settings.data_dir, url=settings.mqtt_url.get_secret_value(), worker=settings.worker)
    intakes = tuple(MqttIntake(broker, keep=keep, tell=words.tell, clock=seconds) for broker in brokers)
    if intakes:
        _watch(intakes, metrics=metrics, health=health)
    return intakes


class DeviceWords:
    """Passes on what brokers' messages tell of devices: kept where it is new, and a repair begins a new normal."""

    def __init__(self, tenants: Tenants, clock: Callable[[], datetime]) -> None:
        self._tenants = tenants
        self._clock = clock
        self._known: dict[tuple[str, str], Facts] = {}

    def tell(self, tenant: str, facts: Sequence[Facts], happenings: Sequence[Happening]) -> None:
        """Keep facts that were not told yet, and note what happened."""
        self._keep(tenant, facts)
        for one in happenings:
            self._note(tenant, one)

    def _keep(self, tenant: str, facts: Sequence[Facts]) -> None:
        fresh = {one.device_id: one for one in facts if self._known.get((tenant, one.device_id)) != one}
        if not fresh:
            return
        devices = [Device(one.device_id, one.site, one.gateway, one.model, "telemetry") for one in fresh.values()]
        self._tenants.get(tenant).store.devices.put_all(devices, at=self._clock())
        if len(self._known) + len(fresh) > FACTS_REMEMBERED:
            self._known.clear()
        self._known.update({(tenant, device_id): one for device_id, one in fresh.items()})

    def _note(self, tenant: str, one: Happening) -> None:
        foresight, at = self._tenants.get(tenant).foresight, self._clock()
        try:
            note_device_event(one.device_id, one.event, foresight=foresight, actor=ACTOR, at=at)
        except Problem as problem:  # told for the future: told again it would be no better
            log.warning("device_event_refused", device_id=one.device_id, reason=str(problem)[:200], fix="mend its time")


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
