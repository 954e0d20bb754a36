"""Schemes, repairs and refusals of tag decoding, case by case."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from errata.core.errors import InputError
from errata.core.types import Spans, Tokens
from errata.formats.tagging import (
    bio_tag_set,
    decode,
    detect_scheme,
    encode,
    encode_names,
    illegal_transitions,
    is_bare,
    outermost,
    recode,
    scheme_name,
    scheme_tag_set,
    split_tag,
    strict_mask,
    tag_set,
    unknown_tags,
    with_chars,
)


def tagged(
    text: str, scheme: str | None = None
) -> tuple[list[tuple[int, int, str]], list[tuple[int, int, str]], list[int]]:
    """Spans under both conventions and illegal positions of one sample, tags separated by spaces."""
    names, codes = encode_names(pa.array(text.split(), pa.large_string()))
    offsets = np.array([0, len(codes)])
    tags = tag_set(names, scheme or detect_scheme(names, codes, offsets))

    def rows(spans: Spans) -> list[tuple[int, int, str]]:
        return [(int(s), int(e), tags.labels[c]) for s, e, c in zip(spans.start, spans.end, spans.label, strict=True)]

    lenient, strict = decode(tags, codes, offsets), decode(tags, codes, offsets, "strict")
    assert len(strict) == strict_mask(lenient, tags, codes, offsets).sum() or tags.scheme == "IOB1"
    return rows(lenient), rows(strict), illegal_transitions(tags, codes, offsets).tolist()


@pytest.mark.parametrize(
    ("text", "scheme", "lenient", "strict", "illegal"),
    [
        ("B-A I-A O", "BIO", [(0, 2, "A")], [(0, 2, "A")], []),
        ("I-A I-A O", "BIO", [(0, 2, "A")], [], [0]),
        ("B-A I-B", "BIO", [(0, 1, "A"), (1, 2, "B")], [(0, 1, "A")], [1]),
        ("B-A B-A", "BIO", [(0, 1, "A"), (1, 2, "A")], [(0, 1, "A"), (1, 2, "A")], []),
        (
            "I-A I-A B-A I-B",
            "IOB1",
            [(0, 2, "A"), (2, 3, "A"), (3, 4, "B")],
            [(0, 2, "A"), (2, 3, "A"), (3, 4, "B")],
            [],
        ),
        ("O B-A I-A", "IOB1", [(1, 3, "A")], [(2, 3, "A")], [1]),
        ("I-A I-A O I-B", "IO", [(0, 2, "A"), (3, 4, "B")], [(0, 2, "A"), (3, 4, "B")], []),
        ("B-A I-A E-A S-B", "BIOES", [(0, 3, "A"), (3, 4, "B")], [(0, 3, "A"), (3, 4, "B")], []),
        ("B-A M-A E-A", "BIOES", [(0, 3, "A")], [(0, 3, "A")], []),
        ("B-A I-A O E-A", "BIOES", [(0, 2, "A"), (3, 4, "A")], [], [1, 3]),
        ("B-A I-A L-A U-B", "BILOU", [(0, 3, "A"), (3, 4, "B")], [(0, 3, "A"), (3, 4, "B")], []),
        ("B-A U-A L-A", "BILOU", [(0, 1, "A"), (1, 2, "A"), (2, 3, "A")], [(1, 2, "A")], [0, 2]),
        ("b-creative-work i-creative-work o", "BIO", [(0, 2, "creative-work")], [(0, 2, "creative-work")], []),
    ],
)
def test_repairs(
    text: str,
    scheme: str,
    lenient: list[tuple[int, int, str]],
    strict: list[tuple[int, int, str]],
    illegal: list[int],
) -> None:
    assert tagged(text, scheme) == (lenient, strict, illegal)


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("O I-A I-A O I-B", "IO"),
        ("PER O LOC", "IO"),
        ("O I-A B-A O I-A", "IOB1"),
        ("O B-A I-A O", "BIO"),
        ("B-A I-A O I-A", "BIO"),
        ("B-A O S-A", "BIOES"),
        ("O O", "IO"),
        ("B-A U-A", "BILOU"),
    ],
)
def test_schemes_are_told_from_tags_and_where_they_stand(text: str, scheme: str) -> None:
    names, codes = encode_names(pa.array(text.split(), pa.large_string()))
    assert detect_scheme(names, codes, np.array([0, len(codes)])) == scheme


def test_tags_that_do_not_occur_do_not_decide_the_scheme() -> None:
    assert detect_scheme(("O", "B-A", "I-A", "S-A"), np.array([0, 1, 2]), np.array([0, 3])) == "BIO"


@pytest.mark.parametrize(
    ("name", "parts"),
    [("O", (0, "")), ("B-a-b", (1, "a-b")), ("M-x", (2, "x")), ("l-x", (3, "x")), ("U-x", (4, "x")), ("I", (2, "_"))],
)
def test_a_tag_is_split_at_its_first_hyphen(name: str, parts: tuple[int, str]) -> None:
    assert split_tag(name) == parts


@pytest.mark.parametrize("name", ["PER", "Q-PER", "B_PER", "-", "", "B-"])
def test_what_is_no_tag(name: str) -> None:
    assert split_tag(name) is None
    assert unknown_tags(["O", "I-x", name])


def test_labels_without_prefix_are_tags_beside_o_or_when_said() -> None:
    assert is_bare(["O", "PER", "LOC"])
    assert not is_bare(["O", "B-PER", "LOC"])
    assert not is_bare(["O", "B", "I"])
    assert unknown_tags(["NOUN", "VERB"]) == ("NOUN", "VERB")
    assert unknown_tags(["NOUN", "VERB"], "IO") == ()
    assert tag_set(["NOUN", "ADJ-x"]).labels == ("NOUN", "ADJ-x")


def test_a_tag_set_keeps_names_and_puts_given_labels_first() -> None:
    tags = tag_set(["B-PER", "O", "I-LOC"], labels=["LOC", "ORG"])
    assert tags.names == ("B-PER", "O", "I-LOC")
    assert tags.labels == ("LOC", "ORG", "PER")
    assert tags.label.tolist() == [2, -1, 0]
    assert tags.outside == 1
    assert tags.scheme == "BIO"
    assert bio_tag_set(["A"]).names == ("O", "B-A", "I-A")
    assert scheme_tag_set(["A"], "bmes").names == ("O", "B-A", "I-A", "E-A", "S-A")


def test_wrong_names_are_refused() -> None:
    with pytest.raises(InputError, match="'XYZ'") as refusal:
        tag_set(["O", "B-A", "XYZ"])
    assert "--scheme IO" in refusal.value.remedy
    with pytest.raises(InputError, match="'BOI'"):
        scheme_name("BOI")
    assert scheme_name("IOB2") == "BIO"


def spans_of(rows: list[tuple[int, int, int, int]]) -> Spans:
    table = np.array(rows, np.int32).reshape(-1, 4)
    none = np.full(len(table), -1, np.int32)
    return Spans(table[:, 0], table[:, 1], table[:, 2], none, none, table[:, 3])


def test_missing_tags_fall_back_or_are_minus_one() -> None:
    offsets = np.array([0, 3])
    only_inside = tag_set(["O", "I-A"], "BIO")
    assert encode(spans_of([(0, 0, 2, 0)]), offsets, only_inside).tolist() == [1, 1, 0]
    assert encode(spans_of([(0, 0, 2, 0)]), offsets, bio_tag_set(["A"]), labels=["B"]).tolist() == [-1, -1, 0]
    assert encode(spans_of([(0, 0, 2, 1)]), offsets, bio_tag_set(["A"]), labels=["B", "A"]).tolist() == [1, 2, 0]
    without_outside = tag_set(["NOUN", "VERB"])
    assert encode(spans_of([(0, 1, 2, 1)]), offsets, without_outside).tolist() == [-1, 1, -1]


def test_encoding_does_not_depend_on_the_order_of_spans() -> None:
    rows = [(1, 0, 1, 0), (0, 2, 3, 0), (0, 0, 2, 0)]
    offsets = np.array([0, 3, 4])
    for scheme in ("IOB1", "BIO", "BIOES"):
        tags = scheme_tag_set(["A"], scheme)
        assert encode(spans_of(rows), offsets, tags).tolist() == encode(spans_of(sorted(rows)), offsets, tags).tolist()
    assert encode(Spans.empty(), offsets, bio_tag_set(["A"])).tolist() == [0, 0, 0, 0]
    assert outermost(Spans.empty()).tolist() == []


def test_codes_below_zero_are_outside() -> None:
    spans = decode(bio_tag_set(["A"]), np.array([-1, 1, 2, -1]), np.array([0, 4]))
    assert (spans.start.tolist(), spans.end.tolist()) == ([1], [3])


def test_characters_and_labels_are_filled_in() -> None:
    tokens = Tokens(
        np.array([0, 0, 2]), np.array([0, 4]), np.array([3, 7]), pa.array(["Ada", "sat"], pa.large_string())
    )
    spans = with_chars(decode(bio_tag_set(["A"]), np.array([1, 2]), tokens.offsets), tokens)
    assert (spans.sample.tolist(), spans.char_start.tolist(), spans.char_end.tolist()) == ([1], [0], [7])
    assert recode(spans, ["A"], ["B", "A"]).label.tolist() == [1]
    assert recode(spans, ["A"], ["B"]).label.tolist() == [-1]
