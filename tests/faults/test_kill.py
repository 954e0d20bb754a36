"""`kill -9` at random moments of `errata analyze`, then `--resume`: the tables are those of an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KILLS = 10

MODEL = '''
def predict(samples):
    """One word in three is a PER, with a probability made from its letters."""
    out = []
    for tokens in samples:
        spans = [
            {"start": i, "end": i + 1, "label": "PER" if len(word) % 2 else "ORG", "score": 0.5 + len(word) / 50}
            for i, word in enumerate(tokens) if sum(map(ord, word)) % 3 == 0
        ]
        out.append(spans)
    return out
'''


def _data(folder: Path) -> Path:
    folder.mkdir()
    words = random.Random(0)
    for split, size in (("train", 260), ("test", 90)):
        lines = []
        for _ in range(size):
            for _ in range(words.randint(3, 14)):
                word = "".join(words.choices("abcdefgh", k=words.randint(2, 7)))
                lines.append(f"{word} {words.choice(['O', 'O', 'O', 'B-PER', 'B-ORG'])}")
            lines.append("")
        (folder / f"{split}.conll").write_text("\n".join(lines) + "\n")
    return folder


def _command(data: Path, out: Path, model: bool) -> list[str]:
    chosen = ["--model", "planted_model:predict"] if model else []
    return [sys.executable, "-m", "errata", "analyze", str(data), "--out", str(out), *chosen]


def _hashes(out: Path) -> dict[str, str]:
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["state"] == "sealed"
    return {name: entry["sha256"] for name, entry in manifest["files"].items()}


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("model", [True, False], ids=["callable", "baseline"])
def test_killed_at_ten_random_moments_then_resumed(tmp_path: Path, model: bool) -> None:
    (tmp_path / "planted_model.py").write_text(MODEL)
    data = _data(tmp_path / "data")
    environment = {**os.environ, "ERRATA_PART_SAMPLES": "40", "PYTHONPATH": str(tmp_path)}
    began = time.monotonic()
    subprocess.run(_command(data, tmp_path / "whole", model), env=environment, check=True, capture_output=True)
    seconds = time.monotonic() - began
    expected = _hashes(tmp_path / "whole")
    moments, out, killed = random.Random(7), tmp_path / "killed", 0
    while killed < KILLS:
        process = subprocess.Popen(
            [*_command(data, out, model), "--resume"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(timeout=moments.uniform(0.2, 0.95) * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        else:  # it finished first, so nothing was killed: look at it and begin anew
            assert _hashes(out) == expected
            shutil.rmtree(out)
    done = subprocess.run(
        [*_command(data, out, model), "--resume"], env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert _hashes(out) == expected
    verified = subprocess.run([sys.executable, "-m", "errata", "verify", str(out)], check=False)
    assert verified.returncode == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    data, out = _data(tmp_path / "data"), tmp_path / "run"
    environment = {**os.environ, "ERRATA_PART_SAMPLES": "5", "PYTHONPATH": str(tmp_path)}
    (tmp_path / "planted_model.py").write_text(
        "import time\n" + MODEL.replace("    out = []", "    time.sleep(0.3)\n    out = []")
    )
    process = subprocess.Popen(
        _command(data, out, model=True),
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not list(out.glob("spans/*.parquet")):
        time.sleep(0.1)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"--out {out} --resume" in said
    assert "Traceback" not in said
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["state"] == "running"
