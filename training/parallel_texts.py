"""The bilingual and monolingual texts that an encoder of ours learns from: a data folder in, plain rows out.

Only sets whose licence lets a shipped model be trained on them are opened here: Tatoeba (CC BY 2.0 FR), CC-CEDICT (CC
BY-SA 3.0), and the corpora (never the questions) of cmrc2018, drcd, tidb_faq_zh, stackfaq and covidfaq. It does not
know what is done with a text.
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
MAX_GLOSSES = 3
"""A word's first senses; those after are rarer, and their mean would blur the first."""

_ENTRY = re.compile(r"(\S{1,60}) (\S{1,60}) \[[^\]]{0,200}\] /(.{1,2000})/")
_ASIDE = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,100}\]")
_HAN = re.compile(r"[\u3400-\u9fff]")
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
        senses = tuple(dict.fromkeys(filter(None, map(clean_sense, found[3].split("/")))))[:MAX_GLOSSES]
        if senses:
            entries.append(DictionaryEntry(found[1], found[2], senses))
    return tuple(entries)


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
    packed = data / name / "corpus.jsonl.gz"
    texts = (str(json.loads(line)["text"]) for line in gzip.decompress(packed.read_bytes()).splitlines())
    parted = (text.partition("\n") for text in texts)
    return tuple(Section(first.strip(), rest.strip()) if rest else Section("", first) for first, _, rest in parted)
