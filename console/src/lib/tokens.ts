/** The token table: which rows stand, which runs of unremarkable tokens fold. */

import type { TokenRow } from "../api/types";

const SHORTEST_FOLD = 3;
const OUTSIDE = "O";

export type TokenLine = { kind: "token"; token: TokenRow } | { kind: "fold"; first: number; tokens: TokenRow[] };

const isUnremarkable = (token: TokenRow): boolean =>
  token.pred_tag === OUTSIDE && (token.gold_tag === OUTSIDE || token.gold_tag === null);

/** Runs of three or more correct O tokens become one line, except those opened by their first token. */
export function tokenLines(tokens: readonly TokenRow[], opened: ReadonlySet<number>): TokenLine[] {
  const lines: TokenLine[] = [];
  let run: TokenRow[] = [];
  const close = (): void => {
    const first = run[0]?.token;
    if (first !== undefined && run.length >= SHORTEST_FOLD && !opened.has(first)) lines.push({ kind: "fold", first, tokens: run });
    else lines.push(...run.map((token) => ({ kind: "token" as const, token })));
    run = [];
  };
  for (const token of tokens) {
    if (isUnremarkable(token)) run.push(token);
    else {
      close();
      lines.push({ kind: "token", token });
    }
  }
  close();
  return lines;
}

/** Label of a tag: what follows its first hyphen; null for O. */
export function tagLabel(tag: string | null): string | null {
  const at = tag?.indexOf("-") ?? -1;
  if (tag === null || tag === OUTSIDE) return null;
  return at < 0 ? tag : tag.slice(at + 1);
}

/** Loss at which the bar is full: p(gold) below .0067. */
const FULL_LOSS = 5;

export const lossShare = (loss: number | null): number => (loss === null ? 0 : Math.max(0, Math.min(loss / FULL_LOSS, 1)));
