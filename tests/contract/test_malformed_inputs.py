"""What is wrong is said: malformed inputs through the real command.

Every case must end with exit code 2 and one message: where, found, expected, next step; without a traceback, and
without leaving a run behind.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errata.app.cli import main

CONLL = "Ada B-PER\nlives O\nin O\nOslo B-LOC\n\n" * 12
CSV = "text,label\n" + "".join(f"the cat number {i} sat,animal\nthe car number {i} stood,thing\n" for i in range(12))
JSONL = "".join(
    json.dumps({"id": f"s{i}", "text": "Ada lives in Oslo", "spans": [{"start": 0, "end": 3, "label": "PER"}]}) + "\n"
    for i in range(12)
)


def parquet(cut: int = 0) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["a cat", "a car"] * 20, "label": ["animal", "thing"] * 20}), file)
    return file.getvalue()[: -cut or None]


def jsonl(*rows: object) -> str:
    return JSONL + "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


@dataclass(frozen=True)
class Case:
    """``files`` below the working folder, the command's arguments, and what the message must name."""

    name: str
    files: Mapping[str, str | bytes]
    arguments: tuple[str, ...]
    says: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


MODEL_CONFIG = json.dumps(
    {
        "architectures": ["BertForTokenClassification"],
        "model_type": "bert",
        "id2label": {"0": "O", "1": "B-PER", "2": "I-PER"},
        "label2id": {"O": 0, "B-PER": 1, "I-PER": 2},
    }
)

CASES = (
    Case(
        "ragged CoNLL line",
        {"train.conll": CONLL + "Bob B-PER\nspoke\n\n"},
        ("train.conll",),
        ("train.conll, line 62",),
    ),
    Case(
        "unknown tag",
        {"train.conll": CONLL + "Bob Q-PER\nran O\n\n"},
        ("train.conll",),
        ("train.conll, line 61", "Q-PER"),
    ),
    Case(
        "truncated gzip",
        {"train.conll.gz": gzip.compress(CONLL.encode())[:-12]},
        ("train.conll.gz",),
        ("train.conll.gz",),
    ),
    Case("empty file", {"train.csv": ""}, ("train.csv",), ("train.csv",)),
    Case("only blank lines", {"train.conll": "\n\n\n"}, ("train.conll",), ("train.conll",)),
    Case("line of ten megabytes", {"train.jsonl": jsonl({"text": "x" * 10_000_000})}, ("train.jsonl",), ("line 13",)),
    Case("ragged CSV", {"train.csv": CSV + "one,two,three\n"}, ("train.csv",), ("train.csv, line 26", "3", "2")),
    Case("open quote in CSV", {"train.csv": CSV + '"never closed,animal\n'}, ("train.csv",), ("train.csv",)),
    Case("wrong column name", {"train.csv": CSV}, ("train.csv", "--text", "txet"), ("txet", "text")),
    Case(
        "columns of no known meaning",
        {"train.csv": CSV.replace("text,label", "alpha,beta")},
        ("train.csv",),
        ("train.csv", "--text"),
    ),
    Case("broken JSON", {"train.jsonl": jsonl('{"text": "half')}, ("train.jsonl",), ("train.jsonl, line 13",)),
    Case("JSON that is no object", {"train.jsonl": jsonl([1, 2])}, ("train.jsonl",), ("train.jsonl, line 13",)),
    Case(
        "span beyond the text",
        {"train.jsonl": jsonl({"id": "x", "text": "short", "spans": [{"start": 2, "end": 99, "label": "PER"}]})},
        ("train.jsonl",),
        ("train.jsonl, line 13", "99"),
    ),
    Case(
        "span that ends before it begins",
        {"train.jsonl": jsonl({"id": "x", "text": "short", "spans": [{"start": 4, "end": 2, "label": "PER"}]})},
        ("train.jsonl",),
        ("train.jsonl, line 13",),
    ),
    Case(
        "tokens and tags of two lengths",
        {"train.jsonl": json.dumps({"tokens": ["Ada", "sat"], "tags": ["B-PER"]}) + "\n"},
        ("train.jsonl",),
        ("train.jsonl, line 1", "2", "1"),
    ),
    Case("truncated Parquet", {"train.parquet": parquet(cut=40)}, ("train.parquet",), ("train.parquet",)),
    Case("spreadsheet", {"train.csv": b"PK\x03\x04" + bytes(200)}, ("train.csv",), ("train.csv", "CSV")),
    Case("pickled data", {"train.jsonl": pickle.dumps([{"text": "a"}], protocol=4)}, ("train.jsonl",), ("pickle",)),
    Case("no such file", {}, ("nowhere/train.conll",), ("nowhere/train.conll",)),
    Case("folder without data", {"data/README.md": "# nothing here\n"}, ("data",), ("data",)),
    Case(
        "two files for one split",
        {"data/train.conll": CONLL, "data/train.jsonl": JSONL},
        ("data",),
        ("train.conll", "train.jsonl", "--split train="),
    ),
    Case("wrong scheme name", {"train.conll": CONLL}, ("train.conll", "--scheme", "BOI"), ("BOI", "BIO")),
    Case("wrong task name", {"train.csv": CSV}, ("train.csv", "--task", "clasification"), ("clasification",)),
    Case("wrong format name", {"train.csv": CSV}, ("train.csv", "--format", "excel"), ("excel", "csv")),
    Case(
        "too few label names",
        {"train.csv": CSV.replace(",animal", ",0").replace(",thing", ",7"), "names.txt": "animal\nthing\n"},
        ("train.csv", "--label-names", "names.txt"),
        ("train.csv", "7"),
    ),
    Case("label map without =", {"train.csv": CSV}, ("train.csv", "--label-map", "animal"), ("--label-map", "animal")),
    Case(
        "predictions too short",
        {"test.csv": CSV, "pred.csv": "label\nanimal\n"},
        ("--split", "test=test.csv", "--predictions", "test=pred.csv"),
        ("pred.csv", "1", "24"),
    ),
    Case(
        "predictions of other tokens",
        {"test.conll": CONLL, "pred.conll": CONLL.replace("Oslo", "Rome", 1)},
        ("--split", "test=test.conll", "--predictions", "test=pred.conll"),
        ("pred.conll, line 4", "Rome", "Oslo"),
    ),
    Case(
        "predictions of a split that is not there",
        {"test.csv": CSV, "pred.csv": "label\n" + "animal\n" * 24},
        ("--split", "test=test.csv", "--predictions", "dev=pred.csv"),
        ("dev", "test"),
    ),
    Case(
        "model folder without weights",
        {"train.conll": CONLL, "model/config.json": MODEL_CONFIG, "model/tokenizer.json": "{}"},
        ("train.conll", "--model", "model"),
        ("model", "safetensors"),
    ),
    Case(
        "pickled checkpoint",
        {
            "train.conll": CONLL,
            "model/config.json": MODEL_CONFIG,
            "model/tokenizer.json": "{}",
            "model/pytorch_model.bin": pickle.dumps({"weight": 1}),
        },
        ("train.conll", "--model", "model"),
        ("pytorch_model.bin", "safetensors", "safe_serialization"),
    ),
    Case(
        "folder that is no model",
        {"train.conll": CONLL, "model/notes.txt": "hello"},
        ("train.conll", "--model", "model"),
        ("model", "config.json"),
    ),
    Case("function that is not there", {"train.csv": CSV}, ("train.csv", "--model", "nomodule:predict"), ("nomodule",)),
    Case(
        "model and predictions",
        {"test.csv": CSV, "pred.csv": CSV},
        ("--split", "test=test.csv", "--model", "x:y", "--predictions", "test=pred.csv"),
        ("--model", "--predictions"),
    ),
    Case(
        "a limit that is no number",
        {"train.csv": CSV},
        ("train.csv",),
        ("ERRATA_MAX_LINE_BYTES", "many"),
        {"ERRATA_MAX_LINE_BYTES": "many"},
    ),
    Case("no data at all", {}, (), ("DATA",)),
    Case("unknown option", {"train.csv": CSV}, ("train.csv", "--modle", "x"), ("--modle",)),
)

