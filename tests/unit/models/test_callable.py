"""Functions as predictors: every form of result, and every fault with the sample's name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from errata.core.errors import Interrupted, ModelError
from errata.core.types import DataSet, Spans
from errata.models.callable import CallablePredictor

Build = Callable[..., DataSet]
SENTENCES = [["Anna", "Smith", "in", "Paris"], [], ["東京", "😀"]]


def rows(spans: Spans, labels: tuple[str, ...]) -> list[tuple[int, int, int, int, int, str]]:
    columns = (spans.sample, spans.start, spans.end, spans.char_start, spans.char_end)
    return [
        (*(int(column[at]) for column in columns), labels[spans.label[at]])  # type: ignore[misc]
        for at in range(len(spans))
    ]


EXPECTED = [(0, 0, 2, 0, 10, "PER"), (0, 3, 4, 14, 19, "LOC"), (2, 0, 1, 0, 2, "GPE")]


def by_tags(batch: list[list[str]]) -> list[list[str]]:
    known = {"Anna": "B-PER", "Smith": "I-PER", "Paris": "B-LOC", "東京": "B-GPE"}
    return [[known.get(word, "O") for word in words] for words in batch]


def by_token_spans(batch: list[list[str]]) -> list[list[Any]]:
    found: list[list[Any]] = [[] for _ in batch]
    for words, spans in zip(batch, found, strict=True):
        if "Paris" in words:
            spans += [(3, 4, "LOC"), {"start": 0, "end": 2, "label": "PER", "span_text": "Anna Smith"}]
        if "東京" in words:
            spans.append({"start": np.int64(0), "end": 1, "type": "GPE"})
    return found


def by_char_spans(texts: list[str]) -> list[list[dict[str, object]]]:
    names = {"Anna Smith": "PER", "Paris": "LOC", "東京": "GPE"}
    return [
        [
            {"start": text.index(name), "end": text.index(name) + len(name), "label": label}
            for name, label in names.items()
            if name in text
        ]
        for text in texts
    ]


def by_named_chars(batch: list[list[str]]) -> list[list[dict[str, object]]]:
    return [
        [{"char_start": span["start"], "char_end": span["end"], "label": span["label"]} for span in found]
        for found in by_char_spans([" ".join(words) for words in batch])
    ]


@pytest.mark.parametrize("function", [by_tags, by_token_spans, by_char_spans, by_named_chars])
def test_spans_in_every_form(function: Callable[..., Any], ner: Build) -> None:
    found = CallablePredictor(function).predict(ner(SENTENCES))
    assert found.labels == ("LOC", "PER", "GPE")
    assert rows(found.spans, found.labels) == EXPECTED
    assert found.token_probs is None
    assert found.tags is None


def test_spans_may_nest_and_carry_scores(ner: Build) -> None:
    def nested(batch: list[list[str]]) -> list[list[tuple[int, int, str, float]]]:
        return [[(0, 2, "PER", 0.25), (0, 1, "PER", 1)] if words else [] for words in batch]

    spans = CallablePredictor(nested).predict(ner(SENTENCES)).spans
    assert spans.end.tolist() == [1, 2, 1, 2]
    assert spans.score.tolist() == [1.0, 0.25, 1.0, 0.25]


def test_characters_that_cut_a_token_keep_their_bounds(ner: Build) -> None:
    spans = CallablePredictor(lambda texts: [[(1, 7, "PER")], [], []]).predict(ner(SENTENCES)).spans
    assert rows(spans, ("LOC", "PER")) == [(0, 0, 2, 1, 7, "PER")]


def test_token_probabilities(ner: Build) -> None:
    def predict(batch: list[list[str]]) -> list[np.ndarray]:
        return [np.full((len(words), 3), [0.1, 0.7, 0.2]) for words in batch]

    predict.tags = ("O", "B-person", "I-person")  # type: ignore[attr-defined]
    found = CallablePredictor(predict, label_map={"person": "PER"}).predict(ner(SENTENCES))
    assert found.tags.names == ("O", "B-PER", "I-PER")
    assert found.labels == found.tags.labels == ("LOC", "PER")
    assert found.token_probs.shape == (6, 3)
    assert found.token_probs.dtype == np.float32
    assert len(found.spans) == 6


def test_labels(texts: Build) -> None:
    found = CallablePredictor(list, label_map={"fine": "good"}).predict(
        texts(["bad", "fine", "new"], labels=("bad", "good"))
    )
    assert found.labels == ("bad", "good", "new")
    assert found.class_pred.tolist() == [0, 1, 2]
    assert found.class_probs is None


def test_numbered_labels(texts: Build) -> None:
    found = CallablePredictor(lambda batch: np.array([1, 0])).predict(texts(["a", "b"], labels=("0", "1")))
    assert found.class_pred.tolist() == [1, 0]


def test_dictionaries_of_probabilities(texts: Build) -> None:
    found = CallablePredictor(lambda batch: [{"good": 0.75, "new": 0.25}, {"bad": 1}]).predict(
        texts(["a", "b"], labels=("bad", "good"))
    )
    assert found.labels == ("bad", "good", "new")
    np.testing.assert_allclose(found.class_probs, [[0, 0.75, 0.25], [1, 0, 0]])
    assert found.class_pred.tolist() == [1, 0]


class Estimator:
    """Like one of scikit-learn's."""

    classes_ = np.array(["good", "bad"])

    def predict_proba(self, batch: list[str]) -> np.ndarray:
        return np.array([[0.9, 0.1]] * len(batch))


