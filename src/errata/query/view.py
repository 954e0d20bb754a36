"""What the query layer needs of a run: Arrow tables and a manifest. Whoever opens a run makes one of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from errata.core.types import Floats, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One opened run, read only.

    ``samples`` as ``schema.SAMPLES`` plus ``meta_*`` columns, row ``i`` being sample ``i``; ``units`` as
    ``schema.UNITS``, ordered by sample; ``issues`` as ``schema.ISSUES``. ``tokens()`` gives ``schema.TOKENS`` ordered by
    (sample, token) and ``class_probs()`` float32 ``(n_samples, n_labels)``; both are called on first need and may be
    None where the task has none.

    Read from ``manifest``, all optional: ``created`` and ``data_hash`` (str), ``state`` ("sealed"), ``scheme`` (str),
    ``predictor`` (mapping with ``name``), ``notices`` (list of ``Notice.to_json()``), ``convention`` (str, default
    ``conlleval``), ``score_source`` (str: who lent the probabilities, absent when they are the predictor's own),
    ``probabilities_note`` (str).
    """

    name: str
    task: Task
    labels: tuple[str, ...]
    manifest: Mapping[str, Any]
    samples: pa.Table
    units: pa.Table
    issues: pa.Table | None = None
    tokens: Callable[[], pa.Table] | None = None
    class_probs: Callable[[], Floats] | None = None
    project: str = field(default="")
