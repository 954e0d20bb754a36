/**
 * The inline view as data: a text cut at every bound of every span it shows. Spans are never nested in the result, so
 * bounds may cross; each segment says what covers it and what begins or ends with it.
 */

import { utf16Offsets } from "./offsets";

export interface SpanUnit {
  unit_id: string;
  gold_start: number | null;
  gold_end: number | null;
  pred_start: number | null;
  pred_end: number | null;
  gold: string | null;
  pred: string | null;
  /** Null where the sample has no gold to be wrong against. */
  error_type: string | null;
  is_split: boolean | null;
  is_active: boolean;
}

export type BoxKind = "correct" | "wrong" | "missed";

/** A border drawn in the line: a predicted span, or a missed gold span (dotted). */
export interface Box {
  unit: number;
  kind: BoxKind;
  label: string | null;
}

/** A line under the text at the true bounds of a span that has no box. Lane 0 is next to the text. */
export interface Bracket {
  unit: number;
  label: string | null;
  lane: number;
  dotted: boolean;
  starts: boolean;
  ends: boolean;
}

/** What stands after the last segment of a unit: its gold class, the sign for "nothing in gold", or the split fork. */
export interface Mark {
  unit: number;
  kind: "gold" | "none" | "split";
  label: string | null;
}

export interface Segment {
  start: number;
  end: number;
  text: string;
  box: Box | null;
  boxStarts: boolean;
  boxEnds: boolean;
  brackets: Bracket[];
  marks: Mark[];
  /** Set on a segment that stands for hidden text; `text` is empty then. */
  fold: { tokens: number } | null;
}

export interface Layout {
  segments: Segment[];
  /** Bracket lanes in use, 0 to 3. */
  lanes: number;
  /** Brackets left out because all lanes are taken. */
  hiddenBrackets: number;
}

/** A visible part of the text in UTF-16 units, and the tokens hidden before it. */
export interface Window {
  start: number;
  end: number;
  hiddenBefore: number;
}

export const MAX_LANES = 3;

interface Placed {
  unit: number;
  start: number;
  end: number;
  label: string | null;
  kind: BoxKind;
}

interface Line extends Placed {
  lane: number;
}

const overlaps = (a: { start: number; end: number }, b: { start: number; end: number }): boolean =>
  a.start < b.end && b.start < a.end;

/** Everything that wants to be seen in or under the line. */
function collect(units: readonly SpanUnit[], convert: (codePoint: number) => number) {
  const boxes: Placed[] = [];
  const lines: Placed[] = [];
  const marks: { at: number; mark: Mark }[] = [];
  for (const [unit, span] of units.entries()) {
    const hasPred = span.pred_start !== null && span.pred_end !== null;
    const hasGold = span.gold_start !== null && span.gold_end !== null;
    const pred = hasPred ? { start: convert(span.pred_start!), end: convert(span.pred_end!) } : null;
    const gold = hasGold ? { start: convert(span.gold_start!), end: convert(span.gold_end!) } : null;
    const kind: BoxKind = span.error_type === null || span.error_type === "none" ? "correct" : "wrong";
    if (pred) boxes.push({ unit, ...pred, label: span.pred, kind });
    if (gold && span.error_type === "missed_span") boxes.push({ unit, ...gold, label: span.gold, kind: "missed" });
    if (gold && span.error_type === "span_shift") lines.push({ unit, ...gold, label: span.gold, kind: "wrong" });
    if (kind === "correct" || !span.is_active) continue;
    const at = Math.max(pred?.end ?? 0, gold?.end ?? 0);
    const what: Mark["kind"] = gold ? "gold" : span.is_split ? "split" : "none";
    marks.push({ at, mark: { unit, kind: what, label: span.gold } });
  }
  return { boxes, lines, marks };
}

const byLength = (a: Placed, b: Placed): number => a.end - a.start - (b.end - b.start) || a.start - b.start;

/** The innermost of overlapping boxes stays in the line; the others become brackets. */
function settleBoxes(boxes: Placed[], lines: Placed[]): Placed[] {
  const settled: Placed[] = [];
  for (const box of [...boxes].sort(byLength)) {
    if (settled.some((other) => overlaps(box, other))) lines.push(box);
    else settled.push(box);
  }
  return settled.sort((a, b) => a.start - b.start);
}

