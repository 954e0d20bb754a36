"""How the tables of a run are read: one idea of empty, of categories and of names."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest

from errata.core.filters import parse
from errata.query.columns import filter_columns, normalised_samples, normalised_units, split_names
from errata.query.tables import Tables
from tests.builders import LABELS, ner_view


def test_nan_is_empty() -> None:
    view = ner_view(20, meta={"meta_score": pa.array([float("nan"), 1.0] * 10)})
    assert normalised_samples(view)["meta_score"].null_count == 10


def test_metadata_of_any_type_can_be_filtered() -> None:
    day = datetime.date(2024, 5, 1)
    meta = {
        "meta_day": pa.array([day, None] * 5),
        "meta_list": pa.array([["a"], []] * 5),
        "meta_many": pa.array([f"value {k}" for k in range(10)]),
        "meta_half": pa.array(np.linspace(0, 1, 10).astype(np.float16)),
        "meta_none": pa.nulls(10),
        "meta_bytes": pa.array([b"\xff\x00"] * 10),
        "meta_big": pa.array([2**63 + k for k in range(10)], pa.uint64()),
    }
    tables = Tables(ner_view(10, meta=meta))
    kinds = {name: column.kind for name, column in tables.columns.items() if name.startswith("meta_")}
    assert kinds == {
        "meta_day": "category",
        "meta_list": "category",
        "meta_many": "category",
        "meta_half": "number",
        "meta_none": "category",
        "meta_bytes": "category",
        "meta_big": "number",
    }
    found = tables.database.table(
        f"SELECT count(*) FROM samples s WHERE {parse(chr(34) + 'meta_day' + chr(34) + f' = {chr(39)}{day}{chr(39)}', tables.columns).sql}",
        [str(day)],
    )
    assert found == [(5,)]


def test_text_metadata_with_many_values_stays_text() -> None:
    tables = Tables(ner_view(300, meta={"meta_title": [f"title {k}" for k in range(300)]}))
    assert tables.columns["meta_title"].kind == "text"


def test_label_codes_point_into_the_labels_whatever_the_chunks() -> None:
    view = ner_view(40, 3)
    halves = [view.units.slice(0, 20), view.units.slice(20)]
    other = pa.array(list(reversed(LABELS)))
    recoded = pa.chunked_array(
        [
            pa.DictionaryArray.from_arrays(
                pa.array([LABELS[::-1].index(v) if v else None for v in half["gold"].to_pylist()], pa.int32()), other
            )
            for half in halves
        ]
    )
    place = view.units.schema.get_field_index("gold")
    mixed = view.units.set_column(place, "gold", recoded)
    object.__setattr__(view, "units", mixed)
    units = normalised_units(view)
    assert units["gold"].chunk(0).dictionary.to_pylist() == list(LABELS)
    assert units["gold"].to_pylist() == mixed["gold"].to_pylist()


def test_units_out_of_order_are_put_in_order() -> None:
    view = ner_view(30, 3)
    shuffled = view.units.take(pa.array(np.random.default_rng(0).permutation(view.units.num_rows)))
    object.__setattr__(view, "units", shuffled)
    owner = Tables(view).unit_sample()
    assert (np.diff(owner) >= 0).all()


def test_text_is_the_units_surface_and_shared_columns_are_the_samples() -> None:
    view = ner_view(10)
    columns = filter_columns(view.units, view.samples)
    assert columns["text"].table == "units"
    assert {columns[name].table for name in ("sample_text", "split", "sample_id", "sample", "index")} == {"samples"}


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("", []),
        ("gold, pred,", ["gold", "pred"]),
        ("-dep,loss", ["-dep", "loss"]),
        ('"meta_a, b",-"meta_""q"""', ["meta_a, b", '-meta_"q"']),
        ("'x", ["'x"]),
        ('"', ['"']),
    ],
)
def test_comma_lists_of_names(given: str, names: list[str]) -> None:
    assert split_names(given) == names
