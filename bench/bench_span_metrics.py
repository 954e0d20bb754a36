"""Claim: span extraction and per-class F1 of 10 M tokens is more than 50 times faster than seqeval, and equal to 1e-12.

Synthetic BIO tags (4 labels, sentences of 20 tokens on average, 4 % of the predicted tags wrong, so also ill-formed
runs), the same tags for everyone, one process, one run. Ours is timed twice: from tag codes, which is what the product
stores, and from the tag strings that the peers get. ``--peer-tokens`` bounds what the peers see (their time is linear in
tokens); measured and scaled figures are both printed. Exit code 1 when a number differs or the ratio is missed.

    python bench/bench_span_metrics.py [--tokens 10000000] [--peer-tokens 1000000]
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import nervaluate
import numpy as np
import pyarrow as pa
import seqeval.metrics

from errata.analysis.conventions import UnitCounts, convention_counts
from errata.analysis.matching import match
from errata.analysis.metrics import Counts, averages, prf
from errata.core.types import Ints, TagSet
from errata.formats.tagging import decode, encode_names, scheme_tag_set, tag_set

LABELS = ("LOC", "MISC", "ORG", "PER")
RATIO = 50
TOLERANCE = 1e-12


def make(n_tokens: int, tags: TagSet) -> tuple[Ints, Ints, Ints]:
    """Gold codes, pred codes, sample offsets."""
    rng = np.random.default_rng(0)
    gold = np.zeros(n_tokens, np.int32)
    inside = [[tags.names.index(f"{prefix}-{label}") for label in LABELS] for prefix in "BI"]
    start = np.flatnonzero(rng.random(n_tokens) < 0.12)
    width = rng.choice([1, 2, 3, 4], len(start), p=[0.6, 0.25, 0.1, 0.05])
    width = np.minimum(width, np.diff(start, append=n_tokens))
    label = rng.integers(0, len(LABELS), len(start))
    offsets = np.unique(np.concatenate(([0, n_tokens], np.cumsum(rng.integers(1, 40, n_tokens // 15)))))
    offsets = offsets[offsets <= n_tokens]
    for k in range(int(width.max())):
        here = width > k
        gold[start[here] + k] = np.array(inside[min(k, 1)])[label[here]]
    wrong = rng.random(n_tokens) < 0.04
    pred = np.where(wrong, rng.integers(0, len(tags.names), n_tokens), gold).astype(np.int32)
    return gold, pred, offsets


def ours(tags: TagSet, gold: Ints, pred: Ints, offsets: Ints) -> Counts:
    """Decode both sides, match the spans into units, count per label."""
    sides = [decode(tags, codes, offsets) for codes in (gold, pred)]
    left, right = (replace(spans, char_start=spans.start, char_end=spans.end) for spans in sides)
    units = match(left, right)
    yes = np.ones(len(units), np.bool_)
    rows = UnitCounts.of_units(
        np.append(left.label, -1)[units.gold], np.append(right.label, -1)[units.pred], units.error_type, yes, yes
    )
    return convention_counts(rows, len(tags.labels), "conlleval")


def ours_from_strings(gold: pa.Array, pred: pa.Array, offsets: Ints) -> Counts:
    names, codes = encode_names(pa.chunked_array([gold, pred]))
    return ours(tag_set(names, "BIO", labels=LABELS), codes[: len(gold)], codes[len(gold) :], offsets)


def timed(work: Callable[[], Any], rounds: int = 1) -> tuple[float, Any]:
    """The shortest of ``rounds`` wall-clock times in seconds, and the last result."""
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - begin)
    return min(taken), result


def largest_difference(counts: Counts, report: dict[str, Any]) -> float:
    """Over precision, recall and F1 of every label and average, against a seqeval report."""
    rows = dict(zip(LABELS, np.stack(prf(counts), axis=1).tolist(), strict=True))
    rows |= {f"{name} avg": [v.precision, v.recall, v.f1] for name, v in averages(counts).items()}
    keys = ("precision", "recall", "f1-score")
    return max(abs(row[k] - report[name][key]) for name, row in rows.items() for k, key in enumerate(keys))


def run_seqeval(sides: list[list[list[str]]], counts: Counts) -> tuple[float, float]:
    """Seconds, and the largest difference of any number."""
    seconds, report = timed(lambda: seqeval.metrics.classification_report(*sides, output_dict=True))
    return seconds, largest_difference(counts, report)


def run_nervaluate(sides: list[list[list[str]]], counts: Counts) -> tuple[float, float]:
    """Seconds, and the difference of the strict micro F1."""
    seconds, found = timed(lambda: nervaluate.Evaluator(*sides, list(LABELS), loader="list").evaluate())
    return seconds, abs(averages(counts)["micro"].f1 - found["overall"]["strict"].f1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=10_000_000)
    parser.add_argument("--peer-tokens", type=int, default=1_000_000, help="tokens for seqeval; nervaluate: a fifth")
    options = parser.parse_args()
    tags = scheme_tag_set(LABELS, "BIO")
    gold, pred, offsets = make(options.tokens, tags)
    strings = [pa.array(tags.names).take(pa.array(codes)) for codes in (gold, pred)]
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    print(f"{options.tokens:,} tokens, {len(offsets) - 1:,} samples; {machine}")

    from_codes, counts = timed(lambda: ours(tags, gold, pred, offsets), rounds=3)
    from_strings, again = timed(lambda: ours_from_strings(*strings, offsets), rounds=3)
    for name, seconds in (("errata, from codes", from_codes), ("errata, from strings", from_strings)):
        print(f"{name:22} {seconds:8.3f} s for {options.tokens:,} tokens, {int(counts.n_gold.sum()):,} gold spans")

    results = {}
    for peer, run, share in (("seqeval", run_seqeval, 1), ("nervaluate", run_nervaluate, 5)):
        last = int(np.searchsorted(offsets, min(options.peer_tokens // share, options.tokens), side="right")) - 1
        size = int(offsets[last])
        names = np.array(tags.names)
        sides = [[part.tolist() for part in np.split(names[codes[:size]], offsets[1:last])] for codes in (gold, pred)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seconds, difference = run(sides, ours(tags, gold[:size], pred[:size], offsets[: last + 1]))
        scaled = seconds * options.tokens / size
        results[peer] = scaled / from_codes, difference
        print(
            f"{peer:22} {seconds:8.3f} s for {size:,} tokens, {scaled:.1f} s scaled to {options.tokens:,}: "
            f"{scaled / from_codes:.0f} times errata from codes, {scaled / from_strings:.0f} times from strings; "
            f"largest difference {difference:.1e}"
        )
    ratio, difference = results["seqeval"]
    equal = difference <= TOLERANCE and np.array_equal(counts.tp, again.tp)
    print(f"equal to seqeval within {TOLERANCE}: {equal}; more than {RATIO} times faster: {ratio > RATIO}")
    return 0 if equal and ratio > RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
