"""NER: stored predictions → token columns → units."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from errata.analysis.detectors_confidence import confident_thresholds
from errata.analysis.detectors_strings import StringEvidence, evidence
from errata.analysis.dynamics import Dynamics, dynamics, epoch_gold
from errata.analysis.matching import Units, match
from errata.analysis.occurrences import LabelledTokens, word_codes
from errata.analysis.ranking import MODEL_HINTS, Hints, Ranking, gold_labels, rank_tokens, string_hints, token_sums
from errata.analysis.scores import Scores, difficulty, token_scores, unit_scores
from errata.analysis.segments import reduce_ranges
from errata.core.schema import DIFFICULTIES, ERROR_TYPES, TOKENS
from errata.core.types import Bools, DataSet, Floats, Ints, Spans, Tokens
from errata.formats.tagging import bio_tag_set, encode
from errata.jobs.columns import category, join, number, optional, surfaces, table
from errata.jobs.predict import SPAN_COLUMNS
from errata.jobs.scores import PartScores, StoredScores
from errata.store.runs import Run


@dataclass(frozen=True, slots=True)
class PredictedSpans:
    """Predicted spans of the whole run; ``label`` codes into the run's label names; ``is_strict`` per span."""

    spans: Spans
    is_strict: Bools


@dataclass(frozen=True, slots=True)
class TokenColumns:
    """Columns over all tokens of the run, in order.

    ``gold`` int32 label codes, -1 outside; ``p_epochs`` float32 and ``best_epochs`` bool ``(E, n_tokens)``: p(gold) and
    whether gold was best in each epoch; E is 0 without epochs.
    """

    scores: Scores
    ranking: Ranking
    gold: Ints
    p_epochs: Floats
    best_epochs: Bools


def predicted_spans(run: Run) -> PredictedSpans:
    """All parts of the predicted spans, in order."""
    kept = run.parts_table("spans")
    columns = {name: kept[name].to_numpy() for name in SPAN_COLUMNS}
    return PredictedSpans(Spans(**columns), kept["is_strict"].to_numpy())


def string_evidence(data: DataSet) -> StringEvidence:
    """How equal strings are labelled elsewhere, over all annotated samples. A sample's own mentions do not count."""
    tokens, spans = _need(data.tokens), _need(data.gold_spans)
    tags = bio_tag_set(data.labels)
    labels = np.append(tags.label, -1)[encode(spans, tokens.offsets, tags)].astype(np.int32)
    group = np.where(data.has_gold, np.arange(len(data)), -1)
    return evidence(LabelledTokens(word_codes(tokens.text), tokens.offsets, labels, spans, group, len(data.labels)))


def write_tokens(
    run: Run, data: DataSet, names: tuple[str, ...], pred: Spans, has_pred: Bools, strings: StringEvidence
) -> TokenColumns:
    """Write the token table part by part; give back the columns that units are made of.

    Tokens of samples that the predictor did not speak of have no predicted tag. The borders of confident learning are
    means over a whole split, hence a first pass over the probabilities.
    """
    stored = StoredScores.of(run)
    hints = string_hints(strings)
    split_names, split_of = data.split_codes()
    sums: Any = 0
    for part in stored.parts(data):
        gold, has_gold, _, group = _gold_tags(data, stored, part, split_of)
        sums = sums + token_sums(
            part.issue_probs,
            _need(stored.tags),
            gold,
            labels=names,
            has_gold=has_gold,
            group=group,
            n_groups=len(split_names),
        )
    thresholds = confident_thresholds(sums)
    made = [
        _write_part(run, data, stored, names, pred, has_pred, part, thresholds, split_of, hints)
        for part in stored.parts(data)
    ]
    return TokenColumns(
        join([part.scores for part in made]),
        join([part.ranking for part in made]),
        np.concatenate([part.gold for part in made]),
        np.concatenate([part.p_epochs for part in made], axis=1),
        np.concatenate([part.best_epochs for part in made], axis=1),
    )


