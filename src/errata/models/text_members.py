"""Learners of the text pool: each fits on some rows of its feature matrix and predicts others, stage by stage.

Online learners have one stage an epoch; closed-form ones have a single stage. Every stage yields probabilities float32
``(len(predicts), n_labels)``. Without rows to learn from all labels are equally likely.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.naive_bayes import ComplementNB, MultinomialNB

from errata.core.types import Bools, Ints
from errata.models import linear
from errata.models.crossfit import Tick

Singles = npt.NDArray[np.float32]

EPOCHS = 8
_BLOCK_ROWS = 512
_PIECE_ROWS = 4096
"""Rows learned from between two looks at whether to stop."""


class Member(Protocol):
    @property
    def name(self) -> str:
        """For people and the manifest."""
        ...

    @property
    def stages(self) -> int:
        """How many times ``stage_probs`` yields."""
        ...

    def stage_probs(self, learns: Ints, predicts: Ints, seed: int, tick: Tick) -> Iterator[Singles]:
        """Probabilities after each stage, for the rows ``predicts``, having learned from the rows ``learns``."""
        ...


@dataclass(frozen=True, slots=True)
class Logistic:
    """Online logistic regression; a softmax over the labels, or one sigmoid a label."""

    name: str
    rows: csr_array
    targets: Bools
    step: float
    is_softmax: bool = True
    stages: int = EPOCHS

    def stage_probs(self, learns: Ints, predicts: Ints, seed: int, tick: Tick) -> Iterator[Singles]:
        return _epochs(self, self.rows, learns, predicts, seed, tick)


@dataclass(frozen=True, slots=True)
class CountRatio:
    """Logistic regression for two labels on features scaled by |ln(count ratio)| (NB-SVM; Wang and Manning 2012)."""

    name: str
    rows: csr_array
    targets: Bools
    step: float
    is_softmax: bool = True
    stages: int = EPOCHS

    def stage_probs(self, learns: Ints, predicts: Ints, seed: int, tick: Tick) -> Iterator[Singles]:
        of_label = [learns[self.targets[learns, label]] for label in (0, 1)]
        mass = np.stack([1 + np.asarray(self.rows[chosen].sum(axis=0)).ravel() for chosen in of_label])
        ratio = np.abs(np.diff(np.log(mass / mass.sum(axis=1, keepdims=True)), axis=0)[0]).astype(np.float32)
        rows, columns = self.rows, self.rows.indices
        scaled = csr_array((rows.data * ratio[columns], columns, rows.indptr), shape=rows.shape)
        return _epochs(self, scaled, learns, predicts, seed, tick)


@dataclass(frozen=True, slots=True)
class NaiveBayes:
    """Multinomial or complement naive Bayes on TF-IDF values (Rennie et al. 2003)."""

    name: str
    rows: csr_array
    targets: Bools
    is_complement: bool
    smoothing: float
    stages: int = 1

    def stage_probs(self, learns: Ints, predicts: Ints, seed: int, tick: Tick) -> Iterator[Singles]:
        n_labels = self.targets.shape[1]
        if not len(learns) or not self.rows.shape[1]:
            yield _uniform(len(predicts), n_labels)
            return
        learner = (ComplementNB if self.is_complement else MultinomialNB)(alpha=self.smoothing)
        learner.partial_fit(self.rows[learns], self.targets[learns].argmax(axis=1), classes=np.arange(n_labels))
        yield learner.predict_proba(self.rows[predicts]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Labels of the ``k`` nearest rows by cosine, weighted by exp(similarity / 0.1), with a tenth of the prior."""

    name: str
    rows: csr_array
    targets: Bools
    k: int = 15
    stages: int = 1

    def stage_probs(self, learns: Ints, predicts: Ints, seed: int, tick: Tick) -> Iterator[Singles]:
        n_labels = self.targets.shape[1]
        probs = _uniform(len(predicts), n_labels)
        if len(learns):
            label = self.targets[learns].argmax(axis=1)
            prior = (np.bincount(label, minlength=n_labels) / len(learns)).astype(np.float32)
            known, k = self.rows[learns].T.tocsr(), min(self.k, len(learns))
            for start in range(0, len(predicts), _BLOCK_ROWS):
                block = predicts[start : start + _BLOCK_ROWS]
                similar = (self.rows[block] @ known).toarray()
                nearest = np.argpartition(-similar, k - 1, axis=1)[:, :k]
                weight = np.exp(10 * np.take_along_axis(similar, nearest, axis=1))
                weight /= weight.sum(axis=1, keepdims=True)
                tick(0)
                votes = np.zeros((len(block), n_labels), np.float32)
                np.add.at(votes, (np.arange(len(block))[:, None], label[nearest]), weight)
                probs[start : start + _BLOCK_ROWS] = 0.9 * votes + 0.1 * prior
        yield probs


def neighbours_cost(rows: csr_array) -> int:
    """Multiplications behind all pairwise similarities: the sum over columns of their squared number of entries."""
    entries = np.bincount(rows.indices, minlength=1).astype(np.int64)
    return int((entries * entries).sum())


def _epochs(
    member: Logistic | CountRatio, rows: csr_array, learns: Ints, predicts: Ints, seed: int, tick: Tick
) -> Iterator[Singles]:
    model = linear.Linear.zeros(rows.shape[1], member.targets.shape[1], is_softmax=member.is_softmax)
    shuffle = np.random.default_rng(seed)
    for _ in range(member.stages):
        order = shuffle.permutation(learns)
        for start in range(0, len(order), _PIECE_ROWS):
            linear.train(model, rows, member.targets, order[start : start + _PIECE_ROWS], member.step)
            tick(0)
        yield linear.probabilities(model, rows, predicts)


def _uniform(n: int, n_labels: int) -> Singles:
    return np.full((n, n_labels), 1 / n_labels, np.float32)
