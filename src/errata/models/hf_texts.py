"""Text classification with a Hugging Face checkpoint, single-label and multi-label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from errata.core.errors import ModelError
from errata.core.settings import setting
from errata.core.types import Bools, DataSet, Floats, Notice, Predictions
from errata.models.batching import pad, token_budget
from errata.models.hf_notices import at_most, long_texts, sample_name, unknown_rate, unused_weights
from errata.models.label_names import class_outputs
from errata.models.network import Network
from errata.models.protocol import Progress, no_progress
from errata.models.subwords import Subwords, encode_texts, unknown_surfaces
from errata.models.windows import Windows, cut, owners


class TextClassifier:
    """A Predictor for ``classification`` and ``multilabel``.

    A text beyond the model's window runs in windows that share a quarter; its probabilities and its embedding are the
    mean over the windows, each weighted by the subwords that are most central in it. The embedding is the hidden state
    of ``layer`` that the classifier sums the text up in: the first special subword (``[CLS]``), or the last subword in
    models without one. Probabilities are a softmax; independent sigmoids when the checkpoint says
    ``multi_label_classification``, or says nothing and the data set is multi-label. A label that the model does not
    know has probability 0.
    """

    needs_whole = False

    def __init__(
        self, network: Network, *, batch_tokens: int | None = None, label_map: Mapping[str, str] | None = None
    ) -> None:
        self.name = network.checkpoint.name
        self._network = network
        self._batch_tokens = int(setting("batch_tokens")) if batch_tokens is None else batch_tokens
        self._label_map = dict(label_map or {})

    def check(self, data: DataSet) -> Sequence[Notice]:
        """Names, unknown subwords, long texts, empty texts. Raises ModelError when the tasks differ."""
        independent = self._independent(data)
        _, _, notices = class_outputs(self._network.checkpoint.outputs, data, self._label_map)
        notices += unused_weights(self._network.unused)
        vocabulary = self._network.vocabulary
        subwords = encode_texts(vocabulary, data.samples["text"])
        unknown = np.flatnonzero(subwords.ids == (-1 if vocabulary.unknown is None else vocabulary.unknown))
        if len(unknown):
            where = np.unique(np.searchsorted(subwords.offsets, unknown, side="right") - 1)[: at_most()]
            texts = data.samples["text"].take(where).to_pylist()
            examples = [unknown_surfaces(vocabulary, text)[0] for text in texts]
            notices += unknown_rate(dict.fromkeys(examples), len(unknown), len(subwords.ids), "subwords")
        notices += long_texts(
            data, np.diff(subwords.offsets), self._network.window, "whose probabilities are averaged; none is cut off"
        )
        if independent and self._network.checkpoint.problem_type is None:
            message = "The model does not say whether its labels exclude each other; read as independent (sigmoid)"
            notices.append(Notice("problem_type_assumed", message))
        return notices

    def predict(self, data: DataSet, progress: Progress = no_progress) -> Predictions:
        """Probabilities, predicted labels and embeddings of every sample."""
        independent = self._independent(data)
        outputs, labels, _ = class_outputs(self._network.checkpoint.outputs, data, self._label_map)
        values, embeddings = self._run(data, independent, progress)
        merged = np.minimum(outputs.merge(values), 1.0)
        probs = np.zeros((len(data), len(labels)), np.float32)
        probs[:, [labels.index(name) for name in outputs.names]] = merged
        pred = probs >= 0.5 if independent else probs.argmax(1).astype(np.int32)
        return Predictions(labels=labels, class_probs=probs, class_pred=pred, embeddings=embeddings)

    def describe(self) -> dict[str, Any]:
        """Identity and settings; ``digest`` covers weights, tokenizer and configuration."""
        network = self._network
        summary = "the last subword" if network.summary < 0 else "the first special subword"
        return {
            "kind": "huggingface",
            "name": self.name,
            "revision": network.checkpoint.revision,
            "digest": network.checkpoint.digest(),
            "architecture": network.checkpoint.architecture,
            "outputs": list(network.checkpoint.outputs),
            "problem_type": network.checkpoint.problem_type,
            "label_map": self._label_map,
            "window": network.window,
            "long_texts": "mean over overlapping windows, weighted by the subwords most central in each",
            "batch_tokens": self._batch_tokens,
            "layer": network.layer,
            "embedding": None if network.layer is None else f"hidden state of {summary}",
            "precision": "float32",
            "device": network.device,
        }

    def _independent(self, data: DataSet) -> bool:
        """Whether the outputs are independent probabilities. Raises ModelError when model and data set disagree."""
        problem = self._network.checkpoint.problem_type
        if data.task == "ner":
            raise ModelError(
                f"{self.name} labels whole texts, and the data set is one of tokens and spans.",
                remedy="pass a model ForTokenClassification, or read the data set with --task classification.",
            )
        if data.task == "classification" and problem == "multi_label_classification":
            raise ModelError(
                f"{self.name} gives any number of labels to a text, and the data set gives each text one.",
                remedy="read the data set with --task multilabel, or pass a model for a single label.",
            )
        if data.task == "multilabel" and problem == "single_label_classification":
            raise ModelError(
                f"{self.name} gives one label to a text, and the data set gives any number.",
                remedy="pass a model with problem_type multi_label_classification.",
            )
        return data.task == "multilabel"

    def _run(self, data: DataSet, independent: bool, progress: Progress) -> tuple[Floats, Floats | None]:
        """(values ``(n_samples, n_outputs)``, embeddings ``(n_samples, d)``)."""
        network = self._network
        subwords = encode_texts(network.vocabulary, data.samples["text"])
        windows = cut(subwords.offsets, network.window, keep_empty=True)
        weight = _weights(subwords, windows)
        n_outputs = len(network.checkpoint.outputs)
        values = np.zeros((len(data), n_outputs), np.float32)
        embeddings = None if network.layer is None else np.zeros((len(data), network.hidden_size), np.float32)
        lengths = windows.lengths() + len(network.frame)
        if not independent:
            values[windows.sample[lengths == 0]] = 1.0 / n_outputs
        runs = np.flatnonzero(lengths > 0)
        done, total = 0, int(lengths.sum())
        for order in token_budget(lengths[runs], self._batch_tokens, alone=network.frame.pad is None):
            rows = runs[order]
            batch = pad(subwords.ids, windows, rows, network.frame)
            probs, states = network.text_values(batch, independent=independent)
            if not np.isfinite(probs).all():
                bad = int(windows.sample[rows[~np.isfinite(probs).all(1)]].min())
                raise ModelError(
                    f"{self.name}: the model gives undefined probabilities (NaN) for {sample_name(data, bad)}.",
                    remedy="its weights may be damaged or have overflowed in float16: copy or train the model again.",
                )
            np.add.at(values, windows.sample[rows], probs * weight[rows, None])
            if embeddings is not None and states is not None:
                np.add.at(embeddings, windows.sample[rows], states * weight[rows, None])
            done += int(lengths[rows].sum())
            progress(done, total)
        return values, embeddings


def _weights(subwords: Subwords, windows: Windows) -> Floats:
    """Share of its sample's subwords that are most central in each window, float32 ``(n_windows,)``; sum 1 a sample."""
    sizes = np.diff(subwords.offsets)
    is_full: Bools = windows.lengths() > 0
    read = Windows(windows.start[is_full], windows.stop[is_full], windows.sample[is_full])
    position = np.arange(len(subwords.ids), dtype=np.int64)
    weight = np.ones(len(windows), np.float32)
    owned = np.bincount(owners(read, position, position + 1), minlength=len(read))
    weight[is_full] = (owned / sizes[read.sample]).astype(np.float32)
    return weight
