"""Claim: the default ranking of label issues beats cleanlab's best score on the same probabilities on every NER set with
known errors, is nowhere much worse than the best single detector, and ranks 1 M tokens in under 60 seconds.

For every public set with known label errors that lies in ``--shared`` (see ``known_errors.py``): the cross-validated
baseline's out-of-sample probabilities, every detector that these suffice for, the default, and cleanlab's scorers where
cleanlab can be imported (``--cleanlab FOLDER`` puts a folder on the path; it is no dependency of ours). With logits of a
fine-tuned model at hand (``dynamics/conll2003-minilm``) CoNLL++ is also ranked with these. Printed per set: average
precision over sentences (or texts) with its 95 % bootstrap interval, precision at 50, 100 and the number of errors, average
precision over tokens, how many suggested labels among the first 100 true errors are right, and seconds.

    python bench/label_issues.py [--shared ../shared] [--sets conllpp,weibo] [--cleanlab /tmp/cleanlab] [--speed]

Probabilities are kept in ``--cache`` between runs. ``--speed`` times the scorers at 1 M synthetic tokens. Exit code 1
when a claim does not hold.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import known_errors
import numpy as np
from known_errors import KnownErrors

from errata.analysis import detectors_agreement as agreement
from errata.analysis import detectors_confidence as confidence
from errata.analysis import detectors_strings as strings
from errata.analysis.detectors import apply, available
from errata.analysis.evidence import Evidence
from errata.analysis.occurrences import LabelledTokens, word_codes
from errata.analysis.ranking import MODEL_HINTS, rank_texts, rank_tokens, string_hints
from errata.core.types import Floats, Ints, Spans
from errata.formats.tagging import bio_tag_set, encode, scheme_tag_set
from errata.models.baseline import Baseline
from errata.models.folds import duplicate_groups

DRAWS = 1000
MODEL_TAGS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")


@dataclass(frozen=True)
class Score:
    """One ranking: a number per token (or None) and per sample, and the seconds it took."""

    name: str
    tokens: Floats | None
    samples: Floats
    seconds: float


@dataclass(frozen=True)
class Probabilities:
    main: Floats
    issue: Floats
    epochs: list[Floats]
    vectors: Floats
    seconds: float


def probabilities(known: KnownErrors, cache: Path) -> Probabilities:
    """The baseline's, from the cache when they are there."""
    path = cache / f"{known.name}.npz"
    if not path.exists():
        started = time.perf_counter()
        made = Baseline().predict(known.data)
        main = made.class_probs if made.token_probs is None else made.token_probs
        seconds = time.perf_counter() - started
        issue = main if made.issue_probs is None else made.issue_probs
        vectors = made.embeddings if known.data.tokens is None else np.zeros((0, 0), np.float32)
        cache.mkdir(parents=True, exist_ok=True)
        epochs = {f"epoch_{k}": epoch for k, epoch in enumerate(made.epoch_probs or ())}
        np.savez(path, main=main, issue=issue, vectors=vectors, seconds=seconds, **epochs)
    kept = np.load(path)
    epochs = [kept[name] for name in sorted(name for name in kept.files if name.startswith("epoch_"))]
    return Probabilities(kept["main"], kept["issue"], epochs, kept["vectors"], float(kept["seconds"]))


