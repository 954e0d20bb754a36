/** How numbers are written: see "Numbers" in the visual specification. A missing number is never 0. */

export const MISSING = "–";
export const UNDEFINED = "undefined";

const counts = new Intl.NumberFormat("en-GB");

/** A value in [0, 1] without its leading zero; `0` and `1` only when exact. */
export function rate(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  if (value === 0 || value === 1) return String(value);
  const unit = 10 ** digits;
  if (value > 0 && value < 1) {
    const shown = Math.min(Math.max(Math.round(value * unit), 0), unit - 1);
    return "." + String(shown).padStart(digits, "0");
  }
  return value.toFixed(digits);
}

/** A metric: three digits, or the word `undefined`. */
export function metric(value: number | null | undefined): string {
  return value === null || value === undefined ? UNDEFINED : rate(value, 3);
}

/** `38.2 %`, with a no-break space. */
export function share(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const percent = value * 100;
  if (percent > 0 && percent < 0.05) return "< 0.1\u00a0%";
  return `${(percent < 100 ? Math.min(percent, 99.9) : percent).toFixed(1)}\u00a0%`;
}

/** `1,318`. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? MISSING : counts.format(value);
}

/** As `count`, but `5.9 M` and `214 k` above 99,999: for tight places. */
export function tightCount(value: number | null | undefined): string {
  if (value === null || value === undefined || value <= 99_999) return count(value);
  if (value < 999_500) return `${Math.round(value / 1000)}\u00a0k`;
  return `${(value / 1e6).toFixed(value < 99_950_000 ? 1 : 0)}\u00a0M`;
}

/** `2,580 units`, `1 unit`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A loss or another number without upper bound. */
export function natural(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  return value.toFixed(Math.abs(value) < 100 ? 2 : 0);
}

export type Direction = "up" | "down" | "same";

export interface Delta {
  direction: Direction;
  arrow: string;
  /** Without sign: `.052`. */
  size: string;
  spoken: string;
}

/** The difference of two metrics; null where either is undefined. */
export function delta(value: number | null | undefined, whole: number | null | undefined): Delta | null {
  if (value === null || value === undefined || whole === null || whole === undefined) return null;
  const difference = value - whole;
  if (Math.abs(difference) < 0.0005) return { direction: "same", arrow: "=", size: ".000", spoken: "no difference" };
  const size = rate(Math.abs(difference), 3);
  return difference > 0
    ? { direction: "up", arrow: "▲", size, spoken: `up ${size}` }
    : { direction: "down", arrow: "▼", size, spoken: `down ${size}` };
}

/** Whether the 95 % interval leaves out the number it is compared with. */
export function excludes(low: number | null | undefined, high: number | null | undefined, other: number): boolean {
  return low !== null && low !== undefined && high !== null && high !== undefined && (other < low || other > high);
}

/** Step of the DEP ramp, 0 to 5. */
export function depStep(dep: number | null | undefined): number {
  return dep === null || dep === undefined ? 0 : Math.max(0, Math.min(5, Math.floor(dep * 6)));
}

/** Step of the inline tint, 0 to 4, at DEP .15, .35, .6, .85. */
export function tintStep(dep: number | null | undefined): number {
  if (dep === null || dep === undefined) return 0;
  return [0.15, 0.35, 0.6, 0.85].filter((limit) => dep >= limit).length;
}
