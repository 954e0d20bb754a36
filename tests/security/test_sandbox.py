"""The database cannot leave its tables, whatever SQL reaches it (check 16)."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from errata.core.errors import FilterError
from errata.core.filters import parse
from errata.query.sql import Database
from errata.query.tables import Tables
from tests.builders import ner_view

CANARY = "canary-4f1d-must-not-be-read"
KNOWN = frozenset(Path(__file__).with_name("duckdb_table_functions.txt").read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def database() -> Database:
    made = Database()
    made.add("units", pa.table({"a": [1]}))
    made.seal()
    return made


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables(ner_view(2))


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Files of every kind DuckDB reads, all holding the canary; and the folder as a pattern."""
    folder = tmp_path_factory.mktemp("canary")
    plain = duckdb.connect()
    plain.execute(f"CREATE TABLE t AS SELECT '{CANARY}' AS c")
    for name, options in {"a.csv": "", "a.json": "", "a.parquet": "(FORMAT parquet)"}.items():
        plain.execute(f"COPY t TO '{folder / name}' {options}")
    (folder / "a.txt").write_text(CANARY, encoding="utf-8")
    attached = duckdb.connect(str(folder / "a.duckdb"))
    attached.execute(f"CREATE TABLE t AS SELECT '{CANARY}' AS c")
    attached.close()
    return [str(folder / name) for name in ("a.csv", "a.json", "a.parquet", "a.txt", "a.duckdb", "*")]


def outcome(database: Database, sql: str) -> str:
    """All a statement returns or says."""
    try:
        return repr(database.table(sql))
    except (duckdb.Error, RuntimeError, TypeError) as fault:
        return f"refused: {type(fault).__name__}"


def test_every_table_function_is_known() -> None:
    found = duckdb.connect().execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('table', 'table_macro', 'pragma')"
    )
    new = {name for (name,) in found.fetchall()} - KNOWN
    assert not new, f"DuckDB {duckdb.__version__} has table functions nobody has looked at: {sorted(new)}"


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_no_table_function_reads_a_file(database: Database, canaries: list[str], name: str) -> None:
    for path in canaries:
        calls = (
            f"'{path}'",
            f"['{path}']",
            f"'{path}', 'c'",
            f"'{path}', '{path}'",
            f"'SELECT * FROM ''{path}'''",
            f"'FROM read_text(''{path}'')'",
        )
        for call in calls:
            for sql in (f"SELECT * FROM {name}({call})", f"CALL {name}({call})", f"PRAGMA {name}({call})"):
                assert CANARY not in outcome(database, sql), sql


def test_no_statement_reads_or_writes_a_file(database: Database, canaries: list[str], tmp_path: Path) -> None:
    target = tmp_path / "made-by-sql"
    for sql in (
        *(f"SELECT * FROM '{path}'" for path in canaries),
        *(f"COPY units FROM '{path}'" for path in canaries),
        *(f"ATTACH '{path}' AS other" for path in canaries),
        f"COPY units TO '{target}'",
        f"COPY (SELECT 1) TO '{target}' (FORMAT parquet)",
        f"EXPORT DATABASE '{target}'",
        f"IMPORT DATABASE '{Path(canaries[0]).parent}'",
        f"ATTACH '{target}' AS written",
        "INSTALL httpfs",
        "LOAD httpfs",
        f"LOAD '{target}'",
        "CREATE SECRET s (TYPE s3)",
        f"PRAGMA enable_profiling='json'; PRAGMA profile_output='{target}'",
        f"SET log_query_path='{target}'",
        f"SET temp_directory='{target}'",
        "SELECT getenv('HOME')",
        "SELECT * FROM read_text('/etc/hostname')",
    ):
        said = outcome(database, sql)
        assert CANARY not in said, sql
        assert said.startswith("refused"), sql
    assert not target.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SET enable_external_access=true",
        "SET lock_configuration=false",
        "RESET lock_configuration",
        "SET GLOBAL enable_external_access=true",
        "PRAGMA enable_external_access",
        "SET autoload_known_extensions=true",
        "SET python_enable_replacements=true",
        "SET disabled_filesystems=''",
        "SET memory_limit='1TB'",
    ],
)
def test_the_lock_holds(database: Database, sql: str) -> None:
    assert outcome(database, sql).startswith("refused")


def test_python_variables_are_out_of_reach(database: Database) -> None:
    secret_table = pa.table({"secret": [CANARY]})
    assert secret_table.num_rows == 1
    assert CANARY not in outcome(database, "SELECT * FROM secret_table")
    assert CANARY not in outcome(database, "SELECT * FROM CANARY")


def test_cursors_do_not_see_what_others_made(database: Database) -> None:
    outcome(database, "CREATE TEMP TABLE mine AS SELECT 1")
    assert outcome(database, "SELECT * FROM mine").startswith("refused")


@pytest.mark.parametrize(
    "where",
    [
        "gold = 'x' UNION SELECT 1",
        "1 = 1; DROP TABLE units",
        "gold IN (SELECT gold FROM units)",
        "EXISTS (SELECT 1)",
        "read_text('/etc/passwd') = 'x'",
        "text_matches(read_text('/etc/passwd'))",
        "getvariable('x') = 'y'",
        "current_setting('threads') = '1'",
        "gold = (FROM units)",
        "units.gold = 'x'",
        "s.c1 = 'x'",
        "c0 = 'x'",
        "pos = 1",
        "rowid = 1",
        "gold = $1",
        "gold = ?",
        "gold = CAST('x' AS VARCHAR)",
        "COLUMNS('.*') = 'x'",
        "* = 'x'",
        "gold = 'x' COLLATE nocase",
        "unnest([1]) = 1",
        "gold[1] = 'x'",
        "{'a': 1} = 1",
        "gold -> 'x' = 'y'",
        "list_transform([1], x -> x) = [1]",
        "gold GLOB '*'",
        "TRY_CAST(gold AS INT) = 1",
        "dep = (SELECT max(dep) FROM units)",
        "dep > ALL (SELECT 1)",
        "dep = random()",
        "gold = version()",
    ],
)
def test_filters_reach_nothing_but_documented_columns(tables: Tables, where: str) -> None:
    with pytest.raises(FilterError):
        parse(where, tables.columns)
