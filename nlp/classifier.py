"""Labels from examples: n-grams, TF-IDF and a linear model, and a sentence encoder beside it where one is present.

In: (text, label) examples, ten a class are enough to begin; what encodes texts, where there is something. Out: a
Classifier that names the label, how sure it is, the next best, and whether the text belongs to none.

    n-grams -> TF-IDF -> linear model -> logits (k,)
                                                    > added -> / temperature -> softmax
    text -> encoder   -> linear model -> logits (k,)
    largest logit above the mean + cosine with the nearest example -> below the threshold: a stranger

Fitting (classifier_fit.py) needs scikit-learn; running needs numpy only, and the encoder where one was fitted with.
Without it the n-grams answer alone, with a temperature and threshold of their own: both heads are kept. No pickle
anywhere. It does not know labels that nobody gave examples of; a stranger to it is a text unlike all examples.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from nlp.nearest import Postings
from nlp.records import LabelsInvalid
from nlp.text import fold

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Encode = Callable[[Sequence[str]], Floats]
"""(n) texts -> (n, d) float32, unit rows: nlp.encoders.embed.Embedder.embed, or what batches it."""

MAX_TEXT_CHARS = 4_000
TOP_LABELS = 3
UNKNOWN = -1
POSTINGS = ("starts", "examples", "weights")
FLOOR_SHARE = 0.1
"""Of the n-grams' logits beside an encoder's. CLINC150 10-shot with MiniLM: .904 at 1, .919 at .5, .927 at 0; kept for
what encoders cut apart, codes and names of products."""
CHAR_NGRAM_LENGTHS = (3, 4)
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
    near_share: float  # of the nearest example's cosine in a text's likeness

    def likeness(self, logits: Floats, near: float) -> float:
        """Say how much a text is like what is known: its largest logit above the mean, and how near an example is."""
        return scope_score(logits) + self.near_share * near


@dataclass(frozen=True, slots=True)
class EncoderHead:
    """What was fitted on an encoder's vectors. `floor_scale` and `scale` bring both heads' logits to one size."""

    engine: str  # of the encoder whose vectors these weights read
    weights: Floats  # (d, k)
    bias: Floats  # (k,)
    floor_scale: float
    scale: float
    scope: Scope
    examples: Floats  # (m, d): the examples' vectors


@dataclass(frozen=True, slots=True)
class ClassifierNumbers:
    idf: Floats  # (v,)
    weights: Floats  # (v, k)
    bias: Floats  # (k,)
    scope: Scope
    postings: Postings
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
        self._idf = np.append(numbers.idf, numbers.idf.max(initial=0.0))  # at UNKNOWN, its last, that of the rarest
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
        rows = [self._row(text) for text in texts]
        logits = [self._logits(row) for row in rows]
        n, head = self._numbers, self._numbers.head
        if head is None or self._encode is None:
            return [
                self._result(one, n.scope, near=n.postings.nearest(row.grams, row.weights))
                for one, row in zip(logits, rows, strict=True)
            ]
        vectors = self._encode([text[:MAX_TEXT_CHARS] for text in texts])
        beside = vectors @ head.weights + head.bias
        near = (vectors @ head.examples.T).max(axis=1)
        return [
            self._result(combined(one, beside[at], head), head.scope, near=float(near[at]))
            for at, one in enumerate(logits)
        ]

    def _result(self, logits: Floats, scope: Scope, *, near: float) -> LabelResult:
        probabilities = softmax(logits / scope.temperature)
        likeness = scope.likeness(logits, near)
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
        arrays |= {f"postings_{name}": getattr(n.postings, name) for name in POSTINGS}
        arrays["scope"] = np.array([n.scope.temperature, n.scope.threshold, n.scope.near_share])
        if head is not None:
            arrays |= {f"encoder_{name}": getattr(head, name) for name in ("weights", "bias", "examples")}
            arrays["encoder_scales"] = np.array([head.floor_scale, head.scale])
            arrays["encoder_scope"] = np.array([head.scope.temperature, head.scope.threshold, head.scope.near_share])
        np.savez_compressed(folder / "weights.npz", allow_pickle=False, **arrays)

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Read what save() wrote; raise LabelsInvalid where it is not that."""
        try:
            words = json.loads(folder.joinpath("labels.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz", allow_pickle=False) as file:
                numbers = _numbers_of(file, encoder=str(words.get("encoder", "")))
            return cls(words["labels"], words["vocabulary"], numbers=numbers)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, BadZipFile) as error:
            raise LabelsInvalid(f"{folder} holds no classifier: fit one with `beforehand classify fit`") from error

    def _row(self, text: str) -> Row:
        counts = Counter(ngrams(text))
        grams = np.fromiter((self._vocabulary.get(gram, UNKNOWN) for gram in counts), dtype=np.intp)
        weights = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32))) * self._idf[grams]
        weights /= np.linalg.norm(weights) or 1
        is_known = grams != UNKNOWN
        return Row(grams[is_known], weights[is_known])

    def _logits(self, row: Row) -> Floats:
        """Nothing known: all labels alike, out of scope."""
        if not len(row.grams):
            return np.zeros(len(self.labels), dtype=np.float32)
        logits: Floats = row.weights @ self._numbers.weights[row.grams] + self._numbers.bias
        return logits


@dataclass(frozen=True, slots=True)
class Row:
    """A text's known n-grams and their TF-IDF weights, of length 1 together with those of the unknown ones.

    Unknown ones weigh as much as the rarest known: an example held out of its fold has such grams too, those that no
    other example has, so it and a new text are scored alike and its threshold holds. Left out, new texts looked more
    known than they are: CLINC150 10-shot refused 2.2% for 5% and .360 of the strangers, with them 5.4% and .686.
    """

    grams: npt.NDArray[np.intp]
    weights: Floats


def _numbers_of(file: Mapping[str, Any], *, encoder: str) -> ClassifierNumbers:
    postings = Postings(*(file[f"postings_{name}"] for name in POSTINGS))
    head = None
    if encoder:
        weights, bias, examples = (file[f"encoder_{name}"] for name in ("weights", "bias", "examples"))
        floor_scale, scale = map(float, file["encoder_scales"])
        head = EncoderHead(
            encoder, weights, bias, floor_scale, scale, Scope(*map(float, file["encoder_scope"])), examples
        )
    scope = Scope(*map(float, file["scope"]))
    return ClassifierNumbers(file["idf"], file["weights"], file["bias"], scope, postings, head)


def scope_score(logits: Floats) -> float:
    """Say how much a text is like anything known: its largest logit above the mean of all, high is like."""
    return float(logits.max(axis=-1) - logits.mean(axis=-1))


def combined(floor: Floats, beside: Floats, head: EncoderHead) -> Floats:
    """Add two heads' logits, each brought to a spread of 1 and FLOOR_SHARE for the n-grams."""
    both: Floats = FLOOR_SHARE * (floor - floor.mean(-1, keepdims=True)) / head.floor_scale
    both = both + (beside - beside.mean(-1, keepdims=True)) / head.scale
    return both


def softmax(logits: Floats) -> Floats:
    """Turn logits (..., k) into shares that sum to 1."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return shares
