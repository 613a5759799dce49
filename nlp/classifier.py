"""Labels from examples: n-grams, TF-IDF and a linear model, and a sentence encoder beside it where one is present.

In: (text, label) examples, ten a class are enough to begin; what encodes texts, where there is something. Out: a
Classifier that names the label, how sure it is, the next best, and whether the text belongs to none.

    n-grams -> TF-IDF -> linear model -> logits (k,)  \
                                                        + -> / temperature -> softmax; the largest logit tells strangers
    text -> encoder   -> linear model -> logits (k,)  /

Fitting needs scikit-learn; running needs numpy only, and the encoder where one was fitted with. Without it the n-grams
answer alone, with a temperature and threshold of their own: both heads are kept. No pickle anywhere. It does not know
labels that nobody gave examples of, and its notion of a stranger is a text unlike all examples.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from nlp.records import LabelsInvalid
from nlp.text import fold

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Encode = Callable[[Sequence[str]], Floats]
"""(n) texts -> (n, d) float32, unit rows: nlp.search.embed.Embedder.embed, or what batches it."""

MIN_EXAMPLES_PER_LABEL = 2
"""One to learn from and one to check on; below it nothing about a label can be measured."""
MAX_EXAMPLES = 200_000
MAX_TEXT_CHARS = 4_000
OUT_OF_SCOPE_REJECTION = 0.05
"""In-scope texts that may be refused: the point at which CLINC150 results report out-of-scope recall."""
TOP_LABELS = 3
FLOOR_SHARE = 0.5
"""Of the n-grams' logits beside an encoder's."""
TOLERANCE = 1e-3
"""Of the solver: a tenth of its own default; no label of CLINC150 changed."""
BATCH = 64
_MIN_TEXTS = 1
"""A gram of one example counts too: with ten a class, words that decide occur once (SMP2019: .749 at 2, .760 at 1)."""
CHAR_NGRAM_LENGTHS = (3, 4)
FOLDS = 3
INVERSE_REGULARISATION = 40.0
"""Rows have unit length, so weights must be large. CLINC150, 10 a class: .803 at 10, .809 at 40; Banking77: .737, .739
(training/eval_classify.py, 2026-11-22)."""

_WORD = re.compile(r"[a-z0-9']+|[\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Labelled:
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class ScoredLabel:
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class LabelResult:
    """`top` holds the best labels, best first, also where the text is out of scope."""

    label: str
    confidence: float
    top: tuple[ScoredLabel, ...]
    is_out_of_scope: bool
    scope_score: float = 0.0  # how like the examples the text is, the engine's own scale, high is like


def ngrams(text: str) -> Iterator[str]:
    """Yield words, word pairs and characters inside words; Han characters are words of their own.

    >>> sorted(set(ngrams("退货 ok")))
    ['#ok', '#ok#', 'ok#', 'w:ok', 'w:货', 'w:货 ok', 'w:退', 'w:退 货', '货', '退', '退货']
    """
    words: list[str] = []
    for match in _WORD.finditer(fold(text[:MAX_TEXT_CHARS]).text.lower()):
        run = match.group()
        if run[0] > "\u3000":
            words.extend(run)
            yield from (run[at : at + n] for n in (1, 2, 3) for at in range(len(run) - n + 1))
        else:
            words.append(run)
            edged = f"#{run}#"
            yield from (edged[at : at + n] for n in CHAR_NGRAM_LENGTHS for at in range(len(edged) - n + 1))
    yield from (f"w:{word}" for word in words)
    yield from (f"w:{one} {two}" for one, two in pairwise(words))


@dataclass(frozen=True, slots=True)
class Scope:
    """How logits become confidence, and the score below which a text is a stranger's."""

    temperature: float
    threshold: float


@dataclass(frozen=True, slots=True)
class EncoderHead:
    """What was fitted on an encoder's vectors. `floor_scale` and `scale` bring both heads' logits to one size."""

    engine: str  # of the encoder whose vectors these weights read
    weights: Floats  # (d, k)
    bias: Floats  # (k,)
    floor_scale: float
    scale: float
    scope: Scope


@dataclass(frozen=True, slots=True)
class ClassifierNumbers:
    idf: Floats  # (v,)
    weights: Floats  # (v, k)
    bias: Floats  # (k,)
    scope: Scope
    head: EncoderHead | None = None


