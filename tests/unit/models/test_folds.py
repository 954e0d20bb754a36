"""Duplicates stay together; folds are even; nothing depends on chance beyond the seed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from errata.models.folds import assign_folds, duplicate_groups

LONG = (
    "the quick brown fox jumps over the lazy dog while forty two owls watch from the old oak tree near the river bank"
)


def groups(*texts: str) -> list[int]:
    return duplicate_groups(pa.array(texts, pa.large_string()))[0].tolist()


def test_copies_share_a_group_whatever_their_case_and_spaces() -> None:
    found = groups("Hello there, world", "something else", "hello  THERE, world\n", "hello there world")
    assert found[0] == found[2]
    assert len(set(found)) == 3


def test_near_copies_of_long_texts_share_a_group() -> None:
    found = groups(
        LONG, LONG.replace("river bank", "river"), LONG[: len(LONG) // 2], "an entirely different text of words"
    )
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_exact_copies_have_numbers_of_their_own() -> None:
    near = LONG.replace("river bank", "river")
    both, exact = duplicate_groups(pa.array([LONG, near, "another text", "Another  text"], pa.large_string()))
    assert (both[0] == both[1], both[2] == both[3]) == (True, True)
    assert (exact[0] == exact[1], exact[2] == exact[3]) == (False, True)


def test_short_texts_that_differ_in_a_word_stay_apart() -> None:
    assert len(set(groups("What is a quark ?", "What is a quasar ?", "What is a tree ?"))) == 3
    assert len(set(groups("Attendance : 100", "Attendance : 200"))) == 2


def test_word_order_and_empty_texts() -> None:
    found = groups("a b", "b a", "", " ", "\n")
    assert found[0] != found[1]
    assert found[2] == found[3] == found[4]


@pytest.mark.parametrize(
    "texts", [["我们在北京", "我们在北京", "我们在上海"], ["مرحبا بالعالم", "مرحبا بالعالم", "مرحبا"]]
)
def test_other_scripts(texts: list[str]) -> None:
    found = groups(*texts)
    assert found[0] == found[1] != found[2]


def test_a_pattern_that_fills_the_data_is_no_copy() -> None:
    """A thousand texts made by one template: similar each, yet no reason to put all into one fold."""
    found = groups(*(f"{LONG} and number {k} of many" for k in range(1000)))
    assert len(set(found)) > 500


def test_no_texts() -> None:
    assert groups() == []
    assert assign_folds(np.array([], np.int64), np.array([], np.int64), 5, 0).tolist() == []


def test_folds_keep_groups_whole_and_share_out_strata() -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 300, 500)
    strata = (group % 3 == 0).astype(np.int64)
    fold = assign_folds(group, strata, 5, seed=1)
    assert all(len(set(fold[group == g])) == 1 for g in set(group))
    first = {g: np.flatnonzero(group == g)[0] for g in set(group)}
    for label in (0, 1):
        per_fold = np.bincount([fold[at] for at in first.values() if strata[at] == label], minlength=5)
        assert per_fold.max() - per_fold.min() <= 1


def test_a_label_of_five_is_once_in_every_fold() -> None:
    strata = np.array([7] * 5 + [1] * 95)
    fold = assign_folds(np.arange(100), strata, 5, seed=3)
    assert sorted(fold[:5].tolist()) == [0, 1, 2, 3, 4]


def test_few_groups_make_few_folds_and_one_group_is_dealt_out() -> None:
    assert set(assign_folds(np.array([0, 0, 1]), np.zeros(3), 5, 0)) == {0, 1}
    assert sorted(assign_folds(np.zeros(3, np.int64), np.zeros(3), 5, 0)) == [0, 1, 2]
    assert assign_folds(np.array([4]), np.array([0]), 5, 0).tolist() == [0]


def test_the_seed_decides() -> None:
    group = np.arange(50)
    again = [assign_folds(group, group % 2, 5, seed).tolist() for seed in (0, 0, 1)]
    assert again[0] == again[1] != again[2]
