"""The runs of a project folder, as the server lists and opens them."""

from __future__ import annotations

from collections.abc import Sequence

from errata.app.library import RunEntry
from errata.jobs.opening import open_view, project_name
from errata.query.view import RunView
from errata.store.runs import Run


class StoredRuns:
    """A RunSource over sealed runs on disk; each is verified and loaded when it is first opened."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = {run.name: run for run in runs}
        self.project = project_name(runs[0]) if runs else ""

    def entries(self) -> Sequence[RunEntry]:
        newest_first = sorted(self._runs.values(), key=lambda run: str(run.manifest["created"]), reverse=True)
        return tuple(_entry(run) for run in newest_first)

    def open(self, name: str) -> RunView:
        return open_view(self._runs[name])


def _entry(run: Run) -> RunEntry:
    facts = run.manifest
    return RunEntry(
        name=run.name,
        task=facts["task"],
        predictor=facts["predictor"]["name"],
        created=facts["created"],
        splits=tuple(split["name"] for split in facts["splits"]),
        n_samples=facts["n_samples"],
    )
