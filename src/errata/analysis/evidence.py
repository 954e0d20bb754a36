"""What a data set offers the detectors of label issues: one item a token or a text, and columns about the items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from errata.analysis.occurrences import LabelledTokens
from errata.core.types import Bools, Floats, Ints

Level = Literal["token", "text"]
Need = Literal["probs", "epochs", "vectors", "strings", "tags", "offsets", "duplicates", "model", "annotators"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Columns about n items. Everything but the gold labels may be missing (None).

    ``gold`` int ``(n,)`` label codes, -1 = outside (tokens only); ``has_gold`` bool ``(n,)``. ``probs`` float
    ``(n, n_labels + 1)``, out of sample, the last column outside (zeros for texts); ``epochs`` one such array an epoch;
    ``model``: those of a second predictor. ``vectors`` float ``(n, d)``. ``strings``: the tokens with their words and
    gold spans. ``tags`` int ``(n,)`` gold tags, any numbering; ``offsets`` ``(n_samples + 1,)`` of the tokens.
    ``duplicates`` int ``(n,)``: equal for copies. ``annotators`` int ``(n, n_annotators)``: the label each of them gave,
    coded like ``gold``, -2 = none asked.
    """

    gold: Ints
    has_gold: Bools
    n_labels: int
    level: Level
    probs: Floats | None = None
    epochs: Sequence[Floats] | None = None
    vectors: Floats | None = None
    strings: LabelledTokens | None = None
    tags: Ints | None = None
    offsets: Ints | None = None
    duplicates: Ints | None = None
    model: Floats | None = None
    annotators: Ints | None = None

    def __len__(self) -> int:
        return len(self.gold)

    def has(self, need: Need) -> bool:
        """Whether the column is there."""
        return getattr(self, need) is not None

    def take(self, rows: Ints) -> Evidence:
        """The items ``rows`` alone; what belongs to whole sequences (strings, tags, offsets) is left out."""

        def pick(column: Any) -> Any:
            return None if column is None else column[rows]

        return replace(
            self,
            gold=self.gold[rows],
            has_gold=self.has_gold[rows],
            probs=pick(self.probs),
            epochs=None if self.epochs is None else [epoch[rows] for epoch in self.epochs],
            vectors=pick(self.vectors),
            strings=None,
            tags=None,
            offsets=None,
            duplicates=pick(self.duplicates),
            model=pick(self.model),
            annotators=pick(self.annotators),
        )
