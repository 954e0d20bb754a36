import { expect, test } from "vitest";

import { assignLooks, NEUTRAL } from "./classes";
import { coloursOf } from "./mapcolours";
import type { PointColumn } from "./points";
import { Ink } from "./scene";

const LABELS = ["ORG", "PER", "LOC", "MISC"];
const looks = assignLooks(LABELS, { ORG: 4, PER: 3, LOC: 2, MISC: 1 });

function category(name: string, values: (string | boolean)[], data: number[]): PointColumn {
  return { name, kind: "category", values, data: new Uint8Array(data), missing: 255 };
}

const options = (n: number, lit: string[] = []) => ({
  counted: new Uint8Array(n).fill(1),
  lit,
  look: (label: string) => looks.get(label) ?? NEUTRAL,
  isClass: (label: string) => looks.has(label),
});

test("classes look as everywhere else, the commonest first, no label is neutral", () => {
  const found = coloursOf(category("pred", LABELS, [0, 1, 1, 255, 2]), options(5));
  expect(found.rows.map(({ word, n }) => [word, n])).toEqual([["PER", 2], ["ORG", 1], ["LOC", 1], ["not predicted", 1]]);
  expect([...found.paint]).toEqual([Ink.First + 1, Ink.First, Ink.First, Ink.None, Ink.First + 2]);
  expect(found.paints.map(({ css }) => css)).toEqual(["k1", "k0", "k2"]);
});

test("a spotlight leaves colour to the lit", () => {
  const found = coloursOf(category("gold", LABELS, [0, 1, 2, 255]), options(4, ["LOC"]));
  expect([...found.paint]).toEqual([Ink.Grey, Ink.Grey, Ink.First, Ink.None]);
  expect(found.rows.map(({ isLit }) => isLit)).toEqual([false, false, true, true]);
});

test("at most eight values hold a colour, each another", () => {
  const names = Array.from({ length: 77 }, (_, i) => `intent_${i}`);
  const data = names.flatMap((_, i) => (i < 20 ? [i, i] : [i]));
  const found = coloursOf(category("gold", names, data), options(data.length));
  expect(found.rows.filter(({ isLit }) => isLit)).toHaveLength(8);
  expect(new Set(found.paints.map(({ css }) => css)).size).toBe(8);
  expect(found.rows).toHaveLength(77);
});

test("the legend counts only what counts", () => {
  const found = coloursOf(category("gold", LABELS, [0, 1, 1, 255]), { ...options(4), counted: new Uint8Array([1, 0, 1, 0]) });
  expect(found.rows.map(({ word, n }) => [word, n])).toEqual([["ORG", 1], ["PER", 1]]);
});

test("hostile values are only words", () => {
  const found = coloursOf(category("meta_x", ["__proto__", "", "<b>"], [0, 1, 2, 2]), options(4));
  expect(found.rows.map(({ word }) => word)).toEqual(["<b>", "__proto__", ""]);
});

test("rates run from 0 to 1, other numbers between their percentiles, undefined is neutral", () => {
  const dep: PointColumn = { name: "dep", kind: "number", data: new Float32Array([0, 0.5, 0.99, 1, NaN]) };
  const found = coloursOf(dep, options(5));
  expect([...found.paint]).toEqual([0, 3, 5, 5].map((step) => Ink.First + step).concat(Ink.None));
  expect(found.ramp).toMatchObject({ low: "0", high: "1" });
  expect(found.rows.map(({ word, n }) => [word, n])).toEqual([["undefined", 1]]);
  const loss: PointColumn = { name: "loss", kind: "number", data: new Float32Array(1000).map((_, i) => (i === 7 ? 1e6 : i / 100)) };
  expect(Number(coloursOf(loss, options(1000)).ramp!.high)).toBeLessThan(11);
});

test("what is right stays grey, so that errors stand out", () => {
  const kinds = coloursOf(category("error_type", ["none", "wrong_tag"], [0, 0, 1]), options(3));
  expect([...kinds.paint]).toEqual([Ink.Grey, Ink.Grey, Ink.First + 1]);
  expect(kinds.rows.map(({ word, isLit }) => [word, isLit])).toEqual([["correct", true], ["wrong tag", true]]);
  const flags: PointColumn = { name: "is_error", kind: "boolean", values: [false, true], data: new Uint8Array([1, 0, 255]), missing: 255 };
  const found = coloursOf(flags, options(3));
  expect([...found.paint.slice(1)]).toEqual([Ink.Grey, Ink.None]);
  expect(found.paints[found.paint[0]! - Ink.First]!.name).toBe("--dep4");
});
