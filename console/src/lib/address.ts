/** The state of the console that can be shared and gone back to, as the part of the URL after `#`. */

import { AVERAGES, SCORES, type MetricChoice } from "./metric";

export type Mode = "samples" | "units";
export type MatrixShare = "row" | "column" | "count";
export type ViewName = "dataset" | "embeddings";

export interface Address {
  run: string;
  split: string;
  view: ViewName;
  where: string;
  sort: string;
  seed: number;
  mode: Mode;
  /** The sample in the inspector; empty = the first of the list. */
  sample: string;
  /** The unit pointed at in it. */
  unit: string;
  /** Where the sample stood in the list: a hint, checked when the list is there. */
  at: number | null;
  /** Null = the headline metric of the task. */
  metric: MetricChoice | null;
  by: "gold" | "pred";
  matrix: MatrixShare;
  diagonal: boolean;
  /** Column by which the map is coloured. */
  colour: string;
  /** Values that hold a colour on the map; empty = the commonest. */
  lit: readonly string[];
  /** The map draws the points of train below another split's. */
  under: boolean;
  /** The map rings the errors. */
  rings: boolean;
}

export const DEFAULT_SORT = "-dep";

export const START: Address = {
  run: "",
  split: "",
  view: "dataset",
  where: "",
  sort: DEFAULT_SORT,
  seed: 0,
  mode: "samples",
  sample: "",
  unit: "",
  at: null,
  metric: null,
  by: "gold",
  matrix: "row",
  diagonal: true,
  colour: "gold",
  lit: [],
  under: true,
  rings: true,
};

const VIEWS: readonly ViewName[] = ["dataset", "embeddings"];

const pick = <T extends string>(value: string | null | undefined, known: readonly T[], otherwise: T): T =>
  known.find((name) => name === value) ?? otherwise;

const LARGEST = 2 ** 31 - 1;

function natural(value: string | null): number | null {
  const number = value && /^\d{1,10}$/.test(value) ? Number(value) : null;
  return number === null || number > LARGEST ? null : number;
}

function readMetricChoice(value: string | null): MetricChoice | null {
  const [score, average, convention] = value?.split(".") ?? [];
  if (!score) return null;
  return {
    score: pick(score, SCORES, "f1"),
    average: pick(average, AVERAGES, "micro"),
    convention: convention ?? "",
  };
}

function decode(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return "";
  }
}

/** Whatever the URL holds, an address comes out; what cannot be read takes its default. */
export function parseAddress(hash: string): Address {
  const [, path = "", query = ""] = /^#?\/?([^?]*)\??(.*)$/s.exec(hash) ?? [];
  const [run, split, view] = path.split("/").map(decode);
  const read = new URLSearchParams(query);
  return {
    run: run ?? "",
    split: split ?? "",
    view: pick(view, VIEWS, START.view),
    where: read.get("where") ?? START.where,
    sort: read.get("sort") ?? START.sort,
    seed: natural(read.get("seed")) ?? START.seed,
    mode: pick(read.get("mode"), ["samples", "units"], START.mode),
    sample: read.get("sample") ?? START.sample,
    unit: read.get("unit") ?? START.unit,
    at: natural(read.get("at")),
    metric: readMetricChoice(read.get("metric")),
    by: pick(read.get("by"), ["gold", "pred"], START.by),
    matrix: pick(read.get("matrix"), ["row", "column", "count"], START.matrix),
    diagonal: read.get("diagonal") !== "no",
    colour: read.get("colour") || START.colour,
    lit: read.getAll("lit"),
    under: read.get("under") !== "no",
    rings: read.get("rings") !== "no",
  };
}

export function formatAddress(address: Address): string {
  const query = new URLSearchParams();
  const put = (name: string, value: string | number | null, normal: string | number | null): void => {
    if (value !== normal && value !== null && value !== "") query.set(name, String(value));
  };
  put("where", address.where, START.where);
  put("sort", address.sort, START.sort);
  put("seed", address.seed, START.seed);
  put("mode", address.mode, START.mode);
  put("sample", address.sample, START.sample);
  put("unit", address.unit, START.unit);
  put("at", address.at, null);
  const { metric } = address;
  if (metric) put("metric", [metric.score, metric.average, metric.convention].join(".").replace(/\.$/, ""), "");
  put("by", address.by, START.by);
  put("matrix", address.matrix, START.matrix);
  put("diagonal", address.diagonal ? "" : "no", "");
  put("colour", address.colour, START.colour);
  for (const value of address.lit) query.append("lit", value);
  put("under", address.under ? "" : "no", "");
  put("rings", address.rings ? "" : "no", "");
  const path = [address.run, address.split, address.view].map(encodeURIComponent).join("/");
  const written = query.toString();
  return `#/${path}${written ? `?${written}` : ""}`;
}

const sameSelection = (a: Address, b: Address): boolean => a.run === b.run && a.split === b.split && a.where === b.where;

/** Whether two addresses ask the server for the same summary. */
export const sameSummary = (a: Address, b: Address): boolean =>
  sameSelection(a, b) && (a.metric?.convention ?? "") === (b.metric?.convention ?? "");

/** Whether two addresses ask the server for the same rows. */
export const sameRows = (a: Address, b: Address): boolean =>
  sameSelection(a, b) && a.sort === b.sort && a.seed === b.seed && a.mode === b.mode;
