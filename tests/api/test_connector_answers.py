"""How a ticket system answered last is remembered, and told without asking it again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from api.connectors.system import ConnectorDown
from api.enrich.catch_up import CatchUps
from api.errors import words
from api.jobs import TryLater
from api.routes.parts import connector_state
from tests.api.test_enrich import EN, OPTIONS, ZH, House


@pytest.fixture
def house(api_app: FastAPI) -> Iterator[House]:
    yield House(api_app, OPTIONS)
    api_app.state.store.database.close()


@pytest.mark.parametrize(("text", "language"), [(ZH, "zh"), (EN, "en")], ids=["zh", "en"])
def test_a_good_answer_and_a_refusal_are_remembered(house: House, text: str, language: str) -> None:
    said, live = words(language), house.connectors.live  # type: ignore[arg-type]
    house.open(text)
    assert live.answers.last is None
    unasked = connector_state(live, said)
    house.tell()
    good = connector_state(live, said)
    house.system.trouble = ConnectorDown("connector desk: 没有应答 no answer within 5 s")
    with pytest.raises(TryLater):
        house.tell("message")
    bad = connector_state(live, said)
    assert [state.state for state in (unasked, good, bad)] == ["ok", "ok", "degraded"]
    assert len({state.detail for state in (unasked, good, bad)}) == 3
    assert "no answer within 5 s" in bad.detail
    assert bad.fix == said("fix.connector")
    house.system.trouble = None
    house.tell("message")
    assert connector_state(live, said).state == "ok"


def test_a_look_for_new_tickets_is_an_answer_too(house: House) -> None:
    catch_ups = CatchUps(
        connectors=house.connectors,  # type: ignore[arg-type]
        enrichment=house.enrichment,
        tenants=house.app.state.tenants,
        clock=house.clock,
        every_s=60,
    )
    catch_ups.look()
    assert house.connectors.live.answers.last is None, "the first look only notes the time"
    catch_ups.look()
    last = house.connectors.live.answers.last
    assert last is not None
    assert last.error == ""
