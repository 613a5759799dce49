"""When: dates, times, ranges, durations and repeats, in Chinese and English, absolute and relative.

`resolution` is in the shape of Recognizers-Text; `value` is the first alternative's ISO text, no more precise than what
was said (see dates/writing.py). It does not know which of a text's times is the fault's (see fault_time.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache

from nlp.dates.read import read_times
from nlp.dates.readings import Atom, Length, Repeat, values_of
from nlp.dates.writing import language_in, text_of
from nlp.extraction.field import Example, FieldTexts, Localised
from nlp.records import Document, Mention
from nlp.text import Language

CERTAIN_SCORE = 0.85
AMBIGUOUS_SCORE = 0.6
"""Two readings (the last Friday or the next) leave the choice open; tense would tell, and is not read yet."""
NOT_A_TIME_SCORE = 0.35
"""A duration or a repeat is time, but not the moment a ticket asks for."""


def mention_of(name: str, atom: Atom, zone: tzinfo | None) -> Mention:
    """Write an atom down as a mention; the value's clock is the writer's, with the zone's offset where it is known."""
    values = values_of(atom)
    is_time = not isinstance(atom.reading, Length | Repeat)
    score = CERTAIN_SCORE if len(values) == 1 else AMBIGUOUS_SCORE
    why = f"{values[0]['type']} {values[0]['timex']}"
    score = score if is_time else NOT_A_TIME_SCORE
    return Mention(
        name, text_of(values[0], zone), atom.start, atom.end, score, why, resolution={"values": list(values)}
    )


TEXTS = FieldTexts(
    label=Localised("时间", "Date and time"),
    question=Localised("请问是什么时间？", "Which date and time was it?"),
)


@dataclass(frozen=True, slots=True)
class DateTime:
    """The field; two times in a text do not contradict each other."""

    name: str = "date_time"
    texts: FieldTexts = TEXTS
    examples: tuple[Example, ...] = (
        Example("2024年5月18日下午3点半开始坏的", "2024-05-18T15:30:00"),
        Example("故障时间 2024/05/18", "2024-05-18"),
        Example("It broke on May 18, 2024 at 3:30 pm", "2024-05-18T15:30:00"),
        Example("purchased 2024-05-18", "2024-05-18"),
    )
    counter_examples: tuple[str, ...] = ("型号KFR-35GW坏了", "This email may not be disclosed.", "订单号：20240518936")
    is_identifier: bool = False
    is_single: bool = False
    effort: float = 1.0

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find every time; relative ones only where the document says what now is."""
        reference = document.reference_time
        now, zone = (reference.replace(tzinfo=None), reference.tzinfo) if reference else (None, None)
        return time_mentions(self.name, document.text, now, zone, language_in(document))


@lru_cache(maxsize=16)  # three more fields ask what each time is said of
def time_mentions(
    name: str, text: str, now: datetime | None, zone: tzinfo | None, language: Language
) -> tuple[Mention, ...]:
    """Write down every time of a text; `now` is what the writer's clock shows."""
    return tuple(mention_of(name, atom, zone) for atom in read_times(text, reference=now, language=language))


FIELD = DateTime()
