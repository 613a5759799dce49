"""A broker's URL and mqtt.toml in, checked options out; all mistakes told at once, secrets by reference.

[[broker]]
url = "mqtts://broker.example:8883"
user = "beforehand"
password = "env:MQTT_PASSWORD"       # or "file:/run/secrets/mqtt"
ca_file = "broker-ca.pem"            # of a broker whose certificate we or our house made; from the data folder
cert_file = "beforehand.pem"         # and key_file: where the broker wants to know us by a certificate
group = "beforehand"                 # shared subscription of several processes; empty: none
[[broker.topic]]
filter = "factory/+/telemetry"
format = "json"          # json | line_protocol | thingsboard_gateway | thingsboard_device | sparkplug | event
device_level = 1                     # which part of the topic is the device's id, from 0; -1: the last
tenant = "default"
"""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

FILE_NAME = "mqtt.toml"
SCHEMES = {"mqtt": 1883, "mqtts": 8883}
Format = Literal["json", "line_protocol", "thingsboard_gateway", "thingsboard_device", "sparkplug", "event"]


class MqttOptionsInvalid(ValueError):
    """A broker's options cannot be used; the message says which and why."""


class Topic(BaseModel):
    """What is subscribed to and how its messages are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    filter: Annotated[str, Field(min_length=1, max_length=1_000)]
    format: Format = "json"
    device_level: int | None = None
    tenant: str = "default"
    qos: Literal[0, 1] = 1


DEFAULT_TOPICS = (
    Topic(filter="beforehand/telemetry", format="json"),
    Topic(filter="beforehand/telemetry/+", format="json", device_level=-1),
    Topic(filter="beforehand/events/+", format="event", device_level=-1),
    Topic(filter="v1/gateway/+", format="thingsboard_gateway"),
    Topic(filter="v1/devices/+/telemetry", format="thingsboard_device", device_level=2),
    Topic(filter="v1/devices/+/attributes", format="thingsboard_device", device_level=2),
    Topic(filter="spBv1.0/#", format="sparkplug"),
)
"""Where nothing else is said: a tree of our own, ThingsBoard's and Sparkplug's."""


class Broker(BaseModel):
    """One broker. `password`, like `user`, comes from the URL where it stands there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    user: str = ""
    password: SecretStr = SecretStr("")
    version: Literal["5", "3.1.1"] = "5"
    client_id: str = Field(default="", max_length=100)
    """The name of the session that the broker keeps while we are away; each process needs its own."""
    group: str = Field(default="", pattern=r"^[^/+#]*$", max_length=100)
    session_hours: float = Field(default=24.0, gt=0, le=24 * 365)
    receive_maximum: int = Field(default=1_000, gt=0, le=65_535)
    """Messages of QoS 1 under way at once: what a broker may send before anything is on disk. MQTT 5 only."""
    message_bytes: int = Field(default=1024 * 1024, gt=0)
    keepalive_s: int = Field(default=60, ge=5, le=65_535)
    retained_s: float = Field(default=300.0, ge=0)
    """A retained message may be this old; older values were news to somebody else."""
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    sparkplug_host: str = Field(default="beforehand", pattern=r"^[^/+#]*$")
    """Told as the host's state; empty: none is told."""
    topic: tuple[Topic, ...] = DEFAULT_TOPICS

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or SCHEMES[urlsplit(self.url).scheme]

    @property
    def is_tls(self) -> bool:
        return urlsplit(self.url).scheme == "mqtts"

    @property
    def shown(self) -> str:
        """Return the address without user and password."""
        return f"{urlsplit(self.url).scheme}://{self.host}:{self.port}"


def read_brokers(data_dir: Path, *, url: str = "", worker: str = "") -> tuple[Broker, ...]:
    """Return the brokers of mqtt.toml, and the one of `url` before them unless it stands there too.

    Raises:
        MqttOptionsInvalid: something cannot be used; all mistakes in one message.
    """
    path = data_dir / FILE_NAME
    tables: list[object] = []
    if path.exists():
        try:
            tables = list(tomllib.loads(path.read_text(encoding="utf-8")).get("broker", []))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise MqttOptionsInvalid(f"{path}: {error}") from error
    brokers: list[Broker] = []
    mistakes: list[str] = []
    for number, table in enumerate(tables):
        try:
            brokers.append(_broker(table, data_dir, worker))
        except (ValidationError, ValueError) as error:
            mistakes.append(f"broker {number + 1}: {_told(error)}")
    if url:
        try:
            given = _broker({"url": url}, data_dir, worker)
            if given.shown not in {broker.shown for broker in brokers}:
                brokers.insert(0, given)
        except (ValidationError, ValueError) as error:
            mistakes.append(f"--mqtt: {_told(error)}")
    if mistakes:
        raise MqttOptionsInvalid("; ".join(mistakes))
    return tuple(brokers)


def _broker(table: object, data_dir: Path, worker: str) -> Broker:
    if not isinstance(table, dict):
        raise ValueError("it is not a table")
    parts = urlsplit(str(table.get("url", "")))
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError("url is not mqtt://host:1883 or mqtts://host:8883")
    given = dict(table)
    given.setdefault("user", unquote(parts.username or ""))
    given["password"] = _secret(given["password"]) if "password" in given else unquote(parts.password or "")
    given.setdefault("client_id", _client_id(data_dir, worker))
    for name in ("ca_file", "cert_file", "key_file"):
        if isinstance(given.get(name), str):
            given[name] = data_dir / given[name]  # an absolute path stays what it is
    broker = Broker.model_validate(given)
    if broker.is_tls:
        try:
            tls_context(broker)
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"ca_file, cert_file, key_file: {error}") from error
    return broker


def tls_context(broker: Broker) -> ssl.SSLContext:
    """Return how to speak TLS with a broker.

    Raises:
        OSError: a file of a certificate or key cannot be read, or is none.
    """
    context = ssl.create_default_context(cafile=None if broker.ca_file is None else str(broker.ca_file))
    if broker.cert_file is not None:
        context.load_cert_chain(str(broker.cert_file), None if broker.key_file is None else str(broker.key_file))
    return context


def _secret(reference: object) -> str:
    kind, _, name = str(reference).partition(":")
    if kind == "env":
        if name not in os.environ:
            raise ValueError(f"password: the variable {name} is not set")
        return os.environ[name]
    if kind == "file":
        try:
            return Path(name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"password: {error}") from error
    raise ValueError('password is not "env:NAME" or "file:PATH"; a secret never stands in the file itself')


def _client_id(data_dir: Path, worker: str) -> str:
    """Return a name that is the same after a restart, and another on another machine, data folder or worker."""
    place = f"{socket.gethostname()}:{data_dir.absolute()}"
    name = f"beforehand-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
    return f"{name}-{worker}" if worker else name


def _told(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return ", ".join(
            f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}" for entry in error.errors(include_url=False)
        )
    return str(error)
