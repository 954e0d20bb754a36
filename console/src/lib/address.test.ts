import { expect, test } from "vitest";

import { formatAddress, parseAddress, sameRows, sameSummary, START, type Address } from "./address";

const full: Address = {
  run: "a/b #1",
  split: "test?",
  view: "embeddings",
  where: "gold = 'it''s' AND dep > 0.5 & x",
  sort: "-loss,dep",
  seed: 2 ** 31 - 1,
  mode: "units",
  sample: "test-12%",
  unit: "u/1",
  at: 12,
  metric: { score: "recall", average: "macro", convention: "strict" },
  by: "pred",
  matrix: "count",
  diagonal: false,
  colour: "meta_a, b",
  lit: ["a&b", "c,d=", "é"],
  under: false,
  rings: false,
};

test("an address survives the URL", () => {
  expect(parseAddress(formatAddress(full))).toEqual(full);
  expect(parseAddress(formatAddress({ ...START, run: "r", split: "s" }))).toEqual({ ...START, run: "r", split: "s" });
});

test("a question mark in the query is part of it", () => {
  expect(parseAddress("#/r/s/dataset?where=text_matches('a?')").where).toBe("text_matches('a?')");
});

test("defaults are not written", () => {
  expect(formatAddress({ ...START, run: "r", split: "s" })).toBe("#/r/s/dataset");
});

test.each(["", "#", "#/", "#/%E0%A4%A", "#/r/s/nowhere?mode=x&at=-1&seed=1e9&metric=..", "#/r?where=%"])(
  "%s gives an address",
  (hash) => expect(() => parseAddress(hash)).not.toThrow(),
);

test("what belongs to the summary and what to the rows", () => {
  expect(sameSummary(full, { ...full, sort: "dep" })).toBe(true);
  expect(sameRows(full, { ...full, sort: "dep" })).toBe(false);
  expect(sameRows(full, { ...full, sample: "x", metric: null })).toBe(true);
  expect(sameSummary(full, { ...full, metric: null })).toBe(false);
  expect(sameSummary(full, { ...full, metric: { score: "f1", average: "micro", convention: "strict" } })).toBe(true);
});
