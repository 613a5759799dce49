"""Names of the catalogue and of the customer's records are found in what was heard, and evidence keeps its seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.engines import Engines, StandIns
from api.prefill.answer import transcript_body
from api.prefill.files import Attachment
from api.prefill.hear import HOTWORDS, Stopwatch, hear
from api.schemas.prefill import PrefillRequest
from api.settings import Settings
from speech import Word, build_activity, build_transcriber
from tests.speech.signals import noise, wav


def _engines(folder: Path, said: str, *, codes: int) -> Engines:
    script = [Word(0.2 * at, 0.2 * at + 0.2, word, 0.6) for at, word in enumerate(said.split())]
    transcriber = build_transcriber("scripted", script=script, language="en")
    engines = Engines(
        Settings(data_dir=folder), stand_ins=StandIns(transcriber=transcriber, activity=build_activity("energy"))
    )
    rows = "".join(
        f'{{"code": "QX-{number}", "names": ["Polarwind {number}"]}}\n' for number in range(100, 100 + codes)
    )
    engines.catalogues.put("devices", rows.encode(), suffix=".jsonl")
    return engines


@pytest.mark.parametrize(("said", "text"), [("my q x one oh seven", "my QX-107"), ("the polar wind", "the polar wind")])
def test_large_catalogue_is_found_in_a_call(tmp_path: Path, said: str, text: str) -> None:
    engines = _engines(tmp_path, said, codes=HOTWORDS * 3)
    file = Attachment("call.wav", wav(noise(2.0, level=0.2)))
    heard = hear(PrefillRequest(locale="en-US"), [file], engines=engines, watch=Stopwatch())
    body = transcript_body(heard.transcripts["call.wav"], file="call.wav")
    assert body.text == text
    assert [(one.written, one.heard, one.start_s, one.end_s) for one in body.segments[0].replaced] == (
        [("QX-107", "q x one oh seven", 0.2, 1.2)] if text != said else []
    )
    assert body.segments[0].heard == (said if text != said else "")
