"""Links to the panel that a ticket system makes itself: what names a ticket in, a signature out; and its check.

    /panel?ticket=ID&connector=NAME&user=WHO&expires=UNIX&signature=HEX

`signature` is HMAC-SHA256, in lower-case hex, keyed with the connector's `secret` as it is configured (its UTF-8
bytes, a leading "whsec_" included), over the UTF-8 bytes of these five lines, joined by "\n" with none at the end:

    beforehand-panel
    <connector>
    <ticket>
    <user>
    <expires>

In Perl:

    use Digest::SHA 'hmac_sha256_hex';
    use Encode 'encode_utf8';
    my $text = join "\n", 'beforehand-panel', $connector, $ticket, $user, $expires;
    my $signature = hmac_sha256_hex(encode_utf8($text), encode_utf8($secret));

The service's own links carry a token instead: a Sight, signed with the server's secret, `/panel?ticket=ID&token=TOKEN`.

`expires` is in whole seconds since 1970 and at most MAX_LINK_S ahead; ticket and user hold no line break and are
percent-encoded in the address. `user` says whom actions are attributed to, and may be empty. It knows no HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from urllib.parse import urlsplit

from api.connectors.options import ConnectorOptions
from api.security import read_claim, sign_claim

MARK = "beforehand-panel"
SECRET = "panel"
"""Name of the server's secret that signs tokens."""
MAX_LINK_S = 24 * 3600
"""A ticket page left open overnight; the page makes a fresh link whenever it is drawn."""
MAX_CHARS = 200
"""Of a ticket's id and of a user's name."""
MAX_EXPIRY_DIGITS = 12
"""Seconds up to the year 33658; int() of attacker's digits stays cheap."""


class LinkState(Enum):
    GENUINE = "genuine"
    EXPIRED = "expired"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class PanelLink:
    """Which ticket, seen by whom, until when."""

    connector: str
    ticket: str
    user: str
    expires: str  # as it stands in the address

    @property
    def is_well_formed(self) -> bool:
        texts = (self.connector, self.ticket, self.user)
        is_expiry = self.expires.isascii() and self.expires.isdigit() and len(self.expires) <= MAX_EXPIRY_DIGITS
        return is_expiry and bool(self.ticket) and all(len(text) <= MAX_CHARS and "\n" not in text for text in texts)

    def signature(self, secret: str) -> str:
        """Return the link's signature.

        >>> PanelLink("rt", "17", "anna", "1800000000").signature("s3cret")[:16]
        'e2b65340e73a3235'
        """
        text = "\n".join((MARK, self.connector, self.ticket, self.user, self.expires))
        return hmac.new(secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def state(self, signature: str, *, secret: str, now: datetime) -> LinkState:
        """Say whether the link is its connector's, and in time; without a secret no link is genuine."""
        if not secret or not self.is_well_formed:
            return LinkState.FORGED
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), self.signature(secret).encode()):
            return LinkState.FORGED
        left_s = int(self.expires) - now.timestamp()
        return LinkState.GENUINE if 0 < left_s <= MAX_LINK_S else LinkState.EXPIRED


def frame_ancestors(options: ConnectorOptions) -> tuple[str, ...]:
    """Return the origins whose pages may frame the panel of a connector's tickets.

    >>> frame_ancestors(ConnectorOptions(name="rt", kind="x", url="https://rt.example:8443/rt/"))
    ('https://rt.example:8443',)
    """
    origins = (_origin(address) for address in (options.url, *options.frame_ancestors))
    return tuple(dict.fromkeys(origin for origin in origins if origin))


def _origin(address: str) -> str:
    """Return scheme, host and port, which is all that may reach a header; "" where there is no such thing."""
    parts = urlsplit(address)
    is_plain = all(character.isalnum() or character in ".-:[]_" for character in parts.netloc)
    is_web = parts.scheme in ("http", "https")
    return f"{parts.scheme}://{parts.netloc}" if is_web and parts.netloc and is_plain and parts.netloc.isascii() else ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a panel shows to whom: all that its token says."""

    tenant: str
    connector: str  # "" where the ticket's system is not known
    ticket: str
    user: str
    language: str = ""  # "" for the browser's
    theme: str = "auto"

    def token(self, *, secret: str, expires_at: datetime) -> str:
        """Return a token that proves, until it expires, that this server let somebody see this."""
        claim = json.dumps([self.tenant, self.connector, self.ticket, self.user, self.language, self.theme])
        return sign_claim(claim, expires_at=expires_at, secret=secret)


SIGHT_PARTS = 6


def sight_of(token: str, *, secret: str, now: datetime) -> Sight | None:
    """Return what a token lets see; None where it is not genuine, too old or not of a panel.

    >>> from datetime import UTC
    >>> later = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> token = Sight("default", "rt", "17", "anna").token(secret="s", expires_at=later)
    >>> sight_of(token, secret="s", now=datetime(2026, 11, 22, 11, tzinfo=UTC)).ticket
    '17'
    """
    claim = read_claim(token, now=now, secret=secret)
    parts = json.loads(claim) if claim else []
    return Sight(*(str(part) for part in parts)) if len(parts) == SIGHT_PARTS else None
