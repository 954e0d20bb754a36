"""Sealed run → the view that questions are asked of. Every table read is verified against its hash first."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from errata.core.types import Floats
from errata.jobs.predict import from_matrix, widened
from errata.query.view import RunView
from errata.store.runs import Run

CONSOLE_TABLES = ("units.parquet", "samples.parquet", "issues.parquet", "preflight.json")
"""What a view reads at once; the rest is read, and verified, at first use."""


def open_view(run: Run) -> RunView:
    """Load units, samples and issues of a sealed run; tokens and class probabilities at first use.

    Raises IntegrityError naming the file that is damaged.
    """
    manifest = run.manifest
    is_ner = manifest["task"] == "ner"

    def tokens() -> pa.Table:
        return run.parts_table("tokens")

    def class_probs() -> Floats:
        kind = "lent" if "lent" in manifest else "predictions"
        width = len(manifest["prediction"]["labels"])
        parts = [from_matrix(run.table(name, ["probs"])["probs"]) for name in run.parts(kind)]
        return np.concatenate([widened(part, width) for part in parts])

    return RunView(
        name=run.name,
        task=manifest["task"],
        labels=tuple(manifest["prediction"]["labels"]),
        manifest={**manifest, "notices": run.json("preflight.json"), **_score_source(run)},
        samples=run.table("samples.parquet"),
        units=run.table("units.parquet"),
        issues=run.table("issues.parquet"),
        tokens=tokens if is_ner else None,
        class_probs=None if is_ner else class_probs,
        project=project_name(run),
    )


def project_name(run: Run) -> str:
    """Name of the folder that holds the run, or its ``runs`` folder."""
    folder = run.path.resolve().parent
    return (folder.parent if folder.name == "runs" else folder).name


def _score_source(run: Run) -> dict[str, str]:
    """What must be said wherever a score is shown, when the probabilities are not the predictor's own."""
    if "lent" not in run.manifest:
        return {}
    name = run.manifest["predictor"]["name"]
    note = f"{name} gives no probabilities: every score comes from the cross-validated baseline"
    return {"score_source": "baseline", "probabilities_note": note}
