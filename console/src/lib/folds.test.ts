import { expect, test } from "vitest";

import { fold, wordOffsets, type FoldUnit } from "./folds";

const text = Array.from({ length: 200 }, (_, i) => `w${i}`).join(" ");
const tokens = wordOffsets(text);
const unitAt = (token: number, dep: number, is_active = true): FoldUnit => ({
  char_start: tokens[token]![0],
  char_end: tokens[token]![1],
  dep,
  is_active,
});
const shown = (units: readonly FoldUnit[], budget = 40): { text: string; hiddenBefore: number }[] =>
  fold(text, tokens, units, { before: 2, after: 2, budget }).windows!.map(({ start, end, hiddenBefore }) => ({
    text: text.slice(start, end),
    hiddenBefore,
  }));

test("a short text is shown whole", () => {
  expect(fold("a b", wordOffsets("a b"), [], { before: 2, after: 2, budget: 5 })).toEqual({ windows: null, hiddenAfter: 0 });
});

test("without active units the beginning is shown", () => {
  const folds = fold(text, tokens, [unitAt(100, 0.9, false)], { before: 2, after: 2, budget: 5 });
  expect(folds.windows).toEqual([{ start: 0, end: "w0 w1 w2 w3 w4".length, hiddenBefore: 0 }]);
  expect(folds.hiddenAfter).toBe(195);
});

test("tokens around each active unit, the rest folded", () => {
  expect(shown([unitAt(100, 0.9), unitAt(20, 0.5)])).toEqual([
    { text: "w18 w19 w20 w21 w22", hiddenBefore: 18 },
    { text: "w98 w99 w100 w101 w102", hiddenBefore: 75 },
  ]);
});

test("windows that nearly touch become one", () => {
  expect(shown([unitAt(20, 0.9), unitAt(27, 0.5)])).toEqual([
    { text: "w18 w19 w20 w21 w22 w23 w24 w25 w26 w27 w28 w29", hiddenBefore: 18 },
  ]);
});

test("a gap of three tokens or fewer is shown, not folded", () => {
  expect(shown([unitAt(5, 0.9)])).toEqual([{ text: "w0 w1 w2 w3 w4 w5 w6 w7", hiddenBefore: 0 }]);
  expect(shown([unitAt(6, 0.9)])[0]).toEqual({ text: "w4 w5 w6 w7 w8", hiddenBefore: 4 });
  const folds = fold(text, tokens, [unitAt(194, 0.9)], { before: 2, after: 2, budget: 40 });
  expect(folds.hiddenAfter).toBe(0);
});

test("the highest DEP is shown first when not all fit", () => {
  expect(shown([unitAt(10, 0.1), unitAt(60, 0.99), unitAt(120, 0.5)], 10).map((window) => window.text)).toEqual([
    "w58 w59 w60 w61 w62",
    "w118 w119 w120 w121 w122",
  ]);
});

test("the ends of the text are kept with their white space", () => {
  const padded = `  ${text}  `;
  const offsets = wordOffsets(padded);
  const last = { char_start: offsets[199]![0], char_end: offsets[199]![1], dep: 1, is_active: true };
  const folds = fold(padded, offsets, [last], { before: 2, after: 2, budget: 5 });
  expect(padded.slice(folds.windows![0]!.start, folds.windows![0]!.end)).toBe("w197 w198 w199  ");
  expect(folds.hiddenAfter).toBe(0);
});

test("words are counted in code points", () => {
  expect(wordOffsets("😀 a  b😀")).toEqual([
    [0, 1],
    [2, 3],
    [5, 7],
  ]);
});
