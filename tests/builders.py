"""Small runs made of thin air, with the stored schema: enough of everything, and values that are easy to predict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from errata.analysis.matching import match
from errata.core.schema import DIFFICULTIES, ERROR_TYPES, ISSUES, SAMPLES, TOKENS, UNITS
from errata.core.types import Spans
from errata.query.view import RunView

WORDS = (
    "Leeds",
    "Ltd",
    "rated",
    "the",
    "café",
    "Ivar",
    "Øst",
    "won",
    "東京",
    "of",
    "naïve",
    "Bank",
    "O'Brien",
    "😀",
    "3:1",
)
LABELS = ("LOC", "MISC", "ORG", "PER")
SPLITS = ("train", "dev", "test")


def category(codes: Sequence[int] | np.ndarray, names: Sequence[str]) -> pa.Array:
    """Codes into ``names``; -1 is null."""
    codes = np.asarray(codes, np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(list(names), pa.string()))


def table(schema: pa.Schema, columns: dict[str, Any], size: int) -> pa.Table:
    """Columns in the schema's types, the others null, further ones behind."""
    arrays = [
        _as(columns[field.name], field.type) if field.name in columns else pa.nulls(size, field.type)
        for field in schema
    ]
    made = pa.Table.from_arrays(arrays, schema=schema)
    for name, values in columns.items():
        if name not in schema.names:
            made = made.append_column(name, values if isinstance(values, pa.Array) else pa.array(values))
    return made


def _as(values: Any, kind: pa.DataType) -> pa.Array:
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, from_pandas=True)
    return array if array.type == kind else array.cast(kind)


def ner_view(n_samples: int = 60, seed: int = 0, *, meta: dict[str, Sequence[Any]] | None = None) -> RunView:
    """A NER run: random spans of 1 to 3 words, predictions that are often right, random scores with some undefined."""
    rng = np.random.default_rng(seed)
    words = [[WORDS[k] for k in rng.integers(0, len(WORDS), rng.integers(0, 12))] for _ in range(n_samples)]
    texts = [" ".join(tokens) for tokens in words]
    bounds = [_bounds(tokens) for tokens in words]
    gold, pred = _spans(rng, bounds)
    has_gold = rng.random(n_samples) > 0.08
    gold = gold.take(has_gold[gold.sample])
    split = np.sort(rng.integers(0, 3, n_samples))
    units = _ner_units(rng, texts, gold, pred, has_gold, split)
    tokens = _token_table(rng, words, bounds, gold, pred, has_gold)
    samples = _samples(rng, texts, [len(tokens) for tokens in words], has_gold, split, units, meta)
    return RunView(
        name="small-ner",
        task="ner",
        labels=LABELS,
        manifest=manifest("BIO"),
        samples=samples,
        units=units,
        issues=_issues(rng, units),
        tokens=lambda: tokens,
        project="garden",
    )


def text_view(n_samples: int = 50, seed: int = 0, labels: Sequence[str] = ("card", "cash", "loan")) -> RunView:
    """A single-label classification run."""
    rng = np.random.default_rng(seed)
    texts = [" ".join(WORDS[k] for k in rng.integers(0, len(WORDS), rng.integers(1, 9))) for _ in range(n_samples)]
    has_gold = rng.random(n_samples) > 0.1
    gold = np.where(has_gold, rng.integers(0, len(labels), n_samples), -1)
    probs = rng.dirichlet(np.ones(len(labels)), n_samples).astype(np.float32)
    split = np.sort(rng.integers(0, 3, n_samples))
    pred = probs.argmax(1)
    columns = {
        "gold": category(gold, labels),
        "pred": category(pred, labels),
        "is_error": pa.array(gold != pred, mask=~has_gold),
        "confidence": probs.max(1),
        "suggested_label": category(np.where(has_gold, pred, -1), labels),
    }
    units = _text_units(rng, np.arange(n_samples), texts, split, columns)
    samples = _samples(rng, texts, [len(text.split()) for text in texts], has_gold, split, units, None)
    return RunView(
        name="small-text",
        task="classification",
        labels=tuple(labels),
        manifest=manifest(None),
        samples=samples,
        units=units,
        issues=_issues(rng, units),
        class_probs=lambda: probs,
        project="garden",
    )


