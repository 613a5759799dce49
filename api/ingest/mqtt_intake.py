"""A broker's messages in, readings kept: acknowledged when their batch is on disk, not before.

    connection's thread -> inbox (bounded) -> worker: read many, keep them as one batch a tenant, pass on what they
                                              tell of devices, acknowledge

What keeps the readings is given (`keep`); while it refuses, nothing is acknowledged and the broker holds back. A
process that dies before it acknowledges gets the messages again; their readings are known then by device, metric and
time.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.errors import Problem
from api.ingest.device_words import Facts, Happening
from api.ingest.mqtt_inbox import Inbox
from api.ingest.mqtt_messages import Arrived, Message, MessageReader
from api.ingest.mqtt_options import Broker
from api.ingest.paho_connection import LinkState, PahoConnection
from api.ingest.readings import Readings, join_readings
from api.ingest.sparkplug import command_topic, rebirth_command

log = structlog.get_logger(__name__)

INBOX_BYTES = 64 * 1024 * 1024
MESSAGES_AT_ONCE = 2_000
"""Read and kept as one batch: at 20,000 values a second a batch every tenth of a second fills about this far."""
FULL_WAIT_S = 20.0
"""The network's thread waits so long for room: below half the shortest keep-alive in use, so that the broker stays."""
PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Before a refused batch is offered again."""

Keep = Callable[[str, Readings], None]
"""A tenant's name and readings; returns when they are on disk."""
Tell = Callable[[str, Sequence[Facts], Sequence[Happening]], None]
"""A tenant's name, what its devices are and what happened to them; returns when it is on disk."""


class Connection(Protocol):
    """What the intake needs of an MQTT session."""

    @property
    def state(self) -> LinkState: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def drop(self) -> None: ...

    def acknowledge(self, arrived: Arrived) -> None: ...

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, is_retained: bool = False) -> None: ...


class MqttIntake:
    """Takes in what one broker sends, from start to stop."""

    def __init__(
        self,
        broker: Broker,
        *,
        keep: Keep,
        tell: Tell,
        clock: Callable[[], float],
        connect: Callable[..., Connection] = PahoConnection,
    ) -> None:
        self.broker = broker
        self.counts: Counter[str] = Counter()  # messages by what became of them
        self._keep = keep
        self._tell = tell
        self._clock = clock
        self._reader = MessageReader(broker.topic, retained_s=broker.retained_s)
        self._inbox = Inbox(messages=2 * broker.receive_maximum, size_bytes=INBOX_BYTES)
        self._connection = connect(broker, on_message=self.came, clock=clock)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"mqtt {broker.host}", daemon=True)

    @property
    def state(self) -> LinkState:
        return self._connection.state

    @property
    def waiting(self) -> int:
        """Return how many messages came and are not on disk."""
        return len(self._inbox)

    @property
    def sparkplug_counts(self) -> Counter[str]:
        return self._reader.nodes.counts

    def start(self) -> None:
        self._thread.start()
        self._connection.start()

    def stop(self) -> None:
        """Leave the broker, and wait for the batch under way."""
        self._stopped.set()
        self._inbox.close()
        if self._thread.is_alive():
            self._thread.join()
        self._connection.stop()

    def came(self, arrived: Arrived) -> None:
        """Take a message from the network; where there is no room in time, have it sent again."""
        if len(arrived.payload) > self.broker.message_bytes:
            self.counts["too_large"] += 1
            self._connection.acknowledge(arrived)
            return
        if self._inbox.put(arrived, wait_s=FULL_WAIT_S):
            return
        self.counts["no_room"] += 1
        if arrived.qos and not self._stopped.is_set():
            self._connection.drop()

    def take_some(self, *, wait_s: float) -> int:
        """Take in the messages that wait; return how many."""
        taken = self._inbox.take(most=MESSAGES_AT_ONCE, wait_s=wait_s)
        if taken:
            self._take(taken)
            self._ask_for_births()
        return len(taken)

    def _work(self) -> None:
        while not self._stopped.is_set():
            self.take_some(wait_s=0.5)

    def _take(self, taken: Sequence[Arrived]) -> None:
        read = [(arrived, self._read(arrived)) for arrived in taken]
        if not self._kept(read):
            return  # stopped: what was not acknowledged comes again
        for arrived in taken:
            self._connection.acknowledge(arrived)
        self.counts["taken"] += len(taken)

    def _read(self, arrived: Arrived) -> Message:
        message = self._reader.read(arrived)
        readings = message.readings
        if readings.rejected and not len(readings.positions):
            self.counts["unreadable"] += 1
            log.debug("mqtt_message_refused", topic=arrived.topic[:200], reason=readings.rejected[0].reason)
        return message

    def _kept(self, read: Sequence[tuple[Arrived, Message]]) -> bool:
        """Offer what came until it is taken; return False where the service stops before.

        What happened to a device is told after the readings before it, and before those after it.
        """
        first = 0
        for number, (_, message) in enumerate(read):
            if message.happenings:
                if not self._all_offered(read[first : number + 1]):
                    return False
                first = number + 1
        return self._all_offered(read[first:])

    def _all_offered(self, read: Sequence[tuple[Arrived, Message]]) -> bool:
        by_tenant: dict[str, list[Message]] = {}
        for arrived, message in read:
            mapped = self._reader.topic_of(arrived.topic)
            if mapped is not None:
                by_tenant.setdefault(mapped.tenant, []).append(message)
        return all(self._offered(tenant, messages) for tenant, messages in by_tenant.items())

    def _offered(self, tenant: str, messages: list[Message]) -> bool:
        parts = [one.readings for one in messages if len(one.readings.positions) or one.readings.rejected]
        facts = [facts for one in messages for facts in one.facts]
        happenings = [happening for one in messages for happening in one.happenings]
        if parts and not self._readings_offered(tenant, parts):
            return False
        if not facts and not happenings:
            return True
        self.counts["told"] += len(facts) + len(happenings)
        return self._passed_on(lambda: self._tell(tenant, facts, happenings)) is not False

    def _readings_offered(self, tenant: str, parts: list[Readings]) -> bool:
        readings = join_readings(parts)
        is_taken = self._passed_on(lambda: self._keep(tenant, readings))
        if is_taken is None and len(parts) > 1:
            return all(self._readings_offered(tenant, [part]) for part in parts)
        self.counts["left_out"] += is_taken is None
        return is_taken is not False

    def _passed_on(self, offer: Callable[[], None]) -> bool | None:
        """Offer something until it is taken; None where it breaks whoever takes it, False where the service stops."""
        number = 0
        while not self._stopped.is_set():
            try:
                offer()
                return True
            except Problem as problem:
                self.counts["refused"] += 1
                log.info("mqtt_batch_refused", reason=str(problem)[:200])
            except (SQLAlchemyError, OSError) as error:
                self.counts["failed"] += 1
                log.error("mqtt_batch_failed", reason=str(error)[:300], fix="mend the database; it is tried again")
            except Exception:
                log.exception("mqtt_batch_failed", broker=self.broker.shown)
                return None
            self._stopped.wait(PAUSES_S[min(number, len(PAUSES_S) - 1)])
            number += 1
        return False

    def _ask_for_births(self) -> None:
        now_s = self._clock()
        for node in self._reader.nodes.wanted(now_s):
            self._connection.publish(command_topic(node), rebirth_command(now_s))
