"""Which columns of a CoNLL-like file are words and tags, and what is refused."""

from __future__ import annotations

import pytest

from errata.core.errors import InputError
from errata.core.types import DataSet, ReadOptions, Source
from errata.formats.read import read


def load(*texts: str, names: tuple[str, ...] = ("train", "dev", "test"), **options: object) -> DataSet:
    sources = [Source(name, f"{name}.conll", text.encode(), "conll") for name, text in zip(names, texts, strict=False)]
    return read(sources, ReadOptions(**options))  # type: ignore[arg-type]


def spans(data: DataSet) -> list[tuple[int, int, int, str]]:
    found = data.gold_spans
    assert found is not None
    columns = (found.sample, found.start, found.end)
    return [
        (*bounds, data.labels[code]) for *bounds, code in zip(*(c.tolist() for c in columns), found.label, strict=True)
    ]


def codes(data: DataSet) -> dict[str, int]:
    return {notice.code: notice.count for notice in data.notices}


def test_the_last_column_of_tags_is_read() -> None:
    data = load("EU NNP I-NP I-ORG\nrejects VBZ I-VP O\nGerman JJ I-NP I-MISC\n")
    assert spans(data) == [(0, 0, 1, "ORG"), (0, 2, 3, "MISC")]
    assert data.samples["text"].to_pylist() == ["EU rejects German"]
    assert data.scheme == "IO"
    assert load("O X EU\nO Y b\n", tokens="3", tags="1").samples["text"].to_pylist() == ["EU b"]
    assert spans(load("B-A x\n", tokens="-1", tags="-2")) == [(0, 0, 1, "A")]


def test_a_first_column_that_counts_is_no_word() -> None:
    text = "#\thttp://x\t[2009]\n1\tUni\tB-ORG\tO\n2\tMainz\tI-ORG\tB-ORG\n\n#\ty\tz\n1\tja\tO\tO\n"
    data = load(text)
    assert data.samples["text"].to_pylist() == ["Uni Mainz", "ja"]
    assert spans(data) == [(0, 0, 2, "ORG"), (0, 1, 2, "ORG")]
    assert codes(data) == {"nested_layers": 1}


def test_columns_can_be_named_by_the_file() -> None:
    text = "# global.columns = FORM TAG\na\tB-X\nb\tO\n"
    assert spans(load(text, tokens="FORM", tags="TAG")) == [(0, 0, 1, "X")]
    with pytest.raises(InputError, match=r"no column 'LEMMA' \(2 columns: FORM, TAG\)"):
        load(text, tags="LEMMA")
    with pytest.raises(InputError, match="no column '3'"):
        load(text, tags="3")


def test_layers_are_told_from_chunks_and_from_rivals() -> None:
    chunks = load("a B-NP B-PER\nb I-NP O\n")
    assert spans(chunks) == [(0, 0, 1, "PER")]
    rivals = load("a B-PER B-PER\nb O B-LOC\nc B-LOC B-LOC\n")
    assert spans(rivals) == [(0, 0, 1, "PER"), (0, 1, 2, "LOC"), (0, 2, 3, "LOC")]
    assert codes(rivals) == {"rival_tag_columns": 1}
    assert spans(load("a B-PER B-PER\nb O B-LOC\nc B-LOC B-LOC\n", tags="2")) == [(0, 0, 1, "PER"), (0, 2, 3, "LOC")]


def test_a_split_without_spans_does_not_change_the_columns() -> None:
    data = load("a S-X S-X O\nb B-X O O\nc E-X S-X O\n".replace("a S-X S-X", "a S-X O"), "d S-X O O\n")
    assert spans(data) == [(0, 0, 1, "X"), (0, 1, 3, "X"), (0, 2, 3, "X"), (1, 0, 1, "X")]


def test_splits_without_tags_are_unlabelled() -> None:
    data = load("a B-X\nb O\n", "c\nd\n\ne\n", "f _\ng _\n")
    assert data.has_gold.tolist() == [True, False, False, False]
    assert spans(data) == [(0, 0, 1, "X")]


def test_single_samples_may_be_unlabelled() -> None:
    data = load("a\tB-X\n\nb\t_\nc\t_\n")
    assert data.has_gold.tolist() == [True, False]


def test_unknown_tags_are_refused_with_their_line() -> None:
    with pytest.raises(InputError, match=r"dev.conll, line 3: found unknown tag 'PERSON'"):
        load("a B-X\nb O\n", "a B-X\nb O\nc PERSON\n")
    with pytest.raises(InputError, match=r"train.conll, line 1: found unknown tag 'PRON' in column 2") as refusal:
        load("I PRON\nlove VERB\n")
    assert "--scheme IO" in refusal.value.remedy
    assert load("I PRON\nlove VERB\n", scheme="IO").labels == ("PRON", "VERB")
    assert load("Ada PER\nsat O\n").labels == ("PER",)


def test_the_scheme_is_told_over_all_splits() -> None:
    data = load("a I-X\nb B-X\nc O\n", "a I-X\n")
    assert data.scheme == "IOB1"
    assert load("a I-X\n", scheme="IOB2").scheme == "BIO"
    notices = load("a I-X\nb I-X\n\nc B-X\nd O\ne B-X\n").notices
    assert [(n.code, n.examples) for n in notices] == [("illegal_transition", ("train.conll, line 1: I-X",))]


def test_characters_without_spaces_are_joined_without_spaces() -> None:
    data = load("中\tB-X\n文\tI-X\n字\tO\n\n好\tO\n")
    assert data.samples["text"].to_pylist() == ["中文字", "好"]
    assert data.gold_spans is not None
    assert (data.gold_spans.char_start.tolist(), data.gold_spans.char_end.tolist()) == ([0], [2])
    assert load("中文\tO\n字\tO\n").samples["text"].to_pylist() == ["中文 字"]


def test_ids_and_documents_become_columns() -> None:
    data = load("-DOCSTART- -X-\n\n# sent_id = s-1\na O\n\n-DOCSTART- -X-\n\n# sent_id = s-2\nb O\n")
    assert data.samples["sample_id"].to_pylist() == ["s-1", "s-2"]
    assert data.samples["meta_doc"].to_pylist() == [0, 1]
    assert load("# id 7f domain=en\na _ _ B-X\n").samples["sample_id"].to_pylist() == ["7f"]


def test_empty_tokens_keep_their_place() -> None:
    data = load("a\tO\n\tB-X\nb\tO\n")
    assert data.tokens is not None
    assert data.tokens.text.to_pylist() == ["a", "\ufffd", "b"]
    assert codes(data) == {"empty_token": 1}


def test_a_file_without_words_is_refused() -> None:
    with pytest.raises(InputError, match="no token"):
        load("-DOCSTART- -X- O\n\n")
