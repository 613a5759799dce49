"""A webhook in the Standard Webhooks form in, its id out where signature and time are right.

The library signs; the comparison and the clock are here, because the library's own reads the machine's clock and lets
malformed headers raise what they like.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import UTC, datetime

from standardwebhooks import Webhook

from api.connectors.records import HookCall
from api.connectors.system import SignatureWrong

TOLERANCE_S = 300
"""standardwebhooks' own: what two clocks and one slow network may differ by."""
SIGNATURES = 10
"""While a secret is changed there are two."""
ID_CHARS = 200


def verify_hook(call: HookCall, *, secret: str, name: str) -> str:
    """Return the id of a genuine call; `secret` is "whsec_" and base64, or any text.

    Raises:
        SignatureWrong: not from who holds the secret, or not of now.
    """
    event_id = call.headers.get("webhook-id", "")
    at_text = call.headers.get("webhook-timestamp", "")
    signatures = call.headers.get("webhook-signature", "").split(" ")[:SIGNATURES]
    is_written_well = 0 < len(event_id) <= ID_CHARS and at_text.isascii() and at_text.isdigit() and len(at_text) <= 12
    if not is_written_well:
        raise SignatureWrong(f"connector {name}: webhook-id and webhook-timestamp are missing or malformed")
    try:
        expected = sign_hook(call.body, event_id=event_id, at=datetime.fromtimestamp(int(at_text), UTC), secret=secret)
    except (UnicodeError, ValueError, OverflowError) as error:
        raise SignatureWrong(f"connector {name}: the body is no UTF-8, or the timestamp no time") from error
    given = [signature.encode("utf-8", "replace") for signature in signatures]
    if not any([hmac.compare_digest(expected.encode(), one) for one in given]):
        raise SignatureWrong(f"connector {name}: the signature is not made with this connector's secret")
    if abs(int(at_text) - call.at.timestamp()) > TOLERANCE_S:
        raise SignatureWrong(f"connector {name}: the timestamp is {TOLERANCE_S} s or more away; set both clocks")
    return event_id


def sign_hook(body: bytes, *, event_id: str, at: datetime, secret: str) -> str:
    """Return the header webhook-signature of a body."""
    return Webhook(_key(secret)).sign(event_id, at.astimezone(UTC), body.decode("utf-8"))


def _key(secret: str) -> bytes:
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_") + "==")
        except binascii.Error:
            return secret.encode()
    return secret.encode("utf-8", "replace")
