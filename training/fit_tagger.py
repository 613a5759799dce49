"""Fit a sequence tagger on a business's own labelled titles or addresses.

In: a folder with train.txt[.gz] and, to be measured on, dev.txt[.gz]: a token, a space and a B-/I-/O tag on each line,
a blank line between texts. Out: a folder that nlp.entities.tagger.load_tagger opens, with its card. A lexicon is
counted on the training texts, each text looked up in the lexicon of the others, so that the tagger learns how far a
word it has met may be trusted. It does not judge whether the labels may be used: say so with --licence.

    python -m training.fit_tagger --data FOLDER --out DIR --words dict.txt --licence "our own tickets"

In force it is as `taggers/<field>` in the data folder, with a tagger.toml beside it that names the labels which mean
the field (see nlp/entities/tagged_field.py).

`--words` takes lines of "word count tag", e.g. the dict.txt inside the jieba distribution (MIT).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from model_cards.card import OWN_CARD
from model_cards.rungs import sha256_of
from nlp.entities.chunks import chunks_of
from nlp.entities.tag_features import MAX_WORD_TOKENS, Lexicon, features_of
from nlp.entities.tagger import TEXTS_FILE, WEIGHTS_FILE, SequenceTagger, load_tagger
from nlp.entities.word_cut import NO_WORDS, WordTable
from training.chunk_scores import ALL, ChunkScore, Labelled, read_labelled, score_tags

FOLDS = 8
"""Each text is looked up in the lexicon of the other seven eighths: near the size of the one used afterwards."""
PURITY_STEPS = (0.2, 0.5, 0.8)
"""How often a word that is labelled somewhere is labelled where it stands: four steps, cut by hand."""
MAX_MARKS = 2
L1, L2 = 0.1, 0.3
"""Of five settings tried on e-commerce titles (2026-11-22) these had the best F1 on titles not met in training."""
ITERATIONS = 80
MIN_WORD_COUNT = 3


@dataclass(frozen=True, slots=True)
class FitOptions:
    l1: float = L1
    l2: float = L2
    iterations: int = ITERATIONS
    has_lexicon: bool = True


def count_lexicon(texts: Sequence[Labelled]) -> Lexicon:
    """Count what was labelled as what, and how purely."""
    labelled: dict[str, Counter[str]] = defaultdict(Counter)
    lower = [[token.lower() for token in one.tokens] for one in texts]
    for one, tokens in zip(texts, lower, strict=True):
        for chunk in chunks_of(one.tags):
            if chunk.end - chunk.start <= MAX_WORD_TOKENS:
                labelled["".join(tokens[chunk.start : chunk.end])][chunk.label] += 1
    met = Counter(stretch for tokens in lower for stretch in _stretches(tokens) if stretch in labelled)
    return {
        word: tuple(_mark(label, count, met[word]) for label, count in counts.most_common(MAX_MARKS))
        for word, counts in labelled.items()
    }


def _stretches(tokens: Sequence[str]) -> Iterable[str]:
    for start in range(len(tokens)):
        text = ""
        for token in tokens[start : start + MAX_WORD_TOKENS]:
            text += token
            yield text


def _mark(label: str, count: int, met: int) -> str:
    step = sum(count / met >= bound for bound in PURITY_STEPS)
    return f"{label}{step}{'+' if count > 1 else ''}"


def read_words(path: Path | None) -> WordTable:
    """Read "word count tag" lines; no table where none is named."""
    if path is None:
        return NO_WORDS
    rows = [line.split(" ") for line in path.read_text(encoding="utf-8").splitlines()]
    kept = [(row[0].lower(), int(row[1]), row[2] if len(row) > 2 else "x") for row in rows if len(row) > 1]
    return WordTable.of(row for row in kept if row[1] >= MIN_WORD_COUNT)


def fit(texts: Sequence[Labelled], words: WordTable, folder: Path, *, options: FitOptions) -> None:
    """Fit and write the numbers and texts; the card comes after the measuring."""
    import pycrfsuite  # type: ignore[import-untyped]

    texts = list({one.text: one for one in texts}.values())  # a text said twice is no second witness
    folds = [zlib.crc32(one.text.encode()) % FOLDS for one in texts]
    lexicons = [
        count_lexicon([one for one, fold in zip(texts, folds, strict=True) if fold != left_out])
        if options.has_lexicon
        else {}
        for left_out in range(FOLDS)
    ]
    trainer = pycrfsuite.Trainer(verbose=False)
    for one, fold in zip(texts, folds, strict=True):
        trainer.append(features_of(one.tokens, lexicons[fold], words), one.tags)
    trainer.select("lbfgs")
    trainer.set_params({"c1": options.l1, "c2": options.l2, "max_iterations": options.iterations})
    with tempfile.NamedTemporaryFile(suffix=".crf") as scratch:
        trainer.train(scratch.name)
        tagger = pycrfsuite.Tagger()
        tagger.open(scratch.name)
        learned = tagger.info()
        tagger.close()
    lexicon = count_lexicon(texts) if options.has_lexicon else {}
    joins_digits = any(len(token) > 1 and token.isdigit() for one in texts for token in one.tokens)
    _write(folder, learned.state_features, learned.transitions, lexicon, words, joins_digits=joins_digits)


def _write(
    folder: Path,
    states: Mapping[tuple[str, str], float],
    steps: Mapping[tuple[str, str], float],
    lexicon: Lexicon,
    words: WordTable,
    *,
    joins_digits: bool,
) -> None:
    labels = sorted({label for _, label in states} | {label for pair in steps for label in pair})
    features = sorted({feature for feature, _ in states})
    column, row = {label: at for at, label in enumerate(labels)}, {feature: at for at, feature in enumerate(features)}
    weights = np.zeros((len(features), len(labels)), dtype=np.float16)
    for (feature, label), weight in states.items():
        weights[row[feature], column[label]] = weight
    transitions = np.zeros((len(labels), len(labels)), dtype=np.float32)
    for (before, label), weight in steps.items():
        transitions[column[before], column[label]] = weight
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / WEIGHTS_FILE, weights=weights, transitions=transitions)
    texts = {
        "labels": labels,
        "features": features,
        "lexicon": lexicon,
        "words": {word: (round(entry.log_probability, 3), entry.tag) for word, entry in words.entries.items()},
        "unknown": words.unknown,
        "joins_digits": joins_digits,
    }
    (folder / TEXTS_FILE).write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")


def write_card(folder: Path, *, name: str, licence: str, source: str, scores: Mapping[str, ChunkScore]) -> None:
    """Write what the tagger was fitted on and what it reached."""
    files = "".join(
        f"  - {{path: {path}, sha256: {sha256_of(folder / path)}, bytes: {(folder / path).stat().st_size}}}\n"
        for path in (WEIGHTS_FILE, TEXTS_FILE)
    )
    command = "python -m training.fit_tagger"
    metrics = "".join(
        f'  - {{dataset: "{source}, development texts", metric: "chunk F1, {label}", value: {score.f1:.4f}, '
        f'date: {date.today()}, command: "{command}"}}\n'
        for label, score in scores.items()
    )
    (folder / OWN_CARD).write_text(
        f"---\nname: {name}\ntitle: Sequence tagger {name}\ntask: sequence-tagging\nlanguages: [zh, en]\n"
        f"licence: {json.dumps(licence, ensure_ascii=False)}\nsource: {{}}\nfiles:\n{files}"
        f"data: {json.dumps(source, ensure_ascii=False)}\nrecommended: false\n"
        + (f"metrics:\n{metrics}" if metrics else "metrics: []\n")
        + f"---\n# Sequence tagger {name}\n\nFitted by `{command}` on labelled texts of {source}. It labels texts of "
        "the kind it was fitted on and no others; whoever labelled those texts decides who may use it.\n",
        encoding="utf-8",
    )


def measured(tagger: SequenceTagger, texts: Sequence[Labelled]) -> Mapping[str, ChunkScore]:
    return score_tags(texts, [tagger.tags(one.tokens) for one in texts])


def _table(title: str, scores: Mapping[str, ChunkScore]) -> Table:
    table = Table("label", "precision", "recall", "F1", "chunks", title=title)
    for label, one in scores.items():
        table.add_row(label, f"{one.precision:.4f}", f"{one.recall:.4f}", f"{one.f1:.4f}", str(one.wanted))
    return table


def _found(folder: Path, stem: str) -> Path | None:
    return next((path for path in (folder / f"{stem}.txt", folder / f"{stem}.txt.gz") if path.is_file()), None)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train.txt[.gz], dev.txt[.gz]")
    parser.add_argument("--out", type=Path, required=True, help="folder to write; its name is the tagger's")
    parser.add_argument("--words", type=Path, help='a word table, "word count tag" a line')
    parser.add_argument("--licence", default="not stated: do not pass on")
    parser.add_argument("--l1", type=float, default=L1)
    parser.add_argument("--l2", type=float, default=L2)
    parser.add_argument("--iterations", type=int, default=ITERATIONS)
    parser.add_argument("--no-lexicon", action="store_true", help="leave the counted lexicon out")
    chosen = parser.parse_args(argv)
    train = _found(chosen.data, "train")
    if train is None:
        parser.error(f"{chosen.data} holds neither train.txt nor train.txt.gz")
    texts = read_labelled(train)
    options = FitOptions(chosen.l1, chosen.l2, chosen.iterations, has_lexicon=not chosen.no_lexicon)
    fit(texts, read_words(chosen.words), chosen.out, options=options)
    name = chosen.out.name.lower().replace("_", "-")
    write_card(chosen.out, name=name, licence=chosen.licence, source=chosen.data.name, scores={})
    dev = _found(chosen.data, "dev")
    if dev is None:
        return
    wanted, tagger, met = read_labelled(dev), load_tagger(chosen.out), {one.text for one in texts}
    scores = measured(tagger, wanted)
    write_card(chosen.out, name=name, licence=chosen.licence, source=chosen.data.name, scores=scores)
    console = Console()
    console.print(_table(f"{chosen.data.name}: all {len(wanted)} development texts", scores))
    fresh = [one for one in wanted if one.text not in met]
    console.print(
        _table(f"{chosen.data.name}: the {len(fresh)} that do not stand in training", measured(tagger, fresh))
    )
    console.print(f"all: {scores[ALL].f1:.4f}")


if __name__ == "__main__":
    main()