def multilabel_view(n_samples: int = 40, seed: int = 0, labels: Sequence[str] = ("art", "law", "war")) -> RunView:
    """A multi-label run: a unit for every (sample, label) that is gold or predicted."""
    rng = np.random.default_rng(seed)
    texts = [" ".join(WORDS[k] for k in rng.integers(0, len(WORDS), 4)) for _ in range(n_samples)]
    has_gold = rng.random(n_samples) > 0.1
    gold = (rng.random((n_samples, len(labels))) < 0.4) & has_gold[:, None]
    probs = rng.random((n_samples, len(labels)), np.float32)
    pred = probs > 0.5
    split = np.sort(rng.integers(0, 3, n_samples))
    sample, label = np.nonzero(gold | pred)
    in_gold, in_pred = gold[sample, label], pred[sample, label]
    columns = {
        "gold": category(np.where(in_gold, label, -1), labels),
        "pred": category(np.where(in_pred, label, -1), labels),
        "is_error": pa.array(in_gold != in_pred, mask=~has_gold[sample]),
    }
    units = _text_units(rng, sample, texts, split, columns)
    samples = _samples(rng, texts, [4] * n_samples, has_gold, split, units, None)
    return RunView(
        name="small-multi",
        task="multilabel",
        labels=tuple(labels),
        manifest=manifest(None),
        samples=samples,
        units=units,
        class_probs=lambda: probs,
        project="garden",
    )


def manifest(scheme: str | None) -> dict[str, Any]:
    """Facts of a sealed run."""
    notice = {"code": "empty", "message": "empty samples", "count": 2, "severity": "info", "examples": ["train-3"]}
    return {
        "created": "2026-01-02T03:04:05+0000",
        "data_hash": "ab" * 32,
        "state": "sealed",
        "scheme": scheme,
        "predictor": {"name": "toy", "kind": "random"},
        "notices": [notice],
    }


def _bounds(words: Sequence[str]) -> np.ndarray:
    """First code point and the one after each word of the text joined by blanks, ``(n, 2)``."""
    lengths = np.array([len(word) for word in words], np.int32)
    start = np.concatenate(([0], np.cumsum(lengths + 1)[:-1])) if len(words) else lengths
    return np.stack((start, start + lengths), axis=1).astype(np.int32)


def _spans(rng: np.random.Generator, bounds: list[np.ndarray]) -> tuple[Spans, Spans]:
    gold, pred = [], []
    for sample, words in enumerate(bounds):
        at = int(rng.integers(0, 3))
        while at < len(words):
            end = min(at + int(rng.integers(1, 4)), len(words))
            label = int(rng.integers(0, len(LABELS)))
            fate = rng.random()
            if fate < 0.9:
                gold.append((sample, at, end, label))
            if fate > 0.15:
                pred.append(
                    (sample, at, max(at + 1, end - int(fate > 0.8)), label if fate < 0.6 else int(rng.integers(0, 4)))
                )
            at = end + int(rng.integers(1, 4))
    return _as_spans(gold, bounds), _as_spans(pred, bounds)


def _as_spans(found: list[tuple[int, int, int, int]], bounds: list[np.ndarray]) -> Spans:
    sample, start, end, label = np.array(found, np.int32).reshape(-1, 4).T
    low = np.array([bounds[s][a][0] for s, a in zip(sample, start, strict=True)], np.int32)
    high = np.array([bounds[s][b - 1][1] for s, b in zip(sample, end, strict=True)], np.int32)
    return Spans(sample, start, end, low, high, label).sorted()


