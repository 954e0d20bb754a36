"""Order and renaming of labels."""

from __future__ import annotations

import pytest

from errata.core.errors import InputError
from errata.formats.label_names import code_labels


def test_labels_are_in_the_order_of_their_names_numbers_by_value() -> None:
    assert code_labels(["b", "B", "a", "é"], {}).labels == ("B", "a", "b", "é")
    assert code_labels(["10", "9", "-1", "x"], {}).labels == ("-1", "9", "10", "x")
    assert code_labels(["b", "a"], {}, ["c", "b"]).labels == ("c", "b", "a")


def test_labels_are_renamed_merged_and_dropped() -> None:
    coding = code_labels(["a", "b", "c", "O"], {"a": "b", "c": ""})
    assert coding.labels == ("O", "b")
    assert coding.table(["c", "a", "b", "O"]).tolist() == [-1, 1, 1, 0, -1]


def test_renaming_what_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="no label 'PRE'") as refusal:
        code_labels(["PER", "LOC"], {"PRE": "X"})
    assert "PER" in refusal.value.remedy
