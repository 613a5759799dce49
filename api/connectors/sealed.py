"""What proves a messenger's callback: signature, age, sealed text in; plain text out, and the other way round.

Both forms are AES-256 in CBC mode, which proves nothing about who sealed a text: check the signature first.

    Feishu             key sha256(encrypt key); the first block is the IV; padded to 16 bytes
    WeCom, DingTalk    key base64(43 letters + "="), IV its first half; padded to 32 bytes;
                       inside: 16 random bytes, the message's length (4 bytes, big-endian), the message, the receiver

Knows no HTTP, no clock and no platform's field names.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from api.connectors.system import OptionsInvalid, SignatureWrong

BODY_BYTES = 1024 * 1024
"""Of a callback; the platforms' own limits are below (a Feishu message ends at 150 kB, a WeCom text at 2 kB)."""
BLOCK_BYTES = 16
SALT_BYTES = 16
LENGTH_BYTES = 4
LONG_BLOCK_BITS = 256  # the padding of WeCom and DingTalk counts to 32, twice AES's block
AHEAD = timedelta(minutes=5)  # of clocks that differ
KEY_LETTERS = 43  # 32 bytes in base64, without the last "="


def is_same(one: str, other: str) -> bool:
    """Compare two signatures or tokens in constant time.

    >>> is_same("签名", "签名"), is_same("", "x")
    (True, False)
    """
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def joint_signature(*parts: str) -> str:
    """Return the sha1 of the sorted parts: what WeCom and DingTalk call msg_signature."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace")).hexdigest()


def check_age(timestamp: str, at: datetime, *, window: timedelta, name: str) -> None:
    """Raise SignatureWrong for seconds since 1970 that are older than the window, or ahead."""
    seconds = int(timestamp) if timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12 else -1
    if seconds < 0:
        raise SignatureWrong(f"connector {name}: a callback without a time")
    sent = datetime.fromtimestamp(seconds, UTC)
    if not at - window <= sent <= at + AHEAD:
        raise SignatureWrong(f"connector {name}: a callback of {sent:%Y-%m-%d %H:%M} UTC is too old or ahead of time")


def unseal(sealed: str, encrypt_key: str) -> str:
    """Return the plain text of a Feishu callback.

    Raises:
        SignatureWrong: it was not sealed with this key.
    """
    content = _decoded(sealed)
    key = hashlib.sha256(encrypt_key.encode()).digest()
    return _text(_decrypted(content[BLOCK_BYTES:], key, content[:BLOCK_BYTES], 8 * BLOCK_BYTES))


class Envelope:
    """Seals and opens with a 43-letter key, for one receiver. Safe to share between threads."""

    def __init__(self, letters: str, *, receiver: str, where: str) -> None:
        """`receiver` stands inside each envelope: WeCom's corp id, DingTalk's app key or corp id."""
        try:
            self._key = _decoded(f"{letters}=") if len(letters) == KEY_LETTERS else b""
        except SignatureWrong:
            self._key = b""
        if len(self._key) != 32:
            raise OptionsInvalid(f"{where}: secret: not the {KEY_LETTERS} letters of an EncodingAESKey")
        self._receiver = receiver.encode()

    def open(self, sealed: str) -> str:
        """Return the message inside.

        Raises:
            SignatureWrong: it was not sealed with this key, or not for this receiver.
        """
        plain = _decrypted(_decoded(sealed), self._key, self._key[:BLOCK_BYTES], LONG_BLOCK_BITS)
        start = SALT_BYTES + LENGTH_BYTES
        end = start + int.from_bytes(plain[SALT_BYTES:start], "big")
        if len(plain) < end or not hmac.compare_digest(plain[end:], self._receiver):
            raise SignatureWrong("an encrypted callback is not for us; compare the corp id or app key in the settings")
        return _text(plain[start:end])

    def seal(self, message: str, *, salt: bytes) -> str:
        """Return the message sealed; `salt` is 16 bytes that nobody can foretell."""
        content = message.encode()
        padder = PKCS7(LONG_BLOCK_BITS).padder()
        plain = salt + len(content).to_bytes(LENGTH_BYTES, "big") + content + self._receiver
        encryptor = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:BLOCK_BYTES])).encryptor()
        padded = padder.update(plain) + padder.finalize()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def _decoded(sealed: str) -> bytes:
    try:
        return base64.b64decode(sealed.encode("ascii", "replace"), validate=True)
    except binascii.Error as error:
        raise _unreadable() from error


def _decrypted(content: bytes, key: bytes, iv: bytes, padding_bits: int) -> bytes:
    """Return the plain bytes. Every way to fail says the same: nothing can be learned from the difference."""
    if not content or len(content) % BLOCK_BYTES or len(iv) != BLOCK_BYTES or len(content) > BODY_BYTES:
        raise _unreadable()
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    padded = decryptor.update(content) + decryptor.finalize()
    unpadder = PKCS7(padding_bits).unpadder()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError as error:
        raise _unreadable() from error


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable() from error


def _unreadable() -> SignatureWrong:
    return SignatureWrong("an encrypted callback cannot be opened; compare the encryption key in the settings")
