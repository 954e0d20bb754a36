"""Random filters: DuckDB with the compiled SQL must select what plain Python selects."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from errata.core.errors import FilterError
from errata.core.filters import parse
from errata.query.selection import Selector
from errata.query.tables import Tables
from tests.builders import ner_view
from tests.oracles.filters import columns_in, judge, spell

N_SAMPLES = 40
HOSTILE = (
    "'",
    "''",
    '"',
    ";",
    "--",
    "/* x",
    "\x00",
    "a\x00b",
    "%",
    "_",
    "\\",
    "?",
    "$1",
    "O'Brien",
    "",
    " ",
    "東京",
    "\n",
)
META = {
    'meta_"] ; drop': [HOSTILE[k % len(HOSTILE)] if k % 7 else None for k in range(N_SAMPLES)],
    "meta_'--": [k % 3 if k % 5 else None for k in range(N_SAMPLES)],
    "meta_a\x00b": [bool(k % 2) if k % 4 else None for k in range(N_SAMPLES)],
    "meta_A": [f"x{k % 4}" for k in range(N_SAMPLES)],
    "meta_a": [k * 0.37 if k % 3 else None for k in range(N_SAMPLES)],
    "meta_": [f"row {k} {HOSTILE[k % len(HOSTILE)]}" * 2 for k in range(N_SAMPLES)],
    "meta_select": [HOSTILE[k % len(HOSTILE)] for k in range(N_SAMPLES)],
}
CATEGORIES = {"gold": ("LOC", "PER", "nowhere", "'"), "pred": ("ORG", "MISC", "O'Brien"), "error_type": ("none", "ghost_span"),
              "split": ("train", "test", "\x00")}  # fmt: skip
TEXTS = ("text", "sample_text", "sample_id", 'meta_"] ; drop', "meta_A", "meta_", "meta_select")
NUMBERS = ("dep", "loss", "length", "train_count", "index", "n_tokens", "loss_sum", "meta_'--", "meta_a")
FLAGS = ("is_error", "label_issue", "seen_in_train", "is_empty", "has_gold", "meta_a\x00b")
ORDER = ("=", "==", "<>", "!=", "<", "<=", ">", ">=")
WORDS = ("Leeds", "café", "leeds", "O'Brien", "3:1", "s1", "s12", "x1", "%e%", "_eeds", *HOSTILE)
REGEXES = ("e", "^the", "[0-9]:", "(?i)LEEDS", "é", "^$", "B(a|o)nk", "won of")


class World:
    """A run's tables and selector, its samples as rows, and its units as rows with their samples' columns."""

    def __init__(self) -> None:
        view = ner_view(N_SAMPLES, seed=3, meta=META)
        self.tables = Tables(view)
        self.selector = Selector(self.tables)
        self.samples = [{**row, "sample_text": row["text"]} for row in view.samples.to_pylist()]
        self.units = [{**self.samples[row["sample"]], **row} for row in view.units.to_pylist()]


@pytest.fixture(scope="module")
def world() -> World:
    return World()


texts = st.sampled_from(WORDS) | st.text(max_size=4).filter(lambda text: not re.search("[\ud800-\udfff]", text))
numbers = st.one_of(
    st.integers(-3, 60),
    st.floats(-2, 8, width=32),
    st.floats(0, 1),
    st.sampled_from([0, 0.5, -0.0, 1e300, 2**40, 1e-300]),
)


def conditions() -> st.SearchStrategy[tuple]:
    strings = st.sampled_from(TEXTS + tuple(CATEGORIES))
    category = st.sampled_from(sorted(CATEGORIES)).flatmap(
        lambda name: st.tuples(st.just("cmp"), st.just(name), st.sampled_from(ORDER), st.sampled_from(CATEGORIES[name]))
    )
    return st.one_of(
        category,
        st.tuples(st.just("cmp"), strings, st.sampled_from(ORDER), texts),
        st.tuples(st.just("cmp"), st.sampled_from(NUMBERS), st.sampled_from(ORDER), numbers),
        st.tuples(st.just("cmp"), st.sampled_from(FLAGS), st.sampled_from(ORDER[:4]), st.booleans()),
        st.tuples(st.just("in"), strings, st.lists(texts, min_size=1, max_size=4), st.booleans()),
        st.tuples(st.just("in"), st.sampled_from(NUMBERS), st.lists(numbers, min_size=1, max_size=4), st.booleans()),
        st.tuples(st.just("between"), st.sampled_from(NUMBERS), numbers, numbers, st.booleans()),
        st.tuples(st.just("between"), strings, texts, texts, st.booleans()),
        st.tuples(st.just("like"), strings, texts, st.booleans()),
        st.tuples(st.just("null"), st.sampled_from((*TEXTS, *NUMBERS, *FLAGS, *CATEGORIES)), st.booleans()),
        st.tuples(st.just("flag"), st.sampled_from(FLAGS)),
        st.tuples(st.just("const"), st.booleans()),
        st.tuples(
            st.just("cols"),
            st.sampled_from(("gold", "text")),
            st.sampled_from(ORDER),
            st.sampled_from(("pred", "meta_A")),
        ),
        st.tuples(st.just("cols"), st.just("length"), st.sampled_from(ORDER), st.just("n_tokens")),
        st.tuples(st.just("call"), st.just("text_contains"), st.sampled_from(WORDS)),
        st.tuples(st.just("call"), st.just("text_matches"), st.sampled_from(REGEXES)),
        st.tuples(
            st.just("call"),
            st.just("has_word"),
            st.sampled_from(("Leeds", "leeds", "o'brien", "Bank", "an", "3:1", "café")),
        ),
    )


def trees() -> st.SearchStrategy[tuple]:
    return st.recursive(
        conditions(),
        lambda inner: st.one_of(
            st.tuples(st.just("not"), inner),
            st.tuples(st.sampled_from(("and", "or")), st.lists(inner, min_size=2, max_size=3)),
        ),
        max_leaves=6,
    )


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(tree=trees(), split=st.sampled_from([None, "train", "test"]))
@example(tree=("not", ("cmp", "gold", "=", "nowhere")), split=None)
@example(tree=("or", [("cmp", "split", "=", "train"), ("cmp", "dep", ">", 0.5)]), split=None)
def test_selects_what_plain_python_selects(world: World, tree: tuple, split: str | None) -> None:
    selector, samples, units = world.selector, world.samples, world.units
    found = selector.select(split, spell(tree))
    of_units = {name for name in columns_in(tree) if name in units[0] and name not in samples[0]} | (
        columns_in(tree) & {"text"}
    )
    inside = [split in (None, row["split"]) for row in units]
    if of_units:
        chosen = [place for place, row in enumerate(units) if inside[place] and judge(tree, row) is True]
        owners = sorted({units[place]["sample"] for place in chosen})
    else:
        owners = [row["sample"] for row in samples if split in (None, row["split"]) and judge(tree, row) is True]
        chosen = [place for place, row in enumerate(units) if row["sample"] in set(owners)]
    assert found.filter.level == ("unit" if of_units else "sample")
    assert found.units.tolist() == chosen
    assert found.samples.tolist() == owners


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
def test_chips_say_the_same_filter(world: World, tree: tuple) -> None:
    found = world.selector.select(None, spell(tree))
    again = world.selector.select(None, " AND ".join(chip.expression for chip in found.filter.chips))
    assert again.units.tolist() == found.units.tolist()
    assert again.filter.params == found.filter.params


SAFE_SQL = re.compile(
    r"(?:[us]\.c\d+|\?|AND|OR|NOT|IN|IS|NULL|TRUE|FALSE|BETWEEN|LIKE|CAST|AS|FLOAT|VARCHAR|regexp_matches|contains|lower"
    r"|<>|<=|>=|[=<>(), ])*"
)
pieces = st.sampled_from(
    ("gold", "dep", "is_error", "'PER'", "'", '"', "(", ")", "AND", "OR", "NOT", "IN", "=", ">", "0.5", "1e9", "NULL", "--",
     "/*", "*/", ";", "SELECT", "UNION", "FROM units", "read_csv('x')", "text_matches('a')", "has_word", "\x00", "?", "$1",
     "::int", "[1]", "{", "x ->", "LIKE", "ESCAPE", "CASE WHEN", "\n", "é", "😀", ",", ".", "@", "#", "\\")
)  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(expression=st.lists(pieces, max_size=12).map(" ".join) | st.text(max_size=60) | trees().map(spell))
def test_any_text_is_refused_or_compiles_to_marks(world: World, expression: str) -> None:
    try:
        found = parse(expression, world.tables.columns)
    except FilterError as fault:
        assert 1 <= fault.column <= len(expression) + 1
        return
    assert SAFE_SQL.fullmatch(found.sql)
    assert found.sql.count("?") == len(found.params)
    world.selector.select(None, expression)
