/** The confusion of a selection as a matrix [gold, pred], with `missed` as last column and `ghost` as last row. */

import type { Confusion } from "../api/types";
import type { MatrixShare } from "./address";

export interface Matrix {
  /** Labels in the order of rows and columns. */
  labels: string[];
  /** Rows and columns drawn: one more than labels where anything is missed or ghost. */
  size: number;
  hasOutside: boolean;
  /** Row-major, `size` × `size`. */
  counts: Float64Array;
  rowTotals: Float64Array;
  columnTotals: Float64Array;
}

export type MatrixOrder = "confusion" | "name" | "support";

const LARGEST_ORDERED = 2000;

function supports({ labels, cells, missed }: Confusion): number[] {
  const support = [...missed];
  for (const [gold, , n] of cells) support[gold] = (support[gold] ?? 0) + n;
  return labels.map((_, i) => support[i] ?? 0);
}

/** Similar classes side by side: from the commonest, always on to the one most confused with the last. */
function chain(confusion: Confusion, support: readonly number[]): number[] {
  const n = confusion.labels.length;
  const mutual = new Map<number, Map<number, number>>();
  const put = (a: number, b: number, count: number): void => {
    const of = mutual.get(a) ?? new Map<number, number>();
    of.set(b, (of.get(b) ?? 0) + count);
    mutual.set(a, of);
  };
  for (const [gold, pred, count] of confusion.cells) {
    if (gold === pred) continue;
    put(gold, pred, count);
    put(pred, gold, count);
  }
  const waiting = new Set([...Array(n).keys()].sort((a, b) => support[b]! - support[a]! || a - b));
  const order: number[] = [];
  let last: number | undefined;
  while (waiting.size) {
    let next: number | undefined;
    let best = 0;
    for (const [other, count] of last === undefined ? [] : (mutual.get(last) ?? []))
      if (waiting.has(other) && (count > best || (count === best && next !== undefined && other < next)))
        [next, best] = [other, count];
    last = next ?? waiting.values().next().value!;
    waiting.delete(last);
    order.push(last);
  }
  return order;
}

export function labelOrder(confusion: Confusion, order: MatrixOrder): number[] {
  const { labels } = confusion;
  const support = supports(confusion);
  const all = [...labels.keys()];
  if (order === "name") return all.sort((a, b) => (labels[a]! < labels[b]! ? -1 : 1));
  if (order === "support" || labels.length > LARGEST_ORDERED) return all.sort((a, b) => support[b]! - support[a]! || a - b);
  return chain(confusion, support);
}

/** The matrix with its labels in the order of `codes`. */
export function matrixOf(confusion: Confusion, codes: readonly number[]): Matrix {
  const place = new Map(codes.map((code, i) => [code, i]));
  const outside = codes.length;
  const hasOutside = confusion.missed.some((n) => n > 0) || confusion.ghost.some((n) => n > 0);
  const size = outside + (hasOutside ? 1 : 0);
  const matrix: Matrix = {
    labels: codes.map((code) => confusion.labels[code]!),
    size,
    hasOutside,
    counts: new Float64Array(size * size),
    rowTotals: new Float64Array(size),
    columnTotals: new Float64Array(size),
  };
  const put = (row: number, column: number, n: number): void => {
    matrix.counts[row * size + column]! += n;
    matrix.rowTotals[row]! += n;
    matrix.columnTotals[column]! += n;
  };
  for (const [gold, pred, n] of confusion.cells) put(place.get(gold)!, place.get(pred)!, n);
  if (hasOutside)
    for (const [code, row] of place) {
      put(row, outside, confusion.missed[code] ?? 0);
      put(outside, row, confusion.ghost[code] ?? 0);
    }
  return matrix;
}

export const countAt = (matrix: Matrix, row: number, column: number): number => matrix.counts[row * matrix.size + column] ?? 0;

/** Missed and ghost meet nowhere. */
export const isNowhere = (matrix: Matrix, row: number, column: number): boolean =>
  matrix.hasOutside && row === matrix.labels.length && column === matrix.labels.length;

export const isDiagonal = (matrix: Matrix, row: number, column: number): boolean =>
  row === column && row < matrix.labels.length;

/** Share of a cell in its row, its column or the largest cell off the diagonal. */
export function cellShare(matrix: Matrix, row: number, column: number, by: MatrixShare, largest: number): number {
  const n = countAt(matrix, row, column);
  const of = by === "row" ? matrix.rowTotals[row]! : by === "column" ? matrix.columnTotals[column]! : largest;
  return of > 0 ? n / of : 0;
}

/** The largest count off the diagonal. */
export function largestError(matrix: Matrix): number {
  let largest = 0;
  for (let row = 0; row < matrix.size; row += 1)
    for (let column = 0; column < matrix.size; column += 1)
      if (!isDiagonal(matrix, row, column)) largest = Math.max(largest, countAt(matrix, row, column));
  return largest;
}

const HOTTEST = 0.56;
const STEEPNESS = 4; // a quarter of a row is as hot as it gets

/** Opacity of a cell: `--ink` on the diagonal, `--dep4` elsewhere. Under counts the share is of the largest error. */
export function heat(share: number, diagonal: boolean, by: MatrixShare): number {
  if (diagonal) return share === 0 ? 0 : 0.06 + 0.12 * Math.min(share, 1);
  return Math.min(HOTTEST, by === "count" ? share * HOTTEST : share * STEEPNESS);
}

export const isHot = (opacity: number): boolean => opacity > 0.6 * HOTTEST;

export const rowName = (matrix: Matrix, row: number): string => matrix.labels[row] ?? "ghost";
export const columnName = (matrix: Matrix, column: number): string => matrix.labels[column] ?? "missed";

/** Labels of a cell as filter values: null = nothing on that side. */
export const cellValues = (matrix: Matrix, row: number, column: number): [string | null, string | null] => [
  matrix.labels[row] ?? null,
  matrix.labels[column] ?? null,
];
