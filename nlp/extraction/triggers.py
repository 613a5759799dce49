"""What a text must hold before a regular expression is worth running over it: one of a few words, or a digit.

In: an expression. Out: its Trigger, read off the expression's own parse tree, so that no pattern has to state it. A
text without it has no match; one with it may have one. Looking for a word takes a hundredth of running the expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

DIGIT = "0-9"
"""Stands for any digit among a trigger's words."""
_ANY_DIGIT = re.compile(r"\d")
MAX_WORDS = 48
"""More words than this cost as much to look for as the expression."""
_MAX_SET = 12


@dataclass(frozen=True, slots=True)
class Trigger:
    """One of `words`, in lower case, must stand in a text; none: every text is worth it."""

    words: tuple[str, ...] = ()

    def is_in(self, lowered: str, *, has_digit: bool) -> bool:
        """Say whether a text in lower case can hold a match.

        >>> trigger = trigger_of(r"(?:订单|order)\\s{0,2}no")
        >>> trigger.is_in("我的订单", has_digit=False), trigger.is_in("我的电话", has_digit=False)
        (True, False)
        """
        if not self.words:
            return True
        return any(has_digit if word == DIGIT else word in lowered for word in self.words)


def trigger_of(expression: str) -> Trigger:
    """Return what a text must hold for the expression to match, letters of either case."""
    words = _needed(parser.parse(expression, re.IGNORECASE))
    return Trigger(tuple(sorted(words)) if words and len(words) <= MAX_WORDS else ())


def has_digit(text: str) -> bool:
    return _ANY_DIGIT.search(text) is not None


def _needed(tree: Iterable[tuple[object, object]]) -> frozenset[str]:
    """Return words of which every match holds one; of all such sets in a row of parts, the most telling."""
    found: list[frozenset[str]] = []
    run = ""
    for operation, argument in tree:
        if operation is code.LITERAL:
            assert isinstance(argument, int)
            run += chr(argument)
            continue
        found += [frozenset((run.lower(),))] if run else []
        if (
            run and operation is code.BRANCH
        ):  # the parser takes a common beginning out: "no|number" is n, then o or umber
            found.append(frozenset((run + _beginning(branch)).lower() for branch in argument[1]))  # type: ignore[index]
        run = ""
        if words := _needed_by(operation, argument):
            found.append(words)
    found += [frozenset((run.lower(),))] if run else []
    return max(found, key=_telling, default=frozenset())


def _beginning(tree: Iterable[tuple[object, object]]) -> str:
    """Return the letters that a row of parts begins with."""
    letters = takewhile(lambda part: part[0] is code.LITERAL, tree)
    return "".join(chr(argument) for _, argument in letters if isinstance(argument, int))


def _needed_by(operation: object, argument: object) -> frozenset[str]:
    if operation is code.IN:
        return _needed_by_set(argument)  # type: ignore[arg-type]
    if operation is code.BRANCH:
        branches = [_needed(branch) for branch in argument[1]]  # type: ignore[index]
        return frozenset().union(*branches) if all(branches) else frozenset()
    if operation is code.SUBPATTERN:
        return _needed(argument[3])  # type: ignore[index]
    if operation in (code.MAX_REPEAT, code.MIN_REPEAT):
        return _needed(argument[2]) if argument[0] else frozenset()  # type: ignore[index]
    return frozenset()


def _needed_by_set(members: Sequence[tuple[object, object]]) -> frozenset[str]:
    """Return a set's few characters; a set of digits needs a digit."""
    if all(operation is code.LITERAL for operation, _ in members) and len(members) <= _MAX_SET:
        return frozenset(chr(argument).lower() for _, argument in members)  # type: ignore[arg-type]
    is_digits = all(
        (operation is code.CATEGORY and argument is code.CATEGORY_DIGIT)
        or (operation is code.RANGE and argument[0] >= ord("0") and argument[1] <= ord("9"))  # type: ignore[index]
        for operation, argument in members
    )
    return frozenset((DIGIT,)) if is_digits else frozenset()


def _telling(words: frozenset[str]) -> tuple[bool, int, int]:
    """Rank by how seldom a text holds one: words before digits before letters, then by their number."""
    shortest = min(1 if word == DIGIT else 2 * len(word) if not word.isascii() else len(word) for word in words)
    return (len(words) <= MAX_WORDS, min(shortest, 3), -len(words))
