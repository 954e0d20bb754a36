"""The text of a filter as a sqlglot tree, and where in the text a fault is."""

from __future__ import annotations

from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from errata.core.errors import FilterError
from errata.core.filter_parts import FUNCTIONS

MAX_LENGTH = 20_000
LANGUAGE = (
    "use = <> < <= > >= IN BETWEEN LIKE IS NULL AND OR NOT, parentheses and "
    + ", ".join(function.signature for function in FUNCTIONS)
    + "."
)


def read(expression: str) -> exp.Expr:
    """The tree of an expression. Raises FilterError at the place where it cannot be read."""
    _refuse_unreadable(expression)
    try:
        return sqlglot.parse_one(expression, into=exp.Condition, dialect="duckdb")
    except RecursionError:
        raise too_nested() from None
    except ParseError as fault:
        raise _syntax_error(expression, fault) from None
    except (SqlglotError, ValueError):
        position = _open_quote(expression)
        what = "a quotation mark is not closed." if position else "this cannot be read."
        raise FilterError(what, column=position or 1, remedy="write text as 'text', and a quote in it twice.") from None


def too_nested() -> FilterError:
    return FilterError("the filter is nested too deeply.", remedy="use fewer parentheses and NOTs.")


def bare(node: exp.Expr) -> exp.Expr:
    """The node inside any parentheses."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def operands(node: exp.Expr, connector: type[exp.Connector]) -> list[exp.Expr]:
    """The operands of a chain of ANDs (or ORs), from left to right, however long."""
    waiting, found = [node], []
    while waiting:
        inside = bare(waiting.pop())
        if isinstance(inside, connector):
            waiting += [inside.expression, inside.this]
        else:
            found.append(inside)
    return found


def position_of(node: exp.Expr) -> int:
    """1-based position at which a node begins; 1 where the parser did not keep it."""
    starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
    return min(starts, default=0) + 1


def _refuse_unreadable(expression: str) -> None:
    if len(expression) > MAX_LENGTH:
        raise FilterError(
            f"the filter has {len(expression):,} characters; at most {MAX_LENGTH:,} are read.",
            column=MAX_LENGTH + 1,
            remedy="filter by fewer values.",
        )
    for position, character in enumerate(expression, 1):
        if "\ud800" <= character <= "\udfff":
            raise FilterError("half of a character (a lone surrogate).", column=position, remedy="delete it.")


def _syntax_error(expression: str, fault: ParseError) -> FilterError:
    detail: dict[str, Any] = fault.errors[0] if fault.errors else {}
    token = str(detail.get("highlight") or "")
    end = _offset(expression, int(detail.get("line") or 1), int(detail.get("col") or 1))
    column = min(max(end - len(token) + 1, 1), len(expression) + 1)
    if not expression[end:].strip() and "Unexpected" not in str(detail.get("description")):
        return FilterError(f"something is missing after `{token}`.", column=column, remedy=LANGUAGE)
    named = f" near `{token}`" if token else ""
    return FilterError(f"this cannot be read{named}.", column=column, remedy=LANGUAGE)


def _offset(expression: str, line: int, column: int) -> int:
    """1-based position in the whole text of a column in one of its lines."""
    before = expression.split("\n")[: line - 1]
    return sum(len(part) + 1 for part in before) + column


def _open_quote(expression: str) -> int:
    """1-based position of a quotation mark that is never closed; 0 without one."""
    opened, mark = 0, ""
    for position, character in enumerate(expression, 1):
        if mark:
            if character == mark:
                opened, mark = 0, ""
        elif character in "'\"":
            opened, mark = position, character
    return opened
