"""Sessions with a real broker: TLS with a certificate made here, user and password, MQTT 5 and 3.1.1, and what doctor
says of a broker."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from api.cli.doctor import examine
from api.errors import words
from api.ingest import Readings
from api.ingest.device_words import Facts, Happening
from api.ingest.mqtt_intake import MqttIntake
from api.ingest.mqtt_options import Broker, read_brokers
from api.ingest.mqtt_probe import probe
from api.settings import Settings
from tests.systems.mosquitto import Mosquitto, missing_mosquitto
from tests.systems.rt import free_port, wait_until

pytestmark = pytest.mark.systems
USER, PASSWORD = "网关", "密码 with spaces"
VERSIONS = pytest.mark.parametrize("version", ["5", "3.1.1"])


@dataclass(slots=True)
class Kept:
    """What an intake gave out."""

    values: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def keep(self, _tenant: str, readings: Readings) -> None:
        self.values += readings.columns.values.tolist()

    def tell(self, _tenant: str, facts: Sequence[Facts], happenings: Sequence[Happening]) -> None:
        self.told += [f"{one.device_id} is {one.model}" for one in facts]
        self.told += [f"{one.device_id} had {one.event.kind}" for one in happenings]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a CA, and a broker's and a client's certificate that it signed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n", encoding="ascii")
    make = ["req", "-newkey", "rsa:2048", "-nodes"]
    calls = [[*make, "-x509", "-days", "2", "-subj", "/CN=test CA", "-keyout", "ca.key", "-out", "ca.pem"]]
    for name in ("broker", "client"):
        calls.append([*make, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr"])
        sign = ["x509", "-req", "-days", "2", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
        calls.append([*sign, "-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", "names"])
    for call in calls:
        subprocess.run([openssl, *call], cwd=folder, check=True, capture_output=True, timeout=60)
    for path in folder.iterdir():
        path.chmod(0o644)  # mosquitto reads them as its own user
    return folder


@pytest.fixture(scope="module")
def guarded(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """Yield a broker that wants TLS, a certificate, a user and a password."""
    if reason := missing_mosquitto():
        pytest.skip(reason)
    program = shutil.which("mosquitto_passwd")
    if program is None:
        pytest.skip("mosquitto_passwd is not installed")
    folder = tmp_path_factory.mktemp("guarded")
    subprocess.run([program, "-b", "-c", str(folder / "users"), USER, PASSWORD], check=True, timeout=60)
    os.chmod(folder / "users", 0o644)
    guards = (
        "allow_anonymous false",
        f"password_file {folder / 'users'}",
        f"cafile {certificates / 'ca.pem'}",
        f"certfile {certificates / 'broker.pem'}",
        f"keyfile {certificates / 'broker.key'}",
        "require_certificate true",
    )
    broker = Mosquitto(folder, port=free_port(), guards=guards)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def open_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    if reason := missing_mosquitto():
        pytest.skip(reason)
    broker = Mosquitto(tmp_path_factory.mktemp("open"), port=free_port())
    broker.start()
    yield broker
    broker.stop()


def options(folder: Path, **lines: str) -> Broker:
    """Return a broker's options as they stand in a file."""
    text = "[[broker]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    (folder / "mqtt.toml").write_text(text, encoding="utf-8")
    (broker,) = read_brokers(folder)
    return broker


def guarded_lines(broker: Mosquitto, certificates: Path, folder: Path) -> dict[str, str]:
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    return {
        "url": f"mqtts://127.0.0.1:{broker.port}",
        "user": USER,
        "password": f"file:{folder / 'password'}",
        "ca_file": str(certificates / "ca.pem"),
        "cert_file": str(certificates / "client.pem"),
        "key_file": str(certificates / "client.key"),
    }


def running(broker: Broker, kept: Kept, request: pytest.FixtureRequest) -> MqttIntake:
    intake = MqttIntake(broker, keep=kept.keep, tell=kept.tell, clock=time.time)
    intake.start()
    request.addfinalizer(intake.stop)
    wait_until(lambda: intake.state.state == "connected", f"connected: {intake.state}", limit_s=30)
    return intake


