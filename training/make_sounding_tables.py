"""Write what speech/hotwords needs to know of two languages: how characters are read, and which words are ordinary.

In: pypinyin's table (MIT) and jieba's word counts (MIT), both of the extra `train`; the words of our own encoder's
tokenizer (BERT's, Apache-2.0), of which those are kept that the pocketsphinx dictionary (CMUdict, BSD) pronounces.
Out: speech/sounding/pinyin.txt and speech/sounding/ordinary_words.txt.

    python -m training.make_sounding_tables
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jieba  # type: ignore[import-untyped, unused-ignore]
from pocketsphinx import get_model_path  # type: ignore[import-untyped, unused-ignore]

from training.make_pinyin_table import pinyin_lines

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "speech" / "sounding"
TOKENIZER = ROOT / "nlp" / "weights" / "minilm-l6-zh-en-tuned" / "tokenizer.json"
MIN_COUNT = 20
"""Of jieba's dict.txt: 48,646 words; below are names and rarities that a homophone of a brand may well be."""
NAMES = ("nr", "ns", "nt", "nz")


def chinese_words() -> Iterator[str]:
    """Yield words of two and three characters that are no names."""
    dictionary = Path(jieba.__file__).parent / "dict.txt"
    for line in dictionary.read_text(encoding="utf-8").splitlines():
        word, count, kind = line.split(" ")
        if 2 <= len(word) <= 3 and int(count) >= MIN_COUNT and not kind.startswith(NAMES):
            yield word


def english_words() -> Iterator[str]:
    """Yield words of two letters and more that both lists know."""
    pronounced = Path(get_model_path()) / "en-us" / "cmudict-en-us.dict"
    known = {line.split(" ")[0].partition("(")[0] for line in pronounced.read_text(encoding="utf-8").splitlines()}
    vocabulary = json.loads(TOKENIZER.read_text(encoding="utf-8"))["model"]["vocab"]
    for entry in vocabulary:
        word = entry if isinstance(entry, str) else entry[0]
        if word.isascii() and word.isalpha() and len(word) > 1 and word in known:
            yield word


def main() -> None:
    words = sorted({*chinese_words(), *english_words()})
    (FOLDER / "ordinary_words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    (FOLDER / "pinyin.txt").write_text("\n".join(pinyin_lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
