"""Findings that token and text classifiers share, and the names of samples in their messages."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.settings import setting
from errata.core.types import DataSet, Ints, Notice

_NOTABLE_SHARE = 0.01


def at_most() -> int:
    """Examples kept for one notice."""
    return int(setting("notice_examples"))


def sample_name(data: DataSet, sample: int) -> str:
    """A sample as people find it again: ``sample test-12``."""
    return f"sample {data.samples['sample_id'][sample].as_py()}"


def most_frequent(words: pa.Array) -> list[str]:
    """The most frequent of ``words``, ties in order of appearance."""
    counted = pc.value_counts(words)
    order = np.argsort(-counted.field("counts").to_numpy(), kind="stable")[: at_most()]
    return [str(word) for word in counted.field("values").take(order).to_pylist()]


def unknown_rate(examples: Iterable[str], count: int, total: int, what: str) -> list[Notice]:
    """``count`` of ``total`` ``what`` (tokens, subwords) that the tokenizer reads as unknown; [] when there are none."""
    if not count:
        return []
    return [
        Notice(
            "unknown_tokens",
            f"{count} of {total} {what} ({100 * count / total:.2g} %) are unknown to the model's tokenizer: it sees "
            "a placeholder instead",
            count,
            "warning" if count >= _NOTABLE_SHARE * total else "info",
            tuple(examples),
        )
    ]


def unused_weights(names: tuple[str, ...]) -> list[Notice]:
    """Weights that were left out; [] when all have a place."""
    message = "Weights of the model's file that its architecture does not use: it may have been trained as another one"
    return [Notice("unused_weights", message, len(names), examples=names[: at_most()])] if names else []


def long_texts(data: DataSet, lengths: Ints, window: int, how: str) -> list[Notice]:
    """Samples of more subwords than a window holds; ``lengths`` int ``(n_samples,)``."""
    long = np.flatnonzero(lengths > window)
    if not len(long):
        return []
    ids = data.samples["sample_id"].take(long[: at_most()]).to_pylist()
    message = f"Texts longer than the model's window of {window} subwords; read in overlapping windows, {how}"
    return [Notice("long_texts", message, len(long), "info", tuple(map(str, ids)))]
