"""The baseline for texts: a pool of cheap learners, each cross-validated, calibrated and mixed.

Labels that exclude each other: logistic regression on words and on characters, multinomial naive Bayes, nearest
neighbours, and complement naive Bayes (NB-SVM when there are two labels). Independent labels (multi-label): logistic
regression on words and on characters, one sigmoid a label.

Label issues rest on the mean of several cross-validations with other folds: one choice of folds is worth 0.02 of average
precision, up or down.

A learner that would cost more than its budget is left out, and so are further cross-validations. Budgets count work, never seconds, so that the same data
gives the same numbers on a fast and on a slow machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array

from errata.core.types import Bools, Floats, Ints
from errata.models import mixture
from errata.models.crossfit import Fit, Plan, Tick, processors, run
from errata.models.protocol import Progress
from errata.models.text_features import character_features, word_features
from errata.models.text_members import CountRatio, Logistic, Member, NaiveBayes, Neighbours, neighbours_cost

Singles = npt.NDArray[np.float32]

CHARACTERS_READ = 4000
"""Characters of a text the learners see."""
WEIGHT_CELLS = 40_000_000
"""Weights of one learner: labels x features; the rarest features go first."""
CHARACTER_BUDGET = 12_000_000
"""Characters in all texts above which the character learner is left out."""
NEIGHBOUR_BUDGET = 3_000_000_000
NEIGHBOUR_ROWS = 40_000
ROUNDS = 2
"""Further cross-validations for the label issues."""
ROUND_BUDGET = 12_000_000
"""Characters in all texts above which there are none."""
EPOCH_CELLS = 1 << 27
"""Numbers kept of the learners' epochs; above it, fewer epochs are kept."""