def evidence_of(known: KnownErrors, probs: Probabilities) -> Evidence:
    """What the detectors get to see."""
    data = known.data
    n_labels = len(data.labels)
    if data.tokens is None:
        return Evidence(
            gold=np.asarray(data.gold_labels),
            has_gold=data.has_gold,
            n_labels=n_labels,
            level="text",
            probs=_with_nothing(probs.issue),
            epochs=[_with_nothing(epoch) for epoch in probs.epochs] or None,
            vectors=probs.vectors,
            duplicates=duplicate_groups(data.samples["text"].combine_chunks())[0],
        )
    tags = bio_tag_set(data.labels)
    columns = confidence.label_columns(tags)
    codes = encode(data.gold_spans, data.tokens.offsets, tags)
    gold = np.append(columns, -1)[codes].astype(np.int32)
    group = np.where(data.has_gold, np.arange(len(data)), -1)
    return Evidence(
        gold=gold,
        has_gold=np.repeat(data.has_gold, data.tokens.lengths()),
        n_labels=n_labels,
        level="token",
        probs=confidence.merge_tags(probs.issue, columns, n_labels),
        epochs=[confidence.merge_tags(epoch, columns, n_labels) for epoch in probs.epochs] or None,
        strings=LabelledTokens(
            word_codes(data.tokens.text), data.tokens.offsets, gold, data.gold_spans, group, n_labels
        ),
        tags=codes,
        offsets=data.tokens.offsets,
    )


def _with_nothing(probs: Floats) -> Floats:
    return np.concatenate((probs, np.zeros((len(probs), 1), probs.dtype)), axis=1)


def rankings(known: KnownErrors, evidence: Evidence) -> Iterator[Score]:
    """Every detector, and last the default as the product ranks."""
    for detector in available(evidence):
        if detector.name not in ("default", "posterior"):
            started = time.perf_counter()
            found = apply(detector, evidence)
            yield _score(detector.name, known, found, started)
    yield default_ranking(known, evidence)[0]


def default_ranking(known: KnownErrors, evidence: Evidence, weight: float = 1.0) -> tuple[Score, Ints]:
    """What ``errata issues`` ranks by, and the suggested labels."""
    started = time.perf_counter()
    if evidence.level == "text":
        ranked = rank_texts(evidence.probs[:, :-1], evidence.gold)
    else:
        names = tuple(str(code) for code in range(evidence.n_labels))
        tags = scheme_tag_set(names, "IO")  # outside first, then one tag a label
        flat = np.concatenate((evidence.probs[:, -1:], evidence.probs[:, :-1]), axis=1)
        hints = string_hints(strings.evidence(evidence.strings))
        ranked = rank_tokens(flat, tags, evidence.gold + 1, hints=hints, weight=weight)
    return _score("DEFAULT", known, ranked.score.astype(np.float64), started), ranked.suggested


def _score(name: str, known: KnownErrors, found: Floats, started: float) -> Score:
    seconds = time.perf_counter() - started
    if known.data.tokens is None:
        return Score(name, None, found, seconds)
    return Score(name, found, np.maximum.reduceat(found, known.data.tokens.offsets[:-1]), seconds)


def with_model(known: KnownErrors, evidence: Evidence, folder: Path) -> Iterator[Score]:
    """CoNLL++ with the logits of a fine-tuned model on test: alone and pooled with the baseline."""
    epochs = []
    scored = np.repeat(known.is_scored, known.data.tokens.lengths())
    for epoch in range(3):
        logits = np.load(folder / f"logits_test_{epoch}.npz")["flat"].astype(np.float64)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        probs = evidence.probs.copy()
        merged = np.zeros((len(odds), evidence.n_labels + 1))
        for column, tag in enumerate(MODEL_TAGS):
            at = -1 if tag == "O" else known.data.labels.index(tag[2:])
            merged[:, at] += odds[:, column] / odds.sum(axis=1)
        probs[scored] = merged
        epochs.append(probs.astype(np.float32))
    mean = sum(epochs) / np.float32(len(epochs))
    for name, probs in (
        ("last epoch", epochs[-1]),
        ("mean of epochs", mean),
        ("mean of epochs + baseline", agreement.pooled(mean, evidence.probs)),
    ):
        given = replace(evidence, probs=probs)
        for detector in ("self_confidence", "noise_weighted"):
            started = time.perf_counter()
            yield _score(f"{name}: {detector}", known, confidence.DETECTORS[detector](probs, evidence.gold), started)
        made, _ = default_ranking(known, given, MODEL_HINTS)
        yield replace(made, name=f"{name}: DEFAULT")


