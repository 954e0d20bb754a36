import { expect, test } from "vitest";

import { assignLetters, assignLooks, spotlight } from "./classes";

const many = (n: number): string[] => Array.from({ length: n }, (_, i) => `class_${i}`);

test("known names take their slots, the rest by falling count, ties by name", () => {
  const looks = assignLooks(["MISC", "PER", "b", "a", "LOC", "ORG", "c"], { PER: 1, c: 9, a: 2, b: 2 });
  const slots = Object.fromEntries([...looks].map(([label, { slot }]) => [label, slot]));
  expect(slots).toEqual({ ORG: 0, PER: 1, LOC: 2, MISC: 3, c: 4, a: 5, b: 6 });
  expect(looks.get("PER")!.icon).toBe("PER");
  expect(looks.get("c")!.icon).toBeNull();
});

test("two names for one slot: the commoner takes it; an icon is used once", () => {
  const looks = assignLooks(["LOC", "GPE", "person", "PER"], { GPE: 9, LOC: 3, PER: 2, person: 8 });
  expect(looks.get("GPE")).toMatchObject({ slot: 2, icon: "LOC" });
  expect(looks.get("LOC")!.slot).not.toBe(2);
  expect([...looks.values()].filter(({ icon }) => icon === "LOC")).toHaveLength(1);
  expect(looks.get("person")!.slot).toBe(1);
});

test("a ninth class is neutral; ten to 28 vary in lightness; more are neutral", () => {
  const css = (n: number): string[] => [...assignLooks(many(n), {}).values()].map((look) => look.css);
  expect(css(9).filter((name) => name === "kn")).toHaveLength(1);
  for (const n of [4, 8, 10, 20, 28]) expect(new Set(css(n)).size).toBe(n);
  expect(css(28).at(-1)).toBe("k3 k-s");
  expect(new Set(css(77))).toEqual(new Set(["kn"]));
});

test("letters: initials of the first and last word, else the next free one", () => {
  const letters = assignLetters(["top_up_failed", "transfer_failed", "product", "creativeWork", "x"]);
  expect(Object.fromEntries(letters)).toEqual({
    creativeWork: "CW",
    product: "Pr",
    top_up_failed: "TF",
    transfer_failed: "TR",
    x: "X2",
  });
});

test("letters are unique and short whatever the names are", () => {
  const hostile = ["", " ", "__proto__", "constructor", "<b>", "😀", "😀😀", "سلام", "上海", "a", "A", "a-b", "a_b", "\u202e"];
  const labels = [...hostile, ...many(300)];
  const letters = assignLetters(labels);
  expect(new Set(letters.values()).size).toBe(labels.length);
  for (const two of letters.values()) expect([...two].length).toBeLessThanOrEqual(3);
  expect(assignLooks(labels, {}).size).toBe(labels.length);
});

test("the spotlight lends hues to eight of many classes and renames none", () => {
  const looks = assignLooks(many(77), {});
  const lit = spotlight(looks, ["class_5", "class_5", "nobody", ...many(77)]);
  expect(lit.get("class_5")).toMatchObject({ slot: 0, letters: looks.get("class_5")!.letters });
  expect([...lit.values()].filter(({ slot }) => slot !== null)).toHaveLength(8);
  const few = assignLooks(many(5), {});
  expect(spotlight(few, ["class_1"])).toBe(few);
});
