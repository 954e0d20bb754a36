/** Which parts of a long text a row shows: some tokens around each active unit, the highest DEP first. */

import { utf16Offsets } from "./offsets";
import type { Window } from "./segments";

export interface FoldUnit {
  char_start: number;
  char_end: number;
  dep: number | null;
  is_active: boolean;
}

export interface Folds {
  /** Null = all of the text is shown. */
  windows: Window[] | null;
  hiddenAfter: number;
}

/** Half-open code-point offsets of a text's tokens. */
export type TokenOffsets = readonly (readonly [number, number])[];

const WORD = /\S+/gu;

/** Offsets of the words of a text that has no tokens of its own, in code points. */
export function wordOffsets(text: string): [number, number][] {
  const offsets: [number, number][] = [];
  let units = 0;
  let codePoints = 0;
  for (const match of text.matchAll(WORD)) {
    codePoints += [...text.slice(units, match.index)].length;
    const length = [...match[0]].length;
    offsets.push([codePoints, codePoints + length]);
    codePoints += length;
    units = match.index + match[0].length;
  }
  return offsets;
}

/** First token that ends after `offset`. */
function tokenAt(tokens: TokenOffsets, offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]![1] <= offset) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, tokens.length - 1);
}

interface Stretch {
  first: number;
  last: number;
}

/** So few tokens are shown rather than folded. */
const SMALL_GAP = 3;

function merge(stretches: Stretch[], last: number): Stretch[] {
  const merged: Stretch[] = [];
  for (const given of [...stretches].sort((a, b) => a.first - b.first)) {
    const stretch = {
      first: given.first <= SMALL_GAP ? 0 : given.first,
      last: given.last >= last - SMALL_GAP ? last : given.last,
    };
    const previous = merged.at(-1);
    if (previous && stretch.first <= previous.last + 1 + SMALL_GAP) previous.last = Math.max(previous.last, stretch.last);
    else merged.push(stretch);
  }
  return merged;
}

/**
 * Windows of at most about `budget` tokens with `before` and `after` tokens on either side of each active unit. Texts
 * of up to `budget` tokens are shown whole; one without active units is shown from its beginning.
 */
export function fold(
  text: string,
  tokens: TokenOffsets,
  units: readonly FoldUnit[],
  { before, after, budget }: { before: number; after: number; budget: number },
): Folds {
  if (tokens.length <= budget) return { windows: null, hiddenAfter: 0 };
  const last = tokens.length - 1;
  const active = units.filter((unit) => unit.is_active).sort((a, b) => (b.dep ?? 0) - (a.dep ?? 0));
  let stretches: Stretch[] = active.length ? [] : [{ first: 0, last: budget - 1 }];
  for (const unit of active) {
    const stretch = {
      first: Math.max(0, tokenAt(tokens, unit.char_start) - before),
      last: Math.min(last, tokenAt(tokens, Math.max(unit.char_end - 1, unit.char_start)) + after),
    };
    const grown = merge([...stretches, stretch], last);
    const size = grown.reduce((sum, { first, last: end }) => sum + end - first + 1, 0);
    if (stretches.length && size > budget) break;
    stretches = grown;
  }
  const convert = utf16Offsets(text);
  const windows = stretches.map(({ first, last: end }, i) => ({
    start: first === 0 ? 0 : convert(tokens[first]![0]),
    end: end === last ? text.length : convert(tokens[end]![1]),
    hiddenBefore: first - (i === 0 ? 0 : stretches[i - 1]!.last + 1),
  }));
  return { windows, hiddenAfter: last - stretches.at(-1)!.last };
}
