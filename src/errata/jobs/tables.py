"""Stored predictions → the sealed tables of a run: tokens, units, samples, issues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.analysis.detectors_strings import StringEvidence, facts
from errata.analysis.maps import fit_projection, project
from errata.analysis.ranking import (
    MOST_REASONS,
    Ranking,
    Regions,
    most_suspicious,
    rank_ranges,
    reasons,
    regions,
    sample_scores,
)
from errata.analysis.scores import sample_losses
from errata.analysis.segments import argmax_ranges
from errata.analysis.surface import SurfaceFacts, surface_facts
from errata.core.schema import ERROR_TYPES, ISSUES, SAMPLES, UNITS
from errata.core.types import Bools, DataSet, Floats, Ints, Task
from errata.jobs import ner_tables, text_tables
from errata.jobs.columns import category, number, optional, surfaces, table
from errata.jobs.predict import Report, from_matrix
from errata.store.runs import Run


def write_tables(run: Run, data: DataSet, report: Report) -> None:
    """Make every table from the stored predictions, in a fixed order; the same predictions give the same bytes."""
    names = tuple(run.manifest["prediction"]["labels"])
    has_pred = _has_pred(run, data)
    progress = report("analysing")
    make = _ner if data.task == "ner" else _texts
    unit_columns, sample_columns, issues = make(run, data, names, has_pred, progress)
    unit_columns |= _places(run, data, unit_columns)
    unit_columns["unit_id"] = _unit_ids(data, unit_columns)
    units = table(UNITS, unit_columns)
    progress(3, 4)
    run.put_table("units.parquet", units)
    run.put_table("samples.parquet", _samples(data, units, sample_columns | {"has_pred": has_pred}))
    run.put_table("issues.parquet", _with_unit_ids(issues, units, data.task))
    run.manifest["n_units"] = units.num_rows
    run.manifest["n_errors"] = int(pc.sum(units["is_error"]).as_py() or 0)
    progress(4, 4)


def _ner(
    run: Run, data: DataSet, names: tuple[str, ...], has_pred: Bools, progress: Any
) -> tuple[dict[str, Any], dict[str, Any], pa.Table]:
    predicted = ner_tables.predicted_spans(run)
    strings = ner_tables.string_evidence(data)
    tokens = ner_tables.write_tokens(run, data, names, predicted.spans, has_pred, strings)
    progress(1, 4)
    units = ner_tables.match_units(data, predicted.spans, tokens, has_pred)
    columns = ner_tables.unit_columns(data, names, predicted, tokens, units)
    in_train = surface_facts(columns["text"], units.gold, units.pred, _in_train(data)[units.sample], len(names))
    ranking = rank_ranges(tokens.ranking, units.token_start, units.token_end)
    columns |= _surface_columns(in_train) | _issue_columns(ranking, names)
    progress(2, 4)
    offsets = data.tokens.offsets if data.tokens is not None else np.zeros(1, np.int64)
    total, mean, largest = sample_losses(tokens.scores.loss, offsets)
    sample_columns = {
        "loss_sum": number(total),
        "loss_mean": number(mean),
        "loss_max": number(largest),
        "sample_issue_score": number(sample_scores(tokens.ranking.score, offsets)),
    }
    found = regions(tokens.ranking, tokens.gold, offsets, data.gold_spans)  # type: ignore[arg-type]
    elsewhere = _string_facts(data, names, tokens, strings, found)
    return columns, sample_columns, _region_table(run, data, names, found, elsewhere)


def _texts(
    run: Run, data: DataSet, names: tuple[str, ...], has_pred: Bools, progress: Any
) -> tuple[dict[str, Any], dict[str, Any], pa.Table]:
    units = text_tables.text_units(run, data, names, has_pred)
    progress(1, 4)
    columns = text_tables.unit_columns(data, names, units) | _issue_columns(units.ranking, names)
    total, mean, largest = units.sample_loss
    every = units.all_ranks
    score = every.score if every.score.ndim == 1 else _largest(every.score)
    sample_columns = {
        "loss_sum": number(total),
        "loss_mean": number(mean),
        "loss_max": number(largest),
        "sample_issue_score": number(score),
    }
    progress(2, 4)
    return columns, sample_columns, _decision_table(run, data, names, units)


def _largest(score: Floats) -> Floats:
    """Row-wise largest defined score; NaN without any."""
    lowered = np.where(np.isnan(score), -np.inf, score).max(axis=1, initial=-np.inf)
    return np.where(np.isneginf(lowered), np.nan, lowered)


def _issue_columns(ranking: Ranking, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "label_issue": ranking.label_issue,
        "issue_score": number(ranking.score),
        "suggested_label": category(ranking.suggested, names),
    }


def _surface_columns(facts: SurfaceFacts) -> dict[str, Any]:
    return {
        "seen_in_train": facts.seen_in_train,
        "train_count": facts.train_count,
        "label_consistency": number(facts.label_consistency),
    }


def _string_facts(
    data: DataSet, names: tuple[str, ...], tokens: ner_tables.TokenColumns, strings: StringEvidence, found: Regions
) -> dict[int, str]:
    """For the most suspicious regions, how the string at their worst token is labelled elsewhere."""
    if data.tokens is None:
        raise TypeError("an NER data set has tokens")
    top = most_suspicious(found.ranking.score)
    first = data.tokens.offsets[found.sample[top]]
    worst = argmax_ranges(tokens.ranking.score, first + found.start[top], first + found.end[top])
    return dict(zip(top.tolist(), facts(strings, worst, data.tokens.text, names), strict=True))


def _region_table(
    run: Run, data: DataSet, names: tuple[str, ...], found: Regions, elsewhere: Mapping[int, str]
) -> pa.Table:
    """Issues of an NER run: every gold span, and every un-annotated region that looks like one."""
    if data.tokens is None:
        raise TypeError("an NER data set has tokens")
    first = data.tokens.offsets[found.sample]
    char_start = data.tokens.char_start[first + found.start]
    char_end = data.tokens.char_end[np.maximum(first + found.end - 1, 0)]
    text = surfaces(data.samples["text"], found.sample, char_start, char_end)
    nothing = np.full(len(text), -1)
    in_train = surface_facts(text, found.gold, nothing, _in_train(data)[found.sample], len(names))
    columns = {
        "sample": found.sample,
        "start": found.start,
        "end": found.end,
        "char_start": char_start,
        "char_end": char_end,
        "text": text,
        "gold": category(found.gold, names),
        "suggested_label": category(found.ranking.suggested, names),
        "issue_score": number(found.ranking.score),
        "reasons": reasons(found.ranking, found.gold, names, _source_name(run), in_train, beside=elsewhere),
    }
    return table(ISSUES, columns)


def _decision_table(run: Run, data: DataSet, names: tuple[str, ...], units: text_tables.TextUnits) -> pa.Table:
    """Issues of a classification run: every text, or every (sample, label) unit and every other flagged pair."""
    every = units.all_ranks
    if every.score.ndim == 1:
        sample, gold, ranking = units.sample, units.gold, every
    else:
        listed = every.label_issue.copy()
        listed[units.sample, np.maximum(units.gold, units.pred)] = True
        sample, label = np.nonzero(listed)
        ranking = Ranking(*(getattr(every, field.name)[sample, label] for field in fields(every)))
        is_gold = np.zeros(listed.shape, bool)
        is_gold[units.sample[units.gold >= 0], units.gold[units.gold >= 0]] = True
        gold = np.where(is_gold[sample, label], label, -1)
    texts = data.samples["text"].take(pa.array(sample))
    columns = {
        "sample": sample.astype(np.int32),
        "start": np.zeros(len(sample), np.int32),
        "end": np.zeros(len(sample), np.int32),
        "char_start": np.zeros(len(sample), np.int32),
        "char_end": pc.utf8_length(texts).cast(pa.int32()),
        "text": texts,
        "gold": category(gold, names),
        "suggested_label": category(ranking.suggested, names),
        "issue_score": number(ranking.score),
        "reasons": reasons(ranking, gold, names, _source_name(run), at_most=MOST_REASONS),
    }
    return table(ISSUES, columns)


def _source_name(run: Run) -> str:
    """Whose probabilities the issues rest on."""
    return "baseline" if "lent" in run.manifest else str(run.manifest["predictor"]["name"])


def _samples(data: DataSet, units: pa.Table, columns: dict[str, Any]) -> pa.Table:
    size = len(data)
    sample = units["sample"].to_numpy()
    texts = data.samples["text"]
    split_names, split_of = data.split_codes()
    counts = {"n_units": sample, "n_errors": sample[pc.fill_null(units["is_error"], False).to_numpy()]}
    codes = pc.index_in(units["error_type"].cast(pa.string()), pa.array(ERROR_TYPES)).fill_null(-1).to_numpy()
    for code, name in enumerate(ERROR_TYPES[1:], start=1):
        counts[f"n_{name}"] = sample[codes == code]
    dep = np.full(size, -np.inf, np.float32)
    known = pc.fill_null(units["dep"], -np.inf).to_numpy()
    np.maximum.at(dep, sample, known)
    made = {
        "sample": np.arange(size, dtype=np.int32),
        "sample_id": data.samples["sample_id"],
        "split": category(split_of, split_names),
        "index": data.samples["index"],
        "text": texts,
        "n_tokens": optional(data.tokens.lengths(), np.ones(size))
        if data.tokens is not None
        else pa.nulls(size, pa.int32()),
        "text_length": pc.utf8_length(texts).cast(pa.int32()),
        "is_empty": pc.equal(pc.utf8_trim_whitespace(texts), ""),
        "has_gold": data.has_gold,
        **{name: np.bincount(rows, minlength=size).astype(np.int32) for name, rows in counts.items()},
        "sample_dep": number(np.where(np.isneginf(dep), np.nan, dep)),
        **columns,
    }
    extra = data.samples.select([name for name in data.samples.column_names if name.startswith("meta_")])
    return table(SAMPLES, made, extra)


def _places(run: Run, data: DataSet, columns: dict[str, Any]) -> dict[str, Any]:
    """Map positions of the units: the first two principal components of their vectors, fitted on all splits."""
    if not run.parts("embeddings"):
        return {}
    kept = run.parts_table("embeddings")
    vectors = from_matrix(kept["vector"])
    places = project(fit_projection(vectors), vectors)
    sample = columns["sample"]
    if data.task != "ner":
        rows = sample
    else:
        start = pc.coalesce(columns["gold_start"], columns["pred_start"]).to_numpy()
        end = pc.coalesce(columns["gold_end"], columns["pred_end"]).to_numpy()
        known = _key(kept["sample"].to_numpy(), kept["start"].to_numpy(), kept["end"].to_numpy())
        rows = np.searchsorted(known, _key(sample, start, end))
    return {"x": number(places[rows, 0]), "y": number(places[rows, 1])}


def _key(sample: Ints, start: Ints, end: Ints) -> Ints:
    """One sortable number per (sample, start, end); 2^20 tokens a sample are enough for any text we accept."""
    return (sample.astype(np.int64) << 40) | (start.astype(np.int64) << 20) | end.astype(np.int64)


def _unit_ids(data: DataSet, columns: dict[str, Any]) -> pa.Array:
    """``sample:gold bounds+label/pred bounds+label``; units equal in all of these are numbered."""
    sample_id = columns["sample_id"]
    sample_id = sample_id.combine_chunks() if isinstance(sample_id, pa.ChunkedArray) else sample_id
    sides = []
    for side in ("gold", "pred"):
        label = columns[side].cast(pa.string())
        if data.task == "ner":
            bounds = (columns[f"{side}_char_start"].cast(pa.string()), columns[f"{side}_char_end"].cast(pa.string()))
            label = pc.binary_join_element_wise(*bounds, label, "-")
        sides.append(pc.fill_null(label, ""))
    ids = pc.binary_join_element_wise(sample_id.cast(pa.string()), *sides, "|")
    encoded = ids.dictionary_encode().indices.to_numpy()
    order = np.argsort(encoded, kind="stable")
    first = np.flatnonzero(np.diff(encoded[order], prepend=-1))
    rank = np.empty(len(encoded), np.int64)
    rank[order] = np.arange(len(encoded)) - np.repeat(first, np.diff(np.append(first, len(encoded))))
    if not rank.any():
        return ids
    return pa.array(
        [f"{name}|{again}" if again else name for name, again in zip(ids.to_pylist(), rank.tolist(), strict=True)]
    )


def _with_unit_ids(issues: pa.Table, units: pa.Table, task: Task) -> pa.Table:
    """The issues with the id of the unit of the same bounds (NER), sample, or (sample, label); null without one."""
    if task == "ner":
        bounds = [pc.coalesce(units[f"gold_{end}"], units[f"pred_{end}"]).to_numpy() for end in ("start", "end")]
        known = _key(units["sample"].to_numpy(), *bounds)
        wanted = _key(issues["sample"].to_numpy(), issues["start"].to_numpy(), issues["end"].to_numpy())
    else:
        known, wanted = (
            _decision_key(made, other, task) for made, other in ((units, "pred"), (issues, "suggested_label"))
        )
    order = np.argsort(known, kind="stable")
    at = order[np.minimum(np.searchsorted(known[order], wanted), max(len(known) - 1, 0))] if len(known) else wanted
    found = pa.array(at, mask=known[at] != wanted if len(known) else np.ones(len(wanted), bool))
    ids = units["unit_id"].combine_chunks().take(found)
    return issues.set_column(issues.schema.get_field_index("unit_id"), ISSUES.field("unit_id"), ids)


def _decision_key(made: pa.Table, other: str, task: Task) -> Ints:
    """One number per sample, or per (sample, label) with the label that is gold, else ``other``."""
    sample: Ints = made["sample"].to_numpy().astype(np.int64)
    if task == "classification":
        return sample
    codes = [made[name].combine_chunks() for name in ("gold", other)]
    indices = [(code.chunk(0) if isinstance(code, pa.ChunkedArray) else code).indices for code in codes]
    label: Ints = pc.coalesce(*indices).to_numpy(zero_copy_only=False).astype(np.int64)
    return (sample << 20) | label


def _in_train(data: DataSet) -> Bools:
    found: Bools = pc.equal(data.samples["split"], "train").to_numpy()
    return found


def _has_pred(run: Run, data: DataSet) -> Bools:
    """Whether the predictor spoke of each sample."""
    if not run.parts("silent"):
        return np.ones(len(data), bool)
    found: Bools = run.parts_table("silent")["has_pred"].to_numpy()
    return found
