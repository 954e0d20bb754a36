"""The stored probabilities of a run: the predictor's own, or those the baseline lent it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from errata.core.types import DataSet, Floats, TagSet
from errata.jobs.predict import from_matrix, ranges, stored_tags, widened
from errata.store.runs import Run


@dataclass(frozen=True, slots=True)
class PartScores:
    """Probabilities of the samples ``start:stop``; rows are tokens (NER) or samples.

    ``issue_probs`` is out of sample wherever that could be had, else the same as ``probs``. ``epochs``: one array like
    ``probs`` per training epoch, or None.
    """

    part: int
    start: int
    stop: int
    probs: Floats
    issue_probs: Floats
    epochs: list[Floats] | None


@dataclass(frozen=True, slots=True)
class StoredScores:
    """What the columns mean, and where the parts are. ``labels``: names behind class columns and span labels."""

    run: Run
    labels: tuple[str, ...]
    tags: TagSet | None
    is_lent: bool

    @classmethod
    def of(cls, run: Run) -> StoredScores:
        is_lent = "lent" in run.manifest
        facts = run.manifest["lent" if is_lent else "prediction"]
        return cls(run, tuple(run.manifest["prediction"]["labels"]), stored_tags(facts), is_lent)

    def parts(self, data: DataSet) -> Iterator[PartScores]:
        """Part after part, in the order of the samples; one part is in memory at a time."""
        folder = "lent" if self.is_lent else "predictions"
        for part, start, stop in ranges(data):
            name = f"part-{part:05d}.parquet"
            table = self.run.table(f"{folder}/{name}")
            probs = self._matrix(table["probs"])
            issue_probs = self._matrix(table["issue_probs"]) if "issue_probs" in table.column_names else probs
            epochs = None
            if self.run.has(f"dynamics/{name}"):
                epochs = [self._matrix(column) for column in self.run.table(f"dynamics/{name}").columns]
            yield PartScores(part, start, stop, probs, issue_probs, epochs)

    def _matrix(self, column: pa.ChunkedArray) -> Floats:
        """A probability column; classes that only later parts know have probability 0."""
        values: Floats = from_matrix(column)
        return values if self.tags is not None else widened(values, len(self.labels))
