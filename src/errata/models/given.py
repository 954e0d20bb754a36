"""Predictions that the user brought, behind the same door as a model's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from errata.core.errors import ModelError
from errata.core.types import DataSet, Notice, Predictions
from errata.models.protocol import Progress, no_progress


class Given:
    """A Predictor that answers with ``made``, read from ``files`` (split → file name)."""

    name = "predictions"
    needs_whole = True

    def __init__(self, made: Predictions, files: Mapping[str, str]) -> None:
        self._made = made
        self._files = dict(files)

    def check(self, data: DataSet) -> Sequence[Notice]:
        """Splits of the data set that no file speaks of."""
        silent = tuple(split for split in data.splits if split not in self._files)
        message = "splits without predictions: their samples have gold only"
        return [Notice("no_predictions", message, count=len(silent), examples=silent)] if silent else []

    def predict(self, data: DataSet, progress: Progress = no_progress) -> Predictions:
        """The predictions as given. Raises ModelError for another data set than they were read for."""
        size = self._made.has_pred
        if size is not None and len(size) != len(data):
            raise ModelError("these predictions belong to another data set.", remedy="read them again for this one.")
        return self._made

    def describe(self) -> dict[str, Any]:
        return {"kind": "predictions", "files": self._files}
