"""What one sentence says that another may contradict: numbers with their units, codes, names, what is denied, what is
promised. A text in, those out, in one form for Chinese and English. Lists and forms, not grammar.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.number_words import find_numbers
from nlp.search.tokens import fold, tokens

MAX_TEXT = 20_000

_TABLES = json.loads(Path(__file__).with_name("draft_words.json").read_text(encoding="utf-8"))
_UNIT = re.compile("|".join(f"(?P<{name}>{form})" for name, form in _TABLES["units"].items()))
_SECONDS = re.compile(r"[\s-]seconds?\b")
"""Of time; the number words would read ten of them as ten halves."""
_CURRENCY_BEFORE = re.compile(r"[$€£¥￥]\s?\Z")
_UNIT_GAP = re.compile(r"[\s-]{0,2}(?:个)?")

_LINK = re.compile(r"https?://[^\s<>\"'）)]{3,300}|www\.[^\s<>\"'）)]{3,300}|[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{2,60}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_.+/][A-Za-z0-9]+)*")

# What follows is denied, up to the next mark of punctuation. Words that only look like it are taken out first.
_NO_DENIAL = re.compile(_TABLES["no_denial"])
_DENIAL = re.compile(_TABLES["denial"])
_SCOPE = re.compile(r"[，,。.；;！!？?：:\n、]|但|而是|\bbut\b|\bor\b|\band\b")
_SCOPE_CHARS = 6
"""Han characters behind a denial that it denies, at most; of Latin letters five times as many."""

_OPPOSITES = tuple((re.compile(one), re.compile(other)) for one, other in _TABLES["opposites"])
_CLASSES = tuple(tuple(re.compile(form) for form in forms) for forms in _TABLES["classes"])
_PROMISE = re.compile(_TABLES["promise"])
_SAME_PROMISE: Mapping[str, str] = _TABLES["same_promise"]


@dataclass(frozen=True, slots=True)
class Quantity:
    value: float
    unit: str  # "" where none follows


def quantities(text: str) -> frozenset[Quantity]:
    """Return the numbers of a text, each with the unit behind it.

    >>> sorted(one.unit + str(one.value) for one in quantities("断电五分钟，最多3次"))
    ['minute5.0', 'times3.0']
    >>> quantities("wait 5 minutes") == quantities("等待五分钟")
    True
    """
    folded = _SECONDS.sub(" secs", fold(text[:MAX_TEXT]))
    found: set[Quantity] = set()
    for is_chinese in (True, False):
        for number in find_numbers(folded, is_chinese=is_chinese):
            gap = _UNIT_GAP.match(folded, number.end)
            unit = _UNIT.match(folded, gap.end() if gap else number.end)
            name = unit.lastgroup or "" if unit else ""
            if not name and _CURRENCY_BEFORE.search(folded, max(0, number.start - 2), number.start):
                name = "money"
            found.add(Quantity(float(number.value), name))
    return frozenset(found)


def codes(text: str) -> frozenset[str]:
    """Return the codes of a text, folded: letters with digits."""
    return frozenset(
        token.text for token in tokens(text[:MAX_TEXT]) if token.kind == "code" and any(map(str.isalpha, token.text))
    )


def links(text: str) -> frozenset[str]:
    """Return web and mail addresses, in small letters."""
    return frozenset(found.rstrip(".,;:?!。，？！") for found in _LINK.findall(fold(text[:MAX_TEXT])))


def latin_names(text: str) -> frozenset[str]:
    """Return the Latin words that are names: any in a Chinese text, those in capitals inside an English sentence."""
    is_chinese = any("\u4e00" <= character <= "\u9fff" for character in text)

    def is_name(match: re.Match[str]) -> bool:
        before = text[: match.start()].rstrip()[-1:]
        return is_chinese or (match[0][:1].isupper() and before not in ("", *".!?:\n-*"))

    return frozenset(match[0].lower() for match in _NAME.finditer(text[:MAX_TEXT]) if is_name(match))


def denied(text: str) -> frozenset[str]:
    """Return the words of a text that a denial stands before.

    >>> sorted(denied("不要打开机盖")) == sorted(denied("切勿打开机盖"))
    True
    """
    folded = _NO_DENIAL.sub(" ", fold(text[:MAX_TEXT]))
    return frozenset(word for start, end in _denials(folded) for word in _words(folded[start:end]))


def stated(text: str) -> frozenset[str]:
    """Return the words of a text that stand outside of every denial.

    >>> "打开" in stated("不要打开机盖。断电后打开。"), "打开" in stated("不要打开机盖。")
    (True, False)
    """
    folded = _NO_DENIAL.sub(" ", fold(text[:MAX_TEXT]))
    kept, at = [], 0
    for start, end in _denials(folded):
        kept.append(folded[at:start])
        at = max(at, end)
    return frozenset(_words("\n".join([*kept, folded[at:]])))


def _denials(folded: str) -> Iterator[tuple[int, int]]:
    """Yield where what is denied stands, in order."""
    for match in _DENIAL.finditer(folded):
        end = min(len(folded), match.end() + _SCOPE_CHARS * (5 if match[0].isascii() else 1))
        stop = _SCOPE.search(folded, match.end(), end)
        yield match.end(), stop.start() if stop else end


def _words(text: str) -> set[str]:
    return {token.text for token in tokens(text) if token.kind in ("pair", "word", "code")}


def opposed(sentence: str, proof: str) -> str:
    """Return the word of a sentence in whose place its proof has the opposite, or another one of its class (a colour,
    a day of the week); "" where there is none."""
    said, proved = fold(sentence), fold(proof)
    for one, other in _OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            found = mine.search(said)
            if found and not mine.search(proved) and theirs.search(proved) and not theirs.search(said):
                return found[0]
    for forms in _CLASSES:
        named, known = ({at for at, form in enumerate(forms) if form.search(text)} for text in (said, proved))
        if known and (strange := sorted(named - known)):
            found = forms[strange[0]].search(said)
            return found[0] if found else ""
    return ""


def promises(text: str) -> frozenset[str]:
    """Return the words that promise or leave nothing out, in one form for both languages."""
    found = (match[0] for match in _PROMISE.finditer(fold(text[:MAX_TEXT])))
    return frozenset(_SAME_PROMISE.get(word, word) for word in found)
