"""From the tree of a filter to parameterised SQL, by an allow-list: every node is rebuilt, none is copied."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlglot import exp

from errata.core.errors import FilterError, near_names
from errata.core.filter_parts import FUNCTIONS, Chip, Column, Conjunct, Pattern, Table, Value, literal, quoted
from errata.core.filter_polygon import corners, inside
from errata.core.filter_syntax import LANGUAGE, bare, operands, position_of

OperandKind = Literal["number", "boolean", "string"]

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_FLIPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_KEYWORDS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "star": "*", "subquery": "SELECT", "placeholder": "?"}
_OR, _AND, _NOT, _ATOM = range(4)  # how tightly a rendered condition binds
_LARGEST_SINGLE = 3.4028234663852886e38
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WORD = r"[\pL\pM\pN_]"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: its SQL, the values of its ``?``, the tables it reads, and how a filter would spell it."""

    sql: str
    params: tuple[Value, ...]
    tables: frozenset[Table]
    text: str
    binding: int = _ATOM
    chip: tuple[str, str, tuple[Value, ...]] | None = None

    def within(self, binding: int) -> str:
        """The spelling as a part of something that binds at ``binding``."""
        return self.text if self.binding > binding else f"({self.text})"


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison: a column or a value."""

    kind: OperandKind
    text: str
    at: int
    column: Column | None = None
    value: Value = ""


class Compiler:
    def __init__(self, expression: str, columns: Mapping[str, Column]) -> None:
        self._expression = expression
        self._columns = columns
        self.patterns: list[Pattern] = []
        self._rules: dict[type[exp.Expr], Callable[[Any], Condition]] = {
            exp.Paren: lambda node: self.condition(node.this),
            exp.And: lambda node: self._chain(node, exp.And, " AND ", _AND),
            exp.Or: lambda node: self._chain(node, exp.Or, " OR ", _OR),
            exp.Not: self._not,
            exp.In: self._in,
            exp.Is: self._is,
            exp.Between: self._between,
            exp.Like: self._like,
            exp.Column: self._flag,
            exp.Boolean: self._constant,
            exp.Anonymous: self._call,
            **dict.fromkeys(_COMPARISONS, self._comparison),
        }

    def conjunct(self, node: exp.Expr) -> Conjunct:
        """One condition of the AND at the top."""
        part = self.condition(node)
        chip = Chip(part.within(_AND), *part.chip) if part.chip else Chip(part.within(_AND))
        return Conjunct(part.sql, part.params, part.tables, chip)

    def condition(self, node: exp.Expr) -> Condition:
        """A node that is true, false or empty."""
        rule = self._rules.get(type(node))
        if rule is None:
            raise self._refusal(node)
        return rule(node)

    def _chain(self, node: exp.Connector, kind: type[exp.Connector], word: str, binding: int) -> Condition:
        parts = [self.condition(operand) for operand in operands(node, kind)]
        return Condition(
            word.join(f"({part.sql})" for part in parts),
            tuple(value for part in parts for value in part.params),
            frozenset[Table]().union(*(part.tables for part in parts)),
            word.join(part.within(binding) for part in parts),
            binding,
        )

    def _not(self, node: exp.Not) -> Condition:
        inner = bare(node.this)
        if type(inner) in (exp.In, exp.Is, exp.Between, exp.Like):
            inner = inner.copy()
            inner.set("negate", not inner.args.get("negate"))
            return self.condition(inner)
        part = self.condition(inner)
        is_flag = part.chip is not None and part.chip[1:] == ("=", (True,))
        chip = (part.chip[0], "=", (False,)) if part.chip and is_flag else None
        return Condition(f"NOT ({part.sql})", part.params, part.tables, f"NOT {part.within(_NOT)}", _NOT, chip)

    def _comparison(self, node: exp.Binary) -> Condition:
        left, right = self._operand(node.this), self._operand(node.expression, is_value=True)
        op = _COMPARISONS[type(node)]
        if left.column is None and right.column is not None:
            left, right, op = right, left, _FLIPPED[op]
        if left.column is None:
            raise FilterError("a comparison needs a column on one side.", column=left.at, remedy=LANGUAGE)
        self._refuse_other_kind(left.column, right)
        ordered = op not in ("=", "<>")
        if ordered and left.kind == "boolean":
            raise FilterError(f"`{op}` does not order true and false.", column=left.at, remedy="use = or <>.")
        text = f"{left.text} {op} {right.text}"
        if right.column is not None:
            sql = f"{_reference(left.column, as_text=True)} {op} {_reference(right.column, as_text=True)}"
            return Condition(sql, (), frozenset((left.column.table, right.column.table)), text)
        mark, value = _parameter(left.column, right.value)
        return Condition(
            f"{_reference(left.column, as_text=ordered)} {op} {mark}",
            (value,),
            frozenset((left.column.table,)),
            text,
            chip=(left.column.name, op, (right.value,)),
        )

    def _in(self, node: exp.In) -> Condition:
        self._only(node, "this", "expressions", "negate")
        column = self._column(node.this)
        if not node.expressions:
            raise FilterError("the list is empty.", column=position_of(node), remedy="write IN ('a', 'b').")
        entries = [self._value(column, entry) for entry in node.expressions]
        return self._about(column, "IN", node, entries, "({})", ", ", as_text=False)

    def _between(self, node: exp.Between) -> Condition:
        self._only(node, "this", "low", "high", "negate")
        column = self._column(node.this)
        if column.kind == "boolean":
            raise FilterError("BETWEEN does not order true and false.", column=position_of(node), remedy="use = or <>.")
        bounds = [self._value(column, node.args[side]) for side in ("low", "high")]
        return self._about(column, "BETWEEN", node, bounds, "{}", " AND ", as_text=True)

    def _like(self, node: exp.Like) -> Condition:
        self._only(node, "this", "expression", "negate")
        column = self._column(node.this)
        if _operand_kind(column) != "string":
            what = "numbers" if column.kind == "number" else "true and false"
            raise FilterError(
                f"LIKE compares text; `{column.name}` holds {what}.", column=position_of(node.this), remedy="use =."
            )
        return self._about(column, "LIKE", node, [self._value(column, node.expression)], "{}", "", as_text=True)

    def _about(
        self,
        column: Column,
        word: str,
        node: exp.Expr,
        values: list[Operand],
        frame: str,
        between: str,
        *,
        as_text: bool,
    ) -> Condition:
        """``column [NOT] word values``."""
        op = f"NOT {word}" if node.args.get("negate") else word
        marks = [_parameter(column, operand.value) for operand in values]
        return Condition(
            f"{_reference(column, as_text=as_text)} {op} {frame.format(between.join(mark for mark, _ in marks))}",
            tuple(value for _, value in marks),
            frozenset((column.table,)),
            f"{quoted(column.name)} {op} {frame.format(between.join(operand.text for operand in values))}",
            chip=(column.name, op, tuple(operand.value for operand in values)),
        )

    def _is(self, node: exp.Is) -> Condition:
        self._only(node, "this", "expression", "negate")
        column, right = self._column(node.this), node.expression
        if isinstance(right, exp.Null):
            wanted = "NULL"
        elif isinstance(right, exp.Boolean) and column.kind == "boolean":
            wanted = "TRUE" if right.this else "FALSE"
        else:
            raise FilterError(
                "IS takes NULL here.", column=position_of(node), remedy="write IS NULL, IS NOT NULL, or = with a value."
            )
        op = f"IS NOT {wanted}" if node.args.get("negate") else f"IS {wanted}"
        text = f"{quoted(column.name)} {op}"
        return Condition(f"{column.sql} {op}", (), frozenset((column.table,)), text, chip=(column.name, op, ()))

    def _flag(self, node: exp.Column) -> Condition:
        column = self._column(node)
        if column.kind != "boolean":
            example = "> 0" if column.kind == "number" else "= 'text'"
            raise FilterError(
                f"`{column.name}` is not true or false by itself.",
                column=position_of(node),
                remedy=f"compare it, like {quoted(column.name)} {example}.",
            )
        text = quoted(column.name)
        return Condition(column.sql, (), frozenset((column.table,)), text, chip=(column.name, "=", (True,)))

    def _constant(self, node: exp.Boolean) -> Condition:
        word = "TRUE" if node.this else "FALSE"
        return Condition(word, (), frozenset(), word)

    def _call(self, node: exp.Anonymous) -> Condition:
        name = str(node.this).lower()
        at = self._find_call(name) or 1
        function = next((known for known in FUNCTIONS if known.name == name), None)
        if function is None:
            raise self._no_function(name)
        if len(node.expressions) != 1 or not _is_string(node.expressions[0]):
            raise FilterError(
                f"`{name}` takes one text in single quotes.", column=at, remedy=f"write {function.signature}."
            )
        value = str(node.expressions[0].this)
        if name == "in_polygon":
            return self._in_polygon(value, position_of(node.expressions[0]))
        column = self._columns[function.column]
        if name == "text_matches":
            self.patterns.append(Pattern(value, position_of(node.expressions[0])))
            sql, param = f"regexp_matches({column.sql}, ?)", value
        elif name == "text_contains":
            sql, param = f"contains(lower({column.sql}), lower(?))", value
        elif not value.strip():
            raise FilterError("the word is empty.", column=at, remedy=f"write {function.signature}.")
        else:
            sql, param = f"regexp_matches({column.sql}, ?)", word_regex(value)
        return Condition(sql, (param,), frozenset((column.table,)), f"{name}({literal(value)})")

    def _in_polygon(self, value: str, at: int) -> Condition:
        x, y = (self._columns.get(axis) for axis in ("x", "y"))
        if x is None or y is None:
            raise FilterError("this run has no map.", column=at, remedy="filter by other columns.")
        sql, params = inside(corners(value, at), x.sql, y.sql, at)
        return Condition(sql, params, frozenset((x.table,)), f"in_polygon({literal(value)})")

    def _operand(self, node: exp.Expr, *, is_value: bool = False) -> Operand:
        """A column or a value; ``is_value`` says which one it probably is."""
        inner = bare(node)
        if isinstance(inner, exp.Column):
            column = self._column(inner, is_value=is_value)
            return Operand(_operand_kind(column), quoted(column.name), position_of(inner), column)
        return self._literal(inner)

    def _literal(self, node: exp.Expr) -> Operand:
        at = position_of(node)
        if isinstance(node, exp.Boolean):
            return Operand("boolean", literal(bool(node.this)), at, value=bool(node.this))
        if _is_string(node):
            return Operand("string", literal(str(node.this)), at, value=str(node.this))
        if isinstance(node, exp.Null):
            raise FilterError("nothing equals NULL.", column=at, remedy="write IS NULL or IS NOT NULL.")
        sign, number = 1, node
        while isinstance(number, (exp.Neg, exp.Paren)):
            sign, number = -sign if isinstance(number, exp.Neg) else sign, number.this
        if not isinstance(number, exp.Literal) or number.is_string:
            raise self._refusal(node)
        spelt = str(number.this)
        value = float(spelt) if _NUMBER.fullmatch(spelt) else math.inf
        if not math.isfinite(value):
            raise FilterError(f"`{spelt[:40]}` is not a number.", column=at, remedy="write it like 12, 0.5 or 1e-3.")
        whole = spelt.isdigit() and len(spelt) < 19
        signed = sign * (int(spelt) if whole else value)
        return Operand("number", literal(signed), at, value=signed)

    def _value(self, column: Column, node: exp.Expr) -> Operand:
        """A value to be compared with ``column``."""
        operand = self._operand(node, is_value=True)
        if operand.column is not None:
            raise FilterError(
                f"a value is needed here, not the column `{operand.column.name}`.",
                column=operand.at,
                remedy="compare two columns with = <> < <= > >=.",
            )
        self._refuse_other_kind(column, operand)
        return operand

    def _column(self, node: exp.Expr, *, is_value: bool = False) -> Column:
        inner = bare(node)
        if not isinstance(inner, exp.Column) or not isinstance(inner.this, exp.Identifier):
            raise self._refusal(inner, "a column name is needed here")
        if inner.args.get("table") is not None:
            raise FilterError(
                "column names have no table in front.", column=position_of(inner), remedy="write the name alone."
            )
        identifier = inner.this
        column = resolve(identifier.name, self._columns, exact=bool(identifier.quoted))
        if column is None:
            name = identifier.name
            near = near_names(name, self._columns)
            remedy = f"text is written in single quotes: {literal(name)}." if is_value or not near else ""
            raise FilterError(f"no column `{name}`.", column=position_of(inner), near=near, remedy=remedy)
        return column

    def _refuse_other_kind(self, column: Column, other: Operand) -> None:
        kind = _operand_kind(column)
        if kind == other.kind:
            return
        names = {"number": "a number", "boolean": "TRUE or FALSE", "string": "text in single quotes"}
        what = f"`{other.column.name}`" if other.column else other.text
        raise FilterError(
            f"`{column.name}` is compared with {names[kind]}; found {what}.", column=other.at, remedy=LANGUAGE
        )

    def _only(self, node: exp.Expr, *allowed: str) -> None:
        """Refuse a variant of a known node, such as IN (SELECT …) or BETWEEN SYMMETRIC."""
        for name, part in node.args.items():
            if name not in allowed and part:
                raise self._refusal(part if isinstance(part, exp.Expression) else node)

    def _refusal(self, node: exp.Expr, what: str = "") -> FilterError:
        name = ""
        if isinstance(node, exp.Func) and not isinstance(node, exp.Connector):
            name = str(node.this) if isinstance(node, exp.Anonymous) else node.sql_name()
        if name and self._find_call(name):
            return self._no_function(name.lower())
        named = what or f"`{_KEYWORDS.get(node.key, node.key.upper())}` is not part of the filter language"
        return FilterError(f"{named}.", column=position_of(node), remedy=LANGUAGE)

    def _no_function(self, name: str) -> FilterError:
        known = [function.name for function in FUNCTIONS]
        return FilterError(
            f"no function `{name}`.",
            column=self._find_call(name) or 1,
            near=near_names(name, known),
            remedy="there are " + ", ".join(function.signature for function in FUNCTIONS) + ".",
        )

    def _find_call(self, name: str) -> int:
        """Where the name first stands before a parenthesis, from 1; 0 = nowhere. The parser keeps no position of it."""
        found = re.search(rf"(?<!\w){re.escape(name)}\s*\(", self._expression, re.IGNORECASE)
        return found.start() + 1 if found else 0


def resolve(name: str, columns: Mapping[str, Column], *, exact: bool = False) -> Column | None:
    """The column a name means: the exact one, else (unless ``exact``) the only one that differs in case."""
    if name in columns:
        return columns[name]
    alike = [] if exact else [column for known, column in columns.items() if known.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None


def word_regex(word: str) -> str:
    """RE2 for the whole word, case ignored; a word ends where no letter, mark, digit or underscore follows."""
    escaped = "".join(
        letter if not letter.isascii() or letter.isalnum() else f"\\x{ord(letter):02x}" for letter in word
    )
    other = f"[^{_WORD[1:]}"
    return f"(?i)(?:^|{other}){escaped}(?:{other}|$)"


def _operand_kind(column: Column) -> OperandKind:
    if column.kind == "number" or column.kind == "boolean":
        return column.kind
    return "string"


def _is_string(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _reference(column: Column, *, as_text: bool) -> str:
    """The column in SQL. An ENUM orders by position and has no pattern, so there its name is compared."""
    return f"CAST({column.sql} AS VARCHAR)" if as_text and column.kind == "category" else column.sql


def _parameter(column: Column, value: Value) -> tuple[str, Value]:
    """The mark of a value and the value to bind. 0.8 equals a stored 32-bit 0.8, so it is rounded like the column."""
    if isinstance(value, (str, bool)):
        return "?", value
    if column.single and abs(value) <= _LARGEST_SINGLE:
        return "CAST(? AS FLOAT)", float(value)
    return "?", value
