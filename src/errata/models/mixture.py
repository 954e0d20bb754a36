"""Calibrating probabilities by one temperature, and mixing several learners.

Scores are log-probabilities for labels that exclude each other, log-odds for independent ones; ``is_softmax`` says
which. A learner's scores are divided by the temperature that minimises the log loss of the given labels (Guo et al.
2017). A mixture is the mean of two: a log-linear one, which adds the scores with non-negative weights, fitted by the
same loss and averaged half and half with equal weights; and a linear one, which adds the calibrated probabilities with
shares fitted by expectation maximisation. The first lets learners agree on a label, the second keeps one that is
certain and wrong from vetoing the others. No more parameters than that: a richer second level would learn the label
noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, minimize_scalar

from errata.core.types import Bools, Floats

Doubles = npt.NDArray[np.float64]

SMALLEST = 1e-6
"""Floor of a learner's probability, so that one learner's certainty can be outvoted; and share of the uniform
distribution in a mixture, so that none of its probabilities is 0."""
PRIOR_ROWS = 5
"""Rows that speak for temperature 1 and for equal weights: with little data the fit stays near them."""
CALIBRATION_ROWS = 20_000
SHARE_ROUNDS = 100
_TEMPERATURES = (0.1, 20.0)


def scores(probs: Floats, *, is_softmax: bool) -> Floats:
    """Log-probabilities or log-odds, float32, of probabilities kept away from 0 (and 1)."""
    floored = np.clip(probs, SMALLEST, 1 - SMALLEST)
    found: Floats = np.log(floored) if is_softmax else np.log(floored) - np.log1p(-floored)
    return found


def respond(given: Floats, *, is_softmax: bool) -> Floats:
    """Probabilities of scores ``(n, n_labels)``: softmax over the labels, or a sigmoid each. Same dtype."""
    if not is_softmax:
        return 1 / (1 + np.exp(-np.clip(given, -60, 60)))
    odds = np.exp(given - given.max(axis=1, keepdims=True))
    probs: Floats = odds / odds.sum(axis=1, keepdims=True)
    return probs


@dataclass(frozen=True, slots=True)
class Mixture:
    """How members are mixed, float64 ``(n_members,)`` each.

    ``factors`` of the scores in the log-linear half; ``temperature`` and ``shares`` of the linear half.
    """

    factors: Doubles
    temperature: Doubles
    shares: Doubles
    is_softmax: bool

    def probs(self, members: Iterable[Floats]) -> Floats:
        """Probabilities float32 of the members' scores, none of them 0 (nor, for independent labels, 1)."""
        total: Any = np.float32(0)
        linear: Any = np.float32(0)
        for scored, factor, heat, share in zip(members, self.factors, self.temperature, self.shares, strict=True):
            given = np.asarray(scored, np.float32)
            total = total + np.float32(factor) * given
            linear = linear + np.float32(share) * respond(given / np.float32(heat), is_softmax=self.is_softmax)
        found = (respond(total, is_softmax=self.is_softmax) + linear) / np.float32(2)
        even = 1 / total.shape[1] if self.is_softmax else 0.5
        floored: Floats = (1 - np.float32(SMALLEST)) * found + np.float32(SMALLEST * even)
        return floored


def mixing(members: Sequence[Floats], targets: Bools, *, is_softmax: bool) -> Mixture:
    """The mixture that suits the given labels.

    ``members``: out-of-fold scores ``(n, n_labels)`` each; ``targets`` bool ``(n, n_labels)``. Fitted on at most
    CALIBRATION_ROWS evenly spaced rows. With nothing to learn from all temperatures are 1 and all weights equal.
    """
    equal = np.full(len(members), 1 / len(members))
    if not len(targets) or (targets.shape[1] < 2 and is_softmax):
        return Mixture(equal, np.ones(len(members)), equal, is_softmax)
    rows = np.unique(np.linspace(0, len(targets) - 1, min(len(targets), CALIBRATION_ROWS)).astype(np.int64))
    wanted = targets[rows]
    picked = [np.asarray(member[rows], np.float64) for member in members]
    temperature = np.array([_temperature(member, wanted, is_softmax) for member in picked])
    if len(members) == 1:
        return Mixture(1 / temperature, temperature, equal, is_softmax)
    stacked = np.stack([member / t for member, t in zip(picked, temperature, strict=True)])

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        total = np.tensordot(weights, stacked, axes=1)
        slope = respond(total, is_softmax=is_softmax) - wanted
        pull = PRIOR_ROWS / len(wanted) * (weights - equal)
        gradient = np.tensordot(stacked, slope, axes=2) / len(wanted) + 2 * pull
        return _loss(total, wanted, is_softmax) + float(pull @ (weights - equal)), gradient

    weights = minimize(loss, equal, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(members)).x
    factors: Doubles = (weights + equal) / 2 / temperature
    return Mixture(factors, temperature, _shares(stacked, wanted, is_softmax), is_softmax)


def _shares(stacked: Doubles, wanted: Bools, is_softmax: bool) -> Doubles:
    """Shares of the members in a linear mixture that make the wanted labels most likely, by expectation maximisation."""
    probs = np.stack([respond(member, is_softmax=is_softmax) for member in stacked])
    right = probs[:, wanted] if is_softmax else np.where(wanted, probs, 1 - probs).reshape(len(stacked), -1)
    shares = np.full(len(stacked), 1 / len(stacked))
    prior = PRIOR_ROWS / len(stacked)
    for _ in range(SHARE_ROUNDS):
        blame = shares[:, None] * right
        mass = (blame / np.maximum(blame.sum(axis=0), SMALLEST)).sum(axis=1) + prior
        shares = mass / mass.sum()
    return shares


def _temperature(given: Doubles, wanted: Bools, is_softmax: bool) -> float:
    low, high = np.log(_TEMPERATURES)
    pull = PRIOR_ROWS / len(wanted)
    found = minimize_scalar(
        lambda t: _loss(given / np.exp(t), wanted, is_softmax) + pull * t * t, bounds=(low, high), method="bounded"
    )
    return float(np.exp(found.x))


def _loss(total: Doubles, wanted: Bools, is_softmax: bool) -> float:
    """Mean negative log-likelihood of the wanted labels."""
    if is_softmax:
        top = total.max(axis=1)
        return float(np.mean(top + np.log(np.exp(total - top[:, None]).sum(axis=1)) - total[wanted]))
    return float(np.mean(np.logaddexp(0, np.where(wanted, -total, total)).sum(axis=1)))
