"""Detectors of label issues whose only evidence is how equal strings are labelled elsewhere.

All yield float64 ``(n_tokens,)``, higher = more suspicious, NaN without gold. Votes come from other samples, see
``occurrences``. With n votes of equal items, r of them for this token's label and o for the most frequent other one:

========================  =====================================================================  ===============
detector                  formula                                                                range
========================  =====================================================================  ===============
``surface_inconsistency`` strings covering the token, the worst: (o - r) / (n + k) if o > r,      -0.5 to 1
                          else (o - r) / (2 n + 4); 0 where no string is annotated anywhere
``variation``             the same word between the same neighbours: (n - r + 0.5 - 0.5 prior)    0 to 1
                          / (n + k); 0 where the context occurs nowhere else
``label_entropy``         minority label of a string: log2(labels seen) - entropy of its labels;  0 upwards
                          0 for majority labels and unanimous strings
``weighted_discrepancy``  minority label of a string: (largest - smallest count) n / labels seen  0 upwards
``missed_elsewhere``      token outside: share of the occurrences of a covering string that are   0 to 1
                          annotated, shrunk: a / (n + 1), in the same document if documents are
                          known and the string is annotated there, else in the data set
========================  =====================================================================  ===============

k is the number of imaginary votes for the label as given. It grows with how improbable the *kind* of error is: one vote
for a missed span, 2 for a wrong label, and 4 (strings) or 8 (contexts) for an invented span. Where annotators miss most
occurrences of a string, the few that they did annotate must not look wrong. Sources: Dickinson and Meurers 2003
(variation n-grams), Hollenstein et al. 2016 (entropy, discrepancy); shrinkage by kind of error is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from errata.analysis.occurrences import LabelledTokens, Occurrences, Votes, context_votes, cover, occurrences
from errata.core.types import Ints

Doubles = npt.NDArray[np.float64]

STRING_SHRINKAGE = (1.0, 2.0, 4.0)
CONTEXT_SHRINKAGE = (1.0, 2.0, 8.0)
"""Imaginary votes for the given label where the error would be a missed span, a wrong label, an invented span."""
CONTEXTS = (((-1,), 1.0), ((1,), 1.0), ((-1, 1), 2.0))
"""Neighbours of a context and the weight of its variation in the evidence."""
STRING_WEIGHT = 3.0
MISSED_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class StringEvidence:
    """``score`` float64 ``(n_tokens,)`` in log-odds, to be added to a score from probabilities; NaN without gold.

    ``best`` int64 ``(n_tokens,)``: for each token the most suspicious of the ``places`` that cover it, -1 = none.
    """

    score: Doubles
    places: Occurrences
    best: Ints


def evidence(tokens: LabelledTokens) -> StringEvidence:
    """What equal strings and contexts say, added up in log-odds.

    3 surface_inconsistency + 2 missed_elsewhere + the variations of ``CONTEXTS``, each with its weight.
    """
    places = occurrences(tokens)
    score = surface_scores(places)
    best = cover(places.start, places.end, score, len(tokens.words))
    total = STRING_WEIGHT * _at(score, best) + MISSED_WEIGHT * _highest(tokens, places, missed_scores(places))
    prior = label_shares(tokens)
    for around, weight in CONTEXTS:
        total += weight * context_scores(context_votes(tokens, around), tokens.labels, prior)
    return StringEvidence(_defined(tokens, total), places, best)


def facts(found: StringEvidence, at: Ints, words: pa.LargeStringArray, names: Sequence[str]) -> list[str]:
    """In words, how the most suspicious string at each token of ``at`` is labelled elsewhere; "" where nothing disagrees.

    ``words``: all tokens; ``names``: the labels. For example ``"Santa Fe" is tagged LOC 6 of 7 times elsewhere``.
    """
    places, told = found.places, []
    score = surface_scores(places)
    for place in found.best[at].tolist():
        if place < 0 or score[place] <= 0:
            told.append("")
            continue
        start, end = int(places.start[place]), int(places.end[place])
        string = " ".join(words.slice(start, end - start).to_pylist())
        label = "left untagged" if places.rival[place] < 0 else f"tagged {names[places.rival[place]]}"
        votes, total = int(places.rival_votes[place]), int(places.total[place])
        told.append(f'"{string}" is {label} {votes} of {total} times elsewhere')
    return told


def surface_inconsistency(tokens: LabelledTokens) -> Doubles:
    """Equal strings labelled otherwise elsewhere; formula above."""
    places = occurrences(tokens)
    return _of_cover(tokens, places, surface_scores(places))


def variation(tokens: LabelledTokens, around: tuple[int, ...] = (-1, 1)) -> Doubles:
    """Equal words between equal neighbours (at the offsets ``around``) labelled otherwise; formula above."""
    found = context_votes(tokens, around)
    return _defined(tokens, context_scores(found, tokens.labels, label_shares(tokens)))


def label_entropy(tokens: LabelledTokens) -> Doubles:
    """Minority labels of strings whose labels are nearly unanimous; formula above."""
    places = occurrences(tokens)
    counts, string = _label_counts(places, tokens.n_labels)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    order = np.log2(np.maximum((counts > 0).sum(axis=1), 1)) + (shares * logs).sum(axis=1)
    return _of_cover(tokens, places, np.where(_is_minority(places, counts, string), order[string], 0.0))


def weighted_discrepancy(tokens: LabelledTokens) -> Doubles:
    """Minority labels of strings with a clear, frequent majority; formula above."""
    places = occurrences(tokens)
    counts, string = _label_counts(places, tokens.n_labels)
    smallest = np.where(counts > 0, counts, np.iinfo(np.int64).max).min(axis=1, initial=np.iinfo(np.int64).max)
    spread = (counts.max(axis=1, initial=0) - smallest) * counts.sum(axis=1) / np.maximum((counts > 0).sum(axis=1), 1)
    return _of_cover(tokens, places, np.where(_is_minority(places, counts, string), spread[string], 0.0))


def missed_elsewhere(tokens: LabelledTokens, document: Ints | None = None) -> Doubles:
    """Un-annotated occurrences of strings that are annotated elsewhere: tagged here, missed there; formula above.

    ``document`` int ``(n_samples,)``: number of each sample's document, -1 = unknown.
    """
    places = occurrences(tokens)
    is_open = places.label < 0
    score = missed_scores(places)
    if document is not None and len(places.start):
        sample = tokens.sample()[places.start]
        near = document[sample]
        _, key = np.unique(np.column_stack((places.string, near, tokens.group[sample])), axis=0, return_inverse=True)
        _, wide = np.unique(np.column_stack((places.string, near)), axis=0, return_inverse=True)
        total = np.bincount(wide)[wide] - np.bincount(key)[key]
        tagged = np.bincount(wide, ~is_open)[wide] - np.bincount(key, ~is_open)[key]
        here = (near >= 0) & (tagged > 0) & is_open
        score = np.where(here, tagged / (total + 1), score)
    return _of_cover(tokens, places, score)


def surface_scores(places: Occurrences) -> Doubles:
    """``surface_inconsistency`` of each occurrence, float64 ``(n_occurrences,)``."""
    missed, flipped, invented = STRING_SHRINKAGE
    shrinkage = np.where(places.label < 0, missed, np.where(places.rival < 0, invented, flipped))
    lead = (places.rival_votes - places.same).astype(np.float64)
    scores: Doubles = np.where(lead > 0, lead / (places.total + shrinkage), lead / (2 * places.total + 4))
    return scores


def missed_scores(places: Occurrences) -> Doubles:
    """``missed_elsewhere`` of each occurrence without documents, float64 ``(n_occurrences,)``."""
    scores: Doubles = np.where(places.label < 0, (places.total - places.same) / (places.total + 1), 0.0)
    return scores


def context_scores(found: Votes, labels: Ints, prior: Doubles) -> Doubles:
    """``variation`` of each token, float64 ``(n_tokens,)``; ``prior``: share of each label, outside last."""
    against = (found.total - found.same).astype(np.float64)
    share = np.divide(found.outside, against, out=np.zeros(len(against)), where=against > 0)
    missed, flipped, invented = CONTEXT_SHRINKAGE
    shrinkage = np.where(labels < 0, missed, invented * share + flipped * (1 - share))
    scores: Doubles = np.where(found.total > 0, (against + 0.5 - 0.5 * prior[labels]) / (found.total + shrinkage), 0.0)
    return scores


def label_shares(tokens: LabelledTokens) -> Doubles:
    """Share of each label among the tokens with gold, outside last, float64 ``(n_labels + 1,)``."""
    labels = tokens.labels[_is_known(tokens)]
    counts = np.bincount(np.where(labels < 0, tokens.n_labels, labels), minlength=tokens.n_labels + 1)
    return counts / max(1, len(labels))


def _label_counts(places: Occurrences, n_labels: int) -> tuple[Ints, Ints]:
    """How often each string has each label (outside last), and the row of each occurrence's string."""
    names, string = np.unique(places.string, return_inverse=True)
    width = n_labels + 1
    column = np.where(places.label < 0, n_labels, places.label)
    counts = np.bincount(string * width + column, minlength=len(names) * width).reshape(len(names), width)
    return counts, string


def _is_minority(places: Occurrences, counts: Ints, string: Ints) -> npt.NDArray[np.bool_]:
    column = np.where(places.label < 0, counts.shape[1] - 1, places.label)
    smaller: npt.NDArray[np.bool_] = counts[string, column] < counts.max(axis=1, initial=0)[string]
    return smaller


def _of_cover(tokens: LabelledTokens, places: Occurrences, score: Doubles) -> Doubles:
    """The largest score of the occurrences that cover each token, 0 where there is none, NaN without gold."""
    return _defined(tokens, _highest(tokens, places, score))


def _highest(tokens: LabelledTokens, places: Occurrences, score: Doubles) -> Doubles:
    return _at(score, cover(places.start, places.end, score, len(tokens.words)))


def _at(score: Doubles, index: Ints) -> Doubles:
    """``score[index]``, 0 where the index is -1."""
    found: Doubles = np.append(score, 0.0)[index]
    return found


def _is_known(tokens: LabelledTokens) -> npt.NDArray[np.bool_]:
    return np.repeat(tokens.group >= 0, np.diff(tokens.offsets))


def _defined(tokens: LabelledTokens, score: Doubles) -> Doubles:
    score[~_is_known(tokens)] = np.nan
    return score
