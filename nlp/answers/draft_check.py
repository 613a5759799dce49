"""A sentence that a model drafted and the passages it cites in; whether they carry it, and by which sentences, out.

It is held against the sentences of the cited passages that are most like it: each number with its unit, each code,
link, name and promise must stand there; what they deny must not be said, what they say must not be denied or turned
into its opposite; and most of its words must be theirs, or its meaning, where an encoder is given. What is not carried
is dropped: a true sentence is lost sooner than an invented one is shown. It does not know what words imply.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.answers.answer import Similar
from nlp.answers.answer_units import split_units
from nlp.answers.draft_words import Quantity, codes, denied, latin_names, links, opposed, promises, quantities, stated
from nlp.answers.injection import is_order
from nlp.records import Citation, Passage
from nlp.search.question_words import telling_words, without_question_words
from nlp.search.tokens import fold, tokens
from nlp.text import language_of

PROOFS = 3
"""Sentences of the source that one drafted sentence may be drawn from."""
LEAST_SHARE = 0.6
"""Of the sentence's words that must stand in its proof. python -m training.eval_draft_check, 2026-11-22."""
LEAST_SHARE_PAIRS = 0.45
"""The same of a Chinese sentence, whose words are pairs of characters: one word changed changes three."""
LEAST_SHARE_LIKE = 0.35
"""The same where an encoder finds them alike in meaning."""
LEAST_COSINE = 0.8
"""From which on the encoder counts two sentences as saying the same."""
_NEW = 0.1
"""A further sentence is a proof, too, where it holds this share of the words that the others do not."""
_DENIED = 0.34
"""Of the words that a sentence denies, the share that its source must speak of."""
_CLAUSE = re.compile(r"[，；;。！？!?\n]|,(?!\d)|\.(?=\s|$)|\b(?:and|but|while)\b")


@dataclass(frozen=True, slots=True)
class Support:
    """`why` names what is not carried: "" where all is."""

    why: str = ""
    citations: tuple[Citation, ...] = ()

    @property
    def is_given(self) -> bool:
        return not self.why


@dataclass(frozen=True, slots=True)
class _Proof:
    citation: Citation
    words: frozenset[str]
    is_row: bool


def support_of(
    sentence: str, passages: Sequence[Passage], *, question: str = "", similar: Similar | None = None
) -> Support:
    """Say whether the passages that a sentence cites carry it; `question` may have named what it names."""
    if not passages:
        return Support("no citation")
    if is_order(sentence):
        return Support("speaks to a program")
    said = _words(sentence)
    if not said:
        return Support("says nothing")
    proofs = [proof for passage in passages for proof in _proofs_in(passage)]
    chosen = _closest(said, _of_its_row(sentence, proofs))
    if not chosen:
        return Support("no word of it is in its source")
    cited = tuple(proof.citation for proof in chosen)
    if any(_bare(proof.citation.quote).startswith(_bare(sentence)) for proof in chosen):
        return Support("", cited)
    text = "\n".join(proof.citation.quote for proof in chosen)
    whole = "\n".join(f"{passage.title}\n{passage.heading}\n{passage.text}" for passage in passages)
    why = (
        _invented(sentence, text, whole, question)
        or _misplaced(sentence, text)
        or _contradicts(sentence, chosen[0].citation.quote, text)
        or _strange(sentence, said, chosen, question=question, similar=similar)
    )
    return Support(why, () if why else cited)


def _bare(text: str) -> str:
    """Return letters and digits alone: a sentence that is quoted word for word needs no further proof."""
    return "".join(character for character in fold(text) if character.isalnum())


def _of_its_row(sentence: str, proofs: Sequence[_Proof]) -> Sequence[_Proof]:
    """Leave out a table's rows of other codes: what one row says of E4 proves nothing of E5."""
    named = codes(sentence)
    if not any(proof.is_row and named & proof.words for proof in proofs):
        return proofs
    return [proof for proof in proofs if not proof.is_row or named & proof.words]


def _proofs_in(passage: Passage) -> list[_Proof]:
    return [
        _Proof(
            Citation(passage.article_id, passage.start + unit.start, passage.start + unit.end, said),
            _words(said),
            unit.kind == "row",
        )
        for unit in split_units(passage.text)
        if unit.kind != "heading" and not is_order(said := passage.text[unit.start : unit.end])
    ]


