"""Sources → data set. The same bytes and options give the same data set, on every machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from errata.core.errors import InputError, UsageError
from errata.core.types import SPLIT_ORDER, DataSet, ReadOptions, Source, Task
from errata.formats import metadata
from errata.formats.block import Block
from errata.formats.conll import read_conll
from errata.formats.contents import utf8
from errata.formats.delimited import read_delimited
from errata.formats.detect import LABEL_NAMES, detect, format_name
from errata.formats.gold_spans import ner_gold
from errata.formats.json_rows import read_json
from errata.formats.label_names import code_labels
from errata.formats.lines import read_inline, read_label_text
from errata.formats.notices import merged
from errata.formats.parquet import read_parquet
from errata.formats.records import read_records
from errata.formats.roles import find_roles
from errata.formats.sample_ids import sample_ids
from errata.formats.strings import concat, large
from errata.formats.table import Table

TASKS = get_args(Task)


def read(sources: Sequence[Source], options: ReadOptions) -> DataSet:
    """The data set in ``sources``: format, task, columns and tag scheme as ``options`` say, else found out.

    Raises InputError for whatever cannot be read, naming file and line, what was found and what was expected.
    """
    if options.task not in (None, *TASKS):
        raise UsageError(f"--task {options.task}: not a task.", remedy=f"one of {', '.join(TASKS)}, or leave it out.")
    sources, options = _with_label_names(sources, options)
    blocks = _ordered(_blocks(sources, options))
    blocks = _limited(blocks, options.limit)
    task = _task(blocks, options)
    index = _index(blocks)
    splits = tuple(dict.fromkeys(block.source.split for block in blocks))
    split = np.repeat([splits.index(block.source.split) for block in blocks], [block.n_samples for block in blocks])
    given = concat([block.ids if block.ids is not None else large(pa.nulls(block.n_samples)) for block in blocks])
    ids, id_notices = sample_ids(given, splits, split, index)
    notices = [notice for block in blocks for notice in block.notices] + list(id_notices)
    has_gold = np.concatenate([block.has_gold for block in blocks])
    columns = {
        "sample_id": ids,
        "split": pa.array(splits, pa.string()).take(pa.array(split)),
        "index": pa.array(index, pa.int32()),
    }
    if task == "ner":
        gold = ner_gold(blocks, options)
        return DataSet(
            task=task,
            labels=gold.labels,
            samples=_samples(columns | {"text": gold.text}, blocks),
            has_gold=has_gold,
            tokens=gold.tokens,
            gold_spans=gold.spans,
            scheme=gold.scheme,
            sources=tuple(sources),
            notices=merged([*notices, *gold.notices]),
        )
    labels, codes = _class_gold(blocks, task, options)
    if task == "classification":
        has_gold = has_gold & (codes >= 0)
    return DataSet(
        task=task,
        labels=labels,
        samples=_samples(columns | {"text": concat([_text(block) for block in blocks])}, blocks),
        has_gold=has_gold,
        gold_labels=codes,
        sources=tuple(sources),
        notices=merged(notices),
    )


def _with_label_names(sources: Sequence[Source], options: ReadOptions) -> tuple[list[Source], ReadOptions]:
    """Sources with their formats, and options with the label names that a source among them holds."""
    found = []
    for source in sources:
        if source.format == LABEL_NAMES:
            if not options.label_names:
                lines = utf8(source)[0].decode().split("\n")
                names = tuple(line.strip() for line in lines if line.strip())
                options = replace(options, label_names=names)
            found.append(source)
            continue
        format = format_name(options.format) if options.format else source.format or detect(source)
        found.append(replace(source, format=format))
    if not any(source.format != LABEL_NAMES for source in found):
        raise UsageError("there is nothing to read.", remedy="errata analyze DATA, or --split NAME=PATH")
    return found, options


def _require_columns(samples: Sequence[Source], tables: Mapping[int, Table], options: ReadOptions) -> None:
    """Options that name columns of tables need a table; ignored, they would promise what is not done."""
    wrong = [name for name in ("text", "label", "spans", "id", "annotator") if getattr(options, name) is not None]
    if wrong and not tables:
        raise UsageError(
            f"{samples[0].name}: --{wrong[0]} names a column of a table, and this file is {samples[0].format}.",
            remedy=f"leave --{wrong[0]} out, or say with --format what the file is.",
        )


def _blocks(sources: Sequence[Source], options: ReadOptions) -> list[Block]:
    """A block per source that holds samples, in the order of the sources."""
    samples = [source for source in sources if source.format != LABEL_NAMES]
    blocks: dict[int, Block] = {}
    columns = [position for position, source in enumerate(samples) if source.format == "conll"]
    if columns:
        blocks |= zip(columns, read_conll([samples[position] for position in columns], options), strict=True)
    tables: dict[int, Table] = {}
    for position, source in enumerate(samples):
        if source.format == "inline":
            blocks[position] = read_inline(source, options)
        elif source.format == "label-text":
            blocks[position] = read_label_text(source, options)
        elif source.format in ("csv", "tsv"):
            tables[position] = read_delimited(source, options)
        elif source.format in ("json", "jsonl"):
            tables[position] = read_json(source)
        elif source.format == "parquet":
            tables[position] = read_parquet(source)
    _require_columns(samples, tables, options)
    if tables:
        labelled = [_is_ner(block) for block in blocks.values() if block.has_gold.any()]
        beside: Task | None = None if not labelled else "ner" if any(labelled) else "classification"
        roles = find_roles(list(tables.values()), options, beside)
        for (position, table), role in zip(tables.items(), roles, strict=True):
            blocks[position] = read_records(table, role, options)
    return [blocks[position] for position in sorted(blocks)]


def _ordered(blocks: Sequence[Block]) -> list[Block]:
    """Blocks by split — train, dev, test, others by name — else as they came."""
    known = {name: rank for rank, name in enumerate(SPLIT_ORDER)}
    return sorted(blocks, key=lambda block: (known.get(block.source.split, len(known)), block.source.split))


def _limited(blocks: Sequence[Block], limit: int | None) -> list[Block]:
    """The first ``limit`` samples of every split."""
    if limit is None:
        return list(blocks)
    if limit < 1:
        raise UsageError(f"--limit {limit}: expected 1 or more.", remedy="leave it out to read everything.")
    left: dict[str, int] = {}
    found = []
    for block in blocks:
        n = left.setdefault(block.source.split, limit)
        left[block.source.split] -= min(n, block.n_samples)
        if n:
            found.append(block.head(n))
    return found


def _index(blocks: Sequence[Block]) -> npt.NDArray[np.int32]:
    """Position of each sample in its split, which may have several sources."""
    next_of: dict[str, int] = {}
    parts = []
    for block in blocks:
        first = next_of.get(block.source.split, 0)
        next_of[block.source.split] = first + block.n_samples
        parts.append(np.arange(first, first + block.n_samples, dtype=np.int32))
    return np.concatenate(parts)


def _is_ner(block: Block) -> bool:
    return block.tokens is not None or block.spans is not None


def _task(blocks: Sequence[Block], options: ReadOptions) -> Task:
    ner = [block for block in blocks if _is_ner(block)]
    plain = [block for block in blocks if not _is_ner(block)]
    if ner and options.task not in (None, "ner"):
        raise InputError(
            ner[0].source.name,
            found="tokens with tags, or texts with spans",
            expected=f"texts with labels, for --task {options.task}",
            remedy="leave --task out, or name the columns with --text and --label.",
        )
    labelled = [block for block in plain if block.class_names]
    if (ner or options.task == "ner") and labelled:
        raise InputError(
            labelled[0].source.name,
            found="texts with labels",
            expected=f"tokens with tags or texts with spans{', as in ' + ner[0].source.name if ner else ', for --task ner'}",
            remedy="name the columns with --tokens and --tags, or --text and --spans; or leave the file out.",
        )
    if ner or options.task == "ner":
        return "ner"
    if options.task == "multilabel" or any(block.class_offsets is not None for block in blocks):
        return "multilabel"
    return "classification"


def _samples(columns: dict[str, pa.Array], blocks: Sequence[Block]) -> pa.Table:
    lengths = [block.n_samples for block in blocks]
    meta: dict[str, pa.ChunkedArray] = {}
    for name in dict.fromkeys(name for block in blocks for name in block.meta):
        meta[name] = metadata.concat([block.meta.get(name) for block in blocks], lengths)
    return pa.table({**columns, **meta}).combine_chunks()


def _text(block: Block) -> pa.LargeStringArray:
    return large(pa.array([""] * block.n_samples)) if block.text is None else block.text


def _class_gold(
    blocks: Sequence[Block], task: Task, options: ReadOptions
) -> tuple[tuple[str, ...], npt.NDArray[np.int32] | npt.NDArray[np.bool_]]:
    """Label names and gold codes int32 ``(n_samples,)``, or bool ``(n_samples, n_labels)`` for multi-label."""
    declared = options.label_names or tuple(dict.fromkeys(name for block in blocks for name in block.declared_names))
    names = dict.fromkeys(name for block in blocks for name in block.class_names if name)
    order = declared if names.keys() & set(declared) else ()
    coding = code_labels(names, options.label_map, order)
    parts = []
    for block in blocks:
        codes = np.full(block.n_samples, -1, np.int32) if block.class_codes is None else block.class_codes
        codes = np.array([coding.code_of.get(name, -1) for name in block.class_names] + [-1], np.int32)[codes]
        if task == "classification":
            parts.append(codes)
            continue
        offsets = np.arange(block.n_samples + 1) if block.class_offsets is None else block.class_offsets
        row = np.repeat(np.arange(block.n_samples), np.diff(offsets))
        matrix = np.zeros((block.n_samples, len(coding.labels)), bool)
        matrix[row[codes >= 0], codes[codes >= 0]] = True
        parts.append(matrix)
    return coding.labels, np.concatenate(parts)
