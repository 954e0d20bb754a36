import { expect, test } from "vitest";

import type { Confusion } from "../api/types";
import {
  cellShare,
  cellValues,
  columnName,
  countAt,
  heat,
  isDiagonal,
  isHot,
  isNowhere,
  labelOrder,
  largestError,
  matrixOf,
  rowName,
  type Matrix,
  type MatrixOrder,
} from "./confusion";

const confusion: Confusion = {
  labels: ["LOC", "MISC", "ORG", "PER"],
  cells: [
    [0, 0, 548],
    [2, 2, 612],
    [2, 0, 83],
    [0, 2, 58],
    [3, 3, 781],
    [1, 1, 196],
    [1, 3, 4],
  ],
  missed: [9, 32, 41, 17],
  ghost: [18, 21, 47, 9],
};

const built = (from: Confusion, order: MatrixOrder): Matrix => matrixOf(from, labelOrder(from, order));

test("orders: by name, by support, and with similar classes adjacent", () => {
  const names = (order: "name" | "support" | "confusion"): string[] =>
    labelOrder(confusion, order).map((code) => confusion.labels[code]!);
  expect(names("name")).toEqual(["LOC", "MISC", "ORG", "PER"]);
  expect(names("support")).toEqual(["PER", "ORG", "LOC", "MISC"]);
  expect(names("confusion")).toEqual(["PER", "MISC", "ORG", "LOC"]);
});

test("rows are gold, columns pred, missed last column, ghost last row", () => {
  const matrix = built(confusion, "name");
  expect(matrix.size).toBe(5);
  expect(countAt(matrix, 2, 0)).toBe(83);
  expect(countAt(matrix, 2, 4)).toBe(41);
  expect(countAt(matrix, 4, 2)).toBe(47);
  expect([rowName(matrix, 4), columnName(matrix, 4), rowName(matrix, 0)]).toEqual(["ghost", "missed", "LOC"]);
  expect(cellValues(matrix, 4, 2)).toEqual([null, "ORG"]);
  expect(matrix.rowTotals[2]).toBe(612 + 83 + 41);
  expect(matrix.columnTotals[0]).toBe(548 + 83 + 18);
  expect(isNowhere(matrix, 4, 4)).toBe(true);
  expect(isDiagonal(matrix, 4, 4)).toBe(false);
});

test("the counts of the matrix are the counts of the server", () => {
  const matrix = built(confusion, "confusion");
  const sent = confusion.cells.reduce((sum, [, , n]) => sum + n, 0) + [...confusion.missed, ...confusion.ghost].reduce((a, b) => a + b);
  expect(matrix.counts.reduce((a, b) => a + b)).toBe(sent);
});

test("without anything outside there is no extra row or column", () => {
  const matrix = built({ ...confusion, missed: [0, 0, 0, 0], ghost: [0, 0, 0, 0] }, "name");
  expect(matrix.size).toBe(4);
  expect(isNowhere(matrix, 4, 4)).toBe(false);
});

test("shares and heat", () => {
  const matrix = built(confusion, "name");
  expect(largestError(matrix)).toBe(83);
  expect(cellShare(matrix, 2, 0, "row", 83)).toBeCloseTo(83 / 736);
  expect(cellShare(matrix, 2, 0, "column", 83)).toBeCloseTo(83 / 649);
  expect(cellShare(matrix, 2, 0, "count", 83)).toBe(1);
  expect(heat(0, false, "row")).toBe(0);
  expect(heat(0.9, false, "row")).toBe(0.56);
  expect(heat(0.1, false, "row")).toBeCloseTo(0.4);
  expect(isHot(heat(0.1, false, "row"))).toBe(true);
  expect(heat(1, true, "row")).toBeCloseTo(0.18);
});

test("no label at all", () => {
  expect(built({ labels: [], cells: [], missed: [], ghost: [] }, "confusion").size).toBe(0);
});
