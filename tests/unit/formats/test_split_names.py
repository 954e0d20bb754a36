"""Splits are told from file names, and names that go together are kept together."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from errata.formats.split_names import candidate, choose


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train.csv", "train"),
        ("eng.testa", "dev"),
        ("eng.testb.gz", "test"),
        ("wnut17train.conll", "train"),
        ("emerging.dev.conll", "dev"),
        ("valid.txt", "dev"),
        ("validation-00000-of-00002.parquet", "dev"),
        ("trainData.csv", "train"),
        ("TestSet.tsv", "test"),
        ("weiboNER_2nd_conll.train.gz", "train"),
        ("TREC.test.all", "test"),
        ("imdb_test.jsonl.gz", "test"),
        ("eval.jsonl", "eval"),
        ("unlabeled.csv", "unlabelled"),
        ("samples10000valMed.csv", None),
        ("contest.csv", None),
        ("developers.csv", None),
        ("all.csv", None),
    ],
)
def test_names(name: str, split: str | None) -> None:
    found = candidate(PurePath(name))
    assert (found.split if found else None) == split


def chosen(*names: str) -> tuple[dict[str, list[str]], list[str]]:
    found = [known for name in names if (known := candidate(PurePath(name)))]
    good, unclear = choose(found)
    return {split: [known.path.name for known in files] for split, files in good.items()}, sorted(unclear)


@pytest.mark.parametrize(
    ("names", "expected", "unclear"),
    [
        (
            ("train.csv", "test.csv", "TREC.train.all", "TREC.test.all"),
            {"test": ["test.csv"], "train": ["train.csv"]},
            [],
        ),
        (("gold_train.x", "gold_dev.x", "gold_nested_dev.x"), {"dev": ["gold_dev.x"], "train": ["gold_train.x"]}, []),
        (
            ("gold_train.x", "a_train.x", "gold_dev.x", "a_dev.x"),
            {"dev": ["gold_dev.x"], "train": ["gold_train.x"]},
            [],
        ),
        (("v1.train", "v2.train", "v1.dev", "v2.dev"), {}, ["dev", "train"]),
        (("train_clean.tsv", "train_noisy.tsv", "dev.tsv"), {"dev": ["dev.tsv"]}, ["train"]),
        (("ai_dev.txt", "ai_test.txt", "art_dev.txt"), {"test": ["ai_test.txt"]}, ["dev"]),
        (
            ("train-00000-of-00002.parquet", "train-00001-of-00002.parquet"),
            {"train": ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]},
            [],
        ),
        (("train.csv", "train.jsonl"), {}, ["train"]),
    ],
)
def test_choice(names: tuple[str, ...], expected: dict[str, list[str]], unclear: list[str]) -> None:
    assert chosen(*names) == (expected, unclear)
