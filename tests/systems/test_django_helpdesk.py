"""A real django-helpdesk: its webhook comes in, the ticket is filled in and commented on; kills lose none."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.systems.beforehand_process import BeforehandProcess
from tests.systems.helpdesk import Helpdesk, hook_of, service_beside, settled

pytestmark = pytest.mark.systems

IS_FULL = os.environ.get("BEFOREHAND_TEST_LENGTH") == "full"
SITES = 10 if IS_FULL else 1
"""Each call of django-helpdesk 2.6.1 walks through every ticket it has (its TicketViewSet.get_queryset): a thousand in
one site take ten seconds a ticket, ten times a hundred a tenth of that."""
TICKETS = 100 if IS_FULL else 30
KILL_EVERY = (5, 15) if IS_FULL else (5, 12)
"""Tickets between two kills, at random."""
SETTLE_S = 3_600.0 if IS_FULL else 180.0


@pytest.fixture(scope="module")
def helpdesk_python(root: Path) -> Path:
    """Return the interpreter that has django-helpdesk."""
    path = Path(os.environ.get("BEFOREHAND_HELPDESK_PYTHON", root / ".venv" / "helpdesk" / "bin" / "python"))
    if not path.exists():
        pytest.skip(f"django-helpdesk is not at {path}: run make test-systems, or set BEFOREHAND_HELPDESK_PYTHON")
    return path


@pytest.fixture
def desk(tmp_path: Path, helpdesk_python: Path) -> Iterator[Helpdesk]:
    folder = tmp_path / "desk"
    folder.mkdir()
    site = Helpdesk(folder, helpdesk_python)
    yield site
    site.close()


@pytest.fixture
def service(tmp_path: Path, desk: Helpdesk) -> Iterator[BeforehandProcess]:
    one = service_beside(desk, tmp_path / "service")
    yield one
    one.stop()


def code_of(number: int) -> str:
    return f"E{number % 9 + 1}"


def add(desk: Helpdesk, number: int) -> int:
    words = ("热水器不加热，故障代码 {code}", "The water heater stays cold and shows error code {code}")
    return desk.add(f"ticket {number}", words[number % 2].format(code=code_of(number)))


def expected(count: int) -> dict[str, str]:
    return {f"ticket {number}": code_of(number) for number in range(count)}


def test_ticket_is_filled_and_commented_on(desk: Helpdesk, service: BeforehandProcess) -> None:
    desk.open(hook_url=hook_of(service))
    service.start()
    started = time.monotonic()
    assert [add(desk, number) for number in range(2)] == [201, 201]
    assert time.monotonic() - started < 3 * 2  # helpdesk gives up after 3 s a ticket
    account = settled(desk, expected=expected(2), within_s=120)
    assert (account.tickets, account.lost, account.wrong, account.doubled) == (2, (), (), ())
    shown = list(desk.tickets())
    assert [ticket["title"] for ticket in shown] == ["ticket 0", "ticket 1"]
    assert [ticket["custom_error_code"] for ticket in shown] == ["E1", "E2"]


def test_persons_value_stays(desk: Helpdesk, service: BeforehandProcess) -> None:
    desk.open(hook_url=hook_of(service))
    service.start()
    desk.add("ticket 0", "热水器不加热，故障代码 E4", custom_error_code="E9")
    account = settled(desk, expected={"ticket 0": "E9"}, within_s=120)
    assert (account.lost, account.wrong) == ((), ())


def test_shipped_app_never_fails_a_persons_request(desk: Helpdesk, service: BeforehandProcess, root: Path) -> None:
    """With the app of files/django_helpdesk a customer sees no error while we are away, and messages are told too."""
    relay = root / "api" / "connectors" / "files" / "django_helpdesk" / "beforehand_hook.py.txt"
    desk.open(hook_url=hook_of(service), relay=relay)
    service.start()
    assert add(desk, 0) == 201
    assert settled(desk, expected=expected(1), within_s=60).lost == ()
    service.kill()
    assert add(desk, 1) == 201
    service.start()
    account = settled(desk, expected=expected(2), within_s=60)
    assert (account.tickets, account.lost, account.wrong, account.doubled) == (2, (), (), ())


@pytest.mark.parametrize("seed", range(SITES))
def test_kills_lose_nothing_and_double_nothing(desk: Helpdesk, service: BeforehandProcess, seed: int) -> None:
    """Tickets keep coming while the service is killed and started; those made while it is away are caught up on."""
    desk.open(hook_url=hook_of(service))
    service.start()
    dice = random.Random(20261122 + seed)
    next_kill, is_up, kills = dice.randint(*KILL_EVERY), True, 0
    for number in range(TICKETS):
        status = add(desk, number)
        assert status == 201 or not is_up or kills, "the site answers while its webhook is taken"
        if not is_up:
            service.start()
            is_up = True
        next_kill -= 1
        if next_kill == 0:
            time.sleep(dice.random() * 1.5)  # somewhere within the work on the tickets so far
            service.kill()
            is_up, kills, next_kill = False, kills + 1, dice.randint(*KILL_EVERY)
    if not is_up:
        service.start()
    account = settled(desk, expected=expected(TICKETS), within_s=SETTLE_S)
    print(f"{account.tickets} tickets, {kills} kills, lost {account.lost}, doubled {account.doubled}")  # noqa: T201
    assert kills >= 2
    assert (account.tickets, account.lost, account.wrong, account.doubled) == (TICKETS, (), (), ())


def test_loss_and_doubles_are_seen(desk: Helpdesk, tmp_path: Path) -> None:
    """The control: with no catching up a ticket made while we are away is lost; two comments are seen as two.

    A service's first look leaves alone what was before it, and the next look is an hour away.
    """
    service = service_beside(desk, tmp_path / "control", catch_up_every_s=3_600)
    desk.open(hook_url=hook_of(service))
    assert add(desk, 0) == 500  # helpdesk's own webhook lets a refused connection reach the customer
    service.start()
    account = settled(desk, expected=expected(1), within_s=15)
    service.stop()
    assert (account.tickets, account.lost) == (1, (1,))
    for _ in range(2):
        desk.follow_up(1, "what a service without marks says\n\n[Beforehand bh-0000000000000000]")
    account = settled(desk, expected=expected(1), within_s=1)
    assert (account.lost, account.wrong, account.doubled) == ((), (1,), (1,))
