"""Names of a model's outputs against the data set's labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from errata.core.errors import ModelError
from errata.core.types import DataSet
from errata.models.label_names import Outputs, class_outputs, compare_labels, tag_outputs

Build = Callable[..., DataSet]


def test_outputs_of_one_name_are_added_up() -> None:
    outputs = Outputs.of(["a", "b", "a"])
    values = np.array([[0.1, 0.2, 0.7]], np.float32)
    assert outputs.names == ("a", "b")
    np.testing.assert_allclose(outputs.merge(values), [[0.8, 0.2]])
    assert Outputs.of(["a", "b"]).merge(values[:, :2]).tolist() == values[:, :2].tolist()


def test_tags_map_whole_or_by_label(ner: Build) -> None:
    data = ner([["a"]], labels=("PER", "creative-work"))
    names = ("O", "B-person", "I-person", "B-creative-work", "I-creative-work", "B-date", "I-date")
    outputs, tags, notices = tag_outputs(names, data, {"person": "PER", "B-date": "O", "I-date": "O"})
    assert outputs.names == ("O", "B-PER", "I-PER", "B-creative-work", "I-creative-work")
    assert outputs.column.tolist() == [0, 1, 2, 3, 4, 0, 0]
    assert tags.labels == ("PER", "creative-work")
    assert notices == []


def test_unnamed_tags_follow_the_data_sets_scheme(ner: Build) -> None:
    data = replace(ner([["a"]], labels=("PER",)), scheme="BIOES")
    outputs, tags, notices = tag_outputs([f"LABEL_{n}" for n in range(5)], data, {})
    assert outputs.names == ("O", "B-PER", "I-PER", "E-PER", "S-PER")
    assert tags.scheme == "BIOES"
    assert [notice.code for notice in notices] == ["labels_by_position"]


def test_names_that_are_no_tags(ner: Build) -> None:
    with pytest.raises(ModelError, match="not tags"):
        tag_outputs(("O", "B-PER", "weird"), ner([["a"]]), {})


def test_nothing_in_common_is_an_error_but_not_fatal() -> None:
    notices = compare_labels(("PERSON", "GPE"), ("PER", "LOC"))
    assert notices[0].code == "no_common_label"
    assert notices[0].severity == "error"
    assert notices[-1].examples == ("--label-map PERSON=PER",)


@pytest.mark.parametrize(
    ("model", "data", "hint"),
    [
        ("location", "LOC", "--label-map location=LOC"),
        ("Good!", "good!", "--label-map 'Good!=good!'"),
        ("zebra", "LOC", None),
    ],
)
def test_hints(model: str, data: str, hint: str | None) -> None:
    found = [notice.examples for notice in compare_labels((model, "same"), (data, "same")) if "similar" in notice.code]
    assert found == ([(hint,)] if hint else [])


def test_order_of_class_names_does_not_matter(texts: Build) -> None:
    outputs, labels, notices = class_outputs(("b", "a"), texts([], labels=("a", "b")), {})
    assert (outputs.names, labels, notices) == (("b", "a"), ("a", "b"), [])


def test_numbers_beyond_the_outputs_are_names(texts: Build) -> None:
    _, labels, notices = class_outputs(("x", "y"), texts([], labels=("5", "6")), {})
    assert labels == ("5", "6", "x", "y")
    assert notices[0].code == "no_common_label"


def test_an_unlabelled_data_set_says_nothing(texts: Build) -> None:
    _, labels, notices = class_outputs(("LABEL_0", "LABEL_1"), texts([], labels=()), {})
    assert (labels, notices) == (("LABEL_0", "LABEL_1"), [])
