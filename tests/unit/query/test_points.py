"""The map as typed arrays, masks of filters, and what single units say."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest

from errata.core.errors import FilterError, NotFound, UsageError
from errata.query.catalog import Catalog
from tests.builders import LABELS, multilabel_view, ner_view, text_view

VIEWS = {"ner": ner_view(50, 2), "text": text_view(40, 2), "multi": multilabel_view(30, 2), "empty": ner_view(0)}
CATALOGS = {name: Catalog(view) for name, view in VIEWS.items()}


def read(message: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """As the console reads it."""
    (length,) = struct.unpack_from("<I", message)
    head = json.loads(message[4 : 4 + length])
    begin = 4 + length
    assert begin % 8 == 0
    kinds = {"f4": "<f4", "u1": "<u1", "u2": "<u2"}
    arrays = {
        entry["name"]: np.frombuffer(message, kinds[entry["type"]], head["n"], begin + entry["offset"])
        for entry in head["columns"]
    }
    return head, arrays


@pytest.mark.parametrize("name", list(VIEWS))
def test_places_and_columns_are_those_of_the_units(name: str) -> None:
    view = VIEWS[name]
    head, arrays = read(CATALOGS[name].points(columns="gold,error_type,is_error,dep,split", places=True))
    assert head["n"] == view.units.num_rows
    for axis in ("x", "y", "dep"):
        stored = view.units[axis].to_numpy(zero_copy_only=False).astype(np.float32)
        np.testing.assert_array_equal(arrays[axis], stored)
    assert head["n_placed"] == int((np.isfinite(arrays["x"]) & np.isfinite(arrays["y"])).sum())
    values = {entry["name"]: entry["values"] for entry in head["columns"]}
    for column in ("gold", "error_type", "is_error", "split"):
        told = [None if code == 255 else values[column][code] for code in arrays[column].tolist()]
        assert told == view.units[column].to_pylist()
    assert values["x"] is None


def test_columns_can_come_without_places() -> None:
    head, arrays = read(CATALOGS["ner"].points(columns="gold, dep", places=False))
    assert list(arrays) == ["gold", "dep"]
    assert head["n_placed"] is None
    assert head["columns"][0]["values"][: len(LABELS)] == list(LABELS)


@pytest.mark.parametrize("columns", ["nope", "sample_text"])
def test_columns_that_no_colour_can_show_are_refused(columns: str) -> None:
    with pytest.raises(FilterError):
        CATALOGS["ner"].points(columns=columns, places=True)


@pytest.mark.parametrize("where", ["", "is_error", "n_tokens > 4 AND dep > 0.3", "FALSE"])
def test_a_mask_has_a_bit_for_every_selected_unit(where: str) -> None:
    view, catalog = VIEWS["ner"], CATALOGS["ner"]
    bits = np.unpackbits(np.frombuffer(catalog.mask(split="train", where=where), np.uint8), bitorder="little")
    marked = {view.units["unit_id"][int(at)].as_py() for at in np.flatnonzero(bits[: view.units.num_rows])}
    told = catalog.units(split="train", where=where, sort="-dep", top=None)["unit_id"].to_pylist()
    assert marked == set(told)


@pytest.mark.parametrize("name", ["ner", "text", "multi"])
def test_units_say_who_they_are(name: str) -> None:
    view = VIEWS[name]
    stored, samples = view.units.to_pylist(), view.samples.to_pylist()
    for unit in CATALOGS[name].units_at("3, 0,7")["units"]:
        own = stored[unit["position"]]
        assert (unit["unit_id"], unit["gold"], unit["pred"]) == (own["unit_id"], own["gold"], own["pred"])
        whole = samples[own["sample"]]["text"]
        assert unit["before"] + unit["text"] + unit["after"] in whole


def test_positions_are_checked() -> None:
    with pytest.raises(NotFound):
        CATALOGS["ner"].units_at("99999999")
    for written in ("-1", "a", "1.5", ",".join(map(str, range(60))), "٣"):
        with pytest.raises(UsageError):
            CATALOGS["ner"].units_at(written)