def publisher(broker: Broker, *, is_guarded: bool) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, client_id="publisher", protocol=MQTTv311)
    if is_guarded:
        client.tls_set(str(broker.ca_file), str(broker.cert_file), str(broker.key_file))
        client.username_pw_set(USER, PASSWORD)
    client.connect(broker.host, broker.port)
    client.loop_start()
    return client


def publish(client: Client, topic: str, content: object) -> None:
    client.publish(topic, json.dumps(content), qos=1).wait_for_publish(20)


@VERSIONS
def test_readings_and_events_come_over_tls_with_a_password(
    version: str, guarded: Mosquitto, certificates: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    broker = options(tmp_path, **guarded_lines(guarded, certificates, tmp_path), version=version)
    kept = Kept()
    running(broker, kept, request)
    time.sleep(0.5)  # the subscription is answered after the connection
    client = publisher(broker, is_guarded=True)
    publish(client, "v1/gateway/telemetry", {"空调-1": [{"ts": 1_795_312_800_000, "values": {"p": 5.0}}]})
    publish(client, "v1/gateway/attributes", {"空调-1": {"型号": "KFR-35"}})
    publish(client, "beforehand/events/空调-1", {"kind": "repair", "at": 1_795_312_800})
    wait_until(lambda: len(kept.told) == 2, f"told {kept}", limit_s=20)
    client.disconnect()
    client.loop_stop()
    assert kept.values == [5.0]
    assert kept.told == ["空调-1 is KFR-35", "空调-1 had repair"]


@VERSIONS
def test_what_came_while_away_is_sent_when_the_session_goes_on(
    version: str, open_broker: Mosquitto, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    broker = options(tmp_path, url=open_broker.url, version=version, client_id=f"session-{version}")
    first, second = Kept(), Kept()
    intake = running(broker, first, request)
    time.sleep(0.5)
    intake.stop()
    client = publisher(broker, is_guarded=False)
    for number in range(50):
        publish(client, "v1/gateway/telemetry", {"a": [{"ts": 1_795_312_800_000 + number, "values": {"p": number}}]})
    running(broker, second, request)
    wait_until(lambda: len(second.values) >= 50, f"came {len(second.values)}", limit_s=20)
    client.disconnect()
    client.loop_stop()
    assert (first.values, second.values) == ([], [float(number) for number in range(50)])


WRONG = {
    "password": ({"user": "nobody"}, "refused", "uthori"),
    "no certificate": ({"cert_file": "", "key_file": ""}, "connecting", "closed"),
    "unknown CA": ({"ca_file": ""}, "connecting", "certificate"),
    "no broker": ({"url": "mqtt://127.0.0.1:9"}, "connecting", "refused"),
}


@pytest.mark.parametrize(("change", "state", "detail"), WRONG.values(), ids=WRONG)
def test_the_probe_says_what_is_in_the_way(
    change: dict[str, str], state: str, detail: str, guarded: Mosquitto, certificates: Path, tmp_path: Path
) -> None:
    lines = guarded_lines(guarded, certificates, tmp_path) | change
    found = probe(options(tmp_path, **{name: value for name, value in lines.items() if value}))
    assert found.state == state
    assert detail in found.detail


@pytest.mark.parametrize("language", ["zh", "en"])
def test_doctor_says_whether_the_broker_is_reachable(
    language: str, guarded: Mosquitto, certificates: Path, tmp_path: Path
) -> None:
    said = words("zh" if language == "zh" else "en")
    options(tmp_path, **guarded_lines(guarded, certificates, tmp_path))
    settings = Settings(data_dir=tmp_path)
    (reached,) = [part for part in examine(settings, said) if part.name.startswith("mqtt")]
    assert (reached.state, reached.name) == ("ok", f"mqtt mqtts://127.0.0.1:{guarded.port}")
    (tmp_path / "password").write_text("another", encoding="utf-8")
    (refused,) = [part for part in examine(settings, said) if part.name.startswith("mqtt")]
    assert (refused.state, refused.fix) == ("broken", said("fix.mqtt_link"))