TOLERATED = (
    Case(
        "mixed encodings",
        {"train.csv": CSV.encode() + "caf\xe9 on the corner,thing\n".encode("latin-1")},
        ("train.csv",),
        ("train.csv", "line 26", "UTF-8"),
    ),
    Case(
        "duplicate ids",
        {"train.jsonl": jsonl({"id": "s3", "text": "Ada left", "spans": [{"start": 0, "end": 3, "label": "PER"}]})},
        ("train.jsonl",),
        ("s3",),
    ),
    Case(
        "Windows line ends and a mark",
        {"train.csv": b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode()},
        ("train.csv",),
        (),
    ),
)


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str
    left: tuple[str, ...]
    """Files and folders that were not there before."""


def write_files(case: Case, folder: Path) -> set[Path]:
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return set(folder.rglob("*"))


def left_behind(folder: Path, before: set[Path]) -> tuple[str, ...]:
    return tuple(sorted(str(path.relative_to(folder)) for path in set(folder.rglob("*")) - before))


@pytest.fixture
def run_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[[Case], Outcome]:
    """Run the command's own entry point in this process: seconds for all cases instead of minutes."""

    def run(case: Case) -> Outcome:
        before = write_files(case, tmp_path)
        monkeypatch.chdir(tmp_path)
        for name, value in case.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["errata", "analyze", *case.arguments, "--out", "made/run"])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capfd.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err, left_behind(tmp_path, before))

    return run


def run_apart(case: Case, folder: Path) -> Outcome:
    """Run the installed command in a process of its own."""
    before = write_files(case, folder)
    done = subprocess.run(
        [sys.executable, "-m", "errata", "analyze", *case.arguments, "--out", "made/run"],
        cwd=folder,
        env={**os.environ, **case.environment},
        capture_output=True,
        timeout=240,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode(), left_behind(folder, before))


def check_refusal(case: Case, outcome: Outcome) -> None:
    assert outcome.code == 2, outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.out == ""
    for part in case.says:
        assert part in outcome.err
    assert "Next: " in outcome.err
    if any(", line " in part for part in case.says):
        assert ": found " in outcome.err
        assert "; expected " in outcome.err
    assert outcome.left == (), "a half-made run is left behind"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_malformed_input_is_refused_with_the_next_step(case: Case, run_here: Callable[[Case], Outcome]) -> None:
    check_refusal(case, run_here(case))


@pytest.mark.parametrize("case", TOLERATED, ids=lambda case: case.name)
def test_what_can_be_read_is_read_and_reported(case: Case, run_here: Callable[[Case], Outcome]) -> None:
    outcome = run_here(case)
    assert outcome.code == 0, outcome.err
    for part in case.says:
        assert part in outcome.err
    assert "made/run/manifest.json" in outcome.left


def test_the_installed_command_refuses_in_a_process_of_its_own(tmp_path: Path) -> None:
    check_refusal(CASES[0], run_apart(CASES[0], tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES[1:], ids=lambda case: case.name)
def test_malformed_input_is_refused_in_a_process_of_its_own(case: Case, tmp_path: Path) -> None:
    check_refusal(case, run_apart(case, tmp_path))
