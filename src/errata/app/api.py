"""The Python API: ``errata.analyze`` and ``errata.open``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from errata.app.progress import silent
from errata.core.errors import NotFound
from errata.core.types import Notice, ReadOptions, Source, Task
from errata.formats.sources import find_sources, sources_of
from errata.jobs.analyse import Plan, analyse
from errata.jobs.export import Exported, export
from errata.jobs.opening import open_view
from errata.jobs.predict import Report
from errata.models.hf_tokens import Subword
from errata.models.loading import load_predictor
from errata.models.protocol import Predictor
from errata.query import catalog
from errata.query.view import RunView
from errata.store.runs import Run, find_runs, is_run


class AnalysedRun:
    """A sealed run, open for questions. Tables are Arrow; ``.to_pandas()`` where pandas is wanted."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._view: RunView | None = None

    def __repr__(self) -> str:
        facts = self._run.manifest
        return f"<run {self.name}: {facts['task']}, {facts['n_samples']:,} samples, {facts['n_units']:,} units>"

    @property
    def stored(self) -> Run:
        """The run's folder and manifest."""
        return self._run

    @property
    def path(self) -> Path:
        return self._run.path

    @property
    def name(self) -> str:
        return self._run.name

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What made this run: data, predictor, settings, versions, hashes."""
        return self._run.manifest

    @property
    def notices(self) -> list[Notice]:
        """The pre-flight report."""
        return [Notice(**{**entry, "examples": tuple(entry["examples"])}) for entry in self._run.json("preflight.json")]

    @property
    def view(self) -> RunView:
        """The run's tables, loaded and verified at first use."""
        if self._view is None:
            self._view = open_view(self._run)
        return self._view

    def metrics(
        self, *, split: str | None = None, where: str = "", by: str = "gold", convention: str = ""
    ) -> dict[str, Any]:
        """Precision, recall, F1 with intervals, every convention, error types: the JSON of ``errata metrics``.

        ``convention`` empty = the run's own (NER: conlleval). Raises FilterError for a bad ``where``.
        """
        return catalog.metrics(self.view, split=split, where=where, by=by, convention=convention)

    def units(self, *, where: str = "", sort: str = "-dep", top: int | None = None) -> pa.Table:
        """Units that match, in the order of ``sort`` (``"-dep,loss"``: descending DEP, then loss)."""
        return catalog.units(self.view, where=where, sort=sort, top=top)

    def samples(self, *, where: str = "") -> pa.Table:
        """Samples that match: those with a matching unit, or by their own columns."""
        return catalog.samples(self.view, where=where)

    def issues(
        self, *, split: str | None = None, level: str = "sample", top: int | None = None
    ) -> list[dict[str, Any]]:
        """Label issues, most suspicious first; ``level`` is sample, unit or token."""
        return catalog.issues(self.view, split=split, level=level, top=top)

    def losses(
        self,
        *,
        split: str | None = None,
        where: str = "",
        by: str = "token",
        at_least: int = 1,
        top: int | None = None,
    ) -> list[dict[str, Any]]:
        """Loss by ``token`` or by ``label``, largest sum first: n, sum, mean, median and the gap between the last two."""
        return catalog.losses(self.view, split=split, where=where, by=by, at_least=at_least, top=top)

    def export(self, out: str | os.PathLike[str], *, where: str = "", **options: Any) -> Exported:
        """Write the data set to ``out``; unedited and unfiltered it is byte-identical to the input."""
        keep = None
        if where:
            kept = self.samples(where=where)["sample"].to_numpy()
            keep = np.zeros(self._run.manifest["n_samples"], bool)
            keep[kept] = True
        return export(self._run, Path(out), keep=keep, where=where, **options)


def analyze(
    data: Any = None,
    *,
    model: Any = None,
    predictions: Mapping[str, str | os.PathLike[str]] | None = None,
    out: str | os.PathLike[str] | None = None,
    splits: Mapping[str, str | os.PathLike[str]] | None = None,
    trained_on: str = "train",
    subword: Subword = "first",
    layer: int = -1,
    device: str | None = None,
    batch_tokens: int | None = None,
    resume: bool = False,
    report: Report = silent,
    on_notices: Callable[[Sequence[Notice]], None] | None = None,
    **options: Any,
) -> AnalysedRun:
    """Analyse a data set with a model, with predictions from files, or with the built-in baseline.

    ``data``: a file, a folder of splits, a hub name, a DataFrame, a ``datasets`` object, an Arrow table, a list of
    dicts, or a dict of split name to any of these. ``model``: local folder, hub id, ``module:function``, a callable or
    a Predictor. ``predictions``: split → file. ``options`` are the fields of ``ReadOptions`` (``text=``, ``label=``,
    ``tags=``, ``scheme=``, ``limit=`` …). Raises UsageError and its kin with the next step in the message.
    """
    read_options = ReadOptions(**{key: value for key, value in options.items() if value is not None})
    sources = _sources(data, splits or {}, read_options)

    def make_predictor(task: Task) -> Predictor:
        return load_predictor(
            model,
            task=task,
            subword=subword,
            layer=layer,
            device=device,
            batch_tokens=batch_tokens,
            label_map=read_options.label_map,
        )

    plan = Plan(
        sources=sources,
        options=read_options,
        predictor=None if model is None else make_predictor,
        predictions={split: Path(path) for split, path in (predictions or {}).items()},
        out=None if out is None else Path(out),
        name=_name(data, model, sources),
        trained_on=trained_on,
        resume=resume,
    )
    return AnalysedRun(analyse(plan, report, on_notices))


def open_run(path: str | os.PathLike[str]) -> AnalysedRun:
    """Open a finished run. Raises NotFound, StoreError or VersionError, each with the next step."""
    return AnalysedRun(Run.open(Path(path)))


def find(path: Path) -> list[Path]:
    """The run at ``path``, or every run of the project there. Raises NotFound when there is none."""
    if is_run(path):
        return [path]
    found = find_runs(path)
    if not found:
        raise NotFound(f"{path}: no run and no folder of runs.", remedy="make one: errata analyze DATA --out RUN")
    return found


def _sources(data: Any, splits: Mapping[str, Any], options: ReadOptions) -> tuple[Source, ...]:
    if data is None or isinstance(data, str | os.PathLike):
        return find_sources(data if data is None else os.fspath(data), splits, options)
    return sources_of(data)


def _name(data: Any, model: Any, sources: tuple[Source, ...]) -> str:
    if isinstance(data, str | os.PathLike):
        what = Path(data).resolve().name.split(".")[0]
    else:
        what = sources[0].name.split(".")[0] if sources else "data"
    by = "baseline" if model is None else Path(str(getattr(model, "name", model))).name.split(":")[-1]
    return f"{what}-{by}"
