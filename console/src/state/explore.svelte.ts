/**
 * What is looked at: run, split, filter, order, and the answers to it. One summary and one page of rows are asked for
 * per change; a newer change aborts the older. The URL is written when the answers are there, so a filter with a fault
 * never comes into force.
 */

import { ApiError, fetchRun, fetchSession, fetchSummary, isAbort, type Selected } from "../api/client";
import type { Run, Session, Summary } from "../api/types";
import { formatAddress, parseAddress, sameRows, sameSummary, START, type Address } from "../lib/address";
import { assignLooks, NEUTRAL, spotlight, type ClassLook } from "../lib/classes";
import { chosenValues } from "../lib/filter";
import { type MetricChoice } from "../lib/metric";
import type { Preferences } from "./preferences.svelte";
import { RowList } from "./rows.svelte";

export interface Fault {
  /** The expression that could not be read. */
  draft: string;
  error: ApiError;
}

const WRITE_AFTER_MS = 120; // browsers refuse many history entries in a row

type Commit = "push" | "replace" | "none";

const selectedBy = ({ run, split, where }: Address): Selected => ({ run, split, where });

export class Explore {
  /** In force: what the answers at hand belong to. */
  address = $state.raw<Address>(START);
  /** Asked for: ahead of `address` while answers are on their way. */
  wanted = $state.raw<Address>(START);
  session = $state.raw<Session | null>(null);
  run = $state.raw<Run | null>(null);
  summary = $state.raw<Summary | null>(null);
  rows = $state.raw<RowList | null>(null);
  isStale = $state(false);
  /** Position of the selected row; -1 when the sample in the inspector is not in the list. */
  cursor = $state(0);
  fault = $state.raw<Fault | null>(null);
  failure = $state.raw<ApiError | null>(null);

  #preferences: Preferences;
  #controller: AbortController | null = null;
  #writing: ReturnType<typeof setTimeout> | undefined;

  readonly convention: string = $derived(this.run?.convention ?? "");
  readonly isNer: boolean = $derived(this.run?.task === "ner");

  /** Whether the split has anything to compare predictions with. */
  readonly hasGold: boolean = $derived(
    this.run?.splits.find(({ name }) => name === this.address.split)?.has_gold ?? true,
  );

  readonly metric: MetricChoice = $derived(
    this.address.metric ?? {
      score: this.run?.task === "classification" ? "accuracy" : "f1",
      average: "micro",
      convention: "",
    },
  );