def cleanlab_rankings(known: KnownErrors, evidence: Evidence) -> Iterator[Score]:
    """cleanlab's scorers on the same probabilities; nothing where it cannot be imported."""
    try:
        rank = importlib.import_module("cleanlab.rank")
        tokens = importlib.import_module("cleanlab.token_classification.rank")
    except ImportError:
        return
    methods = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")
    if evidence.level == "text":
        probs = evidence.probs[:, :-1].astype(np.float64)
        probs /= probs.sum(axis=1, keepdims=True)
        for method in methods:
            started = time.perf_counter()
            found = rank.get_label_quality_scores(evidence.gold, probs, method=method)
            yield _score(f"cleanlab {method}", known, -found, started)
        return
    labels, probs = cleanlab_tokens(evidence)
    for method in methods:
        started = time.perf_counter()
        samples, found = tokens.get_label_quality_scores(labels, probs, token_score_method=method)
        seconds = time.perf_counter() - started
        yield Score(f"cleanlab {method}", -np.concatenate([np.asarray(part) for part in found]), -samples, seconds)


def cleanlab_tokens(evidence: Evidence) -> tuple[list[list[int]], list[Floats]]:
    """Labels and probabilities as cleanlab wants them: one list or array a sentence, outside first."""
    flat = np.concatenate((evidence.probs[:, -1:], evidence.probs[:, :-1]), axis=1).astype(np.float64)
    flat /= flat.sum(axis=1, keepdims=True)
    cuts = evidence.offsets[1:-1]
    return [part.tolist() for part in np.split(evidence.gold + 1, cuts)], np.split(flat, cuts)


def average_precision(wrong: Any, score: Floats, weights: Floats) -> Floats:
    """AP as scikit-learn defines it, for each row of ``weights`` ``(draws, n)``; ties are one threshold."""
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.diff(score[order], append=np.nan) != 0)
    hits = np.cumsum(weights[:, order] * wrong[order], axis=1)[:, last]
    seen = np.cumsum(weights[:, order], axis=1)[:, last]
    gained = np.diff(hits, axis=1, prepend=0)
    precision = np.divide(hits, seen, out=np.zeros_like(hits), where=seen > 0)
    return (gained * precision).sum(axis=1) / np.maximum(hits[:, -1], 1)


@dataclass(frozen=True)
class Measured:
    score: Score
    ap: float
    low: float
    high: float
    at: tuple[float, float, float]
    token_ap: float | None
    draws: Floats


def measure(known: KnownErrors, score: Score, weights: Floats) -> Measured:
    """AP with interval, precision at 50, 100 and the number of errors, token AP."""
    rows = np.flatnonzero(known.is_scored)
    wrong, found = known.is_wrong[rows], np.nan_to_num(score.samples[rows], nan=-np.inf)
    ap = float(average_precision(wrong, found, np.ones((1, len(rows))))[0])
    draws = np.concatenate([average_precision(wrong, found, part) for part in np.array_split(weights, 20)])
    low, high = np.percentile(draws, [2.5, 97.5])
    order = np.argsort(-found, kind="stable")
    at = tuple(float(wrong[order[:k]].mean()) for k in (50, 100, int(wrong.sum())))
    token_ap = None
    if score.tokens is not None:
        inside = np.repeat(known.is_scored, known.data.tokens.lengths())
        token_ap = float(
            average_precision(known.wrong_tokens[inside], score.tokens[inside], np.ones((1, int(inside.sum()))))[0]
        )
    return Measured(score, ap, float(low), float(high), at, token_ap, draws)


def right_suggestions(known: KnownErrors, score: Score, suggested: Ints) -> tuple[int, int]:
    """Of the true errors among the first 100 whose correction is known: how many suggested labels are right, of how many."""
    samples = np.where(known.is_scored, np.nan_to_num(score.samples, nan=-np.inf), -np.inf)
    top = np.argsort(-samples, kind="stable")[:100]
    if score.tokens is None:
        rows = top[known.is_wrong[top] & (known.correct[top] != known_errors.UNKNOWN)]
    else:
        offsets = known.data.tokens.offsets
        rows = np.array([offsets[at] + np.argmax(score.tokens[offsets[at] : offsets[at + 1]]) for at in top])
        gold = evidence_gold(known)
        rows = rows[known.wrong_tokens[rows] & (known.correct[rows] != gold[rows])]
    return int((suggested[rows] == known.correct[rows]).sum()), len(rows)


