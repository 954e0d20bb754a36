"""The filter language: what it compiles to, what it refuses, and where it points."""

from __future__ import annotations

import pytest

from errata.core.errors import FilterError
from errata.core.filters import ALL, Column, equals, literal, parse, quoted

COLUMNS = {
    column.name: column
    for column in (
        Column("gold", "units", "category", "u.c0"),
        Column("pred", "units", "category", "u.c1"),
        Column("dep", "units", "number", "u.c2", single=True),
        Column("is_error", "units", "boolean", "u.c3"),
        Column("text", "units", "text", "u.c4"),
        Column("sample_text", "samples", "text", "s.c5"),
        Column("n_tokens", "samples", "number", "s.c6"),
        Column("split", "samples", "category", "s.c7"),
        Column("index", "samples", "number", "s.c8"),
        Column('meta_"] ; drop', "samples", "text", "s.c9"),
        Column("meta_Big", "samples", "number", "s.c10"),
    )
}


@pytest.mark.parametrize(
    ("expression", "sql", "params", "level"),
    [
        ("gold = 'PER'", "(u.c0 = ?)", ("PER",), "unit"),
        ("gold <> 'it''s' and dep>0.8", "(u.c0 <> ?) AND (u.c2 > CAST(? AS FLOAT))", ("it's", 0.8), "unit"),
        ("0.5 < dep", "(u.c2 > CAST(? AS FLOAT))", (0.5,), "unit"),
        ("gold < 'M'", "(CAST(u.c0 AS VARCHAR) < ?)", ("M",), "unit"),
        ("gold = pred", "(CAST(u.c0 AS VARCHAR) = CAST(u.c1 AS VARCHAR))", (), "unit"),
        ("is_error", "(u.c3)", (), "unit"),
        ("is_error = false", "(u.c3 = ?)", (False,), "unit"),
        ("is_error IS NOT TRUE", "(u.c3 IS NOT TRUE)", (), "unit"),
        ("NOT (gold IS NULL)", "(u.c0 IS NOT NULL)", (), "unit"),
        ("NOT (NOT gold IN ('a'))", "(NOT (u.c0 NOT IN (?)))", ("a",), "unit"),
        ("dep BETWEEN .1 AND 1e300", "(u.c2 BETWEEN CAST(? AS FLOAT) AND ?)", (0.1, 1e300), "unit"),
        ("split = 'train' OR n_tokens > 3", "((s.c7 = ?) OR (s.c6 > ?))", ("train", 3), "sample"),
        ("index IN (1, -2, 2.5)", "(s.c8 IN (?, ?, ?))", (1, -2, 2.5), "sample"),
        ("text_matches('a.b')", "(regexp_matches(s.c5, ?))", ("a.b",), "sample"),
        ("Text_Contains('Ab')", "(contains(lower(s.c5), lower(?)))", ("Ab",), "sample"),
        ('"meta_""] ; drop" LIKE \'a%\'', "(s.c9 LIKE ?)", ("a%",), "sample"),
        ("META_BIG = 1 AND GOLD = 'x'", "(s.c10 = ?) AND (u.c0 = ?)", (1, "x"), "unit"),
        ("n_tokens = 123456789012345678901", "(s.c6 = ?)", (1.2345678901234568e20,), "sample"),
        ("TRUE", "(TRUE)", (), "sample"),
    ],
)
def test_compiles(expression: str, sql: str, params: tuple[object, ...], level: str) -> None:
    found = parse(expression, COLUMNS)
    assert (found.sql, found.params, found.level) == (sql, params, level)


@pytest.mark.parametrize("empty", ["", "  ", "\n\t"])
def test_nothing_selects_everything(empty: str) -> None:
    assert parse(empty, COLUMNS) is ALL
    assert ALL.sql == "TRUE"


