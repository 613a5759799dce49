"""What is special about e-mail addresses; the rest is in the conformance tests."""

from __future__ import annotations

import pytest

from nlp import compose
from nlp.fields.email_address import FIELD
from nlp.records import Part


@pytest.mark.parametrize("text", ["a@b", "a@@b.com", "@b.com", "a@b..com", "a@-.x"])
def test_halves_of_an_address_are_none(text: str) -> None:
    assert FIELD.extract(compose([Part(text, "m1", "text")])) == ()
