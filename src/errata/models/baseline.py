"""The predictor when there is no model: cheap learners, cross-validated on the data set itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from errata.core.errors import ModelError
from errata.core.settings import setting
from errata.core.types import Bools, DataSet, Ints, Notice, Predictions
from errata.formats.tagging import bio_tag_set, decode, encode, with_chars
from errata.models import crossfit
from errata.models.baseline_texts import POOL, predict_texts, rounds_for
from errata.models.baseline_tokens import ROUND_TOKENS, ROUNDS, TAGGER, predict_tokens
from errata.models.protocol import Progress, no_progress
from errata.models.vectors import text_vectors, token_vectors


class Baseline:
    """Cross-validated predictions of a data set from its own labels.

    Train samples are predicted out of fold, by models that learned from all other labelled samples; samples of the
    other splits by a model that learned from train alone. ``issue_probs`` are out of fold for every labelled sample.
    Without a train split everything labelled is out of fold. Samples without gold are predicted by the train model, or
    by one that learned from all gold when there is no train split. Copies and near copies share a fold.

    The same data, folds and seed give the same numbers to the bit, on any number of processors. ``folds`` None takes
    the setting of that name.
    """

    name = "baseline"
    needs_whole = True

    def __init__(self, folds: int | None = None, seed: int = 0) -> None:
        self.folds = int(setting("folds")) if folds is None else folds
        self.seed = seed
        self.facts: dict[str, Any] = {}
        if self.folds < 2:
            raise ModelError(f"the baseline has {self.folds} folds; it needs at least 2.", remedy="use 5 folds.")

    def check(self, data: DataSet) -> Sequence[Notice]:
        """What limits the baseline on ``data``. Raises ModelError when there is nothing to learn from."""
        n_gold = int(data.has_gold.sum())
        if not n_gold:
            raise ModelError(
                "no sample has gold labels, so the baseline has nothing to learn from.",
                remedy="give a labelled split, or a model with --model.",
            )
        notices = []
        if n_gold < 10 * self.folds:
            notices.append(
                Notice(
                    "baseline_small", f"the baseline learns from {n_gold} samples only; its scores are rough", n_gold
                )
            )
        members = _members(data)
        lonely = np.flatnonzero(members == 1)
        if len(lonely):
            names = tuple(data.labels[k] for k in lonely[: int(setting("notice_examples"))])
            message = "labels with a single sample: the baseline cannot find them out of fold"
            notices.append(Notice("baseline_single", message, len(lonely), "info", names))
        return notices

    def predict(self, data: DataSet, progress: Progress = no_progress) -> Predictions:
        """Probabilities, predictions, vectors and per-epoch probabilities of every sample."""
        self.check(data)
        started = time.process_time()
        made = self._tokens(data, progress) if data.task == "ner" else self._texts(data, progress)
        self.facts["cpu_seconds"] = round(time.process_time() - started, 1)
        return made

    def describe(self) -> dict[str, Any]:
        """Kind, folds, seed and learners. ``facts`` tells what a finished ``predict`` made of them and took."""
        return {"kind": "baseline", "folds": self.folds, "seed": self.seed, "tokens": TAGGER, "texts": POOL}

    def _tokens(self, data: DataSet, progress: Progress) -> Predictions:
        if data.tokens is None or data.gold_spans is None:
            raise ModelError("the data set has no tokens to tag.", remedy="read it again as NER data.")
        tags = bio_tag_set(data.labels)
        codes = encode(data.gold_spans, data.tokens.offsets, tags)
        n_rounds = ROUNDS if len(data.tokens) <= ROUND_TOKENS else 0
        first = _first_labels(data)
        plan = crossfit.plan(data, first, self.folds, self.seed, n_rounds=n_rounds, copies_only=True)
        made = predict_tokens(data.tokens, codes, len(tags.names), plan, seed=self.seed, progress=progress)
        self.facts = {**made.facts, **_counts(plan)}
        spans = decode(tags, made.main.argmax(axis=1).astype(np.int32), data.tokens.offsets)
        return Predictions(
            labels=data.labels,
            tags=tags,
            token_probs=made.main,
            spans=with_chars(spans, data.tokens),
            embeddings=token_vectors(made.features, codes > 0, self.seed),
            epoch_probs=made.epochs or None,
            issue_probs=made.issue,
        )

    def _texts(self, data: DataSet, progress: Progress) -> Predictions:
        targets = _targets(data)
        is_softmax = data.task == "classification"
        texts = data.samples["text"].combine_chunks()
        plan = crossfit.plan(data, _first_labels(data), self.folds, self.seed, n_rounds=rounds_for(texts))
        made = predict_texts(
            texts, targets, data.has_gold, plan, is_softmax=is_softmax, seed=self.seed, progress=progress
        )
        self.facts = {**made.facts, **_counts(plan)}
        pred = made.main.argmax(axis=1).astype(np.int32) if is_softmax else made.main >= 0.5
        return Predictions(
            labels=data.labels,
            class_probs=made.main,
            class_pred=pred,
            embeddings=text_vectors(made.words, self.seed),
            epoch_probs=made.epochs or None,
            issue_probs=made.issue,
        )


def _targets(data: DataSet) -> Bools:
    """Gold labels bool ``(n_samples, n_labels)``; all False without gold."""
    gold = np.asarray(data.gold_labels)
    if gold.ndim == 2:
        return gold.astype(np.bool_)
    targets: Bools = gold[:, None] == np.arange(len(data.labels))
    return targets


def _first_labels(data: DataSet) -> Ints:
    """One label per sample to share out evenly over the folds: the rarest it has, -1 for none; int64 ``(n_samples,)``."""
    members = _members(data)
    rank = np.empty(len(members) + 1, np.int64)
    rank[np.argsort(members, kind="stable")] = np.arange(len(members))
    first = np.full(len(data), len(members), np.int64)
    if data.gold_spans is not None:
        np.minimum.at(first, data.gold_spans.sample, rank[data.gold_spans.label])
    else:
        sample, label = np.nonzero(_targets(data))
        np.minimum.at(first, sample, rank[label])
    return np.where(first == len(members), -1, first)


def _members(data: DataSet) -> Ints:
    """Samples that have each label, int64 ``(n_labels,)``."""
    if data.gold_spans is not None:
        pairs = np.unique(np.column_stack([data.gold_spans.sample, data.gold_spans.label]), axis=0)
        return np.bincount(pairs[:, 1], minlength=len(data.labels))
    members: Ints = _targets(data).sum(axis=0)
    return members


def _counts(plan: crossfit.Plan) -> dict[str, Any]:
    """Sizes of the cross-validation, for the manifest."""
    return {
        "n_fits": len(plan.fits) + sum(len(fits) for fits in plan.rounds),
        "duplicates": len(plan.groups) - len(np.unique(plan.groups)),
    }
