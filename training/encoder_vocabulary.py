"""The word pieces of a bilingual encoder: a teacher's tokenizer and a dictionary in, a tokenizer and first vectors out.

English pieces are the teacher's own, so that English stays what it was; pieces of other scripts leave. Chinese is cut
into dictionary words of up to four characters, else characters, longest first. A Chinese piece has the same number at
the start of a run and inside it, and so has its traditional spelling: traditional text gets the very same vectors. A
new piece's first vector is the mean of the teacher's vectors of its English senses. It does not know how it is trained.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from training.parallel_texts import MAX_GLOSSES, DictionaryEntry
from training.word_alignment import Link

Floats = npt.NDArray[np.float32]

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PREFIX = "##"
LONGEST_WORD = 4
RUN_LENGTH = 32
"""Characters matched against the vocabulary at once; without a bound the longest match costs the square of a run."""
PUNCTUATION = dict(zip("。、「」『』《》“”‘’", '.,""""""""\'\'', strict=True))
"""Chinese marks that have the same job as an English one, which the teacher knows."""
SUPPORT_SENSE = re.compile(
    r"account|agent|algorithm|app\b|applianc|asynchron|authenti|backup|bandwidth|bank|batter|\bdata|\bfee|\bfile|"
    r"\blog\b|boot|\bpay|broken|\bsystem|button|cable|cache|card|certificat|charge|click|cluster|compil|comput|"
    r"config|connect|contract|cooling|crash|customer|debug|decod|default|defect|deliver|deploy|detect|device|"
    r"disabl|discount|display|download|electr|encod|encrypt|endpoint|error|exchange|fault|filter|firewall|firmware|"
    r"freez|gateway|goods|hardware|heat|initializ|install|instruct|insur|interfac|internet|invoice|keyboard|"
    r"latency|leak|login|machin|mail|memory|menu|messag|meter|mode|modem|monitor|motor|network|node|noise|online|"
    r"order|packag|packet|parameter|parcel|password|permission|phone|plug|power|price|print|program|protocol|proxy|"
    r"pump|purchas|quer(?:y|ies)|queue|receipt|refrigerat|refund|regist|remote|repair|replac|reset|return|revers|"
    r"router|screen|script|sensor|serial|server|service|session|setting|signal|socket|software|spare|stor(?:e|age)|"
    r"subscri|switch|synchron|telephon|temperature|terminal|thread|ticket|timestamp|topolog|transfer|update|"
    r"upgrade|upload|user|valve|verif|version|video|virtual|voltage|warrant|wash|website|wireless"
)
"""Senses met in tickets: their words come in before words that newspapers use as often."""
SUPPORT_WEIGHT = 20
"""What such a word's count is multiplied by: 充值 (recharge, 22 in jieba's count) then ranks like the 9,000th word."""

RARELY = 0.02
"""An English piece said with less chance than this is noise of the alignment."""

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0002ffff]+")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1cff\u2d00-\u2e7f\u2e80-\ufdff]")
_UNUSED = re.compile(r"\[unused\d+\]")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces by number. `kept[n]` is the teacher's number of piece n; the Chinese ones follow."""

    kept: tuple[int, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    spellings: Mapping[str, str]  # traditional -> simplified, of the Chinese pieces

    @property
    def size(self) -> int:
        return len(self.english) + len(self.chinese)

    def numbers(self) -> dict[str, int]:
        """Return piece -> number; several spellings may share one."""
        found = {piece: number for number, piece in enumerate(self.english)}
        own = {piece: len(self.english) + at for at, piece in enumerate(self.chinese)}
        spelled = {**{old: own[new] for old, new in self.spellings.items()}, **own}
        for piece, number in spelled.items():
            found[piece] = found[PREFIX + piece] = number
        return found


def choose_vocabulary(
    teacher: Mapping[str, int],
    entries: Sequence[DictionaryEntry],
    counts: Mapping[str, int],
    *,
    words: int,
    characters: int,
) -> Vocabulary:
    """Keep the teacher's Latin pieces; add the commonest characters and dictionary words."""
    by_number = sorted(teacher.items(), key=lambda item: item[1])
    kept = [
        (piece, number) for piece, number in by_number if not _UNUSED.match(piece) and not _OTHER_SCRIPT.search(piece)
    ]
    support = {one.simplified for one in entries if any(SUPPORT_SENSE.search(sense) for sense in one.senses)}
    known = {one.simplified for one in entries if _HAN.fullmatch(one.simplified)}
    worth = {piece: counts.get(piece, 0) * (SUPPORT_WEIGHT if piece in support else 1) for piece in known | set(counts)}
    ranked = sorted(worth, key=lambda piece: (-worth[piece], piece))
    singles = [piece for piece in ranked if len(piece) == 1][:characters]
    letters = set(singles)
    longer = [one for one in ranked if 1 < len(one) <= LONGEST_WORD and one in known and letters.issuperset(one)][
        :words
    ]
    chinese = (*singles, *longer)
    return Vocabulary(
        kept=tuple(number for _, number in kept),
        english=tuple(piece for piece, _ in kept),
        chinese=chinese,
        spellings=_spellings(set(chinese), entries),
    )


def count_pieces(texts: Iterable[str], entries: Sequence[DictionaryEntry]) -> Counter[str]:
    """Count dictionary words, longest first, and characters in texts of simplified Chinese."""
    known = {one.simplified for one in entries if len(one.simplified) <= LONGEST_WORD}
    counts: Counter[str] = Counter()
    for text in texts:
        for run in _HAN.findall(text):
            counts.update(run)
            counts.update(_longest(run, known))
    return counts


def tokenizer_file(vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the content of tokenizer.json, as the library `tokenizers` reads it."""
    numbers = vocabulary.numbers()
    template = [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    template.append({"SpecialToken": {"id": "[SEP]", "type_id": 0}})
    special = {one: {"id": one, "ids": [numbers[one]], "tokens": [one]} for one in ("[CLS]", "[SEP]")}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(one, numbers[one]) for one in SPECIAL],
        "normalizer": {"type": "Sequence", "normalizers": _normalizers()},
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": _run(numbers)}, "behavior": "Isolated", "invert": False},
                {"type": "BertPreTokenizer"},
            ],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": template,
            "pair": template,
            "special_tokens": special,
        },
        "decoder": {"type": "WordPiece", "prefix": PREFIX, "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": PREFIX,
            "max_input_chars_per_word": 100,
            "vocab": numbers,
        },
    }


def first_vectors(
    vocabulary: Vocabulary, entries: Sequence[DictionaryEntry], table: Floats, teacher: Any, *, link: Link, seed: int
) -> Floats:
    """Return a vector for each Chinese piece, as long as the teacher's are: the mean of two ways to say it in English.

    One is its dictionary senses, the first counting most; the other the English pieces that it stood beside (`link`).
    `teacher` is its tokenizer, `table` its vectors (pieces, width). A character without a sense takes the mean of the
    words it stands in; one without either is drawn.
    """
    length = float(np.median(np.linalg.norm(table, axis=1)))
    listed = _scaled(_of_senses(vocabulary, entries, table, teacher, seed=seed), length)
    beside = np.zeros_like(listed)
    own = (link.chance > RARELY) & (link.chinese >= len(vocabulary.english))
    weighted = (link.chance[own, None] * table[link.english[own]]).astype(np.float32)
    np.add.at(beside, link.chinese[own] - len(vocabulary.english), weighted)
    is_met = np.linalg.norm(beside, axis=1) > 0
    mixed = listed.copy()
    mixed[is_met] += _scaled(beside[is_met], length)
    return _scaled(mixed, length)


def _scaled(rows: Floats, length: float) -> Floats:
    scaled: Floats = (rows * (length / np.linalg.norm(rows, axis=1, keepdims=True))).astype(np.float32)
    return scaled


def _of_senses(
    vocabulary: Vocabulary, entries: Sequence[DictionaryEntry], table: Floats, teacher: Any, *, seed: int
) -> Floats:
    senses: dict[str, list[str]] = {}
    for entry in entries:
        senses.setdefault(entry.simplified, []).extend(entry.senses)
    chance = np.random.default_rng(seed)
    rows: dict[str, Floats] = {}
    for piece in vocabulary.chinese:
        if said := senses.get(piece, [])[:MAX_GLOSSES]:
            weights = np.array([1 / (1 + at) for at in range(len(said))], np.float32)
            means = [table[teacher.encode(sense, add_special_tokens=False).ids or [0]].mean(axis=0) for sense in said]
            rows[piece] = (weights @ np.stack(means)) / weights.sum()
    inside: dict[str, list[Floats]] = {}
    for piece, row in rows.items():
        for character in piece if len(piece) > 1 else "":
            inside.setdefault(character, []).append(row)

    def row_of(piece: str) -> Floats:
        if piece in rows:
            return rows[piece]
        if piece in inside:
            mean: Floats = np.stack(inside[piece]).mean(axis=0)
            return mean
        drawn: Floats = np.asarray(chance.normal(0, 1, table.shape[1]), np.float32)
        return drawn

    return np.stack([row_of(piece) for piece in vocabulary.chinese])


def _run(pieces: Iterable[str]) -> str:
    """Return what is cut out as one run: characters that have a number, up to so many, else one strange character.

    A run with one piece that is not known would be unknown as a whole.
    """
    codes = sorted(ord(piece) for piece in pieces if len(piece) == 1 and _HAN.match(piece))
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    known = "".join(
        f"\\x{{{first:x}}}-\\x{{{last:x}}}" if first < last else f"\\x{{{first:x}}}" for first, last in ranges
    )
    return f"[{known}]{{1,{RUN_LENGTH}}}|[\\x{{3400}}-\\x{{9fff}}\\x{{20000}}-\\x{{2ffff}}]"


def _longest(run: str, known: set[str]) -> list[str]:
    found, at = [], 0
    while at < len(run):
        size = next((size for size in range(LONGEST_WORD, 1, -1) if run[at : at + size] in known), 1)
        if size > 1:
            found.append(run[at : at + size])
        at += size
    return found


def newspaper_counts() -> dict[str, int]:
    """Return how often words were met in newspapers, as jieba's dictionary says."""
    spec = find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("jieba, whose dictionary counts words, is not installed. Run: pip install 'jieba>=0.42'")
    rows = (Path(next(iter(spec.submodule_search_locations))) / "dict.txt").read_text(encoding="utf-8").splitlines()
    parted = (row.split(" ") for row in rows)
    return {word: int(count) for word, count, *_ in parted if _HAN.fullmatch(word) and len(word) <= LONGEST_WORD}


def _spellings(pieces: set[str], entries: Sequence[DictionaryEntry]) -> dict[str, str]:
    """Return traditional -> simplified: characters by OpenCC's table, words by the dictionary's own spelling."""
    table = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if "\t" in line)
    found = {old: new.split(" ")[0] for old, new in rows}
    words = {one.traditional: one.simplified for one in entries if len(one.simplified) > 1}
    return {old: new for old, new in {**found, **words}.items() if new in pieces and old not in pieces}


def _normalizers() -> list[dict[str, Any]]:
    replaced = [{"type": "Replace", "pattern": {"String": old}, "content": new} for old, new in PUNCTUATION.items()]
    bert = {
        "type": "BertNormalizer",
        "clean_text": True,
        "handle_chinese_chars": False,
        "strip_accents": None,
        "lowercase": True,
    }
    return [{"type": "NFKC"}, *replaced, bert]


def _added(piece: str, number: int) -> dict[str, Any]:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {"id": number, "content": piece, "special": True, **flags}
