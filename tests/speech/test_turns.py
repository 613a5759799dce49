"""What was heard on one channel goes to the voice that said it, in parts where a segment holds several."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from speech import (
    Audio,
    Recording,
    Segment,
    Sides,
    SpokenNumber,
    Turn,
    Word,
    build_activity,
    build_transcriber,
    transcribe_recording,
)
from speech.sides.turns import ONE_SPEAKER, SpeakerTurns, with_turns
from tests.speech.signals import noise


def said(*words: tuple[float, str], length_s: float = 0.4) -> Segment:
    spoken = tuple(Word(at, at + length_s, text, 0.9) for at, text in words)
    return Segment(spoken[0].start_s, spoken[-1].end_s, " ".join(word.text for word in spoken), 0.9, spoken)


ASKED = said((0.0, "your"), (0.5, "name"), (1.0, "please"), (1.5, "it"), (2.0, "is"), (2.5, "wang"))


@pytest.mark.parametrize(
    ("turns", "parts"),
    [
        pytest.param([Turn(0, 3, 0)], [(0, "your name please it is wang")], id="one voice"),
        pytest.param([Turn(0, 1.45, 0), Turn(1.45, 3, 1)], [(0, "your name please"), (1, "it is wang")], id="two"),
        pytest.param(
            [Turn(0, 1.6, 0), Turn(1.6, 3, 1)], [(0, "your name please"), (1, "it is wang")], id="most of a word counts"
        ),
        pytest.param(
            [Turn(0, 3, 0), Turn(1.0, 1.4, 1)], [(0, "your name please it is wang")], id="both at once: the first"
        ),
        pytest.param([Turn(5, 6, 1)], [(1, "your name please it is wang")], id="none near: the nearest"),
        pytest.param([Turn(0, 0.9, 0), Turn(2.4, 3, 1)], [(0, "your name please"), (1, "it is wang")], id="gaps"),
        pytest.param([], [(0, "your name please it is wang")], id="nobody was found"),
        pytest.param(
            [Turn(0, 1, 0), Turn(1, 2, 1), Turn(2, 3, 0)],
            [(0, "your name"), (1, "please it"), (0, "is wang")],
            id="to and fro",
        ),
    ],
)
def test_words_go_to_the_voice_that_says_them(turns: list[Turn], parts: list[tuple[int, str]]) -> None:
    found = with_turns([ASKED], turns)
    assert [(part.channel, part.text) for part in found] == parts
    assert [word for part in found for word in part.words] == list(ASKED.words)
    assert all((part.start_s, part.end_s) == (part.words[0].start_s, part.words[-1].end_s) for part in found)


def test_slip_within_anothers_words_is_no_turn() -> None:
    quick = said((0.0, "please"), (0.3, "say"), (0.5, "your"), (0.7, "name"), length_s=0.2)
    turns = [Turn(0, 0.5, 0), Turn(0.5, 0.7, 1), Turn(0.7, 1, 0)]
    assert [part.channel for part in with_turns([quick], turns)] == [0]


def test_chinese_parts_are_written_without_spaces() -> None:
    segment = said((0.0, "请"), (0.5, "问"), (1.0, "空"), (1.5, "调"))
    assert [part.text for part in with_turns([segment], [Turn(0, 0.9, 0), Turn(0.9, 2, 1)])] == ["请问", "空调"]


def test_number_goes_with_the_words_it_was_heard_in() -> None:
    number = SpokenNumber(1.5, 2.9, "123", 0.9)
    segment = Segment(ASKED.start_s, ASKED.end_s, ASKED.text, 0.9, ASKED.words, numbers=(number,))
    first, second = with_turns([segment], [Turn(0, 1.45, 0), Turn(1.45, 3, 1)])
    assert (first.numbers, second.numbers) == ((), (number,))


def test_segment_without_words_goes_to_who_speaks_most_of_it() -> None:
    segment = Segment(0.0, 3.0, "hello", 0.9)
    assert [part.channel for part in with_turns([segment], [Turn(0, 1, 0), Turn(1, 3, 1)])] == [1]


@dataclass(frozen=True)
class Given:
    """Turns that were written down beforehand."""

    given: tuple[Turn, ...]
    engine: str = "given:turns"

    def turns(self, audio: Audio) -> tuple[Turn, ...]:
        return self.given


BOTH = (Turn(0.0, 2.0, 0), Turn(2.0, 4.0, 1))
CALL = Recording("call.wav", (Audio(noise(4.0)),), "mono", "pcm_s16le", 16_000)


def speakers(words: tuple[str, ...], turns: SpeakerTurns | None, customer_channel: int | None = None) -> list[str]:
    script = [Word(at + 0.1, at + 0.9, word, 0.9) for at, word in enumerate(words)]
    heard = transcribe_recording(
        CALL,
        transcriber=build_transcriber("scripted", script=script),
        activity=build_activity("energy"),
        language="en",
        sides=Sides(customer_channel=customer_channel, turns=turns),
    )
    assert (ONE_SPEAKER in heard.warnings) == (turns is None)
    assert heard.voices_engine == ("" if turns is None else "given:turns")
    assert heard.analytics is not None
    assert len(heard.analytics.sides) == len({segment.channel for segment in heard.segments})
    return [segment.speaker for segment in heard.segments]


GREETS, ANSWERS = ("how may i", "help you"), ("my washer", "leaks")


@pytest.mark.parametrize(
    ("words", "turns", "named"),
    [
        pytest.param((*GREETS, *ANSWERS), Given(BOTH), ["agent", "customer"], id="the first greets"),
        pytest.param((*ANSWERS, *GREETS), Given(BOTH), ["customer", "agent"], id="the second greets"),
        pytest.param((*ANSWERS, *ANSWERS), Given(BOTH), ["speaker 1", "speaker 2"], id="nobody greets"),
        pytest.param((*GREETS, *GREETS), Given(BOTH), ["speaker 1", "speaker 2"], id="both greet"),
        pytest.param((*GREETS, *ANSWERS), Given(BOTH[:1]), [""], id="one voice alone"),
        pytest.param((*GREETS, *ANSWERS), None, [""], id="no model: one speaker, who is not the agent"),
    ],
)
def test_voices_are_named_by_who_greets(words: tuple[str, ...], turns: SpeakerTurns | None, named: list[str]) -> None:
    assert speakers(words, turns) == named


def test_side_that_was_named_is_that_of_a_single_voice() -> None:
    assert speakers((*GREETS, *ANSWERS), Given(BOTH[:1]), customer_channel=0) == ["customer"]
    assert speakers((*GREETS, *ANSWERS), None, customer_channel=0) == ["customer"]
    assert speakers((*GREETS, *ANSWERS), Given(BOTH), customer_channel=1) == ["agent", "customer"]
