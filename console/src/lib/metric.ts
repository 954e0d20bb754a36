/** Which number heads the insights: score × average × convention, read from what the server sends. */

import type { Overall } from "../api/types";

export const SCORES = ["f1", "precision", "recall", "accuracy"] as const;
export const AVERAGES = ["micro", "macro", "weighted"] as const;
export const CONVENTIONS = ["conlleval", "strict", "boundary", "type", "partial", "token"] as const;

export type Score = (typeof SCORES)[number];
export type Average = (typeof AVERAGES)[number];

export interface MetricChoice {
  score: Score;
  average: Average;
  /** Empty = the convention of the run. */
  convention: string;
}

export interface Reading {
  value: number | null;
  low: number | null;
  high: number | null;
}

export const SCORE_NAMES: Record<Score, string> = {
  f1: "F1",
  precision: "Precision",
  recall: "Recall",
  accuracy: "Accuracy",
};

export const CONVENTION_DOCS: Record<string, string> = {
  conlleval: "exact bounds and label, lenient tags",
  strict: "exact bounds and label, well-formed tags only",
  boundary: "exact bounds, label ignored",
  type: "overlap with the right label",
  partial: "exact bounds count 1, overlapping ones ½",
  token: "token by token",
};

/** The chosen number. Single-label accuracy is micro F1, so it has its interval. */
export function readMetric({ score, average }: MetricChoice, overall: Overall, accuracyIsMicro: boolean): Reading {
  const from = overall[score === "accuracy" ? "micro" : average];
  const hasInterval = score === "f1" || (score === "accuracy" && accuracyIsMicro);
  return {
    value: score === "accuracy" ? overall.accuracy : from[score],
    low: hasInterval ? from.f1_low : null,
    high: hasInterval ? from.f1_high : null,
  };
}

/** `F1 micro`, `Accuracy`. */
export function metricName(choice: MetricChoice): string {
  return choice.score === "accuracy" ? SCORE_NAMES.accuracy : `${SCORE_NAMES[choice.score]} ${choice.average}`;
}
