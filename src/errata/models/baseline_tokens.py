"""The baseline for tokens: a cross-validated linear-chain CRF over hashed features of words and their context.

The predicted tag of a token is the most probable one by itself (the argmax of its marginals), not the Viterbi path:
stored probabilities and predicted tags then always agree. It costs about 0.3 points of F1 (CoNLL-2003 test, ATIS).

Label issues rest on more than one tagger: the mean of the full one and of further cross-validations, each with other
folds and a random half of the feature templates. Near copies may lie in different folds there: what a tagger learns
from them outweighs the errors they share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from errata.core.types import Floats, Ints, Tokens
from errata.models import crf
from errata.models.crossfit import Fit, Plan, Tick, processors, run
from errata.models.protocol import Progress
from errata.models.token_features import BITS, N_TEMPLATES, TokenFeatures, token_features

Singles = npt.NDArray[np.float32]

EPOCHS = 8
STEP = 0.05
FLOOR = 1e-6
"""Share of the uniform distribution in every probability: none is 0."""
WEIGHT_CELLS = 48_000_000
"""Weights of one model: tags x features; the rarest features go first."""
EPOCH_CELLS = 1 << 27
"""Probabilities kept of the epochs; above it, fewer epochs are kept."""
_PIECE_CELLS = 2_000_000
ROUNDS = 3
"""Further cross-validations for the label issues."""
ROUND_TOKENS = 3_000_000
"""Tokens above which there are none."""
TEMPLATE_SHARE = 0.5
TAGGER = (
    f"linear-chain CRF on hashed features ({N_TEMPLATES} templates, 2^{BITS} slots), Adagrad, step {STEP}, "
    f"{EPOCHS} epochs"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenResult:
    """Probabilities float32 ``(n_tokens, n_tags)``; ``issue`` None where it equals ``main``.

    ``epochs``: float16 like ``main``, empty when only one was kept. ``facts`` for the manifest; ``features``: all of
    them.
    """

    main: Singles
    issue: Singles | None
    epochs: tuple[Floats, ...]
    facts: dict[str, Any]
    features: TokenFeatures


@dataclass(frozen=True, slots=True)
class _Found:
    """Of one model: probabilities of all tokens it predicts, and of the main ones after each kept epoch."""

    rows: Ints
    is_main: npt.NDArray[np.bool_]
    probs: Singles
    epochs: list[Floats]


@dataclass(frozen=True, slots=True)
class _Work:
    """What all models share. ``kept``: the epochs whose probabilities are kept; ``pieces``: steps within an epoch."""

    offsets: Ints
    codes: Ints
    n_tags: int
    kept: Ints
    pieces: int
    seed: int

    @property
    def steps(self) -> int:
        return EPOCHS * self.pieces

    def fit(self, features: TokenFeatures, fit: Fit, tick: Tick) -> _Found:
        """Train one model and let it predict."""
        model = crf.Crf.zeros(features.n_columns, self.n_tags)
        shuffle = np.random.default_rng(self.seed + fit.number)
        main, epochs = fit.predicts[fit.is_main], []
        for epoch in range(EPOCHS):
            for piece in np.array_split(shuffle.permutation(fit.learns), self.pieces):
                crf.train(model, features, self.offsets, self.codes, piece, STEP)
                tick(1)
            if epoch in self.kept:
                epochs.append(crf.marginals(model, features, self.offsets, main).astype(np.float16))
        probs = crf.marginals(model, features, self.offsets, fit.predicts)
        probs = (1 - FLOOR) * probs + np.float32(FLOOR / self.n_tags)
        lengths = np.diff(self.offsets)[fit.predicts]
        return _Found(token_rows(self.offsets, fit.predicts), np.repeat(fit.is_main, lengths), probs, epochs)

    def fit_all(self, features: TokenFeatures, fits: Sequence[Fit], progress: Progress) -> list[_Found]:
        at_once = min(processors(), max(1, (2 << 30) // max(1, 8 * features.n_columns * self.n_tags)))
        return run(fits, lambda fit, tick: self.fit(features, fit, tick), self.steps, progress, at_once)


def predict_tokens(
    tokens: Tokens, codes: Ints, n_tags: int, plan: Plan, *, seed: int, progress: Progress
) -> TokenResult:
    """Cross-validated probabilities of every token. ``codes`` int32 ``(n_tokens,)``: gold tags, read where there is gold."""
    at_most = max(1, WEIGHT_CELLS // n_tags)
    features = token_features(tokens, at_most=at_most)
    kept = _kept_epochs(len(tokens) * n_tags)
    pieces = -(-len(tokens) * n_tags // _PIECE_CELLS) or 1
    work = _Work(tokens.offsets.astype(np.int64), np.maximum(codes, 0).astype(np.int32), n_tags, kept, pieces, seed)
    n_fits = len(plan.fits) + sum(len(fits) for fits in plan.rounds)

    def part_of_all(before: int) -> Progress:
        return lambda done, _: progress(before * work.steps + done, n_fits * work.steps)

    found = work.fit_all(features, plan.fits, part_of_all(0))
    shape = (len(tokens), n_tags)
    main = np.empty(shape, np.float32)
    for one in found:
        main[one.rows[one.is_main]] = one.probs[one.is_main]
    epochs = tuple(np.empty(shape, np.float16) for _ in kept)
    for one in found:
        for whole, part in zip(epochs, one.epochs, strict=True):
            whole[one.rows[one.is_main]] = part
    issue = None
    if plan.has_issue_probs:
        issue = main.copy()
        for one in found[: len(plan.pooled)]:
            issue[one.rows] = one.probs
        before = len(plan.fits)
        for again, fits in enumerate(plan.rounds):
            templates = np.random.default_rng((seed, again)).random(N_TEMPLATES) < TEMPLATE_SHARE
            some = token_features(tokens, at_most=at_most, templates=templates)
            for one in work.fit_all(some, fits, part_of_all(before)):
                # the mean so far gives way to the new member
                issue[one.rows] += (one.probs - issue[one.rows]) / np.float32(again + 2)
            before += len(fits)
    facts = {"n_features": features.n_columns}
    return TokenResult(main=main, issue=issue, epochs=epochs, facts=facts, features=features)


def _kept_epochs(cells: int) -> Ints:
    """Which epochs to keep, always the last: evenly spaced, as many as EPOCH_CELLS allows; none when that is one."""
    room = max(1, EPOCH_CELLS // max(1, cells))
    if room == 1:
        return np.empty(0, np.int64)
    return np.unique(np.linspace(EPOCHS - 1, 0, min(EPOCHS, room)).round().astype(np.int64))


def token_rows(offsets: Ints, samples: Ints) -> Ints:
    """Positions of all tokens of ``samples``, end to end."""
    lengths = np.diff(offsets)[samples]
    ends = np.cumsum(lengths)
    rows: Ints = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(
        offsets[:-1][samples] - (ends - lengths), lengths
    )
    return rows
