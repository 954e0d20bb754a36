"""How the weights of the default ranking would have been chosen with the set at hand left out.

For every set of ``label_issues.py`` the setting with the best mean average precision on the *other* sets (both NEMO
annotators held out together) is applied to it. If the last two columns are far apart, the defaults were fitted to the
sets they are praised on. NER and texts are separate: they share no weight.

    python bench/label_issue_weights.py [--shared ../shared] [--cache FOLDER]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from unittest.mock import patch

import known_errors
import numpy as np
from known_errors import KnownErrors
from label_issues import average_precision, evidence_of, probabilities

from errata.analysis import detectors_strings as strings
from errata.analysis import posterior
from errata.analysis.detectors_confidence import noise_weighted, self_confidence
from errata.analysis.evidence import Evidence
from errata.core.types import Floats

Setting = tuple[object, ...]

FLIPPED, INVENTED, FLOORS = (0.05, 0.1, 0.2, 0.5), (0.01, 0.03, 0.1), (0.0001, 0.003, 0.02)
HINTS = (0.0, 0.5, 1.0, 1.5)
SHRINKAGES = (((1.0, 1.0, 1.0), (0.5, 0.5, 0.5)), ((1.0, 2.0, 4.0), (1.0, 2.0, 8.0)))
MISSED = (0.0, 2.0)
NER_DEFAULT: Setting = (0.1, 0.03, 0.003, 1.0, SHRINKAGES[1], 2.0)
CONFUSION, LEAST_AMOUNT = (1.0, 2.0, 5.0, 10.0), (0.001, 0.02)
TEXT_DEFAULT: Setting = (2.0, 0.001)


def ner_settings(evidence: Evidence) -> Iterator[tuple[Setting, Floats]]:
    """Token scores under every setting."""
    hints = {}
    for shrinkage, missed in product(SHRINKAGES, MISSED):
        with (
            patch.object(strings, "STRING_SHRINKAGE", shrinkage[0]),
            patch.object(strings, "CONTEXT_SHRINKAGE", shrinkage[1]),
            patch.object(strings, "MISSED_WEIGHT", missed),
        ):
            hints[shrinkage, missed] = strings.evidence(evidence.strings).score
    for flipped, invented, floor in product(FLIPPED, INVENTED, FLOORS):
        base = noise_weighted(evidence.probs, evidence.gold, (1.0, flipped, invented), floor)
        yield (flipped, invented, floor, 0.0, None, 0.0), base
        for (shrinkage, missed), weight in product(hints, HINTS[1:]):
            yield (flipped, invented, floor, weight, shrinkage, missed), base + weight * hints[shrinkage, missed]


def text_settings(evidence: Evidence) -> Iterator[tuple[Setting, Floats]]:
    """Text scores under every setting."""
    yield ("self-confidence",), self_confidence(evidence.probs, evidence.gold)
    for weight, least in product(CONFUSION, LEAST_AMOUNT):
        with patch.object(posterior, "SHRINKAGE", weight), patch.object(posterior, "AMOUNTS", (least, 0.45)):
            found = posterior.posterior(evidence.probs[:, :-1], evidence.gold)
        yield (weight, least), posterior.log_odds(found, evidence.gold)


def measured(
    known: KnownErrors, evidence: Evidence, settings: Callable[[Evidence], Iterator[tuple[Setting, Floats]]]
) -> dict[Setting, float]:
    """AP over samples of every setting."""
    rows = np.flatnonzero(known.is_scored)
    one = np.ones((1, len(rows)))
    found = {}
    for setting, score in settings(evidence):
        samples = score if evidence.offsets is None else np.maximum.reduceat(score, evidence.offsets[:-1])
        found[setting] = float(average_precision(known.is_wrong[rows], samples[rows], one)[0])
    return found


def left_out(table: dict[str, dict[Setting, float]], default: Setting) -> None:
    """Print each set under the setting that the others choose."""
    for name, own in table.items():
        family = name.split("_")[0] if name.startswith("nemo") else name
        others = [column for other, column in table.items() if not other.startswith(family)]
        mean = {setting: np.mean([column[setting] for column in others]) for setting in own}
        chosen = max(mean, key=lambda setting: mean[setting])
        print(f"| {name} | {own[chosen]:.3f} | {own[default]:.3f} | {max(own.values()):.3f} | {chosen} |")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("ERRATA_SHARED", "../shared")))
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "errata-label-issues")
    given = parser.parse_args()
    folder = given.shared / "data"
    tables: dict[str, dict[str, dict[Setting, float]]] = {"token": {}, "text": {}}
    for name in known_errors.available(folder):
        known = known_errors.load(name, folder)
        evidence = evidence_of(known, probabilities(known, given.cache))
        settings = text_settings if evidence.level == "text" else ner_settings
        tables[evidence.level][name] = measured(known, evidence, settings)
    print(
        "| set | AP, weights chosen on the other sets | AP, defaults | best on itself | chosen |\n|---|---|---|---|---|"
    )
    left_out(tables["token"], NER_DEFAULT)
    left_out(tables["text"], TEXT_DEFAULT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
