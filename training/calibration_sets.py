"""Beliefs with what became of them, from public sets that nobody here wrote: what the calibration is measured on.

In: the folder of public evaluation data. Out: by set, (belief, is right) of each value that our own extractors,
catalogue and classifier came to. Sets marked M are measured only and train nothing that ships.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import string
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import nlp
from nlp.records import Part

SEED = 20261122
SHOTS = 10
MOST = 4_000
"""Of one set: enough to measure an error of .02 to a tenth of it."""
ABSENT_SHARE = 0.1
"""Of the codes asked for, not in the catalogue: each answer to them is wrong."""
SWAP_RATE = 0.25
LOOK_ALIKES = {"0": "O", "O": "0", "1": "I", "I": "1", "5": "S", "S": "5", "8": "B", "B": "8", "2": "Z", "Z": "2"}
CHINA = timezone(timedelta(hours=8))
CODE = re.compile(r"`([A-Za-z0-9][A-Za-z0-9/+\- ]{2,30})`")


@dataclass(frozen=True, slots=True)
class Pair:
    """A value's belief before calibration, and whether it was right."""

    belief: float
    is_right: bool


Pairs = tuple[Pair, ...]


def collect(data: Path) -> dict[str, Pairs]:
    """Return the pairs of every set that the folder holds."""
    found = {name: make(data) for name, make in SETS.items()}
    return {name: pairs for name, pairs in found.items() if pairs}


def few_shot_pairs(texts: Iterable[nlp.Labelled], *, tested: Iterable[nlp.Labelled] = ()) -> Pairs:
    """Fit the classifier on ten a label and return how it fares on the rest, or on `tested`."""
    chance = random.Random(SEED)
    by_label: dict[str, list[nlp.Labelled]] = defaultdict(list)
    for one in texts:
        by_label[one.label].append(one)
    fitted: list[nlp.Labelled] = []
    rest: list[nlp.Labelled] = []
    for label in sorted(by_label):
        drawn = chance.sample(by_label[label], len(by_label[label]))
        if len(drawn) >= SHOTS + 2:
            fitted.extend(drawn[:SHOTS])
            rest.extend(drawn[SHOTS:])
    others = [one for one in tested if one.label in by_label] or rest
    if not fitted:
        return ()
    classifier = nlp.fit_classifier(fitted)
    drawn = chance.sample(others, min(MOST, len(others)))
    results = [(classifier.run(one.text), one.label) for one in drawn]
    return tuple(Pair(result.confidence, result.label == label) for result, label in results)


def banking77(data: Path) -> Pairs:
    """Return intents of bank customers, English."""
    return few_shot_pairs(_labelled(data / "banking77/train.jsonl.gz"))


def clinc(data: Path) -> Pairs:
    """Return intents of an assistant's users, English."""
    return few_shot_pairs(_labelled(data / "clinc/train.jsonl.gz"), tested=_labelled(data / "clinc/val.jsonl.gz"))


def smp2019(data: Path) -> Pairs:
    """Return domains of an assistant's users, Chinese."""
    path = data / "smp2019/smp2019.jsonl"
    if not path.is_file():
        return ()
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return few_shot_pairs([nlp.Labelled(row["text"], row["domain"]) for row in rows])


def phone_codes(data: Path) -> Pairs:
    """Return model codes with look-alikes swapped, against a catalogue without a tenth of them; Chinese and English."""
    files = sorted((data / "mobilemodels/brands").glob("*.md"))
    codes = sorted({code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))})
    if not codes:
        return ()
    chance = random.Random(SEED)
    absent = set(chance.sample(codes, int(len(codes) * ABSENT_SHARE)))
    catalogue = nlp.Catalogue.from_rows({"code": code} for code in codes if code not in absent)
    pairs = []
    for code in chance.sample(codes, min(MOST, len(codes))):
        match = catalogue.match(misread(code, chance), source="ocr")
        if match.candidates:
            best = match.candidates[0]
            pairs.append(Pair(best.confidence, best.value == code))
    return tuple(pairs)


def misread(code: str, chance: random.Random) -> str:
    """Swap look-alikes, a quarter of them; of one code in ten a character is lost or gained."""
    read = "".join(LOOK_ALIKES.get(c, c) if chance.random() < SWAP_RATE else c for c in code.upper())
    if chance.random() < 0.1:
        at = chance.randrange(len(read))
        read = (
            read[:at] + read[at + 1 :]
            if chance.random() < 0.5
            else f"{read[:at]}{chance.choice(string.digits)}{read[at:]}"
        )
    return read


def fault_times(data: Path) -> Pairs:
    """Return when faults began, from Chinese fault reports, through extraction and resolution."""
    path = data / "ict-fault/ict_fault.jsonl.gz"
    if not path.is_file():
        return ()
    template = nlp.load_template({"$id": "one", "properties": {"at": {"x-extract": {"field": "fault_time"}}}})
    extractors = nlp.build_extractors()
    pairs = []
    for row in _rows(path):
        began = datetime.fromisoformat(row["故障开始时间"]).replace(tzinfo=CHINA)
        document = nlp.compose(
            (Part(row["问题现象"], "m1", "text", "customer"),),
            locale="zh-CN",
            reference_time=began + timedelta(hours=8),
        )
        resolution = nlp.resolve(nlp.extract(document, extractors), document, template=template)
        value = resolution.fields["at"]
        if value.value:
            pairs.append(Pair(value.belief, value.value[:16].replace(" ", "T") == began.isoformat()[:16]))
    return tuple(pairs)


SETS: Mapping[str, Callable[[Path], Pairs]] = {
    "Banking77 10-shot (en)": banking77,
    "CLINC150 10-shot (en)": clinc,
    "SMP2019 10-shot (zh)": smp2019,
    "phone model codes, misread (zh, en)": phone_codes,
    "ICT fault times (zh)": fault_times,
}


def _labelled(path: Path) -> Sequence[nlp.Labelled]:
    return [nlp.Labelled(row["text"], row["label"]) for row in _rows(path)] if path.is_file() else []


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