def test_columns_of_an_estimator_are_its_classes(texts: Build) -> None:
    predictor = CallablePredictor(Estimator().predict_proba)
    found = predictor.predict(texts(["a", "b"], labels=("bad", "good", "so-so")))
    np.testing.assert_allclose(found.class_probs, [[0.1, 0.9, 0]] * 2, atol=1e-6)
    notices = predictor.check(texts([], labels=("bad", "good", "so-so")))
    assert [(notice.code, notice.examples) for notice in notices] == [("labels_only_in_data", ("so-so",))]


def test_arrays_without_names_follow_the_data_set(texts: Build) -> None:
    found = CallablePredictor(lambda batch: [[0.5, 0.5]]).predict(texts(["a"], labels=("bad", "good")))
    assert found.class_probs.tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(
    "results", [[["a"], []], [{"a"}, set()], [{"a": 0.5}, {"b": 0.4, "a": 0.1}], np.array([[0.9, 0.2], [0.0, 0.1]])]
)
def test_multi_label(results: object, texts: Build) -> None:
    found = CallablePredictor(lambda batch: results).predict(texts(["x", "y"], ("a", "b"), "multilabel"))
    assert found.class_pred.tolist() == [[True, False], [False, False]]


def test_chunks_arrive_in_order_and_report_progress(texts: Build) -> None:
    sizes: list[int] = []
    calls: list[tuple[int, int]] = []

    def predict(batch: list[str]) -> Any:
        sizes.append(len(batch))
        return iter(batch)

    items = [f"label-{number % 3}" for number in range(600)]
    found = CallablePredictor(predict).predict(texts(items, labels=()), lambda *call: calls.append(call))
    assert [found.labels[code] for code in found.class_pred] == items
    assert max(sizes) <= 256
    assert calls[-1] == (600, 600)


def test_stopping(texts: Build) -> None:
    def stop(done: int, total: int) -> None:
        raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        CallablePredictor(lambda batch: batch).predict(texts(["a"]), stop)


def poison(texts: list[str]) -> list[str]:
    if "b" in texts:
        raise ZeroDivisionError("boom")
    return texts


CLASSIFICATION_FAULTS: dict[str, tuple[Any, str]] = {
    "raises": (poison, "sample test-1: the function raised ZeroDivisionError: boom"),
    "drops one": (lambda batch: [text for text in batch if text != "b"], "sample test-1: the function gave 0 results"),
    "too many": (lambda batch: [*batch, "x"], "sample test-0: the function gave 2 results for 1 sample"),
    "only together": (lambda batch: batch[:1], "sample test-0 to sample test-2: the function gave 1 results for 3"),
    "nothing": (lambda batch: None, "gave no list of results"),
    "a string": (lambda batch: "abc", "gave no list of results"),
    "NaN": (lambda batch: [[0.5, 0.5], [float("nan"), 1], [0.5, 0.5]], "test-1: the function gave NaN"),
    "above one": (lambda batch: [[0.5, 0.5], [0.5, 0.5], [1.5, -0.5]], "test-2: the function gave the probability 1.5"),
    "sum": (lambda batch: [[0.5, 0.5], [0.3, 0.3], [0.5, 0.5]], "test-1: the function gave probabilities that sum"),
    "logits": (lambda batch: np.full((3, 2), 7.0), "test-0: the function gave the probability 7"),
    "width": (lambda batch: [[0.5, 0.5], [0.5, 0.5], [0.2, 0.2, 0.6]], r"test-2: the function gave an array of shape"),
    "mixed": (lambda batch: ["a", {"a": 1.0}, "a"], "test-1: the function gave dictionaries of probabilities"),
    "unknown type": (lambda batch: ["a", object(), "a"], "test-1: the function gave <object"),
    "no label": (lambda batch: ["a", None, "a"], "test-1: the function gave None"),
    "empty label": (lambda batch: ["a", "", "a"], "test-1: the function gave ''"),
    "code out of range": (lambda batch: [0, 7, 0], "test-0: the function gave 0"),
    "bad dictionary": (lambda batch: [{"a": "high"}] * 3, "test-0: the function gave 'a': 'high'"),
    "two labels": (lambda batch: ["a", {"a", "b"}, "a"], "test-1: the function gave"),
}


