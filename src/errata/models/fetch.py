"""A model of the Hugging Face hub as a local folder: the only place of this package that connects out.

Only configuration, tokenizer and safetensors files are asked for; the revision is resolved to a commit.
"""

from __future__ import annotations

import re
from pathlib import Path

from errata.core.errors import MissingExtra, ModelError

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_WANTED = (
    "config.json",
    "adapter_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.*",
    "model.safetensors",
    "model.safetensors.index.json",
    "model-*-of-*.safetensors",
)


def is_hub_id(name: str) -> bool:
    """Whether ``name`` can be a hub name: ``model`` or ``owner/model``."""
    return _HUB_ID.fullmatch(name) is not None and ".." not in name and "--" not in name


def fetch(hub_id: str, revision: str | None = None) -> tuple[Path, str]:
    """The model's folder in the hub cache and its commit; downloads what is not there yet.

    Raises ModelError when the hub cannot be reached or does not know the model or revision.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise MissingExtra("huggingface_hub", "hf", "to fetch a model from the Hugging Face hub") from None
    try:
        folder = Path(snapshot_download(hub_id, revision=revision, allow_patterns=list(_WANTED)))
    except Exception as error:  # hub, network and offline errors share no base class across versions
        known = f" at revision {revision}" if revision else ""
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
        raise ModelError(
            f"{hub_id}{known}: no local folder has this name, and it could not be fetched from the Hugging Face hub "
            f"({type(error).__name__}: {reason}).",
            remedy="check the name and the connection, or download the model elsewhere and pass its local folder.",
        ) from error
    return folder, folder.name
