"""What one reader found in one source, before labels, tag scheme and texts of the whole data set are decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.types import Bools, Ints, Notice, Source, Spans
from errata.formats.notices import finding

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Layer:
    """One column of tags: distinct names and, per token, int32 codes into them; -1 where a token has no tag."""

    names: tuple[str, ...]
    codes: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Samples of one source, in its order; every part is None or empty where the format has none.

    ``tokens`` of all samples end to end with ``offsets`` ``(n_samples + 1,)``; ``token_chars`` where they stand in
    ``text`` (None: the text is made of them). ``spans`` are coded into ``span_names``; bounds that the source does not
    give are -1. ``class_codes`` int32 into ``class_names``, one per sample (-1 = none), or, with ``class_offsets``
    ``(n_samples + 1,)``, any number per sample. ``lines`` and ``token_lines``: 1-based lines for messages.
    """

    source: Source
    n_samples: int
    has_gold: Bools
    text: pa.LargeStringArray | None = None
    tokens: pa.LargeStringArray | None = None
    offsets: Ints | None = None
    token_chars: tuple[Ints, Ints] | None = None
    layers: tuple[Layer, ...] = ()
    spans: Spans | None = None
    span_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    class_codes: Ints | None = None
    class_offsets: Ints | None = None
    declared_names: tuple[str, ...] = ()
    """Labels that the source itself declares, in its order, whether they occur or not."""
    ids: pa.LargeStringArray | None = None
    lines: Ints | None = None
    token_lines: Ints | None = None
    meta: Mapping[str, pa.Array] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def where(self, sample: int) -> str:
        """Name of the source and line or row of a sample, for messages."""
        if self.lines is not None:
            return f"{self.source.name}, line {int(self.lines[sample])}"
        return f"{self.source.name}, row {sample + 1}"

    def where_token(self, token: int) -> str:
        """Name of the source and line of a token (position among all tokens), for messages."""
        if self.token_lines is not None:
            return f"{self.source.name}, line {int(self.token_lines[token])}"
        offsets = np.zeros(1, np.int64) if self.offsets is None else self.offsets
        return self.where(int(np.searchsorted(offsets, token, side="right")) - 1)

    def head(self, n: int) -> Block:
        """The first ``n`` samples."""
        if n >= self.n_samples:
            return self
        n_tokens = 0 if self.offsets is None else int(self.offsets[n])
        n_classes = n if self.class_offsets is None else int(self.class_offsets[n])
        return replace(
            self,
            n_samples=n,
            has_gold=self.has_gold[:n],
            text=None if self.text is None else self.text.slice(0, n),
            tokens=None if self.tokens is None else self.tokens.slice(0, n_tokens),
            offsets=None if self.offsets is None else self.offsets[: n + 1],
            token_chars=None
            if self.token_chars is None
            else (self.token_chars[0][:n_tokens], self.token_chars[1][:n_tokens]),
            layers=tuple(Layer(layer.names, layer.codes[:n_tokens]) for layer in self.layers),
            spans=None if self.spans is None else self.spans.take(self.spans.sample < n),
            class_codes=None if self.class_codes is None else self.class_codes[:n_classes],
            class_offsets=None if self.class_offsets is None else self.class_offsets[: n + 1],
            ids=None if self.ids is None else self.ids.slice(0, n),
            lines=None if self.lines is None else self.lines[:n],
            meta={name: column.slice(0, n) for name, column in self.meta.items()},
        )


def full_tokens(
    tokens: pa.LargeStringArray, where: Callable[[int], str]
) -> tuple[pa.LargeStringArray, tuple[Notice, ...]]:
    """Tokens with U+FFFD for empty ones and nulls, which keeps every other token in its place, and the notice of it."""
    empty = pc.fill_null(pc.equal(tokens, ""), True)
    positions = np.flatnonzero(empty.to_numpy(zero_copy_only=False))
    if not len(positions):
        return tokens, ()
    examples = (where(position) for position in positions.tolist())
    notice = finding("empty_token", "Empty tokens; they are read as U+FFFD", examples, len(positions))
    return pc.if_else(empty, REPLACEMENT, tokens), (notice,)
