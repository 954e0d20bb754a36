"""The filter language: one boolean expression over documented columns, for the CLI, Python, URLs, slices and alerts.

::

    gold = 'PER' AND error_type IN ('missed_span', 'span_shift') AND dep > 0.8
    (label_issue OR loss >= 4) AND NOT is_split AND text_matches('(?i)\\\\bltd\\\\b')
    "meta_sub corpus" IS NOT NULL AND n_tokens BETWEEN 5 AND 40

It is SQL's: comparisons with an empty value are neither true nor false, and only true selects. Unit columns select
units, and a sample is selected when one of its units is; an expression over sample columns alone selects samples, also
those without units. Mixed expressions are judged on each unit together with its sample.

The text is parsed with sqlglot, and the tree is rebuilt node by node as parameterised SQL: what is not on the list of
``filter_sql`` is refused, values travel as parameters, and column references are the caller's own, never the user's.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from errata.core.filter_parts import (
    ALL,
    FUNCTIONS,
    Chip,
    Column,
    Conjunct,
    Filter,
    Function,
    Level,
    Pattern,
    Table,
    Value,
    equals,
    literal,
    quoted,
)
from errata.core.filter_sql import Compiler
from errata.core.filter_syntax import bare, operands, read, too_nested

__all__ = [
    "ALL",
    "FUNCTIONS",
    "Chip",
    "Column",
    "Conjunct",
    "Filter",
    "Function",
    "Level",
    "Pattern",
    "Table",
    "Value",
    "equals",
    "literal",
    "parse",
    "quoted",
]


def parse(expression: str, columns: Mapping[str, Column]) -> Filter:
    """Check a filter and compile it. Raises FilterError at the fault; the empty expression selects everything.

    ``columns`` by name; functions need ``sample_text`` and ``text`` among them.
    """
    if not expression.strip():
        return ALL
    compiler = Compiler(expression, columns)
    tree = bare(read(expression))
    try:
        conjuncts = tuple(compiler.conjunct(node) for node in operands(tree, exp.And))
    except RecursionError:
        raise too_nested() from None
    return Filter(expression, conjuncts, tuple(compiler.patterns))