def _gold_tags(
    data: DataSet, stored: StoredScores, part: PartScores, split_of: Ints
) -> tuple[Ints, Bools, Tokens, Ints]:
    """Gold tag codes, whether annotated, the tokens and their split, for one part."""
    tokens = _need(data.tokens).slice(part.start, part.stop)
    lengths = tokens.lengths()
    gold_spans = _need(data.gold_spans).slice(part.start, part.stop)
    gold = encode(gold_spans, tokens.offsets, _need(stored.tags), labels=data.labels)
    rows = slice(part.start, part.stop)
    return gold, np.repeat(data.has_gold[rows], lengths), tokens, np.repeat(split_of[rows], lengths)


def _write_part(
    run: Run,
    data: DataSet,
    stored: StoredScores,
    names: tuple[str, ...],
    pred: Spans,
    has_pred: Bools,
    part: PartScores,
    thresholds: Floats,
    split_of: Ints,
    hints: Hints,
) -> TokenColumns:
    gold, has_gold, tokens, group = _gold_tags(data, stored, part, split_of)
    tags = _need(stored.tags)
    if stored.is_lent:
        pred_tag = encode(pred.slice(part.start, part.stop), tokens.offsets, tags, labels=names)
    else:
        pred_tag = part.probs.argmax(axis=1)
    spoken = np.repeat(has_pred[part.start : part.stop], tokens.lengths())
    scores = token_scores(part.probs, gold, has_gold=has_gold, epoch_probs=part.epochs)
    first, last = _need(data.tokens).offsets[[part.start, part.stop]]
    ranking = rank_tokens(
        part.issue_probs,
        tags,
        gold,
        labels=names,
        has_gold=has_gold,
        thresholds=thresholds,
        group=group,
        hints=hints.take(np.arange(first, last)),
        weight=1.0 if _is_baseline(run) else MODEL_HINTS,
    )
    columns = {
        "sample": tokens.sample() + np.int32(part.start),
        "token": _positions(tokens),
        "char_start": tokens.char_start,
        "char_end": tokens.char_end,
        "text": tokens.text,
        "gold_tag": category(np.where(has_gold, gold, -1), tags.names),
        "pred_tag": category(np.where(spoken, pred_tag, -1), tags.names),
        **{field.name: number(getattr(scores, field.name)) for field in fields(scores)},
        "issue_score": number(ranking.score),
        "suggested_label": category(ranking.suggested, names),
    }
    run.put_table(f"tokens/part-{part.part:05d}.parquet", table(TOKENS, columns))
    p_epochs, best_epochs = epoch_gold(part.epochs or [], gold)
    p_epochs[:, ~has_gold] = np.nan
    labels_of_gold = np.where(has_gold, gold_labels(tags, gold, names), -1)
    return TokenColumns(scores, ranking, labels_of_gold, p_epochs, best_epochs)


@dataclass(frozen=True, slots=True)
class UnitColumns:
    """The units of a run in array form. A side's offsets are -1 where it is missing; ``token_*`` count all tokens."""

    sample: Ints
    gold: Ints
    pred: Ints
    start: Ints
    end: Ints
    char_start: Ints
    char_end: Ints
    token_start: Ints
    token_end: Ints
    scores: Scores
    matched: Units


def match_units(data: DataSet, pred: Spans, tokens: TokenColumns, has_pred: Bools) -> UnitColumns:
    """Gold and predicted spans matched; bounds, labels and scores of each unit."""
    gold = _need(data.gold_spans)
    matched = match(gold, pred, judged=data.has_gold & has_pred)
    has = matched.gold >= 0

    def own(of_gold: Ints, of_pred: Ints) -> Ints:
        """The gold side's value, else the predicted side's."""
        return np.where(has, _side(of_gold, matched.gold), _side(of_pred, matched.pred))

    sample = own(gold.sample, pred.sample)
    first = _need(data.tokens).offsets[sample]

    def token(values: Ints, index: Ints) -> Ints:
        return np.where(index >= 0, _side(values, index) + first, -1)

    start, end = own(gold.start, pred.start), own(gold.end, pred.end)
    scores = unit_scores(
        tokens.scores,
        token(gold.start, matched.gold),
        token(gold.end, matched.gold),
        token(pred.start, matched.pred),
        token(pred.end, matched.pred),
    )
    return UnitColumns(
        sample,
        _side(gold.label, matched.gold),
        _side(pred.label, matched.pred),
        start,
        end,
        own(gold.char_start, pred.char_start),
        own(gold.char_end, pred.char_end),
        start + first,
        end + first,
        scores,
        matched,
    )