POOL = (
    "pool of logistic regressions (words, characters), multinomial and complement naive Bayes and nearest "
    "neighbours, NB-SVM for two labels; several labels a text: logistic regressions"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextResult:
    """Probabilities float32 ``(n_samples, n_labels)``; ``issue`` None where it equals ``main``.

    ``epochs``: float16 like ``main``, empty when only one was kept. ``facts`` for the manifest. ``words``: TF-IDF rows.
    """

    main: Singles
    issue: Singles | None
    epochs: tuple[Floats, ...]
    facts: dict[str, Any]
    words: csr_array


def predict_texts(
    texts: pa.LargeStringArray,
    targets: Bools,
    has_gold: Bools,
    plan: Plan,
    *,
    is_softmax: bool,
    seed: int,
    progress: Progress,
) -> TextResult:
    """Cross-validated probabilities of all ``texts``. ``targets`` bool ``(n_samples, n_labels)``: the gold labels."""
    members, words = make_members(texts, targets, is_softmax=is_softmax)
    steps = sum(member.stages for member in members)
    kept = _kept_stages(members, targets.size)
    n_fits = len(plan.fits) + sum(len(fits) for fits in plan.rounds)

    def fit_all(fits: Sequence[Fit], stages: Ints, before: int) -> list[list[list[Floats]]]:
        def work(fit: Fit, tick: Tick) -> list[list[Floats]]:
            return [_stages(member, fit, stages, seed, is_softmax, tick) for member in members]

        def part_of_all(done: int, _: int) -> None:
            progress(before * steps + done, n_fits * steps)

        return run(fits, work, steps, part_of_all, _at_once(members, targets.shape[1]))

    def out_of_fold(fits: Sequence[Fit], found: Sequence[list[list[Floats]]]) -> list[Floats]:
        return [_last(fits, found, m, targets.shape) for m in range(len(members))]

    found = fit_all(plan.fits, kept, 0)
    pooled = out_of_fold(plan.pooled, found)
    labelled = np.flatnonzero(has_gold)
    mix = mixture.mixing([member[labelled] for member in pooled], targets[labelled], is_softmax=is_softmax)
    epochs = [mix.probs(_at_stage(plan.fits, found, stage, targets.shape, len(members))) for stage in range(len(kept))]
    issue = None
    if plan.has_issue_probs:
        mean, before = mix.probs(pooled), len(plan.fits)
        for again, fits in enumerate(plan.rounds):
            probs = mix.probs(out_of_fold(fits, fit_all(fits, np.empty(0, np.int64), before)))
            mean += (probs - mean) / np.float32(again + 2)
            before += len(fits)
        issue = np.where(has_gold[:, None], mean, epochs[-1])
    facts = {"members": {member.name: round(float(f), 4) for member, f in zip(members, mix.factors, strict=True)}}
    halves = tuple(epoch.astype(np.float16) for epoch in epochs) if len(epochs) > 1 else ()
    return TextResult(main=epochs[-1], issue=issue, epochs=halves, facts=facts, words=words)


def rounds_for(texts: pa.LargeStringArray) -> int:
    """How many further cross-validations the texts allow."""
    return ROUNDS if _characters(texts).sum() <= ROUND_BUDGET else 0


def make_members(texts: pa.LargeStringArray, targets: Bools, *, is_softmax: bool) -> tuple[list[Member], csr_array]:
    """The pool that fits the data and the budgets, and the word features it was made from."""
    n_labels = targets.shape[1]
    at_most = max(1, WEIGHT_CELLS // max(1, n_labels))
    words = word_features(texts, at_most=at_most, characters_read=CHARACTERS_READ)
    members: list[Member] = [Logistic("words", words, targets, 0.15, is_softmax)]
    if _characters(texts).sum() <= CHARACTER_BUDGET:
        runs = character_features(texts, at_most=at_most, characters_read=CHARACTERS_READ)
        members.append(Logistic("characters", runs, targets, 0.07, is_softmax))
        if is_softmax:
            members.append(
                NaiveBayes("complement naive Bayes, characters", runs, targets, is_complement=True, smoothing=0.1)
            )
    if not is_softmax:
        return members, words
    members.append(NaiveBayes("naive Bayes", words, targets, is_complement=False, smoothing=0.1))
    if len(texts) <= NEIGHBOUR_ROWS and neighbours_cost(words) <= NEIGHBOUR_BUDGET:
        members.append(Neighbours("neighbours", words, targets))
    if n_labels == 2:
        members.append(CountRatio("NB-SVM", words, targets, 0.15))
    elif n_labels > 2:
        members.append(NaiveBayes("complement naive Bayes", words, targets, is_complement=True, smoothing=0.3))
    return members, words


def _characters(texts: pa.LargeStringArray) -> Ints:
    """Characters of each text that the learners see."""
    seen: Ints = np.minimum(pc.utf8_length(texts).to_numpy(zero_copy_only=False), CHARACTERS_READ)
    return seen


def _stages(member: Member, fit: Fit, kept: Ints, seed: int, is_softmax: bool, tick: Tick) -> list[Floats]:
    """Scores of the kept stages: float16 of the main rows, and last the float32 scores of all rows."""
    scores: list[Floats] = []
    stages = member.stage_probs(fit.learns, fit.predicts, seed + fit.number, tick)
    for stage, probs in enumerate(stages):
        if stage == member.stages - 1:
            scores.append(mixture.scores(probs, is_softmax=is_softmax))
        elif stage in kept:
            scores.append(mixture.scores(probs[fit.is_main], is_softmax=is_softmax).astype(np.float16))
        tick(1)
    return scores


def _at_stage(
    fits: Sequence[Fit], found: Sequence[list[list[Floats]]], stage: int, shape: tuple[int, ...], n_members: int
) -> Iterator[Floats]:
    """Main scores of one member after another at a kept stage, float32 ``shape``."""
    for member in range(n_members):
        main = np.zeros(shape, np.float32)
        for fit, result in zip(fits, found, strict=True):
            scores = result[member][min(stage, len(result[member]) - 1)]
            rows = fit.predicts[fit.is_main]
            main[rows] = scores[fit.is_main] if len(scores) > len(rows) else scores
        yield main


def _last(fits: Sequence[Fit], found: Sequence[list[list[Floats]]], member: int, shape: tuple[int, ...]) -> Singles:
    """Out-of-fold scores of one member; zero where no fold model predicts."""
    scores = np.zeros(shape, np.float32)
    for fit, result in zip(fits, found[: len(fits)], strict=True):
        scores[fit.predicts] = result[member][-1]
    return scores


def _kept_stages(members: Sequence[Member], cells: int) -> Ints:
    """Which stages to keep, always the last: evenly spaced, as many as EPOCH_CELLS allows."""
    stages = max(member.stages for member in members)
    staged = sum(member.stages > 1 for member in members)
    room = int(np.clip(EPOCH_CELLS // max(1, cells * staged), 1, stages))
    return np.unique(np.linspace(stages - 1, 0, room).round().astype(np.int64)) if room > 1 else np.array([stages - 1])


def _at_once(members: Sequence[Member], n_labels: int) -> int:
    """Fits side by side: as many as processors, within 2 GiB of weights."""
    widest = max((m.rows.shape[1] for m in members if isinstance(m, Logistic)), default=1)
    return max(1, min(processors(), (2 << 30) // max(1, 8 * widest * n_labels)))
