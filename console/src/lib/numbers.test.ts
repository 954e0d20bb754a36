import { expect, test } from "vitest";

import { count, delta, depStep, excludes, metric, natural, rate, share, tightCount, tintStep } from "./numbers";

test.each([
  [0, 2, "0"],
  [1, 2, "1"],
  [0.9999, 2, ".99"],
  [0.0004, 2, ".00"],
  [0.849, 3, ".849"],
  [0.05, 2, ".05"],
  [1.5, 2, "1.50"],
  [null, 2, "–"],
  [Number.NaN, 2, "–"],
])("rate(%s, %s) is %s", (value, digits, expected) => expect(rate(value, digits)).toBe(expected));

test("an undefined metric is a word, never 0", () => {
  expect(metric(null)).toBe("undefined");
  expect(metric(0)).toBe("0");
});

test.each([
  [0.382, "38.2\u00a0%"],
  [0, "0.0\u00a0%"],
  [1, "100.0\u00a0%"],
  [0.99999, "99.9\u00a0%"],
  [0.0001, "< 0.1\u00a0%"],
  [null, "–"],
])("share(%s) is %s", (value, expected) => expect(share(value)).toBe(expected));

test("counts have thousands separators, and are short in tight places", () => {
  expect(count(1318)).toBe("1,318");
  expect(tightCount(99_999)).toBe("99,999");
  expect(tightCount(213_600)).toBe("214\u00a0k");
  expect(tightCount(999_700)).toBe("1.0\u00a0M");
  expect(tightCount(5_912_000)).toBe("5.9\u00a0M");
  expect(natural(5.187)).toBe("5.19");
  expect(natural(null)).toBe("–");
});

test("delta says direction and size, and nothing where a side is undefined", () => {
  expect(delta(0.849, 0.901)).toMatchObject({ direction: "down", arrow: "▼", size: ".052" });
  expect(delta(0.9, 0.8)).toMatchObject({ direction: "up", arrow: "▲", size: ".100" });
  expect(delta(0.9, 0.9001)).toMatchObject({ direction: "same" });
  expect(delta(null, 0.9)).toBeNull();
  expect(excludes(0.83, 0.86, 0.9)).toBe(true);
  expect(excludes(0.83, 0.86, 0.85)).toBe(false);
  expect(excludes(null, 0.86, 0.9)).toBe(false);
});

test("ramps step where the specification says", () => {
  expect([0, 0.16, 0.17, 0.5, 0.83, 0.84, 1].map(depStep)).toEqual([0, 0, 1, 3, 4, 5, 5]);
  expect([0, 0.14, 0.15, 0.35, 0.6, 0.85, 1].map(tintStep)).toEqual([0, 0, 1, 2, 3, 4, 4]);
  expect([depStep(null), tintStep(null)]).toEqual([0, 0]);
});
