"""Every error the product raises on purpose.

::

    ErrataError                 code, message, remedy; exit code 3, HTTP 500
    ├── UsageError              the user asked for something that cannot be; exit code 2, HTTP 400
    │   ├── InputError          a file is not what it should be: where, found, expected
    │   ├── FilterError         a filter expression is wrong: at which column, near names
    │   ├── ModelError          a model cannot be used, and why
    │   ├── MissingExtra        an optional library is not installed; which extra, for what
    │   └── NotFound            no such run, sample, unit or split; HTTP 404
    ├── StoreError              stored files cannot be used; exit code 2, HTTP 409
    │   ├── IntegrityError      a stored file is damaged or was changed; exit code 1
    │   ├── VersionError        a stored file was written by a newer version
    │   └── LockedError         another process holds the run or the project
    └── Interrupted             the user stopped the work; exit code 130

A message says what was found and what was expected; ``remedy`` is the next step. Neither ever holds a traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ErrataError(Exception):
    code = "error"
    exit_code = 3
    http_status = 500

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  Next: {self.remedy}" if self.remedy else self.message


class UsageError(ErrataError):
    code = "usage"
    exit_code = 2
    http_status = 400


class InputError(UsageError):
    """``where`` names file and line (``eng.train, line 14``) or row; ``found`` and ``expected`` complete the sentence."""

    code = "input"

    def __init__(self, where: str, *, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"{where}: found {found}; expected {expected}.", remedy=remedy)
        self.where = where
        self.found = found
        self.expected = expected


class FilterError(UsageError):
    """``column`` is the 1-based position in the expression where the fault begins; ``near`` are names to offer."""

    code = "filter"

    def __init__(self, message: str, *, column: int = 1, near: Iterable[str] = (), remedy: str = "") -> None:
        self.column = column
        self.near = tuple(near)
        hint = f" Did you mean {' or '.join(f'`{name}`' for name in self.near)}?" if self.near else ""
        super().__init__(f"Column {column}: {message}{hint}", remedy=remedy)


class ModelError(UsageError):
    code = "model"


class MissingExtra(UsageError):
    code = "missing_extra"

    def __init__(self, library: str, extra: str, why: str) -> None:
        super().__init__(
            f"`{library}` is not installed; it is needed {why}.", remedy=f"pip install 'errata-studio[{extra}]'"
        )


class NotFound(UsageError):
    code = "not_found"
    http_status = 404


class StoreError(ErrataError):
    code = "store"
    exit_code = 2
    http_status = 409


class IntegrityError(StoreError):
    code = "integrity"
    exit_code = 1


class VersionError(StoreError):
    code = "version"


class LockedError(StoreError):
    code = "locked"


class Interrupted(ErrataError):
    code = "interrupted"
    exit_code = 130
    http_status = 503


def near_names(name: str, known: Iterable[str], *, at_most: int = 3) -> tuple[str, ...]:
    """Known names that look like ``name``, the nearest first; empty when none does."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    return tuple(by_lower[match] for match in difflib.get_close_matches(name.lower(), by_lower, n=at_most, cutoff=0.55))
