"""Hugging Face data sets: folders written by ``save_to_disk``, and names on the hub, as Parquet with their features."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from errata.core.errors import InputError, MissingExtra
from errata.core.types import Source
from errata.formats.objects import encoded, parquet
from errata.formats.split_names import SYNONYMS

_DICT, _STATE = "dataset_dict.json", "state.json"


def is_saved(folder: Path) -> bool:
    """Whether ``save_to_disk`` wrote the folder."""
    return (folder / _DICT).is_file() or (folder / _STATE).is_file()


def from_saved(folder: Path) -> list[Source]:
    """The splits in a folder of ``save_to_disk``, read with Arrow alone. Raises InputError for a damaged one."""
    if (folder / _DICT).is_file():
        splits = _json(folder / _DICT).get("splits", [])
        return [_source(str(split), _saved_table(folder / str(split))) for split in splits]
    return [_source(_json(folder / _STATE).get("_split") or "train", _saved_table(folder))]


def _source(split: str, table: pa.Table) -> Source:
    made = parquet(table)
    return Source(SYNONYMS.get(split.lower(), split), f"{split}.parquet", made.content, made.format)


def _saved_table(folder: Path) -> pa.Table:
    state = _json(folder / _STATE)
    table = _arrow(folder, state.get("_data_files") or [])
    if rows := state.get("_indices_data_files"):
        table = table.take(_arrow(folder, rows)["indices"])
    return table


def _arrow(folder: Path, files: list[Any]) -> pa.Table:
    parts = []
    for entry in files:
        path = folder / Path(str(entry["filename"])).name
        try:
            with pa.memory_map(str(path)) as mapped:
                parts.append(pa.ipc.open_stream(mapped).read_all())
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                str(path),
                found=f"an Arrow file that cannot be read ({error})",
                expected="a file of save_to_disk",
                remedy="save the data set again.",
            ) from None
    if not parts:
        raise InputError(str(folder / _STATE), found="no data files", expected="one or more", remedy="save it again.")
    return pa.concat_tables(parts)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            str(path), found=f"no readable JSON ({error})", expected="a file of save_to_disk", remedy="save it again."
        ) from None
    return found if isinstance(found, dict) else {}


def from_hub(name: str) -> list[Source]:
    """The splits of ``owner/name`` or ``owner/name:configuration`` on the Hugging Face hub, or of its local cache.

    No code from the hub is run. Raises MissingExtra without ``datasets``, InputError when it cannot be had.
    """
    try:
        datasets = importlib.import_module("datasets")
    except ImportError:
        raise MissingExtra(
            "datasets", "hf", f"to read {name!r} from the Hugging Face hub (no such file here)"
        ) from None
    path, _, configuration = name.partition(":")
    try:
        found = datasets.load_dataset(path, configuration or None)
    except (OSError, ValueError, RuntimeError, LookupError, pa.ArrowException) as error:
        raise InputError(
            name,
            found=f"no such file or folder here, and no data set of that name could be loaded ({_first_line(error)})",
            expected="a path, or owner/name on the Hugging Face hub",
            remedy="check the path or name and the network; for a configuration: owner/name:configuration.",
        ) from None
    sources = []
    for split, part in found.items():
        made = encoded(part)
        sources.append(
            Source(SYNONYMS.get(str(split).lower(), str(split)), f"{split}.parquet", made.content, made.format)
        )
    return sources


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