def _score(rng: np.random.Generator, size: int, scale: float = 1.0) -> pa.Array:
    return pa.array((rng.random(size) * scale).astype(np.float32), mask=rng.random(size) < 0.1)


def _common(rng: np.random.Generator, size: int) -> dict[str, Any]:
    scores = {
        name: _score(rng, size) for name in ("p_gold", "dep", "certainty_ratio", "issue_score", "label_consistency")
    }
    return {
        **scores,
        "loss": _score(rng, size, 6.0),
        "margin": _score(rng, size),
        "difficulty": category(rng.integers(-1, 3, size), DIFFICULTIES),
        "label_issue": rng.random(size) < 0.15,
        "position": rng.random(size).astype(np.float32),
        "seen_in_train": pa.array(rng.random(size) < 0.5, mask=rng.random(size) < 0.2),
        "train_count": rng.integers(0, 9, size).astype(np.int32),
    }


def _ner_units(
    rng: np.random.Generator, texts: list[str], gold: Spans, pred: Spans, has_gold: np.ndarray, split: np.ndarray
) -> pa.Table:
    found = match(gold, pred, judged=has_gold)
    size = len(found)
    sides: dict[str, Any] = {}
    for name, spans, at in (("gold", gold, found.gold), ("pred", pred, found.pred)):
        for part in ("start", "end", "char_start", "char_end", "label"):
            sides[f"{name}_{part}"] = pa.array(np.append(getattr(spans, part), 0)[at], mask=at < 0)
    sample = np.where(found.gold >= 0, np.append(gold.sample, 0)[found.gold], np.append(pred.sample, 0)[found.pred])
    low, high = (_first(sides[f"gold_char_{end}"], sides[f"pred_char_{end}"]) for end in ("start", "end"))
    labels = {side: np.asarray(sides.pop(f"{side}_label").fill_null(-1)) for side in ("gold", "pred")}
    columns = {
        **_common(rng, size),
        **sides,
        "unit_id": [f"u{k}" for k in range(size)],
        "sample_id": [f"s{s}" for s in sample],
        "sample": sample.astype(np.int32),
        "split": category(split[sample], SPLITS),
        "char_start": low,
        "char_end": high,
        "text": [texts[s][a:b] for s, a, b in zip(sample, low, high, strict=True)],
        "gold": category(labels["gold"], LABELS),
        "pred": category(labels["pred"], LABELS),
        "error_type": category(found.error_type, ERROR_TYPES),
        "is_error": pa.array(found.error_type > 0, mask=found.error_type < 0),
        "is_split": found.is_split,
        "is_merged": found.is_merged,
        "gold_is_strict": pa.array(rng.random(size) < 0.9, mask=labels["gold"] < 0),
        "pred_is_strict": pa.array(rng.random(size) < 0.9, mask=labels["pred"] < 0),
        "confidence": _score(rng, size),
        "suggested_label": category(rng.integers(-1, 4, size), LABELS),
        "length": rng.integers(1, 4, size).astype(np.int32),
    }
    return table(UNITS, columns, size)


def _first(left: pa.Array, right: pa.Array) -> np.ndarray:
    return np.where(np.asarray(left.is_valid()), np.asarray(left.fill_null(0)), np.asarray(right.fill_null(0)))


def _text_units(
    rng: np.random.Generator, sample: np.ndarray, texts: list[str], split: np.ndarray, columns: dict[str, Any]
) -> pa.Table:
    size = len(sample)
    facts = {
        "unit_id": [f"u{k}" for k in range(size)],
        "sample_id": [f"s{s}" for s in sample],
        "sample": sample.astype(np.int32),
        "split": category(split[sample], SPLITS),
        "char_start": np.zeros(size, np.int32),
        "char_end": np.array([len(texts[s]) for s in sample], np.int32),
        "text": [texts[s] for s in sample],
    }
    return table(UNITS, {**_common(rng, size), **facts, **columns}, size)


