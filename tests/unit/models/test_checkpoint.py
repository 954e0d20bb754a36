"""Folders that are no usable checkpoint are refused before anything in them is loaded."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from errata.core.errors import ModelError
from errata.models.checkpoint import inspect_folder

CONFIG: dict[str, Any] = {
    "architectures": ["BertForTokenClassification"],
    "id2label": {"0": "O", "2": "I-PER", "1": "B-PER"},
}


def folder_with(
    at: Path, config: object = CONFIG, files: tuple[str, ...] = ("model.safetensors", "tokenizer.json")
) -> Path:
    at.mkdir(exist_ok=True)
    (at / "config.json").write_text(config if isinstance(config, str) else json.dumps(config), encoding="utf-8")
    for name in files:
        (at / name).write_bytes(b"{}")
    return at


def test_a_sound_folder(tmp_path: Path) -> None:
    found = inspect_folder(folder_with(tmp_path / "tiny"))
    assert (found.name, found.kind, found.outputs) == ("tiny", "token", ("O", "B-PER", "I-PER"))
    assert found.weights == (tmp_path / "tiny" / "model.safetensors",)


def test_digest_covers_weights_tokenizer_and_configuration(tmp_path: Path) -> None:
    found = inspect_folder(folder_with(tmp_path))
    digests = {found.digest(), found.digest()}
    assert len(digests) == 1
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        with (tmp_path / name).open("ab") as file:
            file.write(b" ")
        digests.add(found.digest())
    assert len(digests) == 4


REFUSED = {
    "not JSON": ("{", None, "config.json is not JSON", "again"),
    "a list": ("[1]", None, "no JSON object", "again"),
    "no architecture": ({}, None, "no architecture", "fine-tuned"),
    "another architecture": ({"architectures": ["BertForMaskedLM"]}, None, "BertForMaskedLM", "baseline"),
    "own code": (CONFIG | {"auto_map": {"AutoModel": "evil.Model"}}, None, "auto_map", "module:function"),
    "fetched kernels": (CONFIG | {"sub": [{"_attn_implementation": "evil/kernel"}]}, None, "compiled code", "remove"),
    "quantised": (CONFIG | {"quantization_config": {"bits": 4}}, None, "quantised", "before quantisation"),
    "no weights": (CONFIG, ("tokenizer.json",), "no weights in model.safetensors", "save_pretrained"),
    "pickle": (CONFIG, ("pytorch_model.bin", "tokenizer.json"), "pytorch_model.bin", "safe_serialization=True"),
    "other pickle": (CONFIG, ("weights.pt", "training_args.bin", "tokenizer.json"), "weights.pt", "AutoModelForToken"),
    "adapter": (CONFIG, ("adapter_config.json", "model.safetensors"), "adapter", "merge_and_unload"),
    "no tokenizer": (CONFIG, ("model.safetensors",), "no tokenizer", "AutoTokenizer"),
    "regression": (
        {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "score"}},
        None,
        "regression",
        "module:function",
    ),
    "gaps in id2label": (CONFIG | {"id2label": {"0": "O", "2": "X"}}, None, "id2label", "label2id"),
    "id2label of words": (CONFIG | {"id2label": {"a": "O"}}, None, "id2label", "label2id"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_a_next_step(tmp_path: Path, case: str) -> None:
    config, files, message, remedy = REFUSED[case]
    folder = folder_with(tmp_path / "model", config, files or ("model.safetensors", "tokenizer.json"))
    with pytest.raises(ModelError) as caught:
        inspect_folder(folder)
    assert message in caught.value.message
    assert remedy in caught.value.remedy
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("file", "hint"), [("meta.json", "spaCy"), ("model.onnx", "ONNX"), ("notes.txt", "config.json, model.safetensors")]
)
def test_no_config(tmp_path: Path, file: str, hint: str) -> None:
    (tmp_path / file).write_text("{}")
    with pytest.raises(ModelError) as caught:
        inspect_folder(tmp_path)
    assert hint in caught.value.remedy


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ({"weight_map": {"a": "pytorch_model-00001-of-00002.bin"}}, "expected .safetensors"),
        ({"weight_map": {"a": "../other/model.safetensors"}}, "of the same folder"),
        ({"weight_map": {}}, "no file"),
        ({}, "no file"),
        ({"weight_map": {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}}, "1 of its 2"),
    ],
)
def test_sharded_weights(tmp_path: Path, index: object, message: str) -> None:
    folder = folder_with(tmp_path, CONFIG, ("model-1-of-2.safetensors", "tokenizer.json"))
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match=message):
        inspect_folder(folder)


class Canary:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (str(self.path), "w")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pkl", "model.safetensors.bin"])
def test_a_pickle_is_never_opened(tmp_path: Path, name: str) -> None:
    folder = folder_with(tmp_path / "model", CONFIG, ("tokenizer.json",))
    (folder / name).write_bytes(pickle.dumps(Canary(tmp_path / "it-ran")))
    with pytest.raises(ModelError):
        inspect_folder(folder)
    assert not (tmp_path / "it-ran").exists()
