/** Which colour every point of the map takes, and the legend that says so. */

import type { ClassLook } from "./classes";
import { rate } from "./numbers";
import type { PointColumn } from "./points";
import { Ink } from "./scene";
import { errorWord } from "./words";

/** A colour of the style sheet: a custom property, on an element of a class. */
export interface Paint {
  css: string;
  name: string;
}

export interface LegendRow {
  /** The value as it stands in the address; empty for null. */
  id: string;
  word: string;
  paint: Paint;
  look: ClassLook | null;
  isNone: boolean;
  n: number;
  isLit: boolean;
}

export interface Colours {
  /** Palette index by point. */
  paint: Uint8Array;
  /** What stands at the palette's indices from `Ink.First` on. */
  paints: Paint[];
  rows: LegendRow[];
  /** Numbers only: what the ramp begins and ends with. */
  ramp: { low: string; high: string; paints: Paint[] } | null;
}

export const MOST_COLOURED = 8;
const GREY: Paint = { css: "", name: "--line-strong" };
const NONE: Paint = { css: "", name: "--neutral" };
const RAMP: readonly Paint[] = ["--line-strong", "--dep1", "--dep2", "--dep3", "--dep4", "--dep5"].map((name) => ({ css: "", name }));
const ERROR_PAINTS: Record<string, Paint> = {
  wrong_tag: { css: "k2", name: "--k" },
  missed_span: { css: "k5", name: "--k" },
  ghost_span: { css: "k1", name: "--k" },
  span_shift: { css: "k0", name: "--k" },
};
const DIFFICULTY_PAINTS: Record<string, Paint> = {
  easy: { css: "", name: "--m5" },
  ambiguous: { css: "", name: "--m2" },
  hard: { css: "", name: "--m0" },
};
const HOT: Paint = { css: "", name: "--dep4" };

/** What no label stands for, in the words of the column. */
function noneWord(column: string): string {
  if (column === "pred") return "not predicted";
  if (column === "gold") return "not in gold";
  return "none";
}

function wordOf(column: string, value: string | boolean | null): string {
  if (column === "error_type") return errorWord(String(value));
  if (column === "is_error") return value ? "gold ≠ pred" : "correct";
  return value === true ? "yes" : value === false ? "no" : String(value);
}

interface Options {
  /** Points that count, 1 each. */
  counted: Uint8Array;
  /** Values that hold a colour; empty = as many as there are colours. */
  lit: readonly string[];
  look: (label: string) => ClassLook;
  isClass: (label: string) => boolean;
}

/** `isOwn`: every class among the lit has a hue of its own, so classes look as they do everywhere else. */
function paintOf(column: string, value: string | boolean | null, place: number, isOwn: boolean, { look, isClass }: Options): Paint {
  if (column === "error_type") return ERROR_PAINTS[String(value)] ?? GREY;
  if (column === "difficulty") return DIFFICULTY_PAINTS[String(value)] ?? GREY;
  if (typeof value === "boolean") return value ? HOT : GREY;
  const own = isOwn && typeof value === "string" && isClass(value) ? look(value) : null;
  return own && own.slot !== null ? { css: own.css, name: "--k" } : { css: `k${place % MOST_COLOURED}`, name: "--k" };
}

/** Colours of a category: its eight commonest values, or the lit ones; the others are grey, null is neutral. */
function ofCategory(column: Extract<PointColumn, { values: readonly unknown[] }>, options: Options): Colours {
  const { data, values, missing, name } = column;
  const { counted } = options;
  const counts = new Float64Array(values.length);
  let nNone = 0;
  for (let i = 0; i < data.length; i += 1)
    if (counted[i]) {
      if (data[i] === missing) nNone += 1;
      else counts[data[i]!]! += 1;
    }
  const codes = [...values.keys()].filter((code) => counts[code]! > 0).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const chosen = new Set(options.lit);
  const lit = codes.filter((code) => (chosen.size ? chosen.has(String(values[code])) : true)).slice(0, MOST_COLOURED);
  const ink = new Uint8Array(values.length + 1).fill(Ink.Grey);
  ink[values.length] = Ink.None;
  const isOwn = lit.every((code) => !options.isClass(String(values[code])) || options.look(String(values[code])).slot !== null);
  const paints = lit.map((code, place) => paintOf(name, values[code]!, place, isOwn, options));
  for (const [place, code] of lit.entries()) ink[code] = paints[place] === GREY ? Ink.Grey : Ink.First + place;
  const paint = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 1) paint[i] = ink[data[i] === missing ? values.length : data[i]!]!;
  const rows = codes.map((code): LegendRow => {
    const value = values[code]!;
    const place = lit.indexOf(code);
    const own = typeof value === "string" && options.isClass(value) ? options.look(value) : null;
    return { id: String(value), word: wordOf(name, value), paint: place < 0 ? GREY : paints[place]!, look: own, isNone: false, n: counts[code]!, isLit: place >= 0 };
  });
  if (nNone) rows.push({ id: "", word: noneWord(name), paint: NONE, look: null, isNone: true, n: nNone, isLit: true });
  return { paint, paints, rows, ramp: null };
}

/** The ends of a ramp: rates run from 0 to 1, other numbers from their 2nd to their 98th percentile. */
function rangeOf(data: Float32Array, counted: Uint8Array): [number, number] {
  const known = data.filter((value, i) => counted[i] === 1 && Number.isFinite(value)).sort();
  if (known.length === 0) return [0, 1];
  if (known[0]! >= 0 && known.at(-1)! <= 1) return [0, 1];
  const low = known[Math.floor(0.02 * (known.length - 1))]!;
  const high = known[Math.ceil(0.98 * (known.length - 1))]!;
  return high > low ? [low, high] : [low, low + 1];
}

function ofNumber(column: Extract<PointColumn, { kind: "number" }>, { counted }: Options): Colours {
  const [low, high] = rangeOf(column.data, counted);
  const paint = new Uint8Array(column.data.length);
  let nNone = 0;
  for (let i = 0; i < paint.length; i += 1) {
    const value = column.data[i]!;
    const step = Math.max(0, Math.min(5, Math.floor((6 * (value - low)) / (high - low))));
    paint[i] = Number.isNaN(value) ? Ink.None : Ink.First + step;
    if (Number.isNaN(value) && counted[i]) nNone += 1;
  }
  const written = (value: number): string => (low === 0 && high === 1 ? rate(value) : String(Number(value.toPrecision(3))));
  const rows: LegendRow[] = nNone ? [{ id: "", word: "undefined", paint: NONE, look: null, isNone: true, n: nNone, isLit: true }] : [];
  return { paint, paints: [...RAMP], rows, ramp: { low: written(low), high: written(high), paints: [...RAMP] } };
}

export const coloursOf = (column: PointColumn, options: Options): Colours =>
  column.kind === "number" ? ofNumber(column, options) : ofCategory(column, options);
