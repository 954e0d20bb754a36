"""The linear-chain CRF by its definition: every tag sequence written out, in double precision."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Enumerated:
    """All sequences of ``n_tags`` tags over the rows of ``emissions`` ``(n, n_tags)``, with their probabilities."""

    sequences: npt.NDArray[np.int64]
    probs: Doubles
    n_tags: int

    @classmethod
    def of(cls, emissions: Doubles, chain: Doubles) -> Enumerated:
        """``chain`` ``(n_tags + 2, n_tags)``: transitions, then start, then end."""
        n, n_tags = emissions.shape
        sequences = np.array(list(product(range(n_tags), repeat=n)))
        scores = np.array([_score(sequence, emissions, chain) for sequence in sequences])
        odds = np.exp(scores - scores.max())
        return cls(sequences, odds / odds.sum(), n_tags)

    def marginals(self) -> Doubles:
        """p(tag) per token ``(n, n_tags)``."""
        n = self.sequences.shape[1]
        found = np.zeros((n, self.n_tags))
        for sequence, prob in zip(self.sequences, self.probs, strict=True):
            found[np.arange(n), sequence] += prob
        return found

    def expected_chain(self) -> Doubles:
        """Expected number of each transition, start and end, shaped like ``chain``."""
        return sum(
            prob * chain_counts(sequence, self.n_tags)
            for sequence, prob in zip(self.sequences, self.probs, strict=True)
        )  # type: ignore[return-value]


def chain_counts(sequence: npt.NDArray[np.int64], n_tags: int) -> Doubles:
    """How often each transition, start and end occurs in one sequence."""
    counts = np.zeros((n_tags + 2, n_tags))
    for before, after in pairwise(sequence.tolist()):
        counts[before, after] += 1
    counts[n_tags, sequence[0]] += 1
    counts[n_tags + 1, sequence[-1]] += 1
    return counts


def _score(sequence: npt.NDArray[np.int64], emissions: Doubles, chain: Doubles) -> float:
    return float(
        emissions[np.arange(len(sequence)), sequence].sum() + (chain * chain_counts(sequence, chain.shape[1])).sum()
    )
