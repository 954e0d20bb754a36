"""A checkpoint folder in Hugging Face format, looked at before anything in it is loaded.

Weights come from safetensors only; a folder that asks for code of its own, for a pickle or for files elsewhere is
refused with the next step.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from errata.core.errors import ModelError

Kind = Literal["token", "text"]

_KINDS: tuple[tuple[str, Kind], ...] = (("ForTokenClassification", "token"), ("ForSequenceClassification", "text"))
_TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "spiece.model", "sentencepiece.*")
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.pickle", "*.ckpt", "*.joblib", "*.h5", "*.msgpack")
_CONVERT = (
    "convert it where you trust it: "
    "AutoModelFor{kind}Classification.from_pretrained(FOLDER).save_pretrained(NEW, safe_serialization=True), "
    "with AutoTokenizer.from_pretrained(FOLDER).save_pretrained(NEW); then pass NEW."
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder that passed: what it is, its outputs' names in order, and its weight files."""

    folder: Path
    name: str
    kind: Kind
    architecture: str
    outputs: tuple[str, ...]
    problem_type: str | None
    weights: tuple[Path, ...]
    revision: str | None = None

    def digest(self) -> str:
        """SHA-256 over the weight, tokenizer and configuration files: two equal digests give equal numbers."""
        found = hashlib.sha256()
        others = [
            path
            for pattern in ("config.json", "tokenizer_config.json", *_TOKENIZER_FILES)
            for path in self.folder.glob(pattern)
        ]
        for path in sorted({*self.weights, *others}):
            with path.open("rb") as file:
                found.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
        return found.hexdigest()


def inspect_folder(folder: Path, *, name: str | None = None, revision: str | None = None) -> Checkpoint:
    """The checkpoint in ``folder``. Raises ModelError where it cannot or must not be loaded."""
    name = name or folder.resolve().name
    config = _read_json(folder / "config.json", name)
    if config is None:
        raise ModelError(f"{name}: there is no config.json in this folder.", remedy=_hint_without_config(folder))
    kind, architecture = _architecture(config, name)
    _refuse_code(config, _read_json(folder / "tokenizer_config.json", name) or {}, name)
    weights = _weights(folder, name, kind)
    if not any(path for pattern in _TOKENIZER_FILES for path in folder.glob(pattern)):
        raise ModelError(
            f"{name}: there is no tokenizer in this folder; expected tokenizer.json.",
            remedy="save it beside the weights: AutoTokenizer.from_pretrained(BASE_MODEL).save_pretrained(FOLDER).",
        )
    outputs = _outputs(config, name)
    problem_type = config.get("problem_type")
    if kind == "text" and (problem_type == "regression" or len(outputs) == 1):
        raise ModelError(
            f"{name}: it has one numeric output (regression); expected a classifier with two labels or more.",
            remedy="pass a classifier, or wrap the model in a function and pass module:function.",
        )
    return Checkpoint(folder, name, kind, architecture, outputs, problem_type, weights, revision)


def _read_json(path: Path, name: str) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_bytes())
    except ValueError as error:
        raise ModelError(
            f"{name}: {path.name} is not JSON ({error}).", remedy="copy or download the model again."
        ) from None
    if not isinstance(found, dict):
        raise ModelError(f"{name}: {path.name} holds no JSON object.", remedy="copy or download the model again.")
    return found


def _hint_without_config(folder: Path) -> str:
    if (folder / "meta.json").is_file():
        return (
            "this looks like a spaCy pipeline: wrap it in a function and pass module:function, or pass its predictions."
        )
    if any(folder.glob("*.onnx")):
        return "this looks like an ONNX export: pass the folder of the model it was made from."
    return "pass the folder that save_pretrained() wrote: config.json, model.safetensors, tokenizer.json."


def _architecture(config: dict[str, Any], name: str) -> tuple[Kind, str]:
    found = config.get("architectures") or []
    for architecture in found:
        for ending, kind in _KINDS:
            if str(architecture).endswith(ending):
                return kind, str(architecture)
    what = " and ".join(map(str, found)) or "no architecture named in config.json"
    raise ModelError(
        f"{name}: found {what}; expected a model ForTokenClassification or ForSequenceClassification.",
        remedy="pass a model fine-tuned for the task, wrap this one in a function and pass module:function, "
        "or leave --model out for the baseline.",
    )


