"""Files, folders and flags become sources; what is ambiguous is said with flags to paste."""

from __future__ import annotations

import gzip
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from errata.core.errors import InputError, UsageError
from errata.core.types import ReadOptions, Source
from errata.formats.read import read
from errata.formats.sources import find_sources, sources_of

CONLL = b"Ada B-PER\nsat O\n\n"
CSV = b"text,label\na,x\nb,y\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fill(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def shown(sources: tuple[Source, ...]) -> list[tuple[str, str, str]]:
    return [(source.split, source.name, source.format) for source in sources]


def test_a_file_says_its_split_or_is_train(place: Path) -> None:
    fill(place, {"my.testb": CONLL, "plain.conll.gz": gzip.compress(CONLL)})
    assert shown(find_sources("my.testb")) == [("test", "my.testb", "conll")]
    (source,) = find_sources(place / "plain.conll.gz")
    assert (source.split, source.content) == ("train", CONLL)


def test_a_folder_of_splits(place: Path) -> None:
    aside = {
        "README.md": b"# x",
        "known_errors.jsonl": b"{}",
        ".hidden": b"x",
        "scores.npy": b"\x93NUMPY",
        "labels.json": b"[]",
    }
    fill(place, {"eng.train": CONLL, "eng.testa": CONLL, "zz.unlabelled": CONLL, "other.conll": CONLL, **aside})
    assert shown(find_sources(place)) == [
        ("train", "eng.train", "conll"),
        ("dev", "eng.testa", "conll"),
        ("unlabelled", "zz.unlabelled", "conll"),
    ]


def test_a_lone_file_is_train_and_annotators_stand_aside(place: Path) -> None:
    fill(place, {"data.csv": CSV, "annotators3.jsonl": b"{}", "notes.md": b"x"})
    assert shown(find_sources(place)) == [("train", "data.csv", "csv")]


def test_data_may_lie_in_a_folder_of_that_name(place: Path) -> None:
    fill(place, {"README.md": b"x", "data/train-00000-of-00001.csv": CSV})
    assert shown(find_sources(place)) == [("train", "train-00000-of-00001.csv", "csv")]


def test_flags_win_over_the_folder(place: Path) -> None:
    fill(place, {"d/train.csv": CSV, "d/b.csv": CSV, "c.csv": CSV, "d/test.csv": CSV})
    found = find_sources("d", {"validation": "b.csv", "train": "c.csv"})
    assert shown(found) == [("train", "c.csv", "csv"), ("dev", "b.csv", "csv"), ("test", "test.csv", "csv")]
    assert shown(find_sources(None, {"my split": "c.csv"})) == [("my split", "c.csv", "csv")]


def test_two_files_for_a_split_come_with_flags_that_work(place: Path) -> None:
    fill(place, {"d/train_clean.csv": CSV, "d/train_noisy.csv": CSV, "d/test.csv": CSV})
    with pytest.raises(
        InputError, match=r"2 files for the split train \(train_clean.csv, train_noisy.csv\)"
    ) as refusal:
        find_sources("d")
    command = shlex.split(refusal.value.remedy.partition("errata analyze ")[2])
    name, _, path = command[command.index("--split") + 1].partition("=")
    assert shown(find_sources(command[0], {name: path})) == [
        ("train", "train_clean.csv", "csv"),
        ("test", "test.csv", "csv"),
    ]


def test_names_with_spaces_can_be_pasted(place: Path) -> None:
    fill(place, {"my data/v1 train.csv": CSV, "my data/v2 train.csv": CSV})
    with pytest.raises(InputError) as refusal:
        find_sources("my data")
    assert shlex.split(refusal.value.remedy)[-1] == "train=my data/v1 train.csv"


@pytest.mark.parametrize(
    ("data", "says", "remedy"),
    [
        ("empty", "no data files", "--split NAME=PATH"),
        ("nested", "but folders with some", "errata analyze nested/a"),
        ("many", "2 files, none of which names a split", "--split NAME=many/x.csv"),
        ("none.csv", "no such file", "check the path"),
        ("./none", "no such file", "check the path"),
        ("a b", "no such file", "check the path"),
    ],
)
def test_what_is_not_there_is_said(place: Path, data: str, says: str, remedy: str) -> None:
    fill(place, {"empty/README.md": b"x", "nested/a/train.csv": CSV, "many/x.csv": CSV, "many/y.csv": CSV})
    with pytest.raises(InputError, match=says) as refusal:
        find_sources(data)
    assert remedy in refusal.value.remedy


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden"])
def test_split_names_are_no_paths(place: Path, name: str) -> None:
    fill(place, {"a.csv": CSV})
    with pytest.raises(UsageError, match="not a name for a split"):
        find_sources(None, {name: "a.csv"})


def test_nothing_at_all() -> None:
    with pytest.raises(UsageError, match="no data"):
        find_sources(None)


def test_label_names_beside_the_files_are_used_for_numbers(place: Path) -> None:
    fill(place, {"labels.txt": b"neg\npos\n", "train.tsv": b"some text here\t1\tid1\nanother one\t0\tid2\n"})
    found = find_sources(place)
    assert shown(found) == [("train", "labels.txt", "label-names"), ("train", "train.tsv", "tsv")]
    data = read(found, ReadOptions())
    assert data.gold_labels is not None
    assert (data.labels, data.gold_labels.tolist()) == (("neg", "pos"), [1, 0])
    assert read(
        find_sources(place, {}, ReadOptions(label_names=("a", "b"))), ReadOptions(label_names=("a", "b"))
    ).labels == ("a", "b")


def test_label_names_that_do_not_fit_are_left_alone(place: Path) -> None:
    fill(place, {"classes.txt": b"one\ntwo\n", "train.csv": CSV})
    assert read(find_sources(place), ReadOptions()).labels == ("x", "y")


def test_objects_become_sources() -> None:
    found = sources_of({"validation": [{"text": "a", "label": "x"}], "train": [{"text": "b", "label": "y"}]})
    assert shown(found) == [("dev", "dev.jsonl", "jsonl"), ("train", "train.jsonl", "jsonl")]
    assert read(found, ReadOptions()).splits == ("train", "dev")
