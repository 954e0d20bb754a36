/** The only place that speaks HTTP. Every call can be aborted; every failure is an `ApiError` with a next step. */

import type { Completion, ErrorBody, MapUnits, Rows, Run, SampleDetail, Session, Summary } from "./types";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  /** 1-based column in the filter at which the fault begins. */
  readonly column: number | null;
  readonly near: readonly string[];

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.remedy = body.remedy;
    this.column = body.column;
    this.near = body.near;
  }
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";

type Parameters = Readonly<Record<string, string | number | null | undefined>>;

function address(path: readonly string[], parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  const written = query.toString();
  return `/api/${path.map(encodeURIComponent).join("/")}${written ? `?${written}` : ""}`;
}

function bodyOf(status: number, content: unknown): ErrorBody {
  const given = (typeof content === "object" && content !== null ? content : {}) as Partial<ErrorBody>;
  return {
    code: given.code ?? "server",
    message: given.message ?? `The server answered ${status} without a reason.`,
    remedy: given.remedy ?? "",
    column: given.column ?? null,
    near: given.near ?? [],
  };
}

async function ask(path: readonly string[], parameters: Parameters, accept: string, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(address(path, parameters), {
      headers: { Accept: accept },
      credentials: "same-origin",
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    const message = "The server does not answer. What is shown was loaded before.";
    const remedy = "See whether `errata open` still runs, then try again.";
    throw new ApiError(0, { code: "unreachable", message, remedy, column: null, near: [] });
  }
}

const contentOf = (response: Response): Promise<unknown> =>
  response.json().catch((error: unknown) => {
    if (isAbort(error)) throw error;
    return null;
  });

async function get<T>(path: readonly string[], parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  const response = await ask(path, parameters, "application/json", signal);
  const content = await contentOf(response);
  if (!response.ok) throw new ApiError(response.status, bodyOf(response.status, content));
  return content as T;
}

async function getBytes(path: readonly string[], parameters: Parameters, signal?: AbortSignal): Promise<ArrayBuffer> {
  const response = await ask(path, parameters, "application/octet-stream", signal);
  if (!response.ok) throw new ApiError(response.status, bodyOf(response.status, await contentOf(response)));
  return response.arrayBuffer();
}

export interface Selected {
  run: string;
  split: string;
  where: string;
}

export interface Order {
  sort: string;
  mode: "samples" | "units";
  seed: number;
}

export interface Page {
  offset: number;
  limit: number;
}

export const fetchSession = (signal?: AbortSignal): Promise<Session> => get(["session"], {}, signal);

export const fetchRun = (run: string, signal?: AbortSignal): Promise<Run> => get(["runs", run], {}, signal);

export const fetchSummary = (
  { run, split, where }: Selected,
  convention: string,
  signal?: AbortSignal,
): Promise<Summary> =>
  get(["runs", run, "summary"], { split, where, convention, facets: "gold,pred,error_type", histogram: "dep" }, signal);

export const fetchRows = (
  { run, split, where }: Selected,
  { sort, mode, seed }: Order,
  { offset, limit }: Page,
  signal?: AbortSignal,
): Promise<Rows> => get(["runs", run, "rows"], { split, where, sort, mode, seed, offset, limit }, signal);

export const fetchSample = (run: string, sample: string, where: string, signal?: AbortSignal): Promise<SampleDetail> =>
  get(["runs", run, "samples", sample], { where }, signal);

export const fetchCompletion = (
  { run, split }: Selected,
  column: string,
  prefix: string,
  signal?: AbortSignal,
): Promise<Completion> => get(["runs", run, "complete"], { column, prefix, split }, signal);

/** The map: columns of every unit of the run, with their places or without. */
export const fetchPoints = (run: string, columns: readonly string[], places: boolean, signal?: AbortSignal): Promise<ArrayBuffer> =>
  getBytes(["runs", run, "points"], { columns: columns.join(","), places: String(places) }, signal);

/** A bit per unit of the run: whether the filter selects it. */
export const fetchMask = ({ run, split, where }: Selected, signal?: AbortSignal): Promise<ArrayBuffer> =>
  getBytes(["runs", run, "mask"], { split, where }, signal);

export const fetchMapUnits = (run: string, positions: readonly number[], signal?: AbortSignal): Promise<MapUnits> =>
  get(["runs", run, "units"], { positions: positions.join(",") }, signal);

/** Address of a download of the selection. */
export const exportAddress = ({ run, split, where }: Selected, format: "csv" | "jsonl" | "conll"): string =>
  address(["runs", run, "export"], { split, where, format });