class Classifier:
    """A fitted model; immutable, shared by threads."""

    def __init__(
        self,
        labels: Sequence[str],
        vocabulary: Sequence[str],
        *,
        numbers: ClassifierNumbers,
        encode: Encode | None = None,
    ) -> None:
        self.labels = tuple(labels)
        self._vocabulary = {gram: at for at, gram in enumerate(vocabulary)}
        self._numbers = numbers
        self._encode = encode

    @property
    def encoder(self) -> str:
        """Return the engine of the encoder it was fitted with, "" where with none."""
        return self._numbers.head.engine if self._numbers.head else ""

    @property
    def engine(self) -> str:
        """Say what answers: the n-grams, or both."""
        return f"ngrams+{self.encoder}" if self.encoder and self._encode else "ngrams"

    @property
    def scope_threshold(self) -> float:
        head = self._numbers.head
        return head.scope.threshold if head and self._encode else self._numbers.scope.threshold

    def with_encoder(self, encode: Encode, *, engine: str) -> Classifier:
        """Return it with its encoder at hand; raise LabelsInvalid where that is not the one it was fitted with."""
        if engine != self.encoder:
            raise LabelsInvalid(
                f"the classifier reads what {self.encoder or 'no encoder'} encodes, not what {engine} does: "
                "fit it again with `beforehand classify fit --encoder FOLDER`"
            )
        return Classifier(self.labels, tuple(self._vocabulary), numbers=self._numbers, encode=encode)

    def run(self, text: str) -> LabelResult:
        """Label one text."""
        return self.run_all([text])[0]

    def run_all(self, texts: Sequence[str]) -> list[LabelResult]:
        """Label texts, encoded together."""
        rows = [self._logits(text) for text in texts]
        head = self._numbers.head
        if head is None or self._encode is None:
            return [self._result(row, self._numbers.scope) for row in rows]
        beside = self._encode([text[:MAX_TEXT_CHARS] for text in texts]) @ head.weights + head.bias
        return [
            self._result(combined(row, other, floor_scale=head.floor_scale, scale=head.scale), head.scope)
            for row, other in zip(rows, beside, strict=True)
        ]

    def _result(self, logits: Floats, scope: Scope) -> LabelResult:
        probabilities = _softmax(logits / scope.temperature)
        likeness = scope_score(logits)
        order = np.argsort(-probabilities, kind="stable")[:TOP_LABELS]
        top = tuple(ScoredLabel(self.labels[at], round(float(probabilities[at]), 4)) for at in order)
        return LabelResult(top[0].label, top[0].confidence, top, likeness < scope.threshold, likeness)

    def save(self, folder: Path) -> None:
        """Write labels.json and weights.npz."""
        folder.mkdir(parents=True, exist_ok=True)
        n, head = self._numbers, self._numbers.head
        words = {"labels": self.labels, "vocabulary": list(self._vocabulary), "encoder": self.encoder}
        folder.joinpath("labels.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        arrays: dict[str, npt.NDArray[np.generic]] = {"idf": n.idf, "weights": n.weights, "bias": n.bias}
        arrays["scalars"] = np.array([n.scope.temperature, n.scope.threshold])
        if head is not None:
            arrays |= {"encoder_weights": head.weights, "encoder_bias": head.bias}
            scalars = [head.floor_scale, head.scale, head.scope.temperature, head.scope.threshold]
            arrays["encoder_scalars"] = np.array(scalars)
        np.savez_compressed(folder / "weights.npz", allow_pickle=False, **arrays)

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Read what save() wrote; raise LabelsInvalid where it is not that."""
        try:
            words = json.loads(folder.joinpath("labels.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz", allow_pickle=False) as file:
                scope = Scope(*map(float, file["scalars"]))
                engine, head = str(words.get("encoder", "")), None
                if engine:
                    floor_scale, scale, temperature, threshold = map(float, file["encoder_scalars"])
                    weights, bias = file["encoder_weights"], file["encoder_bias"]
                    head = EncoderHead(engine, weights, bias, floor_scale, scale, Scope(temperature, threshold))
                numbers = ClassifierNumbers(file["idf"], file["weights"], file["bias"], scope, head)
            return cls(words["labels"], words["vocabulary"], numbers=numbers)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, BadZipFile) as error:
            raise LabelsInvalid(f"{folder} holds no classifier: fit one with `beforehand classify fit`") from error

    def _logits(self, text: str) -> Floats:
        counts = Counter(self._vocabulary[gram] for gram in ngrams(text) if gram in self._vocabulary)
        if not counts:
            return np.zeros(len(self.labels), dtype=np.float32)  # nothing known: all labels alike, out of scope
        at = np.fromiter(counts, dtype=np.intp)
        row = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32))) * self._numbers.idf[at]
        row /= np.linalg.norm(row)
        logits: Floats = row @ self._numbers.weights[at] + self._numbers.bias
        return logits


def scope_score(logits: Floats) -> float:
    """Say how much a text is like anything known: its largest logit above the mean of all, high is like."""
    return float(logits.max(axis=-1) - logits.mean(axis=-1))


def combined(floor: Floats, beside: Floats, *, floor_scale: float, scale: float) -> Floats:
    """Add two heads' logits, each brought to a spread of 1 and FLOOR_SHARE for the n-grams."""
    both: Floats = FLOOR_SHARE * (floor - floor.mean(-1, keepdims=True)) / floor_scale
    both = both + (beside - beside.mean(-1, keepdims=True)) / scale
    return both


@dataclass(frozen=True, slots=True)
class FitOptions:
    """`encode` with the engine's name where an encoder is present: nlp.search.embed.Embedder.engine."""

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
    vectorizer = TfidfVectorizer(analyzer=ngrams_of, sublinear_tf=True, min_df=_MIN_TEXTS, dtype=np.float32)
    try:
        rows = vectorizer.fit_transform(texts)
    except ValueError as error:  # no gram occurs twice
        raise LabelsInvalid("the examples share no words at all; give several alike for each label") from error
    folds = _folds(wanted, count=min(FOLDS, min(counts.values())), seed=options.seed)
    linear = _linear(rows, wanted, folds)
    idf = np.asarray(vectorizer.idf_, dtype=np.float32)
    numbers = ClassifierNumbers(idf, linear.weights, linear.bias, _scope(linear.held_out, wanted))
    if options.encode is not None:
        numbers = replace(numbers, head=_encoder_head(options, texts, wanted, folds, floor=linear.held_out))
    vocabulary = [str(gram) for gram in vectorizer.get_feature_names_out()]
    return Classifier(labels, vocabulary, numbers=numbers, encode=options.encode)


def _encoder_head(
    options: FitOptions, texts: Sequence[str], wanted: Labels, folds: Sequence[Fold], *, floor: Floats
) -> EncoderHead:
    if options.encode is None:
        raise LabelsInvalid("no encoder to fit with")
    vectors = np.concatenate([options.encode(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)])
    linear = _linear(vectors, wanted, folds)
    floor_scale, scale = float(floor.std()) or 1.0, float(linear.held_out.std()) or 1.0
    both = combined(floor, linear.held_out, floor_scale=floor_scale, scale=scale)
    return EncoderHead(options.encoder, linear.weights, linear.bias, floor_scale, scale, _scope(both, wanted))


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


def _linear(rows: Any, wanted: Labels, folds: Sequence[Fold]) -> Linear:
    """Fit softmax regression on rows (n, d), dense or sparse."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    def fitted(known: Labels) -> Any:
        return LogisticRegression(C=INVERSE_REGULARISATION, max_iter=300, tol=TOLERANCE).fit(rows[known], wanted[known])

    labels = int(wanted.max()) + 1
    held_out = np.zeros((len(wanted), labels), dtype=np.float32)
    for one in folds:
        held_out[one.asked] = _two_sided(np.asarray(fitted(one.known).decision_function(rows[one.asked]), np.float32))
    model = fitted(np.arange(len(wanted)))
    weights = _two_sided_weights(np.asarray(model.coef_, dtype=np.float32))
    bias = _two_sided_weights(np.asarray(model.intercept_, dtype=np.float32)[:, None])[0]
    return Linear(weights, bias, held_out)


def _scope(logits: Floats, wanted: Labels) -> Scope:
    scores = [scope_score(row) for row in logits]
    return Scope(_temperature(logits, wanted), float(np.quantile(scores, OUT_OF_SCOPE_REJECTION)))


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


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return shares


def _temperature(logits: Floats, wanted: Labels) -> float:
    """Return the temperature with the least held-out log loss, on a grid a twentieth of a natural log apart."""
    grid = np.exp(np.arange(-3.0, 3.0, 0.05))
    losses = [-np.log(_softmax(logits / t)[np.arange(len(wanted)), wanted] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])
