"""Real data sets: every file is read or refused with the next step, folders as a user would name them, counts as published.

Skipped where the data are not there; they may not be published.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from errata.core.errors import InputError
from errata.core.types import DataSet, ReadOptions, Source
from errata.formats.contents import read_bytes
from errata.formats.predictions import read_predictions
from errata.formats.preflight import inspect
from errata.formats.read import read
from errata.formats.sources import find_sources


@cache
def load(folder: Path, **options: Any) -> DataSet:
    return read(find_sources(folder), ReadOptions(**options))


def counts(data: DataSet) -> dict[str, tuple[int, ...]]:
    """Samples, tokens and gold spans (or samples and labels) per split."""
    names, codes = data.split_codes()
    found = {}
    for number, name in enumerate(names):
        here = codes == number
        if data.tokens is not None and data.gold_spans is not None:
            n_spans = int(here[data.gold_spans.sample].sum())
            found[name] = (int(here.sum()), int(data.tokens.lengths()[here].sum()), n_spans)
        else:
            assert data.gold_labels is not None
            gold = data.gold_labels[here]
            found[name] = (int(here.sum()), int(gold.sum() if gold.ndim == 2 else (gold >= 0).sum()))
    return found


NER = {
    "conll2003": ("IOB1", {"train": (14041, 203621, 23499), "dev": (3250, 51362, 5942), "test": (3453, 46435, 5648)}),
    "conllpp": ("BIO", {"train": (14041, 203621, 23499), "dev": (3250, 51362, 5942), "test": (3453, 46435, 5702)}),
    "wnut17": ("BIO", {"train": (3394, 62730, 1975), "dev": (1009, 15733, 836), "test": (1287, 23394, 1079)}),
    "nemo_hebrew": ("BIOES", {"train": (5168, 97467, 6757), "dev": (484, 8358, 489), "test": (491, 8829, 468)}),
    "crossner/ai": ("BIO", {"train": (100, 3782, 532), "dev": (350, 10919, 1549), "test": (431, 12991, 1809)}),
    "atis": ("BIO", {"train": (4478, 50497, 14851), "dev": (500, 5703, 1709), "test": (893, 9164, 2837)}),
    "snips": ("BIO", {"train": (13084, 119623, 33877), "dev": (700, 6565, 1871), "test": (700, 6595, 1794)}),
}

CLASSES = {
    "banking77": (77, {"train": (10003, 10003), "test": (3080, 3080)}),
    "go_emotions": (28, {"train": (43410, 51103), "dev": (5426, 6380), "test": (5427, 6329)}),
    "noisy_agnews": (4, {"train": (10000, 10000)}),
    "imdb_cleanlab": (2, {"test": (25000, 25000)}),
    "trec": (6, {"train": (5452, 5452), "test": (500, 500)}),
    "sst2": (2, {"train": (6920, 6920), "dev": (872, 872), "test": (1821, 1821)}),
}


@pytest.mark.parametrize("name", NER)
def test_ner_folders_have_the_published_counts(shared: Path, name: str) -> None:
    scheme, expected = NER[name]
    data = load(shared / "data" / name)
    assert (data.task, data.scheme) == ("ner", scheme)
    assert counts(data) == expected
    assert_surfaces(data)


@pytest.mark.parametrize("name", CLASSES)
def test_classification_folders_have_the_published_counts(shared: Path, name: str) -> None:
    n_labels, expected = CLASSES[name]
    data = load(shared / "data" / name)
    assert len(data.labels) == n_labels
    assert counts(data) == expected
    assert data.has_gold.all()
    assert any(notice.code == "sample_counts" for notice in inspect(data))


def assert_surfaces(data: DataSet) -> None:
    """A thousand tokens and spans, wherever they are, stand in their texts."""
    assert data.tokens is not None
    assert data.gold_spans is not None
    text, sample = data.samples["text"].to_pylist(), data.tokens.sample()
    for at in np.linspace(0, len(data.tokens) - 1, 1000).astype(int).tolist():
        start, end = int(data.tokens.char_start[at]), int(data.tokens.char_end[at])
        assert text[sample[at]][start:end] == data.tokens.text[at].as_py()
    spans = data.gold_spans
    for at in np.linspace(0, len(spans) - 1, 1000).astype(int).tolist():
        first = int(data.tokens.offsets[spans.sample[at]])
        words = data.tokens.text.slice(first + int(spans.start[at]), int(spans.end[at] - spans.start[at])).to_pylist()
        surface = text[spans.sample[at]][spans.char_start[at] : spans.char_end[at]]
        assert surface in (" ".join(words), "".join(words))


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("weibo_ner", "train=weiboNER.conll.train.gz dev=weiboNER.conll.dev.gz test=weiboNER.conll.test.gz"),
        ("yoruba_ner", "train=train_clean_noisy_labels.tsv"),
        ("yoruba_newsclass", "train=train_clean.tsv"),
        ("crossner/v1", "dev=ai_dev.txt.gz train=science_train.txt.gz test=ai_test.txt.gz"),
    ],
)
def test_ambiguous_folders_are_refused_until_a_file_is_chosen(shared: Path, name: str, choice: str) -> None:
    folder = shared / "data" / name
    with pytest.raises(InputError, match="files for the split") as refusal:
        find_sources(folder)
    assert "--split" in refusal.value.remedy
    splits = dict(pair.split("=") for pair in choice.split())
    assert len(read(find_sources(folder, splits), ReadOptions())) > 100


def test_undecodable_bytes_are_counted_with_their_lines(shared: Path) -> None:
    data = read(find_sources(shared / "data" / "weibo_ner" / "weiboNER.conll.train.gz"), ReadOptions())
    notice = next(notice for notice in data.notices if notice.code == "undecodable_bytes")
    assert (notice.count, notice.examples[0]) == (12, "weiboNER.conll.train.gz, line 5873")
    assert counts(data) == {"train": (1350, 73780, 1391)}
    assert " " not in data.samples["text"][0].as_py()


def test_nested_layers(shared: Path) -> None:
    data = read(find_sources(shared / "data" / "nemo_hebrew" / "gold_nested_dev.bmes.gz"), ReadOptions())
    assert {notice.code for notice in inspect(data)} >= {"nested_layers", "overlapping_span"}


def test_two_gold_columns_are_rivals(shared: Path) -> None:
    data = read(find_sources(shared / "data" / "nessie_examples" / "easy_span.conll"), ReadOptions())
    assert [notice.code for notice in data.notices] == ["rival_tag_columns"]
    gold = read(find_sources(shared / "data" / "nessie_examples" / "easy_span.conll"), ReadOptions(tags="2"))
    assert data.gold_spans is not None
    assert gold.gold_spans is not None
    assert not np.array_equal(gold.gold_spans.label, data.gold_spans.label)


def test_probabilities_of_others_belong_to_the_texts(shared: Path) -> None:
    folder = shared / "data" / "imdb_cleanlab"
    made, _ = read_predictions({"test": folder / "imdb_test_set_pyx.npy"}, load(folder), ReadOptions())
    gold = load(folder).gold_labels
    assert gold is not None
    assert made.class_pred is not None
    assert 0.05 < float((made.class_pred != gold).mean()) < 0.15


def test_a_corrected_file_is_predictions_for_the_original(shared: Path) -> None:
    data = read(find_sources(shared / "data" / "conll2003" / "eng.testb"), ReadOptions())
    made, notices = read_predictions({"test": shared / "data" / "conllpp" / "conllpp_test.txt"}, data, ReadOptions())
    assert made.spans is not None
    assert (len(made.spans), made.labels, notices) == (5702, data.labels, ())


def test_every_file_is_read_or_refused_and_its_bytes_are_kept(shared: Path) -> None:
    read_ones = 0
    for path in sorted(path for path in (shared / "data").rglob("*") if path.is_file()):
        raw = path.read_bytes()
        content = read_bytes(path)
        assert content == (gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw)
        try:
            data = read([Source("train", path.name, content)], ReadOptions(limit=200))
        except InputError as refusal:
            assert path.name in str(refusal)
            assert refusal.remedy
            continue
        read_ones += 1
        assert data.sources[0].content is content
        assert len(data) <= 200
    assert read_ones >= 70
