"""Classification and multi-label: stored predictions → units.

A unit is the sample (single label) or a (sample, label) pair that is gold or predicted (multi-label); pairs that are
neither are rightly absent and are not listed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.analysis.detectors_confidence import confident_sums, confident_thresholds
from errata.analysis.dynamics import Dynamics, dynamics, epoch_gold
from errata.analysis.ranking import Ranking, rank_multilabel, rank_texts, with_nothing
from errata.analysis.scores import Scores, difficulty, multilabel_scores, token_scores
from errata.core.schema import DIFFICULTIES
from errata.core.types import Bools, DataSet, Floats, Ints
from errata.jobs.columns import category, number
from errata.jobs.predict import from_matrix, widened
from errata.jobs.scores import StoredScores
from errata.store.runs import Run


@dataclass(frozen=True, slots=True)
class TextUnits:
    """Units in array form: ``sample``, label codes ``gold`` and ``pred`` (-1 = none), ``is_judged`` per unit.

    ``scores``, ``ranking`` and ``dynamics`` have one row per unit. ``sample_loss``: sum, mean and largest loss over the
    labels of each sample, float32 ``(n_samples,)``. ``all_ranks``: the ranking of every decision, ``(n_samples,)`` or
    ``(n_samples, n_labels)``, units or not.
    """

    sample: Ints
    gold: Ints
    pred: Ints
    is_judged: Bools
    scores: Scores
    ranking: Ranking
    dynamics: Dynamics | None
    sample_loss: tuple[Floats, Floats, Floats]
    all_ranks: Ranking


def text_units(run: Run, data: DataSet, names: tuple[str, ...], has_pred: Bools) -> TextUnits:
    """The units of a classification run, ordered by sample, then label."""
    preds = [run.table(name, ["pred"])["pred"] for name in run.parts("predictions")]
    stored = StoredScores.of(run)
    parts = list(stored.parts(data))
    probs = np.concatenate([part.probs for part in parts])
    issue_probs = np.concatenate([part.issue_probs for part in parts])
    epochs = None
    if all(part.epochs is not None for part in parts):
        epochs = [np.concatenate(arrays) for arrays in zip(*(part.epochs or [] for part in parts), strict=True)]
    if data.task == "multilabel":
        chosen = np.concatenate([widened(from_matrix(pred), len(names)) for pred in preds])
        return _pairs(data, names, chosen, probs, issue_probs, epochs, has_pred)
    return _singles(data, np.concatenate([pred.to_numpy() for pred in preds]), probs, issue_probs, epochs, has_pred)


def _singles(
    data: DataSet, pred: Ints, probs: Any, issue_probs: Any, epochs: list[Any] | None, has_pred: Bools
) -> TextUnits:
    gold = _gold(data)
    scores = token_scores(probs, gold, has_gold=data.has_gold, epoch_probs=epochs)
    known = np.where(data.has_gold, gold, -1)
    split_names, group = data.split_codes()
    rows = np.flatnonzero(known >= 0)
    sums = confident_sums(with_nothing(issue_probs[rows]), known[rows], group[rows], len(split_names))
    ranking = rank_texts(issue_probs, known, thresholds=confident_thresholds(sums), group=group)
    return TextUnits(
        np.arange(len(data)),
        known,
        np.where(has_pred, pred, -1),
        data.has_gold & has_pred,
        scores,
        ranking,
        None if epochs is None else _dynamics(epochs, gold, data.has_gold),
        (scores.loss, scores.loss, scores.loss),
        ranking,
    )


def _pairs(
    data: DataSet,
    names: tuple[str, ...],
    pred: Bools,
    probs: Any,
    issue_probs: Any,
    epochs: list[Any] | None,
    has_pred: Bools,
) -> TextUnits:
    gold = np.zeros((len(data), len(names)), bool)
    gold[:, : len(data.labels)] = _gold(data)
    gold &= data.has_gold[:, None]
    pred = pred & has_pred[:, None]
    scores = multilabel_scores(probs, gold, has_gold=data.has_gold, epoch_probs=epochs)
    ranking = rank_multilabel(issue_probs, gold, data.has_gold)
    sample, label = np.nonzero(gold | pred)
    along = None
    if epochs is not None:
        present = np.stack([epoch[sample, label] for epoch in epochs]).astype(np.float32)
        p_gold = np.where(gold[sample, label], present, 1 - present)
        p_gold[:, ~data.has_gold[sample]] = np.nan
        along = dynamics(p_gold)
    loss = scores.loss
    return TextUnits(
        sample,
        np.where(gold[sample, label], label, -1),
        np.where(pred[sample, label], label, -1),
        (data.has_gold & has_pred)[sample],
        Scores(*(getattr(scores, field.name)[sample, label] for field in fields(scores))),
        Ranking(*(getattr(ranking, field.name)[sample, label] for field in fields(ranking))),
        along,
        (loss.sum(axis=1), loss.mean(axis=1), loss.max(axis=1)),
        ranking,
    )


def _dynamics(epochs: list[Any], gold: Ints, has_gold: Bools) -> Dynamics:
    p_gold, best = epoch_gold(epochs, gold)
    p_gold[:, ~has_gold] = np.nan
    return dynamics(p_gold, best)


def unit_columns(data: DataSet, names: tuple[str, ...], units: TextUnits) -> dict[str, Any]:
    """Columns of the unit table."""
    split_names, split_of = data.split_codes()
    split = split_of[units.sample]
    at = pa.array(units.sample)
    texts = data.samples["text"]
    length = pc.utf8_length(texts).take(at).cast(pa.int32())
    columns: dict[str, Any] = {
        "sample_id": data.samples["sample_id"].take(at),
        "sample": units.sample.astype(np.int32),
        "split": category(split, split_names),
        "char_start": np.zeros(len(units.sample), np.int32),
        "char_end": length,
        "text": texts.take(at),
        "gold": category(units.gold, names),
        "pred": category(units.pred, names),
        "is_error": pa.array(units.gold != units.pred, mask=~units.is_judged),
        "gold_is_strict": pa.array(np.ones(len(units.gold), bool), mask=units.gold < 0),
        "pred_is_strict": pa.array(np.ones(len(units.pred), bool), mask=units.pred < 0),
        "difficulty": category(difficulty(units.scores.margin, split), DIFFICULTIES),
        "length": length,
        "position": np.zeros(len(units.sample), np.float32),
        **{field.name: number(getattr(units.scores, field.name)) for field in fields(units.scores)},
    }
    if units.dynamics is not None:
        for name in ("confidence", "variability", "correctness"):
            columns[f"dm_{name}"] = number(getattr(units.dynamics, name))
    return columns


def _gold(data: DataSet) -> Any:
    if data.gold_labels is None:
        raise TypeError("a classification data set has gold labels")
    return data.gold_labels
