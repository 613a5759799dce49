"""Nouns, protocols and errors of nlp: values only, no ids, no storage.

    NlpError
    ├── TemplateInvalid       a template is not JSON Schema, or names a field nobody extracts
    ├── TemplateUnknown       no template of that name
    ├── CatalogueInvalid      a catalogue file has no code column, or no rows
    ├── ArticleRejected       an article is empty, too long or of a format no loader reads
    ├── RecordSystemDown      the business's own records did not answer in time
    ├── LabelsInvalid         too few examples to fit a classifier
    ├── FieldUnknown          no field of that name
    ├── EncoderUnavailable    a sentence encoder's files do not fit together
    └── DocumentTooLarge      messages, transcript and pages together are longer than a document may be

Spans are half-open and count code points of Document.text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Box = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
SourceKind = Literal["text", "audio", "image"]
EvidenceKind = Literal["text", "audio", "image", "record"]
Role = Literal["customer", "agent", "unknown"]
Status = Literal["auto", "suggest", "conflict", "missing"]


class NlpError(Exception):
    """Something about text went wrong; the message says what, where, and what to do."""


class TemplateInvalid(NlpError): ...


class TemplateUnknown(NlpError): ...


class CatalogueInvalid(NlpError): ...


class ArticleRejected(NlpError):
    """`zh` says the same in Chinese; `where` is the file, with a line or article where it holds several."""

    def __init__(self, message: str, *, zh: str = "", where: str = "") -> None:
        super().__init__(message)
        self.zh = zh
        self.where = where


class RecordSystemDown(NlpError):
    """`zh` says the same in Chinese; `found` is what other systems answered all the same, None where nobody did."""

    def __init__(self, message: str, *, zh: str = "", found: Sequence[Record] | None = None) -> None:
        super().__init__(message)
        self.zh = zh
        self.found = found


class LabelsInvalid(NlpError): ...


class FieldUnknown(NlpError): ...


class DocumentTooLarge(NlpError): ...


class EncoderUnavailable(NlpError): ...


# --- Document: everything that was said, written or shown, as one text that still knows where each character came from


@dataclass(frozen=True, slots=True)
class Variant:
    """What may stand instead of [start, end) of a part's text, which its reader was not sure of. `odds` against what
    was read: 1 is as likely. An empty stretch is one where something may be missing."""

    start: int
    end: int
    text: str
    odds: float


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of source text on its way into a Document: a message, a spoken word, a line on a page, a code on a page.

    `joiner` is put between this part and the one before it, so that words of one sentence stay on one line.
    """

    text: str
    source: str  # message id or file name
    kind: SourceKind
    role: Role = "unknown"
    joiner: str = "\n"
    start_s: float | None = None
    end_s: float | None = None
    page: int | None = None
    box: Box | None = None
    confidence: float = 1.0  # of the recogniser or reader; typed text is 1
    symbology: str = ""  # for a barcode: what it was, e.g. "Code128"
    variants: tuple[Variant, ...] = ()  # what a reader may have misread


@dataclass(frozen=True, slots=True)
class Origin:
    """The span [start, end) of Document.text came from `part`, whose first character stands at `start`."""

    start: int
    end: int
    part: Part


@dataclass(frozen=True, slots=True)
class Document:
    text: str
    origins: tuple[Origin, ...]  # in order, not overlapping
    locale: str = ""  # "zh-CN", "en-US", ... or "" where the caller did not say
    reference_time: datetime | None = None  # aware; what "yesterday" is relative to
    region: str = "CN"  # ISO 3166 region for numbers without a country code


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value can be checked: quote is exactly the source's text."""

    source: str
    kind: EvidenceKind
    quote: str
    start: int | None = None  # code points in the message's own text
    end: int | None = None
    start_s: float | None = None
    end_s: float | None = None
    speaker: str = ""
    page: int | None = None
    box: Box | None = None


# --- Fields


@dataclass(frozen=True, slots=True)
class Check:
    """One test that a value passed or failed; `detail` is for people, `detail_zh` the same where words need another
    language: resolve() keeps the one its reader speaks, as `detail`."""

    name: str
    passed: bool
    detail: str = ""
    detail_zh: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a field's value is said. `why` names the pattern or rule that found it."""

    field: str
    value: str  # normalised, e.g. "+8613800138000"
    start: int
    end: int
    score: float  # 0..1, high is sure; from the pattern and its context words, before resolve()
    why: str = ""
    checks: tuple[Check, ...] = ()
    resolution: Mapping[str, object] | None = None  # Recognizers-Text shape, for date_time and the like
    is_labelled: bool = False  # it stands right behind its own label ("订单号：", "S/N")
    base: Mention | None = None  # what this one corrects, confirms or denies; its place is evidence too


