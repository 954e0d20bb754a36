"""What equal strings say: formulas on small corpora, and the direction of a conflict."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from errata.analysis import detectors_strings as strings
from errata.analysis.detectors_confidence import noise_weighted
from errata.analysis.detectors_strings import evidence, facts
from errata.analysis.occurrences import LabelledTokens, word_codes
from errata.core.types import Spans

PER, LOC = 0, 1
NAMES = ("PER", "LOC")


def corpus(*sentences: str, group: list[int] | None = None) -> tuple[LabelledTokens, pa.LargeStringArray]:
    """Sentences such as ``in Rome/LOC``; neighbouring tokens with one label are one span."""
    words, labels, rows = [], [], []
    for at, sentence in enumerate(sentences):
        codes = [NAMES.index(part.split("/")[1]) if "/" in part else -1 for part in sentence.split()]
        words += [part.split("/")[0] for part in sentence.split()]
        labels += codes
        for start, code in enumerate(codes):
            if code >= 0 and (start == 0 or codes[start - 1] != code):
                end = next((k for k in range(start, len(codes)) if codes[k] != code), len(codes))
                rows.append((at, start, end, start, end, code))
    text = pa.array(words, pa.large_string())
    offsets = np.concatenate(([0], np.cumsum([len(sentence.split()) for sentence in sentences]))).astype(np.int64)
    spans = Spans(*np.array(rows, np.int32).reshape(-1, 6).T)
    numbers = np.arange(len(sentences)) if group is None else np.array(group)
    return LabelledTokens(word_codes(text), offsets, np.array(labels, np.int32), spans, numbers, 2), text


def test_surface_inconsistency_by_kind_of_error() -> None:
    tokens, _ = corpus("Rome", "Rome/LOC", "Rome/LOC", "Rome/LOC", "Rome/PER")
    missed, flipped, right = (3 - 0) / (4 + 1), (3 - 0) / (4 + 2), (1 - 2) / (2 * 4 + 4)
    assert strings.surface_inconsistency(tokens) == pytest.approx([missed, right, right, right, flipped])
    tokens, _ = corpus("Rome/LOC", "rome", "rome", "rome")
    assert strings.surface_inconsistency(tokens)[0] == pytest.approx(3 / (3 + 4))  # invented: shrunk most


def test_variation_counts_the_same_context_only() -> None:
    tokens, _ = corpus("in Rome now", "in Rome/LOC now", "in Rome/LOC now", "at Rome/LOC now")
    found = strings.variation(tokens, (-1, 1))
    prior = strings.label_shares(tokens)
    assert found[1] == pytest.approx((2 - 0 + 0.5 - 0.5 * prior[-1]) / (2 + 1))
    assert found[10] == 0.0
    assert strings.variation(tokens, (1,))[1] == pytest.approx((3 + 0.5 - 0.5 * prior[-1]) / (3 + 1))


def test_entropy_and_discrepancy_blame_minorities_of_clear_strings() -> None:
    tokens, _ = corpus(*["Rome/LOC"] * 7, "Rome/PER", "Paris/LOC", "Paris/PER")
    entropy = -(7 / 8 * np.log2(7 / 8) + 1 / 8 * np.log2(1 / 8))
    assert strings.label_entropy(tokens) == pytest.approx([*[0.0] * 7, 1 - entropy, 0.0, 0.0])
    assert strings.weighted_discrepancy(tokens) == pytest.approx([*[0.0] * 7, (7 - 1) * 8 / 2, 0.0, 0.0])


def test_missed_elsewhere_prefers_the_document() -> None:
    tokens, _ = corpus("Rome", "Rome/LOC", "Rome", "Rome")
    assert strings.missed_elsewhere(tokens) == pytest.approx([1 / 4, 0, 1 / 4, 1 / 4])
    near = strings.missed_elsewhere(tokens, np.array([0, 0, 1, -1]))
    assert near == pytest.approx([1 / 2, 0, 1 / 4, 1 / 4])


def test_the_one_annotation_among_many_misses_is_not_blamed() -> None:
    """Where a string is mostly left out and the predictor is of two minds, the misses outrank the annotation."""
    tokens, _ = corpus("Rome/LOC here", *["Rome there"] * 9)
    half = np.tile(np.array([0.0, 0.5, 0.5], np.float32), (len(tokens.words), 1))
    found = noise_weighted(half, tokens.labels) + evidence(tokens).score
    assert found[2] > found[0]


def test_evidence_without_gold_is_undefined_and_casts_no_vote() -> None:
    tokens, _ = corpus("Rome/LOC", "Rome", "Rome/LOC", group=[0, 1, -1])
    found = evidence(tokens)
    assert np.isnan(found.score).tolist() == [False, False, True]
    assert found.places.total.tolist() == [1, 1]


def test_facts_name_the_string_and_its_labels() -> None:
    tokens, text = corpus("New York/LOC", *["New/LOC York/LOC won"] * 2, "new york rose", "quiet")
    found = evidence(tokens)
    told = facts(found, np.array([0, 8, 10, 11]), text, NAMES)
    assert told == ["", '"new york" is tagged LOC 2 of 2 times elsewhere', "", ""]
    spurious, text = corpus("may/PER", "may", "may")
    assert facts(evidence(spurious), np.array([0]), text, NAMES) == ['"may" is left untagged 2 of 2 times elsewhere']
