import { describe, expect, test } from "vitest";

import {
  add,
  chosenRange,
  chosenValues,
  has,
  join,
  membership,
  parse,
  quoteColumn,
  removeAt,
  replaceAt,
  setRange,
  setSearch,
  setValues,
  splitSearch,
  toggle,
  type Value,
} from "./filter";

describe("parse", () => {
  test("an empty expression has no conjunct", () => expect(parse("  ")).toEqual([]));

  test("comparisons, lists, nulls, flags, searches", () => {
    const kinds = parse(
      "gold = 'PER' AND error_type IN ('wrong_tag', 'missed_span') AND dep > 0.8 AND pred IS NOT NULL " +
        "AND is_error AND NOT label_issue AND text_contains('a AND b')",
    );
    expect(kinds).toMatchObject([
      { kind: "compare", column: "gold", op: "=", value: "PER" },
      { kind: "in", column: "error_type", values: ["wrong_tag", "missed_span"], negated: false },
      { kind: "compare", column: "dep", op: ">", value: 0.8 },
      { kind: "null", column: "pred", negated: true },
      { kind: "flag", column: "is_error", negated: false },
      { kind: "flag", column: "label_issue", negated: true },
      { kind: "search", how: "contains", value: "a AND b" },
    ]);
  });

  test("quotes inside strings and names", () => {
    expect(parse(`"meta_my ""col""" = 'it''s (AND)'`)).toMatchObject([
      { kind: "compare", column: 'meta_my "col"', value: "it's (AND)" },
    ]);
  });

  test("BETWEEN keeps its AND", () => {
    expect(parse("dep BETWEEN 0.2 AND 0.4 AND is_error").map(({ source }) => source)).toEqual([
      "dep BETWEEN 0.2 AND 0.4",
      "is_error",
    ]);
  });

  test("OR at the top is one chip; inside brackets it is one conjunct", () => {
    expect(parse("gold = 'A' OR pred = 'B'")).toMatchObject([{ kind: "expression" }]);
    expect(parse("(gold = 'A' OR pred = 'B') AND dep > .5")).toMatchObject([
      { kind: "expression", source: "(gold = 'A' OR pred = 'B')" },
      { kind: "compare", value: 0.5 },
    ]);
  });

  test("a group with none in it", () => {
    expect(parse("(gold IN ('A', 'B') OR gold IS NULL)")).toMatchObject([
      { kind: "in", column: "gold", values: ["A", "B", null] },
    ]);
    expect(parse("(gold = 'A' OR pred IS NULL)")).toMatchObject([{ kind: "expression" }]);
  });

  test.each(["gold = ", "((", ")", "gold = 'open", "AND", "a AND", "= =", "gold IN ('a'", "x IN (1 2)"])(
    "%s stays a chip of its own text",
    (broken) => {
      expect(parse(broken).map(({ source }) => source)).toEqual([broken.trim()]);
      expect(parse(broken)[0]!.kind).toBe("expression");
    },
  );
});

describe("write", () => {
  const values: Value[][] = [["A"], ["A", "it's"], [null], ["A", null], ["A", "B", null], [true], [1, 2]];

  test.each(values.map((list) => [list]))("membership of %j is read back", (list) => {
    const written = membership("gold", list);
    expect(chosenValues(written, "gold")).toEqual(list);
    expect(chosenValues(add("dep > 0.5", written), "gold")).toEqual(list);
  });

  test("names that need quotes get them", () => {
    expect(quoteColumn("meta_a b")).toBe('"meta_a b"');
    expect(quoteColumn("in")).toBe('"in"');
    expect(quoteColumn("dep")).toBe("dep");
  });

  test("joining puts brackets around an OR", () => {
    expect(join(["a = 1 OR b = 2", "c = 3"])).toBe("(a = 1 OR b = 2) AND c = 3");
    expect(join(["a = 1 OR b = 2"])).toBe("a = 1 OR b = 2");
    expect(add("a = 1 OR b = 2", "c")).toBe("(a = 1 OR b = 2) AND c");
  });
});

describe("change", () => {
  const where = "gold = 'A' AND dep > 0.5 AND is_error";

  test("a facet value replaces, joins and leaves in place", () => {
    expect(setValues(where, "gold", ["B"])).toBe("gold = 'B' AND dep > 0.5 AND is_error");
    expect(setValues(where, "gold", ["A", "B"])).toBe("gold IN ('A', 'B') AND dep > 0.5 AND is_error");
    expect(setValues(where, "gold", [])).toBe("dep > 0.5 AND is_error");
    expect(setValues(where, "pred", [null])).toBe(`${where} AND pred IS NULL`);
    expect(setValues("", "pred", ["X"])).toBe("pred = 'X'");
  });

  test("conjuncts are removed and replaced by position", () => {
    expect(removeAt(where, 1)).toBe("gold = 'A' AND is_error");
    expect(replaceAt(where, 1, "dep > 0.9")).toBe("gold = 'A' AND dep > 0.9 AND is_error");
    expect(removeAt("gold = 'A'", 0)).toBe("");
  });

  test("a tile goes in and out", () => {
    const tile = "difficulty = 'hard'";
    expect(has(where, tile)).toBe(false);
    const narrowed = toggle(where, tile);
    expect(has(narrowed, tile)).toBe(true);
    expect(toggle(narrowed, tile)).toBe(where);
    expect(has(where, "")).toBe(false);
  });

  test("a matrix cell of two conjuncts goes in and out", () => {
    const cell = "gold = 'A' AND pred = 'B'";
    expect(toggle(toggle("dep > 0.5", cell), cell)).toBe("dep > 0.5");
  });

  test("a range replaces every bound of its column", () => {
    const narrowed = setRange("dep > 0.5 AND dep < 0.9 AND is_error", "dep", { low: 0.2, high: 0.4 });
    expect(narrowed).toBe("is_error AND dep >= 0.2 AND dep < 0.4");
    expect(chosenRange(narrowed, "dep")).toEqual({ low: 0.2, high: 0.4 });
    expect(setRange(narrowed, "dep", { low: null, high: null })).toBe("is_error");
    expect(chosenRange("is_error", "dep")).toBeNull();
  });

  test("the search box holds one search conjunct", () => {
    const searched = setSearch(where, "it's", false);
    expect(searched).toBe(`${where} AND text_contains('it''s')`);
    expect(splitSearch(searched)).toMatchObject({ text: "it's", regex: false });
    expect(setSearch(searched, "^a", true)).toBe(`${where} AND text_matches('^a')`);
    expect(setSearch(searched, "", false)).toBe(where);
    expect(splitSearch(searched).rest).toHaveLength(3);
  });
});

test("any conjunction is rebuilt from its parts", () => {
  const parts = [
    "gold = 'A B'",
    "pred IN ('x', 'y')",
    "dep >= 0.5",
    "NOT is_error",
    "(a = 1 OR b = 2)",
    "text_matches('a|b')",
    "dep BETWEEN 1 AND 2",
    "similar_to('u-1', 100)",
  ];
  for (let bits = 1; bits < 2 ** parts.length; bits += 1) {
    const chosen = parts.filter((_, i) => bits & (1 << i));
    expect(parse(chosen.join(" AND ")).map(({ source }) => source)).toEqual(chosen);
  }
});
