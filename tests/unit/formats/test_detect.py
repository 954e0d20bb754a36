"""The format is told from the content."""

from __future__ import annotations

import pytest

from errata.core.errors import InputError
from errata.core.types import Source
from errata.formats.detect import detect, format_name


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a", "PAR1...", "parquet"),
        ("a.txt", "EU B-ORG\nsat O\n", "conll"),
        ("a.tsv", "EU\tB-ORG\nsat\tO\n", "conll"),
        ("a.tsv", "id\ttext\tlabel\n1\ta b\tx\n", "tsv"),
        ("a.txt", "a\nb\n\nc\n", "conll"),
        ("a.conll", "I PRON\nlove VERB\n", "conll"),
        ("a.txt", "Ada PER\nsat O\n\nhe O\n", "conll"),
        ("a.txt", "a _ _\nb _ _\n\nc _ _\n", "conll"),
        ("a.txt", "-DOCSTART- -X- O\n\nEU NNP B-ORG\n", "conll"),
        ("a.txt", "[ O\n] O\n", "conll"),
        ("a.txt", "{ O\n} O\n", "conll"),
        ("a", '{"text": 1}\n', "jsonl"),
        ("a.json", '{\n "a": 1}', "json"),
        ("a.txt", '[\n {"text": 1}]', "json"),
        ("a.json", '["a"]', "json"),
        ("a.csv.gz", "x\n", "csv"),
        ("a", "text,label\nx,y\n", "csv"),
        ("a", "text;label\nx;y\n", "csv"),
        ("a", "some text\t3\t1\nmore of it\t4\t2\n", "tsv"),
        ("a", "a:O b:B-x <=> i\n", "inline"),
        ("a.train", "0 a b c\n1 d e\n0 f g\n1 h\n", "label-text"),
        ("a.txt", "__label__x a b\n__label__y c\n", "label-text"),
    ],
)
def test_content_tells(name: str, content: str, format: str) -> None:
    assert detect(Source("train", name, content.encode())) == format


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_do_not_matter(encoding: str) -> None:
    assert detect(Source("train", "a.txt", "EU B-ORG\r\nsat O\r\n".encode(encoding))) == "conll"


@pytest.mark.parametrize("content", ["just some prose, in a line\nand another one\n", "1\n", "a b c\nd e f\n"])
def test_what_is_no_format_is_refused(content: str) -> None:
    with pytest.raises(InputError, match=r"a.txt, line 1") as refusal:
        detect(Source("train", "a.txt", content.encode()))
    assert "--format" in refusal.value.remedy


def test_names_of_formats() -> None:
    assert format_name("JSONL") == format_name("ndjson") == "jsonl"
    with pytest.raises(InputError, match="'cvs'") as refusal:
        format_name("cvs")
    assert "--format csv" in refusal.value.remedy
