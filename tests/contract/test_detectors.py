"""One contract over all detectors of label issues: shapes, determinism, undefined without gold, order, edges."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import errata.analysis
from errata.analysis.detectors import DETECTORS, Detector, apply, available, by_name
from errata.analysis.evidence import Evidence
from errata.analysis.occurrences import LabelledTokens, word_codes
from errata.core.types import Spans
from errata.formats.tagging import decode, tag_set

LABELS = ("LOC", "ORG", "PER")
N_LABELS = len(LABELS)
TAGS = tag_set(["O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BI")], "BIO", LABELS)
WORDS = [f"w{k}" for k in range(12)]


def probabilities(rng: np.random.Generator, n: int, with_outside: bool) -> np.ndarray:
    probs = rng.dirichlet([0.4] * (N_LABELS + with_outside), n).astype(np.float32)
    return probs if with_outside else np.concatenate((probs, np.zeros((n, 1), np.float32)), axis=1)


def texts(n: int = 60, seed: int = 0) -> Evidence:
    rng = np.random.default_rng(seed)
    return Evidence(
        gold=rng.integers(0, N_LABELS, n),
        has_gold=rng.random(n) > 0.15,
        n_labels=N_LABELS,
        level="text",
        probs=probabilities(rng, n, False),
        epochs=[probabilities(rng, n, False) for _ in range(3)],
        vectors=rng.normal(size=(n, 5)).astype(np.float32),
        duplicates=rng.integers(0, max(1, n // 2), n),
        model=probabilities(rng, n, False),
        annotators=rng.integers(-2, N_LABELS, (n, 3)),
    )


def tokens(sizes: list[int] | None = None, seed: int = 0) -> Evidence:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 9, 25).tolist() if sizes is None else sizes
    return from_sentences(
        [(rng.choice(WORDS, size).tolist(), rng.choice(len(TAGS.names), size), rng.random() > 0.2) for size in sizes],
        rng,
    )


def from_sentences(sentences: list[tuple[list[str], np.ndarray, bool]], rng: np.random.Generator) -> Evidence:
    lengths = np.array([len(words) for words, _, _ in sentences], np.int64)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    codes = np.concatenate([np.empty(0, np.int64), *(tags for _, tags, _ in sentences)]).astype(np.int64)
    has_gold = np.array([known for _, _, known in sentences], np.bool_)
    gold = TAGS.label[codes].astype(np.int32)
    spans = decode(TAGS, codes, offsets)
    spans = spans.take(has_gold[spans.sample]) if len(spans) else Spans.empty()
    text = pa.array([word for words, _, _ in sentences for word in words], pa.large_string())
    n = len(codes)
    return Evidence(
        gold=gold,
        has_gold=np.repeat(has_gold, lengths),
        n_labels=N_LABELS,
        level="token",
        probs=probabilities(rng, n, True),
        epochs=[probabilities(rng, n, True) for _ in range(2)],
        vectors=rng.normal(size=(n, 4)).astype(np.float32),
        strings=LabelledTokens(
            word_codes(text), offsets, gold, spans, np.where(has_gold, np.arange(len(lengths)), -1), N_LABELS
        ),
        tags=codes,
        offsets=offsets,
        model=probabilities(rng, n, True),
        annotators=rng.integers(-2, N_LABELS, (n, 2)),
    )


CASES = [(detector, level) for detector in DETECTORS for level in detector.levels]
NAMED = pytest.mark.parametrize(
    ("detector", "level"), CASES, ids=[f"{detector.name}-{level}" for detector, level in CASES]
)


def example(level: str, seed: int = 0) -> Evidence:
    return texts(seed=seed) if level == "text" else tokens(seed=seed)


@NAMED
def test_one_number_an_item_and_none_without_gold(detector: Detector, level: str) -> None:
    evidence = example(level)
    found = apply(detector, evidence)
    assert found.shape == evidence.gold.shape
    assert found.dtype == np.float64
    np.testing.assert_array_equal(np.isnan(found), ~evidence.has_gold)
    assert np.isfinite(found[evidence.has_gold]).all()
    if detector.yields == "flag":
        assert set(found[evidence.has_gold]) <= {0.0, 1.0}


@NAMED
def test_the_same_evidence_gives_the_same_numbers(detector: Detector, level: str) -> None:
    evidence = example(level)
    before = [evidence.gold.copy(), None if evidence.probs is None else evidence.probs.copy()]
    np.testing.assert_array_equal(apply(detector, evidence), apply(detector, evidence))
    np.testing.assert_array_equal(evidence.gold, before[0])
    np.testing.assert_array_equal(evidence.probs, before[1])


@NAMED
def test_gold_that_nobody_gave_has_no_influence(detector: Detector, level: str) -> None:
    """What stands in the gold column of items without gold must not matter."""
    evidence = example(level)
    other = replace(evidence, gold=np.where(evidence.has_gold, evidence.gold, 0))
    np.testing.assert_array_equal(apply(detector, evidence), apply(detector, other))


@NAMED
def test_the_order_of_texts_or_samples_does_not_matter(detector: Detector, level: str) -> None:
    evidence = example(level)
    if evidence.offsets is None:
        order = np.random.default_rng(1).permutation(len(evidence))
        shuffled = evidence.take(order)
    else:
        samples = np.random.default_rng(1).permutation(len(evidence.offsets) - 1)
        order, shuffled = reordered(evidence, samples)
    expected = apply(detector, evidence)[order]
    np.testing.assert_allclose(apply(detector, shuffled), expected, rtol=1e-5, atol=1e-6)


def reordered(evidence: Evidence, samples: np.ndarray) -> tuple[np.ndarray, Evidence]:
    """Token positions in the new order of the samples, and the evidence in that order."""
    offsets, strings = evidence.offsets, evidence.strings
    assert offsets is not None
    assert strings is not None
    assert evidence.tags is not None
    order = np.concatenate([np.arange(offsets[at], offsets[at + 1]) for at in samples]).astype(np.int64)
    lengths = np.diff(offsets)[samples]
    starts = np.concatenate(([0], np.cumsum(lengths)))
    place = np.argsort(samples)
    spans = replace(strings.spans, sample=place[strings.spans.sample]).sorted()
    moved = LabelledTokens(strings.words[order], starts, strings.labels[order], spans, strings.group[samples], N_LABELS)
    return order, replace(evidence.take(order), strings=moved, tags=evidence.tags[order], offsets=starts)


@NAMED
@pytest.mark.parametrize("n", [0, 1, 2])
def test_little_data_is_no_error(detector: Detector, level: str, n: int) -> None:
    evidence = texts(n) if level == "text" else tokens([n])
    assert len(apply(detector, evidence)) == n
    nothing = replace(evidence, has_gold=np.zeros(n, np.bool_))
    if nothing.strings is not None:
        nothing = replace(nothing, strings=replace(nothing.strings, group=np.array([-1]), spans=Spans.empty()))
    assert np.isnan(apply(detector, nothing)).all()


@NAMED
def test_certain_predictors_and_constant_data_stay_finite(detector: Detector, level: str) -> None:
    evidence = example(level)
    n = len(evidence)
    certain = np.zeros((n, N_LABELS + 1), np.float32)
    certain[:, 0] = 1
    flat = replace(
        evidence, probs=certain, model=certain, epochs=[certain, certain], vectors=np.zeros((n, 3), np.float32)
    )
    assert np.isfinite(apply(detector, flat)[evidence.has_gold]).all()


def test_names_are_unique_and_modules_exist() -> None:
    names = [detector.name for detector in DETECTORS]
    assert len(set(names)) == len(names)
    folder = Path(errata.analysis.__file__).parent
    for detector in DETECTORS:
        assert (folder / f"{detector.module}.py").exists(), detector.module
        assert by_name(detector.name) is detector


def test_available_says_what_the_evidence_suffices_for() -> None:
    bare = Evidence(gold=np.zeros(3, np.int64), has_gold=np.ones(3, np.bool_), n_labels=2, level="text")
    assert available(bare) == []
    probs = replace(bare, probs=np.full((3, 3), 1 / 3, np.float32))
    assert {detector.name for detector in available(probs)} == {
        "self_confidence", "margin", "entropy_weighted", "prior_weighted", "posterior", "confident_learning",
    }  # fmt: skip
    assert {detector.name for detector in available(tokens())} == {d.name for d in DETECTORS if "token" in d.levels}


def test_the_page_describes_every_detector(request: pytest.FixtureRequest) -> None:
    page = Path(request.config.rootpath, "docs/concepts/label-issues.md").read_text(encoding="utf-8")
    assert [detector.name for detector in DETECTORS if f"`{detector.name}`" not in page] == []
