"""From a file to bytes a reader can use: decompressed, within limits, valid UTF-8."""

from __future__ import annotations

import codecs
import re
import zlib
from pathlib import Path

import numpy as np

from errata.core.errors import InputError
from errata.core.settings import setting
from errata.core.types import Notice, Source

_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")  # half of a CESU-8 pair: one code point, not valid UTF-8
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = (
    (
        b"PK\x03\x04",
        "a zip archive (or an Excel file)",
        "unpack it (or save the sheet as CSV) and pass the file inside.",
    ),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "decompress it first; only gzip is read directly."),
    (b"\xfd7zXZ\x00", "an xz file", "decompress it first; only gzip is read directly."),
    (b"BZh", "a bzip2 file", "decompress it first; only gzip is read directly."),
    (
        b"\x80\x04\x95",
        "a Python pickle",
        "save the data as JSONL or Parquet; pickles can run code and are never opened.",
    ),
    (
        b"\x80\x05\x95",
        "a Python pickle",
        "save the data as JSONL or Parquet; pickles can run code and are never opened.",
    ),
    (b"\x93NUMPY", "a NumPy array", "pass texts; an array of probabilities goes to --predictions."),
    (b"%PDF", "a PDF", "extract its text first."),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV."),
)
_BINARY_SHARE = 0.05  # of NUL bytes, above which a file that is no UTF-8 is no text either


def read_bytes(path: Path) -> bytes:
    """The decompressed bytes of a file. gzip is known by its first bytes, not by name. Raises InputError."""
    limit = int(setting("max_file_bytes"))
    try:
        if path.stat().st_size > limit:
            raise _too_large(path.name, limit)
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            str(path),
            found=error.strerror or str(error),
            expected="a readable file",
            remedy="check path and permissions.",
        ) from None
    return decompress(content, path.name) if content.startswith(_GZIP) else content


def decompress(content: bytes, name: str) -> bytes:
    """The bytes inside gzip ``content``, member by member, never more than ``max_file_bytes`` of them."""
    limit = int(setting("max_file_bytes"))
    view = memoryview(content)
    parts: list[bytes] = []
    total = at = 0
    while bytes(view[at : at + 2]) == _GZIP:
        member = zlib.decompressobj(wbits=31)
        try:
            while not member.eof:
                chunk = member.unconsumed_tail or view[at : at + _CHUNK]
                at += 0 if member.unconsumed_tail else len(chunk)
                parts.append(member.decompress(chunk, _CHUNK))
                total += len(parts[-1])
                if total > limit:
                    raise _too_large(name, limit)
                if not chunk and not parts[-1]:
                    raise _broken_gzip(name, "the end is missing")
        except zlib.error as error:
            raise _broken_gzip(name, str(error)) from None
        at -= len(member.unused_data)
    return b"".join(parts)


def _broken_gzip(name: str, why: str) -> InputError:
    return InputError(
        name, found=f"damaged gzip data ({why})", expected="a complete gzip file", remedy="copy or download it again."
    )


def _too_large(name: str, limit: int) -> InputError:
    return InputError(
        name,
        found=f"more than {limit} bytes once decompressed",
        expected="at most the setting max_file_bytes",
        remedy="split the file, or raise the limit: export ERRATA_MAX_FILE_BYTES=<bytes>.",
    )


def utf8(source: Source) -> tuple[bytes, tuple[Notice, ...]]:
    """The source's text as valid UTF-8 without byte order mark, lines as they are, and what had to be replaced.

    UTF-16 and UTF-32 are known by their byte order mark. Every other undecodable byte sequence becomes U+FFFD. Raises
    InputError for empty files, archives, pickles and other binary files, and lines above ``max_line_bytes``.
    """
    data = source.content
    refuse_binary(source)
    notices: tuple[Notice, ...] = ()
    for mark, codec in _WIDE:
        if data.startswith(mark):
            data, notices = _from_wide(source, codec)
            break
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        data.decode()
    except UnicodeDecodeError:
        data, notices = _replaced(source.name, data)
    if b"\n" not in data and b"\r" in data:
        data = data.replace(b"\r", b"\n")
    if not data.strip():
        raise InputError(
            source.name,
            found="nothing but white space" if data else "no bytes",
            expected="samples",
            remedy="check the file.",
        )
    _check_lines(source.name, data)
    return data, notices


def refuse_binary(source: Source) -> None:
    """Raise InputError for archives, pickles, databases and what else is no text, each with its remedy."""
    for magic, what, remedy in _FOREIGN:
        if source.content.startswith(magic):
            raise InputError(source.name, found=what, expected="a text file or Parquet", remedy=remedy)
    if source.content.startswith(tuple(mark for mark, _ in _WIDE)):
        return
    head = source.content[: 1 << 16]
    even, odd = head[::2].count(0), head[1::2].count(0)
    is_wide = len(head) > 32 and max(even, odd) > len(head) / 4 and min(even, odd) < len(head) / 40
    if is_wide or (head.count(0) > _BINARY_SHARE * len(head) and _is_broken(head)):
        raise InputError(
            source.name,
            found="UTF-16 without a byte order mark" if is_wide else "bytes that are no text",
            expected="UTF-8 text or Parquet",
            remedy="convert the file, for example: iconv -f UTF-16LE -t UTF-8.",
        )


def _is_broken(head: bytes) -> bool:
    try:
        head[:-3].decode()  # the last character may be cut
    except UnicodeDecodeError as error:
        return error.start < len(head) - 6
    return False


def _from_wide(source: Source, codec: str) -> tuple[bytes, tuple[Notice, ...]]:
    try:
        data = source.content.decode(codec).encode()
    except UnicodeError as error:
        raise InputError(
            source.name, found=f"broken {codec.upper()} ({error})", expected="text", remedy="save the file as UTF-8."
        ) from None
    found = Notice("other_encoding", f"{source.name} is {codec.upper()}; it is read as such", severity="info")
    return data, (found,)


def _replaced(name: str, data: bytes) -> tuple[bytes, tuple[Notice, ...]]:
    present = data.count(_REPLACEMENT)
    clean = _SURROGATE.sub(_REPLACEMENT, data).decode(errors="replace").encode()
    count = clean.count(_REPLACEMENT) - present
    broken = []
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            line.decode()
        except UnicodeDecodeError:
            broken.append(f"{name}, line {number}")
            if len(broken) == int(setting("notice_examples")):
                break
    found = Notice(
        "undecodable_bytes",
        "Byte sequences that are not UTF-8 are read as U+FFFD; an export keeps the original bytes",
        count=count,
        examples=tuple(broken),
    )
    return clean, (found,)


def _check_lines(name: str, data: bytes) -> None:
    limit = int(setting("max_line_bytes"))
    if len(data) <= limit:
        return
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    lengths = np.diff(np.concatenate([[-1], breaks, [len(data)]])) - 1
    longest = int(np.argmax(lengths))
    if lengths[longest] > limit:
        raise InputError(
            f"{name}, line {longest + 1}",
            found=f"a line of {lengths[longest]} bytes",
            expected=f"at most {limit} (the setting max_line_bytes)",
            remedy="is this one document per line? If the line is meant: export ERRATA_MAX_LINE_BYTES=<bytes>.",
        )
