"""Claim: on CPU, length-sorted batches read at least 1.8 times as many tokens a second as batches in arrival order.

Side by side in one run, one process, the same float32 checkpoint of MiniLM size (6 layers x 384): ours is the product's
predictor as `analyze --model` runs it, tokenising, windows, probabilities and embeddings included; the baseline is the
loop most people write, batches of 32 in arrival order padded to their longest, texts cut off at 512 subwords. Corpora:
CoNLL-2003 test (words to tags) and 2,000 IMDb reviews (texts to labels), from the folder beside the checkout or
ERRATA_SHARED; without it nothing runs. A token is a subword of the data read once: padding, special subwords, the second
reading of overlapping windows and what the baseline cuts off do not count. Runs alternate (ours, baseline, baseline,
ours); with other work on the machine compare the CPU seconds, which say less but waver less. Exit code 1 when the ratio
is missed.

    python bench/bench_inference.py [--sentences N] [--reviews N] [--batch-tokens 2048] [--threads 1]
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
import transformers

from errata.core.types import DataSet, Tokens
from errata.models.loading import load_predictor
from errata.models.protocol import Predictor

RATIO = 1.8
ROWS = 32
LIMIT = 512
SHARED = Path(os.environ.get("ERRATA_SHARED", Path(__file__).resolve().parents[2] / "shared"))


@dataclass
class Spent:
    """Subwords read, seconds on the wall and of CPU, over so many runs."""

    tokens: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    runs: int = 0


def conll(path: Path, limit: int) -> list[list[str]]:
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    rows = [[line.split()[0] for line in block.splitlines() if line.strip()] for block in blocks]
    return [words for words in rows if words and words != ["-DOCSTART-"]][:limit]


def imdb(path: Path, limit: int) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    return texts[:: max(1, len(texts) // limit)][:limit]


def samples(texts: list[str]) -> pa.Table:
    return pa.table(
        {
            "sample_id": [f"test-{row}" for row in range(len(texts))],
            "split": ["test"] * len(texts),
            "index": pa.array(range(len(texts)), pa.int32()),
            "text": pa.array(texts, pa.large_string()),
        }
    )


def data_of_words(sentences: list[list[str]]) -> DataSet:
    lengths = np.array([len(word) for words in sentences for word in words], np.int32)
    words = pa.array([word for words in sentences for word in words], pa.large_string())
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    ends = np.cumsum(lengths + 1)
    first = np.repeat(np.concatenate([[0], ends])[offsets[:-1]], np.diff(offsets))
    start = (ends - lengths - 1 - first).astype(np.int32)
    return DataSet(
        task="ner",
        labels=(),
        samples=samples([" ".join(words) for words in sentences]),
        has_gold=np.zeros(len(sentences), np.bool_),
        tokens=Tokens(offsets, start, start + lengths, words),
    )


def data_of_texts(texts: list[str]) -> DataSet:
    return DataSet(task="classification", labels=(), samples=samples(texts), has_gold=np.zeros(len(texts), np.bool_))


def arrival_order(folder: Path, inputs: list[str] | list[list[str]]) -> Callable[[], int]:
    """The baseline loop; returns the subwords it read."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    is_words = isinstance(inputs[0], list)
    auto = transformers.AutoModelForTokenClassification if is_words else transformers.AutoModelForSequenceClassification
    model = auto.from_pretrained(folder).float().eval()

    def loop() -> int:
        read = 0
        for begin in range(0, len(inputs), ROWS):
            batch = inputs[begin : begin + ROWS]
            encoded = tokenizer(
                batch,
                is_split_into_words=is_words,
                padding="longest",
                truncation=True,
                max_length=LIMIT,
                return_tensors="pt",
            )
            with torch.inference_mode():
                model(**encoded).logits.softmax(-1).numpy()
            read += int(encoded["attention_mask"].sum()) - 2 * len(batch)
        return read

    return loop


def ours(predictor: Predictor, data: DataSet, folder: Path) -> Callable[[], int]:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder).backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    inputs = data.samples["text"].to_pylist()
    if data.tokens is not None:
        words, borders = data.tokens.text.to_pylist(), data.tokens.offsets
        inputs = [words[borders[row] : borders[row + 1]] for row in range(len(data))]
    encoded = tokenizer.encode_batch(inputs, is_pretokenized=data.tokens is not None, add_special_tokens=False)
    total = sum(len(encoding) for encoding in encoded)

    def loop() -> int:
        predictor.predict(data)
        return total

    return loop


def measure(run: Callable[[], int], into: Spent) -> None:
    cpu, wall = time.process_time(), time.perf_counter()
    into.tokens += run()
    into.wall += time.perf_counter() - wall
    into.cpu += time.process_time() - cpu
    into.runs += 1


def compare(name: str, fast: Callable[[], int], slow: Callable[[], int]) -> tuple[Spent, Spent]:
    spent = Spent(), Spent()
    for side in (0, 1, 1, 0):
        measure((fast, slow)[side], spent[side])
    for label, one in (("arrival order, 32", spent[1]), ("errata", spent[0])):
        print(
            f"{name:28s} {label:18s} {one.tokens // one.runs:>9,d} {one.wall / one.runs:>8.1f} {one.cpu / one.runs:>8.1f}"
            f" {one.tokens / one.wall:>9,.0f} {one.tokens / one.cpu:>9,.0f}"
        )
    return spent


def main() -> int:
    transformers.utils.logging.disable_progress_bar()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=10**9, help="CoNLL-2003 test sentences (default: all)")
    parser.add_argument("--reviews", type=int, default=2000, help="IMDb reviews, evenly spaced (default: 2000)")
    parser.add_argument("--batch-tokens", type=int, default=None, help="our batch budget (default: the product's)")
    parser.add_argument("--threads", type=int, default=None, help="torch threads (default: torch's); 1 on busy cores")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    if not (SHARED / "models").is_dir():
        print(f"SKIPPED: no real data and checkpoints at {SHARED} (set ERRATA_SHARED)")
        return 0
    sentences = conll(SHARED / "data/conll2003/eng.testb", options.sentences)
    reviews = imdb(SHARED / "data/imdb_cleanlab/imdb_test.jsonl.gz", options.reviews)
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, torch {torch.__version__}, "
        f"{torch.get_num_threads()} threads, our batches {options.batch_tokens or 'default'}"
    )
    print(
        f"{'corpus':28s} {'batches':18s} {'tokens':>9s} {'wall s':>8s} {'CPU s':>8s} {'tokens/s':>9s} {'per CPU s':>9s}"
    )
    totals = [Spent(), Spent()]
    for name, folder, data, inputs in (
        (f"CoNLL-2003 test, {len(sentences)}", SHARED / "models/minilm-conll03", data_of_words(sentences), sentences),
        (f"IMDb reviews, {len(reviews)}", SHARED / "models/minilm-trec", data_of_texts(reviews), reviews),
    ):
        predictor = load_predictor(folder, batch_tokens=options.batch_tokens, device="cpu")
        pair = compare(name, ours(predictor, data, folder), arrival_order(folder, inputs))
        for total, one in zip(totals, pair, strict=True):
            total.tokens, total.wall, total.cpu = total.tokens + one.tokens, total.wall + one.wall, total.cpu + one.cpu
    wall = totals[0].tokens / totals[0].wall / (totals[1].tokens / totals[1].wall)
    cpu = totals[0].tokens / totals[0].cpu / (totals[1].tokens / totals[1].cpu)
    print(f"both: {wall:.2f} x the tokens a second, {cpu:.2f} x the tokens a CPU second; budget {RATIO} x")
    return 0 if wall >= RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
