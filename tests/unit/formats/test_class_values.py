"""Labels as names, numbers, lists and columns."""

from __future__ import annotations

import itertools
from typing import Any

import pyarrow as pa
import pytest

from errata.core.errors import InputError
from errata.core.types import ReadOptions, Source
from errata.formats.class_values import Classes, read_classes
from errata.formats.roles import Roles
from errata.formats.table import Table


def classes(values: Any, *, many: bool = False, declared: tuple[str, ...] = ()) -> Classes:
    table = Table(source=Source("train", "a", b""), n_rows=len(values), columns={"label": values})
    roles = Roles(task="multilabel" if many else "classification", text="text", labels=("label",))
    return read_classes(table, roles, ReadOptions(label_names=declared))


def names(found: Classes) -> list[str | None]:
    return [found.names[code] if code >= 0 else None for code in found.codes.tolist()]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["x", None, "y", ""], ["x", None, "y", None]),
        ([1, 2.0, None, float("nan")], ["1", "2", None, None]),
        ([True, False], ["True", "False"]),
        (pa.array([3, None, 1]), ["3", None, "1"]),
        (pa.array(["x", "", None]), ["x", None, None]),
    ],
)
def test_single_labels(values: Any, expected: list[str | None]) -> None:
    found = classes(values)
    assert names(found) == expected
    assert found.has_gold.tolist() == [name is not None for name in expected]


def test_numbers_stand_for_declared_names() -> None:
    assert names(classes([0, 1, -1], declared=("neg", "pos"))) == ["neg", "pos", None]
    assert names(classes(["1", "neg"], declared=("neg", "pos"))) == ["pos", "neg"]
    assert names(classes([0, 1], declared=("1", "0"))) == ["1", "0"]
    assert names(classes(["0", "1"], declared=("1", "0"))) == ["0", "1"]
    found = classes(["neg", "odd"], declared=("neg", "pos"))
    assert (names(found), found.notices[0].code) == (["neg", "odd"], "unknown_label")
    with pytest.raises(InputError, match="a, row 2: found the label 7; expected a number from 0 to 1"):
        classes([0, 7], declared=("neg", "pos"))


@pytest.mark.parametrize(
    ("values", "expected", "known"),
    [
        ([["x", "y"], [], None], [["x", "y"], [], []], [True, True, False]),
        (["8,20", "3", ""], [["8", "20"], ["3"], []], [True, True, False]),
        (["a|b", "c"], [["a", "b"], ["c"]], [True, True]),
        (['["a,b", "c"]', "[]"], [["a,b", "c"], []], [True, True]),
        (pa.array([[1, 2], [2]]), [["1", "2"], ["2"]], [True, True]),
    ],
)
def test_many_labels(values: Any, expected: list[list[str]], known: list[bool]) -> None:
    found = classes(values, many=True)
    assert found.offsets is not None
    bounds = found.offsets.tolist()
    rows = [names(found)[first:last] for first, last in itertools.pairwise(bounds)]
    assert rows == expected
    assert found.has_gold.tolist() == known


def test_a_column_per_label() -> None:
    table = Table(source=Source("train", "a", b""), n_rows=3, columns={"t": ["1", "0", ""], "u": ["true", "no", ""]})
    found = read_classes(table, Roles(task="multilabel", text="x", labels=("t", "u")), ReadOptions())
    assert (found.names, found.codes.tolist(), found.has_gold.tolist()) == (("t", "u"), [0, 1], [True, True, False])


def test_lists_are_no_single_label() -> None:
    with pytest.raises(InputError, match="a, row 2: found a list as the label") as refusal:
        classes(["x", ["y"]])
    assert "--task multilabel" in refusal.value.remedy
