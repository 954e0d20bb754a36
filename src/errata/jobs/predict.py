"""Data set → predictions, in parts that are sealed one by one, so that a killed run goes on where it stopped.

A part is a fixed range of samples; its batches depend on nothing outside it, so a resumed run is identical to an
uninterrupted one. Predictors that must see everything (cross-validation) run whole and are cut into parts afterwards.
Predictors without probabilities borrow their scores from the baseline; the manifest says so (``lent``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from errata.analysis.segments import mean_ranges
from errata.core.errors import ModelError
from errata.core.settings import setting
from errata.core.types import DataSet, Floats, Ints, Predictions, Spans, TagSet
from errata.formats.tagging import recode, strict_mask, tag_set
from errata.models.baseline import Baseline
from errata.models.protocol import Predictor, Progress
from errata.store.runs import Run

SPAN_COLUMNS = ["sample", "start", "end", "char_start", "char_end", "label"]

Report = Callable[[str], Progress]
"""Called with the name of a step, gives the Progress that shows it."""


def ranges(data: DataSet) -> Iterator[tuple[int, int, int]]:
    """(part, start, stop) over the samples, in order."""
    size = int(setting("part_samples"))
    for part, start in enumerate(range(0, max(len(data), 1), size)):
        yield part, start, min(start + size, len(data))


def predict(run: Run, data: DataSet, predictor: Predictor, report: Report) -> None:
    """Write the missing parts of the predictions of ``data`` into ``run``, then scores for predictors without any."""
    missing = [(part, start, stop) for part, start, stop in ranges(data) if not _is_done(run, "predicted", part)]
    if missing and predictor.needs_whole:
        whole = predictor.predict(data, report(f"predicting with {predictor.name}"))
        for part, start, stop in missing:
            _write_part(run, part, start, data.slice(start, stop), _slice(whole, data, start, stop))
    elif missing:
        progress = report(f"predicting with {predictor.name}")
        work = _work(data)
        for part, start, stop in missing:
            chunk = data.slice(start, stop)
            step = _part_progress(progress, int(work[start]), int(work[stop]), int(work[-1]))
            _write_part(run, part, start, chunk, predictor.predict(chunk, step))
    if not run.manifest["prediction"]["has_probabilities"]:
        _lend_scores(run, data, report)


def _part_progress(progress: Progress, done: int, until: int, all_work: int) -> Progress:
    """Progress of one part as progress of the whole."""

    def step(now: int, total: int) -> None:
        progress(done + (until - done) * now // max(total, 1), all_work)

    return step


def _work(data: DataSet) -> Ints:
    """Cumulative amount of text before each sample, in tokens or samples: what the progress bar counts."""
    return data.tokens.offsets if data.tokens is not None else np.arange(len(data) + 1)


def _is_done(run: Run, stage: str, part: int) -> bool:
    return part in run.manifest["stages"].get(stage, [])


def _finish(run: Run, stage: str, part: int) -> None:
    run.manifest["stages"].setdefault(stage, []).append(part)
    run.note()


def _lend_scores(run: Run, data: DataSet, report: Report) -> None:
    """Let the cross-validated baseline score predictions that come without probabilities."""
    missing = [(part, start, stop) for part, start, stop in ranges(data) if not _is_done(run, "lent", part)]
    if not missing:
        return
    baseline = Baseline()
    whole = baseline.predict(data, report("scoring with the baseline, as the predictions have no probabilities"))
    facts = {**_facts(whole), "predictor": baseline.describe()}
    for part, start, stop in missing:
        chunk, lent = data.slice(start, stop), _slice(whole, data, start, stop)
        run.put_table(f"lent/part-{part:05d}.parquet", pa.table(_score_columns(lent)))
        _write_extras(run, part, start, chunk, lent, stored_spans(run, part, start))
        run.manifest["lent"] = facts
        _finish(run, "lent", part)


def _slice(whole: Predictions, data: DataSet, start: int, stop: int) -> Predictions:
    if data.tokens is not None:
        low, high = int(data.tokens.offsets[start]), int(data.tokens.offsets[stop])
    else:
        low, high = start, stop

    def rows(values: Any) -> Any:
        return None if values is None else values[low:high]

    return replace(
        whole,
        token_probs=rows(whole.token_probs),
        spans=None if whole.spans is None else whole.spans.slice(start, stop),
        class_probs=rows(whole.class_probs),
        class_pred=None if whole.class_pred is None else whole.class_pred[start:stop],
        has_pred=None if whole.has_pred is None else whole.has_pred[start:stop],
        embeddings=rows(whole.embeddings),
        epoch_probs=None if whole.epoch_probs is None else tuple(rows(epoch) for epoch in whole.epoch_probs),
        issue_probs=rows(whole.issue_probs),
    )


def _write_part(run: Run, part: int, start: int, data: DataSet, made: Predictions) -> None:
    made = _with_known_labels(run, made)
    facts = _facts(made)
    known = run.manifest.setdefault("prediction", facts)
    if {**known, "labels": []} != {**facts, "labels": []}:
        raise ModelError("the predictor changed its tags between two parts.", remedy="analyse again from the start.")
    run.manifest["prediction"] = facts
    name = f"part-{part:05d}.parquet"
    table = pa.table({**_score_columns(made), **_pred_column(made)})
    if made.has_pred is not None:
        run.put_table(f"silent/{name}", pa.table({"has_pred": made.has_pred}))
    if table.num_columns:
        run.put_table(f"predictions/{name}", table)
    if made.spans is not None:
        run.put_table(f"spans/{name}", _span_table(start, data, made, made.spans))
    _write_extras(run, part, start, data, made, made.spans)
    _finish(run, "predicted", part)


def _with_known_labels(run: Run, made: Predictions) -> Predictions:
    """Predictions coded like the parts before; labels that appear only now are appended, so old codes stay right.

    Stored columns of earlier parts are then fewer than the labels: readers fill up with zeros (``widened``).
    """
    known = tuple(run.manifest["prediction"]["labels"]) if "prediction" in run.manifest else made.labels
    labels = known + tuple(label for label in made.labels if label not in known)
    if labels == made.labels:
        return made
    code = np.array([labels.index(label) for label in made.labels], np.int32)

    def columns(values: Any) -> Any:
        if values is None:
            return None
        out = np.zeros((len(values), len(labels)), values.dtype)
        out[:, code] = values
        return out

    pred = made.class_pred
    return replace(
        made,
        labels=labels,
        spans=None if made.spans is None else recode(made.spans, made.labels, labels),
        class_probs=columns(made.class_probs),
        class_pred=pred if pred is None else columns(pred) if pred.ndim == 2 else code[pred],
    )


def widened(values: Any, width: int) -> Any:
    """A matrix with zero columns appended up to ``width``."""
    return values if values.shape[1] >= width else np.pad(values, ((0, 0), (0, width - values.shape[1])))


def _facts(made: Predictions) -> dict[str, Any]:
    """What must be the same in every part; ``labels`` may grow."""
    return {
        "labels": list(made.labels),
        "tags": None if made.tags is None else {"names": list(made.tags.names), "scheme": made.tags.scheme},
        "has_probabilities": made.token_probs is not None or made.class_probs is not None,
    }


def _write_extras(run: Run, part: int, start: int, data: DataSet, made: Predictions, spans: Spans | None) -> None:
    """Vectors and per-epoch probabilities, where the predictor has them; ``spans`` are the predicted ones."""
    name = f"part-{part:05d}.parquet"
    if made.embeddings is not None and not run.has(f"embeddings/{name}"):
        run.put_table(f"embeddings/{name}", _embedding_table(start, data, spans, made.embeddings))
    if made.epoch_probs is not None:
        epochs = {f"epoch_{k}": matrix(epoch.astype(np.float16)) for k, epoch in enumerate(made.epoch_probs)}
        run.put_table(f"dynamics/{name}", pa.table(epochs))


def _score_columns(made: Predictions) -> dict[str, Any]:
    probs = made.token_probs if made.token_probs is not None else made.class_probs
    columns = {"probs": probs, "issue_probs": made.issue_probs}
    return {name: matrix(values) for name, values in columns.items() if values is not None}


def _pred_column(made: Predictions) -> dict[str, Any]:
    """The predicted classes, where there are some; multi-label: a matrix."""
    if made.class_pred is None:
        return {}
    return {"pred": matrix(made.class_pred) if made.class_pred.ndim == 2 else pa.array(made.class_pred)}


def _span_table(start: int, data: DataSet, made: Predictions, spans: Spans) -> pa.Table:
    strict = np.ones(len(spans), bool)  # spans that come as spans are well formed
    if made.tags is not None and made.token_probs is not None and data.tokens is not None and len(spans):
        codes = made.token_probs.argmax(axis=1).astype(np.int32)
        strict = strict_mask(recode(spans, made.labels, made.tags.labels), made.tags, codes, data.tokens.offsets)
    return pa.table(
        {
            "sample": spans.sample + np.int32(start),
            "start": spans.start,
            "end": spans.end,
            "char_start": spans.char_start,
            "char_end": spans.char_end,
            "label": spans.label,
            "is_strict": strict,
        }
    )


def stored_spans(run: Run, part: int, start: int = 0) -> Spans | None:
    """Predicted spans of a part, ``sample`` counted from ``start``; None for classification."""
    name = f"spans/part-{part:05d}.parquet"
    if name not in run.manifest["files"]:
        return None
    table = run.table(name, SPAN_COLUMNS)
    kept = {column: values.to_numpy() for column, values in zip(SPAN_COLUMNS, table.columns, strict=True)}
    return Spans(**{**kept, "sample": kept["sample"] - np.int32(start)})


def _embedding_table(start: int, data: DataSet, spans: Spans | None, vectors: Floats) -> pa.Table:
    """Classification: one vector per sample. NER: the mean over the tokens of each distinct gold or predicted span."""
    if data.tokens is None or spans is None or data.gold_spans is None:
        return pa.table({"vector": matrix(vectors.astype(np.float32))})
    sides = (data.gold_spans, spans)
    bounds = np.unique(
        np.concatenate([np.column_stack([side.sample, side.start, side.end]) for side in sides]), axis=0
    ).astype(np.int64)
    sample, first, last = bounds.T
    base = data.tokens.offsets[sample]
    means = mean_ranges(vectors, base + first, base + last)
    return pa.table(
        {
            "sample": (sample + start).astype(np.int32),
            "start": bounds[:, 1].astype(np.int32),
            "end": bounds[:, 2].astype(np.int32),
            "vector": matrix(means),
        }
    )


def matrix(values: Any) -> pa.FixedSizeListArray:
    """A 2-D array as an Arrow column of fixed-size lists."""
    values = np.ascontiguousarray(values)
    return pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), values.shape[1])


def from_matrix(column: pa.ChunkedArray) -> Any:
    """The 2-D array behind a column made by ``matrix``."""
    flat = column.combine_chunks()
    flat = flat.chunk(0) if isinstance(flat, pa.ChunkedArray) else flat
    width = flat.type.list_size
    return flat.flatten().to_numpy(zero_copy_only=False).reshape(-1, width)


def stored_tags(facts: Mapping[str, Any]) -> TagSet | None:
    """The tag set behind the probability columns, from the manifest's ``prediction`` or ``lent``."""
    kept = facts["tags"]
    return None if kept is None else tag_set(kept["names"], kept["scheme"])
