"""The labels of a data set: which there are, in what order, and which are read as others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from errata.core.errors import InputError, near_names
from errata.core.types import Ints

DROPPED = frozenset({"", "O"})
"""What ``--label-map A=`` or ``A=O`` maps a label to that is to be ignored."""


@dataclass(frozen=True, slots=True)
class LabelCoding:
    """``labels`` of the data set and the code of every name that a source may use; -1 for dropped ones."""

    labels: tuple[str, ...]
    code_of: Mapping[str, int]

    def table(self, names: Sequence[str]) -> Ints:
        """Codes of ``names``, int32 ``(len(names) + 1,)``; the last is -1, so that code -1 stays -1."""
        return np.array([self.code_of[name] for name in names] + [-1], np.int32)


def code_labels(names: Iterable[str], label_map: Mapping[str, str], order: Sequence[str] = ()) -> LabelCoding:
    """Labels after renaming: those of ``order`` first (occurring or not), the others by name, numbers by value.

    Raises InputError when ``label_map`` renames a label that does not occur.
    """
    found = dict.fromkeys(names)
    for name in label_map:
        if name not in found and name not in order:
            near = near_names(name, found)
            raise InputError(
                f"--label-map {name}={label_map[name]}",
                found=f"no label {name!r}",
                expected=f"one of {', '.join(sorted(found)[:20])}",
                remedy=f"did you mean {near[0]}?" if near else "correct the name.",
            )
    dropped = {name for name, new in label_map.items() if new in DROPPED}
    renamed = {name: label_map.get(name, name) for name in [*order, *found] if name and name not in dropped}
    first = dict.fromkeys(renamed[name] for name in order if name in renamed)
    others = sorted(set(renamed.values()) - set(first), key=_by_value)
    code = {name: number for number, name in enumerate([*first, *others])}
    codes = {name: code[new] for name, new in renamed.items()}
    return LabelCoding(tuple(code), codes | dict.fromkeys((*dropped, ""), -1))


def _by_value(name: str) -> tuple[int, int, str]:
    digits = name.removeprefix("-")
    is_number = digits.isdecimal() and len(digits) < 19
    return (0, int(name), name) if is_number else (1, 0, name)
