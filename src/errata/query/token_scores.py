"""Token-level counts of a NER run: made once from the token table, then added up over any samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from errata.analysis.conventions import token_counts
from errata.analysis.metrics import Counts
from errata.core.types import Ints
from errata.formats.tagging import tag_set
from errata.query.columns import codes
from errata.query.tables import Tables


@dataclass(frozen=True, slots=True)
class TokenScores:
    """``gold``, ``pred`` int16 ``(n_tokens,)``: label codes, -1 outside, ``len(labels)`` for a gold label that the
    predictor's tags lack, or for no tag; ``offsets`` int64 ``(n_samples + 1,)``; ``sums`` int64 ``(n_samples, 5)``:
    right and inside a gold span, gold, predicted, right at all, tokens. All 0 in samples without gold, and in those
    that the predictor did not speak of.
    """

    gold: Ints
    pred: Ints
    offsets: Ints
    sums: Ints

    def micro(self, samples: Ints) -> Counts:
        """The counts of all labels together over some samples, each ``(1,)``."""
        tp, n_gold, n_pred = (np.atleast_1d(part) for part in self.sums[samples, :3].sum(axis=0))
        return Counts(tp, n_gold, n_pred)

    def by_label(self, samples: Ints, n_labels: int) -> Counts:
        """The counts per label over some samples, each ``(n_labels,)``."""
        keep = np.zeros(len(self.offsets) - 1, np.bool_)
        keep[samples] = True
        keep &= self.sums[:, 4] > 0
        inside = np.repeat(keep, np.diff(self.offsets))
        gold, pred = self.gold[inside].astype(np.int64), self.pred[inside].astype(np.int64)
        size = n_labels + 2
        cells = np.bincount((gold + 1) * size + pred + 1, minlength=size * size)
        code = np.arange(size * size)
        counts = token_counts(code // size - 1, code % size - 1, n_labels + 1, cells)
        return Counts(counts.tp[:n_labels], counts.n_gold[:n_labels], counts.n_pred[:n_labels])

    def accuracy(self, samples: Ints) -> float:
        """Share of tokens with the right label, ``O`` included; NaN without annotated tokens."""
        right, n = self.sums[samples, 3:].sum(axis=0)
        return float(right / n) if n else float("nan")


def token_scores(tables: Tables) -> TokenScores | None:
    """The token-level counts of a run, made on first need; None for texts."""
    load = tables.view.tokens
    if load is None:
        return None
    return tables.kept("token scores", lambda: _token_scores(tables, load()))


def _token_scores(tables: Tables, tokens: pa.Table) -> TokenScores:
    gold = _labels(tokens["gold_tag"], tables.labels)
    pred = _labels(tokens["pred_tag"], tables.labels)
    offsets = np.searchsorted(np.asarray(tokens["sample"]), np.arange(tables.n_samples + 1)).astype(np.int64)
    right = gold == pred
    parts = (right & (gold >= 0), gold >= 0, pred >= 0, right, np.ones(len(gold), np.bool_))
    sums = np.stack([np.diff(np.append(0, np.cumsum(part, dtype=np.int64))[offsets]) for part in parts], axis=1)
    sums[~tables.is_judged()] = 0
    return TokenScores(gold, pred, offsets, sums)


def _labels(column: pa.ChunkedArray, labels: tuple[str, ...]) -> Ints:
    """Label codes of tags: -1 for ``O``, ``len(labels)`` for no tag or a label that is not among ``labels``."""
    whole = column.unify_dictionaries().combine_chunks()
    array = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) and whole.num_chunks else whole
    if not len(array):
        return np.zeros(0, np.int16)
    tags = tag_set(array.dictionary.to_pylist())
    place = {label: code for code, label in enumerate(labels)}
    names = [place.get(label, len(labels)) for label in tags.labels]
    of_tag = np.array([names[code] if code >= 0 else -1 for code in tags.label.tolist()] + [len(labels)], np.int16)
    found: Ints = of_tag[codes(array)]
    return found
