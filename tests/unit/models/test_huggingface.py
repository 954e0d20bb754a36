"""Loading: what is missing, damaged or hostile in a checkpoint is an error with a next step, and nothing connects out."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from errata.core.errors import ModelError
from errata.core.types import DataSet
from errata.models.loading import load_predictor
from tests.unit.models.conftest import SENTENCES, TAGS, TEXTS

transformers = pytest.importorskip("transformers")
import safetensors.torch  # noqa: E402 - needs torch
import torch  # noqa: E402

Build = Callable[..., DataSet]
Bert = Callable[..., Path]


@pytest.fixture
def copy(bert: Bert, tmp_path: Path) -> Path:
    """A token classifier of one's own to spoil."""
    return Path(shutil.copytree(bert("token", TAGS), tmp_path / "copy"))


def change_config(folder: Path, **values: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_float16_weights_run_in_float32(copy: Path, ner: Build) -> None:
    model = transformers.AutoModelForTokenClassification.from_pretrained(copy)
    model.half().save_pretrained(copy)
    halved = safetensors.torch.load_file(copy / "model.safetensors")
    assert {tensor.dtype for tensor in halved.values()} == {torch.float16}
    found = load_predictor(copy).predict(ner(SENTENCES))
    exact = transformers.AutoModelForTokenClassification.from_pretrained(copy).float()
    exact.save_pretrained(copy)
    np.testing.assert_array_equal(found.token_probs, load_predictor(copy).predict(ner(SENTENCES)).token_probs)


def test_a_missing_head_is_not_made_up(copy: Path) -> None:
    path = copy / "model.safetensors"
    weights = safetensors.torch.load_file(path)
    safetensors.torch.save_file({k: v for k, v in weights.items() if "classifier" not in k}, path, {"format": "pt"})
    with pytest.raises(ModelError, match="2 of its weights are missing, such as classifier"):
        load_predictor(copy)


def test_damaged_weights(copy: Path) -> None:
    path = copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match="the model cannot be loaded"):
        load_predictor(copy)


def test_weights_of_another_shape(copy: Path) -> None:
    change_config(copy, id2label={"0": "O", "1": "B-X"}, label2id={"O": 0, "B-X": 1})
    with pytest.raises(ModelError, match="the model cannot be loaded"):
        load_predictor(copy)


def test_an_unknown_architecture(copy: Path) -> None:
    change_config(copy, model_type="novel", architectures=["NovelForTokenClassification"])
    with pytest.raises(ModelError, match="NovelForTokenClassification, is not one of transformers"):
        load_predictor(copy)
    change_config(copy, architectures=["BertForTokenClassification"])
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_predictor(copy)


def test_weights_without_a_place_are_reported(copy: Path, ner: Build) -> None:
    path = copy / "model.safetensors"
    weights = safetensors.torch.load_file(path) | {
        "crf.transitions": torch.zeros(5, 5),
        "bert.pooler.x": torch.zeros(1),
    }
    safetensors.torch.save_file(weights, path, {"format": "pt"})
    notices = {notice.code: notice for notice in load_predictor(copy).check(ner([["a"]]))}
    assert notices["unused_weights"].examples == ("crf.transitions",)


def test_a_damaged_tokenizer(copy: Path) -> None:
    (copy / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="its tokenizer cannot be loaded"):
        load_predictor(copy)


def test_a_device_that_is_not_there(copy: Path) -> None:
    for device in ("cuda:99", "abacus"):
        with pytest.raises(ModelError, match="cannot be used"):
            load_predictor(copy, device=device)


def test_no_connection_is_tried(copy: Path, ner: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("connected out")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    predictor = load_predictor(copy)
    data = ner([["https://example.org/a.png", r"\\host\share", "s3://bucket"]])
    predictor.check(data)
    predictor.predict(data)


def test_a_limit_of_the_tokenizer_below_the_models(copy: Path, ner: Build) -> None:
    path = copy / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model_max_length": 12}))
    predictor = load_predictor(copy)
    assert predictor.describe()["window"] == 10
    predictor.predict(ner(SENTENCES))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model_max_length": 2}))
    with pytest.raises(ModelError, match="leaves no room"):
        load_predictor(copy)


def test_facts_for_the_manifest(copy: Path) -> None:
    facts = load_predictor(copy, subword="mean").describe()
    assert json.loads(json.dumps(facts)) == facts
    assert (facts["name"], facts["subword"], facts["window"], facts["layer"]) == ("copy", "mean", 30, -1)
    assert len(facts["digest"]) == 64
    assert str(copy.parent) not in json.dumps(facts)


def test_an_encoder_decoder_classifies_from_its_last_subword(tmp_path: Path, bert: Bert, texts: Build) -> None:
    for file in bert("token", TAGS).glob("tokenizer*"):
        shutil.copy(file, tmp_path)
    torch.manual_seed(3)
    size = len(json.loads((tmp_path / "tokenizer.json").read_text())["model"]["vocab"])
    config = transformers.BartConfig(
        vocab_size=size,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        max_position_embeddings=32,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
        decoder_start_token_id=3,
        id2label={0: "bad", 1: "good"},
    )
    transformers.BartForSequenceClassification(config).save_pretrained(tmp_path)
    predictor = load_predictor(tmp_path)
    found = predictor.predict(texts(TEXTS, labels=("bad", "good")))
    model = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path)
    tokenizer.backend_tokenizer.no_truncation()
    with torch.no_grad():
        output = model(
            **tokenizer(TEXTS[:1], return_tensors="pt", return_token_type_ids=False), output_hidden_states=True
        )
    np.testing.assert_allclose(found.class_probs[0], output.logits.softmax(-1)[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(found.embeddings[0], output.decoder_hidden_states[-1][0, -1].numpy(), atol=1e-5)
