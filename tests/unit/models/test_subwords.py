"""Encoding distinct words and gathering equals giving the tokenizer whole sentences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errata.core.types import DataSet
from errata.models.subwords import Vocabulary, encode_texts, encode_words, unknown_surfaces, unknown_words
from tests.unit.models.conftest import SENTENCES, TEXTS

tokenizers = pytest.importorskip("tokenizers")

WORDS = st.lists(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), max_size=6), max_size=6
)


def wordpiece() -> object:
    pieces = ["[UNK]", "[SEP]", "a", "b", "##a", "##b", "Paris", "東", "京", "."]
    backend = tokenizers.Tokenizer(
        tokenizers.models.WordPiece({piece: at for at, piece in enumerate(pieces)}, unk_token="[UNK]")
    )
    backend.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=False)
    backend.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    backend.add_special_tokens(["[SEP]"])
    return backend


def byte_level(prefix: bool) -> object:
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    merges = [("Ġ", "a"), ("a", "b"), ("Ġa", "b")]
    vocabulary = {piece: at for at, piece in enumerate([*alphabet, *(left + right for left, right in merges)])}
    backend = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, merges))
    backend.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    return backend


def unigram(scheme: str) -> object:
    pieces = [("<unk>", 0.0), ("▁", -2.0), ("a", -3.0), ("b", -3.0), ("▁a", -2.5), ("ab", -2.9), ("東", -4.0)]
    backend = tokenizers.Tokenizer(tokenizers.models.Unigram(pieces, unk_id=0))
    backend.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace(prepend_scheme=scheme)
    return backend


KINDS: dict[str, Callable[[], object]] = {
    "wordpiece": wordpiece,
    "byte-level with a blank": lambda: byte_level(True),
    "metaspace always": lambda: unigram("always"),
    "metaspace first": lambda: unigram("first"),
}


def check_against_whole_sentences(backend: object, data: DataSet, sentences: list[list[str]]) -> None:
    found = encode_words(Vocabulary.of(backend, 0), data.tokens)
    token = 0
    for sample, words in enumerate(sentences):
        encoding = backend.encode(words, is_pretokenized=True, add_special_tokens=False)
        low, high = found.offsets[sample], found.offsets[sample + 1]
        assert found.ids[low:high].tolist() == encoding.ids
        for position in range(len(words)):
            begin, end = found.word_offsets[token], found.word_offsets[token + 1]
            expected = [at for at, word in enumerate(encoding.word_ids) if word == position]
            assert list(range(begin - low, end - low)) == expected
            token += 1


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(sentences=WORDS)
def test_random_words(kind: str, sentences: list[list[str]], ner: Callable[..., DataSet]) -> None:
    check_against_whole_sentences(KINDS[kind](), ner(sentences), sentences)


@pytest.mark.parametrize("kind", KINDS)
def test_scripts_and_control_characters(kind: str, ner: Callable[..., DataSet]) -> None:
    check_against_whole_sentences(KINDS[kind](), ner(SENTENCES), SENTENCES)


def test_byte_level_words_are_read_as_in_running_text(ner: Callable[..., DataSet]) -> None:
    data = ner([["ab", "a", "ab"], [" a", "b"]])
    blank = encode_words(Vocabulary.of(byte_level(True), None), data.tokens)
    none = encode_words(Vocabulary.of(byte_level(False), None), data.tokens)
    assert none.ids.tolist() == blank.ids.tolist()
    assert len(none.ids) == 6  # Ġab, Ġa, Ġab; Ġa, then Ġ b
    texts = encode_texts(Vocabulary.of(byte_level(False), None), data.samples["text"])
    assert texts.ids[:2].tolist() == byte_level(False).encode("ab").ids + byte_level(False).encode(" a").ids


def test_saved_truncation_and_padding_are_off() -> None:
    backend = wordpiece()
    backend.enable_truncation(2)
    backend.enable_padding(length=50)
    Vocabulary.of(backend, 0)
    assert len(backend.encode("a a a a").ids) == 4


def test_texts(texts: Callable[..., DataSet]) -> None:
    found = encode_texts(Vocabulary.of(wordpiece(), 0), texts(TEXTS).samples["text"])
    for sample, text in enumerate(TEXTS):
        low, high = found.offsets[sample : sample + 2]
        assert found.ids[low:high].tolist() == wordpiece().encode(text, add_special_tokens=False).ids


def test_unknown_words_and_surfaces(ner: Callable[..., DataSet]) -> None:
    vocabulary = Vocabulary.of(wordpiece(), 0)
    data = ner([["Paris", "Rome", "\x00"], ["abab", "😀"]])
    unknown = unknown_words(vocabulary, encode_words(vocabulary, data.tokens))
    assert unknown.tolist() == [False, True, False, False, True]
    assert unknown_surfaces(vocabulary, "Paris 😀 ab Rome") == ["😀", "Rome"]
    assert not unknown_words(Vocabulary.of(byte_level(True), None), encode_words(vocabulary, data.tokens)).any()
