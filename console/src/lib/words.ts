/** The words of the console for what the server names in code. */

import type { Unit } from "../api/types";
import { rate } from "./numbers";

/** In the order in which they stand everywhere. */
export const ERROR_TYPES = ["wrong_tag", "missed_span", "ghost_span", "span_shift"] as const;
export type ErrorType = (typeof ERROR_TYPES)[number];

const ERROR_WORDS: Record<string, string> = {
  wrong_tag: "wrong tag",
  missed_span: "missed span",
  ghost_span: "ghost span",
  span_shift: "span shift",
  none: "correct",
};

export const errorWord = (type: string | null): string => (type === null ? "no gold" : (ERROR_WORDS[type] ?? type));

export const ERROR_DOCS: Record<string, string> = {
  wrong_tag: "right bounds, wrong label",
  missed_span: "gold span without a prediction",
  ghost_span: "predicted span that touches nothing in gold",
  span_shift: "overlapping spans with different bounds",
};

const TILE_WORDS: Record<string, { label: string; doc: string }> = {
  hard: { label: "Hard", doc: "margin below the split's mean by more than one deviation" },
  easy: { label: "Easy", doc: "margin above the split's mean" },
  misclassified: { label: "Misclassified", doc: "gold and pred disagree" },
  likely_mislabelled: { label: "Likely mislabelled", doc: "the gold label is suspected wrong" },
  on_boundary: { label: "On the boundary", doc: "the two best labels are almost equally probable" },
};

export const tileWords = (name: string): { label: string; doc: string } => TILE_WORDS[name] ?? { label: name, doc: "" };

/** “Leeds, predicted ORG, gold LOC, wrong tag, DEP .99”. */
export function spokenUnit(unit: Pick<Unit, "text" | "gold" | "pred" | "error_type" | "dep" | "is_active">): string {
  const parts = [
    unit.text,
    unit.pred === null ? "not predicted" : `predicted ${unit.pred}`,
    unit.gold === null ? (unit.error_type === null ? "" : "nothing in gold") : `gold ${unit.gold}`,
    errorWord(unit.error_type),
    unit.dep === null ? "" : `DEP ${rate(unit.dep)}`,
    unit.is_active ? "" : "not in the filter",
  ];
  return parts.filter(Boolean).join(", ");
}

export const capitalised = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

/** Column names as a person reads them: `meta_section` is `section`. */
export const columnWord = (column: string): string => column.replace(/^meta_/, "").replaceAll("_", " ");
