"""Which samples each of the baseline's models learns from and predicts, and how they run side by side.

A *fold model* learns from every labelled sample outside its fold and predicts its fold: pooled, these probabilities are
out of sample everywhere. When there is a train split and something beside it, a *train model* learns from the labelled
train samples only and predicts everything else, as a user's own model would have.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from errata.core.types import Bools, DataSet, Ints
from errata.models.folds import assign_folds, duplicate_groups
from errata.models.protocol import Progress

Result = TypeVar("Result")
Tick = Callable[[int], None]
"""Called by a model with the steps just done, 0 in between; raises in the model's thread once the work is to stop."""

_REPORT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Fit:
    """One model: samples it learns from, samples it predicts, and which of these become the main probabilities."""

    number: int
    learns: Ints
    predicts: Ints
    is_main: Bools


@dataclass(frozen=True, slots=True)
class Plan:
    """All models over ``n_samples``. ``groups``: number of each sample's group of duplicates, int64 ``(n_samples,)``.

    ``fold`` int64 ``(n_samples,)``, -1 without gold. ``pooled`` are the fold models, ``train_model`` may be None.
    ``rounds``: the fold models of further cross-validations, each with folds of its own.
    """

    groups: Ints
    fold: Ints
    pooled: tuple[Fit, ...]
    train_model: Fit | None
    rounds: tuple[tuple[Fit, ...], ...] = ()

    @property
    def fits(self) -> tuple[Fit, ...]:
        return self.pooled if self.train_model is None else (*self.pooled, self.train_model)

    @property
    def has_issue_probs(self) -> bool:
        """True when the main probabilities of some labelled samples are not the mean of all out-of-fold ones."""
        return bool(self.rounds) or any(not fit.is_main.all() for fit in self.pooled)


def plan(data: DataSet, strata: Ints, n_folds: int, seed: int, *, n_rounds: int = 0, copies_only: bool = False) -> Plan:
    """Folds over all labelled samples, duplicates together; ``strata`` (one a sample) are shared out evenly.

    ``n_rounds`` further cross-validations; ``copies_only``: their folds may separate near copies.
    """
    groups, copies = duplicate_groups(data.samples["text"].combine_chunks())
    names, split = data.split_codes()
    in_train = split == names.index("train") if "train" in names else np.zeros(len(data), np.bool_)
    learns = in_train & data.has_gold
    if not learns.any():
        learns, by_train_model = data.has_gold, ~data.has_gold
    else:
        by_train_model = ~learns
    fold = _folds(data.has_gold, groups, strata, n_folds, seed)
    pooled = _fold_models(fold, ~by_train_model, 0)
    others = np.flatnonzero(by_train_model)
    last = Fit(len(pooled), np.flatnonzero(learns), others, np.ones(len(others), np.bool_)) if len(others) else None
    rounds, number = [], len(pooled) + 1
    for again in range(1, n_rounds + 1):
        again_fold = _folds(data.has_gold, copies if copies_only else groups, strata, n_folds, seed + again)
        rounds.append(_fold_models(again_fold, np.zeros(len(data), np.bool_), number))
        number += len(rounds[-1])
    return Plan(groups, fold, pooled, last, tuple(rounds))


def _folds(has_gold: Bools, groups: Ints, strata: Ints, n_folds: int, seed: int) -> Ints:
    labelled = np.flatnonzero(has_gold)
    fold = np.full(len(has_gold), -1, np.int64)
    fold[labelled] = assign_folds(groups[labelled], strata[labelled], n_folds, seed)
    return fold


def _fold_models(fold: Ints, is_main: Bools, number: int) -> tuple[Fit, ...]:
    """One model a fold, numbered from ``number``; ``is_main`` ``(n_samples,)``."""
    return tuple(
        Fit(number + k, np.flatnonzero((fold >= 0) & (fold != k)), held, is_main[held])
        for k in range(int(fold.max(initial=-1)) + 1)
        for held in (np.flatnonzero(fold == k),)
    )


def run(
    fits: Sequence[Fit], work: Callable[[Fit, Tick], Result], steps: int, progress: Progress, at_once: int
) -> list[Result]:
    """``work`` on every fit, up to ``at_once`` in threads; results in the order of ``fits``.

    ``steps`` is what a fit's ticks add up to. Whatever ``progress`` raises stops all threads at their next tick.
    """
    total, lock, stop = steps * len(fits), threading.Lock(), threading.Event()
    done = 0

    def tick(steps_done: int) -> None:
        nonlocal done
        if stop.is_set():
            raise _Stopped
        with lock:
            done += steps_done

    with ThreadPoolExecutor(max(1, min(at_once, len(fits)))) as pool:
        running = [pool.submit(work, fit, tick) for fit in fits]
        try:
            pending = set(running)
            while pending:
                progress(min(done, total), total)
                finished, pending = wait(pending, _REPORT_SECONDS, FIRST_COMPLETED)
                for future in finished:
                    future.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    progress(total, total)
    return [future.result() for future in running]


def processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


class _Stopped(Exception):
    """Ends a model's thread after the main thread gave up."""
