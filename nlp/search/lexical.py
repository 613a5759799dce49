"""BM25 over tokens: a question and token statistics in, scores and matches out. No storage, no text.

It knows words, not meaning: a question that shares no token with the right article cannot find it here.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from nlp.records import Match, NlpError
from nlp.search.glosses import Rendering, chinese_words, renderings
from nlp.search.question_words import telling_words, without_question_words
from nlp.search.tokens import Kind, fold, tokens

# Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework", section 3.2: 1.2 < k1 < 2, 0.5 < b < 0.8.
K1 = 1.2
B = 0.75
# A word of the title or a heading says more about an article than one of its body (training.eval_search, 2026-11-22).
TITLE_WEIGHT = 2.0
# A single character repeats what its pairs say; half weight is best or equal on all four Chinese sets (same run).
KIND_WEIGHT: Mapping[Kind, float] = {"char": 0.5, "pair": 1.0, "word": 1.0, "phrase": 0.2, "code": 1.0}
# The passage proves, its article gives the topic: how much the whole article counts beside its best passage.
ARTICLE_SHARE = 0.5

# What either leg says of a passage in another language than the reader's is worth this much: it decides near ties. With
# 150 sections of docs_zh and the same of docs_en in one base, minilm-l6-zh-en-tuned, 2026-11-23, the first hit of an
# English question is English in 100% instead of 95.3%, and hit@1 .847 instead of .820; Chinese ones .807 either way
# (a script of that day, which was not kept).
OTHER_LANGUAGE = 0.8

# A Han character is about 0.6 words and brings 1.5 tokens of weight: what these count as in words.
_WORDS: Mapping[Kind, float] = {"char": 0.4, "pair": 0.4}
# What a word is made of, and what becomes of it when the word is looked for by another language's.
_PARTS = frozenset({"char", "pair", "phrase"})
# A code is what the question is about, however many articles name it: it says as much as a noun and its verb.
_CODE_WORDS = 2.0

MAX_QUESTION = 10_000  # code points; a ticket with its whole thread
MAX_LOOKUPS = 512  # distinct tokens whose frequency is looked up
MAX_TERMS = 64  # of these, the most telling ones are searched for
# Terms are searched for until passages have been met so many times, but as many terms at least. On tidb_faq_zh (11,451
# passages) 3,000 rank as all do, nDCG@10 .641 and .642, in 3.1 ms of 7.6 (p99 7.4 of 17.7); 1,500 too (2026-11-23).
MOST_FOUND, LEAST_SEARCHED = 3_000, 6


class QuestionTooLong(NlpError): ...


@dataclass(frozen=True, slots=True)
class Term:
    """A distinct token of the question; or a word of it that is looked for by what another language calls it."""

    text: str
    kind: Kind
    is_telling: bool  # an article that answers holds it; what fills the sentence is only searched for
    renderings: tuple[Rendering, ...] = ()


@dataclass(frozen=True, slots=True)
class WeighedTerm:
    text: str
    kind: Kind
    idf: float  # times the weight of its kind
    found_in: float  # passages
    is_telling: bool
    renderings: tuple[Rendering, ...] = ()

    @property
    def is_known(self) -> bool:
        """Say whether it stands somewhere in the knowledge base."""
        return self.found_in > 0


@dataclass(frozen=True, slots=True)
class FieldText:
    """The indexed tokens of one passage, separated by spaces, and its article."""

    title: str
    body: str
    article: int
    article_length: int
    language: str = "und"  # "und" is at home in every language


@dataclass(frozen=True, slots=True)
class CorpusSize:
    passages: int
    articles: int
    tokens: int  # of all passages


@dataclass(frozen=True, slots=True)
class Scored:
    passage: int
    article: int
    score: float
    match: Match
    title: float = 0.0  # share of the question's information that stands in the title or the heading
    code: float = 0.0  # share of the question's codes that the passage names
    is_foreign: bool = False  # in another language than the reader's


def question_terms(question: str) -> tuple[Term, ...]:
    """Return the distinct tokens of a question in order. Raises QuestionTooLong."""
    if len(question) > MAX_QUESTION:
        message = f"the question has {len(question)} characters; at most {MAX_QUESTION} are searched for: shorten it"
        raise QuestionTooLong(message)
    telling = {token.text for token in tokens(telling_words(question))}
    distinct = dict.fromkeys((token.text, token.kind) for token in tokens(without_question_words(question)))
    return tuple(Term(text, kind, text in telling) for text, kind in islice(distinct, MAX_LOOKUPS))


def rendered_terms(question: str, unknown: Collection[str]) -> tuple[Term, ...]:
    """Return the words of a question whose tokens are all unknown, with what another language calls them.

    Chinese words go by their pairs of characters, a lone character by itself; English ones by their stem.
    """
    text = without_question_words(question)
    telling = {token.text for token in tokens(telling_words(question))}
    found: dict[str, Term] = {}
    for word in chinese_words(fold(text)):
        own = [first + second for first, second in pairwise(word)] or [word]
        if all(token in unknown for token in own):
            kind: Kind = "word" if len(word) > 1 else "char"
            found[word] = Term(f"={word}", kind, any(token in telling for token in own), renderings(word))
    for token in tokens(text):
        if token.kind == "word" and token.text.isascii() and token.text in unknown:
            found[token.text] = Term(f"={token.text}", "word", token.text in telling, renderings(token.text))
    return tuple(islice(found.values(), MAX_TERMS))


def with_renderings(terms: Sequence[Term], rendered: Sequence[Term], frequency: Mapping[str, int]) -> tuple[Term, ...]:
    """Return the terms; if any word stands there in another language, words in place of tokens that do not."""
    if not any(frequency.get(one.token) for term in rendered for one in term.renderings):
        return tuple(terms)
    words = {term.text.removeprefix("=") for term in rendered}
    kept = [term for term in terms if frequency.get(term.text) or not (term.kind in _PARTS or term.text in words)]
    return (*kept, *rendered)


def weigh(terms: Sequence[Term], frequency: Mapping[str, int], size: CorpusSize) -> tuple[WeighedTerm, ...]:
    """Weigh each term by how rare it is; keep the MAX_TERMS most telling."""
    weighed = []
    for term in terms:
        there = tuple(one for one in term.renderings if frequency.get(one.token))
        found_in: float = frequency.get(term.text, 0)
        if there:  # as if they were one word: Darwish & Oard 2003, "Probabilistic structured query methods"
            found_in = sum(one.share * frequency[one.token] for one in there) / sum(one.share for one in there)
        idf = math.log1p((size.passages - found_in + 0.5) / (found_in + 0.5))
        weight = KIND_WEIGHT[term.kind] * idf
        weighed.append(WeighedTerm(term.text, term.kind, weight, found_in, term.is_telling, there))
    return tuple(sorted(weighed, key=lambda term: -term.idf)[:MAX_TERMS])


def match_expression(terms: Sequence[WeighedTerm]) -> str:
    """Return the FTS5 query that finds the candidates: every term quoted, so no question is ever syntax.

    Single characters are left out, they stand in nearly every passage and their pairs find the same ones; where a
    question has nothing else, they are all there is. So are words that very many passages hold, where rarer ones find
    enough: they count when the candidates are scored.
    """
    known = [term for term in terms if term.is_known]
    chosen = _rare([term for term in known if term.kind not in ("char", "phrase")] or known)
    wanted = dict.fromkeys(text for term in chosen for text in _texts(term))
    return " OR ".join('"' + text.replace('"', '""') + '"' for text in wanted)


def _rare(terms: Sequence[WeighedTerm]) -> Sequence[WeighedTerm]:
    """Return the terms, most telling first, up to those that too many passages hold."""
    seen = 0.0
    for place, term in enumerate(terms):
        seen += term.found_in
        if place >= LEAST_SEARCHED and seen > MOST_FOUND:
            return terms[:place]
    return terms


def rank(
    terms: Sequence[WeighedTerm], candidates: Mapping[int, FieldText], size: CorpusSize, *, language: str = "und"
) -> tuple[Scored, ...]:
    """Score candidate passages for a reader of `language`, best first; equal ones in the order of their numbers."""
    wanted = {text for term in terms for text in _texts(term)}
    rendered = [term for term in terms if term.renderings]
    idf = {term.text: term.idf for term in terms}
    told = _told(terms, size)
    in_title = {number: _with_rendered(_counts(text.title, wanted), rendered) for number, text in candidates.items()}
    in_article: dict[int, dict[str, float]] = {}
    found: dict[int, dict[str, float]] = {}
    for number, passage in candidates.items():
        counts = found[number] = _with_rendered(_counts(passage.body, wanted), rendered)
        for text, count in in_title[number].items():
            counts[text] = counts.get(text, 0.0) + TITLE_WEIGHT * count
        whole = in_article.setdefault(passage.article, {})
        for text, count in counts.items():
            whole[text] = whole.get(text, 0.0) + count
    scored = []
    for number, passage in candidates.items():
        length = (passage.title.count(" ") + passage.body.count(" ") + 2) / max(size.tokens / size.passages, 1)
        article_length = passage.article_length / max(size.tokens / size.articles, 1)
        score = _bm25(idf, found[number], length)
        score += ARTICLE_SHARE * _bm25(idf, in_article[passage.article], article_length)
        is_foreign = "und" not in (language, passage.language) and language != passage.language
        if is_foreign:
            score *= OTHER_LANGUAGE
        match = Match(told.coverage(found[number]), told.known, told.information, size.passages)
        title, code = told.coverage(in_title[number]), told.code(found[number])
        scored.append(Scored(number, passage.article, score, match, title, code, is_foreign))
    return tuple(sorted(scored, key=lambda one: (-one.score, one.passage)))


def _texts(term: WeighedTerm) -> tuple[str, ...]:
    """Return the tokens under which a term is indexed."""
    return tuple(one.token for one in term.renderings) or (term.text,)


def _counts(text: str, wanted: set[str]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for token in filter(wanted.__contains__, text.split(" ")):
        counts[token] = counts.get(token, 0.0) + 1.0
    return counts


def _with_rendered(counts: dict[str, float], rendered: Sequence[WeighedTerm]) -> dict[str, float]:
    """Count each word that is looked for by others as often as these are there, each by its share."""
    for term in rendered:
        count = sum(one.share * counts.get(one.token, 0.0) for one in term.renderings)
        if count:
            counts[term.text] = count
    return counts


def _bm25(idf: Mapping[str, float], counts: Mapping[str, float], relative_length: float) -> float:
    norm = K1 * (1 - B + B * relative_length)
    return sum(idf[text] * count * (K1 + 1) / (count + norm) for text, count in counts.items() if text in idf)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a question tells: how many words' worth each of its telling tokens is."""

    words: Mapping[str, float]
    codes: frozenset[str]
    total: float
    known: float
    information: float

    def coverage(self, counts: Mapping[str, float]) -> float:
        return sum(self.words[text] for text in counts if text in self.words) / max(self.total, 1e-9)

    def code(self, counts: Mapping[str, float]) -> float:
        return sum(code in counts for code in self.codes) / max(len(self.codes), 1)


def _told(terms: Sequence[WeighedTerm], size: CorpusSize) -> _Told:
    telling = [term for term in terms if term.is_telling] or terms
    rarest = math.log1p(2 * size.passages + 1)  # the idf of a token that stands nowhere
    words = {
        term.text: _CODE_WORDS * rarest if _is_code(term) else term.idf * _WORDS.get(term.kind, 1.0) for term in telling
    }
    named = [term for term in telling if term.kind != "phrase"]
    total = sum(words.values())
    return _Told(
        words=words,
        codes=frozenset(term.text for term in terms if _is_code(term)),
        total=total,
        known=sum(term.is_known for term in named) / max(len(named), 1),
        information=total / rarest,
    )


def _is_code(term: WeighedTerm) -> bool:
    """Say whether it names a thing: "e4", "kfr35gw"; a bare number may count anything."""
    return term.kind == "code" and any(character.isalpha() for character in term.text)
