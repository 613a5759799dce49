"""Hold the one question against what agents really asked first, and against what a reader finds right.

In: the folder of public evaluation data, labels of ids. Out: a table a half of the labels and a language. A label says
what the agent asked first (a field, "other:...", or "none") and which fields would have been right; "none" among
those: asking nothing is right too. It does not judge wording.
Run: python -m training.eval_questions --data ../shared/data [--labels FILE] [--errors]
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import nlp
from nlp.records import Part

LABELS = Path(__file__).parent / "labels/first_questions.jsonl"
NONE = "none"
NO_FIELD = "other:"
SAME = {"account_number": "phone_number", "problem": "issue"}
"""A field of the labels -> the template's field that asks the customer for the same thing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    id: str
    lang: str
    asked: str  # by the agent
    acceptable: tuple[str, ...]
    question: str  # ours; "none" where we ask nothing

    @property
    def is_askable(self) -> bool:
        """The agent asked for something that is a field of ours."""
        return self.asked != NONE and not self.asked.startswith(NO_FIELD)

    @property
    def is_right(self) -> bool:
        return self.question in self.acceptable

    @property
    def is_needless(self) -> bool:
        """Asked for though, to a reader, nothing is to be asked for, or not this."""
        return self.question != NONE and not self.is_right and (NONE in self.acceptable or not self.is_askable)

    @property
    def is_unasked(self) -> bool:
        """Asked for though the agent asked nothing."""
        return self.question != NONE and self.asked == NONE


def first_words(dialogue: Mapping[str, Any]) -> list[str]:
    """Return what the customer wrote before the agent's first turn."""
    said: list[str] = []
    for turn in dialogue["turns"]:
        if turn["sender"] != "customer":
            break
        said += [utterance for utterance in turn["utterances"] if utterance.strip()]
    return said


def question_of(dialogue: Mapping[str, Any], template: nlp.Template, lang: str) -> str:
    parts = [Part(text, f"m{number}", "text", "customer") for number, text in enumerate(first_words(dialogue), start=1)]
    document = nlp.compose(parts, locale="zh-CN" if lang == "zh" else "en-US")
    mentions = nlp.extract(document, nlp.build_extractors())
    values = nlp.resolve(mentions, document, template=template).fields
    question = nlp.next_question(values, template, locale=document.locale, document=document)
    return question.field if question is not None else NONE


def outcomes(data: Path, labels: Path) -> list[Outcome]:
    rows = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
    dialogues: dict[tuple[str, str], Mapping[str, Any]] = {}
    for lang in ("zh", "en"):
        with gzip.open(data / f"nlp/stc3/{lang}.jsonl.gz", "rt", encoding="utf-8") as handle:
            dialogues.update({(lang, row["id"]): row for row in map(json.loads, handle)})
    return [
        Outcome(
            row["id"],
            row["lang"],
            SAME.get(row["asked"], row["asked"]),
            tuple(SAME.get(name, name) for name in row["acceptable"]),
            question_of(dialogues[row["lang"], row["id"]], nlp.load_template(row["template"]), row["lang"]),
        )
        for row in rows
        if (row["lang"], row["id"]) in dialogues
    ]


def shares(found: Sequence[Outcome]) -> tuple[str, ...]:
    askable = [one for one in found if one.is_askable]
    idle = [one for one in found if one.asked == NONE]
    quiet = [one for one in found if one.acceptable == (NONE,)]
    cells = (
        (sum(one.is_right for one in askable), len(askable)),
        (sum(one.is_needless for one in found), len(found)),
        (sum(one.is_needless for one in found), sum(one.question != NONE for one in found)),
        (sum(one.question != NONE for one in quiet), len(quiet)),
        (sum(one.is_unasked for one in idle), len(idle)),
    )
    return tuple(f"{count / of:.1%} ({count}/{of})" if of else "-" for count, of in cells)


def show(found: Sequence[Outcome]) -> None:
    table = Table(title="The one question against the agent's first turn")
    for name in ("half", "right", "needless, of all", "of questions", "asked where nothing is needed", "agent silent"):
        table.add_column(name)
    halves = {"tuned on": [one for one in found if is_tuned_on(one)]}
    halves["held out"] = [one for one in found if not is_tuned_on(one)]
    halves |= {lang: [one for one in found if one.lang == lang] for lang in ("zh", "en")}
    halves["all"] = list(found)
    for name, half in halves.items():
        table.add_row(name, *shares(half))
    console = Console(width=140)
    console.print(table)
    console.print(f"our questions: {dict(Counter(one.question for one in found))}")


def is_tuned_on(outcome: Outcome) -> bool:
    """Halve by the id's last digit: even digits were looked at while the templates were written."""
    return int(outcome.id[-1], 16) % 2 == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--errors", action="store_true", help="list what went wrong in the half tuned on, by id")
    options = parser.parse_args()
    found = outcomes(options.data, options.labels)
    show(found)
    wrong = [o for o in found if is_tuned_on(o) and ((o.is_askable and not o.is_right) or o.is_needless)]
    for one in wrong if options.errors else ():
        Console().print(f"{one.lang} {one.id} agent {one.asked} right {one.acceptable} ours {one.question}")


if __name__ == "__main__":
    main()
