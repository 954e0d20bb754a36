"""An in-memory DuckDB that knows the tables it was given and nothing else.

Tables are native copies of Arrow tables: column ``i`` is ``c<i>``, whatever the data set calls it, categories are ENUM
columns, and ``pos`` is the row's position. After ``seal`` the file system, extensions, Python variables and the
configuration are out of reach of every statement.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from errata.core.errors import UsageError
from errata.core.filters import Value
from errata.core.settings import setting
from errata.core.types import Ints

_LOCKDOWN = {
    "temp_directory": "''",  # the default is a folder in the current directory
    "disabled_filesystems": "'LocalFileSystem'",
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "python_scan_all_frames": "false",
    "lock_configuration": "true",  # last: nothing can be set after it
}


class Database:
    """Safe to use from several threads: every statement runs on a cursor of its own."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(":memory:")
        self._lock = threading.Lock()
        self._n_types = 0

    def add(self, name: str, table: pa.Table) -> None:
        """Copy ``table`` in under ``name`` (a plain identifier of ours). Categories must have one dictionary."""
        with self._lock:
            casts = [self._cast(position, table.column(position)) for position in range(table.num_columns)]
            source = table.rename_columns([f"c{position}" for position in range(table.num_columns)])
            source = source.append_column("pos", pa.array(np.arange(table.num_rows, dtype=np.int32)))
            with self._registered("arriving", source):
                self._connection.execute(f"CREATE TABLE {name} AS SELECT {', '.join([*casts, 'pos'])} FROM arriving")

    def seal(self) -> None:
        """Give up every right that answering questions does not need. Tables can still be added from Arrow."""
        for option, value in _LOCKDOWN.items():
            self._connection.execute(f"SET {option} = {value}")

    def positions(self, sql: str, params: Sequence[Value] = ()) -> Ints:
        """The one integer column a statement returns, without empty rows, in any order."""
        with self._cursor() as cursor:
            (column,) = cursor.execute(sql, list(params)).fetchnumpy().values()
            return np.asarray(column)

    def table(self, sql: str, params: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """The rows a statement returns, as tuples."""
        with self._cursor() as cursor:
            return cursor.execute(sql, list(params)).fetchall()

    def complaint(self, sql: str, params: Sequence[Value] = ()) -> str:
        """What DuckDB says against a statement's values (a bad regex); empty when it runs."""
        try:
            self.table(sql, params)
        except (duckdb.InvalidInputException, duckdb.OutOfRangeException) as fault:
            return str(fault).splitlines()[0].removeprefix("Invalid Input Error: ")
        return ""

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor whose statement is stopped after ``query_seconds``."""
        seconds = setting("query_seconds")
        cursor = self._connection.cursor()
        alarm = threading.Timer(seconds, cursor.interrupt)
        alarm.daemon = True
        alarm.start()
        try:
            yield cursor
        except duckdb.InterruptException:
            raise UsageError(
                f"The query was stopped after {seconds:g} seconds.",
                remedy="use a simpler filter, or raise ERRATA_QUERY_SECONDS.",
            ) from None
        finally:
            alarm.cancel()
            cursor.close()

    @contextmanager
    def _registered(self, name: str, table: pa.Table) -> Iterator[None]:
        self._connection.register(name, table)
        try:
            yield
        finally:
            self._connection.unregister(name)

    def _cast(self, position: int, column: pa.ChunkedArray) -> str:
        """The select list entry of a column; makes the ENUM type of a category."""
        if not pa.types.is_dictionary(column.type) or not column.num_chunks or not len(column.chunk(0).dictionary):
            return f"c{position}::VARCHAR AS c{position}" if pa.types.is_dictionary(column.type) else f"c{position}"
        self._n_types += 1
        names = column.chunk(0).dictionary
        with self._registered("names", pa.table({"name": names, "code": np.arange(len(names))})):
            self._connection.execute(
                f"CREATE TYPE category_{self._n_types} AS ENUM (SELECT name FROM names ORDER BY code)"
            )
        return f"c{position}::category_{self._n_types} AS c{position}"