def evidence_gold(known: KnownErrors) -> Ints:
    tags = bio_tag_set(known.data.labels)
    return np.append(tags.label, -1)[encode(known.data.gold_spans, known.data.tokens.offsets, tags)]


def show(known: KnownErrors, measured: list[Measured], default: Measured) -> None:
    """One table of a set, best first."""
    print("| ranking | AP | 95 % | P@50 | P@100 | P@errors | token AP | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for row in sorted(measured, key=lambda row: -row.ap):
        token = "" if row.token_ap is None else f"{row.token_ap:.3f}"
        name = f"**{row.score.name}**" if row is default else row.score.name
        print(
            f"| {name} | {row.ap:.3f} | {row.low:.2f}-{row.high:.2f} | {row.at[0]:.2f} | {row.at[1]:.2f} | {row.at[2]:.2f} "
            f"| {token} | {row.score.seconds:.2f} |"
        )


@dataclass(frozen=True)
class Verdict:
    name: str
    ap: float
    prevalence: float
    worse: bool
    best: str
    cleanlab: float | None
    is_ner: bool


def run_set(name: str, folder: Path, cache: Path) -> Verdict:
    """Print one set's table; say how the default did."""
    known = known_errors.load(name, folder)
    probs = probabilities(known, cache)
    evidence = evidence_of(known, probs)
    rng = np.random.default_rng(0)
    n = int(known.is_scored.sum())
    weights = rng.multinomial(n, np.full(n, 1 / n), DRAWS).astype(np.float32)
    prevalence = float(known.is_wrong[known.is_scored].mean())
    print(f"\n### {name}: {n:,} scored, {prevalence:.1%} wrong; baseline {probs.seconds:.0f} s\n")
    ours = [measure(known, score, weights) for score in rankings(known, evidence)]
    theirs = [measure(known, score, weights) for score in cleanlab_rankings(known, evidence)]
    default, singles = ours[-1], ours[:-1]
    models: list[Measured] = []
    if name == "conllpp" and (folder.parent / "dynamics/conll2003-minilm/logits_test_0.npz").exists():
        made = with_model(known, evidence, folder.parent / "dynamics/conll2003-minilm")
        models = [measure(known, score, weights) for score in made]
    show(known, [*ours, *theirs, *models], default)
    score, suggested = default_ranking(known, evidence)
    right, of = right_suggestions(known, score, suggested)
    best = max(singles, key=lambda row: row.ap)
    difference = np.percentile(default.draws - best.draws, 97.5)
    print(f"\nSuggested label right: {right} of {of}. Best single detector: {best.score.name} {best.ap:.3f}.")
    return Verdict(
        name,
        default.ap,
        prevalence,
        bool(difference < 0),
        best.score.name,
        max((row.ap for row in theirs), default=None),
        evidence.level == "token",
    )


def synthetic(n_tokens: int) -> Evidence:
    """Random tokens of a Zipf vocabulary with random spans and probabilities, for timing only."""
    rng = np.random.default_rng(0)
    n_labels, size = 4, 20
    offsets = np.append(np.arange(0, n_tokens, size), n_tokens)
    words = np.minimum(rng.zipf(1.3, n_tokens), 200_000).astype(np.int64)
    start = np.flatnonzero(rng.random(n_tokens) < 0.1)
    start = start[(start % size) < size - 3]
    width = rng.integers(1, 4, len(start))
    keep = np.append(True, start[1:] >= start[:-1] + width[:-1])
    start, width = start[keep], width[keep]
    label = rng.integers(0, n_labels, len(start))
    gold = np.full(n_tokens, -1, np.int32)
    for k in range(3):
        here = width > k
        gold[start[here] + k] = label[here]
    sample = (start // size).astype(np.int32)
    first = (start - offsets[sample]).astype(np.int32)
    spans = Spans(sample, first, (first + width).astype(np.int32), first, first, label.astype(np.int32))
    probs = rng.dirichlet([0.3] * (n_labels + 1), n_tokens).astype(np.float32)
    return Evidence(
        gold=gold,
        has_gold=np.ones(n_tokens, np.bool_),
        n_labels=n_labels,
        level="token",
        probs=probs,
        strings=LabelledTokens(words, offsets, gold, spans, np.arange(len(offsets) - 1), n_labels),
        offsets=offsets,
    )


def speed(n_tokens: int) -> bool:
    """Seconds of each scorer at ``n_tokens``, cleanlab's beside ours; True when the claims hold."""
    evidence = synthetic(n_tokens)
    print(f"\n### Seconds at {n_tokens:,} tokens, 5 classes, sentences of 20 tokens (best of 3)\n")

    def best(work: Callable[[], object]) -> float:
        seconds = []
        for _ in range(3):
            started = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - started)
        return min(seconds)

    def ours(name: str) -> Callable[[], object]:
        return lambda: np.maximum.reduceat(
            confidence.DETECTORS[name](evidence.probs, evidence.gold), evidence.offsets[:-1]
        )

    whole = best(
        lambda: strings.evidence(evidence.strings).score + confidence.noise_weighted(evidence.probs, evidence.gold)
    )
    rows = {name: best(ours(name)) for name in ("self_confidence", "margin", "entropy_weighted", "noise_weighted")}
    holds = whole < 60
    try:
        rank = importlib.import_module("cleanlab.token_classification.rank")
    except ImportError:
        rank = None
    theirs = {
        "self_confidence": "self_confidence",
        "margin": "normalized_margin",
        "entropy_weighted": "confidence_weighted_entropy",
    }
    labels, probs = cleanlab_tokens(evidence)
    print("| scorer | ours | cleanlab | ratio |\n|---|---|---|---|")
    for name, seconds in rows.items():
        other = None
        if rank is not None and name in theirs:
            other = best(
                lambda name=name: rank.get_label_quality_scores(labels, probs, token_score_method=theirs[name])
            )
            holds &= other / seconds >= 10
        print(
            f"| {name} | {seconds:.3f} | {'' if other is None else f'{other:.2f}'} | {'' if other is None else f'{other / seconds:.0f}'} |"
        )
    print(f"| whole default ranking | {whole:.2f} | | |")
    return holds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("ERRATA_SHARED", "../shared")))
    parser.add_argument("--sets", default="")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "errata-label-issues")
    parser.add_argument("--cleanlab", type=Path)
    parser.add_argument("--speed", action="store_true")
    given = parser.parse_args()
    if given.cleanlab is not None:
        sys.path.append(str(given.cleanlab))
    folder = given.shared / "data"
    names = given.sets.split(",") if given.sets else known_errors.available(folder)
    verdicts = [run_set(name, folder, given.cache) for name in names]
    holds = speed(1_000_000) if given.speed else True
    print(
        "\n### The default\n\n| set | AP | best single detector | significantly worse | cleanlab's best |\n|---|---|---|---|---|"
    )
    for row in verdicts:
        print(
            f"| {row.name} | {row.ap:.3f} | {row.best} | {'yes' if row.worse else 'no'} | {'' if row.cleanlab is None else f'{row.cleanlab:.3f}'} |"
        )
    holds &= sum(row.worse for row in verdicts) <= 0.2 * len(verdicts)
    holds &= all(row.ap >= row.prevalence + 0.05 for row in verdicts)
    holds &= all(row.ap > row.cleanlab for row in verdicts if row.is_ner and row.cleanlab is not None)
    print(f"\n{'The claims hold.' if holds else 'A claim does not hold.'}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
