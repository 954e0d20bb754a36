"""Tiny random checkpoints in Hugging Face format, and data sets built from plain lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from errata.core.types import DataSet, Spans, Task, Tokens

SENTENCES = [
    ["Anna", "Smith", "lives", "in", "unbelievable", "Paris", "."],
    ["😀", "👍🏽", "café", "naïve", "zażółć"],
    ["שלום", "עולם", "in", "مرحبا"],
    ["東京", "は", "大都市", "です"],
    [],
    ["\x00", "\u200b", "Anna"],
    ["\x00"],
    [f"w{number}" if number % 7 else "antidisestablishmentarianism" for number in range(60)],
    ["x" * 90, "in", "y" * 41, "Paris"],
    ["Paris"],
]
TEXTS = [
    "Anna Smith lives in Paris.",
    "",
    "\x00",
    "שלום 😀 東京 café",
    "a long text about nothing in particular, " * 12,
    "short",
    "z" * 95,
]
TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")


@pytest.fixture(scope="session")
def ner() -> Callable[..., DataSet]:
    """``ner(sentences, labels=…, spans=[(sample, start, end, label code), …])``; words joined by blanks."""

    def build(
        sentences: Sequence[Sequence[str]],
        labels: Sequence[str] = ("LOC", "PER"),
        spans: Sequence[tuple[int, int, int, int]] = (),
    ) -> DataSet:
        bounds: list[tuple[int, int]] = []
        for words in sentences:
            at = 0
            for word in words:
                bounds.append((at, at + len(word)))
                at += len(word) + 1
        low, high = np.array(bounds or np.empty((0, 2)), np.int32).reshape(-1, 2).T
        offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
        words = pa.array([word for words in sentences for word in words], pa.large_string())
        tokens = Tokens(offsets, low, high, words)
        sample, start, end, label = np.array(spans or np.empty((0, 4)), np.int32).reshape(-1, 4).T
        gold = Spans(sample, start, end, low[offsets[sample] + start], high[offsets[sample] + end - 1], label)
        return DataSet(
            task="ner",
            labels=tuple(labels),
            samples=_samples([" ".join(words) for words in sentences]),
            has_gold=np.ones(len(sentences), np.bool_),
            tokens=tokens,
            gold_spans=gold,
        )

    return build


@pytest.fixture(scope="session")
def texts() -> Callable[..., DataSet]:
    """``texts(list of str, labels=…, task=…)``, unlabelled."""

    def build(
        items: Sequence[str], labels: Sequence[str] = ("bad", "good", "so-so"), task: Task = "classification"
    ) -> DataSet:
        return DataSet(
            task=task, labels=tuple(labels), samples=_samples(items), has_gold=np.zeros(len(items), np.bool_)
        )

    return build


def _samples(items: Sequence[str]) -> pa.Table:
    return pa.table(
        {
            "sample_id": [f"test-{index}" for index in range(len(items))],
            "split": ["test"] * len(items),
            "index": pa.array(range(len(items)), pa.int32()),
            "text": pa.array(items, pa.large_string()),
        }
    )


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """``bert(kind, names, …)``: folder of a random two-layer BERT with a window of 30 subwords, made once each."""
    made: dict[str, Path] = {}

    def build(kind: str, names: Sequence[str], **config: object) -> Path:
        key = json.dumps([kind, list(names), config], default=str)
        if key not in made:
            made[key] = _save_bert(tmp_path_factory.mktemp("bert"), kind, names, config)
        return made[key]

    return build


def _save_bert(folder: Path, kind: str, names: Sequence[str], config: dict[str, object]) -> Path:
    import torch
    import transformers

    torch.set_num_threads(1)  # these models are too small to share out; threads would only wait for each other
    size = len(_save_wordpiece(folder))
    torch.manual_seed(7)
    settings = transformers.BertConfig(
        vocab_size=size,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
        initializer_range=0.5,
        id2label=dict(enumerate(names)),
        label2id={name: column for column, name in enumerate(names)},
        **config,
    )
    model = (
        transformers.BertForTokenClassification(settings)
        if kind == "token"
        else transformers.BertForSequenceClassification(settings)
    )
    model.save_pretrained(folder)
    return folder


def _save_wordpiece(folder: Path) -> dict[str, int]:
    """A cased WordPiece tokenizer of a few words and single characters, with a truncation saved with it."""
    import tokenizers
    import transformers

    letters = sorted({letter for sentence in SENTENCES for word in sentence for letter in word} - set("😀\x00\u200b"))
    letters += [letter for letter in "abcdefghijklmnopqrstuvwxyz,." if letter not in letters]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Paris", "Anna", "##able", "un", "##believ"]
    vocabulary = {token: at for at, token in enumerate([*words, *letters, *(f"##{letter}" for letter in letters)])}
    backend = tokenizers.Tokenizer(
        tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100)
    )
    backend.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    backend.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    backend.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    backend.enable_truncation(8)
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend,
        model_max_length=32,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
    return vocabulary
