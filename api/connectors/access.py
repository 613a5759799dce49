"""A platform's access token, kept until shortly before it ends; and the options that only one kind of system knows.

Knows no platform: the call that fetches a token is given.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from api.connectors.options import ConnectorOptions
from api.connectors.system import OptionsInvalid

EARLY_S = 300.0
"""Feishu hands out the same token until 30 minutes before its end, WeCom and DingTalk until about 5: by then ours is
fetched afresh, and a call that began with the old one still ends in time."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A token as the platform gave it."""

    token: str
    lasts_s: float


class AccessToken:
    """The current token. Safe to share between threads; one of them fetches while the others wait."""

    def __init__(self, fetch: Callable[[], Granted], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def value(self) -> str:
        """Return a token that still lasts."""
        with self._lock:
            if not self._token or self._until <= self._clock():
                granted = self._fetch()
                self._token, self._until = granted.token, self._clock() + max(granted.lasts_s - EARLY_S, 0.0)
            return self._token

    def forget(self, token: str) -> bool:
        """Drop a token that was refused; return whether it was the current one."""
        with self._lock:
            is_current = bool(self._token) and token == self._token
            if is_current:
                self._token = ""
            return is_current


class Extra(BaseModel):
    """What stands under [connector.extra]; each kind's own names are checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Checked = TypeVar("Checked", bound=Extra)


def checked_extra(options: ConnectorOptions, shape: type[Checked]) -> Checked:
    """Return the extra options of a connector.

    Raises:
        OptionsInvalid: a name or a value does not fit.
    """
    try:
        return shape.model_validate(options.extra)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        place = ".".join(map(str, ("extra", *first["loc"])))
        raise OptionsInvalid(f"connector {options.name}: {place}: {first['msg']}") from None


def need(options: ConnectorOptions, **settings: str) -> None:
    """Raise OptionsInvalid where a setting is empty that this kind cannot work without."""
    if missing := [name for name, value in settings.items() if not value]:
        raise OptionsInvalid(f"connector {options.name}: set {', '.join(missing)}")