def unit_columns(
    data: DataSet, names: tuple[str, ...], predicted: PredictedSpans, tokens: TokenColumns, units: UnitColumns
) -> dict[str, Any]:
    """Columns of the unit table that follow from spans and probabilities alone."""
    gold, pred, matched = _need(data.gold_spans), predicted.spans, units.matched
    has_gold, has_pred = matched.gold >= 0, matched.pred >= 0
    split_names, split_of = data.split_codes()
    split = split_of[units.sample]
    offsets = _need(data.tokens).offsets
    size = np.maximum(offsets[units.sample + 1] - offsets[units.sample], 1)
    columns: dict[str, Any] = {
        "sample_id": data.samples["sample_id"].take(pa.array(units.sample)),
        "sample": units.sample.astype(np.int32),
        "split": category(split, split_names),
        "char_start": units.char_start.astype(np.int32),
        "char_end": units.char_end.astype(np.int32),
        "text": surfaces(data.samples["text"], units.sample, units.char_start, units.char_end),
        "gold": category(units.gold, names),
        "pred": category(units.pred, names),
        "error_type": category(matched.error_type, ERROR_TYPES),
        "is_error": pa.array(matched.error_type > 0, mask=matched.error_type < 0),
        "is_split": matched.is_split,
        "is_merged": matched.is_merged,
        "gold_is_strict": pa.array(np.ones(len(matched), bool), mask=~has_gold),
        "pred_is_strict": pa.array(_side(predicted.is_strict, matched.pred) == 1, mask=~has_pred),
        "difficulty": category(difficulty(units.scores.margin, split), DIFFICULTIES),
        "length": (units.end - units.start).astype(np.int32),
        "position": number(units.start / size),
        **{field.name: number(getattr(units.scores, field.name)) for field in fields(units.scores)},
    }
    for name, side, index, present in (("gold", gold, matched.gold, has_gold), ("pred", pred, matched.pred, has_pred)):
        columns[f"{name}_start"] = optional(_side(side.start, index), present)
        columns[f"{name}_end"] = optional(_side(side.end, index), present)
        columns[f"{name}_char_start"] = optional(_side(side.char_start, index), present)
        columns[f"{name}_char_end"] = optional(_side(side.char_end, index), present)
    if len(tokens.p_epochs):
        along = _unit_dynamics(tokens, units)
        columns |= {f"dm_{name}": number(getattr(along, name)) for name in ("confidence", "variability", "correctness")}
    return columns


def _unit_dynamics(tokens: TokenColumns, units: UnitColumns) -> Dynamics:
    """Dynamics of units: in each epoch a unit has the p of its weakest token, and is right when all its tokens are."""
    low, high = units.token_start, units.token_end
    p_gold = np.stack([reduce_ranges(epoch, low, high, np.minimum) for epoch in tokens.p_epochs])
    best = [reduce_ranges(epoch.astype(np.float32), low, high, np.minimum) > 0 for epoch in tokens.best_epochs]
    return dynamics(p_gold, np.stack(best))


def _is_baseline(run: Run) -> bool:
    """Whether the issues rest on the baseline's probabilities."""
    return "lent" in run.manifest or run.manifest["predictor"].get("kind") == "baseline"


def _side(values: Any, index: Ints) -> Ints:
    """``values[index]``, -1 where the index is."""
    return np.append(values, -1)[index].astype(np.int64)


def _positions(tokens: Tokens) -> Ints:
    """Position of each token in its sample, int32."""
    return (np.arange(len(tokens)) - np.repeat(tokens.offsets[:-1], tokens.lengths())).astype(np.int32)


def _need(value: Any) -> Any:
    """What a data set of this task always has."""
    if value is None:
        raise TypeError("a NER data set has tokens, gold spans and tags")
    return value
