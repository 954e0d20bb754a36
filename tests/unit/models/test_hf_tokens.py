"""Token classification against one sentence at a time, and the scores of a real checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from errata.core.errors import Interrupted, ModelError
from errata.core.types import DataSet, Predictions
from errata.models.loading import load_predictor
from tests.unit.models.conftest import SENTENCES, TAGS

transformers = pytest.importorskip("transformers")
from tests.oracles import inference as oracle  # noqa: E402 - needs torch

WINDOW = 30
Build = Callable[..., DataSet]
Bert = Callable[..., Path]


def reference(folder: Path, subword: str, layer: int = -1) -> tuple[np.ndarray, np.ndarray]:
    model = transformers.AutoModelForTokenClassification.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    tokenizer.backend_tokenizer.no_truncation()
    probs, states = [], []
    for words in SENTENCES:
        if words:
            found = oracle.token_probabilities(model, tokenizer, words, size=WINDOW, subword=subword, layer=layer)
            probs += [np.eye(len(TAGS))[0] if row is None else row for row in found[0]]
            states += [np.zeros(16) if row is None else row for row in found[1]]
    return np.array(probs), np.array(states)


@pytest.mark.parametrize(("subword", "batch_tokens"), [("first", 64), ("mean", 2048), ("max", 1), ("mean", 40)])
def test_equals_one_sentence_at_a_time(bert: Bert, ner: Build, subword: str, batch_tokens: int) -> None:
    folder = bert("token", TAGS)
    predictor = load_predictor(folder, subword=subword, batch_tokens=batch_tokens)  # type: ignore[arg-type]
    found = predictor.predict(ner(SENTENCES))
    probs, states = reference(folder, subword)
    assert found.token_probs is not None
    assert found.embeddings is not None
    np.testing.assert_allclose(found.token_probs, probs, atol=2e-5)
    np.testing.assert_allclose(found.embeddings, states, atol=1e-4)
    assert found.token_probs.dtype == found.embeddings.dtype == np.float32
    np.testing.assert_allclose(found.token_probs.sum(1), 1, atol=1e-5)


def test_layers(bert: Bert, ner: Build) -> None:
    folder = bert("token", TAGS)
    found = load_predictor(folder, layer=0).predict(ner(SENTENCES)).embeddings
    np.testing.assert_allclose(found, reference(folder, "first", 0)[1], atol=1e-4)
    assert load_predictor(folder, layer=None).predict(ner(SENTENCES)).embeddings is None
    with pytest.raises(ModelError, match="no layer 3"):
        load_predictor(folder, layer=3)


def same(one: Predictions, other: Predictions) -> bool:
    return bool(np.array_equal(one.token_probs, other.token_probs) and np.array_equal(one.embeddings, other.embeddings))


def test_the_same_part_gives_the_same_numbers(bert: Bert, ner: Build) -> None:
    data = ner(SENTENCES)
    predictor = load_predictor(bert("token", TAGS), batch_tokens=50)
    whole = predictor.predict(data)
    assert same(whole, predictor.predict(data))
    assert same(whole, load_predictor(bert("token", TAGS), batch_tokens=50).predict(data))
    parts = [predictor.predict(data.slice(start, start + 5)) for start in (0, 5)]
    np.testing.assert_allclose(np.concatenate([part.token_probs for part in parts]), whole.token_probs, atol=2e-5)


def test_labels_of_the_data_set_come_first(bert: Bert, ner: Build) -> None:
    found = load_predictor(bert("token", TAGS)).predict(ner(SENTENCES, labels=("MISC", "LOC")))
    assert found.labels == ("MISC", "LOC", "PER")
    assert found.tags is not None
    assert found.tags.names == TAGS
    assert found.tags.labels == found.labels
    assert found.tags.label.tolist() == [-1, 2, 2, 1, 1]
    assert found.spans is not None
    codes = found.token_probs.argmax(1)
    data = ner(SENTENCES)
    for at in range(len(found.spans)):
        first = data.tokens.offsets[found.spans.sample[at]] + found.spans.start[at]
        assert found.labels[found.spans.label[at]] == TAGS[codes[first]].partition("-")[2]
        assert found.spans.char_start[at] == data.tokens.char_start[first]


def test_label_map_renames_and_merges(bert: Bert, ner: Build) -> None:
    data = ner(SENTENCES, labels=("PERSON",))
    plain = load_predictor(bert("token", TAGS)).predict(data)
    mapped = load_predictor(bert("token", TAGS), label_map={"PER": "PERSON", "LOC": "O"}).predict(data)
    assert mapped.labels == ("PERSON",)
    assert mapped.tags.names == ("O", "B-PERSON", "I-PERSON")
    np.testing.assert_allclose(mapped.token_probs[:, 0], plain.token_probs[:, [0, 3, 4]].sum(1), atol=1e-6)
    np.testing.assert_allclose(mapped.token_probs[:, 1:], plain.token_probs[:, 1:3], atol=1e-6)


def test_nothing_to_read(bert: Bert, ner: Build) -> None:
    predictor = load_predictor(bert("token", TAGS))
    for sentences in ([], [[]], [[], ["\x00"]]):
        found = predictor.predict(ner(sentences))
        assert found.token_probs.shape == (sum(map(len, sentences)), len(TAGS))
        assert (found.token_probs[:, 0] == 1).all()
        assert len(found.spans) == 0
        predictor.check(ner(sentences))


def test_a_model_without_outside_is_undecided_about_tokens_it_cannot_see(bert: Bert, ner: Build) -> None:
    found = load_predictor(bert("token", ("B-PER", "I-PER"))).predict(ner([["\x00"]]))
    assert found.token_probs.tolist() == [[0.5, 0.5]]


def test_progress_counts_subwords_and_can_stop_the_work(bert: Bert, ner: Build) -> None:
    predictor = load_predictor(bert("token", TAGS), batch_tokens=64)
    calls: list[tuple[int, int]] = []
    predictor.predict(ner(SENTENCES), lambda done, total: calls.append((done, total)))
    assert [done for done, _ in calls] == sorted({done for done, _ in calls})
    assert calls[-1][0] == calls[-1][1] == calls[0][1]

    def stop(done: int, total: int) -> None:
        raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        predictor.predict(ner(SENTENCES), stop)


def test_preflight(bert: Bert, ner: Build) -> None:
    data = ner(SENTENCES, labels=("LOC", "Per", "TIME"))
    notices = {notice.code: notice for notice in load_predictor(bert("token", TAGS)).check(data)}
    assert notices["labels_only_in_model"].examples == ("PER",)
    assert notices["labels_only_in_data"].examples == ("Per", "TIME")
    assert notices["similar_label_names"].examples == ("--label-map PER=Per",)
    assert notices["tokens_without_subwords"].count == 3
    assert notices["tokens_without_subwords"].examples == ("'\\x00'", "'\\u200b'", "'\\x00'")
    assert "😀" in notices["unknown_tokens"].examples
    assert (notices["long_texts"].count, notices["long_texts"].examples) == (2, ("test-7", "test-8"))


def test_a_model_that_begins_spans_with_inside_is_read_as_iob1(bert: Bert, ner: Build) -> None:
    import torch

    folder = bert("token", ("O", "B-PER", "I-PER"))
    predictor = load_predictor(folder)
    data = ner([["Anna", "Smith"], ["Paris"], ["in"]], spans=[(0, 0, 2, 1)])
    bias = predictor._network.model.classifier.bias  # type: ignore[attr-defined]
    with torch.no_grad():
        bias.copy_(torch.tensor([0.0, 0.0, 90.0]))
    codes = [notice.code for notice in predictor.check(data)]
    assert "model_writes_iob1" in codes
    assert predictor.describe()["scheme"] == "IOB1"
    assert predictor.predict(data).tags.scheme == "IOB1"
    with torch.no_grad():
        bias.copy_(torch.tensor([0.0, 90.0, 0.0]))
    assert "model_writes_iob1" not in [notice.code for notice in predictor.check(data)]
    assert predictor.predict(data).tags.scheme == "BIO"


def test_undefined_probabilities_name_the_sample(bert: Bert, ner: Build) -> None:
    import torch

    predictor = load_predictor(bert("token", TAGS))
    embedding = predictor._network.model.get_input_embeddings().weight  # type: ignore[attr-defined]
    with torch.no_grad():
        embedding[5] = float("nan")  # Paris
    with pytest.raises(ModelError, match=r"undefined probabilities \(NaN\) for sample test-2"):
        predictor.predict(ner([["in"], ["Anna"], ["in", "Paris"]]))


def test_a_data_set_of_texts_is_refused(bert: Bert, texts: Build) -> None:
    with pytest.raises(ModelError, match="labels tokens"):
        load_predictor(bert("token", TAGS)).check(texts(["a"]))


def test_roberta_counts_positions_behind_its_padding(tmp_path: Path, ner: Build) -> None:
    import tokenizers
    import torch

    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    pieces = {piece: at for at, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>", *alphabet])}
    backend = tokenizers.Tokenizer(tokenizers.models.BPE(pieces, []))
    backend.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.post_processor = tokenizers.processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    transformers.RobertaTokenizerFast(tokenizer_object=backend).save_pretrained(tmp_path)
    torch.manual_seed(1)
    config = transformers.RobertaConfig(
        vocab_size=len(pieces),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=34,
        pad_token_id=1,
        id2label=dict(enumerate(TAGS)),
        initializer_range=0.5,
    )
    transformers.RobertaForTokenClassification(config).save_pretrained(tmp_path)
    predictor = load_predictor(tmp_path)
    assert predictor.describe()["window"] == 30
    found = predictor.predict(ner(SENTENCES))
    model = transformers.AutoModelForTokenClassification.from_pretrained(tmp_path).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path, add_prefix_space=True)
    expected = [
        row for words in SENTENCES if words for row in oracle.token_probabilities(model, tokenizer, words, size=30)[0]
    ]
    np.testing.assert_allclose(found.token_probs, np.array(expected), atol=2e-5)


def test_real_checkpoint_on_conll2003(shared: Path, ner: Build) -> None:
    """One in eight of the sentences; the whole split, with the published scores, is in the slow tier."""
    samples = read_conll(shared / "data" / "conll2003" / "eng.testb")[::8]
    predictor = load_predictor(shared / "models" / "minilm-conll03", layer=None)
    found = predictor.predict(ner([[word for word, _ in sample] for sample in samples]))
    gold = [[tag for _, tag in sample] for sample in samples]
    assert 0.82 < f1(gold, found) < 0.90


@pytest.mark.slow
def test_real_checkpoint_reaches_its_published_scores(shared: Path, ner: Build) -> None:
    samples = read_conll(shared / "data" / "conll2003" / "eng.testb")
    predictor = load_predictor(shared / "models" / "minilm-conll03")
    data = ner([[word for word, _ in sample] for sample in samples], labels=("LOC", "MISC", "ORG", "PER"))
    assert [notice for notice in predictor.check(data) if notice.severity != "info"] == []
    found = predictor.predict(data)
    gold = [[tag for _, tag in sample] for sample in samples]
    assert round(f1(gold, found), 4) == 0.8587
    assert round(f1([to_iob2(tags) for tags in gold], found, strict=True), 4) == 0.8657


def to_iob2(tags: list[str]) -> list[str]:
    """The file's IOB1, where B only parts neighbours, with B at every beginning."""
    before = ["O", *tags[:-1]]
    return [
        f"B{tag[1:]}" if tag[0] == "I" and (last == "O" or last[2:] != tag[2:]) else tag
        for tag, last in zip(tags, before, strict=True)
    ]


def read_conll(path: Path) -> list[list[tuple[str, str]]]:
    samples = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split() for line in block.splitlines() if line.strip() and not line.startswith("-DOCSTART-")]
        if rows:
            samples.append([(row[0], row[-1]) for row in rows])
    return samples


def f1(gold: list[list[str]], found: Predictions, *, strict: bool = False) -> float:
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    names = np.array(found.tags.names)[found.token_probs.argmax(1)].tolist()
    rest = iter(names)
    pred = [[next(rest) for _ in sample] for sample in gold]
    return float(f1_score(gold, pred, mode="strict", scheme=IOB2) if strict else f1_score(gold, pred))


def test_scheme_of_the_data_names_unnamed_outputs(bert: Bert, ner: Build) -> None:
    folder = bert("token", tuple(f"LABEL_{column}" for column in range(5)))
    data = ner(SENTENCES)
    found = load_predictor(folder).predict(data)
    assert found.tags.names == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    notice = next(notice for notice in load_predictor(folder).check(data) if notice.code == "labels_by_position")
    assert notice.examples[1] == "LABEL_1 = B-LOC"
    with pytest.raises(ModelError, match="cannot be told apart"):
        load_predictor(folder).check(replace(data, labels=("LOC",)))
