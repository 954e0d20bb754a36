"""Text classification against one text at a time, and the accuracy of a real checkpoint."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from errata.core.errors import ModelError
from errata.core.types import DataSet
from errata.models.loading import load_predictor
from tests.unit.models.conftest import TAGS, TEXTS

transformers = pytest.importorskip("transformers")
from tests.oracles import inference as oracle  # noqa: E402 - needs torch

LABELS = ("good", "bad", "so-so")
Build = Callable[..., DataSet]
Bert = Callable[..., Path]


@pytest.mark.parametrize(("problem", "batch_tokens"), [("single", 40), ("multi", 2048), (None, 1)])
def test_equals_one_text_at_a_time(bert: Bert, texts: Build, problem: str | None, batch_tokens: int) -> None:
    config = {"problem_type": f"{problem}_label_classification"} if problem else {}
    folder = bert("text", LABELS, **config)
    independent = problem == "multi"
    data = texts(TEXTS, labels=("bad", "good", "so-so"), task="multilabel" if independent else "classification")
    found = load_predictor(folder, batch_tokens=batch_tokens).predict(data)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    tokenizer.backend_tokenizer.no_truncation()
    expected = [oracle.text_probabilities(model, tokenizer, text, size=30, independent=independent) for text in TEXTS]
    probs = np.array([row for row, _ in expected])[:, [1, 0, 2]]
    np.testing.assert_allclose(found.class_probs, probs, atol=2e-5)
    np.testing.assert_allclose(found.embeddings, np.array([state for _, state in expected]), atol=1e-4)
    assert found.labels == ("bad", "good", "so-so")
    assert np.array_equal(found.class_pred, probs >= 0.5 if independent else probs.argmax(1))


def test_unknown_labels_on_either_side(bert: Bert, texts: Build) -> None:
    predictor = load_predictor(bert("text", LABELS))
    data = texts(TEXTS, labels=("Good", "bad"))
    found = predictor.predict(data)
    assert found.labels == ("Good", "bad", "good", "so-so")
    assert (found.class_probs[:, 0] == 0).all()
    np.testing.assert_allclose(found.class_probs.sum(1), 1, atol=1e-5)
    notices = {notice.code: notice for notice in predictor.check(data)}
    assert notices["labels_only_in_data"].examples == ("Good",)
    assert notices["similar_label_names"].examples == ("--label-map good=Good",)
    mapped = load_predictor(bert("text", LABELS), label_map={"good": "Good", "so-so": "bad"}).predict(data)
    assert mapped.labels == ("Good", "bad")
    np.testing.assert_allclose(mapped.class_probs[:, 0], found.class_probs[:, 2], atol=1e-6)


def test_unnamed_outputs_go_by_position_aloud(bert: Bert, texts: Build) -> None:
    predictor = load_predictor(bert("text", ("LABEL_0", "LABEL_1", "LABEL_2")))
    data = texts(TEXTS)
    assert predictor.predict(data).labels == ("bad", "good", "so-so")
    notice = next(notice for notice in predictor.check(data) if notice.code == "labels_by_position")
    assert "BY POSITION" in notice.message
    assert notice.examples == ("LABEL_0 = bad", "LABEL_1 = good", "LABEL_2 = so-so")
    with pytest.raises(ModelError, match="cannot be told apart"):
        predictor.check(texts(TEXTS, labels=("bad", "good")))
    assert predictor.predict(texts(TEXTS, labels=())).labels == ("LABEL_0", "LABEL_1", "LABEL_2")


def test_numbered_labels_of_the_data_set_are_positions(bert: Bert, texts: Build) -> None:
    predictor = load_predictor(bert("text", LABELS))
    data = texts(TEXTS, labels=("0", "1", "2"))
    plain = predictor.predict(texts(TEXTS, labels=LABELS))
    found = predictor.predict(data)
    assert found.labels == ("0", "1", "2")
    np.testing.assert_array_equal(found.class_probs, plain.class_probs)
    assert "labels_by_position" in {notice.code for notice in predictor.check(data)}
    odd = load_predictor(bert("text", ("2", "1", "0")))
    assert odd.predict(data).labels == ("0", "1", "2")
    np.testing.assert_array_equal(odd.predict(data).class_probs[:, 2], plain.class_probs[:, 0])
    assert "label_order" in {notice.code for notice in odd.check(data)}


def test_preflight(bert: Bert, texts: Build) -> None:
    notices = {notice.code: notice for notice in load_predictor(bert("text", LABELS)).check(texts(TEXTS))}
    assert notices["long_texts"].examples == ("test-4", "test-6")
    assert notices["unknown_tokens"].examples == ("😀",)
    assert set(notices) == {"long_texts", "unknown_tokens"}


def test_multi_label_is_assumed_aloud(bert: Bert, texts: Build) -> None:
    predictor = load_predictor(bert("text", LABELS))
    data = texts(TEXTS, task="multilabel")
    assert "problem_type_assumed" in {notice.code for notice in predictor.check(data)}
    assert predictor.predict(data).class_pred.dtype == np.bool_


def test_tasks_that_do_not_fit_are_refused(bert: Bert, texts: Build, ner: Build) -> None:
    single = bert("text", LABELS, problem_type="single_label_classification")
    multi = bert("text", LABELS, problem_type="multi_label_classification")
    for folder, data, message in (
        (single, ner([["a"]]), "labels whole texts"),
        (single, texts(["a"], task="multilabel"), "one label to a text"),
        (multi, texts(["a"]), "any number of labels"),
    ):
        with pytest.raises(ModelError, match=message):
            load_predictor(folder).check(data)
        with pytest.raises(ModelError, match=message):
            load_predictor(folder).predict(data)


def test_no_samples_and_no_embeddings(bert: Bert, texts: Build) -> None:
    predictor = load_predictor(bert("text", LABELS), layer=None)
    assert predictor.predict(texts([])).class_probs.shape == (0, 3)
    assert predictor.predict(texts(["a"])).embeddings is None


def test_a_decoder_without_padding_runs_one_window_at_a_time(tmp_path: Path, texts: Build) -> None:
    import tokenizers
    import torch

    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    backend = tokenizers.Tokenizer(tokenizers.models.BPE({piece: at for at, piece in enumerate(alphabet)}, []))
    backend.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    transformers.PreTrainedTokenizerFast(tokenizer_object=backend).save_pretrained(tmp_path)
    torch.manual_seed(1)
    config = transformers.GPT2Config(
        vocab_size=len(alphabet), n_positions=32, n_embd=16, n_layer=1, n_head=2, id2label=dict(enumerate(LABELS))
    )
    transformers.GPT2ForSequenceClassification(config).save_pretrained(tmp_path)
    predictor = load_predictor(tmp_path)
    assert predictor.describe()["embedding"] == "hidden state of the last subword"
    found = predictor.predict(texts(["short one", "another", ""], labels=LABELS))
    model = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path).eval()
    for row, text in enumerate(["short one", "another"]):
        ids = torch.tensor([backend.encode(text).ids])
        with torch.no_grad():
            output = model(input_ids=ids, output_hidden_states=True)
        np.testing.assert_allclose(found.class_probs[row], output.logits.softmax(-1)[0].numpy(), atol=1e-5)
        np.testing.assert_allclose(found.embeddings[row], output.hidden_states[-1][0, -1].numpy(), atol=1e-5)
    np.testing.assert_allclose(found.class_probs[2], 1 / 3)


def test_a_token_classifier_is_told_apart(bert: Bert) -> None:
    with pytest.raises(ModelError, match="the task is classification"):
        load_predictor(bert("token", TAGS), task="classification")


def test_real_checkpoint_on_trec(shared: Path, texts: Build) -> None:
    with (shared / "data" / "trec" / "test.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = ("ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM")
    predictor = load_predictor(shared / "models" / "minilm-trec")
    data = texts([row["text"] for row in rows], labels=labels)
    assert [notice for notice in predictor.check(data) if notice.severity != "info"] == []
    found = predictor.predict(data)
    right = np.array([labels.index(row["label"]) for row in rows]) == found.class_pred
    assert 0.95 < right.mean() < 0.97
