"""What an export says of itself."""

from __future__ import annotations

import json
from pathlib import Path

import errata

ROWS = "text,label\n" + "".join(f"text number {k},{'ab'[k % 2]}\n" for k in range(12))


def test_the_input_of_a_limited_run_is_not_counted_as_the_limit(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(ROWS)
    run = errata.analyze(tmp_path / "train.csv", limit=8, out=tmp_path / "run")
    exact = run.export(tmp_path / "out")
    assert (exact.is_exact, exact.n_samples) == (True, None)
    assert (tmp_path / "out" / "train.csv").read_text() == ROWS
    assert json.loads((tmp_path / "out" / "errata-export.json").read_text())["selection"]["n_samples"] is None
    assert run.export(tmp_path / "few", format="jsonl").n_samples == 8