def _words(text: str) -> frozenset[str]:
    """Return what a text says: codes, words, and pairs of Chinese characters."""
    is_chinese = any("\u4e00" <= character <= "\u9fff" for character in text)
    told = without_question_words(text) if is_chinese else telling_words(text)
    return frozenset(token.text for token in tokens(told) if token.kind in ("code", "word", "pair"))


def _closest(said: frozenset[str], proofs: Sequence[_Proof]) -> list[_Proof]:
    """Return the sentences that hold most of what is said, each more than those before it."""
    chosen: list[_Proof] = []
    left = set(said)
    while len(chosen) < PROOFS:
        best = max(proofs, key=lambda proof: len(left & proof.words), default=None)
        if best is None or len(left & best.words) < max(1.0, _NEW * len(said) if chosen else 1.0):
            break
        chosen.append(best)
        left -= best.words
    return chosen


def _invented(sentence: str, text: str, whole: str, question: str) -> str:
    """Return what the sentence names and its source does not."""
    known = f"{whole}\n{question}"
    for what, said, allowed in (
        ("code", codes(sentence), codes(known)),
        ("link", links(sentence), links(whole)),
        ("name", latin_names(sentence), frozenset(word for word in _latin(known))),
        ("promise", promises(sentence), promises(text)),
    ):
        if missing := sorted(said - allowed):
            return f"{what} {missing[0]} is not in its source"
    proved = quantities(text)
    for quantity in sorted(quantities(sentence), key=lambda one: one.value):
        if not _is_proved(quantity, proved):
            return f"number {quantity.value:g} {quantity.unit} is not in its source".replace("  ", " ")
    return ""


def _latin(text: str) -> set[str]:
    """Return every Latin word, as it stands and in parts."""
    words = {token.lower() for token in text.replace("/", " ").split()}
    return words | set(latin_names(f"中 {text}"))


def _is_proved(quantity: Quantity, proved: frozenset[Quantity]) -> bool:
    same = [one for one in proved if one.value == quantity.value]
    return any(not quantity.unit or not one.unit or one.unit == quantity.unit for one in same)


def _misplaced(sentence: str, text: str) -> str:
    """Return a number that its source gives to something else: of the clauses that count in the same unit, the one most
    like the sentence's own must be the one with that number."""
    clauses = [(_words(clause), quantities(clause)) for clause in _CLAUSE.split(text)]
    for clause in _CLAUSE.split(sentence):
        said = _words(clause)
        for quantity in quantities(clause) if said else ():
            rivals = [
                (len(said & words) / len(said), any(one.value == quantity.value for one in counted))
                for words, counted in clauses
                if any(quantity.unit and one.unit == quantity.unit for one in counted)
            ]
            if rivals and not max(rivals)[1] and max(rivals)[0] > 0:
                return f"{quantity.value:g} {quantity.unit} is said of something else"
    return ""


def _contradicts(sentence: str, closest: str, text: str) -> str:
    """Return what the sentence turns round: denies what is said, says what is denied, or puts the opposite."""
    if word := opposed(sentence, text):
        return f"{word} is not what its source says"
    mine, theirs = denied(sentence), denied(text)
    if mine and len(mine & _words(text)) < _DENIED * len(mine):
        return f"{min(mine)} is denied, and its source does not speak of it"
    if turned := sorted(mine & stated(closest) - theirs):
        return f"{turned[0]} is not denied in its source"
    if turned := sorted(denied(closest) & stated(sentence) - mine - stated(text)):
        return f"{turned[0]} is denied in its source"
    return ""


def _strange(
    sentence: str, said: frozenset[str], chosen: Sequence[_Proof], *, question: str, similar: Similar | None
) -> str:
    """Return what speaks against the sentence's words: too few of them are its source's."""
    proved = frozenset().union(*(proof.words for proof in chosen))
    asked = _words(question)
    counted = said - asked or said
    share = len(counted & proved) / len(counted)
    text = "\n".join(proof.citation.quote for proof in chosen)
    if share >= (LEAST_SHARE_PAIRS if language_of(sentence) == "zh" else LEAST_SHARE):
        return ""
    if (
        similar is not None
        and share >= LEAST_SHARE_LIKE
        and max(similar(sentence, [text]), default=0.0) >= LEAST_COSINE
    ):
        return ""
    return f"{share:.0%} of its words are its source's"
