"""The baseline from data set to predictions: what it learns, what it must not see, and data at the edge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from errata.core.errors import Interrupted, ModelError
from errata.core.types import DataSet, Predictions, Task
from errata.formats.tagging import decode
from errata.models import baseline_texts, baseline_tokens
from errata.models.baseline import Baseline

Build = Callable[..., DataSet]


def texts(
    given: Sequence[str],
    gold: Any,
    labels: Sequence[str],
    splits: Sequence[str] | None = None,
    task: Task = "classification",
) -> DataSet:
    gold = np.asarray(gold)
    samples = pa.table(
        {
            "sample_id": [str(k) for k in range(len(given))],
            "split": pa.array(splits or ["train"] * len(given), pa.string()),
            "index": pa.array(range(len(given)), pa.int32()),
            "text": pa.array(given, pa.large_string()),
        }
    )
    has_gold = gold >= 0 if gold.ndim == 1 else np.ones(len(given), np.bool_)
    return DataSet(task=task, labels=tuple(labels), samples=samples, has_gold=has_gold, gold_labels=gold)


def subjects(n: int, n_labels: int, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Texts of words most of which belong to their label."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, n_labels, n).astype(np.int32)
    words = [
        [f"s{label}word{rng.integers(12)}" if rng.random() < 0.6 else f"any{rng.integers(40)}" for _ in range(8)]
        for label in gold
    ]
    return [" ".join(found) for found in words], gold


def tagged(ner: Build, n: int, seed: int = 0) -> DataSet:
    """Sentences in which a title announces a person and a preposition a place."""
    rng = np.random.default_rng(seed)
    sentences, spans = [], []
    for k in range(n):
        person, place = f"Name{rng.integers(60)}", f"Town{rng.integers(60)}"
        sentences.append(["Mrs", person, f"Last{rng.integers(30)}", "went", "to", place, "."])
        spans += [(k, 1, 3, 1), (k, 5, 6, 0)]
    return ner(sentences, ("LOC", "PER"), spans)


def with_splits(data: DataSet, splits: Sequence[str]) -> DataSet:
    place = data.samples.schema.get_field_index("split")
    return replace(data, samples=data.samples.set_column(place, "split", pa.array(splits, pa.string())))


def same(one: Predictions, other: Predictions) -> bool:
    names = ("token_probs", "class_probs", "class_pred", "embeddings", "issue_probs")
    pairs = [(getattr(one, name), getattr(other, name)) for name in names]
    pairs += list(zip(one.epoch_probs or (), other.epoch_probs or (), strict=True))
    return all((a is None and b is None) or np.array_equal(a, b) for a, b in pairs)


class TestTexts:
    @pytest.mark.parametrize("n_labels", [2, 5])
    def test_it_learns(self, n_labels: int) -> None:
        given, gold = subjects(300, n_labels)
        splits = ["train"] * 200 + ["test"] * 100
        made = Baseline().predict(texts(given, gold, [f"l{k}" for k in range(n_labels)], splits))
        assert made.class_probs is not None
        assert made.class_pred is not None
        assert made.issue_probs is not None
        assert made.epoch_probs is not None
        np.testing.assert_allclose(made.class_probs.sum(axis=1), 1, atol=1e-5)
        np.testing.assert_array_equal(made.class_pred, made.class_probs.argmax(axis=1))
        assert (made.class_pred == gold).mean() > 0.9
        assert np.abs(made.issue_probs[:200] - made.class_probs[:200]).mean() < 0.05  # the rounds average others in
        assert not np.array_equal(made.issue_probs[200:], made.class_probs[200:])
        assert len(made.epoch_probs) == 8
        np.testing.assert_allclose(made.epoch_probs[-1], made.class_probs, atol=1e-3)
        assert made.embeddings is not None
        assert made.embeddings.shape == (300, 64)

    def test_labels_that_mean_nothing_are_not_learned_by_heart(self) -> None:
        rng = np.random.default_rng(0)
        given = [f"unique{k} word{rng.integers(5)} word{rng.integers(5)}" for k in range(300)]
        gold = rng.integers(0, 2, 300).astype(np.int32)
        made = Baseline().predict(texts([*given, *given], np.tile(gold, 2), ["a", "b"]))
        assert abs((made.class_pred == np.tile(gold, 2)).mean() - 0.5) < 0.12, "copies must not give the label away"

    def test_planted_errors_get_low_probability(self) -> None:
        given, truth = subjects(300, 3)
        gold = truth.copy()
        gold[:15] = (gold[:15] + 1) % 3
        made = Baseline().predict(texts(given, gold, "abc"))
        assert made.class_probs is not None
        p_gold = made.class_probs[np.arange(300), gold]
        assert np.isin(np.argsort(p_gold)[:15], np.arange(15)).sum() >= 12

    def test_unlabelled_samples_are_predicted(self) -> None:
        given, truth = subjects(200, 2)
        gold = np.where(np.arange(200) < 150, truth, -1)
        made = Baseline().predict(texts(given, gold, "ab"))
        assert made.class_pred is not None
        assert (made.class_pred[150:] == truth[150:]).mean() > 0.9

    def test_several_labels_a_text(self) -> None:
        rng = np.random.default_rng(0)
        gold = rng.random((300, 3)) < 0.4
        given = [
            " ".join(f"s{k}w{rng.integers(6)}" for k in range(3) for _ in range(2) if row[k]) + f" any{rng.integers(9)}"
            for row in gold
        ]
        made = Baseline().predict(texts(given, gold, "abc", ["train"] * 200 + ["dev"] * 100, task="multilabel"))
        assert made.class_pred is not None
        assert made.class_pred.dtype == np.bool_
        assert (made.class_pred == gold).mean() > 0.95
        np.testing.assert_array_equal(made.class_pred, made.class_probs >= 0.5)

    @pytest.mark.parametrize(
        ("given", "gold", "labels"),
        [
            (["one text"], [0], ["a"]),
            (["one text"], [1], ["a", "b"]),
            (["a text", "b text"], [0, 1], ["a", "b"]),
            (["same"] * 6, [0, 1, 0, 1, 0, 1], ["a", "b"]),
            ([""] * 8, [0, 1] * 4, ["a", "b"]),
            (["\x00", "\ud83d".encode("utf-8", "replace").decode(), "…", "我"] * 3, [0, 1, 2, 0] * 3, ["a", "b", "c"]),
            ([f"text {k}" for k in range(20)], [0] * 20, ["a", "b"]),
            ([f"text {k}" for k in range(20)], [0] * 19 + [1], ["a", "b"]),
            ([f"text {k}" for k in range(150)], list(range(150)), [f"l{k}" for k in range(150)]),
            ([f"text {k}" for k in range(6)], [0, 0, -1, -1, 1, 1], ["a", "b", "never"]),
        ],
        ids=["one", "one-of-two", "two", "copies", "empty", "odd", "one-label", "single", "150-labels", "unused-label"],
    )
    def test_data_at_the_edge(self, given: list[str], gold: list[int], labels: list[str]) -> None:
        made = Baseline().predict(texts(given, np.array(gold, np.int32), labels))
        assert made.class_probs is not None
        assert made.class_probs.shape == (len(given), len(labels))
        np.testing.assert_allclose(made.class_probs.sum(axis=1), 1, atol=1e-5)
        assert made.class_probs.min() > 0

    def test_budgets_leave_learners_out_and_epochs_thin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        given, gold = subjects(60, 2)
        monkeypatch.setattr(baseline_texts, "CHARACTER_BUDGET", 10)
        monkeypatch.setattr(baseline_texts, "NEIGHBOUR_BUDGET", 10)
        monkeypatch.setattr(baseline_texts, "EPOCH_CELLS", 60 * 2 * 2 * 3)
        baseline = Baseline()
        made = baseline.predict(texts(given, gold, "ab"))
        assert set(baseline.facts["members"]) == {"words", "naive Bayes", "NB-SVM"}
        assert made.epoch_probs is not None
        assert len(made.epoch_probs) == 3


class TestTokens:
    def test_it_learns(self, ner: Build) -> None:
        data = with_splits(tagged(ner, 150), ["train"] * 100 + ["test"] * 50)
        made = Baseline().predict(data)
        assert made.tags is not None
        assert made.spans is not None
        assert made.token_probs is not None
        assert made.issue_probs is not None
        assert made.epoch_probs is not None
        assert data.tokens is not None
        assert data.gold_spans is not None
        assert made.tags.names == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
        np.testing.assert_allclose(made.token_probs.sum(axis=1), 1, atol=1e-5)
        assert made.token_probs.min() > 0
        for name in ("sample", "start", "end", "char_start", "char_end", "label"):
            np.testing.assert_array_equal(getattr(made.spans, name), getattr(data.gold_spans, name))
        again = decode(made.tags, made.token_probs.argmax(axis=1).astype(np.int32), data.tokens.offsets)
        np.testing.assert_array_equal(again.start, made.spans.start)
        assert np.abs(made.issue_probs[:700] - made.token_probs[:700]).max() < 0.1  # the rounds average others in
        assert not np.array_equal(made.issue_probs[700:], made.token_probs[700:])
        assert len(made.epoch_probs) == baseline_tokens.EPOCHS
        np.testing.assert_allclose(made.epoch_probs[-1], made.token_probs, atol=2e-3)
        assert made.embeddings is not None
        assert made.embeddings.shape == (len(data.tokens), 32)

    def test_a_planted_omission_gets_the_lowest_probability(self, ner: Build) -> None:
        data = tagged(ner, 150)
        assert data.gold_spans is not None
        hidden = 40
        data = replace(data, gold_spans=data.gold_spans.take(np.arange(300) != hidden))
        made = Baseline().predict(data)
        assert made.token_probs is not None
        assert made.token_probs[20 * 7 + 1, 0] < 0.2, "the person of sentence 20 is predicted although gold says O"

    @pytest.mark.parametrize(
        ("sentences", "spans"),
        [
            ([["only", "one"]], [(0, 0, 1, 0)]),
            ([[], ["a"], []], [(1, 0, 1, 1)]),
            ([[], []], []),
            ([["no", "span", "here"], ["nor", "here"]] * 6, []),
            ([list("我们在北京"), list("他在上海")] * 4, [(k, 3, 5, 0) for k in range(0, 8, 2)]),
            ([["w"] * 5000, ["Paris"]], [(0, 10, 12, 0), (1, 0, 1, 0)]),
            ([["nested", "span", "here"]] * 6, [(k, 0, end, 1) for k in range(6) for end in (1, 3)]),
        ],
        ids=["one", "no-tokens", "nothing", "no-spans", "characters", "long", "nested"],
    )
    def test_data_at_the_edge(
        self, ner: Build, sentences: list[list[str]], spans: list[tuple[int, int, int, int]]
    ) -> None:
        made = Baseline().predict(ner(sentences, ("LOC", "PER"), spans))
        assert made.token_probs is not None
        assert made.token_probs.shape == (sum(map(len, sentences)), 5)
        np.testing.assert_allclose(made.token_probs.sum(axis=1), 1, atol=1e-5)

    def test_no_labels_at_all(self, ner: Build) -> None:
        made = Baseline().predict(ner([["a", "b"], ["c"]] * 4, (), []))
        assert made.token_probs is not None
        assert made.token_probs.tolist() == [[1.0]] * 12
        assert made.spans is not None
        assert not len(made.spans)

    def test_130_labels(self, ner: Build) -> None:
        labels = [f"label{k}" for k in range(130)]
        data = ner(
            [[f"cue{k}", f"x{k}y{i}", "end"] for i in range(3) for k in range(130)],
            labels,
            [(i * 130 + k, 1, 2, k) for i in range(3) for k in range(130)],
        )
        made = Baseline().predict(data)
        assert made.token_probs is not None
        assert made.token_probs.shape[1] == 261
        assert (made.token_probs[1::3].argmax(axis=1) == np.tile(np.arange(130), 3) * 2 + 1).mean() > 0.8


@pytest.mark.parametrize("kind", ["tokens", "texts"])
def test_the_same_bits_on_any_number_of_processors(ner: Build, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    splits = ["train"] * 60 + ["test"] * 30
    data = with_splits(tagged(ner, 90), splits) if kind == "tokens" else texts(*subjects(90, 3), "abc", splits)
    made = []
    for n in (1, 4, 4):
        monkeypatch.setattr(baseline_texts, "processors", lambda n=n: n)
        monkeypatch.setattr(baseline_tokens, "processors", lambda n=n: n)
        made.append(Baseline().predict(data))
    assert same(made[0], made[1])
    assert same(made[1], made[2])
    assert not same(made[0], Baseline(seed=1).predict(data))


@pytest.mark.parametrize("kind", ["tokens", "texts"])
def test_an_interrupt_in_progress_stops_it(ner: Build, kind: str) -> None:
    data = tagged(ner, 60) if kind == "tokens" else texts(*subjects(60, 3), "abc")

    def progress(done: int, total: int) -> None:
        raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        Baseline().predict(data, progress)


def test_progress_counts_up_to_the_total() -> None:
    seen: list[tuple[int, int]] = []
    Baseline().predict(texts(*subjects(60, 3), "abc"), lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 0
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_check_refuses_what_has_no_gold_and_warns_of_little() -> None:
    with pytest.raises(ModelError, match="no sample has gold"):
        Baseline().check(texts(["a", "b"], [-1, -1], "ab"))
    codes = [notice.code for notice in Baseline().check(texts(["a", "b", "c"], [0, 0, 1], "ab"))]
    assert codes == ["baseline_small", "baseline_single"]
    given, gold = subjects(100, 2)
    assert not Baseline().check(texts(given, gold, "ab"))


def test_description_is_the_same_before_and_after() -> None:
    baseline = Baseline(folds=3, seed=4)
    before = baseline.describe()
    baseline.predict(texts(*subjects(30, 2), "ab"))
    assert baseline.describe() == before
    assert before["folds"] == 3
    assert baseline.facts["cpu_seconds"] >= 0
    with pytest.raises(ModelError, match="at least 2"):
        Baseline(folds=1)
