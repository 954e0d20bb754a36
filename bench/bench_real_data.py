"""Every real data set without a model: time, peak memory, F1. Prints the table of docs/benchmarks.md.

    python bench/bench_real_data.py [NAME …]        needs the real data beside the checkout, or ERRATA_SHARED

Wall and processor seconds and peak memory are the operating system's, of the whole command `errata analyze`, imports included.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHARED = Path(os.environ.get("ERRATA_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"

CASES: dict[str, list[str]] = {
    "conll2003": ["conll2003"],
    "conllpp": ["conllpp"],
    "wnut17": ["wnut17"],
    "nemo_hebrew": [f"--split={split}=nemo_hebrew/gold_{split}.bmes.gz" for split in ("train", "dev", "test")],
    "weibo_ner": [f"--split={split}=weibo_ner/weiboNER.conll.{split}.gz" for split in ("train", "dev", "test")],
    "crossner/ai": ["crossner/ai"],
    "yoruba_ner": ["yoruba_ner", "--split=train=yoruba_ner/train_clean_noisy_labels.tsv"],
    "trec": ["trec"],
    "banking77": ["banking77"],
    "go_emotions": ["go_emotions", "--no-header", "--label-names=go_emotions/labels.txt"],
    "noisy_agnews": ["noisy_agnews/samples10000valMed.csv.gz"],
    "imdb_cleanlab": ["imdb_cleanlab/imdb_test.jsonl.gz"],
}


def measure(name: str, arguments: list[str], folder: Path) -> str:
    """One row of the table."""
    out = folder / name.replace("/", "-")
    placed = [_placed(argument) for argument in arguments]
    command = [sys.executable, "-m", "errata", "analyze", *placed, "--out", str(out)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)  # of this child alone, unlike RUSAGE_CHILDREN
    seconds = time.perf_counter() - began
    if status:
        return f"| {name} | failed: run {' '.join(command[1:])} |"
    manifest = json.loads((out / "manifest.json").read_text())
    split = manifest["splits"][-1]["name"]
    found = json.loads(
        subprocess.run(
            [sys.executable, "-m", "errata", "metrics", str(out), "--split", split, "--json"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    micro = found["overall"]["micro"]
    return (
        f"| {name} | {manifest['task']} | {manifest['n_samples']:,} | {manifest['n_units']:,} | {seconds:.0f} | {usage.ru_utime + usage.ru_stime:.0f} | "
        f"{usage.ru_maxrss / 1024**2:.2f} | {split} | {micro['f1']:.4f} | {micro['f1_low']:.3f}–{micro['f1_high']:.3f} | "
        f"{found['overall']['macro']['f1']:.4f} |"
    )


def _placed(argument: str) -> str:
    head, equals, tail = argument.rpartition("=")
    return argument if argument.startswith("--no") else f"{head}{equals}{SHARED / tail}"


def main(names: list[str]) -> None:
    if not SHARED.is_dir():
        sys.exit(f"real data not present: {SHARED} (set ERRATA_SHARED)")
    print(
        "| data set | task | samples | units | seconds | CPU seconds | peak GiB | split | micro F1 | 95 % | macro F1 |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in names or list(CASES):
            print(measure(name, CASES[name], Path(folder)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
