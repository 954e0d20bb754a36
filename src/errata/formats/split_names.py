"""Which split a file is, from its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

SYNONYMS = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("dev", "devel", "development", "valid", "validation", "val", "testa"), "dev"),
    **dict.fromkeys(("test", "testing", "tst", "testb"), "test"),
    **dict.fromkeys(("unlabelled", "unlabeled", "inference"), "unlabelled"),
    **dict.fromkeys(("eval", "evaluation"), "eval"),
}
"""Words in file names → split. ``eval`` stays itself: some use it for dev, some for test."""

_SHARD = re.compile(r"-\d{5}-of-\d{5}")  # Hugging Face: train-00000-of-00002.parquet
_WHOLE_WORD_ONLY = frozenset({"val", "trn", "tst", "eval", "dev"})  # too short to be read out of a compound


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that names a split. ``family``: its name without the split's word, equal for files that go together.

    ``is_exact``: nothing but the split's name and a suffix.
    """

    path: PurePath
    split: str
    family: str
    is_exact: bool


def candidate(path: PurePath) -> Candidate | None:
    """The split that a file name names; None when it names none."""
    name = _SHARD.sub("", path.name.removesuffix(".gz"))
    for match in re.finditer(r"[A-Za-z]+", name):
        for start, end in _pieces(match):
            split = SYNONYMS.get(name[start:end].lower())
            if split is not None:
                rest = name[:start], name[end:]
                is_exact = not rest[0] and (not rest[1] or rest[1] == PurePath(name).suffix)
                return Candidate(path, split, "{}".join(rest), is_exact)
    return None


def _pieces(match: re.Match[str]) -> Iterable[tuple[int, int]]:
    """A run of letters, then its parts at lower-to-upper borders (``trainData``), the short words not among these."""
    yield match.span()
    for part in re.finditer(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", match[0]):
        if part[0].lower() not in _WHOLE_WORD_ONLY:
            yield match.start() + part.start(), match.start() + part.end()


def choose(candidates: list[Candidate]) -> tuple[dict[str, list[Candidate]], dict[str, list[Candidate]]]:
    """Files per split, and per split those that could not be told apart.

    Exact names go first. Then the one family of names that covers every split, if all others only add words to its name
    (``gold_train``, ``gold_nested_dev``); of several such families the one that says ``gold``. Shards stay together.
    """
    by_split: dict[str, list[Candidate]] = {}
    for found in sorted(candidates, key=lambda found: str(found.path)):
        by_split.setdefault(found.split, []).append(found)
    chosen: dict[str, list[Candidate]] = {}
    unclear: dict[str, list[Candidate]] = {}
    family = _family(by_split)
    for split, files in by_split.items():
        exact = [found for found in files if found.is_exact]
        kin = [found for found in files if found.family == family]
        picked = files if _is_one(files) else exact if _is_one(exact) else kin
        if _is_one(picked):
            chosen[split] = picked
        else:
            unclear[split] = files
    return chosen, unclear


def _is_one(files: list[Candidate]) -> bool:
    """Whether the files are one, perhaps in shards."""
    return len(files) == 1 or (len(files) > 1 and len({found.family for found in files}) == 1 and _are_shards(files))


def _are_shards(files: list[Candidate]) -> bool:
    return all(_SHARD.search(found.path.name) for found in files)


def _family(by_split: dict[str, list[Candidate]]) -> str | None:
    cover: dict[str, set[str]] = {}
    for split, files in by_split.items():
        for found in files:
            cover.setdefault(found.family, set()).add(split)
    whole = [family for family, splits in cover.items() if len(splits) == len(by_split) > 1]
    if len(whole) == 1:
        return whole[0] if all(_words(whole[0]) <= _words(other) for other in cover) else None
    gold = [family for family in whole if "gold" in _words(family)]
    return gold[0] if len(gold) == 1 else None


def _words(family: str) -> set[str]:
    return set(re.findall(r"[a-z]+|\d+", family.lower()))
