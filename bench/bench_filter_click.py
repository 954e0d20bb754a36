"""What a filter click costs the server: counts, metrics with intervals, facets, tiles, histogram and the first page.

A run of 1 M units in 500 k samples is made in memory; every click is a filter not seen before, as a person's is.
Budget: p95 below 100 ms.   python bench/bench_filter_click.py [--units 1000000] [--labels 8] [--clicks 40]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pyarrow as pa

from errata.core.schema import DIFFICULTIES, ERROR_TYPES, SAMPLES, UNITS
from errata.query.catalog import Catalog
from errata.query.view import RunView

SPLITS = ("train", "dev", "test")
FACETS = "gold,pred,error_type"


def category(codes: np.ndarray, names: list[str] | tuple[str, ...]) -> pa.Array:
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(names), pa.string()))


def filled(schema: pa.Schema, columns: dict, size: int) -> pa.Table:
    arrays = []
    for field in schema:
        given = columns.get(field.name)
        array = (
            pa.nulls(size, field.type) if given is None else given if isinstance(given, pa.Array) else pa.array(given)
        )
        arrays.append(array if array.type == field.type else array.cast(field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def synthetic(n_units: int, n_labels: int, seed: int = 0) -> RunView:
    """A NER run without tokens: skewed labels, 15 % errors, scores that go with the errors."""
    rng = np.random.default_rng(seed)
    n_samples = n_units // 2
    labels = [f"LABEL-{k:02d}" for k in range(n_labels)]
    sample = np.sort(rng.integers(0, n_samples, n_units)).astype(np.int32)
    split = np.searchsorted([0.8, 0.9], np.arange(n_samples) / n_samples).astype(np.int32)
    chances = 1 / np.arange(1, n_labels + 1)
    gold = rng.choice(n_labels, n_units, p=chances / chances.sum())
    other = rng.integers(0, n_labels, n_units)
    kind = rng.choice(5, n_units, p=[0.85, 0.04, 0.05, 0.03, 0.03])
    pred = np.where(kind == 2, np.where(other == gold, (gold + 1) % n_labels, other), gold)
    gold, pred = np.where(kind == 4, -1, gold), np.where(kind == 3, -1, pred)
    wrong = kind > 0
    dep = np.clip(rng.beta(2, 5, n_units) + 0.4 * wrong, 0, 1).astype(np.float32)
    units = filled(
        UNITS,
        {
            "unit_id": pa.array([f"u{k}" for k in range(n_units)]),
            "sample_id": pa.array([f"s{k}" for k in sample]),
            "sample": sample,
            "split": category(split[sample], SPLITS),
            "char_start": np.zeros(n_units, np.int32),
            "char_end": np.full(n_units, 5, np.int32),
            "text": pa.array([f"name {k % 5000}" for k in range(n_units)]),
            "gold": category(gold, labels),
            "pred": category(pred, labels),
            "error_type": category(kind, ERROR_TYPES),
            "is_error": wrong,
            "is_split": np.zeros(n_units, bool),
            "is_merged": np.zeros(n_units, bool),
            "gold_is_strict": pa.array(np.ones(n_units, bool), mask=gold < 0),
            "pred_is_strict": pa.array(rng.random(n_units) < 0.99, mask=pred < 0),
            "dep": dep,
            "loss": (dep * 5).astype(np.float32),
            "confidence": rng.random(n_units, np.float32),
            "margin": (1 - 2 * dep).astype(np.float32),
            "certainty_ratio": rng.random(n_units, np.float32),
            "difficulty": category(rng.choice(3, n_units, p=[0.6, 0.3, 0.1]), DIFFICULTIES),
            "label_issue": rng.random(n_units) < 0.02,
        },
        n_units,
    )
    samples = filled(
        SAMPLES,
        {
            "sample": np.arange(n_samples, dtype=np.int32),
            "sample_id": pa.array([f"s{k}" for k in range(n_samples)]),
            "split": category(split, SPLITS),
            "index": np.arange(n_samples, dtype=np.int32),
            "text": pa.array(
                [f"the quick brown fox number {k} jumps over the lazy dog and runs away" for k in range(n_samples)]
            ),
            "n_tokens": rng.integers(3, 60, n_samples).astype(np.int32),
            "text_length": np.full(n_samples, 70, np.int32),
            "has_gold": np.ones(n_samples, bool),
            "sample_dep": rng.random(n_samples, np.float32),
        },
        n_samples,
    )
    return RunView(name="bench", task="ner", labels=tuple(labels), manifest={}, samples=samples, units=units)


def clicks(n: int, seed: int = 1) -> list[tuple[str | None, str]]:
    """Filters as people make them: facets, brushes, error types, sample columns, and everything at once."""
    rng = np.random.default_rng(seed)
    made: list[tuple[str | None, str]] = []
    for k in range(n):
        low = round(float(rng.random() * 0.5), 3)
        made.append(
            (
                (None, f"dep >= {low}"),
                ("train", f"gold = 'LABEL-0{k % 5}' AND dep >= {low}"),
                (None, f"error_type IN ('wrong_tag', 'missed_span') AND loss > {low}"),
                ("train", f"n_tokens > {int(3 + low * 40)}"),
                (None, f"NOT is_error AND confidence < {1 - low}"),
                (None, f"n_tokens < 30 AND pred <> 'LABEL-01' AND dep < {1 - low}"),
            )[k % 6]
        )
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--labels", type=int, default=8)
    parser.add_argument("--clicks", type=int, default=48)
    asked = parser.parse_args()
    view = synthetic(asked.units, asked.labels)
    began = time.perf_counter()
    catalog = Catalog(view)
    opened = time.perf_counter()
    answer(catalog, None, "")
    print(f"open {opened - began:.2f} s, first answer {time.perf_counter() - opened:.2f} s")
    answer(catalog, "train", "")
    parts, used = [], time.process_time()
    for split, where in clicks(asked.clicks):
        parts.append(answer(catalog, split, where))
    used = (time.process_time() - used) / asked.clicks * 1e3
    times = np.array(parts) * 1e3
    whole = times.sum(axis=1)
    for name, column in (("summary", times[:, 0]), ("first page", times[:, 1]), ("click", whole)):
        p50, p95 = np.quantile(column, (0.5, 0.95))
        print(f"{name:<11} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   max {column.max():6.1f} ms")
    print(f"processor   mean {used:5.1f} ms a click, all threads (what a busy machine does not change)")
    for kind in range(6):
        split, where = clicks(6)[kind]
        print(f"  {np.median(whole[kind::6]):6.1f} ms   {where}" + (f"   ({split})" if split else ""))


def answer(catalog: Catalog, split: str | None, where: str) -> tuple[float, float]:
    """Seconds for the summary and for the first page of samples by DEP."""
    began = time.perf_counter()
    catalog.summary(split=split, where=where, facets=FACETS, histogram="dep")
    middle = time.perf_counter()
    catalog.rows(split=split, where=where, sort="-dep", mode="samples", offset=0, limit=50, seed=0)
    return middle - began, time.perf_counter() - middle


if __name__ == "__main__":
    main()
