"""From what a user calls a model to a Predictor."""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from errata.core.errors import ErrataError, ModelError, UsageError, near_names
from errata.core.types import Task
from errata.models.callable import CallablePredictor
from errata.models.checkpoint import Checkpoint, inspect_folder
from errata.models.fetch import fetch, is_hub_id
from errata.models.hf_texts import TextClassifier
from errata.models.hf_tokens import Subword, TokenClassifier
from errata.models.protocol import Predictor

_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".h5")
_FORMS = "a local model folder, a hub name (owner/model), or module:function"


def load_predictor(
    model: str | os.PathLike[str] | Callable[..., Any] | Predictor,
    *,
    task: Task | None = None,
    subword: Subword = "first",
    batch_tokens: int | None = None,
    layer: int | None = -1,
    device: str | None = None,
    revision: str | None = None,
    label_map: Mapping[str, str] | None = None,
) -> Predictor:
    """A Predictor from a local folder, a hub name, ``module:function``, a callable, or a Predictor itself.

    ``task``: refuses a model of another task at once. ``subword``: which of a token's subwords speaks for it.
    ``batch_tokens``: padded subwords in a batch; None = the setting of that name. ``layer``: hidden state kept as
    embedding, -1 the last, None no embeddings. ``device``: cpu, cuda or mps; None = the best there is. ``revision``:
    branch, tag or commit of a hub model. ``label_map``: model label or tag to the data set's name for it. Raises
    ModelError when there is no such model or it cannot be used, MissingExtra without transformers.
    """
    if subword not in get_args(Subword):
        raise UsageError(f"--subword: found {subword!r}; expected first, mean or max.", remedy="pass one of them.")
    if batch_tokens is not None and batch_tokens < 1:
        raise UsageError(f"batch_tokens: found {batch_tokens}; expected 1 or more.", remedy="leave it out.")
    settings = _Settings(subword, batch_tokens, layer, device, label_map)
    if _is_predictor(model):
        return cast(Predictor, model)
    if callable(model):
        return CallablePredictor(model, label_map=label_map)
    if not isinstance(model, (str, os.PathLike)):
        raise ModelError(
            f"Found a {type(model).__name__} as model; expected {_FORMS}, or a callable.", remedy="pass one."
        )
    name = os.fspath(model)
    path = Path(name).expanduser() if name.startswith("~/") else Path(name)
    if path.exists():
        return _from_path(path, settings, task)
    if _FUNCTION.fullmatch(name):
        found = import_function(name)
        return found if _is_predictor(found) else CallablePredictor(found, name=name, label_map=label_map)
    if not is_hub_id(name):
        raise ModelError(f"No such model: {name}.", remedy=f"pass {_FORMS}.")
    folder, commit = fetch(name, revision)
    return _from_checkpoint(inspect_folder(folder, name=name, revision=commit), settings, task)


@dataclass(frozen=True, slots=True)
class _Settings:
    subword: Subword
    batch_tokens: int | None
    layer: int | None
    device: str | None
    label_map: Mapping[str, str] | None


def _from_path(path: Path, settings: _Settings, task: Task | None) -> Predictor:
    if path.is_dir():
        return _from_checkpoint(inspect_folder(path), settings, task)
    if path.suffix.lower() in _PICKLES:
        raise ModelError(
            f"{path.name} is a pickle, which can run code when it is loaded.",
            remedy="pass a folder with config.json, tokenizer.json and model.safetensors; or, where you trust the "
            "file, load it in a function of your own and pass module:function.",
        )
    raise ModelError(f"{path.name} is a file; a model is a folder.", remedy=f"pass {_FORMS}.")


def _from_checkpoint(checkpoint: Checkpoint, settings: _Settings, task: Task | None) -> Predictor:
    if task is not None and checkpoint.kind != ("token" if task == "ner" else "text"):
        raise ModelError(
            f"{checkpoint.name} is a {checkpoint.architecture}, and the task is {task}.",
            remedy=f"pass a model For{'Token' if task == 'ner' else 'Sequence'}Classification, or another --task.",
        )
    from errata.models.huggingface import load_network  # torch takes seconds to import: only when a model runs

    network = load_network(checkpoint, layer=settings.layer, device=settings.device)
    if checkpoint.kind == "token":
        return TokenClassifier(
            network, subword=settings.subword, batch_tokens=settings.batch_tokens, label_map=settings.label_map
        )
    return TextClassifier(network, batch_tokens=settings.batch_tokens, label_map=settings.label_map)


def _is_predictor(model: object) -> bool:
    return not isinstance(model, type) and all(
        callable(getattr(model, method, None)) for method in ("check", "predict", "describe")
    )


def import_function(reference: str) -> Any:
    """The object that ``module:name`` means; modules of the working folder count. Raises ModelError."""
    module_name, _, attribute = reference.partition(":")
    here = os.getcwd()
    added = here not in sys.path and "" not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ErrataError:
        raise
    except Exception as error:  # whatever the user's module raises is reported as the module's
        raise ModelError(
            f"{reference}: the module {module_name} cannot be imported ({type(error).__name__}: {error}).",
            remedy=f"run `python -c 'import {module_name}'` in this folder to see the whole error.",
        ) from error
    finally:
        if added:
            sys.path.remove(here)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            near = near_names(part, (name for name in dir(found) if not name.startswith("_")))
            raise ModelError(
                f"{reference}: {module_name} has no {attribute}.",
                remedy=f"did you mean {module_name}:{near[0]}?" if near else "check the function's name.",
            )
        found = getattr(found, part)
    if not callable(found) and not _is_predictor(found):
        raise ModelError(f"{reference} is a {type(found).__name__}.", remedy="name a function, or a predictor object.")
    return found
