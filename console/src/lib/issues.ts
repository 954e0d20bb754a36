/** Which candidates of a sample are suspected label issues, and the units they are about. */

import type { Issue, Unit } from "../api/types";

export interface Suspicion {
  key: string;
  issue: Issue;
  unit: Unit | null;
}

/** The unit an issue is about: by name, else by the bounds of its gold span, else of its predicted one. */
function unitOf(issue: Issue, units: readonly Unit[]): Unit | null {
  const same = (start: number | null, end: number | null): boolean => start === issue.char_start && end === issue.char_end;
  return (
    units.find(({ unit_id }) => unit_id === issue.unit_id) ??
    units.find((unit) => unit.gold === issue.gold && same(unit.gold_start, unit.gold_end)) ??
    units.find((unit) => issue.gold === null && unit.gold === null && same(unit.pred_start, unit.pred_end)) ??
    units.find((unit) => unit.gold_start === null && unit.pred_start === null && unit.gold === issue.gold) ??
    null
  );
}

/** Flagged units, and regions without a unit whose evidence speaks for a span; the most suspicious first. */
export function suspicions(issues: readonly Issue[], units: readonly Unit[]): Suspicion[] {
  return issues
    .map((issue) => ({
      key: `${issue.char_start}:${issue.char_end}:${issue.gold ?? ""}:${issue.suggested_label ?? ""}`,
      issue,
      unit: unitOf(issue, units),
    }))
    .filter(({ issue, unit }) => (unit ? unit.label_issue === true : issue.gold === null && (issue.issue_score ?? 0) > 0))
    .sort((a, b) => (b.issue.issue_score ?? 0) - (a.issue.issue_score ?? 0));
}