/** Lanes from the text outwards, the longest outermost. */
function assignLanes(lines: readonly Placed[]): { placed: Line[]; hidden: number } {
  const placed: Line[] = [];
  let hidden = 0;
  for (const line of [...lines].sort(byLength)) {
    const below = placed.filter((other) => overlaps(line, other)).map(({ lane }) => lane);
    const lane = below.length ? Math.max(...below) + 1 : 0;
    if (lane >= MAX_LANES) hidden += 1;
    else placed.push({ ...line, lane });
  }
  return { placed, hidden };
}

function cuts(length: number, groups: readonly (readonly { start: number; end: number }[])[]): number[] {
  const points = new Set([0, length]);
  for (const group of groups) for (const { start, end } of group) points.add(start).add(end);
  return [...points].filter((point) => point >= 0 && point <= length).sort((a, b) => a - b);
}

const plain = (start: number, end: number, text: string): Segment => ({
  start,
  end,
  text,
  box: null,
  boxStarts: false,
  boxEnds: false,
  brackets: [],
  marks: [],
  fold: null,
});

/**
 * Segments of `text`, covering it without gap or overlap, or only its `windows` (sorted, disjoint) with a fold segment
 * for what lies before each; `hiddenAfter` tokens follow the last one. Offsets of units are code points.
 */
export function layout(
  text: string,
  units: readonly SpanUnit[],
  windows: readonly Window[] | null = null,
  hiddenAfter = 0,
): Layout {
  const { boxes: wanted, lines, marks } = collect(units, utf16Offsets(text));
  const visible = wanted.filter(({ start, end }) => start < end);
  const boxes = settleBoxes(visible, lines);
  const { placed, hidden } = assignLanes(lines.filter(({ start, end }) => start < end));
  const shown = windows ?? [{ start: 0, end: text.length, hiddenBefore: 0 }];
  const points = cuts(text.length, [boxes, placed, shown, marks.map(({ at }) => ({ start: at, end: at }))]);
  const segments: Segment[] = [];
  for (const window of shown) {
    if (window.hiddenBefore > 0)
      segments.push({ ...plain(window.start, window.start, ""), fold: { tokens: window.hiddenBefore } });
    const inside = points.filter((point) => point >= window.start && point <= window.end);
    for (const [i, start] of inside.slice(0, -1).entries())
      segments.push(segmentAt(text, start, inside[i + 1]!, boxes, placed, marks));
  }
  if (hiddenAfter > 0)
    segments.push({ ...plain(text.length, text.length, ""), fold: { tokens: hiddenAfter } });
  return { segments, lanes: Math.max(0, ...placed.map(({ lane }) => lane + 1)), hiddenBrackets: hidden };
}

function segmentAt(
  text: string,
  start: number,
  end: number,
  boxes: readonly Placed[],
  lines: readonly Line[],
  marks: readonly { at: number; mark: Mark }[],
): Segment {
  const part = { start, end };
  const box = boxes.find((other) => overlaps(other, part));
  return {
    ...plain(start, end, text.slice(start, end)),
    box: box ? { unit: box.unit, kind: box.kind, label: box.label } : null,
    boxStarts: box?.start === start,
    boxEnds: box?.end === end,
    brackets: lines
      .filter((line) => overlaps(line, part))
      .map((line) => ({
        unit: line.unit,
        label: line.label,
        lane: line.lane,
        dotted: line.kind === "missed",
        starts: line.start === start,
        ends: line.end === end,
      }))
      .sort((a, b) => a.lane - b.lane),
    marks: marks.filter(({ at }) => at === end).map(({ mark }) => mark),
  };
}

const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const LONGEST_GLUED = 24;

/** How many UTF-16 units of a segment are glued to the icon before it: its first word, or first character. */
export function gluedLength(text: string): number {
  const word = /^\S+/u.exec(text)?.[0] ?? "";
  if (word && word.length <= LONGEST_GLUED && !UNSPACED.test(word)) return word.length;
  return [...text.slice(0, 2)][0]?.length ?? 0;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LETTER = /\p{L}/u;

/** Direction of the first strong character, as `dir="auto"` finds it. */
export function direction(text: string): "ltr" | "rtl" {
  for (const character of text) {
    if (RIGHT_TO_LEFT.test(character) && LETTER.test(character)) return "rtl";
    if (LETTER.test(character)) return "ltr";
  }
  return "ltr";
}
