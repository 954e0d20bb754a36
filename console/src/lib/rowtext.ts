/** What of a sample's text a row shows. */

import type { Row } from "../api/types";
import { fold, wordOffsets, type Folds, type TokenOffsets } from "./folds";

/** Tokens around each active unit. */
const AROUND = 12;
/** Tokens of English that about fill the lines of a row. */
const TOKENS = { default: 36, compact: 20, full: 200 } as const;
/** Characters of an English token with its space. */
const TYPICAL = 5.5;

export type RowKind = keyof typeof TOKENS;

/** Scripts whose tokens are single characters fit more of them into a line. */
function scale(text: string, tokens: TokenOffsets): number {
  return Math.max(0.75, Math.min(TYPICAL / (text.length / Math.max(tokens.length, 1)), 3));
}

export function rowFolds(row: Pick<Row, "text" | "tokens" | "units">, kind: RowKind): Folds {
  const tokens = row.tokens ?? wordOffsets(row.text);
  const factor = scale(row.text, tokens);
  const around = Math.round(AROUND * Math.min(factor, 2));
  return fold(row.text, tokens, row.units, { before: around, after: around, budget: Math.round(TOKENS[kind] * factor) });
}

/** The unit of a unit row with some tokens around it; fewer before it where the row is narrow, so that it is seen. */
export function unitFolds(row: Pick<Row, "text" | "tokens" | "units" | "focus">, isWide: boolean): Folds {
  const tokens = row.tokens ?? wordOffsets(row.text);
  const factor = Math.min(scale(row.text, tokens), 2);
  const units = row.units.map((unit) => ({ ...unit, is_active: unit.unit_id === row.focus }));
  const before = Math.round((isWide ? 4 : 2) * factor);
  return fold(row.text, tokens, units, { before, after: Math.round(4 * factor), budget: isWide ? 9 : 4 });
}

/** DEP that a row is sorted by: the highest of its units in the filter, else the sample's own. */
export function rowDep(row: Pick<Row, "units" | "focus" | "dep">): number | null {
  if (row.focus !== null) return row.units.find(({ unit_id }) => unit_id === row.focus)?.dep ?? null;
  const deps = row.units.filter(({ is_active, dep }) => is_active && dep !== null).map(({ dep }) => dep!);
  return deps.length ? Math.max(...deps) : row.dep;
}

const LONGEST = 900;

/** The beginning of a text that carries no spans: enough for every row, whatever its height. */
export const beginning = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`);