@pytest.mark.parametrize("case", CLASSIFICATION_FAULTS)
def test_faults_in_texts_name_the_sample(case: str, texts: Build) -> None:
    function, message = CLASSIFICATION_FAULTS[case]
    with pytest.raises(ModelError) as caught:
        CallablePredictor(function, name="f").predict(texts(["a", "b", "c"], labels=("a", "b")))
    assert message in caught.value.message
    assert caught.value.remedy


TAGGED = [["B-PER", "I-PER", "O", "O"], [], ["O", "O"]]
NER_FAULTS: dict[str, tuple[Any, str]] = {
    "too few tags": ([TAGGED[0], [], ["O"]], "test-2: the function gave 1 tags; expected 2, one per token"),
    "no tags": ([TAGGED[0], [], []], "test-2: the function gave an empty result; expected tags for its 2 tokens"),
    "not a tag": ([TAGGED[0], [], ["O", 3]], "test-2: the function gave the tag 3 (int)"),
    "no such tag": ([["B-PER", "I-PER", "O", "weird"], [], ["O", "O"]], "test-0: the function gave the tag 'weird'"),
    "mixed": ([TAGGED[0], [], [(0, 1, "PER")]], "test-2: the function gave spans; expected tags"),
    "a string": ([TAGGED[0], [], "O O"], "test-2: the function gave 'O O' (str)"),
    "numbers": ([[1, 0, 0, 0], [], [1, 1]], "test-0: the function gave [1, 0, 0, 0] (list)"),
    "out of range": ([[(3, 5, "PER")], [], []], "test-0: the function gave the span [3, 5); expected 0 <= start"),
    "backwards": ([[(2, 2, "PER")], [], []], "test-0: the function gave the span [2, 2)"),
    "negative": ([[], [], [(-1, 1, "PER")]], "test-2: the function gave the span [-1, 1)"),
    "in an empty sample": ([[], [(0, 1, "PER")], []], "test-1: the function gave the span [0, 1)"),
    "no label": ([[{"start": 0, "end": 1}], [], []], "test-0: the function gave the span"),
    "bounds as text": ([[{"start": "0", "end": 1, "label": "PER"}], [], []], "test-0: the function gave the span"),
    "two values": ([[(0, "PER")], [], []], "test-0: the function gave the span"),
    "score": ([[(0, 1, "PER", 1.2)], [], []], "test-0: the function gave the score 1.2"),
    "over no token": ([[{"char_start": 4, "char_end": 5, "label": "PER"}], [], []], "the span [4, 5) over no token"),
    "unnamed columns": ([np.ones((4, 3)), np.ones((0, 3)), np.ones((2, 3))], "what their columns mean is not known"),
}


@pytest.mark.parametrize("case", NER_FAULTS)
def test_faults_in_tokens_name_the_sample(case: str, ner: Build) -> None:
    results, message = NER_FAULTS[case]
    with pytest.raises(ModelError) as caught:
        CallablePredictor(lambda batch: results, name="f").predict(ner(SENTENCES))
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (np.array([[1, 0], [np.nan, 1]]), r"test-2: the function gave NaN or an infinite number (token 1)"),
        (np.array([[1, 0]]), "test-2: the function gave an array of shape (1, 2); expected (2, 2)"),
        ([["a", "b"], ["c", "d"]], "test-2"),
        ([[0.5, 0.4], [1, 0]], "test-2: the function gave probabilities that sum to 0.9 (token 0)"),
    ],
)
def test_unsound_token_probabilities(last: object, message: str, ner: Build) -> None:
    def predict(batch: list[list[str]]) -> list[object]:
        return [np.array([[1.0, 0.0]] * 4), [], last]

    predict.tags = ["O", "B-PER"]  # type: ignore[attr-defined]
    with pytest.raises(ModelError) as caught:
        CallablePredictor(predict).predict(ner(SENTENCES))
    assert message in caught.value.message


def test_facts_for_the_manifest() -> None:
    facts = CallablePredictor(by_tags).describe()
    assert json.loads(json.dumps(facts)) == facts
    assert (facts["kind"], facts["name"], facts["qualname"]) == ("callable", "by_tags", "by_tags")
    assert len(facts["source_digest"]) == 64
    assert CallablePredictor(len).describe()["source_digest"] is None
    assert CallablePredictor(Estimator().predict_proba).describe()["qualname"] == "Estimator.predict_proba"
