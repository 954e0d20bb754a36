"""What a user may call a model."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from errata.core.errors import ModelError, UsageError
from errata.core.types import DataSet
from errata.models.callable import CallablePredictor
from errata.models.loading import import_function, load_predictor
from tests.unit.models.conftest import TAGS

Build = Callable[..., DataSet]
MODULE = """
def predict(batch):
    return ["good"] * len(batch)

class Own:
    name = "own"
    needs_whole = False
    def check(self, data): return []
    def predict(self, data, progress=None): raise NotImplementedError
    def describe(self): return {}

own = Own()
number = 3
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Name of a module in the working folder."""
    (tmp_path / "my_models.py").write_text(MODULE)
    (tmp_path / "broken_models.py").write_text("import nothing_of_this_name")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    yield "my_models"
    sys.modules.pop("my_models", None)
    assert sys.path == before


def test_function_by_name(module: str, texts: Build) -> None:
    predictor = load_predictor(f"{module}:predict")
    assert predictor.name == "my_models:predict"
    found = predictor.predict(texts(["a", "b"]))
    assert [found.labels[code] for code in found.class_pred] == ["good", "good"]


def test_predictors_pass_through(module: str) -> None:
    own = import_function(f"{module}:own")
    assert load_predictor(own) is own
    assert load_predictor(f"{module}:own") is own


@pytest.mark.parametrize(
    ("reference", "message", "remedy"),
    [
        ("my_models:predic", "has no predic", "did you mean my_models:predict?"),
        ("my_models:zzz", "has no zzz", "check"),
        ("my_models:number", "is a int", "function"),
        ("no_such_module:f", "cannot be imported", "python -c"),
        ("broken_models:f", "nothing_of_this_name", "python -c"),
    ],
)
def test_functions_that_are_not_there(module: str, reference: str, message: str, remedy: str) -> None:
    with pytest.raises(ModelError) as caught:
        load_predictor(reference)
    assert message in caught.value.message
    assert remedy in caught.value.remedy


def test_callables() -> None:
    assert isinstance(load_predictor(lambda batch: batch), CallablePredictor)


@pytest.mark.parametrize(
    "model", ["./absent", "/absent/model", "a/b/c", "what is this?", "", "owner/../model", "~nobody-of-this-name/m"]
)
def test_names_that_are_nothing(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if model:
        with pytest.raises(ModelError, match="No such model"):
            load_predictor(model)
    else:
        with pytest.raises(ModelError):
            load_predictor(model)


def test_files_are_not_models(tmp_path: Path) -> None:
    for name, message in (("model.bin", "is a pickle"), ("model.safetensors", "a model is a folder")):
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(ModelError, match=message):
            load_predictor(tmp_path / name)


def test_settings_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="first, mean or max"):
        load_predictor(tmp_path, subword="last")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="batch_tokens"):
        load_predictor(tmp_path, batch_tokens=0)
    with pytest.raises(ModelError, match="Found a int"):
        load_predictor(3)  # type: ignore[call-overload,arg-type]


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache, with the hub out of reach."""
    constants = pytest.importorskip("huggingface_hub").constants
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "hub"


def test_a_hub_model_that_cannot_be_fetched(offline: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load_predictor("owner/absent", revision="abc")
    assert "owner/absent at revision abc: no local folder has this name" in caught.value.message
    assert "local folder" in caught.value.remedy


def test_a_hub_model_in_the_cache(offline: Path, bert: Callable[..., Path]) -> None:
    pytest.importorskip("transformers")
    commit = "0123456789abcdef0123456789abcdef01234567"
    folder = offline / "models--owner--tiny"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text(commit)
    shutil.copytree(bert("token", TAGS), folder / "snapshots" / commit)
    facts = load_predictor("owner/tiny").describe()
    assert (facts["name"], facts["revision"]) == ("owner/tiny", commit)


def test_without_transformers_the_extra_is_named(bert: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("transformers")
    folder = bert("token", TAGS)
    monkeypatch.delitem(sys.modules, "errata.models.huggingface", raising=False)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(UsageError, match="transformers") as caught:
        load_predictor(folder)
    assert "errata-studio[hf]" in caught.value.remedy
