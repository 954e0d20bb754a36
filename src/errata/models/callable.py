"""A function of the user's as a predictor.

The function gets a list of samples and gives one result per sample, in order. A sample is a text, or for ``ner`` its
list of tokens; a function whose first parameter is called ``texts`` gets texts there too. Results: see
``callable_spans`` and ``callable_labels``.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from errata.core.errors import ErrataError, ModelError
from errata.core.types import DataSet, Notice, Predictions
from errata.models.callable_checks import Asked
from errata.models.callable_labels import label_predictions
from errata.models.callable_spans import span_predictions
from errata.models.hf_notices import sample_name
from errata.models.label_names import compare_labels
from errata.models.protocol import Progress, no_progress

_CHUNK = 256  # samples in one call


class CallablePredictor:
    """A Predictor that asks ``function``, at most 256 samples a call.

    ``function.labels`` (for ``ner`` ``function.tags``), or ``classes_`` of the object it is a method of, names the
    columns of probability arrays; without it they are the data set's labels in their order. ``label_map``: the
    function's labels to the data set's.
    """

    needs_whole = False

    def __init__(
        self,
        function: Callable[[list[Any]], Any],
        *,
        name: str | None = None,
        label_map: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name or str(getattr(function, "__name__", type(function).__name__))
        self._function = function
        self._label_map = dict(label_map or {})

    def check(self, data: DataSet) -> Sequence[Notice]:
        """Labels on one side only, where the function declares its own; the function is not called."""
        declared = self._declared(data)
        if declared is None or data.task == "ner":
            return []
        return compare_labels([self._label_map.get(label, label) for label in declared], data.labels)

    def predict(self, data: DataSet, progress: Progress = no_progress) -> Predictions:
        """The function's results for every sample. Raises ModelError naming the sample where one cannot be used."""
        inputs = self._inputs(data)
        results: list[Any] = []
        for begin in range(0, len(inputs), _CHUNK):
            results += self._ask(inputs[begin : begin + _CHUNK], begin, data)
            progress(min(begin + _CHUNK, len(inputs)), len(inputs))
        asked = Asked(self.name, data, self._label_map)
        columns = self._declared(data)
        if data.task == "ner":
            return span_predictions(asked, results, by_chars=self._wants_texts(), columns=columns)
        return label_predictions(asked, results, columns=columns)

    def describe(self) -> dict[str, Any]:
        """Where the function lives and the hash of its source, None where there is none to see."""
        function = inspect.unwrap(self._function)
        try:
            source = hashlib.sha256(inspect.getsource(function).encode()).hexdigest()
        except (OSError, TypeError):
            source = None
        return {
            "kind": "callable",
            "name": self.name,
            "module": getattr(function, "__module__", None),
            "qualname": getattr(function, "__qualname__", type(function).__qualname__),
            "source_digest": source,
            "label_map": self._label_map,
        }

    def _wants_texts(self) -> bool:
        try:
            parameters = list(inspect.signature(self._function).parameters)
        except (TypeError, ValueError):
            return False
        return bool(parameters) and parameters[0] in ("text", "texts")

    def _declared(self, data: DataSet) -> tuple[str, ...] | None:
        owner = getattr(self._function, "__self__", None)
        names = ("tags", "labels") if data.task == "ner" else ("labels",)
        for holder in (self._function, owner):
            for name in (*names, "classes_"):
                found = getattr(holder, name, None)
                if isinstance(found, (list, tuple, np.ndarray)):
                    return tuple(map(str, found))
        return None

    def _inputs(self, data: DataSet) -> list[Any]:
        if data.task != "ner" or data.tokens is None or self._wants_texts():
            return list(data.samples["text"].to_pylist())
        words = data.tokens.text.to_pylist()
        borders = data.tokens.offsets.tolist()
        return [words[start:stop] for start, stop in pairwise(borders)]

    def _ask(self, inputs: list[Any], begin: int, data: DataSet) -> list[Any]:
        try:
            results = _as_list(self._function(inputs))
            if results is not None and len(results) == len(inputs):
                return results
            cause, reason = None, _wrong_count(results, len(inputs))
        except ErrataError:
            raise
        except Exception as error:  # noqa: BLE001 - the user's function raises what it likes
            cause, reason = error, f"raised {type(error).__name__}: {error}"
        where = f"{sample_name(data, begin)} to {sample_name(data, begin + len(inputs) - 1)}"
        for position, one in enumerate(inputs if len(inputs) > 1 else []):
            alone = self._fault(one)
            if alone:
                where, reason = sample_name(data, begin + position), alone
                break
        if len(inputs) == 1:
            where = sample_name(data, begin)
        raise ModelError(
            f"{self.name}: {where}: the function {reason}.",
            remedy="make it return one result per sample, in order, also for empty samples.",
        ) from cause

    def _fault(self, one: Any) -> str | None:
        try:
            results = _as_list(self._function([one]))
        except ErrataError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            return f"raised {type(error).__name__}: {error}"
        return None if results is not None and len(results) == 1 else _wrong_count(results, 1)


def _as_list(results: Any) -> list[Any] | None:
    """The results as a list; None for what is no sequence of results."""
    if hasattr(results, "detach"):  # a torch tensor, without importing torch
        results = results.detach().cpu().numpy()
    if (
        results is None
        or isinstance(results, (str, bytes, Mapping, set, frozenset))
        or not hasattr(results, "__iter__")
    ):
        return None
    return list(results)


def _wrong_count(results: list[Any] | None, expected: int) -> str:
    if results is None:
        return "gave no list of results"
    return f"gave {len(results)} results for {expected} sample{'s' if expected > 1 else ''}"
