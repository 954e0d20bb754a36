"""The runs a server shows, opened on first need and kept open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from errata.core.errors import NotFound, near_names
from errata.core.types import Task
from errata.query.catalog import Catalog
from errata.query.view import RunView


@dataclass(frozen=True, slots=True)
class RunEntry:
    """What the list of runs shows, known without opening the run."""

    name: str
    task: Task
    predictor: str
    created: str
    splits: tuple[str, ...]
    n_samples: int


class RunSource(Protocol):
    """Where runs come from: a project on disk, or runs already in memory."""

    @property
    def project(self) -> str:
        """Name of the project, for people."""
        ...

    def entries(self) -> Sequence[RunEntry]:
        """All runs, newest first."""
        ...

    def open(self, name: str) -> RunView:
        """The run of an entry. Never called with a name that ``entries`` does not hold."""
        ...


class RunsInMemory:
    """A RunSource over views, or over callables that make them on first need."""

    def __init__(self, views: Mapping[str, RunView], project: str = "") -> None:
        self._views = dict(views)
        self.project = project

    def entries(self) -> Sequence[RunEntry]:
        return tuple(entry_of(name, view) for name, view in self._views.items())

    def open(self, name: str) -> RunView:
        return self._views[name]


def entry_of(name: str, view: RunView) -> RunEntry:
    """The list entry of an opened run."""
    predictor = view.manifest.get("predictor") or {}
    return RunEntry(
        name=name,
        task=view.task,
        predictor=str(predictor.get("name", "")),
        created=str(view.manifest.get("created", "")),
        splits=tuple(view.samples["split"].unique().to_pylist()),
        n_samples=view.samples.num_rows,
    )


class Library:
    """Thread-safe: two requests for a run that is not open yet open it once."""

    def __init__(self, source: RunSource, make: Callable[[RunView], Catalog] = Catalog) -> None:
        self._source = source
        self._make = make
        self._open: dict[str, Catalog] = {}
        self._lock = threading.Lock()

    @property
    def project(self) -> str:
        return self._source.project

    def entries(self) -> Sequence[RunEntry]:
        return self._source.entries()

    def catalog(self, name: str) -> Catalog:
        """The open run ``name``. Raises NotFound."""
        with self._lock:
            if name not in self._open:
                names = [entry.name for entry in self._source.entries()]
                if name not in names:
                    near = near_names(name, names)
                    hint = f"open `{near[0]}`" if near else "choose one of the runs of this project"
                    raise NotFound(f"There is no run `{name}` here.", remedy=f"{hint}.")
                self._open[name] = self._make(self._source.open(name))
            return self._open[name]
