"""One MQTT session over the paho library: MQTT 5 or 3.1.1, TLS, a session that the broker keeps, acknowledgements only
when somebody says so.

The library's own wrapper for asyncio (aiomqtt 2.5) cannot acknowledge by hand, and its successor no longer speaks
3.1.1; paho 2 does both. Its thread calls `on_message`; who returns late slows the broker down.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from socket import SHUT_RDWR
from typing import TYPE_CHECKING, Any, Literal

import structlog

from api.ingest.mqtt_messages import Arrived
from api.ingest.mqtt_options import Broker, tls_context
from api.ingest.sparkplug import NAMESPACE

if TYPE_CHECKING:
    from paho.mqtt.client import Client

log = structlog.get_logger(__name__)

LONGEST_PAUSE_S = 60
"""Between two tries to connect; the first comes after 1 s, and each waits twice as long as the one before."""
REFUSED = 128  # reason codes from here on are refusals (MQTT 5, table 2-6; SUBACK of 3.1.1 has 0x80)


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the connection is."""

    state: Literal["connecting", "connected", "refused", "stopped"]
    detail: str = ""
    connections: int = 0


class PahoConnection:
    """Connects, subscribes, hands on what comes and connects again."""

    def __init__(self, broker: Broker, *, on_message: Callable[[Arrived], None], clock: Callable[[], float]) -> None:
        self._broker = broker
        self._on_message = on_message
        self._clock = clock
        self._client: Client | None = None
        self._state = LinkState("connecting")
        self._connections = 0
        self._lock = threading.Lock()

    @property
    def state(self) -> LinkState:
        return self._state

    def start(self) -> None:
        """Begin to connect, on a thread of the library; goes on trying until stopped."""
        self._client = self._made()
        self._client.connect_async(
            self._broker.host, self._broker.port, self._broker.keepalive_s, **self._session_options()
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Leave; the broker keeps the session."""
        if self._client is None:
            return
        if self._broker.sparkplug_host:
            self._tell_host(is_online=False)
        self._client.disconnect()
        self._client.loop_stop()
        self._state = LinkState("stopped", connections=self._connections)

    def drop(self) -> None:
        """Break the connection off and make another: the broker sends again what was not acknowledged."""
        socket: Any = None if self._client is None else self._client.socket()
        if socket is not None:
            socket.shutdown(SHUT_RDWR)

    def acknowledge(self, arrived: Arrived) -> None:
        """Tell the broker that a message is safe; one of an earlier connection comes again and is known then."""
        if self._client is not None and arrived.qos and arrived.connection == self._connections:
            self._client.ack(arrived.packet_id, arrived.qos)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, is_retained: bool = False) -> None:
        """Send a message, now or when there is a connection."""
        if self._client is not None:
            self._client.publish(topic, payload, qos=qos, retain=is_retained)

    def _made(self) -> Client:
        client = plain_client(self._broker, client_id=self._broker.client_id, is_kept=True)
        client.reconnect_delay_set(1, LONGEST_PAUSE_S)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_connect_fail = self._failed
        client.on_subscribe = self._subscribed
        client.on_message = self._came
        client.on_pre_connect = self._before
        return client

    def _session_options(self) -> dict[str, Any]:
        if self._broker.version != "5":
            return {}
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        wishes.SessionExpiryInterval = round(self._broker.session_hours * 3600)
        wishes.ReceiveMaximum = self._broker.receive_maximum
        wishes.MaximumPacketSize = self._broker.message_bytes
        return {"clean_start": False, "properties": wishes}

    def _before(self, client: Client, _userdata: object) -> None:
        """Leave the host's death with the broker, dated as its birth will be."""
        if self._broker.sparkplug_host:
            client.will_set(self._host_topic(), self._host_state(is_online=False), qos=1, retain=True)

    def _connected(self, client: Client, _userdata: object, flags: Any, reason: Any, _properties: object) -> None:
        if reason.is_failure:
            self._state = LinkState("refused", str(reason), self._connections)
            log.warning(
                "mqtt_refused", broker=self._broker.shown, reason=str(reason), fix="mend user, password, rights"
            )
            return
        self._connections += 1
        self._state = LinkState("connected", connections=self._connections)
        log.info("mqtt_connected", broker=self._broker.shown, is_resumed=bool(flags.session_present))
        client.subscribe([(self._filter(topic.filter), topic.qos) for topic in self._subscriptions()])
        if self._broker.sparkplug_host:
            self._tell_host(is_online=True)

    def _disconnected(self, _client: Client, _userdata: object, _flags: Any, reason: Any, _properties: object) -> None:
        if self._state.state == "connected":
            self._state = LinkState("connecting", str(reason), self._connections)
            log.warning(
                "mqtt_disconnected", broker=self._broker.shown, reason=str(reason), fix="nothing: it tries again"
            )

    def _failed(self, _client: Client, _userdata: object) -> None:
        error = sys.exception()  # the library calls this where it caught what went wrong
        reason = str(error) if error is not None else "no connection could be made"
        if self._state.detail != reason:
            log.warning("mqtt_unreachable", broker=self._broker.shown, reason=reason, fix="nothing: it tries again")
        self._state = LinkState("connecting", reason, self._connections)

    def _subscribed(self, _client: Client, _userdata: object, _id: int, reasons: Any, _properties: object) -> None:
        told = zip(self._subscriptions(), reasons, strict=False)
        refused = [topic.filter for topic, reason in told if reason.value >= REFUSED]
        if refused:
            self._state = LinkState("refused", f"subscriptions: {', '.join(refused)}", self._connections)
            log.warning("mqtt_subscription_refused", filters=refused, fix="let this user read these topics")

    def _came(self, _client: Client, _userdata: object, message: Any) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        self._on_message(
            Arrived(
                topic=topic,
                payload=bytes(message.payload),
                at_s=self._clock(),
                qos=message.qos,
                packet_id=message.mid,
                connection=self._connections,
                is_retained=bool(message.retain),
            )
        )

    def _subscriptions(self) -> list[Any]:
        return list(self._broker.topic)

    def _filter(self, wanted: str) -> str:
        """Share a subscription with the group; Sparkplug's is each process's own, because a node's messages are one
        numbered sequence."""
        is_shared = self._broker.group and not wanted.startswith((NAMESPACE, "$"))
        return f"$share/{self._broker.group}/{wanted}" if is_shared else wanted

    def _host_topic(self) -> str:
        return f"{NAMESPACE}/STATE/{self._broker.sparkplug_host}"

    def _host_state(self, *, is_online: bool) -> bytes:
        with self._lock:
            if not is_online:
                self._born_ms = round(time.time() * 1000)
            return json.dumps({"online": is_online, "timestamp": self._born_ms}).encode()

    def _tell_host(self, *, is_online: bool) -> None:
        self.publish(self._host_topic(), self._host_state(is_online=is_online), qos=1, is_retained=True)


def plain_client(broker: Broker, *, client_id: str, is_kept: bool) -> Client:
    """Return a client that is who the options say, with a session that the broker keeps or forgets."""
    from paho.mqtt.client import Client, MQTTv5, MQTTv311
    from paho.mqtt.enums import CallbackAPIVersion

    is_five = broker.version == "5"
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if is_five else not is_kept,
        protocol=MQTTv5 if is_five else MQTTv311,
        manual_ack=True,
    )
    if broker.user:
        client.username_pw_set(broker.user, broker.password.get_secret_value() or None)
    if broker.is_tls:
        client.tls_set_context(tls_context(broker))
    return client
