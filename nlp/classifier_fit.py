"""Examples in, a Classifier out: softmax regression on n-grams and, where an encoder is present, on its vectors.

Temperatures, thresholds and shares come from held-out folds of the same examples, never from other texts. Needs
scikit-learn. Tried and not taken: centroids mixed in (Banking77 10-shot .736 for .739), stemmed words and longer
n-grams as families of their own (.739, .742), ridge instead of softmax (CLINC150 10-shot .780 for .809). Stemmed words
gain on CLINC150 (.810 for .808) and lose on HWU64 (.705 for .719); pairs that skip a word gain on none of the English
sets more than .001 and lose up to .004.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nlp.classifier import (
    MAX_TEXT_CHARS,
    Classifier,
    ClassifierNumbers,
    Encode,
    EncoderHead,
    Floats,
    Labelled,
    Labels,
    Scope,
    combined,
    ngrams,
    scope_score,
    softmax,
)
from nlp.nearest import MOST_EXAMPLES, nearest_other, postings_of
from nlp.records import LabelsInvalid

MIN_EXAMPLES_PER_LABEL = 2
"""One to learn from and one to check on; below it nothing about a label can be measured."""
MAX_EXAMPLES = 200_000
OUT_OF_SCOPE_REJECTION = 0.05
"""In-scope texts that may be refused: the point at which CLINC150 results report out-of-scope recall."""
FOLDS = 5
"""A held-out model knows a fifth less than the one in force, so its logits are a little low: Banking77 refuses 2.4%
for 5%. More folds come nearer and cost a fit each. What refused far too few was another matter: see classifier.Row."""
INVERSE_REGULARISATION = 40.0
"""Rows have unit length, so weights must be large. Accuracy, 10 a class, at 20, 40 and 80: CLINC150 .806 .808 .793,
Banking77 .735 .735 .730, HWU64 .718 .719 .718, SMP2019 .794 .791 .798 (2026-11-22)."""
ENCODER_INVERSE_REGULARISATION = 20.0
"""MiniLM, 10 a class, CLINC150 and Banking77: .907 and .853 at 5, .925 and .861 at 10, .927 and .860 at 20,
.920 and .854 at 40 (1,000 texts each, 2026-11-22)."""
TOLERANCE = 1e-3
"""Of the solver, ten times its default, to fit sooner. What that costs in accuracy was not measured; every figure of
eval_classify is at this value."""
BATCH = 64
MIN_TEXTS = 1
"""A gram of one example counts too: with ten examples a class, words that decide may occur once. A choice, not a
measurement."""
NEAR_SHARE = 0.5
"""Of the nearest example beside the largest logit, each in its own spread: out-of-scope recall of CLINC150 at 5%
refused .640 for .577 with n-grams, .871 for .840 with MiniLM (2026-11-22)."""


@dataclass(frozen=True, slots=True)
class FitOptions:
    """`encode` with the engine's name where an encoder is present: nlp.encoders.embed.Embedder.engine."""

    seed: int = 0
    encode: Encode | None = None
    encoder: str = ""


PLAIN = FitOptions()