@dataclass(frozen=True, slots=True)
class Candidate:
    value: str
    confidence: float
    detail: str = ""  # how a person knows it: the product and day of an order in the records


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What resolve() made of all mentions of one field."""

    field: str
    value: str | None
    status: Status
    confidence: float  # calibrated 0..1
    candidates: tuple[Candidate, ...] = ()  # best first; the value itself and its rivals
    evidence: tuple[Evidence, ...] = ()
    checks: tuple[Check, ...] = ()
    belief: float = 0.0  # before calibration: what corrections are counted by


@dataclass(frozen=True, slots=True)
class Resolution:
    """What resolve() made of a document: one FieldValue for each field of the template, in the template's order."""

    fields: Mapping[str, FieldValue]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """The one question worth asking next, ready to send."""

    field: str
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Classification:
    """None is an honest "not known"."""

    intent: str | None
    priority: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the business's own records, e.g. kind="orders", id="20240518936", values={"order_number": ...}."""

    kind: str
    id: str
    values: Mapping[str, str] = field(default_factory=dict)


class Extractor(Protocol):
    """Finds mentions of one field."""

    @property
    def name(self) -> str: ...

    def extract(self, document: Document) -> Sequence[Mention]: ...


class RecordSystem(Protocol):
    """The business's own records. Raises RecordSystemDown when it cannot answer."""

    def find(self, field: str, value: str) -> Sequence[Record]: ...

    def of_customer(self, customer_id: str) -> Sequence[Record]: ...


# --- Knowledge base


@dataclass(frozen=True, slots=True)
class Article:
    id: str
    title: str
    body: str  # Markdown or plain text
    locale: str = ""
    tags: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()  # groups that may see it; empty = everybody
    url: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article: `start`/`end` are code points of Article.body."""

    article_id: str
    title: str
    heading: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """How much of a question a passage covers, title and heading included: what the abstain rule judges by."""

    coverage: float  # share of the question's information (sum of idf) found in the passage, 0..1
    known: float  # share of the question's terms that stand anywhere in the knowledge base, 0..1
    information: (
        float  # the question's sum of idf, counted in words that stand nowhere else; a greeting has almost none
    )
    among: int = 1  # passages that the knowledge base holds: among few, one that is near is seldom near by chance


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a passage, each in 0..1 unless said: what hits are ranked and judged by."""

    lexical: float = 0.0  # BM25, as a share of the best passage's of this question
    dense: float | None = None  # cosine with the question, -1..1; None where there is no encoder or no vector yet
    dense_share: float = 0.0  # the cosine between the least (0) and the best (1) of this question's candidates
    nearness: float | None = None  # how far the cosine stands above that of passages that do not answer; about -3..5
    title: float = 0.0  # share of the question's information that stands in the title or the heading
    code: float = 0.0  # share of the question's codes ("E4", "KFR-35GW") that the passage names; 0 without codes
    recency: float = 0.0  # 1 is changed just now, 0 is old or not known
    usefulness: float = 0.0  # how often the article helped before; 0 is not known


@dataclass(frozen=True, slots=True)
class Hit:
    passage: Passage
    score: float  # the retriever's own scale, high is good
    url: str = ""
    match: Match | None = None  # None where the retriever compares no tokens
    signals: Signals | None = None


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What put_many() did; `passages` counts those of the articles added or updated."""

    added: int
    updated: int
    unchanged: int
    deleted: int
    passages: int


@dataclass(frozen=True, slots=True)
class Citation:
    """The sentence that answers: a span of the article's body."""

    article_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    article_id: str
    title: str
    passage: str
    url: str
    score: float
    confidence: float
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The ranking is kept even when `is_abstained`: people then see "nothing fits" and may look anyway."""

    is_abstained: bool
    suggestions: tuple[Suggestion, ...]
    question: str = ""  # what was searched for: of a ticket, the one of its questions that found them


LineKind = Literal["sentence", "step", "item", "row", "code"]


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One sentence, step, list item or table row of an answer, and the places that it stands in or is proved by."""

    text: str
    kind: LineKind
    citations: tuple[Citation, ...]
    number: int = 0  # of a step, counted as its article counts; 0 for what is no step


@dataclass(frozen=True, slots=True)
class Answer:
    """What answers, line by line, in reading order; `engine` says who wrote it: "extractive" quotes articles."""

    lines: tuple[AnswerLine, ...]
    engine: str = "extractive"

    @property
    def text(self) -> str:
        signs = {"step": "{}. ", "item": "- "}
        return "\n".join(signs.get(line.kind, "").format(line.number) + line.text for line in self.lines)

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(dict.fromkeys(citation for line in self.lines for citation in line.citations))


class Retriever(Protocol):
    def search(self, question: str, *, top_k: int, allowed: Sequence[str], locale: str = "") -> Sequence[Hit]: ...
