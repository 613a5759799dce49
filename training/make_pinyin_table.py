"""Write nlp/extraction/pinyin.txt: one syllable a line, without tones, and the simplified characters read so.

In: pypinyin's table (MIT; installed with the extra `train`). Out: the file. Only GB 2312's 6,763 characters and their
first reading: text is folded to simplified characters before it is sounded, and a recogniser writes common ones.

    python -m training.make_pinyin_table
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from pypinyin import lazy_pinyin  # type: ignore[import-untyped, unused-ignore]

TABLE = Path(__file__).parents[1] / "nlp" / "extraction" / "pinyin.txt"


def characters() -> list[str]:
    """List GB 2312's Han characters in their order: the common ones first."""
    return [
        bytes((row, cell)).decode("gb2312")
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
        if not (row == 0xD7 and cell > 0xF9)
    ]


def pinyin_lines() -> list[str]:
    """Return the file's lines."""
    by_syllable: dict[str, list[str]] = defaultdict(list)
    for character in characters():
        by_syllable[lazy_pinyin(character)[0]].append(character)
    return [f"{syllable} {''.join(members)}" for syllable, members in sorted(by_syllable.items())]


def main() -> None:
    TABLE.write_text("\n".join(pinyin_lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
