"""What a predictor is.

A predictor states its task and labels before it runs, checks itself against the data set, then predicts consecutive
samples part by part. Calling it twice on the same part gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from errata.core.types import DataSet, Notice, Predictions

Progress = Callable[[int, int], None]
"""Called with (done, total) in the job's own steps; raising Interrupted from it stops the work."""


def no_progress(done: int, total: int) -> None:
    """A Progress that shows nothing."""


class Predictor(Protocol):
    name: str
    """Short name for people: ``minilm-conll03``, ``baseline``, ``predictions``."""

    needs_whole: bool
    """True: must see the whole data set in one call (cross-validation). False: parts of any size will do."""

    def check(self, data: DataSet) -> Sequence[Notice]:
        """Findings about this predictor on this data set, before any number. Raises ModelError when it cannot run."""
        ...

    def predict(self, data: DataSet, progress: Progress = no_progress) -> Predictions:
        """Predictions for every sample of ``data``, in its order."""
        ...

    def describe(self) -> dict[str, Any]:
        """JSON facts for the manifest: what decides the numbers (identity, revision, settings). No paths of secrets."""
        ...
