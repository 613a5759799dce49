"""What goes wrong at a connector in, what a job or a caller makes of it out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.connectors.system import ConnectorDown, ConnectorError
from api.errors import Problem, say
from api.jobs import TryLater


@contextmanager
def system_errors() -> Iterator[None]:
    """Inside a job: try again later what may work later; fail with a Problem what will not."""
    try:
        yield
    except ConnectorDown as error:
        raise TryLater(str(error), error.after_s) from error
    except ConnectorError as error:
        raise refused(error) from error


@contextmanager
def told_at_once() -> Iterator[None]:
    """Inside a request: every trouble is a Problem."""
    try:
        yield
    except ConnectorDown as error:
        headers = {} if error.after_s is None else {"Retry-After": str(int(error.after_s) + 1)}
        raise Problem("connector_down", say("detail.engine", original=str(error)), headers=headers) from error
    except ConnectorError as error:
        raise refused(error) from error


def refused(error: ConnectorError) -> Problem:
    """Return the problem of a system that said no."""
    return Problem("connector_refused", say("detail.engine", original=str(error)))
