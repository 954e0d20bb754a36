"""Columnar records that every package speaks.

A data set is a handful of NumPy and Arrow columns, never a list of objects per row. Positions (``sample``) count
samples of the whole data set from 0; offsets are half-open, in Unicode code points (``char_*``) or in the data set's
tokens (``start``, ``end``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Task = Literal["ner", "classification", "multilabel"]
Severity = Literal["info", "warning", "error"]
Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]

SPLIT_ORDER = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Notice:
    """One finding of the pre-flight report: what, how often, where to look, what it means for the numbers."""

    code: str
    message: str
    count: int = 1
    severity: Severity = "warning"
    examples: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "count": self.count,
            "severity": self.severity,
            "examples": list(self.examples),
        }


@dataclass(frozen=True, slots=True)
class Source:
    """One input file of a split: its name as the user knows it and its decompressed bytes, kept for exact export."""

    split: str
    name: str
    content: bytes
    format: str = ""  # "conll" | "jsonl" | "csv" | "tsv" | "parquet"; "" = detect


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How to read a data set; every field is a CLI option of the same name. Empty means "find out"."""

    format: str | None = None
    text: str | None = None
    label: str | None = None
    tokens: str | None = None
    tags: str | None = None
    spans: str | None = None
    id: str | None = None
    annotator: str | None = None
    header: bool = True
    label_names: tuple[str, ...] = ()
    label_map: Mapping[str, str] = field(default_factory=dict)
    scheme: str | None = None
    task: Task | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of all samples, end to end.

    ``offsets`` int64 ``(n_samples + 1,)``: tokens of sample ``i`` are ``offsets[i]:offsets[i + 1]``.
    ``char_start``, ``char_end`` int32 ``(n_tokens,)``: code points in the sample's text. ``text`` ``(n_tokens,)``.
    """

    offsets: Ints
    char_start: Ints
    char_end: Ints
    text: pa.LargeStringArray

    def __len__(self) -> int:
        return len(self.char_start)

    def lengths(self) -> Ints:
        """Tokens per sample, int64 ``(n_samples,)``."""
        return np.diff(self.offsets)

    def sample(self) -> Ints:
        """Position of each token's sample, int32 ``(n_tokens,)``."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int32), self.lengths())

    def slice(self, start: int, stop: int) -> Tokens:
        """Tokens of the samples ``start:stop``, offsets counted from 0 again."""
        low, high = int(self.offsets[start]), int(self.offsets[stop])
        return Tokens(
            self.offsets[start : stop + 1] - low,
            self.char_start[low:high],
            self.char_end[low:high],
            self.text.slice(low, high - low),
        )


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of all samples as parallel columns of length ``n_spans``, sorted by (sample, start, end, label).

    ``sample`` int32, ``start`` and ``end`` int32 token offsets *within the sample*, ``char_start`` and ``char_end``
    int32 code points, ``label`` int32 codes into the data set's labels. ``score`` float32 or None: a probability the
    source itself gave. Spans may overlap and nest.
    """

    sample: Ints
    start: Ints
    end: Ints
    char_start: Ints
    char_end: Ints
    label: Ints
    score: Floats | None = None

    def __len__(self) -> int:
        return len(self.sample)

    def take(self, index: Ints | Bools) -> Spans:
        """The spans at ``index`` (positions or mask), in that order."""
        return Spans(
            self.sample[index],
            self.start[index],
            self.end[index],
            self.char_start[index],
            self.char_end[index],
            self.label[index],
            None if self.score is None else self.score[index],
        )

    def sorted(self) -> Spans:
        return self.take(np.lexsort((self.label, self.end, self.start, self.sample)))

    def slice(self, start: int, stop: int) -> Spans:
        """Spans of the samples ``start:stop``, ``sample`` counted from 0 again. Needs sorted spans."""
        low, high = np.searchsorted(self.sample, [start, stop])
        part = self.take(np.arange(low, high))
        return replace(part, sample=part.sample - np.int32(start))

    @classmethod
    def empty(cls) -> Spans:
        none = np.empty(0, np.int32)
        return cls(none, none, none, none, none, none)


@dataclass(frozen=True, slots=True)
class TagSet:
    """The tags of a token predictor, in the order of its probability columns.

    ``names`` such as ``("O", "B-PER", "I-PER")``; ``scheme`` one of IO, IOB1, BIO, BIOES, BILOU; ``prefix`` int8
    ``(n_tags,)``: 0 O, 1 B, 2 I, 3 E or L, 4 S or U; ``label`` int32 ``(n_tags,)``: code into ``labels``, -1 for O.
    """

    names: tuple[str, ...]
    scheme: str
    labels: tuple[str, ...]
    prefix: Ints
    label: Ints

    @property
    def outside(self) -> int:
        """Column of ``O``; -1 when the predictor has none."""
        found = np.flatnonzero(self.prefix == 0)
        return int(found[0]) if len(found) else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """Samples with their gold, as read. One object per data set version; nothing in it is ever changed.

    ``samples``: Arrow table with ``sample_id`` (string, unique), ``split`` (string), ``index`` (int32, 0-based position
    in the split's source), ``text`` (large_string), then ``meta_*`` columns. Ordered by split (train, dev, test, others
    by name), then index. ``labels``: the label names; codes point into it. ``has_gold`` bool ``(n_samples,)``.
    NER: ``tokens``, ``gold_spans``. Classification: ``gold_labels`` int32 ``(n_samples,)``, -1 where unlabelled.
    Multi-label: ``gold_labels`` bool ``(n_samples, n_labels)``.
    """

    task: Task
    labels: tuple[str, ...]
    samples: pa.Table
    has_gold: Bools
    tokens: Tokens | None = None
    gold_spans: Spans | None = None
    gold_labels: npt.NDArray[Any] | None = None
    scheme: str | None = None
    sources: tuple[Source, ...] = ()
    notices: tuple[Notice, ...] = ()

    def __len__(self) -> int:
        return int(self.samples.num_rows)

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits in the order of the samples."""
        return tuple(self.samples["split"].unique().to_pylist())

    def split_codes(self) -> tuple[tuple[str, ...], Ints]:
        """Split names and, per sample, the code into them, int8 ``(n_samples,)``."""
        encoded = self.samples["split"].combine_chunks().dictionary_encode()
        return tuple(encoded.dictionary.to_pylist()), encoded.indices.to_numpy(zero_copy_only=False).astype(np.int8)

    def slice(self, start: int, stop: int) -> DataSet:
        """The samples ``start:stop`` as a data set of their own; sources and notices are left out."""
        return replace(
            self,
            samples=self.samples.slice(start, stop - start),
            has_gold=self.has_gold[start:stop],
            tokens=None if self.tokens is None else self.tokens.slice(start, stop),
            gold_spans=None if self.gold_spans is None else self.gold_spans.slice(start, stop),
            gold_labels=None if self.gold_labels is None else self.gold_labels[start:stop],
            sources=(),
            notices=(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """What a predictor says of consecutive samples.

    NER: ``tags`` and ``token_probs`` float32 ``(n_tokens, n_tags)`` (rows sum to 1) where the predictor gives
    probabilities per token, and always ``spans`` (labels coded like the data set's, see ``labels``).
    Classification: ``class_probs`` float32 ``(n_samples, n_labels)`` or None, and ``class_pred`` int32
    ``(n_samples,)``; multi-label: probabilities are independent and ``class_pred`` is bool ``(n_samples, n_labels)``.
    ``labels``: label names that codes and columns point into: the data set's labels first, in its order, then any that
    only the predictor knows. ``has_pred`` bool ``(n_samples,)``: False where a predictions file is silent.
    ``embeddings`` float32: per token (NER) or per sample, or None. ``epoch_probs``: per training epoch an array shaped
    like ``token_probs`` / ``class_probs`` (float16), or None. ``issue_probs``: like ``token_probs`` / ``class_probs``
    but out of sample for *every* split, for ranking label issues; None = use the main ones.
    """

    labels: tuple[str, ...]
    tags: TagSet | None = None
    token_probs: Floats | None = None
    spans: Spans | None = None
    class_probs: Floats | None = None
    class_pred: npt.NDArray[Any] | None = None
    has_pred: Bools | None = None
    embeddings: Floats | None = None
    epoch_probs: tuple[Floats, ...] | None = None
    issue_probs: Floats | None = None
