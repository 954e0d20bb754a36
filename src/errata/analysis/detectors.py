"""The family of detectors of label issues under one contract.

A detector states what it needs, what it yields and at which levels, and gives one number per item: a score that orders
the items, higher = more suspicious, or a flag (1 = suspected, 0 = not). Items without gold are undefined (NaN). Equal
input gives equal output, whatever the order of texts, or of samples for tokens. Spans and samples take their most
suspicious token (``ranking.rank_ranges``, ``ranking.sample_scores``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from errata.analysis import detectors_agreement as agreement
from errata.analysis import detectors_confidence as confidence
from errata.analysis import detectors_duplicates as duplicates
from errata.analysis import detectors_dynamics as dynamics
from errata.analysis import detectors_strings as strings
from errata.analysis import detectors_tags as tags
from errata.analysis import detectors_vectors as vectors
from errata.analysis.evidence import Evidence, Level, Need
from errata.analysis.occurrences import LabelledTokens
from errata.analysis.posterior import log_odds, posterior
from errata.core.types import Floats, Ints

Doubles = npt.NDArray[np.float64]
TEXT: tuple[Level, ...] = ("text",)
TOKEN: tuple[Level, ...] = ("token",)
BOTH: tuple[Level, ...] = ("token", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """``run`` gives one number for each item; formulas in ``module``.

    Detectors of sequences (``strings``, ``tags``) see all items, the others only those with gold.
    """

    name: str
    needs: tuple[Need, ...]
    run: Callable[[Evidence], Floats]
    module: str
    levels: tuple[Level, ...] = BOTH
    yields: Literal["score", "flag"] = "score"

    def suits(self, evidence: Evidence) -> bool:
        """Whether the evidence has all it needs, at a level of its own."""
        return evidence.level in self.levels and all(evidence.has(need) for need in self.needs)


def available(evidence: Evidence) -> list[Detector]:
    """The detectors that this evidence suffices for, in the order of ``DETECTORS``."""
    return [detector for detector in DETECTORS if detector.suits(evidence)]


def apply(detector: Detector, evidence: Evidence) -> Doubles:
    """The detector's number for every item, float64 ``(n,)``; NaN without gold."""
    found = np.full(len(evidence), np.nan)
    rows = np.flatnonzero(evidence.has_gold)
    if not len(rows):
        return found
    if set(detector.needs) & {"strings", "tags"}:
        found[rows] = detector.run(evidence)[rows]
    else:
        found[rows] = detector.run(evidence.take(rows))
    return found


def by_name(name: str) -> Detector:
    """The detector called ``name``. Raises KeyError."""
    return {detector.name: detector for detector in DETECTORS}[name]


def _of_labels(name: str) -> Detector:
    """A member of ``detectors_confidence``."""

    def run(given: Evidence) -> Floats:
        return confidence.DETECTORS[name](_need(given.probs), given.gold)

    levels = TOKEN if name == "noise_weighted" else BOTH
    return Detector(name=name, needs=("probs",), run=run, module="detectors_confidence", levels=levels)


def _posterior(given: Evidence) -> Floats:
    return log_odds(posterior(_need(given.probs)[:, :-1], given.gold), given.gold)


def _confident_learning(given: Evidence) -> Floats:
    borders = confidence.confident_thresholds(confidence.confident_sums(_need(given.probs), given.gold))
    return confidence.confidently_other(_need(given.probs), given.gold, borders).astype(np.float64)


def _of_epochs(name: str, detect: Callable[[Sequence[Floats], Ints], Floats]) -> Detector:
    def run(given: Evidence) -> Floats:
        return detect(_need(given.epochs), _column(given))

    return Detector(name=name, needs=("epochs",), run=run, module="detectors_dynamics")


def _of_vectors(name: str, detect: Callable[[Floats, Ints], Floats]) -> Detector:
    def run(given: Evidence) -> Floats:
        return detect(_need(given.vectors), given.gold)

    return Detector(name=name, needs=("vectors",), run=run, module="detectors_vectors")


