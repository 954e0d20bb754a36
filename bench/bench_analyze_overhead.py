"""What `analyze --model` costs beyond its own inference loop, model load and map. Budget: at most 15 %.

    python bench/bench_analyze_overhead.py [DATA MODEL]      default: the real data beside the checkout

Corpus of the quoted number: CoNLL-2003, three splits, with a MiniLM token classifier; batches of the product's default.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import errata
from errata.core.types import DataSet, Notice, Predictions
from errata.jobs import tables
from errata.models.loading import load_predictor
from errata.models.protocol import Progress, no_progress

SHARED = Path(os.environ.get("ERRATA_SHARED", Path(__file__).resolve().parents[2] / "shared"))


class Timed:
    """A predictor that adds up the seconds of its predict calls."""

    needs_whole = False

    def __init__(self, inner: Any) -> None:
        self.inner, self.name, self.seconds = inner, inner.name, 0.0

    def check(self, data: DataSet) -> Sequence[Notice]:
        return self.inner.check(data)

    def describe(self) -> dict[str, Any]:
        return self.inner.describe()

    def predict(self, data: DataSet, progress: Progress = no_progress) -> Predictions:
        began = time.perf_counter()
        made = self.inner.predict(data, progress)
        self.seconds += time.perf_counter() - began
        return made


def main(data: str, model: str) -> None:
    began = time.perf_counter()
    predictor = Timed(load_predictor(model, task="ner"))
    load = time.perf_counter() - began
    maps = [0.0]
    places = tables._places

    def timed_places(*args: Any) -> Any:
        start = time.perf_counter()
        made = places(*args)
        maps[0] += time.perf_counter() - start
        return made

    tables._places = timed_places
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        run = errata.analyze(data, model=predictor, out=Path(folder) / "run")
        whole = time.perf_counter() - began
        print(run)
    rest = whole - predictor.seconds - maps[0]
    print(f"model load {load:.2f} s, inference loop {predictor.seconds:.2f} s, map {maps[0]:.2f} s")
    print(f"everything else {rest:.2f} s = {100 * rest / predictor.seconds:.1f} % of the inference loop (budget 15 %)")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        main(*sys.argv[1:])
    elif not (SHARED / "data").is_dir():
        print(f"skipped: real data not present: {SHARED} (set ERRATA_SHARED)")
    else:
        main(str(SHARED / "data" / "conll2003"), str(SHARED / "models" / "minilm-conll03"))
