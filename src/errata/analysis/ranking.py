"""Which gold labels to look at first: from probabilities to ranked tokens, units, regions and samples.

Default ranking: for NER ``noise_weighted`` (see ``detectors_confidence``) plus what equal strings say elsewhere
(``detectors_strings.evidence``), for texts the log-odds of ``posterior``. A unit, a region and a sample are as suspicious
as their most suspicious token (averaging over tokens loses a third of the average precision on CoNLL++). Where gold is unknown (not annotated, or a tag the predictor does not know) scores are undefined
(NaN) and nothing is suggested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from errata.analysis.detectors_confidence import (
    DETECTORS,
    confident_sums,
    confidently_other,
    label_columns,
    merge_tags,
    of_gold,
    suggest,
)
from errata.analysis.detectors_strings import StringEvidence, surface_scores
from errata.analysis.posterior import log_odds, posterior
from errata.analysis.segments import argmax_ranges, reduce_ranges
from errata.analysis.surface import SurfaceFacts
from errata.core.types import Bools, Floats, Ints, Spans, TagSet

NER_DETECTOR = "noise_weighted"
TEXT_DETECTOR = "posterior"
MIN_REGION_SCORE = float(np.log(1 / 3))
MOST_REASONS = 2000
MODEL_HINTS = 0.5
"""Weight of the hints beside a fine-tuned model's probabilities, which know the strings better than the baseline does."""
RIVAL_WEIGHT = 0.1
_BLOCK = 1 << 17