def _of_strings(name: str, detect: Callable[[LabelledTokens], Floats]) -> Detector:
    def run(given: Evidence) -> Floats:
        return detect(_need(given.strings))

    return Detector(name=name, needs=("strings",), run=run, module="detectors_strings", levels=TOKEN)


def _transitions(given: Evidence) -> Floats:
    """Only samples with gold count; a token's sample has gold or has none as a whole."""
    offsets = _need(given.offsets)
    known = np.concatenate(([0], np.cumsum(given.has_gold)))[offsets]
    found = np.full(len(given), np.nan, np.float32)
    found[given.has_gold] = tags.transitions(_need(given.tags)[given.has_gold], known)
    return found


def _string_evidence(given: LabelledTokens) -> Floats:
    return strings.evidence(given).score


def _default(given: Evidence) -> Floats:
    probs = np.nan_to_num(_need(given.probs))
    return confidence.noise_weighted(probs, given.gold) + strings.evidence(_need(given.strings)).score


def _conflicts(given: Evidence) -> Floats:
    return duplicates.conflicts(_need(given.duplicates), given.gold)


def _in_conflict(given: Evidence) -> Floats:
    return duplicates.in_conflict(_need(given.duplicates), given.gold).astype(np.float64)


def _disagreement(given: Evidence) -> Floats:
    return agreement.disagreement(_need(given.probs), _need(given.model), _column(given))


def _annotator_doubt(given: Evidence) -> Floats:
    return agreement.annotator_doubt(_need(given.annotators), given.gold)


def _column(given: Evidence) -> Ints:
    """Column of gold in the probabilities."""
    return np.where(given.gold < 0, given.n_labels, given.gold)


def _need(value: Any) -> Any:
    """What ``suits`` has found to be there."""
    if value is None:
        raise TypeError("a detector runs only on evidence that suits it")
    return value


DETECTORS: tuple[Detector, ...] = (
    *(_of_labels(name) for name in confidence.DETECTORS),
    Detector(name="posterior", needs=("probs",), run=_posterior, module="posterior", levels=TEXT),
    Detector(
        name="confident_learning",
        needs=("probs",),
        run=_confident_learning,
        module="detectors_confidence",
        yields="flag",
    ),
    _of_epochs("aum", dynamics.aum),
    _of_epochs("data_map_doubt", dynamics.data_map_doubt),
    _of_epochs("variability", dynamics.variability),
    _of_epochs("forgetting", dynamics.forgetting),
    _of_vectors("neighbours", vectors.neighbours),
    _of_vectors("centroid", vectors.centroid),
    _of_strings("surface_inconsistency", strings.surface_inconsistency),
    _of_strings("variation", strings.variation),
    _of_strings("label_entropy", strings.label_entropy),
    _of_strings("weighted_discrepancy", strings.weighted_discrepancy),
    _of_strings("missed_elsewhere", strings.missed_elsewhere),
    _of_strings("string_evidence", _string_evidence),
    Detector(name="transitions", needs=("tags", "offsets"), run=_transitions, module="detectors_tags", levels=TOKEN),
    Detector(name="duplicates", needs=("duplicates",), run=_conflicts, module="detectors_duplicates", levels=TEXT),
    Detector(
        name="in_conflict",
        needs=("duplicates",),
        run=_in_conflict,
        module="detectors_duplicates",
        levels=TEXT,
        yields="flag",
    ),
    Detector(name="disagreement", needs=("probs", "model"), run=_disagreement, module="detectors_agreement"),
    Detector(name="annotator_doubt", needs=("annotators",), run=_annotator_doubt, module="detectors_agreement"),
    Detector(name="default", needs=("probs", "strings"), run=_default, module="ranking", levels=TOKEN),
)
"""All members, grouped by the evidence they rest on. The default ranking of texts is ``posterior``."""
