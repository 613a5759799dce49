"""Labels from examples: n-grams, TF-IDF and a linear model, saved as plain numbers.

In: (text, label) examples, ten a class are enough to begin. Out: a Classifier that names the label, how sure it is,
the next best, and whether the text belongs to none. Fitting needs scikit-learn; running needs numpy only. No pickle
anywhere.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.records import LabelsInvalid
from nlp.text import fold

Floats = npt.NDArray[np.float32]

MIN_EXAMPLES_PER_LABEL = 2
"""One to learn from and one to check on; below it nothing about a label can be measured."""
MAX_EXAMPLES = 200_000
MAX_TEXT_CHARS = 4_000
OUT_OF_SCOPE_REJECTION = 0.05
"""In-scope texts that may be refused: the point at which CLINC150 results report out-of-scope recall."""
TOP_LABELS = 3
CHAR_NGRAM_LENGTHS = (3, 4)
FOLDS = 3
INVERSE_REGULARISATION = 20.0
"""TF-IDF rows have unit length, so weights must be large."""

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


class Classifier:
    """A fitted model; immutable, shared by threads."""

    def __init__(self, labels: Sequence[str], vocabulary: Sequence[str], *, numbers: ClassifierNumbers) -> None:
        self.labels = tuple(labels)
        self._vocabulary = {gram: at for at, gram in enumerate(vocabulary)}
        self._numbers = numbers

    @property
    def scope_threshold(self) -> float:
        return self._numbers.scope_threshold

    def run(self, text: str) -> LabelResult:
        """Label one text."""
        probabilities = _softmax(self._logits(text) / self._numbers.temperature)
        order = np.argsort(-probabilities, kind="stable")[:TOP_LABELS]
        top = tuple(ScoredLabel(self.labels[at], round(float(probabilities[at]), 4)) for at in order)
        is_out = float(probabilities[order[0]]) < self._numbers.scope_threshold
        return LabelResult(top[0].label, top[0].confidence, top, is_out)

    def save(self, folder: Path) -> None:
        """Write labels.json and weights.npz."""
        folder.mkdir(parents=True, exist_ok=True)
        words = {"labels": self.labels, "vocabulary": list(self._vocabulary)}
        folder.joinpath("labels.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        n = self._numbers
        np.savez_compressed(
            folder / "weights.npz",
            idf=n.idf,
            weights=n.weights,
            bias=n.bias,
            scalars=np.array([n.temperature, n.scope_threshold], dtype=np.float64),
        )

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Read what save() wrote; raise LabelsInvalid where it is not that."""
        try:
            words = json.loads(folder.joinpath("labels.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz", allow_pickle=False) as file:
                temperature, scope_threshold = (float(number) for number in file["scalars"])
                numbers = ClassifierNumbers(file["idf"], file["weights"], file["bias"], temperature, scope_threshold)
            return cls(words["labels"], words["vocabulary"], numbers=numbers)
        except (OSError, ValueError, KeyError) as error:
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


@dataclass(frozen=True, slots=True)
class ClassifierNumbers:
    idf: Floats  # (v,)
    weights: Floats  # (v, k)
    bias: Floats  # (k,)
    temperature: float
    scope_threshold: float


def fit_classifier(examples: Sequence[Labelled], *, seed: int = 0) -> Classifier:
    """Fit a classifier; its temperature and scope threshold come from held-out folds of the same examples.

    Raises LabelsInvalid where there are fewer than two labels, too few examples of one, or too many of all.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
    from sklearn.model_selection import StratifiedKFold, cross_val_predict  # type: ignore[import-untyped]

    counts = _check(examples)
    labels = sorted(counts)
    wanted = np.array([labels.index(example.label) for example in examples])
    vectorizer = TfidfVectorizer(analyzer=ngrams_of, sublinear_tf=True, min_df=2, dtype=np.float32)
    try:
        rows = vectorizer.fit_transform([example.text for example in examples])
    except ValueError as error:  # no gram occurs twice
        raise LabelsInvalid("the examples share no words at all; give several alike for each label") from error
    model = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=300)
    folds = StratifiedKFold(min(FOLDS, min(counts.values())), shuffle=True, random_state=seed)
    held_out = cross_val_predict(model, rows, wanted, cv=folds, method="decision_function")
    logits = _two_sided(np.asarray(held_out, dtype=np.float32))
    temperature = _temperature(logits, wanted)
    model.fit(rows, wanted)
    confidence = _softmax(logits / temperature).max(axis=1)
    weights = _two_sided_weights(np.asarray(model.coef_, dtype=np.float32))
    bias = _two_sided_weights(np.asarray(model.intercept_, dtype=np.float32)[:, None])[0]
    threshold = float(np.quantile(confidence, OUT_OF_SCOPE_REJECTION))
    idf = np.asarray(vectorizer.idf_, dtype=np.float32)
    vocabulary = [str(gram) for gram in vectorizer.get_feature_names_out()]
    return Classifier(labels, vocabulary, numbers=ClassifierNumbers(idf, weights, bias, temperature, threshold))


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


def _temperature(logits: Floats, wanted: npt.NDArray[np.int64]) -> float:
    """Return the temperature with the least held-out log loss, on a grid a twentieth of a natural log apart."""
    grid = np.exp(np.arange(-3.0, 3.0, 0.05))
    losses = [-np.log(_softmax(logits / t)[np.arange(len(wanted)), wanted] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])
