"""A SELECT compiled once in, its rows by parameters out: a look-up costs the database's work and little more.

Compiling through SQLAlchemy for each look-up took five times as long as SQLite needs to answer it (training and tests:
make bench), and a draft makes a dozen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Select, bindparam

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement in the driver's own words. `names` says at which place of a row each field stands."""

    text: str
    order: tuple[str, ...]  # parameter names as the driver wants them; empty: by name
    parameters: tuple[str, ...]
    fixed: Mapping[str, object]  # what the statement itself brings, e.g. its limit
    names: Mapping[str, int]

    @classmethod
    def compiled(
        cls, wanted: Select[Any], compared: Column[Any], *, size: int, names: Mapping[str, str], dialect: Dialect
    ) -> Asked:
        """Compile `wanted WHERE compared IN (size parameters)`; `names` are our fields and their columns."""
        parameters = tuple(f"form_{number}" for number in range(size))
        condition = compared.in_([bindparam(name) for name in parameters])
        statement = wanted.where(condition).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        columns = list(dict.fromkeys(names.values()))
        fixed = {name: value for name, value in (statement.params or {}).items() if name not in parameters}
        return cls(
            text=str(statement),
            order=tuple(statement.positiontup or ()) if statement.positional else (),
            parameters=parameters,
            fixed=fixed,
            names={name: columns.index(column) for name, column in names.items()},
        )

    def rows(self, connection: Connection, values: Sequence[object]) -> Sequence[Sequence[object]]:
        """Return the rows for these values."""
        given = {**self.fixed, **dict(zip(self.parameters, values, strict=True))}
        result = connection.exec_driver_sql(
            self.text, tuple(given[name] for name in self.order) if self.order else given
        )
        rows: Sequence[Sequence[object]] = result.fetchall()
        return rows


def asked_for(known: dict[Key, Asked], key: Key, make: Callable[[], Asked]) -> Asked:
    """Return a statement, made when first asked for; two threads may make it twice, alike."""
    if key not in known:
        known[key] = make()
    return known[key]
