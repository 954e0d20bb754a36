"""What the user names — a file, a folder of splits, a hub name, an object in memory — → sources."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from errata.core.errors import InputError, UsageError
from errata.core.types import SPLIT_ORDER, ReadOptions, Source
from errata.formats.contents import read_bytes
from errata.formats.detect import FORMATS, LABEL_NAMES, detect, format_name
from errata.formats.hub import from_hub, from_saved, is_saved
from errata.formats.objects import encoded_splits
from errata.formats.split_names import SYNONYMS, Candidate, candidate, choose

DEFAULT_SPLIT = "train"
"""Split of a file whose name says none."""

LABEL_NAME_FILES = ("labels.txt", "label_names.txt", "classes.txt")

_NO_DATA_SUFFIXES = frozenset(
    {
        *(".md", ".rst", ".html", ".htm", ".pdf", ".doc", ".docx", ".bib", ".log", ".xml", ".yaml", ".yml", ".toml"),
        *(".cfg", ".ini", ".lock", ".sh", ".py", ".ipynb", ".npy", ".npz", ".pt", ".pth", ".bin", ".h5", ".arrow"),
        *(".safetensors", ".onnx", ".pkl", ".pickle", ".zip", ".tar", ".tgz", ".7z", ".xz", ".bz2", ".zst", ".png"),
        *(".jpg", ".jpeg", ".svg", ".gif", ".db", ".sqlite", ".sha256", ".md5", ".ann"),
    }
)
_NO_DATA_NAME = re.compile(
    r"(readme|licen[cs]e|notice|changelog|citation|manifest|sha\d*sums?|md5sums?|vocab|known_error|planted|dataset_info"
    r"|dataset_dict|state\.json|config\.json|metadata|stats|errata-export|predictions?\b|preds?\b)",
    re.IGNORECASE,
)
_LABELS_NAME = re.compile(r"(labels?|label_names|classes|categories|tags|tag_?set)\.(txt|json|tsv)", re.IGNORECASE)
_SIDE_WORDS = re.compile(r"(^|[^a-z])(annotators?|pilot)([^a-z]|$)", re.IGNORECASE)
_HUB_NAME = re.compile(r"[\w-]+[\w.-]*(/[\w.-]+)?(:[\w.-]+)?")


def find_sources(
    data: str | Path | None, splits: Mapping[str, str | Path] | None = None, options: ReadOptions | None = None
) -> tuple[Source, ...]:
    """The sources behind DATA and ``--split NAME=PATH``, their formats detected, in the order train, dev, test, others.

    ``data``: a file (its split is in its name, else ``train``), a folder whose files name splits, a folder written by
    ``save_to_disk``, or a hub name. ``splits`` win over what DATA has; their paths may be relative to DATA. Label names
    in a ``labels.txt`` beside the files come first, as a source of their own. Raises InputError where two files claim
    one split, with the flags to paste, and UsageError where nothing is found.
    """
    options = options or ReadOptions()
    given = {_split_name(name): path for name, path in (splits or {}).items()}
    if data is None and not given:
        raise UsageError("no data.", remedy="errata analyze DATA, or --split NAME=PATH")
    place = None if data is None else Path(data)
    files: dict[str, list[Path]] = {split: [_existing(Path(path), place)] for split, path in given.items()}
    if place is not None and not place.exists():
        return (*_from_hub(str(data), set(given)), *_opened(files, options))
    if place is not None and is_saved(place):
        return (*(source for source in from_saved(place) if source.split not in given), *_opened(files, options))
    if place is not None and place.is_dir():
        for split, paths in _folder(place, given).items():
            files.setdefault(split, paths)
    elif place is not None:
        found = candidate(place)
        files.setdefault(found.split if found else DEFAULT_SPLIT, [place])
    return _opened(files, options)


def sources_of(obj: Any) -> tuple[Source, ...]:
    """The sources behind an object in memory, as Parquet: a DataFrame (pandas, polars), an Arrow table, a
    ``datasets.Dataset`` or ``DatasetDict``, a list of dicts, or a dict of split name to any of these.

    Raises UsageError for any other object.
    """
    return tuple(
        Source(_split_name(split), f"{_split_name(split)}.{made.format}", made.content, made.format)
        for split, made in encoded_splits(obj, DEFAULT_SPLIT).items()
    )


def _split_name(name: str) -> str:
    name = name.strip()
    if not name or "/" in name or "\\" in name or name.startswith("."):
        raise UsageError(
            f"--split {name}: not a name for a split.", remedy="--split NAME=PATH, such as --split train=a.csv"
        )
    return SYNONYMS.get(name.lower(), name)


def _existing(path: Path, place: Path | None) -> Path:
    if path.exists():
        return path
    if place is not None and (place / path).exists():
        return place / path
    raise InputError(str(path), found="no such file", expected="a file", remedy="check the path.")


def _from_hub(name: str, besides: set[str]) -> list[Source]:
    suffix = Path(name).suffix.lower().removeprefix(".")
    is_path = name.startswith((".", "/", "~")) or suffix in {*FORMATS, "txt", "gz", "pq", "ndjson"}
    if is_path or not _HUB_NAME.fullmatch(name):
        raise InputError(name, found="no such file or folder", expected="data", remedy="check the path.")
    return [source for source in from_hub(name) if source.split not in besides]


def _opened(files: Mapping[str, Sequence[Path]], options: ReadOptions) -> tuple[Source, ...]:
    """Sources with content and format; label names that lie beside them first."""
    order = sorted(files, key=_rank)
    found = []
    for split in order:
        for path in files[split]:
            source = Source(split, path.name, read_bytes(path))
            format = format_name(options.format) if options.format else detect(source)
            found.append(Source(split, path.name, source.content, format))
    names = None if options.label_names or not order else _label_names_beside(files[order[0]][0].parent)
    if names is not None:
        found.insert(0, Source(order[0], names.name, read_bytes(names), LABEL_NAMES))
    return tuple(found)


def _rank(split: str) -> tuple[int, str]:
    return (SPLIT_ORDER.index(split) if split in SPLIT_ORDER else len(SPLIT_ORDER), split)


def _label_names_beside(folder: Path) -> Path | None:
    return next((folder / name for name in LABEL_NAME_FILES if (folder / name).is_file()), None)


def _folder(folder: Path, given: Mapping[str, Any]) -> dict[str, list[Path]]:
    """Files per split. Splits in ``given`` are not asked for."""
    files = _data_files(folder)
    if not files and (folder / "data").is_dir():
        folder, files = folder / "data", _data_files(folder / "data")
    found = [named for path in files if (named := candidate(path)) and named.split not in given]
    if not found:
        return _unnamed(folder, files, given)
    main = [named for named in found if not _SIDE_WORDS.search(named.path.name)] or found
    chosen, unclear = choose(main)
    if unclear:
        raise _ambiguous(folder, chosen, unclear)
    return {split: [Path(named.path) for named in named_files] for split, named_files in chosen.items()}


def _data_files(folder: Path) -> list[Path]:
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise InputError(
            str(folder), found=error.strerror or str(error), expected="a readable folder", remedy="check permissions."
        ) from None
    return [
        path
        for path in files
        if not path.name.startswith((".", "_"))
        and Path(path.name.removesuffix(".gz")).suffix.lower() not in _NO_DATA_SUFFIXES
        and not _NO_DATA_NAME.match(path.name)
        and not _LABELS_NAME.fullmatch(path.name)
    ]


def _unnamed(folder: Path, files: Sequence[Path], given: Mapping[str, Any]) -> dict[str, list[Path]]:
    """A folder in which no file names a split: its one file, if it has one."""
    main = [path for path in files if not _SIDE_WORDS.search(path.name)]
    if given:
        return {}
    if len(main) == 1:
        return {DEFAULT_SPLIT: main}
    if main:
        flags = " ".join(f"--split NAME={shlex.quote(str(path))}" for path in main[:3])
        raise InputError(
            str(folder),
            found=f"{len(main)} files, none of which names a split ({', '.join(path.name for path in main[:5])}"
            f"{', …' * (len(main) > 5)})",
            expected="names with train, dev or test in them, or one file",
            remedy=f"name the splits: errata analyze {flags}",
        )
    inside = sorted(path for path in folder.iterdir() if path.is_dir() and _data_files(path))
    raise InputError(
        str(folder),
        found="no data files"
        + (f", but folders with some ({', '.join(path.name for path in inside[:6])})" if inside else ""),
        expected="files that name a split, such as train.conll, dev.jsonl, test.csv.gz",
        remedy=f"errata analyze {shlex.quote(str(inside[0]))}" if inside else "name them: --split NAME=PATH",
    )


def _ambiguous(
    folder: Path, chosen: Mapping[str, Sequence[Candidate]], unclear: Mapping[str, Sequence[Candidate]]
) -> InputError:
    unclear = {split: unclear[split] for split in sorted(unclear, key=_rank)}
    split, files = next(iter(unclear.items()))
    listed = ", ".join(named.path.name for named in files)
    # One family of names for all splits makes the most likely command.
    families = [named.family for named in files]
    family = min(families, key=len)
    flags = []
    for other, others in unclear.items():
        likely = next((named for named in others if named.family == family), others[0])
        flags.append(f"--split {shlex.quote(f'{other}={os.fspath(likely.path)}')}")
    return InputError(
        str(folder),
        found=f"{len(files)} files for the split {split} ({listed})",
        expected="one",
        remedy=f"choose, for example: errata analyze {shlex.quote(str(folder))} {' '.join(flags)}",
    )
