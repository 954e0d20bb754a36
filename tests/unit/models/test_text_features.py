"""Texts taken apart, and their TF-IDF rows against scikit-learn's."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from errata.models import text_units
from errata.models.text_features import character_features, word_features
from errata.models.text_units import characters, n_grams, words

TEXTS = [
    "Hello, world! Hello again.",
    "It's   12 o'clock",
    "",
    "\x00\n",
    "नमस्ते दुनिया",
    "مرحبا بالعالم",
    "我们在北京 hello",
    "naïve café ☕ hello",
    "hello world the world",
]


def column(texts: list[str]) -> pa.LargeStringArray:
    return pa.array(texts, pa.large_string())


def reference_words(text: str) -> list[str]:
    """Words by the rule of the module, one character at a time."""
    found, last = [], " "
    for letter in re.sub(r"[\s\x00]+", " ", text.lower()).strip():
        kind = unicodedata.category(letter)[0]
        unspaced = "\u2e80" <= letter <= "\u9fff"
        if kind in "LMN" and not unspaced and last == "word":
            found[-1] += letter
        elif kind not in "ZC":
            found.append(letter)
        last = "word" if kind in "LMN" and not unspaced else " "
    return found


def test_words_are_those_of_the_rule_and_equal_words_have_equal_hashes() -> None:
    units = words(characters(column(TEXTS), at_most=1000))
    expected = [reference_words(text) for text in TEXTS]
    assert np.diff(units.offsets).tolist() == [len(found) for found in expected]
    names = [word for found in expected for word in found]
    by_name: dict[str, set[int]] = {}
    for name, value in zip(names, units.hashes.tolist(), strict=True):
        by_name.setdefault(name, set()).add(value)
    assert all(len(values) == 1 for values in by_name.values())
    assert len({next(iter(values)) for values in by_name.values()}) == len(by_name)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_n_grams_stay_within_their_text(n: int) -> None:
    units = words(characters(column(["a b c d", "x", "", "b c d"]), at_most=100))
    runs = n_grams(units, n, seed=0)
    assert np.diff(runs.offsets).tolist() == [max(size - n + 1, 0) for size in (4, 1, 0, 3)]
    first, last = runs.hashes[: runs.offsets[1]], runs.hashes[runs.offsets[3] :]
    assert first[1:].tolist() == last.tolist()


def test_long_texts_are_cut() -> None:
    assert np.diff(characters(column(["abc" * 100, "ab"]), at_most=10).offsets).tolist() == [10, 2]


def similarities(rows: np.ndarray) -> np.ndarray:
    return rows @ rows.T


def test_word_rows_have_the_similarities_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    vocabulary = [f"w{k}" for k in range(30)]
    texts = [" ".join(rng.choice(vocabulary, rng.integers(1, 15))) for _ in range(40)]
    ours = word_features(column(texts), at_most=10**6, characters_read=1000).toarray()
    theirs = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\w+").fit_transform(texts)
    # scikit-learn counts documents with a term, we count them too: the same rows up to the order of columns
    np.testing.assert_allclose(similarities(ours), similarities(theirs.toarray()), atol=1e-5)


def test_character_rows_have_the_similarities_of_scikit_learn() -> None:
    texts = ["banana bandana", "cabana band", "an apple and a pear", "pear and apple pie", "pie"]
    ours = character_features(column(texts), at_most=10**6, characters_read=1000).toarray()
    reference = TfidfVectorizer(analyzer="char", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    theirs = reference.fit_transform(texts).toarray()
    np.testing.assert_allclose(similarities(ours), similarities(theirs), atol=1e-5)


def test_the_cap_keeps_the_frequent() -> None:
    texts = ["common rare"] * 2 + ["common word"] * 5
    capped = word_features(column(texts), at_most=1, characters_read=100)
    assert capped.shape[1] <= 1
    assert word_features(column(texts), at_most=10, characters_read=100).shape[1] == 5


@pytest.mark.parametrize("texts", [[], [""], ["", "  "], ["once"]])
def test_nothing_to_count(texts: list[str]) -> None:
    rows = word_features(column(texts), at_most=10, characters_read=100)
    assert rows.shape == (len(texts), 0)
    assert rows.dtype == np.float32


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = character_features(column(TEXTS * 2), at_most=10**6, characters_read=100)
    monkeypatch.setattr(text_units, "BATCH_CHARACTERS", 7)
    parts = character_features(column(TEXTS * 2), at_most=10**6, characters_read=100)
    assert (whole != parts).nnz == 0
