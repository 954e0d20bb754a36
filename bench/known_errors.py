"""Public data sets whose label errors are known, as the label-issue benchmark reads them.

Nothing of them is in this repository: ``folder`` is where the sets lie. A set that is not there is left out.

NER sets: the noisy release is the data set; a token is wrong when its label (B- and I- merged or not, see
``wrong_tokens``) differs from the corrected release; a sentence is wrong when one of its tokens is. Sentences that
cannot be aligned are not scored. Text sets: natural noise with a known correction, or a fixed share of labels changed
at random with a fixed seed.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from errata.core.types import Bools, DataSet, Ints, Tokens
from errata.formats.tagging import bio_tag_set, decode, tag_set, with_chars

UNKNOWN = -2
"""Correction that nobody knows."""


@dataclass(frozen=True, slots=True)
class KnownErrors:
    """A data set and what is wrong with it.

    ``is_wrong`` and ``is_scored`` bool ``(n_samples,)``. NER: ``wrong_tokens`` bool ``(n_tokens,)``. ``correct``: label
    code of each token (-1 = none) or sample in the corrected release, UNKNOWN where it is not known.
    """

    name: str
    data: DataSet
    is_wrong: Bools
    is_scored: Bools
    correct: Ints
    wrong_tokens: Bools | None = None


Sentences = list[tuple[list[str], list[str]]]
"""Words and tags of each sentence."""


def load(name: str, folder: Path) -> KnownErrors:
    """The set called ``name``, see ``SETS``."""
    return replace(SETS[name](folder), name=name)


def available(folder: Path) -> list[str]:
    """Names of the sets whose files are there."""
    return [name for name, needed in _NEEDS.items() if (folder / needed).exists()]


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    return content.decode("utf-8", errors="replace")


def _sentences(path: Path, word: int = 0, tag: int = -1) -> Sentences:
    found: Sentences = []
    words: list[str] = []
    tags: list[str] = []
    for line in [*_text_of(path).split("\n"), ""]:
        fields = line.strip("\r").split("\t") if "\t" in line else line.strip("\r").split(" ")
        if len(fields) < 2 or not any(fields):
            if words and words[0] != "-DOCSTART-":
                found.append((words, tags))
            words, tags = [], []
            continue
        words.append(fields[word])
        tags.append(fields[tag])
    return found


def _as_bio(tags: Sequence[str]) -> list[str]:
    """IOB1, BIOES and BIO tags of one sentence as BIO."""
    out, previous = [], "O"
    for tag in tags:
        head, _, label = tag.partition("-")
        begins = head in ("B", "S") or previous == "O" or previous.partition("-")[2] != label
        begins = begins or previous[0] in ("E", "S")
        out.append("O" if tag == "O" else f"{'B' if begins else 'I'}-{label}")
        previous = tag
    return out


def ner_data(splits: dict[str, Sentences]) -> DataSet:
    """A DataSet of tagged sentences."""
    words = [sentence[0] for part in splits.values() for sentence in part]
    tags = [_as_bio(sentence[1]) for part in splits.values() for sentence in part]
    labels = sorted({tag.partition("-")[2] for sentence in tags for tag in sentence} - {""})
    of_tag = bio_tag_set(labels)
    code = {name: number for number, name in enumerate(of_tag.names)}
    lengths = np.array([len(sentence) for sentence in words], np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    flat = [word for sentence in words for word in sentence]
    size = np.array([len(word) for word in flat], np.int64)
    first = np.cumsum(size + 1) - size - 1
    char_start = first - np.repeat(np.append(first, 0)[offsets[:-1]], lengths)
    tokens = Tokens(
        offsets, char_start.astype(np.int32), (char_start + size).astype(np.int32), pa.array(flat, pa.large_string())
    )
    codes = np.array([code[tag] for sentence in tags for tag in sentence], np.int32)
    spans = with_chars(decode(tag_set(of_tag.names, "BIO", labels), codes, offsets), tokens)
    return DataSet(
        task="ner",
        labels=tuple(labels),
        samples=_samples({name: [" ".join(s[0]) for s in part] for name, part in splits.items()}),
        has_gold=np.ones(len(words), np.bool_),
        tokens=tokens,
        gold_spans=spans,
        scheme="BIO",
    )


def _samples(texts: dict[str, list[str]]) -> pa.Table:
    split = [name for name, part in texts.items() for _ in part]
    index = [position for part in texts.values() for position in range(len(part))]
    return pa.table(
        {
            "sample_id": pa.array([f"{name}-{at}" for name, at in zip(split, index, strict=True)], pa.string()),
            "split": pa.array(split, pa.string()),
            "index": pa.array(index, pa.int32()),
            "text": pa.array([text for part in texts.values() for text in part], pa.large_string()),
        }
    )


def text_data(splits: dict[str, list[tuple[str, str]]]) -> DataSet:
    """A DataSet of (text, label) pairs."""
    names = sorted({label for part in splits.values() for _, label in part})
    code = {name: number for number, name in enumerate(names)}
    return DataSet(
        task="classification",
        labels=tuple(names),
        samples=_samples({name: [text for text, _ in part] for name, part in splits.items()}),
        has_gold=np.ones(sum(len(part) for part in splits.values()), np.bool_),
        gold_labels=np.array([code[label] for part in splits.values() for _, label in part], np.int32),
    )


def _labels_of(tags: Sequence[str], code: dict[str, int]) -> list[int]:
    return [code.get(tag.partition("-")[2], -1) if tag != "O" else -1 for tag in tags]


def _ner(
    noisy: dict[str, Sentences], corrected: dict[str, dict[int, list[str]]], scored: Callable[[str, int], bool]
) -> KnownErrors:
    """``corrected``: per split and sentence its true tags; sentences left out of it are right."""
    data = ner_data(noisy)
    code = {name: number for number, name in enumerate(data.labels)}
    wrong, correct, is_scored, is_wrong = [], [], [], []
    for split, part in noisy.items():
        for at, (_, tags) in enumerate(part):
            given, true = _as_bio(tags), _as_bio(corrected.get(split, {}).get(at, tags))
            differs = [a != b for a, b in zip(given, true, strict=True)]
            wrong += differs
            correct += _labels_of(true, code)
            is_wrong.append(any(differs))
            is_scored.append(scored(split, at))
    return KnownErrors("", data, np.array(is_wrong), np.array(is_scored), np.array(correct, np.int32), np.array(wrong))


def _rows(path: Path) -> Iterator[dict[str, object]]:
    return (json.loads(line) for line in _text_of(path).split("\n") if line)


def _patched(
    noisy: dict[str, Sentences], path: Path, keep: Callable[[dict[str, object]], bool] = lambda row: True
) -> dict[str, dict[int, list[str]]]:
    """True tags of the sentences that a file of wrong tokens names."""
    out: dict[str, dict[int, list[str]]] = {}
    for row in _rows(path):
        if keep(row):
            split, sentence, token = str(row["split"]), int(row["sent"]), int(row["token"])  # type: ignore[call-overload]
            tags = out.setdefault(split, {}).setdefault(sentence, _as_bio(noisy[split][sentence][1]))
            tags[token] = str(row["corrected"])
    return out


def conllpp(folder: Path) -> KnownErrors:
    names = {"train": "eng.train", "dev": "eng.testa", "test": "eng.testb"}
    noisy = {split: _sentences(folder / "conll2003" / name) for split, name in names.items()}
    fixed = _sentences(folder / "conllpp" / "conllpp_test.txt")
    return _ner(noisy, {"test": {at: tags for at, (_, tags) in enumerate(fixed)}}, lambda split, _: split == "test")


def yoruba_ner(folder: Path) -> KnownErrors:
    base = folder / "yoruba_ner"
    noisy = {"train": _sentences(base / "train_clean_noisy_labels.tsv")}
    noisy |= {split: _sentences(base / f"{split}.tsv") for split in ("dev", "test")}
    return _ner(noisy, _patched(noisy, base / "known_errors.jsonl"), lambda split, _: split == "train")


def weibo(folder: Path) -> KnownErrors:
    base = folder / "weibo_ner"
    noisy = {split: _sentences(base / f"weiboNER.conll.{split}.gz") for split in ("train", "dev", "test")}
    unaligned = {("train", 517), ("test", 7)}
    return _ner(noisy, _patched(noisy, base / "known_errors.jsonl"), lambda split, at: (split, at) not in unaligned)


def nemo(folder: Path, annotator: str) -> KnownErrors:
    base = folder / "nemo_hebrew"
    splits = ("train", "dev", "test")
    noisy = {split: _sentences(base / f"annotator_{annotator}_{split}.bmes.gz") for split in splits}
    known = {" ".join(words) for split in splits for words, _ in _sentences(base / f"gold_{split}.bmes.gz")}
    patched = _patched(noisy, base / "known_errors.jsonl.gz", lambda row: row["annotator"] == annotator)
    return _ner(noisy, patched, lambda split, at: " ".join(noisy[split][at][0]) in known)


def _texts(
    noisy: dict[str, list[tuple[str, str]]], true: dict[tuple[str, int], str | None], scored: Callable[[str, int], bool]
) -> KnownErrors:
    data = text_data(noisy)
    code = {name: number for number, name in enumerate(data.labels)}
    keys = [(split, at) for split, part in noisy.items() for at in range(len(part))]
    correct = np.asarray(data.gold_labels).copy()
    wrong = np.zeros(len(data), np.bool_)
    for position, key in enumerate(keys):
        if key in true:
            label = true[key]
            wrong[position] = True
            correct[position] = UNKNOWN if label is None else code.get(label, UNKNOWN)
    return KnownErrors("", data, wrong, np.array([scored(*key) for key in keys]), correct)


def yoruba_topics(folder: Path) -> KnownErrors:
    base = folder / "yoruba_newsclass"
    names = {"train": "train_clean_noisy_labels.tsv", "dev": "dev.tsv", "test": "test.tsv"}
    parts = {}
    for split, name in names.items():
        rows = csv.DictReader(io.StringIO(_text_of(base / name)), delimiter="\t")
        parts[split] = [(row["news_title"], row["label"]) for row in rows]
    true = {("train", int(str(row["index"]))): str(row["corrected"]) for row in _rows(base / "known_errors.jsonl")}
    return _texts(parts, dict(true), lambda split, _: split == "train")


def noisy_agnews(folder: Path) -> KnownErrors:
    base = folder / "noisy_agnews"
    rows = list(csv.DictReader(io.StringIO(_text_of(base / "samples10000valMed.csv.gz"))))
    true = {("val", at): row["gt"] for at, row in enumerate(rows) if row["gt"] != row["label"]}
    return _texts({"val": [(row["text"], row["label"]) for row in rows]}, dict(true), lambda *_: True)


def imdb(folder: Path) -> KnownErrors:
    """Scored on the reviews that people verified; wrong where either study found an error."""
    base = folder / "imdb_cleanlab"
    rows = list(_rows(base / "imdb_test.jsonl.gz"))
    true: dict[tuple[str, int], str | None] = {}
    verified = set()
    for row in _rows(base / "verified.jsonl"):
        at = int(str(row["index"]))
        verified.add(at)
        if row.get("is_error_cleanlab") or row.get("is_error_lnlfm"):
            given = str(row["original"])
            verdicts = (row.get("verdict_cleanlab"), row.get("verdict_lnlfm"))
            true[("test", at)] = {"neg": "pos", "pos": "neg"}[given] if "correctable" in verdicts else None
    data = {"test": [(str(row["text"]), str(row["label"])) for row in rows]}
    return _texts(data, true, lambda _, at: at in verified)


def with_noise(pairs: list[tuple[str, str]], share: float, seed: int) -> KnownErrors:
    """``share`` of the labels replaced by another one, uniformly at random."""
    rng = np.random.default_rng(seed)
    names = sorted({label for _, label in pairs})
    noisy, true = list(pairs), {}
    for at in sorted(rng.choice(len(pairs), round(share * len(pairs)), replace=False).tolist()):
        text, label = pairs[at]
        others = [name for name in names if name != label]
        noisy[at] = (text, others[int(rng.integers(len(others)))])
        true[("train", at)] = label
    return _texts({"train": noisy}, dict(true), lambda *_: True)


def _trec(folder: Path) -> list[tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(_text_of(folder / "trec" / "train.csv")))
    return [(row["text"], row["label"]) for row in rows]


def _sst2(folder: Path) -> list[tuple[str, str]]:
    lines = _text_of(folder / "sst2" / "stsa.binary.train").split("\n")
    return [(line[2:], line[0]) for line in lines if line]


def _banking77(folder: Path) -> list[tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(_text_of(folder / "banking77" / "train.csv")))
    return [(row["text"], row["category"]) for row in rows]


def _atis(folder: Path) -> list[tuple[str, str]]:
    pairs = []
    for line in _text_of(folder / "atis" / "train.txt").split("\n"):
        words, _, label = line.partition(" <=> ")
        if label:
            pairs.append((" ".join(word.rpartition(":")[0] for word in words.split()), label.strip()))
    return pairs


def _planted(
    read: Callable[[Path], list[tuple[str, str]]], share: float = 0.05, seed: int = 0
) -> Callable[[Path], KnownErrors]:
    return lambda folder: with_noise(read(folder), share, seed)


SETS: dict[str, Callable[[Path], KnownErrors]] = {
    "conllpp": conllpp,
    "nemo_a": lambda folder: nemo(folder, "a"),
    "nemo_b": lambda folder: nemo(folder, "b"),
    "weibo": weibo,
    "yoruba_ner": yoruba_ner,
    "yoruba_topics": yoruba_topics,
    "noisy_agnews": noisy_agnews,
    "imdb": imdb,
    "trec_5": _planted(_trec),
    "sst2_5": _planted(_sst2),
    "atis_5": _planted(_atis),
    "banking77_5": _planted(_banking77),
}
_NEEDS = {
    "conllpp": "conllpp/conllpp_test.txt",
    "nemo_a": "nemo_hebrew/known_errors.jsonl.gz",
    "nemo_b": "nemo_hebrew/known_errors.jsonl.gz",
    "weibo": "weibo_ner/known_errors.jsonl",
    "yoruba_ner": "yoruba_ner/known_errors.jsonl",
    "yoruba_topics": "yoruba_newsclass/known_errors.jsonl",
    "noisy_agnews": "noisy_agnews/known_errors.jsonl",
    "imdb": "imdb_cleanlab/verified.jsonl",
    "trec_5": "trec/train.csv",
    "sst2_5": "sst2/stsa.binary.train",
    "atis_5": "atis/train.txt",
    "banking77_5": "banking77/train.csv",
}
