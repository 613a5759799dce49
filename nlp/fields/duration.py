"""How long: durations in Chinese and English, resolved to seconds.

It reads what date_time reads, and keeps the durations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.dates.read import read_times
from nlp.dates.readings import Length, values_of
from nlp.dates.writing import language_in
from nlp.extraction.field import Example, FieldTexts, Localised
from nlp.records import Document, Mention

SCORE = 0.85


TEXTS = FieldTexts(
    label=Localised("时长", "Duration"),
    question=Localised("这个情况持续多久了？", "How long has this been going on?"),
)


@dataclass(frozen=True, slots=True)
class Duration:
    """The field; two durations in a text do not contradict each other."""

    name: str = "duration"
    texts: FieldTexts = TEXTS
    examples: tuple[Example, ...] = (
        Example("已经坏了三天了", "P3D"),
        Example("用了2个半小时", "PT2.5H"),
        Example("It has been leaking for 3 days", "P3D"),
        Example("it stops after two and a half hours", "PT2.5H"),
    )
    counter_examples: tuple[str, ...] = ("2024年5月18日", "型号KFR-35GW坏了", "order 4455 is late")
    is_identifier: bool = False
    is_single: bool = False
    effort: float = 1.0

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find every duration; none needs to know what now is."""
        atoms = read_times(document.text, reference=document.reference_time, language=language_in(document))
        return tuple(
            Mention(
                self.name,
                atom.reading.timex,
                atom.start,
                atom.end,
                SCORE,
                f"duration {atom.reading.timex}",
                resolution={"values": list(values_of(atom))},
            )
            for atom in atoms
            if isinstance(atom.reading, Length) and not atom.mod
        )


FIELD = Duration()
