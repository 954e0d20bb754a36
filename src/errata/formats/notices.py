"""Notices of the pre-flight report, counted over several sources."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from errata.core.settings import setting
from errata.core.types import Notice, Severity

_RANK = {"error": 0, "warning": 1, "info": 2}


def finding(code: str, message: str, examples: Iterable[str], count: int, severity: Severity = "warning") -> Notice:
    """A notice that keeps the first ``notice_examples`` examples."""
    return Notice(code, message, count, severity, tuple(itertools.islice(examples, int(setting("notice_examples")))))


def merged(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """One notice per code and message: counts added, first examples kept; the gravest first, else as they came."""
    found: dict[tuple[str, str], Notice] = {}
    for notice in notices:
        key = (notice.code, notice.message)
        before = found.get(key)
        if before is None:
            found[key] = notice
        else:
            examples = (*before.examples, *notice.examples)
            found[key] = finding(*key, examples, before.count + notice.count, before.severity)
    return tuple(sorted(found.values(), key=lambda notice: _RANK[notice.severity]))