def fit_classifier(examples: Sequence[Labelled], *, options: FitOptions = PLAIN) -> Classifier:
    """Fit a classifier; temperatures and scope thresholds come from held-out folds of the same examples.

    Raises LabelsInvalid where there are fewer than two labels, too few examples of one, or too many of all.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

    counts = _check(examples)
    labels = sorted(counts)
    places = {label: at for at, label in enumerate(labels)}
    wanted = np.array([places[example.label] for example in examples])
    texts = [example.text[:MAX_TEXT_CHARS] for example in examples]
    vectorizer = TfidfVectorizer(analyzer=ngrams_of, sublinear_tf=True, min_df=MIN_TEXTS, dtype=np.float32)
    try:
        rows = vectorizer.fit_transform(texts)
    except ValueError as error:  # no gram occurs twice
        raise LabelsInvalid("the examples share no words at all; give several alike for each label") from error
    folds = _folds(wanted, count=min(FOLDS, min(counts.values())), seed=options.seed)
    linear = _linear(rows, wanted, folds, strength=INVERSE_REGULARISATION)
    idf = np.asarray(vectorizer.idf_, dtype=np.float32)
    scope = _scope(linear.held_out, nearest_other(rows), wanted)
    numbers = ClassifierNumbers(idf, linear.weights, linear.bias, scope, postings_of(rows))
    if options.encode is not None:
        vectors = np.concatenate([options.encode(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)])
        head = _encoder_head(options.encoder, vectors, wanted, folds, floor=linear.held_out)
        numbers = replace(numbers, head=head)
    vocabulary = [str(gram) for gram in vectorizer.get_feature_names_out()]
    return Classifier(labels, vocabulary, numbers=numbers, encode=options.encode)


def _encoder_head(engine: str, vectors: Floats, wanted: Labels, folds: Sequence[Fold], *, floor: Floats) -> EncoderHead:
    linear = _linear(vectors, wanted, folds, strength=ENCODER_INVERSE_REGULARISATION)
    floor_scale, scale = float(floor.std()) or 1.0, float(linear.held_out.std()) or 1.0
    kept = vectors[:: -(-len(vectors) // MOST_EXAMPLES)]
    head = EncoderHead(engine, linear.weights, linear.bias, floor_scale, scale, Scope(1.0, 0.0, 0.0), kept)
    return replace(head, scope=_scope(combined(floor, linear.held_out, head), nearest_other(vectors), wanted))


@dataclass(frozen=True, slots=True)
class Fold:
    """Which examples a fold learns from, and which it is asked about."""

    known: Labels
    asked: Labels


def _folds(wanted: Labels, *, count: int, seed: int) -> tuple[Fold, ...]:
    from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]

    split = StratifiedKFold(count, shuffle=True, random_state=seed).split(wanted, wanted)
    return tuple(Fold(known, asked) for known, asked in split)


@dataclass(frozen=True, slots=True)
class Linear:
    weights: Floats  # (d, k)
    bias: Floats  # (k,)
    held_out: Floats  # (n, k), each row from a model that did not see it


def _linear(rows: Any, wanted: Labels, folds: Sequence[Fold], *, strength: float) -> Linear:
    """Fit softmax regression on rows (n, d), dense or sparse."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    def fitted(known: Labels) -> Any:
        return LogisticRegression(C=strength, max_iter=300, tol=TOLERANCE).fit(rows[known], wanted[known])

    labels = int(wanted.max()) + 1
    held_out = np.zeros((len(wanted), labels), dtype=np.float32)
    for one in folds:
        logits = fitted(one.known).decision_function(rows[one.asked])
        held_out[one.asked] = _two_sided(np.asarray(logits, dtype=np.float32))
    model = fitted(np.arange(len(wanted)))
    weights = _two_sided_weights(np.asarray(model.coef_, dtype=np.float32))
    bias = _two_sided_weights(np.asarray(model.intercept_, dtype=np.float32)[:, None])[0]
    return Linear(weights, bias, held_out)


def _scope(logits: Floats, near: Floats, wanted: Labels) -> Scope:
    plain = np.array([scope_score(row) for row in logits])
    share = NEAR_SHARE * float(plain.std()) / (float(near.std()) or 1.0)
    threshold = float(np.quantile(plain + share * near, OUT_OF_SCOPE_REJECTION))
    return Scope(_temperature(logits, wanted), threshold, share)


def ngrams_of(text: str) -> list[str]:
    """Return ngrams() as the list that the vectorizer wants."""
    return list(ngrams(text))


def _check(examples: Sequence[Labelled]) -> Counter[str]:
    counts = Counter(example.label for example in examples)
    if len(examples) > MAX_EXAMPLES:
        raise LabelsInvalid(f"{len(examples):,} examples; at most {MAX_EXAMPLES:,} can be fitted, take a sample")
    if len(counts) < 2:
        raise LabelsInvalid(f"examples need at least two labels, these have {len(counts)}")
    few = [label for label, count in counts.items() if count < MIN_EXAMPLES_PER_LABEL]
    if few:
        raise LabelsInvalid(f"too few examples (fewer than {MIN_EXAMPLES_PER_LABEL}) of: {', '.join(sorted(few)[:10])}")
    return counts


def _two_sided(logits: Floats) -> Floats:
    """Give the one column of a two-label model its other side: (n,) -> (n, 2)."""
    return np.stack([-logits / 2, logits / 2], axis=1) if logits.ndim == 1 else logits


def _two_sided_weights(rows: Floats) -> Floats:
    """Turn (k, v) weights, or the single row of a two-label model, into (v, k)."""
    both = np.concatenate([-rows / 2, rows / 2]) if len(rows) == 1 else rows
    return np.ascontiguousarray(both.T)


def _temperature(logits: Floats, wanted: Labels) -> float:
    """Return the temperature with the least held-out log loss, on a grid a twentieth of a natural log apart."""
    grid = np.exp(np.arange(-3.0, 3.0, 0.05))
    losses = [-np.log(softmax(logits / t)[np.arange(len(wanted)), wanted] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])
