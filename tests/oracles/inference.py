"""Inference the slow and obvious way: one text at a time, one window at a time, loops everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch


def windows(length: int, size: int) -> list[tuple[int, int]]:
    """As few windows of at most ``size`` as can share a quarter of it; all of one width, evenly spread."""
    shared = size // 4
    count = 1
    while count * size - (count - 1) * shared < length:
        count += 1
    width = size
    while width and count * (width - 1) - (count - 1) * shared >= length:
        width -= 1
    starts = [place * (length - width) // (count - 1) for place in range(count)] if count > 1 else [0]
    return [(start, start + width) for start in starts]


def most_central(choices: Sequence[tuple[int, int]], start: int, stop: int) -> int:
    """The first of the windows that hold ``[start, stop)`` with the most room on its tighter side."""
    holding = [at for at, (low, high) in enumerate(choices) if low <= start and stop <= high]
    return max(holding, key=lambda at: (min(start - choices[at][0], choices[at][1] - stop), -at))


def run(model: Any, tokenizer: Any, content: list[int], layer: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits and hidden state of every position (or of the text), special subwords included."""
    ids = [tokenizer.cls_token_id, *content, tokenizer.sep_token_id]
    with torch.no_grad():
        output = model(input_ids=torch.tensor([ids]), output_hidden_states=True)
    return output.logits[0].double().numpy(), output.hidden_states[layer][0].double().numpy()


def softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


def token_probabilities(
    model: Any, tokenizer: Any, words: list[str], *, size: int, subword: str = "first", layer: int = -1
) -> tuple[list[np.ndarray | None], list[np.ndarray | None]]:
    """Per word its probabilities and the state at its first subword; None for a word without subwords."""
    encoded = tokenizer([words], is_split_into_words=True, add_special_tokens=False)
    ids, owner = encoded["input_ids"][0], encoded.word_ids(0)
    if not ids:
        return [None] * len(words), [None] * len(words)
    choices = windows(len(ids), size)
    outputs = [run(model, tokenizer, ids[low:high], layer) for low, high in choices]
    overlap = size // 4
    probs: list[np.ndarray | None] = []
    states: list[np.ndarray | None] = []
    for word in range(len(words)):
        positions = [at for at, index in enumerate(owner) if index == word]
        rows = []
        for at in positions:
            whole = (positions[0], positions[-1] + 1) if len(positions) <= overlap else (at, at + 1)
            chosen = most_central(choices, *whole)
            logits, hidden = outputs[chosen]
            column = 1 + at - choices[chosen][0]
            rows.append((softmax(logits[column]), hidden[column]))
        if not rows:
            probs.append(None)
            states.append(None)
            continue
        if subword == "first":
            probs.append(rows[0][0])
        elif subword == "mean":
            probs.append(np.mean([row[0] for row in rows], axis=0))
        else:
            probs.append(max((row[0] for row in rows), key=lambda row: row.max()))
        states.append(rows[0][1])
    return probs, states


def text_probabilities(
    model: Any, tokenizer: Any, text: str, *, size: int, independent: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The text's probabilities and its first state, windows weighted by the subwords most central in each."""
    ids = tokenizer([text], add_special_tokens=False)["input_ids"][0]
    choices = windows(len(ids), size)
    weight = np.zeros(len(choices))
    for at in range(len(ids)):
        weight[most_central(choices, at, at + 1)] += 1 / len(ids)
    if not ids:
        weight[0] = 1
    probs, state = 0.0, 0.0
    for share, (low, high) in zip(weight, choices, strict=True):
        logits, hidden = run(model, tokenizer, ids[low:high], -1)
        probs = probs + share * (1 / (1 + np.exp(-logits)) if independent else softmax(logits))
        state = state + share * hidden[0]
    return np.asarray(probs), np.asarray(state)
