"""What one record system must be able to do, and what is said when it cannot.

    find(field, value)      records whose field has the value; customer_id as the field: what is the customer's
    knows(field)            whether it can be asked for that field at all
    check()                 opens it and says what is there, table by table
    close()

`RecordSystemDown` is raised where it cannot answer, with the words in both languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nlp.records import Record, RecordSystemDown

CUSTOMER_FIELD = "customer_id"


@dataclass(frozen=True, slots=True)
class RecordTable:
    """One table, file or kind of call as it was found; `problem` is empty where all is well."""

    kind: str
    place: str  # the table, file or path
    rows: int | None = None
    columns: tuple[str, ...] = ()
    problem: str = ""
    problem_zh: str = ""


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """One system as it was found; `problem` is empty where it answers as configured."""

    name: str
    kind: str
    tables: tuple[RecordTable, ...] = ()
    problem: str = ""
    problem_zh: str = ""

    @property
    def is_well(self) -> bool:
        return not self.problem


class RecordSource(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def is_local(self) -> bool:
        """Return whether it is a file, which answers in its own time-out and needs no thread to be waited for."""
        ...

    def knows(self, field: str) -> bool: ...

    def find(self, field: str, value: str) -> Sequence[Record]: ...

    def check(self) -> RecordCheck: ...

    def close(self) -> None: ...


def down(name: str, en: str, zh: str) -> RecordSystemDown:
    """Return the error that a system of that name raises."""
    return RecordSystemDown(f"{name}: {en}", zh=f"{name}：{zh}")


def late(name: str, timeout_s: float) -> RecordSystemDown:
    """Return the error of a system that did not answer in time."""
    return down(name, f"no answer within {timeout_s:.2g} s", f"{timeout_s:.2g} 秒内没有回应")
