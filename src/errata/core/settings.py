"""Every limit of the product: name, default, help. Each can be set by an environment variable ``ERRATA_<NAME>``."""

from __future__ import annotations

import os
from dataclasses import dataclass

from errata.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    default: int | float
    help: str

    @property
    def environment(self) -> str:
        return f"ERRATA_{self.name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("batch_tokens", 2048, "subwords in one model batch; texts are sorted by length first"),
    Setting("part_samples", 4096, "samples in one resumable part of a prediction"),
    Setting("max_file_bytes", 4 * 1024**3, "decoded bytes read from one input file"),
    Setting("max_line_bytes", 8 * 1024**2, "bytes in one line of an input file"),
    Setting("max_body_bytes", 2 * 1024**2, "bytes in the body of one HTTP request"),
    Setting("max_rows", 10_000, "rows in one HTTP response"),
    Setting("query_seconds", 5.0, "seconds after which a query is stopped"),
    Setting("folds", 5, "folds of the cross-validated baseline"),
    Setting("bootstrap_draws", 1000, "draws behind a 95 % interval"),
    Setting("notice_examples", 5, "examples kept for one pre-flight notice"),
    Setting("free_bytes", 256 * 1024**2, "free disk that must remain before a job starts"),
    Setting("map_samples", 200_000, "points the projection is fitted on; the others are placed by it"),
)

_BY_NAME = {setting.name: setting for setting in SETTINGS}


def setting(name: str) -> float:
    """The value in force: the environment's if set, else the default. Raises UsageError when it is no number."""
    entry = _BY_NAME[name]
    given = os.environ.get(entry.environment)
    if given is None:
        return entry.default
    try:
        return type(entry.default)(given)
    except ValueError:
        raise UsageError(
            f"{entry.environment}: found {given!r}; expected a number ({entry.help}).",
            remedy=f"unset {entry.environment}, or set it to a number such as {entry.default}.",
        ) from None
