import { expect, test } from "vitest";

import type { Average, Overall } from "../api/types";
import { metricName, readMetric, type MetricChoice } from "./metric";

const average = (f1: number | null): Average => ({ precision: 0.1, recall: 0.2, f1, support: 3, f1_low: 0.5, f1_high: 1 });
const overall: Overall = { micro: average(0.8), macro: average(0.7), weighted: average(null), accuracy: 0.8 };
const choice = (more: Partial<MetricChoice> = {}): MetricChoice => ({
  score: "f1",
  average: "micro",
  convention: "",
  ...more,
});

test("F1 has an interval, precision and recall have none", () => {
  expect(readMetric(choice(), overall, false)).toEqual({ value: 0.8, low: 0.5, high: 1 });
  expect(readMetric(choice({ average: "macro" }), overall, false).value).toBe(0.7);
  expect(readMetric(choice({ score: "recall" }), overall, false)).toEqual({ value: 0.2, low: null, high: null });
});

test("undefined stays undefined", () => {
  expect(readMetric(choice({ average: "weighted" }), overall, false).value).toBeNull();
});

test("accuracy borrows the interval of micro F1 only where the two are one number", () => {
  expect(readMetric(choice({ score: "accuracy" }), overall, true)).toEqual({ value: 0.8, low: 0.5, high: 1 });
  expect(readMetric(choice({ score: "accuracy" }), overall, false).low).toBeNull();
});

test("names", () => {
  expect(metricName(choice())).toBe("F1 micro");
  expect(metricName(choice({ score: "accuracy" }))).toBe("Accuracy");
});
