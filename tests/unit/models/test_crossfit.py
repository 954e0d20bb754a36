"""Who learns from whom, and threads that stop when told."""

from __future__ import annotations

import threading
import time

import numpy as np
import pyarrow as pa
import pytest

from errata.core.errors import Interrupted
from errata.core.types import DataSet
from errata.models import crossfit
from errata.models.crossfit import Fit, Tick


def data(splits: list[str], unlabelled: tuple[int, ...] = (), texts: list[str] | None = None) -> DataSet:
    n = len(splits)
    has_gold = np.ones(n, np.bool_)
    has_gold[list(unlabelled)] = False
    samples = pa.table(
        {
            "sample_id": [str(k) for k in range(n)],
            "split": splits,
            "index": pa.array(range(n), pa.int32()),
            "text": pa.array(texts or [f"w{k} v{k} u{k}" for k in range(n)], pa.large_string()),
        }
    )
    gold = np.where(has_gold, 0, -1).astype(np.int32)
    return DataSet(task="classification", labels=("a",), samples=samples, has_gold=has_gold, gold_labels=gold)


def planned(of: DataSet, folds: int = 5) -> crossfit.Plan:
    return crossfit.plan(of, np.zeros(len(of), np.int64), folds, seed=0)


def main_rows(plan: crossfit.Plan) -> list[int]:
    return sorted(row for fit in plan.fits for row in fit.predicts[fit.is_main].tolist())


def test_train_is_out_of_fold_and_the_rest_by_a_train_model() -> None:
    plan = planned(data(["train"] * 20 + ["dev"] * 5 + ["test"] * 5, unlabelled=(27, 3)))
    assert plan.train_model is not None
    train = set(range(20)) - {3}
    assert set(plan.train_model.learns.tolist()) == train
    assert set(plan.train_model.predicts.tolist()) == {3, *range(20, 30)}
    labelled = set(range(30)) - {3, 27}
    assert {row for fit in plan.pooled for row in fit.predicts.tolist()} == labelled
    for fit in plan.pooled:
        assert set(fit.learns.tolist()) == labelled - set(fit.predicts.tolist())
        assert set(fit.predicts[fit.is_main].tolist()) <= train
    assert main_rows(plan) == list(range(30))
    assert plan.has_issue_probs


@pytest.mark.parametrize("splits", [["train"] * 12, ["test"] * 12, ["dev"] * 6 + ["test"] * 6])
def test_without_another_split_everything_is_out_of_fold(splits: list[str]) -> None:
    plan = planned(data(splits))
    assert plan.train_model is None
    assert not plan.has_issue_probs
    assert len(plan.pooled) == 5
    assert main_rows(plan) == list(range(12))


def test_unlabelled_samples_without_a_train_split_are_predicted_from_all_gold() -> None:
    plan = planned(data(["all"] * 10, unlabelled=(0, 9)))
    assert plan.train_model is not None
    assert plan.train_model.learns.tolist() == list(range(1, 9))
    assert plan.train_model.predicts.tolist() == [0, 9]
    assert not plan.has_issue_probs


def test_a_train_split_without_gold_is_no_train_split() -> None:
    plan = planned(data(["train"] * 4 + ["test"] * 8, unlabelled=(0, 1, 2, 3)))
    assert plan.train_model is not None
    assert plan.train_model.learns.tolist() == list(range(4, 12))


def test_copies_are_never_on_both_sides() -> None:
    texts = [f"text number {k % 7} of the set" for k in range(30)]
    plan = planned(data(["train"] * 30, texts=texts))
    for fit in plan.pooled:
        assert not {texts[k] for k in fit.learns} & {texts[k] for k in fit.predicts}


def fits(count: int) -> list[Fit]:
    none = np.empty(0, np.int64)
    return [Fit(k, none, none, none.astype(np.bool_)) for k in range(count)]


def test_results_come_in_order_and_progress_ends_full() -> None:
    seen: list[tuple[int, int]] = []

    def work(fit: Fit, tick: Tick) -> int:
        time.sleep(0.01 * (5 - fit.number))
        tick(1)
        tick(1)
        return fit.number

    found = crossfit.run(fits(5), work, 2, lambda done, total: seen.append((done, total)), at_once=5)
    assert found == [0, 1, 2, 3, 4]
    assert seen[0][0] <= seen[-1][0] == seen[-1][1] == 10


def test_what_progress_raises_stops_every_thread() -> None:
    started, before = time.monotonic(), threading.active_count()

    def work(fit: Fit, tick: Tick) -> None:
        while time.monotonic() - started < 30:
            time.sleep(0.01)
            tick(0)

    def progress(done: int, total: int) -> None:
        if time.monotonic() - started > 0.1:
            raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        crossfit.run(fits(6), work, 1, progress, at_once=3)
    assert time.monotonic() - started < 5
    assert threading.active_count() == before


def test_a_failing_model_fails_the_run_with_its_own_error() -> None:
    def work(fit: Fit, tick: Tick) -> None:
        if fit.number == 1:
            raise ZeroDivisionError("as it was")
        for _ in range(1000):
            time.sleep(0.01)
            tick(0)

    with pytest.raises(ZeroDivisionError, match="as it was"):
        crossfit.run(fits(3), work, 1, lambda done, total: None, at_once=2)


def test_rounds_predict_every_labelled_sample_again_from_other_folds() -> None:
    of = data(
        ["train"] * 20 + ["test"] * 10, unlabelled=(3,), texts=["same words"] * 4 + [f"w{k} v{k}" for k in range(26)]
    )
    plan = crossfit.plan(of, np.zeros(30, np.int64), 5, seed=0, n_rounds=2)
    assert plan.has_issue_probs
    labelled = set(range(30)) - {3}
    for fits in plan.rounds:
        assert {row for fit in fits for row in fit.predicts.tolist()} == labelled
        assert not any(fit.is_main.any() for fit in fits)
        for fit in fits:
            held = set(fit.predicts.tolist())
            assert set(fit.learns.tolist()) == labelled - held
            assert len(held & {0, 1, 2}) in (0, 3)  # copies stay together
    numbers = [fit.number for fits in (plan.fits, *plan.rounds) for fit in fits]
    assert len(set(numbers)) == len(numbers)
    assert [fit.predicts.tolist() for fit in plan.rounds[0]] != [fit.predicts.tolist() for fit in plan.rounds[1]]
