import { expect, test } from "vitest";

import type { ColumnInfo, FunctionInfo } from "../api/types";
import { nameOffers, replaceName, valueOffer, wish } from "./completion";

test.each([
  ["", { kind: "name", prefix: "", from: 0 }],
  ["go", { kind: "name", prefix: "go", from: 0 }],
  ["gold = 'A' AND er", { kind: "name", prefix: "er", from: 15 }],
  ["(de", { kind: "name", prefix: "de", from: 1 }],
  ["gold = ", { kind: "value", column: "gold", prefix: "", from: 7 }],
  ["gold='P", { kind: "value", column: "gold", prefix: "P", from: 5 }],
  ["gold IN ('A', 'it''s", { kind: "value", column: "gold", prefix: "it's", from: 14 }],
  ["gold NOT IN (", { kind: "value", column: "gold", prefix: "", from: 13 }],
  ["is_error = tr", { kind: "value", column: "is_error", prefix: "tr", from: 11 }],
  ['"meta_a b" != ', { kind: "value", column: "meta_a b", prefix: "", from: 14 }],
  ["text_contains('go", { kind: "nothing" }],
  ["dep > 0.5", { kind: "nothing" }],
])("at the end of %j", (before, expected) => expect(wish(before)).toEqual(expected));

const column = (name: string, doc = ""): ColumnInfo => ({
  name,
  quoted: name,
  table: "units",
  kind: "number",
  doc,
  values: null,
  min: null,
  max: null,
});
const functions: FunctionInfo[] = [{ name: "has_word", signature: "has_word('word')", doc: "", level: "sample" }];

test("names that begin with what was typed come before those that contain it", () => {
  const columns = [column("sample_dep"), column("dep"), column("gold")];
  expect(nameOffers("de", "de", columns, functions).map(({ label }) => label)).toEqual(["dep", "sample_dep"]);
  expect(nameOffers("has", "has", columns, functions)[0]!.insert).toBe("has_word(");
});

test("after a finished condition the joining words are offered", () => {
  expect(nameOffers("gold = 'A' a", "a", [column("a")], []).map(({ label }) => label)).toEqual(["AND"]);
});

test("a near name takes the place of the wrong one", () => {
  expect(replaceName("dep > 0.5 AND godl = 'PER'", 15, "gold")).toBe("dep > 0.5 AND gold = 'PER'");
  expect(replaceName("gold = 'PRE'", 8, "PER")).toBe("gold = 'PER'");
  expect(replaceName("a", 9, "x")).toBe("ax");
  expect(valueOffer("it's", "3", true).insert).toBe("'it''s' ");
});
