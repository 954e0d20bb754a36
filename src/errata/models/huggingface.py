"""A Hugging Face checkpoint in memory: the only file of this package that knows torch and transformers.

Weights are float32 whatever they were stored as, the model is in evaluation mode, nothing is fetched and no code that
came with the checkpoint runs.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from errata.core.errors import MissingExtra, ModelError
from errata.core.types import Floats, Ints
from errata.models.batching import Batch, Frame
from errata.models.checkpoint import Checkpoint
from errata.models.subwords import Vocabulary

try:
    import torch
    import transformers
except ImportError as missing:
    raise MissingExtra(missing.name or "transformers", "hf", "to run a Hugging Face model") from None

_NO_LIMIT = 100_000  # tokenizers without a limit say 10**30
_ASSUMED_WINDOW = 512  # for models that state no limit: what their like were trained on
_PROBES = 200
_OF_NO_USE = ("pooler", "position_ids", "lm_head", "cls.predictions", "cls.seq_relationship", "lm_predictions")


@dataclass(frozen=True, slots=True)
class TorchNetwork:
    """A Network (see there) that runs in torch. ``takes_types``: the model reads segment ids."""

    checkpoint: Checkpoint
    model: Any
    vocabulary: Vocabulary
    frame: Frame
    window: int
    summary: int
    layer: int | None
    hidden_size: int
    takes_types: bool
    device: str
    unused: tuple[str, ...]

    def token_values(self, batch: Batch, probs_at: Ints, states_at: Ints) -> tuple[Floats, Floats | None]:
        with torch.inference_mode():
            output = self._forward(batch)
            logits = output.logits.flatten(0, 1)[torch.from_numpy(probs_at).to(self.device)]
            probs = logits.float().softmax(-1).cpu().numpy()
            if self.layer is None:
                return probs, None
            states = self._states(output).flatten(0, 1)[torch.from_numpy(states_at).to(self.device)]
            return probs, states.float().cpu().numpy()

    def text_values(self, batch: Batch, *, independent: bool) -> tuple[Floats, Floats | None]:
        column = batch.mask.sum(1) - 1 if self.summary < 0 else np.full(len(batch.mask), self.summary, np.int64)
        with torch.inference_mode():
            output = self._forward(batch)
            logits = output.logits.float()
            probs = (logits.sigmoid() if independent else logits.softmax(-1)).cpu().numpy()
            if self.layer is None:
                return probs, None
            states = self._states(output)
            rows = torch.arange(len(column), device=states.device)
            return probs, states[rows, torch.from_numpy(column).to(states.device)].float().cpu().numpy()

    def _forward(self, batch: Batch) -> Any:
        inputs = {"input_ids": batch.ids, "attention_mask": batch.mask}
        if self.takes_types:
            inputs["token_type_ids"] = batch.types
        tensors = {key: torch.from_numpy(value).to(self.device) for key, value in inputs.items()}
        try:
            return self.model(**tensors, output_hidden_states=self.layer is not None, return_dict=True)
        except torch.cuda.OutOfMemoryError as error:
            raise ModelError(
                f"{self.checkpoint.name}: the device has too little memory for a batch of {batch.ids.size} subwords.",
                remedy=f"set ERRATA_BATCH_TOKENS to {max(1, batch.ids.size // 4)}, or run with device='cpu'.",
            ) from error
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            raise ModelError(
                f"{self.checkpoint.name}: the model failed on a batch of {len(batch.ids)} x {batch.ids.shape[1]} "
                f"subwords ({type(error).__name__}: {_first_line(error)}).",
                remedy="try the model in transformers itself; if it needs more than text, wrap it in a function "
                "and pass module:function.",
            ) from error

    def _states(self, output: Any) -> Any:
        states = getattr(output, "hidden_states", None)
        if states is None:  # encoder-decoder models classify from the decoder
            states = output.decoder_hidden_states
        return states[self.layer]


def load_network(checkpoint: Checkpoint, *, layer: int | None = -1, device: str | None = None) -> TorchNetwork:
    """Loads weights and tokenizer. Raises ModelError where they do not fit the configuration or each other."""
    place = _device(device)
    with _quiet():
        tokenizer = _tokenizer(checkpoint)
        model, unused = _model(checkpoint)
    layers = getattr(model.config, "num_hidden_layers", None)
    if layer is not None and layers is not None and not -(layers + 1) <= layer <= layers:
        raise ModelError(
            f"{checkpoint.name}: it has no layer {layer}.",
            remedy=f"choose one from 0 (input embeddings) to {layers}, or -1 for the last.",
        )
    pad = tokenizer.pad_token_id
    frame = _frame(tokenizer, pad if pad is not None and pad < model.config.vocab_size else None, checkpoint.name)
    parameters = inspect.signature(model.forward).parameters
    return TorchNetwork(
        checkpoint=checkpoint,
        model=model.to(place),
        vocabulary=Vocabulary.of(tokenizer.backend_tokenizer, tokenizer.unk_token_id),
        frame=frame,
        window=_window(model, tokenizer, frame, checkpoint.name),
        summary=_summary(model, tokenizer, frame),
        layer=layer,
        hidden_size=int(getattr(model.config, "hidden_size", 0) or model.config.d_model),
        takes_types="token_type_ids" in parameters and "token_type_ids" in tokenizer.model_input_names,
        device=place,
        unused=unused,
    )


def _device(wanted: str | None) -> str:
    if wanted is None:
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(0, device=wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ModelError(
            f"The device {wanted!r} cannot be used ({_first_line(error)}).",
            remedy="pass cpu, cuda or mps, or leave it out.",
        ) from None
    return wanted


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the library's load report and progress bars off the terminal; what matters in them is checked here."""
    logging = transformers.utils.logging
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def _tokenizer(checkpoint: Checkpoint) -> Any:
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            checkpoint.folder, use_fast=True, trust_remote_code=False, local_files_only=True
        )
    except Exception as error:  # the library raises whatever its converters raise
        raise ModelError(
            f"{checkpoint.name}: its tokenizer cannot be loaded ({type(error).__name__}: {_first_line(error)}).",
            remedy="save it again with AutoTokenizer.from_pretrained(…).save_pretrained(FOLDER).",
        ) from error
    if not getattr(tokenizer, "is_fast", False):
        raise ModelError(
            f"{checkpoint.name}: its tokenizer ({type(tokenizer).__name__}) has no fast version.",
            remedy="wrap the model in a function and pass module:function.",
        )
    return tokenizer


