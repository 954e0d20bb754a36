/** The rows that one filter and order give, fetched by pages as they come into sight. */

import { SvelteMap } from "svelte/reactivity";

import { ApiError, fetchRows, isAbort, type Order, type Selected } from "../api/client";
import type { Row } from "../api/types";

export const PAGE_SIZE = 50;
const KEPT_PAGES = 60;

export class RowList {
  readonly selected: Selected;
  readonly order: Order;
  total = $state(0);
  failure = $state.raw<ApiError | null>(null);
  #pages = new SvelteMap<number, Row[]>();
  #underWay = new Map<number, AbortController>();
  #ended = false;

  constructor(selected: Selected, order: Order) {
    this.selected = selected;
    this.order = order;
  }

  /** The row at a position, or undefined while it is not here. */
  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE_SIZE))?.[index % PAGE_SIZE];
  }

  /** Position of a sample (and unit) among the rows at hand; -1 when it is not among them. */
  find(sample: string, unit: string): number {
    for (const [page, rows] of this.#pages) {
      const within = rows.findIndex((row) => row.sample_id === sample && (!unit || !row.focus || row.focus === unit));
      if (within >= 0) return page * PAGE_SIZE + within;
    }
    return -1;
  }

  /** Fetch the page with row `index`; throws what the server says. */
  async load(index: number, signal: AbortSignal): Promise<void> {
    await this.#fetch(Math.floor(index / PAGE_SIZE), signal);
  }

  /** Have the rows `first` to `end` and give up fetching others. */
  need(first: number, end: number): void {
    if (this.#ended || end <= first) return;
    const from = Math.floor(first / PAGE_SIZE);
    const to = Math.floor((end - 1) / PAGE_SIZE);
    for (const [page, controller] of this.#underWay) if (page < from || page > to) controller.abort();
    for (let page = from; page <= to; page += 1) void this.#ensure(page);
    this.#forget(from, to);
  }

  /** Stop all that is under way: another list takes over. */
  end(): void {
    this.#ended = true;
    for (const controller of this.#underWay.values()) controller.abort();
  }

  async #ensure(page: number): Promise<void> {
    if (this.#pages.has(page) || this.#underWay.has(page)) return;
    const controller = new AbortController();
    this.#underWay.set(page, controller);
    try {
      await this.#fetch(page, controller.signal);
      this.failure = null;
    } catch (error) {
      if (error instanceof ApiError) this.failure = error;
      else if (!isAbort(error)) throw error;
    } finally {
      this.#underWay.delete(page);
    }
  }

  async #fetch(page: number, signal: AbortSignal): Promise<void> {
    const { rows, total } = await fetchRows(
      this.selected,
      this.order,
      { offset: page * PAGE_SIZE, limit: PAGE_SIZE },
      signal,
    );
    this.total = total;
    this.#pages.set(page, rows);
  }

  #forget(from: number, to: number): void {
    if (this.#pages.size <= KEPT_PAGES) return;
    const distance = (page: number): number => Math.max(from - page, page - to);
    const far = [...this.#pages.keys()].sort((a, b) => distance(b) - distance(a));
    for (const page of far.slice(0, this.#pages.size - KEPT_PAGES)) this.#pages.delete(page);
  }
}
