"""The one secret of a server: given by setting or file, else made once beside the data with mode 0600.

It never stands in the database: a copy of the database alone signs nothing and checks no guess. Everything that needs
a secret of its own gets one derived from it for that purpose.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

FILE_NAME = "secret"
MIN_SECRET_CHARS = 32
"""256 bits as hexadecimal are 64 characters, 192 bits as base64 are 32."""


class SecretUnusable(Exception):
    """The server's secret cannot be used; the message says which, why, and what to do."""


def read_server_secret(data_dir: Path, *, given: str = "", file: Path | None = None) -> str:
    """Return the server's secret; where none was given it is made at the first start and read again later.

    Raises:
        SecretUnusable: what was given is too short, or the file cannot be read or is open to others.
    """
    if given:
        return _long_enough(given, "BEFOREHAND_SECRET")
    if file is not None:
        return _long_enough(_read(file), str(file))
    own = data_dir / FILE_NAME
    _make_once(own)
    return _long_enough(_read(own), str(own))


def derive(secret: str, purpose: str) -> str:
    """Return the secret of one purpose; knowing it tells nothing about another's."""
    return hmac.new(secret.encode(), b"beforehand/1/" + purpose.encode(), hashlib.sha256).hexdigest()


def _make_once(path: Path) -> None:
    """Write a fresh secret where there is none; of two processes that start at once, one writes and both read it."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretUnusable(
            f"{path}: the server's secret cannot be read ({error}); check the path and rights"
        ) from error


def _long_enough(secret: str, where: str) -> str:
    if len(secret) < MIN_SECRET_CHARS:
        raise SecretUnusable(
            f"{where}: the server's secret is shorter than {MIN_SECRET_CHARS} characters; "
            "make one with `openssl rand -hex 32`"
        )
    return secret
