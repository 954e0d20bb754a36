"""The matching rules of one sample, written as plainly as possible and only for tests."""

from __future__ import annotations

Bounds = tuple[int, int, str]  # char_start, char_end, label


def shared(left: Bounds, right: Bounds) -> int:
    return max(0, min(left[1], right[1]) - max(left[0], right[0]))


def match_sample(gold: list[Bounds], pred: list[Bounds]) -> list[tuple[Bounds | None, Bounds | None, str, bool, bool]]:
    """Rows (gold span, pred span, error type, is_split, is_merged), sorted."""

    def preference(pair: tuple[int, int]) -> tuple[object, ...]:
        a, b = gold[pair[0]], pred[pair[1]]
        union = max(a[1], b[1]) - min(a[0], b[0])
        ends = [value for k in (0, 1, 2) for value in sorted((a[k], b[k]))]
        return (-shared(a, b) / union, a[2] != b[2], *ends)

    pairs = [(i, j) for i, a in enumerate(gold) for j, b in enumerate(pred) if shared(a, b)]
    partner_of_gold: dict[int, int] = {}
    partner_of_pred: dict[int, int] = {}
    for i, j in sorted(pairs, key=preference):
        if i not in partner_of_gold and j not in partner_of_pred:
            partner_of_gold[i], partner_of_pred[j] = j, i
    rows: list[tuple[Bounds | None, Bounds | None, str, bool, bool]] = []
    for i, a in enumerate(gold):
        if i in partner_of_gold:
            b = pred[partner_of_gold[i]]
            kind = "span_shift" if a[:2] != b[:2] else "none" if a[2] == b[2] else "wrong_tag"
            rows.append((a, b, kind, False, False))
        else:
            covered = any(shared(a, b) for b in pred)
            rows.append((a, None, "span_shift" if covered else "missed_span", False, covered))
    for j, b in enumerate(pred):
        if j not in partner_of_pred:
            covered = any(shared(a, b) for a in gold)
            rows.append((None, b, "span_shift" if covered else "ghost_span", covered, False))
    return sorted(rows, key=repr)
