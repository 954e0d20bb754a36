import { describe, expect, test } from "vitest";

import { combine, drawnPolygons, drawnWord, isDrawn, isInside, simplify, withoutDrawn, writePolygon, type Polygon } from "./polygon";

const square: Polygon = [[0, 0], [4, 0], [4, 4], [0, 4]];
const A = "in_polygon('0 0, 4 0, 4 4')";
const B = "in_polygon('9 9, 8 8, 9 8')";
const C = "in_polygon('1 1, 2 1, 2 2')";

test("a point is inside by the even-odd rule", () => {
  expect(isInside(square, 2, 2)).toBe(true);
  expect(isInside(square, 5, 2)).toBe(false);
  const bow: Polygon = [[0, 0], [4, 4], [4, 0], [0, 4]];
  expect([isInside(bow, 0.5, 2), isInside(bow, 3.5, 2), isInside(bow, 2, 3.5)]).toEqual([true, true, false]);
});

test("neighbours share no point of their border", () => {
  const left: Polygon = [[0, 0], [2, 0], [2, 4], [0, 4]];
  const right: Polygon = [[2, 0], [4, 0], [4, 4], [2, 4]];
  for (const y of [0.5, 1, 3]) expect(Number(isInside(left, 2, y)) + Number(isInside(right, 2, y))).toBe(1);
});

describe("a drawn line is simplified", () => {
  const circle: Polygon = Array.from({ length: 900 }, (_, i) => [100 * Math.cos(i / 143.2), 100 * Math.sin(i / 143.2)] as const);

  test("to a few corners within its tolerance", () => {
    const fewer = simplify(circle, 1.2);
    expect(fewer.length).toBeLessThan(60);
    for (let i = 0; i < 200; i += 1) {
      const [x, y] = [97 * Math.cos(i), 97 * Math.sin(i)];
      expect(isInside(fewer, x, y)).toBe(true);
      expect(isInside(fewer, x * 1.06, y * 1.06)).toBe(false);
    }
  });

  test("to what the server reads, however wild", () => {
    const wild: Polygon = Array.from({ length: 3000 }, (_, i) => [i, (i * 7919) % 997] as const);
    expect(simplify(wild, 1).length).toBeLessThanOrEqual(120);
  });
});

test("corners are as exact as the zoom", () => {
  expect(writePolygon([[1 / 3, -2 / 3], [1, 1], [1e-9, 5]], 900)).toBe("in_polygon('0.3333 -0.6667, 1 1, 0 5')");
  expect(writePolygon([[12345.678, 0.5], [1, 1], [2, 2]], 0.5)).toBe("in_polygon('12345.7 0.5, 1 1, 2 2')");
});

test("what was drawn is told from what was typed", () => {
  expect(isDrawn(A)).toBe(true);
  expect(isDrawn(`NOT ${A}`)).toBe(true);
  expect(isDrawn(`(${A} OR ${B})`)).toBe(true);
  expect(isDrawn(`(${A} OR gold = 'PER')`)).toBe(false);
  expect(isDrawn("gold = 'in_polygon'")).toBe(false);
});

test("a new lasso takes the place of the old one and leaves the rest", () => {
  expect(combine("", A, "replace")).toBe(A);
  expect(combine(`gold = 'PER' AND ${A} AND NOT ${B}`, C, "replace")).toBe(`gold = 'PER' AND ${C}`);
});

test("Shift adds and Alt cuts out", () => {
  expect(combine("dep > 0.5", A, "add")).toBe(`dep > 0.5 AND ${A}`);
  const two = combine(`dep > 0.5 AND ${A}`, B, "add");
  expect(two).toBe(`dep > 0.5 AND (${A} OR ${B})`);
  expect(combine(two, C, "add")).toBe(`dep > 0.5 AND (${A} OR ${B} OR ${C})`);
  expect(combine(A, B, "subtract")).toBe(`${A} AND NOT ${B}`);
  expect(combine(`${A} AND NOT ${B}`, C, "add")).toBe(`((${A} AND NOT ${B}) OR ${C})`);
  expect(isDrawn(combine(`${A} AND NOT ${B}`, C, "add"))).toBe(true);
});

test("outlines, words and a way out", () => {
  const where = `gold = 'PER' AND (${A} OR ${B})`;
  expect(drawnPolygons(where)).toEqual([[[0, 0], [4, 0], [4, 4]], [[9, 9], [8, 8], [9, 8]]]);
  expect(drawnPolygons("in_polygon('nonsense')")).toEqual([]);
  expect(withoutDrawn(where)).toBe("gold = 'PER'");
  expect(drawnWord(A)).toBe("inside the lasso on the map");
  expect(drawnWord(`NOT ${A}`)).toBe("outside the lasso on the map");
  expect(drawnWord(`(${A} OR ${B})`)).toBe("2 lassos on the map");
  expect(drawnWord("dep > 1")).toBeNull();
});