  readonly #looks: ReadonlyMap<string, ClassLook> = $derived(
    this.run ? assignLooks(this.run.labels, this.run.label_counts) : new Map<string, ClassLook>(),
  );

  readonly looks: ReadonlyMap<string, ClassLook> = $derived.by(() => {
    const inFilter = ["gold", "pred"].flatMap((column) => chosenValues(this.wanted.where, column) ?? []);
    const facet = this.summary?.facets.find(({ column }) => column === this.address.by)?.rows ?? [];
    const names = [...inFilter, ...this.wanted.lit, ...facet.map(({ value }) => value)];
    return spotlight(
      this.#looks,
      names.filter((name): name is string => typeof name === "string"),
    );
  });

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
  }

  look(label: string | null): ClassLook {
    return (label !== null && this.looks.get(label)) || NEUTRAL;
  }

  /** Load the session and what the URL names. */
  async start(): Promise<void> {
    addEventListener("popstate", () => void this.#load(parseAddress(location.hash), "none"));
    this.failure = null;
    try {
      this.session = await fetchSession();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failure = error;
      return;
    }
    await this.#load(parseAddress(location.hash), "replace");
  }

  /** Go somewhere: ask for what is needed, then write the URL. */
  async go(change: Partial<Address>, commit: Commit = "push"): Promise<void> {
    const next = { ...this.wanted, ...change };
    if (!sameRows(next, this.wanted) || !this.summary) {
      await this.#load({ ...next, sample: "", unit: "", at: null, ...change }, commit);
    } else if (!sameSummary(next, this.wanted)) {
      await this.#load(next, commit);
    } else if (this.isStale) {
      this.wanted = next; // written with the answers that are on their way
    } else {
      this.#settle(next, commit);
    }
  }

  /** Put the cursor on a row, and on a unit of it. */
  select(index: number, unit = ""): void {
    const row = this.rows?.row(index);
    this.cursor = index;
    void this.go({ at: index, sample: row?.sample_id ?? "", unit: unit || (row?.focus ?? "") }, "replace");
  }

  /** The row at the cursor has come: name its sample in the address. */
  arrived(): void {
    const row = this.rows?.row(this.cursor);
    if (row && this.address.at === this.cursor && this.address.sample === "") this.select(this.cursor);
  }

  filter(where: string): void {
    void this.go({ where });
  }

  /** Leave a filter with a fault behind. */
  forgetFault(): void {
    this.fault = null;
  }

  retry(): void {
    if (this.session) void this.#load(this.wanted, "replace", true);
    else void this.start();
  }

  async #load(target: Address, commit: Commit, again = false): Promise<void> {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    this.isStale = true;
    try {
      const { next, run } = await this.#resolve(target, controller.signal);
      this.wanted = next;
      const before = this.address;
      const needsSummary = again || !this.summary || !sameSummary(next, before);
      const needsRows = again || !this.rows || !sameRows(next, before);
      const [summary, rows] = await Promise.all([
        needsSummary ? fetchSummary(selectedBy(next), next.metric?.convention ?? "", controller.signal) : this.summary,
        needsRows ? this.#firstRows(next, controller.signal) : this.rows,
      ]);
      if (rows !== this.rows) {
        this.rows?.end();
        this.cursor = next.sample ? (rows?.find(next.sample, next.unit) ?? -1) : 0;
      }
      this.run = run;
      this.summary = summary;
      this.rows = rows;
      this.isStale = false;
      this.fault = null;
      this.failure = null;
      this.#settle(this.wanted, commit);
    } catch (error) {
      controller.abort(); // the sibling request
      if (!isAbort(error)) await this.#fail(error, target);
    }
  }

  async #fail(error: unknown, target: Address): Promise<void> {
    if (!(error instanceof ApiError)) throw error;
    this.isStale = false;
    if (error.code !== "filter") {
      this.failure = error;
      return;
    }
    const isFirst = this.summary === null;
    this.wanted = this.address;
    if (isFirst) await this.#load({ ...target, where: "" }, "replace");
    else history.replaceState(null, "", formatAddress(this.address));
    this.fault = { draft: target.where, error };
  }

  /** Fill in run and split where the address leaves them open. */
  async #resolve(target: Address, signal: AbortSignal): Promise<{ next: Address; run: Run }> {
    const runs = this.session?.runs ?? [];
    const name = target.run || runs[0]?.name || "";
    const run = this.run?.name === name ? this.run : await fetchRun(name, signal);
    const has = (split: string | null): split is string => run.splits.some((other) => other.name === split);
    const last = this.#preferences.splitOf(name);
    const split = has(target.split) ? target.split : has(last) ? last : (run.splits[0]?.name ?? "");
    const mode = run.task === "classification" ? "samples" : target.mode;
    return { next: { ...target, run: name, split, mode }, run };
  }

  async #firstRows(next: Address, signal: AbortSignal): Promise<RowList> {
    const list = new RowList(selectedBy(next), { sort: next.sort, mode: next.mode, seed: next.seed });
    await list.load(next.at ?? 0, signal);
    return list;
  }

  #settle(next: Address, commit: Commit): void {
    this.address = next;
    this.wanted = next;
    this.#preferences.rememberSplit(next.run, next.split);
    const written = formatAddress(next);
    clearTimeout(this.#writing);
    if (commit === "none" || written === location.hash) return;
    if (commit === "push") history.pushState(null, "", written);
    else this.#writing = setTimeout(() => history.replaceState(null, "", written), WRITE_AFTER_MS);
  }
}
