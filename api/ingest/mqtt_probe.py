"""Can a broker be reached, as this user and with these certificates? A connection of its own, made and given up.

A broker's options go in, how the connection went comes out. Subscribes to nothing and takes no session from a service
that runs; so it does not know which topics the user may read.
"""

from __future__ import annotations

import socket
import time
from typing import Any

from api.ingest.mqtt_options import Broker, tls_context
from api.ingest.paho_connection import LinkState, plain_client

ROUND_S = 0.2


def probe(broker: Broker, *, timeout_s: float = 5.0) -> LinkState:
    """Connect and leave; return "connected", "refused" by the broker, or "connecting" with what was in the way."""
    try:
        _knock(broker, timeout_s)
    except OSError as error:
        return LinkState("connecting", str(error))
    answers: list[Any] = []
    client = plain_client(broker, client_id="", is_kept=False)
    client.on_connect = lambda _client, _userdata, _flags, reason, _properties: answers.append(reason)
    client.connect_timeout = timeout_s
    try:
        client.connect(broker.host, broker.port, broker.keepalive_s)
    except OSError as error:
        return LinkState("connecting", str(error))
    until_s, is_there = time.monotonic() + timeout_s, True
    while not answers and is_there and time.monotonic() < until_s:
        is_there = client.loop(ROUND_S) == 0
    client.disconnect()
    if answers:
        return LinkState("refused", str(answers[0])) if answers[0].is_failure else LinkState("connected")
    return LinkState(
        "connecting", f"no answer within {timeout_s:g} s" if is_there else "the broker closed the connection"
    )


def _knock(broker: Broker, timeout_s: float) -> None:
    """Open a connection and close it: what is wrong with address or certificate is said best here."""
    with socket.create_connection((broker.host, broker.port), timeout=timeout_s) as plain:
        if broker.is_tls:
            tls_context(broker).wrap_socket(plain, server_hostname=broker.host).close()
