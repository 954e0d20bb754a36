"""What a filter is made of: columns and functions it may name, the checked filter, and how values are spelt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from errata.core.schema import Kind

Table = Literal["units", "samples"]
Level = Literal["unit", "sample"]
Value = str | float | bool


@dataclass(frozen=True, slots=True)
class Column:
    """A name that filters may use. ``sql`` is the reference put into queries; ``single`` marks 32-bit floats."""

    name: str
    table: Table
    kind: Kind
    sql: str
    doc: str = ""
    single: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one string. It reads the column ``column``, which also decides its table."""

    name: str
    signature: str
    doc: str
    column: str


FUNCTIONS = (
    Function(
        "text_matches", "text_matches('regex')", "The sample's text contains a match of the RE2 regex", "sample_text"
    ),
    Function(
        "text_contains", "text_contains('words')", "The sample's text contains the words, case ignored", "sample_text"
    ),
    Function("has_word", "has_word('word')", "The unit's surface contains the whole word, case ignored", "text"),
    Function("in_polygon", "in_polygon('x y, x y, x y')", "The unit lies inside these corners on the map", "x"),
)


@dataclass(frozen=True, slots=True)
class Chip:
    """A conjunct as the console shows it. ``column`` is empty where only the expression says it (OR, functions …)."""

    expression: str
    column: str = ""
    op: str = ""
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regex of the user's, to be tried before use, and the 1-based position at which it stands."""

    regex: str
    position: int


@dataclass(frozen=True, slots=True)
class Conjunct:
    """One condition of the AND at the top. ``sql`` holds only ``?``, operators and the columns' references."""

    sql: str
    params: tuple[Value, ...]
    tables: frozenset[Table]
    chip: Chip


@dataclass(frozen=True, slots=True)
class Filter:
    """A checked filter. Without conjuncts it selects everything."""

    expression: str
    conjuncts: tuple[Conjunct, ...] = ()
    patterns: tuple[Pattern, ...] = ()

    @property
    def level(self) -> Level:
        """``unit`` when it names a unit column anywhere, else ``sample``."""
        return "unit" if any("units" in conjunct.tables for conjunct in self.conjuncts) else "sample"

    @property
    def sql(self) -> str:
        """The whole condition as parameterised SQL."""
        return " AND ".join(f"({conjunct.sql})" for conjunct in self.conjuncts) or "TRUE"

    @property
    def params(self) -> tuple[Value, ...]:
        """Values of the ``?`` in ``sql``, in order."""
        return tuple(value for conjunct in self.conjuncts for value in conjunct.params)

    @property
    def chips(self) -> tuple[Chip, ...]:
        return tuple(conjunct.chip for conjunct in self.conjuncts)


ALL = Filter("")


def quoted(name: str) -> str:
    """The column name as a filter must spell it: plain where that is enough, else in double quotes."""
    plain = name.isascii() and name.isidentifier() and name == name.lower()
    return name if plain else '"' + name.replace('"', '""') + '"'


def literal(value: Value | None) -> str:
    """A value as a filter must spell it; None is ``NULL`` (only after IS)."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def equals(column: str, value: Value | None) -> str:
    """The filter that a value of a facet stands for."""
    return f"{quoted(column)} IS NULL" if value is None else f"{quoted(column)} = {literal(value)}"
