"""Check numbers, amounts and telephone numbers on Duckling's corpora: nothing was tuned on them.

In: the folder of public evaluation data. Out: a table on the terminal, and with --failures each example that failed.
An example is right where one mention has the corpus's value; of a range or a bound ("at most 7€") where one number
named has it. Units are compared where Duckling names a country's currency; it knows no span.

    python -m training.eval_duckling --data ../shared/data/nlp
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

import nlp
from nlp.currencies import CODES
from nlp.records import Mention
from training.eval_prefill import message

_GROUP = re.compile(
    r"examples\s*\((?P<value>(?:[^()]|\([^()]*\)|\"[^\"]*\")*)\)\s*\[(?P<texts>(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*)\]"
)
_TEXT = re.compile(r"\"((?:[^\"\\]|\\.)*)\"")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e\d+)?")
_CODE = re.compile(r"\b[A-Z]{3}\b")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One example of a corpus: the numbers that may stand in its value, and the currency where one is named."""

    text: str
    values: tuple[float, ...]
    iso: str = ""
    digits: str = ""  # of a telephone number


@dataclass(frozen=True, slots=True)
class Score:
    name: str
    examples: int
    right: float


def read_corpus(path: Path) -> Iterator[Wanted]:
    """Read the examples of a Haskell corpus; "\\x20ac" and "\\&" are Haskell's escapes."""
    source = path.read_text(encoding="utf-8")
    for group in _GROUP.finditer(source[source.find("allExamples ::") :]):
        value = group["value"]
        code = _CODE.search(value)
        digits = re.sub(r"\D", "", value) if "PhoneNumber" in value else ""
        numbers = tuple(float(number) for number in _NUMBER.findall(value.replace('"', ""))) if not digits else ()
        for text in _TEXT.findall(group["texts"]):
            plain = re.sub(r"\\x([0-9a-f]+)", lambda match: chr(int(match[1], 16)), text.replace("\\&", "\x00"))
            yield Wanted(plain.replace("\x00", ""), numbers, code.group() if code else "", digits)


def is_right(wanted: Wanted, mention: Mention) -> bool:
    """Say whether a mention has the example's value."""
    resolution = mention.resolution or {}
    if wanted.digits:
        found = re.sub(r"\D", "", mention.value)
        return wanted.digits.lstrip("0") in found or found in wanted.digits
    value = resolution.get("value")
    if value is None:
        return False
    unit = str(resolution.get("unit", ""))
    times = {"Jiao": 10.0, "Fen": 1.0}.get(unit, 1.0)  # Duckling counts 角 and 分 in cents
    near = any(abs(float(str(value)) * times - number) <= 1e-9 * max(1, abs(number)) for number in wanted.values)
    return near and (not wanted.iso or wanted.iso not in CODES or unit == CODES[wanted.iso].unit or unit not in _KNOWN)


_KNOWN = frozenset(currency.unit for currency in CODES.values())


def measure(data: Path, *, console: Console | None = None) -> list[Score]:
    """Score every corpus at hand; the failures go to the console where one is given."""
    scores = []
    for name, path in (
        ("number zh", "Numeral/ZH/Corpus.hs"),
        ("number en", "Numeral/EN/Corpus.hs"),
        ("amount zh", "AmountOfMoney/ZH/Corpus.hs"),
        ("amount en", "AmountOfMoney/EN/Corpus.hs"),
        ("phone_number en", "PhoneNumber/Corpus.hs"),
        ("quantity zh", "Quantity/ZH/Corpus.hs"),
        ("quantity en", "Quantity/EN/Corpus.hs"),
    ):
        corpus = data / "duckling" / "Duckling" / path
        if not corpus.is_file():
            continue
        field, language = name.split()
        extractors = nlp.build_extractors([field])
        right = examples = 0
        for wanted in read_corpus(corpus):
            mentions = nlp.extract(message(wanted.text, language=language), extractors)
            is_found = any(is_right(wanted, mention) for mention in mentions)
            examples, right = examples + 1, right + is_found
            if console is not None and not is_found:
                console.print(
                    f"{name}: {wanted.text!r} is {wanted.values or wanted.digits}; read {[m.value for m in mentions]}"
                )
        scores.append(Score(name, examples, right / max(examples, 1)))
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description="Check values on Duckling's corpora")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/nlp"))
    parser.add_argument("--failures", action="store_true", help="print every example that failed")
    arguments = parser.parse_args()
    if not (arguments.data / "duckling").is_dir():
        parser.error(f"no folder {arguments.data / 'duckling'}; give the evaluation data's nlp folder with --data")
    console = Console()
    table = Table("corpus", "examples", "value right", title="Duckling")
    for score in measure(arguments.data, console=console if arguments.failures else None):
        table.add_row(score.name, str(score.examples), f"{score.right:.4f}")
    console.print(table)


if __name__ == "__main__":
    main()