@pytest.mark.parametrize(
    ("expression", "column", "says"),
    [
        ("godl = 'x'", 1, "no column `godl`. Did you mean `gold`"),
        ("gold = 'a' AND prde = 'b'", 16, "no column `prde`. Did you mean `pred`"),
        ("gold = 'a' OR\n  dpe > 3", 17, "no column `dpe`"),
        ('gold = "PER"', 8, "no column `PER`"),
        ('"GOLD" = 1', 1, "no column `GOLD`"),
        ("gold = 1", 8, "compared with text in single quotes; found 1"),
        ("dep > 'a'", 7, "compared with a number; found 'a'"),
        ("gold = dep", 8, "compared with text in single quotes; found `dep`"),
        ("dep", 1, "not true or false by itself"),
        ("gold = NULL", 1, "nothing equals NULL"),
        ("gold IN ()", 1, "the list is empty"),
        ("gold IN ('a', NULL)", 1, "nothing equals NULL"),
        ("gold IN ('a', pred)", 15, "a value is needed here"),
        ("is_error < TRUE", 1, "does not order"),
        ("dep LIKE 'a'", 1, "LIKE compares text"),
        ("gold IS TRUE", 1, "IS takes NULL here"),
        ("'a' = 'a'", 1, "needs a column"),
        ("dep = 1e999", 7, "is not a number"),
        ("dep = 0x1F", 8, "cannot be read"),
        ("dep >", 5, "something is missing after `>`"),
        ("gold = 'a' AND", 12, "something is missing after `AND`"),
        ("(gold = 'a'", 9, "something is missing"),
        ("gold = 'a", 8, "quotation mark is not closed"),
        ("gold = 'a' pred", 12, "near `pred`"),
        ("gold = 'a'; DROP TABLE units", 13, "near `DROP`"),
        ("u.gold = 'a'", 1, "no table in front"),
        ("(SELECT 1) = 1", 9, "`SELECT` is not part"),
        ("gold IN (SELECT 1)", 17, "`SELECT` is not part"),
        ("dep = 1 + 2", 7, "`+` is not part"),
        ("dep BETWEEN SYMMETRIC 1 AND 2", 1, "not part of the filter language"),
        ("gold LIKE 'a' ESCAPE 'b'", 1, "not part of the filter language"),
        ("gold = 'a' 'b'", 8, "not part of the filter language"),
        ("gold::VARCHAR = 'a'", 1, "not part of the filter language"),
        ("gold = ?", 1, "not part of the filter language"),
        ("gold ~ 'a'", 1, "not part of the filter language"),
        ("CASE WHEN TRUE THEN TRUE END", 1, "not part of the filter language"),
        ("*", 1, "not part of the filter language"),
        ("dep > 1 AND read_csv('x')", 13, "no function `read_csv`"),
        ("text_match('a')", 1, "no function `text_match`. Did you mean `text_matches`"),
        ("getenv('HOME') = 'x'", 1, "no function `getenv`"),
        ("has_word(gold)", 1, "takes one text"),
        ("has_word('a', 'b')", 1, "takes one text"),
        ("has_word(' ')", 1, "the word is empty"),
        ("gold = '\ud800'", 9, "lone surrogate"),
        ("(" * 400 + "is_error" + ")" * 400, 1, "nested too deeply"),
        ("x" * 30_000, 20_001, "at most 20,000"),
    ],
)
def test_refuses_and_points_at_the_fault(expression: str, column: int, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(expression, COLUMNS)
    assert says in caught.value.message
    assert caught.value.column == column
    assert caught.value.remedy or caught.value.near


def test_values_in_double_quotes_get_the_remedy() -> None:
    with pytest.raises(FilterError, match="'PER'"):
        parse('gold = "PER"', COLUMNS)


def test_long_lists_and_chains_are_fine() -> None:
    values = ", ".join(f"'value {k}'" for k in range(1000))
    assert len(parse(f"gold IN ({values})", COLUMNS).params) == 1000
    assert len(parse(" AND ".join(["is_error"] * 1500), COLUMNS).conjuncts) == 1500
    assert len(parse(" OR ".join(["gold = 'a'"] * 1200), COLUMNS).params) == 1200


def test_chips() -> None:
    found = parse(
        "gold IN ('a') AND NOT is_error AND dep BETWEEN 0 AND 1 AND (is_error OR dep > 2) AND gold IS NULL", COLUMNS
    )
    assert [(chip.column, chip.op, chip.values) for chip in found.chips] == [
        ("gold", "IN", ("a",)),
        ("is_error", "=", (False,)),
        ("dep", "BETWEEN", (0, 1)),
        ("", "", ()),
        ("gold", "IS NULL", ()),
    ]
    assert found.chips[3].expression == "(is_error OR dep > 2)"


def test_patterns_know_their_place() -> None:
    (pattern,) = parse("dep > 1 AND text_matches('a(')", COLUMNS).patterns
    assert (pattern.regex, pattern.position) == ("a(", 26)


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("gold", "gold"),
        ("meta_a b", '"meta_a b"'),
        ('a"b', '"a""b"'),
        ("Big", '"Big"'),
        ("é", '"é"'),
        ("", '""'),
        ("1a", '"1a"'),
    ],
)
def test_quoted(name: str, spelt: str) -> None:
    assert quoted(name) == spelt


@pytest.mark.parametrize(
    ("value", "spelt"), [(None, "NULL"), (True, "TRUE"), ("it's", "'it''s'"), (3, "3"), (0.5, "0.5"), (-1e-7, "-1e-07")]
)
def test_literal(value: object, spelt: str) -> None:
    assert literal(value) == spelt  # type: ignore[arg-type]


def test_equals_spells_the_filter_of_a_facet_row() -> None:
    assert equals("gold", None) == "gold IS NULL"
    assert equals("meta_a b", "x'y") == "\"meta_a b\" = 'x''y'"
    assert parse(equals("gold", "x'y"), COLUMNS).params == ("x'y",)