def _samples(
    rng: np.random.Generator,
    texts: list[str],
    n_tokens: list[int],
    has_gold: np.ndarray,
    split: np.ndarray,
    units: pa.Table,
    meta: dict[str, Sequence[Any]] | None,
) -> pa.Table:
    size = len(texts)
    owner = np.asarray(units["sample"])
    errors = np.asarray(units["is_error"].combine_chunks().fill_null(False))
    extra = (
        meta
        if meta is not None
        else {
            "meta_source": [("web", "news", None)[k] for k in rng.integers(0, 3, size)],
            "meta_year": pa.array(rng.integers(1999, 2004, size)),
        }
    )
    columns = {
        "sample": np.arange(size, dtype=np.int32),
        "sample_id": [f"s{k}" for k in range(size)],
        "split": category(split, SPLITS),
        "index": np.concatenate([np.arange((split == code).sum()) for code in range(3)]).astype(np.int32),
        "text": texts,
        "n_tokens": np.array(n_tokens, np.int32),
        "text_length": np.array([len(text) for text in texts], np.int32),
        "is_empty": np.array([not text.strip() for text in texts]),
        "has_gold": has_gold,
        "has_pred": np.ones(size, bool),
        "n_units": np.bincount(owner, minlength=size).astype(np.int32),
        "n_errors": np.bincount(owner[errors], minlength=size).astype(np.int32),
        "loss_sum": _score(rng, size, 20.0),
        "sample_dep": _score(rng, size),
        "sample_issue_score": pa.array(rng.random(size).astype(np.float32), mask=~has_gold),
        **extra,
    }
    return table(SAMPLES, columns, size)


def _token_table(
    rng: np.random.Generator,
    words: list[list[str]],
    bounds: list[np.ndarray],
    gold: Spans,
    pred: Spans,
    has_gold: np.ndarray,
) -> pa.Table:
    lengths = [len(tokens) for tokens in words]
    sample = np.repeat(np.arange(len(words)), lengths)
    first = np.concatenate(([0], np.cumsum(lengths)))
    size = int(first[-1])
    tags = ["O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BI")]

    def tagged(spans: Spans) -> np.ndarray:
        codes = np.zeros(size, np.int32)
        for s, a, b, label in zip(spans.sample, spans.start, spans.end, spans.label, strict=True):
            codes[first[s] + a : first[s] + b] = 2 + 2 * label
            codes[first[s] + a] = 1 + 2 * label
        return codes

    edges = np.concatenate(bounds) if size else np.zeros((0, 2), np.int32)
    columns = {
        "sample": sample.astype(np.int32),
        "token": (np.arange(size) - first[sample]).astype(np.int32),
        "char_start": edges[:, 0],
        "char_end": edges[:, 1],
        "text": [word for tokens in words for word in tokens],
        "gold_tag": category(np.where(has_gold[sample], tagged(gold), -1), tags),
        "pred_tag": category(tagged(pred), tags),
        **{name: _score(rng, size) for name in ("confidence", "p_gold", "loss", "margin", "dep", "issue_score")},
        "suggested_label": category(rng.integers(-1, 4, size), LABELS),
    }
    return table(TOKENS, columns, size)


def _issues(rng: np.random.Generator, units: pa.Table) -> pa.Table:
    size = units.num_rows
    columns = {
        "start": np.zeros(size, np.int32),
        "end": np.ones(size, np.int32),
        "reasons": [["PER in 3 of 4 other spans"] if k % 2 else [] for k in range(size)],
        **{
            name: units[name].combine_chunks()
            for name in (
                "sample",
                "char_start",
                "char_end",
                "text",
                "gold",
                "suggested_label",
                "issue_score",
                "unit_id",
            )
        },
    }
    return table(ISSUES, columns, size).take(pa.array(rng.permutation(size)))