@dataclass(frozen=True, slots=True)
class Ranking:
    """Parallel columns ``(n,)`` over tokens, units, regions or texts.

    ``score`` float32, higher = more suspicious, NaN = undefined; ``suggested`` int32 label code, -1 = no label (or
    undefined); ``p_gold``, ``p_suggested`` float32 probabilities of the two labels, B- and I- merged; ``label_issue``
    bool: suspected by confident learning (False without thresholds).
    """

    score: Floats
    suggested: Ints
    p_gold: Floats
    p_suggested: Floats
    label_issue: Bools

    def take(self, index: Ints | Bools) -> Ranking:
        return Ranking(*(getattr(self, field.name)[index] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Hints:
    """Evidence about tokens from beside their probabilities, columns ``(n_tokens,)``.

    ``score`` in log-odds, added to that of the detector, NaN = nothing known. ``rival`` label code that speaks against
    gold, -1 = ``O``; ``share`` of the votes it has, 0 to 1, 0 = no rival: it counts RIVAL_WEIGHT of a probability when
    a label is suggested.
    """

    score: Floats
    rival: Ints
    share: Floats

    def take(self, index: Ints | Bools) -> Hints:
        return Hints(self.score[index], self.rival[index], self.share[index])


@dataclass(frozen=True, slots=True)
class Regions:
    """Candidates for the issues table: every gold span, and runs of un-annotated tokens that look like one.

    ``sample``, ``start``, ``end`` int32 (tokens within the sample), ``gold`` int32 label code, -1 = not annotated;
    ``gold_span`` int32 position in the gold spans, -1 = none. Ordered by sample, start, end.
    """

    sample: Ints
    start: Ints
    end: Ints
    gold: Ints
    gold_span: Ints
    ranking: Ranking


def string_hints(found: StringEvidence) -> Hints:
    """What equal strings say, as hints about every token."""
    score, places = np.append(surface_scores(found.places), 0), found.places
    share = np.append(places.rival_votes / (places.total + 1), 0)[found.best]
    rival = np.append(places.rival, -1)[found.best].astype(np.int32)
    return Hints(found.score, rival, np.where(score[found.best] > 0, share, 0).astype(np.float32))


def gold_labels(tags: TagSet, gold: Ints, labels: Sequence[str] | None = None) -> Ints:
    """Label codes of gold tag codes, int32 ``(n,)``; -1 = ``O``. An unknown tag (-1) reads as ``O`` here."""
    columns = np.append(label_columns(tags, labels), -1)
    return columns[gold].astype(np.int32)


def token_sums(
    probs: Floats,
    tags: TagSet,
    gold: Ints,
    *,
    labels: Sequence[str] | None = None,
    has_gold: Bools | None = None,
    group: Ints | None = None,
    n_groups: int = 1,
) -> Floats:
    """``confident_sums`` of tokens; add those of all parts and pass ``confident_thresholds`` of them to ``rank_tokens``."""
    columns = label_columns(tags, labels)
    n_labels = len(tags.labels if labels is None else labels)
    total = np.zeros((n_groups, n_labels + 1, 2))
    for start in range(0, len(gold), _BLOCK):
        rows = start + np.flatnonzero(_judged(gold, has_gold, slice(start, start + _BLOCK)))
        merged = merge_tags(probs[rows], columns, n_labels)
        total += confident_sums(merged, columns[gold[rows]], None if group is None else group[rows], n_groups)
    return total


def rank_tokens(
    probs: Floats,
    tags: TagSet,
    gold: Ints,
    *,
    labels: Sequence[str] | None = None,
    has_gold: Bools | None = None,
    thresholds: Floats | None = None,
    group: Ints | None = None,
    hints: Hints | None = None,
    weight: float = 1.0,
    detector: str = NER_DETECTOR,
) -> Ranking:
    """How suspicious the gold tag of every token is.

    ``probs`` ``(n_tokens, n_tags)``, out of sample where it can be had; ``gold`` ``(n_tokens,)`` tag codes, -1 unknown;
    ``labels``: the names that label codes of the result point into (default ``tags.labels``); ``has_gold``
    ``(n_tokens,)``; ``thresholds`` and ``group`` as in ``confidently_other``; ``hints`` count ``weight``. One block of
    tokens in memory at a time.
    """
    columns = label_columns(tags, labels)
    n_labels = len(tags.labels if labels is None else labels)
    ranking = _undefined(len(gold))
    for start in range(0, len(gold), _BLOCK):
        rows = start + np.flatnonzero(_judged(gold, has_gold, slice(start, start + _BLOCK)))
        merged = merge_tags(probs[rows], columns, n_labels)
        part = None if group is None else group[rows]
        _fill(ranking, rows, merged, columns[gold[rows]], detector, thresholds, part)
        if hints is not None:
            _heed(ranking, rows, merged, columns[gold[rows]], hints.take(rows), weight)
    return ranking


def rank_texts(
    probs: Floats,
    gold: Ints,
    *,
    thresholds: Floats | None = None,
    group: Ints | None = None,
    detector: str = TEXT_DETECTOR,
) -> Ranking:
    """How suspicious the gold label of every text is; ``probs`` ``(n, n_labels)``, ``gold`` ``(n,)``, -1 = none.

    ``detector``: ``posterior`` (its noise is estimated from all texts with gold), or the name of another.
    """
    ranking = _undefined(len(gold))
    rows = np.flatnonzero(gold >= 0)
    part = None if group is None else group[rows]
    _fill(ranking, rows, with_nothing(probs[rows]), gold[rows], detector, thresholds, part)
    return ranking


def rank_multilabel(probs: Floats, gold: Bools, has_gold: Bools | None = None) -> Ranking:
    """How suspicious every (sample, label) decision is, columns ``(n, n_labels)``.

    Each is a choice of its own: score 1 - p(gold) with p of the label where it is set, else 1 - p. ``suggested``: the
    label's code where it should be set, -1 where it should not. ``label_issue``: the opposite decision is at least as
    probable as it is on average where it was taken, and more probable than this one.
    """
    present = np.asarray(probs, np.float32)
    p_gold = np.where(gold, present, 1 - present)
    judged = np.ones(gold.shape, np.bool_) if has_gold is None else np.broadcast_to(has_gold[:, None], gold.shape)

    def mean(values: Floats, chosen: Bools) -> Floats:
        count = chosen.sum(axis=0)
        out: Floats = np.full(gold.shape[1], np.inf)
        np.divide(np.where(chosen, values, 0).sum(axis=0), count, out=out, where=count > 0)
        return out

    border = np.where(gold, mean(1 - present, ~gold & judged), mean(present, gold & judged))
    flagged = judged & (1 - p_gold >= border) & (p_gold < 0.5)
    codes = np.broadcast_to(np.arange(gold.shape[1], dtype=np.int32), gold.shape)
    return Ranking(
        np.where(judged, 1 - p_gold, np.nan).astype(np.float32),
        np.where(gold | ~judged, -1, codes).astype(np.int32),
        np.where(judged, p_gold, np.nan).astype(np.float32),
        np.where(judged, 1 - p_gold, np.nan).astype(np.float32),
        flagged,
    )


def with_nothing(probs: Floats) -> Floats:
    """Class probabilities with an empty last column, as the detectors take them."""
    return np.concatenate((probs, np.zeros((len(probs), 1), probs.dtype)), axis=1)


def rank_ranges(tokens: Ranking, start: Ints, end: Ints) -> Ranking:
    """Ranking of token ranges (positions over all tokens): everything of their most suspicious token.

    ``label_issue`` is set where any token of the range has it. For a unit pass its gold span, else its pred span.
    """
    worst = argmax_ranges(tokens.score, start, end)
    ranking = _undefined(len(worst))
    filled = worst >= 0
    for field in fields(Ranking):
        getattr(ranking, field.name)[filled] = getattr(tokens, field.name)[worst[filled]]
    flagged = reduce_ranges(tokens.label_issue.astype(np.float32), start, end, np.maximum) > 0
    ranking.label_issue[:] = flagged
    return ranking


def sample_scores(score: Floats, offsets: Ints) -> Floats:
    """Largest defined token score of each sample, float32 ``(n_samples,)``; NaN without any."""
    lowered = np.where(np.isnan(score), -np.inf, score).astype(np.float32)
    largest = reduce_ranges(lowered, offsets[:-1], offsets[1:], np.maximum)
    return np.where(np.isneginf(largest), np.float32(np.nan), largest)


def regions(tokens: Ranking, gold: Ints, offsets: Ints, spans: Spans, min_score: float = MIN_REGION_SCORE) -> Regions:
    """Candidate regions of consecutive samples.

    ``tokens``: ranking of their tokens; ``gold`` ``(n_tokens,)`` label codes, -1 = ``O``; ``offsets``
    ``(n_samples + 1,)``; ``spans``: gold spans, labels coded alike. A run of un-annotated tokens is a candidate while
    each has the same suggested label and that label beats ``O``, or the score reaches ``min_score`` (by default a
    probability of 0.25 of being inside any span). A nested gold span has the values of the tokens it covers, which
    speak of the outermost span.
    """
    open_token = (gold < 0) & (tokens.suggested >= 0)
    open_token &= (tokens.p_suggested > tokens.p_gold) | (tokens.score >= min_score)
    sample = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    previous = np.arange(len(gold)) - 1
    goes_on = open_token & np.append(False, open_token[:-1]) if len(gold) else open_token
    goes_on &= (tokens.suggested == tokens.suggested[previous]) & (sample == sample[previous])
    low = np.flatnonzero(open_token & ~goes_on)
    high = np.flatnonzero(open_token & ~np.append(goes_on[1:], False)) + 1 if len(gold) else low
    base = offsets[spans.sample]
    first, last = np.concatenate((base + spans.start, low)), np.concatenate((base + spans.end, high))
    owner = np.concatenate((spans.sample, sample[low]))
    order = np.lexsort((last, first))
    first, last, owner = first[order], last[order], owner[order]
    nothing = np.full(len(low), -1)
    return Regions(
        owner.astype(np.int32),
        (first - offsets[owner]).astype(np.int32),
        (last - offsets[owner]).astype(np.int32),
        np.concatenate((spans.label, nothing))[order].astype(np.int32),
        np.concatenate((np.arange(len(spans)), nothing))[order].astype(np.int32),
        rank_ranges(tokens, first, last),
    )


def reasons(
    ranking: Ranking,
    gold: Ints,
    labels: Sequence[str],
    predictor: str,
    surface: SurfaceFacts | None = None,
    at_most: int = MOST_REASONS,
    beside: Mapping[int, str] | None = None,
) -> pa.ListArray:
    """Facts behind the ``at_most`` highest scores, list of strings ``(n,)``; empty lists further down.

    For example ``baseline gives ORG .93, LOC .02`` and ``tagged LOC 61 of 63 times in train``. ``beside``: one more fact
    of some rows, told instead of what train says of the surface.
    """
    top = most_suspicious(ranking.score, at_most)
    names = [*labels, "no label"]
    facts: list[list[str]] = [[] for _ in range(len(gold))]
    for row in top.tolist():
        other, own = names[ranking.suggested[row]], names[gold[row]]
        given = f"{own} {_share(ranking.p_gold[row])}"
        facts[row].append(f"{predictor} gives {other} {_share(ranking.p_suggested[row])}, {given}")
        if beside and beside.get(row):
            facts[row].append(beside[row])
        elif surface is not None and surface.train_count[row]:
            majority, count = labels[surface.majority[row]], int(surface.majority_count[row])
            facts[row].append(f"tagged {majority} {count} of {int(surface.train_count[row])} times in train")
    return pa.array(facts, pa.list_(pa.string()))


def most_suspicious(score: Floats, at_most: int = MOST_REASONS) -> Ints:
    """Positions of the highest defined scores, most suspicious first, of equals the earlier."""
    defined = np.flatnonzero(~np.isnan(score))
    found: Ints = defined[np.argsort(-score[defined], kind="stable")[:at_most]]
    return found


def _share(value: float) -> str:
    if value < 0.005:
        return "<.01"
    return f"{value:.2f}".removeprefix("0")


def _judged(gold: Ints, has_gold: Bools | None, part: slice) -> Bools:
    known: Bools = gold[part] >= 0
    return known if has_gold is None else known & has_gold[part]


def _undefined(size: int) -> Ranking:
    undefined = (np.full(size, np.nan, np.float32) for _ in range(3))
    score, p_gold, p_suggested = undefined
    return Ranking(score, np.full(size, -1, np.int32), p_gold, p_suggested, np.zeros(size, np.bool_))


def _fill(
    ranking: Ranking,
    rows: Ints,
    merged: Floats,
    gold: Ints,
    detector: str,
    thresholds: Floats | None,
    group: Ints | None,
) -> None:
    if detector == TEXT_DETECTOR:
        ranking.score[rows] = log_odds(posterior(merged[:, :-1], gold), gold)
    else:
        ranking.score[rows] = DETECTORS[detector](merged, gold)
    ranking.p_gold[rows] = of_gold(merged, gold)
    ranking.suggested[rows], ranking.p_suggested[rows] = suggest(merged, gold)
    if thresholds is not None:
        ranking.label_issue[rows] = confidently_other(merged, gold, thresholds, group)


def _heed(ranking: Ranking, rows: Ints, merged: Floats, gold: Ints, hints: Hints, weight: float) -> None:
    """Add the hints to scores and suggestions."""
    ranking.score[rows] += np.float32(weight) * np.nan_to_num(hints.score).astype(np.float32)
    p_rival = of_gold(merged, hints.rival)
    better = (hints.share > 0) & (hints.rival != gold)
    better &= p_rival + np.float32(RIVAL_WEIGHT) * hints.share > ranking.p_suggested[rows]
    ranking.suggested[rows[better]] = hints.rival[better]
    ranking.p_suggested[rows[better]] = p_rival[better]