def _refuse_code(config: dict[str, Any], tokenizer_config: dict[str, Any], name: str) -> None:
    if config.get("auto_map") or tokenizer_config.get("auto_map"):
        raise ModelError(
            f"{name}: it brings Python code of its own (auto_map), which is not run.",
            remedy="use an architecture that transformers has itself, or wrap the model in a function of yours "
            "and pass module:function.",
        )
    if _fetches_kernels(config):
        raise ModelError(
            f"{name}: its config.json names compiled code to be fetched from a hub (…_implementation), which is not run.",
            remedy="remove that line from config.json.",
        )
    if config.get("quantization_config"):
        raise ModelError(
            f"{name}: its weights are quantised; probabilities are computed in float32 only.",
            remedy="pass the checkpoint before quantisation.",
        )


def _fetches_kernels(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_fetches_kernels, value))
    if not isinstance(value, dict):
        return False
    return any(
        (str(key).endswith("_implementation") and "/" in str(inner)) or _fetches_kernels(inner)
        for key, inner in value.items()
    )


def _weights(folder: Path, name: str, kind: Kind) -> tuple[Path, ...]:
    if (folder / "adapter_config.json").exists():
        raise ModelError(
            f"{name}: this is an adapter (adapter_config.json), not a whole model.",
            remedy="merge it into its base model first: model.merge_and_unload().save_pretrained(NEW); then pass NEW.",
        )
    if (folder / "model.safetensors").is_file():
        return (folder / "model.safetensors",)
    index = _read_json(folder / "model.safetensors.index.json", name)
    if index is not None:
        return _shards(folder, name, index)
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern) if path.is_file())
    if "training_args.bin" in pickles:
        pickles.remove("training_args.bin")
    if pickles:
        raise ModelError(
            f"{name}: its weights are in {pickles[0]}, a format that can run code when it is loaded; "
            "expected model.safetensors.",
            remedy=_CONVERT.format(kind="Token" if kind == "token" else "Sequence"),
        )
    raise ModelError(
        f"{name}: there are no weights in model.safetensors.",
        remedy="pass the whole folder that save_pretrained() wrote; weights that a hub offers only as .bin are pickles "
        "and not fetched: " + _CONVERT.format(kind="Token" if kind == "token" else "Sequence"),
    )


def _shards(folder: Path, name: str, index: dict[str, Any]) -> tuple[Path, ...]:
    weight_map = index.get("weight_map")
    shards = sorted(set(map(str, weight_map.values()))) if isinstance(weight_map, dict) else []
    plain = [shard for shard in shards if shard.endswith(".safetensors") and Path(shard).name == shard]
    if not shards or plain != shards:
        raise ModelError(
            f"{name}: model.safetensors.index.json names {next((s for s in shards if s not in plain), 'no file')!r}; "
            "expected .safetensors files of the same folder.",
            remedy="save the model again with save_pretrained(FOLDER, safe_serialization=True).",
        )
    absent = [shard for shard in shards if not (folder / shard).is_file()]
    if absent:
        raise ModelError(
            f"{name}: {len(absent)} of its {len(shards)} weight files are missing, such as {absent[0]}.",
            remedy="copy or download the whole folder again.",
        )
    return tuple(folder / shard for shard in shards)


def _outputs(config: dict[str, Any], name: str) -> tuple[str, ...]:
    """Names by column; without id2label the numbered names that transformers gives."""
    named = config.get("id2label")
    if not named:
        return tuple(f"LABEL_{column}" for column in range(int(config.get("num_labels", 2))))
    try:
        by_column = {int(column): str(label) for column, label in named.items()}
    except (AttributeError, ValueError):
        by_column = {}
    if sorted(by_column) != list(range(len(by_column))) or not by_column:
        raise ModelError(
            f"{name}: id2label in config.json does not name the outputs 0, 1, 2, … once each.",
            remedy="correct id2label and label2id in config.json.",
        )
    return tuple(by_column[column] for column in range(len(by_column)))
