"""The whole job: sources → data set → pre-flight report → predictions → tables → sealed run.

Nothing is written before the data and the predictor have been checked; a mistake of the user's leaves no run behind.
From then on every finished piece is sealed into the run, so that a killed job goes on with ``resume``.
"""

from __future__ import annotations

import importlib.metadata
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from errata.core.errors import Interrupted, UsageError
from errata.core.types import DataSet, Notice, ReadOptions, Source, Task
from errata.formats.predictions import read_predictions
from errata.formats.preflight import inspect
from errata.formats.read import read
from errata.jobs.ingest import data_hash, require_same_data, store_sources
from errata.jobs.predict import Report, predict
from errata.jobs.tables import write_tables
from errata.models.baseline import Baseline
from errata.models.given import Given
from errata.models.protocol import Predictor
from errata.store import files
from errata.store.runs import Run, is_run

UNSEEN = ("train", "none")  # values of --trained-on that need no split: the default, and "none of these"
LIBRARIES = ("numpy", "scikit-learn", "numba", "pyarrow", "duckdb", "torch", "transformers", "tokenizers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to analyse, with what, and where to put it.

    ``predictor`` makes a Predictor once the task is known; None with ``predictions`` empty means the baseline.
    ``predictions`` maps a split to its file. ``out`` None: ``runs/NAME`` in the current folder. ``trained_on`` names
    the split the model has seen.
    """

    sources: tuple[Source, ...]
    options: ReadOptions
    name: str
    predictor: Callable[[Task], Predictor] | None = None
    predictions: Mapping[str, Path] = field(default_factory=dict)
    out: Path | None = None
    trained_on: str = "train"
    resume: bool = False


def analyse(plan: Plan, report: Report, on_notices: Callable[[Sequence[Notice]], None] | None = None) -> Run:
    """Do the plan and give back the sealed run. ``on_notices`` sees the pre-flight report before any number is made.

    Raises UsageError and its kin for what the user can mend; Interrupted (or KeyboardInterrupt) leaves a run that
    ``resume`` continues.
    """
    digest = data_hash(plan.sources, plan.options)
    out = _place(plan)
    resumed = plan.resume and is_run(out)  # killed before its first write, a run starts anew
    if resumed:
        run = Run.open(out, sealed=False)
        require_same_data(run, digest)
        if run.is_sealed:
            return run
    else:
        Run.check_vacant(out)
    report("reading the data")(0, 1)
    data = read(plan.sources, plan.options)
    if not len(data):
        raise UsageError("the data set has no samples.", remedy="check the files and --limit.")
    predictor, found = _predictor(plan, data)
    notices = [*inspect(data), *found, *predictor.check(data), *_in_sample(plan, predictor, data)]
    if on_notices is not None:
        on_notices(notices)
    files.check_free_space(out, sum(len(source.content) for source in plan.sources) * 4)
    with files.exclusive(out):
        files.remove_temporaries(out)
        try:
            if not resumed:
                run = Run.create(out, {"data_hash": digest, **_facts(plan, data, predictor)})
            _require_same_predictor(run, predictor)
            _work(run, plan, data, predictor, notices, report)
        except KeyboardInterrupt:
            raise Interrupted(
                f"stopped; {out} keeps what was finished.",
                remedy=f"the same command with --out {shlex.quote(str(out))} --resume goes on.",
            ) from None
        except UsageError:
            if not resumed:  # a full disk (StoreError) keeps what was finished; a mistake of the user's leaves nothing
                files.remove_tree(out)
            raise
    return run


def _work(run: Run, plan: Plan, data: DataSet, predictor: Predictor, notices: Sequence[Notice], report: Report) -> None:
    if "ingested" not in run.manifest["stages"]:
        store_sources(run, plan.sources, plan.options)
        run.put_json("preflight.json", [notice.to_json() for notice in notices])
        run.manifest["stages"]["ingested"] = True
        run.note()
    predict(run, data, predictor, report)
    write_tables(run, data, report)
    run.seal()


def _predictor(plan: Plan, data: DataSet) -> tuple[Predictor, list[Notice]]:
    if plan.predictions:
        if plan.predictor is not None:
            raise UsageError("both --model and --predictions are given.", remedy="leave one of them out.")
        made, notices = read_predictions(plan.predictions, data, plan.options)
        return Given(made, {split: Path(path).name for split, path in plan.predictions.items()}), list(notices)
    return (Baseline() if plan.predictor is None else plan.predictor(data.task)), []


def _in_sample(plan: Plan, predictor: Predictor, data: DataSet) -> list[Notice]:
    """The warning that label issues of the split the model was trained on rest on numbers it has learnt by heart."""
    if plan.trained_on not in (*data.splits, *UNSEEN):
        raise UsageError(
            f"--trained-on {plan.trained_on}: no such split; the data set has {', '.join(data.splits)}.",
            remedy="name the split the model was trained on, or `none` when it has seen none of them.",
        )
    if plan.predictor is None or plan.trained_on not in data.splits:
        return []
    message = (
        f"{predictor.name} was trained on split {plan.trained_on} (--trained-on): its probabilities there are in "
        "sample, so label issues and DEP of that split are understated"
    )
    return [Notice("in_sample", message, count=int((data.samples["split"].to_numpy() == plan.trained_on).sum()))]


def _place(plan: Plan) -> Path:
    if plan.out is not None:
        return plan.out
    base = Path("runs") / files.safe_name(plan.name)
    if plan.resume or not is_run(base) or not Run.open(base, sealed=False).is_sealed:
        return base
    taken = 2
    while is_run(base.with_name(f"{base.name}-{taken}")):
        taken += 1
    return base.with_name(f"{base.name}-{taken}")


def _facts(plan: Plan, data: DataSet, predictor: Predictor) -> dict[str, Any]:
    names, codes = data.split_codes()
    return {
        "task": data.task,
        "labels": list(data.labels),
        "scheme": data.scheme,
        "n_samples": len(data),
        "splits": [
            {
                "name": name,
                "n_samples": int((codes == code).sum()),
                "has_gold": bool(data.has_gold[codes == code].any()),
            }
            for code, name in enumerate(names)
        ],
        "predictor": _described(predictor),
        "trained_on": plan.trained_on if plan.predictor is not None else None,
        "versions": _versions(),
    }


def _described(predictor: Predictor) -> dict[str, Any]:
    return {"name": predictor.name, **predictor.describe()}


def _require_same_predictor(run: Run, predictor: Predictor) -> None:
    if run.manifest["predictor"] != _described(predictor):
        raise UsageError(
            f"{run.path}: this run began with another predictor or other settings ({run.manifest['predictor']['name']}).",
            remedy="give the same model and options, or start anew with another --out.",
        )


def _versions() -> dict[str, str]:
    found = {}
    for library in LIBRARIES:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
