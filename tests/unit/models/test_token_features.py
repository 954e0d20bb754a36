"""Hashed token features: what makes two tokens share one, and what never does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from errata.core.types import DataSet
from errata.models import token_features as subject
from errata.models.token_features import TokenFeatures, token_features

Build = Callable[..., DataSet]
SENTENCES = [
    ["Anna", "saw", "Paris", "in", "1999", "."],
    ["BOB", "SAW", "ROME"],
    ["Anna", "saw", "Rome", "in", "2001", "."],
    [],
] * 2


def features(ner: Build, sentences: list[list[str]], **options: int) -> TokenFeatures:
    tokens = ner(sentences).tokens
    assert tokens is not None
    return token_features(tokens, **options)


def of(found: TokenFeatures, token: int) -> set[int]:
    return set(found.columns[found.starts[token] : found.starts[token + 1]].tolist())


def test_equal_contexts_have_equal_features(ner: Build) -> None:
    found = features(ner, SENTENCES)
    n = len(found.starts) - 1
    assert n == 30
    for token in range(15):
        assert of(found, token) == of(found, token + 15)
        assert len(of(found, token)) > 30


def test_alike_words_share_some_features_and_not_all(ner: Build) -> None:
    found = features(ner, SENTENCES)
    paris, rome = of(found, 2), of(found, 11)
    assert len(paris & rome) > 10, "shape, neighbours"
    assert paris - rome
    assert rome - paris
    year, other_year = of(found, 4), of(found, 13)
    assert len(year & other_year) > len(paris & rome), "digits are one digit"


def test_what_occurs_once_is_dropped(ner: Build) -> None:
    single = features(ner, [["Zyx", "unique", "words"]])
    assert single.n_columns < 30
    assert all(len(of(single, token)) < 30 for token in range(3))


def test_features_do_not_cross_sentences(ner: Build) -> None:
    """The same sentence has the same features whatever stands before it."""
    one = features(ner, [["a", "b"], ["Anna", "saw", "Rome"], ["c"], ["Anna", "saw", "Rome"]])
    assert [of(one, token) for token in (2, 3, 4)] == [of(one, token) for token in (6, 7, 8)]


def test_characters_get_trigrams(ner: Build) -> None:
    found = features(ner, [["我", "们", "在", "京"]] * 2)
    words = features(ner, [["ab", "cd", "ef", "gh"]] * 2)
    assert len(of(found, 1)) > len(of(words, 1))


def test_the_cap_drops_the_rarest(ner: Build) -> None:
    capped = features(ner, SENTENCES, at_most=60)
    assert 0 < capped.n_columns <= 60
    assert capped.columns.max() < capped.n_columns


def test_chunks_change_nothing(ner: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = features(ner, SENTENCES)
    monkeypatch.setattr(subject, "CHUNK_TOKENS", 4)
    parts = features(ner, SENTENCES)
    np.testing.assert_array_equal(whole.starts, parts.starts)
    np.testing.assert_array_equal(whole.columns, parts.columns)


@pytest.mark.parametrize("sentences", [[], [[]], [[], ["a"], []]])
def test_next_to_nothing(ner: Build, sentences: list[list[str]]) -> None:
    found = features(ner, sentences)
    assert len(found.starts) - 1 == sum(map(len, sentences))


def test_names_with_nul_emoji_and_bidi_marks(ner: Build) -> None:
    found = features(ner, [["\x00", "👍🏽", "\u202eabc", "ﬁ", "İ"]] * 2)
    assert all(len(of(found, token)) > 20 for token in range(10))
