"""The locked database: types, threads, deadlines."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from errata.core.errors import UsageError
from errata.query.sql import Database


@pytest.fixture
def database() -> Database:
    made = Database()
    colours = pa.DictionaryArray.from_arrays(
        pa.array([1, None, 0], pa.int32()), pa.array(["red", 'b"lue\x00', "unused"])
    )
    made.add(
        "units",
        pa.table(
            {
                'x"]; drop': [1.5, None, 2.5],
                "colour": colours,
                "empty": pa.array([None] * 3).cast(pa.string()).dictionary_encode(),
            }
        ),
    )
    made.seal()
    return made


def test_columns_are_numbered_and_categories_are_enums(database: Database) -> None:
    assert database.table("SELECT * FROM units") == [
        (1.5, 'b"lue\x00', None, 0),
        (None, None, None, 1),
        (2.5, "red", None, 2),
    ]
    kinds = dict(row[:2] for row in database.table("DESCRIBE units"))
    assert kinds["c1"].startswith("ENUM")
    assert kinds["pos"] == "INTEGER"


def test_positions(database: Database) -> None:
    assert sorted(database.positions("SELECT pos FROM units u WHERE u.c0 > ?", [1])) == [0, 2]
    assert len(database.positions("SELECT pos FROM units u WHERE u.c1 = ?", ["no such colour"])) == 0


def test_tables_can_come_later(database: Database) -> None:
    database.add("tokens", pa.table({"a": [1, 2]}))
    assert database.table("SELECT sum(c0) FROM tokens") == [(3,)]


def test_a_bad_value_is_told_from_a_good_one(database: Database) -> None:
    assert database.complaint("SELECT regexp_matches('', ?)", ["a(b"])
    assert not database.complaint("SELECT regexp_matches('', ?)", ["a(b)"])


def test_a_query_is_stopped_in_time_and_the_next_one_works(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_QUERY_SECONDS", "0.2")
    began = time.monotonic()
    with pytest.raises(UsageError, match="stopped after"):
        database.table("SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range % 7 = b.range % 3")
    assert time.monotonic() - began < 5
    assert database.table("SELECT count(*) FROM units") == [(3,)]


def test_many_threads_ask_at_once(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda k: database.table("SELECT c0 + ? FROM units u WHERE u.pos = 0", [k])[0][0], range(60))
        )
    assert found == [1.5 + k for k in range(60)]


def test_nothing_is_left_behind(database: Database) -> None:
    before = threading.active_count()
    for _ in range(20):
        database.table("SELECT 1")
    time.sleep(0.05)
    assert threading.active_count() <= before + 1
