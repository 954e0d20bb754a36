"""Bytes of files: gzip by content, limits, encodings."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from errata.core.errors import InputError
from errata.core.types import Source
from errata.formats.contents import decompress, read_bytes, utf8


def source(content: bytes, name: str = "a.txt") -> Source:
    return Source("train", name, content)


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_gzip_is_known_by_its_content(tmp_path: Path, size: int) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    path = tmp_path / "plain.txt"
    path.write_bytes(gzip.compress(content) + gzip.compress(b"end"))
    assert read_bytes(path) == content + b"end"
    path.write_bytes(b"no gzip")
    assert read_bytes(path) == b"no gzip"


@pytest.mark.parametrize("cut", [1, 4, 8, 30])
def test_truncated_gzip_is_refused(cut: int) -> None:
    with pytest.raises(InputError, match="damaged gzip"):
        decompress(gzip.compress(bytes(range(256)) * 9)[:-cut], "a.gz")


def test_damaged_gzip_is_refused() -> None:
    content = bytearray(gzip.compress(bytes(range(256)) * 9))
    content[-5] ^= 1
    with pytest.raises(InputError, match="damaged gzip"):
        decompress(bytes(content), "a.gz")


def test_a_gzip_bomb_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_MAX_FILE_BYTES", "1000000")
    with pytest.raises(InputError, match="1000000") as refusal:
        decompress(gzip.compress(bytes(50_000_000)), "a.gz")
    assert "ERRATA_MAX_FILE_BYTES" in refusal.value.remedy


def test_files_above_the_limit_and_files_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_bytes(tmp_path / "none.txt")
    (tmp_path / "a.txt").write_bytes(b"x" * 100)
    monkeypatch.setenv("ERRATA_MAX_FILE_BYTES", "99")
    with pytest.raises(InputError, match="more than 99 bytes"):
        read_bytes(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfa", "a"),
        ("é".encode("utf-16"), "é"),
        (b"\xfe\xff" + "é".encode("utf-16-be"), "é"),
        ("é😀".encode("utf-32"), "é😀"),
        (b"a\r\nb\r\n", "a\r\nb\r\n"),
        (b"a\rb", "a\nb"),
        (b"a\x00b", "a\x00b"),
    ],
)
def test_encodings_that_are_read(content: bytes, text: str) -> None:
    assert utf8(source(content))[0].decode() == text


def test_undecodable_bytes_are_replaced_and_counted() -> None:
    content = "ok �\n".encode() + b"\xed\xa0\xbd\xed\xb8\x80\nfine\ncaf\xe9\n"
    text, (notice,) = utf8(source(content))
    assert text.decode() == "ok �\n��\nfine\ncaf�\n"
    assert (notice.code, notice.count) == ("undecodable_bytes", 3)
    assert notice.examples == ("a.txt, line 2", "a.txt, line 4")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no bytes"),
        (b" \n\n", "white space"),
        (b"PK\x03\x04....", "zip"),
        (b"\x80\x04\x95....", "pickle"),
        (b"\x93NUMPY", "NumPy"),
        ("long enough for a guess".encode("utf-16-le"), "UTF-16 without"),
        (b"\xff\xfe\x00", "broken UTF-16"),
        (bytes(50) + b"\xff\xfe\xfd" * 40, "no text"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        utf8(source(content))


def test_a_line_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_MAX_LINE_BYTES", "10")
    with pytest.raises(InputError, match=r"a.txt, line 2: found a line of 11 bytes") as refusal:
        utf8(source(b"short\n" + b"x" * 11 + b"\n"))
    assert "ERRATA_MAX_LINE_BYTES" in refusal.value.remedy
