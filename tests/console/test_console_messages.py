"""Both languages say the same things, and say everything that the pages ask for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from api.console.language import LANGUAGES, choose_language, words

CONSOLE = Path("api") / "console"
SAID = re.compile(r"words\('(\w+\.[\w.]+)'[,)]|words\(\"(\w+\.[\w.]+)\"[,)]")
PREFIXES = re.compile(
    r"words\('([a-z_.]+[._])' ~|words\.known\(['\"]([a-z_.]+)['\"]|(?:table\.get|words)\(f\"([a-z_.]+\.)\{|"
    r"known='([a-z_.]+)'"
)


def sources(root: Path) -> str:
    paths = [*(root / CONSOLE).glob("*.py"), *(root / CONSOLE / "templates").glob("*.html")]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_both_languages_have_the_same_messages() -> None:
    assert words("zh").table.keys() == words("en").table.keys()


def test_both_languages_fill_in_the_same_values() -> None:
    holes = {language: {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in words(language).table.items()}
             for language in LANGUAGES}  # fmt: skip
    assert holes["zh"] == holes["en"]


def test_chinese_is_chinese_and_english_is_not() -> None:
    is_chinese = re.compile("[\u4e00-\u9fff]")
    meant = {"app.language", "app.language_title"}
    assert [key for key, text in words("en").table.items() if is_chinese.search(text) and key not in meant] == []
    plain = {key for key, text in words("zh").table.items() if not is_chinese.search(text)} - meant
    assert plain == {"prefill.optional", "prefill.formats", "panel.comma"} & plain


def test_every_message_that_a_page_says_exists(root: Path) -> None:
    said = {one or other for one, other in SAID.findall(sources(root))}
    assert len(said) > 80
    assert said - words("en").table.keys() == set()


def test_every_message_is_said_somewhere(root: Path) -> None:
    text = sources(root)
    said = {one or other for one, other in SAID.findall(text)}
    found = {"".join(found) for found in PREFIXES.findall(text)}
    prefixes = tuple(prefix if prefix.endswith((".", "_")) else f"{prefix}." for prefix in found)
    unsaid = [key for key in words("en").table if key not in said and not key.startswith(prefixes)]
    assert unsaid == []


def test_a_table_holds_no_key_twice(root: Path) -> None:
    for language in LANGUAGES:
        pairs: list[tuple[str, str]] = json.loads(
            (root / CONSOLE / "messages" / f"{language}.json").read_text(encoding="utf-8"), object_pairs_hook=list
        )
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("chosen", "accept", "expected"),
    [
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("", "fr;q=1.0, zh;q=0.2, en;q=0.1", "zh"),
        ("", "fr", "zh"),
        ("", "", "zh"),
        ("", "en;q=x", "zh"),
        ("en", "zh-CN", "en"),
        ("zh", "en-US", "zh"),
        ("../../etc", "en-US", "en"),
    ],
)
def test_language_is_the_persons_choice_then_the_browsers(chosen: str, accept: str, expected: str) -> None:
    assert choose_language(chosen=chosen, accept=accept, fallback="zh") == expected
