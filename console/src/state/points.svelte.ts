/** The points of the run in sight: loaded once per run, further columns when a colour asks for them. */

import { ApiError, fetchMask, fetchMapUnits, fetchPoints, isAbort, type Selected } from "../api/client";
import type { MapUnit } from "../api/types";
import { drawOrder, readPoints, unpackBits, type PointColumn } from "../lib/points";

const FIRST_COLUMNS = ["split", "gold", "pred", "is_error"];
const KEPT_UNITS = 2000;

export class MapPoints {
  run = $state("");
  n = $state(0);
  nPlaced = $state(0);
  /** x and y in turn; null until the map is here. */
  xy = $state.raw<Float32Array | null>(null);
  order: Uint32Array = new Uint32Array(0);
  columns = $state.raw<ReadonlyMap<string, PointColumn>>(new Map());
  /** 1 = selected by the filter; null = there is no filter. */
  mask = $state.raw<Uint8Array | null>(null);
  isStale = $state(false);
  failure = $state.raw<ApiError | null>(null);
  /** What is known of single units, by position. */
  units = $state.raw<ReadonlyMap<number, MapUnit>>(new Map());
  #controller: AbortController | null = null;
  #masking: AbortController | null = null;
  #asking: AbortController | null = null;
  #masked = "";

  /** Have the map of a run, with a column. */
  async load(run: string, column: string): Promise<void> {
    const isNew = run !== this.run || !this.xy;
    if (!isNew && this.columns.has(column)) return;
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    try {
      if (isNew) {
        this.#forget(run);
        const buffer = await fetchPoints(run, [...new Set([...FIRST_COLUMNS, quoted(column)])], true, controller.signal);
        const { n, nPlaced, columns } = readPoints(buffer);
        const [x, y] = ["x", "y"].map((axis) => columns.get(axis)!.data as Float32Array);
        const xy = new Float32Array(2 * n);
        for (let i = 0; i < n; i += 1) {
          xy[2 * i] = x![i]!;
          xy[2 * i + 1] = y![i]!;
        }
        this.order = drawOrder(n);
        this.n = n;
        this.nPlaced = nPlaced;
        this.columns = columns;
        this.xy = xy;
      } else {
        const { columns } = readPoints(await fetchPoints(run, [quoted(column)], false, controller.signal));
        this.columns = new Map([...this.columns, ...columns]);
      }
      this.failure = null;
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof ApiError)) throw error;
      this.failure = error;
    }
  }

  /** Have the mask of a filter. */
  async select(selected: Selected): Promise<void> {
    const key = JSON.stringify(selected);
    if (key === this.#masked) return;
    this.#masked = key;
    this.#masking?.abort();
    if (!selected.where) {
      this.mask = null;
      this.isStale = false;
      return;
    }
    const controller = new AbortController();
    this.#masking = controller;
    this.isStale = true;
    try {
      const bits = new Uint8Array(await fetchMask(selected, controller.signal));
      this.mask = unpackBits(bits, 8 * bits.length);
      this.isStale = false;
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof ApiError)) throw error;
      this.#masked = "";
      this.isStale = false;
      if (error.code !== "filter") this.failure = error; // a fault of the filter is pointed at where it is typed
    }
  }

  /** Learn what the units at some positions say; the last question wins. */
  async learn(positions: readonly number[]): Promise<void> {
    const unknown = positions.filter((position) => !this.units.has(position));
    if (unknown.length === 0) return;
    this.#asking?.abort();
    const controller = new AbortController();
    this.#asking = controller;
    try {
      const { units } = await fetchMapUnits(this.run, unknown, controller.signal);
      const known = this.units.size > KEPT_UNITS ? [] : [...this.units];
      this.units = new Map([...known, ...units.map((unit) => [unit.position, unit] as const)]);
    } catch (error) {
      if (!isAbort(error) && !(error instanceof ApiError)) throw error;
    }
  }

  retry(run: string, column: string): void {
    this.failure = null;
    this.#masked = "";
    void this.load(run, column);
  }

  #forget(run: string): void {
    this.run = run;
    this.xy = null;
    this.columns = new Map();
    this.units = new Map();
    this.mask = null;
    this.#masked = "";
  }
}

/** A name as a comma list of names needs it. */
const quoted = (name: string): string => (/^\w+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