def _model(checkpoint: Checkpoint) -> tuple[Any, tuple[str, ...]]:
    if not hasattr(transformers, checkpoint.architecture):
        raise ModelError(
            f"{checkpoint.name}: its architecture, {checkpoint.architecture}, is not one of transformers "
            f"{transformers.__version__}.",
            remedy="install the transformers that has it, or wrap the model in a function and pass module:function.",
        )
    auto = (
        transformers.AutoModelForTokenClassification
        if checkpoint.kind == "token"
        else transformers.AutoModelForSequenceClassification
    )
    try:
        model, report = auto.from_pretrained(
            checkpoint.folder,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            output_loading_info=True,
        )
    except Exception as error:  # damaged files, unknown architectures and version gaps all raise their own kind
        raise ModelError(
            f"{checkpoint.name}: the model cannot be loaded ({type(error).__name__}: {_first_line(error)}).",
            remedy="copy or download the model again; it may also need a newer transformers.",
        ) from error
    absent = sorted(report["missing_keys"])
    if absent:
        raise ModelError(
            f"{checkpoint.name}: {len(absent)} of its weights are missing, such as {absent[0]}; "
            "they would be random numbers.",
            remedy="pass a model that was fine-tuned for the task and saved whole.",
        )
    unused = (key for key in report["unexpected_keys"] if not any(part in key for part in _OF_NO_USE))
    return model.float().eval(), tuple(sorted(unused))


def _frame(tokenizer: Any, pad: int | None, name: str) -> Frame:
    """What the tokenizer puts around a text, read off a short one."""
    backend = tokenizer.backend_tokenizer
    for probe in ("a", *islice(backend.get_vocab(), _PROBES)):
        bare = backend.encode(probe, add_special_tokens=False).ids
        full = backend.encode(probe, add_special_tokens=True)
        before = next((at for at in range(len(full.ids)) if full.ids[at : at + len(bare)] == bare), None)
        if bare and before is not None and not set(bare) & set(tokenizer.all_special_ids):
            after = before + len(bare)
            return Frame(
                prefix=tuple(full.ids[:before]),
                suffix=tuple(full.ids[after:]),
                prefix_types=tuple(full.type_ids[:before]),
                suffix_types=tuple(full.type_ids[after:]),
                content_type=full.type_ids[before],
                pad=pad,
            )
    raise ModelError(
        f"{name}: its tokenizer turns no text into subwords.",
        remedy="save the tokenizer that the model was trained with.",
    )


def _window(model: Any, tokenizer: Any, frame: Frame, name: str) -> int:
    """Subwords of content that the position embeddings and the tokenizer's own limit leave room for."""
    limits = [limit for limit in (tokenizer.model_max_length,) if limit < _NO_LIMIT]
    stated = getattr(model.config, "max_position_embeddings", None)
    if isinstance(stated, int) and stated > 0:
        limits.append(stated)
    for path, module in model.named_modules():
        # RoBERTa and its kin count positions from behind the padding index
        if path.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            limits.append(module.num_embeddings - module.padding_idx - 1)
    window = min(limits, default=_ASSUMED_WINDOW) - len(frame)
    if window < 1:
        raise ModelError(
            f"{name}: its window of {min(limits)} subwords leaves no room for text.",
            remedy="correct model_max_length in tokenizer_config.json.",
        )
    return window


def _summary(model: Any, tokenizer: Any, frame: Frame) -> int:
    if tokenizer.cls_token_id in frame.prefix and not model.config.is_encoder_decoder:
        return frame.prefix.index(tokenizer.cls_token_id)
    return -1


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else "no reason given"
