/** Lassos and boxes: corners drawn on the map, and the `in_polygon('x y, …')` that they are in the filter. */

import { join, parse } from "./filter";
import type { Corner } from "./mapview";

export type Polygon = readonly Corner[];
export type Combine = "replace" | "add" | "subtract";

/** The server reads at most 200. */
const MOST_CORNERS = 120;
const CALL = /in_polygon\s*\(\s*'([^']*)'\s*\)/gi;

/** Whether a point lies inside, by the even-odd rule. */
export function isInside(polygon: Polygon, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i, i += 1) {
    const [x1, y1] = polygon[j]!;
    const [x2, y2] = polygon[i]!;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
  }
  return inside;
}

function distanceToLine([x, y]: Corner, [x1, y1]: Corner, [x2, y2]: Corner): number {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length === 0) return Math.hypot(x - x1, y - y1);
  return Math.abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length;
}

/** Leave out corners that lie less than `tolerance` off the line between their neighbours (Douglas and Peucker). */
export function simplify(polygon: Polygon, tolerance: number): Polygon {
  const kept = new Uint8Array(polygon.length);
  const waiting: [number, number][] = [[0, polygon.length - 1]];
  kept[0] = kept[polygon.length - 1] = 1;
  while (waiting.length) {
    const [first, last] = waiting.pop()!;
    let farthest = 0;
    let at = -1;
    for (let i = first + 1; i < last; i += 1) {
      const distance = distanceToLine(polygon[i]!, polygon[first]!, polygon[last]!);
      if (distance > farthest) [farthest, at] = [distance, i];
    }
    if (at < 0 || farthest <= tolerance) continue;
    kept[at] = 1;
    waiting.push([first, at], [at, last]);
  }
  const fewer = polygon.filter((_, i) => kept[i]);
  return fewer.length > MOST_CORNERS ? simplify(fewer, tolerance * 2) : fewer;
}

/** Digits behind the point that keep a corner within a tenth of a pixel. */
const digitsFor = (scale: number): number => Math.max(0, Math.min(12, Math.ceil(Math.log10(scale)) + 1));

/** The filter of a polygon in map coordinates, as exact as the zoom it was drawn at. */
export function writePolygon(polygon: Polygon, scale: number): string {
  const digits = digitsFor(scale);
  const written = (value: number): string => String(Number(value.toFixed(digits)));
  return `in_polygon('${polygon.map(([x, y]) => `${written(x)} ${written(y)}`).join(", ")}')`;
}

/** Whether a conjunct is made of nothing but polygons: it was drawn. */
export const isDrawn = (source: string): boolean =>
  source.search(CALL) >= 0 && /^(?:[\s()]|\b(?:AND|OR|NOT)\b)*$/i.test(source.replaceAll(CALL, " "));

/** Every polygon of the drawn conjuncts, to be outlined. */
export function drawnPolygons(where: string): Polygon[] {
  return parse(where)
    .filter(({ source }) => isDrawn(source))
    .flatMap(({ source }) => [...source.matchAll(CALL)])
    .map(([, text]) => text!.split(",").map((corner) => corner.trim().split(/\s+/).map(Number)))
    .filter((polygon) => polygon.every((corner) => corner.length === 2 && corner.every(Number.isFinite)))
    .map((polygon) => polygon.map(([x, y]) => [x!, y!] as const));
}

/** The filter after one more polygon was drawn. */
export function combine(where: string, polygon: string, how: Combine): string {
  const conjuncts = parse(where).map(({ source }) => source);
  const drawn = conjuncts.filter(isDrawn);
  const rest = conjuncts.filter((source) => !isDrawn(source));
  if (how === "subtract") return join([...rest, ...drawn, `NOT ${polygon}`]);
  if (how === "add" && drawn.length) return join([...rest, `(${drawn.length > 1 ? `(${join(drawn)})` : bare(drawn[0]!)} OR ${polygon})`]);
  return join([...rest, polygon]);
}

/** `(a OR b)` without its brackets, so that a third one joins the row. */
function bare(source: string): string {
  const inner = /^\((.*)\)$/s.exec(source)?.[1];
  return inner !== undefined && !inner.replaceAll(CALL, "").match(/[()]|\bAND\b/i) ? inner : source;
}

/** The filter without what was drawn. */
export const withoutDrawn = (where: string): string =>
  join(
    parse(where)
      .map(({ source }) => source)
      .filter((source) => !isDrawn(source)),
  );

/** How a drawn conjunct reads as a chip; null for others. */
export function drawnWord(source: string): string | null {
  if (!isDrawn(source)) return null;
  const n = [...source.matchAll(CALL)].length;
  if (n > 1) return `${n} lassos on the map`;
  const outside = /^\W*NOT\b/i.test(source);
  return `${outside ? "outside" : "inside"} the lasso on the map`;
}
