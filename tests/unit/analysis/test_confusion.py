"""Confusion matrices: gold in rows, pred in columns, missed and ghost at the rim."""

from __future__ import annotations

import numpy as np

from errata.analysis.confusion import confusion, confusion_json, row_shares, top_confusions

GOLD = np.array([0, 0, 1, 1, -1])
PRED = np.array([0, 1, -1, 1, 0])
TIMES = np.array([5, 3, 2, 1, 4])


def test_rows_are_gold_and_the_rim_is_missed_and_ghost() -> None:
    matrix = confusion(GOLD, PRED, 2, TIMES)
    assert matrix.tolist() == [[5, 3, 0], [0, 1, 2], [4, 0, 0]]
    assert confusion(GOLD, PRED, 2).sum() == 5


def test_shares_of_rows() -> None:
    matrix = confusion(GOLD[:2], PRED[:2], 2, TIMES[:2])
    np.testing.assert_array_equal(row_shares(matrix)[0], [5 / 8, 3 / 8, 0])
    assert np.isnan(row_shares(matrix)[1]).all()
    np.testing.assert_array_equal(row_shares(matrix, without_diagonal=True)[0], [0, 1, 0])


def test_most_frequent_confusions() -> None:
    assert top_confusions(confusion(GOLD, PRED, 2, TIMES), 2) == [(2, 0, 4), (0, 1, 3)]
    assert top_confusions(confusion(GOLD[:1], PRED[:1], 2), 5) == []


def test_json() -> None:
    assert confusion_json(confusion(GOLD, PRED, 2, TIMES), ("PER", "LOC")) == {
        "labels": ["PER", "LOC"],
        "cells": [[0, 0, 5], [0, 1, 3], [1, 1, 1]],
        "missed": [0, 2],
        "ghost": [4, 0],
    }
