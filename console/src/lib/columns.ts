/** Column sets of the table: which heads stand over which kind of row. */

import type { Run } from "../api/types";
import type { Mode } from "./address";
import { capitalised, columnWord } from "./words";

export interface Head {
  label: string;
  /** Column it sorts by; empty = it does not. */
  sort: string;
  doc: string;
  isWide?: boolean;
  isRight?: boolean;
}

/** The first category that the data set brought along; it gets a column where there is room. */
export function metaColumn(run: Run): string | null {
  const found = run.columns.find(
    ({ name, kind, table }) => table === "samples" && kind === "category" && name.startsWith("meta_"),
  );
  return found?.name ?? null;
}

const DEP: Head = { label: "DEP", sort: "dep", doc: "data error potential, 0 to 1; above .5 = misclassified" };

export function heads(run: Run, mode: Mode): Head[] {
  const score: Head = { label: "Issue", sort: "issue_score", doc: "how suspicious the gold label is", isRight: true };
  const pred: Head = { label: "p(pred)", sort: "confidence", doc: "probability of the prediction", isRight: true };
  if (mode === "units")
    return [
      DEP,
      { label: run.task === "ner" ? "Unit in its context" : "Text", sort: "", doc: "" },
      { label: "Error", sort: "error_type", doc: "error type" },
      { label: "Gold", sort: "gold", doc: "gold label" },
      { label: "Pred", sort: "pred", doc: "predicted label" },
      { ...pred, isWide: false },
      { ...score, isWide: true },
    ];
  if (run.task !== "ner")
    return [
      DEP,
      { label: "Text", sort: "", doc: "" },
      { label: "Gold", sort: run.task === "multilabel" ? "" : "gold", doc: "gold label" },
      { label: "Pred", sort: run.task === "multilabel" ? "" : "pred", doc: "predicted label" },
      ...(run.task === "multilabel" ? [] : [{ ...pred, isWide: true }]),
      score,
    ];
  const meta = metaColumn(run);
  return [
    DEP,
    { label: "Text, with gold and pred", sort: "", doc: "" },
    { label: "Errors", sort: "n_errors", doc: "units where gold and pred disagree" },
    ...(meta ? [{ label: capitalised(columnWord(meta)), sort: meta, doc: "", isWide: true }] : []),
    { label: "Tokens", sort: "n_tokens", doc: "tokens of the sample", isWide: true, isRight: true },
    { label: "Id", sort: "index", doc: "position in the source", isWide: true },
  ];
}

/** Which template of column widths the table takes; see DataSet.svelte. */
export const template = (run: Run, mode: Mode): string =>
  mode === "units" ? "units" : run.task === "multilabel" ? "lists" : run.task !== "ner" ? "texts" : metaColumn(run) ? "spans-meta" : "spans";

export interface SortChoice {
  id: string;
  label: string;
  hint: string;
}

export const SORTS: readonly SortChoice[] = [
  { id: "-dep", label: "DEP", hint: "highest first" },
  { id: "-loss", label: "Loss", hint: "highest first" },
  { id: "-issue_score", label: "Issue score", hint: "most suspicious first" },
  { id: "confidence", label: "Confidence", hint: "least sure first" },
  { id: "-n_errors", label: "Errors", hint: "most first" },
  { id: "index", label: "Source order", hint: "as in the file" },
  { id: "-text_length", label: "Length", hint: "longest first" },
  { id: "random", label: "Random", hint: "a new draw each time" },
];

/** How a sort reads in the tool bar. */
export function sortWord(sort: string): string {
  const known = SORTS.find(({ id }) => id === sort);
  if (known) return known.label;
  return sort
    .split(",")
    .map((key) => `${columnWord(key.replace(/^-/, ""))} ${key.startsWith("-") ? "↓" : "↑"}`)
    .join(", ");
}

/** Click on a head: descending first, then ascending. */
export const sortBy = (column: string, current: string): string => (current === `-${column}` ? column : `-${column}`);
