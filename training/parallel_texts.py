"""The bilingual and monolingual texts that an encoder of ours learns from: a data folder in, plain rows out.

Only sets whose licence lets a shipped model be trained on them are opened here: Tatoeba (CC BY 2.0 FR), CC-CEDICT (CC
BY-SA 3.0), the corpora of cmrc2018, drcd, tidb_faq_zh, stackfaq and covidfaq, and the sentences of banking77 and clinc.
Manuals say some of their terms in both languages: the Chinese title of a page whose file has an English name, and a
term with the English one in brackets behind it. It does not know what is done with a text.
"""

from __future__ import annotations

import gzip
import json
import lzma
import re
from dataclasses import dataclass
from pathlib import Path

TATOEBA = Path("parallel") / "tatoeba_cmn_en.txt.xz"
DICTIONARY = Path("parallel") / "cc-cedict_2015.txt.xz"
CHINESE_CORPORA = ("tidb_faq_zh", "cmrc2018", "drcd")
ENGLISH_CORPORA = ("stackfaq", "covidfaq")
CUSTOMERS = (Path("banking77") / "train.jsonl.gz", Path("clinc") / "train.jsonl.gz")
"""What customers say to a bank and to an assistant (CC BY 4.0, CC BY 3.0); beside the knowledge bases, in nlp/."""
MAX_GLOSSES = 3
"""A word's first senses; those after are rarer, and their mean would blur the first."""

_ENTRY = re.compile(r"(\S{1,60}) (\S{1,60}) \[[^\]]{0,200}\] /(.{1,2000})/")
_ASIDE = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,100}\]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_FIELD = re.compile(r"comput|internet|telecom|software|network|electron|database")
"""An aside that says so marks the sense that is met in tickets: 会话 is a session before it is a conversation."""
_TERM = re.compile(
    r"(?<![\u3400-\u9fff])([\u3400-\u9fff]{2,10}) ?[(\uff08]"
    r"([A-Za-z][a-z]{1,20}(?:[ -][A-Za-z][a-z]{1,20}){0,4})[)\uff09]"
)
"""A term with nothing Chinese before it, so that its beginning is known; in small letters, so that it is no code."""
_PAGE = re.compile(r"(?:[^/]{1,100}/){0,8}([a-z][a-z0-9-]{2,80})\.md#0")
_SHORT = {"sth": "something", "sb": "somebody"}
_NO_SENSE = ("CL:", "variant of", "old variant", "see also", "see ", "also written", "also pr", "surname ", "Taiwan pr")


@dataclass(frozen=True, slots=True)
class Pair:
    """The same said in Chinese and in English."""

    chinese: str
    english: str


@dataclass(frozen=True, slots=True)
class DictionaryEntry:
    traditional: str
    simplified: str
    senses: tuple[str, ...]  # cleaned, the commonest first


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of an article: what stands above it and what it says."""

    heading: str
    body: str


def read_tatoeba(data: Path) -> tuple[Pair, ...]:
    """Return pairs of sentences."""
    rows = (line.split("\t") for line in lzma.decompress((data / TATOEBA).read_bytes()).decode().splitlines())
    return tuple(Pair(row[1], row[0]) for row in rows if len(row) >= 2)


def read_dictionary(data: Path) -> tuple[DictionaryEntry, ...]:
    """Return the entries that have a sense in English words."""
    entries = []
    for line in lzma.decompress((data / DICTIONARY).read_bytes()).decode().splitlines():
        found = _ENTRY.match(line)
        if found is None or line.startswith("#"):
            continue
        glosses = sorted(found[3].split("/"), key=lambda gloss: not _is_of_the_field(gloss))
        senses = tuple(dict.fromkeys(filter(None, map(clean_sense, glosses))))[:MAX_GLOSSES]
        if senses:
            entries.append(DictionaryEntry(found[1], found[2], senses))
    return tuple(entries)


def _is_of_the_field(gloss: str) -> bool:
    return any(_FIELD.search(aside.lower()) for aside in _ASIDE.findall(gloss))


def clean_sense(gloss: str) -> str:
    """Return a gloss as somebody would say it; empty where it explains the spelling, not the meaning.

    >>> clean_sense("to transfer (money to a bank account)"), clean_sense("CL:臺|台[tai2]")
    ('transfer', '')
    """
    if gloss.startswith(_NO_SENSE):
        return ""
    bare = _ASIDE.sub(" ", gloss)
    if _HAN.search(bare):
        return ""
    words = [_SHORT.get(word, word) for word in bare.replace("|", " ").split()]
    return " ".join(words).removeprefix("to ").strip(" ,;.")


def read_sections(data: Path, name: str) -> tuple[Section, ...]:
    """Return a corpus as sections: the first line is the heading where a body follows it."""
    texts = (str(json.loads(line)["text"]) for line in _corpus_lines(data, name))
    parted = (text.partition("\n") for text in texts)
    return tuple(Section(first.strip(), rest.strip()) if rest else Section("", first) for first, _, rest in parted)


def read_terms(data: Path) -> tuple[Pair, ...]:
    """Return what manuals and encyclopedias say in both languages: terms, and titles of pages."""
    found: dict[Pair, None] = {}
    for name in CHINESE_CORPORA:
        for line in _corpus_lines(data, name):
            row = json.loads(line)
            found |= dict.fromkeys(Pair(term[1], term[2]) for term in _TERM.finditer(row["text"]))
            title, page = row["text"].partition("\n")[0].strip(), page_name(row["_id"])
            if page and _HAN.search(title):
                found[Pair(title, page)] = None
    return tuple(found)


def read_customers(data: Path) -> tuple[str, ...]:
    """Return English sentences of customers."""
    packed = (data.parent / "nlp" / path for path in CUSTOMERS)
    rows = (json.loads(line) for path in packed for line in gzip.decompress(path.read_bytes()).splitlines())
    return tuple(dict.fromkeys(str(row["text"]) for row in rows))


def page_name(document_id: str) -> str:
    """Return what a manual's file says of the page that begins there.

    >>> page_name("faq/reset-a-password.md#0"), page_name("faq/reset-a-password.md#1")
    ('reset a password', '')
    """
    page = _PAGE.fullmatch(document_id)
    return "" if page is None else page[1].replace("-", " ")


def _corpus_lines(data: Path, name: str) -> list[bytes]:
    return gzip.decompress((data / name / "corpus.jsonl.gz").read_bytes()).splitlines()
