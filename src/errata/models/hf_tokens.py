"""Token classification with a Hugging Face checkpoint: tags and their probabilities for the data set's own tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from errata.core.errors import ModelError
from errata.core.settings import setting
from errata.core.types import Bools, DataSet, Floats, Ints, Notice, Predictions, TagSet, Tokens
from errata.formats.tagging import decode, detect_scheme, with_chars
from errata.models.batching import Readings, pad, token_budget
from errata.models.hf_notices import at_most, long_texts, most_frequent, sample_name, unknown_rate, unused_weights
from errata.models.label_names import Outputs, tag_outputs
from errata.models.network import Network
from errata.models.protocol import Progress, no_progress
from errata.models.subwords import Subwords, encode_words, unknown_words
from errata.models.windows import Windows, cut, overlap, owners, word_stretches

Subword = Literal["first", "mean", "max"]
_PROBE_TOKENS, _PROBE_SPANS = 1024, 3  # read to tell the scheme, and spans it takes to say other than BIO


class TokenClassifier:
    """A Predictor for ``ner``.

    Tokens are those of the data set; each is split into subwords on its own. ``subword``: ``first`` takes the
    probabilities at a token's first subword, ``mean`` their mean over its subwords, ``max`` those at the subword whose
    best probability is highest. The embedding is the hidden state of ``layer`` at the first subword. Texts beyond the
    model's window run in windows that share a quarter; a token takes its values where it is most central. A token
    without subwords (white space, control characters) is ``O`` with probability 1 and has a zero embedding.
    """

    needs_whole = False

    def __init__(
        self,
        network: Network,
        *,
        subword: Subword = "first",
        batch_tokens: int | None = None,
        label_map: Mapping[str, str] | None = None,
    ) -> None:
        self.name = network.checkpoint.name
        self._network = network
        self._subword = subword
        self._batch_tokens = int(setting("batch_tokens")) if batch_tokens is None else batch_tokens
        self._label_map = dict(label_map or {})
        self._scheme: str | None = None

    def check(self, data: DataSet) -> Sequence[Notice]:
        """Names, unknown subwords, long texts, tokens that the tokenizer drops; also finds out whether a model with B
        and I tags writes IOB1. Raises ModelError when the data set has no tokens or the outputs are no tags."""
        tokens = self._tokens(data)
        outputs, tags, notices = tag_outputs(self._network.checkpoint.outputs, data, self._label_map)
        notices += unused_weights(self._network.unused)
        subwords = encode_words(self._network.vocabulary, tokens)
        unknown = unknown_words(self._network.vocabulary, subwords)
        notices += unknown_rate(
            most_frequent(tokens.text.filter(pa.array(unknown))), int(unknown.sum()), len(tokens), "tokens"
        )
        notices += long_texts(
            data,
            np.diff(subwords.offsets),
            self._network.window,
            "each token taking its values where it is most central; none is cut off",
        )
        dropped = np.flatnonzero(np.diff(_word_offsets(subwords)) == 0)
        if len(dropped):
            notices.append(
                Notice(
                    "tokens_without_subwords",
                    "Tokens of which the model's tokenizer keeps nothing (white space, control characters); "
                    "they are taken as O with probability 1",
                    len(dropped),
                    examples=tuple(map(repr, _some(tokens, dropped))),
                )
            )
        if tags.scheme == "BIO":
            has_spans = data.gold_spans is not None and len(data.gold_spans) > 0
            first = int(data.gold_spans.sample[0]) if has_spans and data.gold_spans is not None else 0
            notices += self._find_scheme(tokens, tags, outputs, first)
        return notices

    def predict(self, data: DataSet, progress: Progress = no_progress) -> Predictions:
        """Tags, spans (conlleval), probabilities and embeddings of every sample."""
        tokens = self._tokens(data)
        outputs, tags, _ = tag_outputs(self._network.checkpoint.outputs, data, self._label_map, self._scheme)
        values, embeddings, is_read = self._run(tokens, progress)
        self._refuse_undefined(values, tokens, data)
        probs = outputs.merge(values)
        if tags.outside >= 0:
            probs[~is_read] = 0.0
            probs[~is_read, tags.outside] = 1.0
        else:
            probs[~is_read] = 1.0 / len(tags.names)
        spans = with_chars(decode(tags, probs.argmax(1), tokens.offsets), tokens)
        return Predictions(labels=tags.labels, tags=tags, token_probs=probs, spans=spans, embeddings=embeddings)

    def describe(self) -> dict[str, Any]:
        """Identity and settings; ``digest`` covers weights, tokenizer and configuration."""
        network = self._network
        return {
            "kind": "huggingface",
            "name": self.name,
            "revision": network.checkpoint.revision,
            "digest": network.checkpoint.digest(),
            "architecture": network.checkpoint.architecture,
            "outputs": list(network.checkpoint.outputs),
            "label_map": self._label_map,
            "scheme": self._scheme,
            "subword": self._subword,
            "window": network.window,
            "long_texts": "overlapping windows, each token where it is most central",
            "batch_tokens": self._batch_tokens,
            "layer": network.layer,
            "embedding": None if network.layer is None else "hidden state of the token's first subword",
            "precision": "float32",
            "device": network.device,
        }

    def _tokens(self, data: DataSet) -> Tokens:
        if data.tokens is None:
            raise ModelError(
                f"{self.name} labels tokens, and the data set is one of {data.task}.",
                remedy="pass a model ForSequenceClassification, or read the data set with --task ner.",
            )
        return data.tokens

    def _find_scheme(self, tokens: Tokens, tags: TagSet, outputs: Outputs, first: int) -> list[Notice]:
        """Whether the model begins spans with I (IOB1), from its tags for some samples, ``first`` and on."""
        low = int(tokens.offsets[first])
        size = min(len(tokens) - low, _PROBE_TOKENS)
        probe = Tokens(
            np.clip(tokens.offsets - low, 0, size),
            tokens.char_start[low : low + size],
            tokens.char_end[low : low + size],
            tokens.text.slice(low, size),
        )
        values, _, is_read = self._run(probe, no_progress)
        codes = np.where(is_read, outputs.merge(values).argmax(1), -1)
        begins_with_inside = detect_scheme(tags.names, codes, probe.offsets) in ("IOB1", "IO")
        enough = len(decode(tags, codes, probe.offsets)) >= _PROBE_SPANS
        self._scheme = "IOB1" if begins_with_inside and enough else "BIO"
        if self._scheme == "BIO":
            return []
        message = "The model begins spans with I and uses B only between neighbours of one label (IOB1); read as such"
        return [Notice("model_writes_iob1", message, severity="info")]

    def _run(self, tokens: Tokens, progress: Progress) -> tuple[Floats, Floats | None, Bools]:
        """(values ``(n_tokens, n_outputs)``, embeddings, whether a token has subwords)."""
        network = self._network
        subwords = encode_words(network.vocabulary, tokens)
        words = _word_offsets(subwords)
        windows = cut(subwords.offsets, network.window)
        is_read = np.diff(words) > 0
        first = _first_readings(words, is_read, windows, network.window)
        every = first if self._subword == "first" else _all_readings(words, windows, network.window)
        values = np.zeros((len(tokens), len(network.checkpoint.outputs)), np.float32)
        best = np.full(len(tokens) if self._subword == "max" else 0, -1.0, np.float32)
        embeddings = None if network.layer is None else np.zeros((len(tokens), network.hidden_size), np.float32)
        lengths = windows.lengths() + len(network.frame)
        done, total = 0, int(lengths.sum())
        for rows in token_budget(lengths, self._batch_tokens, alone=network.frame.pad is None):
            batch = pad(subwords.ids, windows, rows, network.frame)
            cells, target = every.of(batch, windows)
            state_cells, state_target = first.of(batch, windows)
            probs, states = network.token_values(batch, cells, state_cells)
            self._collect(values, best, target, probs, np.diff(words))
            if embeddings is not None and states is not None:
                embeddings[state_target] = states
            done += int(lengths[rows].sum())
            progress(done, total)
        return values, embeddings, is_read

    def _collect(self, values: Floats, best: Floats, target: Ints, probs: Floats, counts: Ints) -> None:
        """Brings the subwords' probabilities of one batch into the tokens' rows."""
        if self._subword == "first":
            values[target] = probs
        elif self._subword == "mean":
            np.add.at(values, target, probs / counts[target, None].astype(np.float32))
        else:
            top = probs.max(1)
            order = np.lexsort((np.arange(len(top)), -top, target))
            lead = order[np.flatnonzero(np.diff(target[order], prepend=-1))]
            better = lead[top[lead] > best[target[lead]]]
            values[target[better]] = probs[better]
            best[target[better]] = top[better]

    def _refuse_undefined(self, values: Floats, tokens: Tokens, data: DataSet) -> None:
        bad = np.flatnonzero(~np.isfinite(values).all(1))
        if len(bad):
            sample = int(np.searchsorted(tokens.offsets, bad[0], side="right")) - 1
            raise ModelError(
                f"{self.name}: the model gives undefined probabilities (NaN) for {sample_name(data, sample)}.",
                remedy="its weights may be damaged or have overflowed in float16: copy or train the model again.",
            )


def _word_offsets(subwords: Subwords) -> Ints:
    return np.zeros(1, np.int64) if subwords.word_offsets is None else subwords.word_offsets


def _first_readings(words: Ints, is_read: Bools, windows: Windows, size: int) -> Readings:
    token = np.flatnonzero(is_read)
    start, stop = words[:-1][token], words[1:][token]
    stop = np.where(stop - start > overlap(size), start + 1, stop)
    return Readings.by_window(start, token, owners(windows, start, stop), len(windows))


def _all_readings(words: Ints, windows: Windows, size: int) -> Readings:
    counts = np.diff(words)
    start, stop = word_stretches(words, overlap(size))
    position = np.arange(int(words[-1]), dtype=np.int64)
    token = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    return Readings.by_window(position, token, owners(windows, start, stop), len(windows))


def _some(tokens: Tokens, index: Ints) -> list[str]:
    return [str(word) for word in tokens.text.take(index[: at_most()]).to_pylist()]
