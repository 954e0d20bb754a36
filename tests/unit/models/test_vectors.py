"""Vectors of the map: neighbours are alike, and the numbers never move."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from errata.core.types import DataSet
from errata.models.text_features import word_features
from errata.models.token_features import token_features
from errata.models.vectors import TEXT_DIMENSIONS, TOKEN_DIMENSIONS, text_vectors, token_vectors


def cosine(vectors: np.ndarray) -> np.ndarray:
    length = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return (vectors / length) @ (vectors / length).T


def test_texts_on_one_subject_lie_together() -> None:
    rng = np.random.default_rng(0)
    subjects = [[f"a{k}" for k in range(20)], [f"b{k}" for k in range(20)]]
    texts = [" ".join(rng.choice(subjects[k % 2], 8)) for k in range(60)] + [""]
    rows = word_features(pa.array(texts, pa.large_string()), at_most=10**6, characters_read=100)
    vectors = text_vectors(rows, seed=0)
    assert vectors.shape == (61, TEXT_DIMENSIONS)
    assert vectors.dtype == np.float32
    alike = cosine(vectors[:60])
    same = np.equal.outer(np.arange(60) % 2, np.arange(60) % 2)
    assert alike[same].mean() > alike[~same].mean() + 0.2
    assert not vectors[60].any()
    np.testing.assert_array_equal(vectors, text_vectors(rows, seed=0))


def test_tokens_in_like_contexts_lie_together(ner: Callable[..., DataSet]) -> None:
    names, places = ["Anna", "Berta", "Clara", "Dora"], ["Rome", "Oslo", "Bern", "Kyiv"]
    sentences = [["Mrs", name, "spoke"] for name in names] + [["in", place, "today"] for place in places]
    tokens = ner(sentences * 3).tokens
    assert tokens is not None
    is_span = np.tile([False, True, False], 24)
    vectors = token_vectors(token_features(tokens), is_span, seed=0)
    assert vectors.shape == (72, TOKEN_DIMENSIONS)
    alike = cosine(vectors[is_span][:8])
    assert alike[:4, :4].mean() > alike[:4, 4:].mean() + 0.2


def test_few_rows_and_no_features_give_zeros() -> None:
    for texts in ([], ["one"], ["", ""], ["same text"] * 3):
        rows = word_features(pa.array(texts, pa.large_string()), at_most=100, characters_read=100)
        vectors = text_vectors(rows, seed=0)
        assert vectors.shape == (len(texts), TEXT_DIMENSIONS)
        assert np.isfinite(vectors).all()
