import { expect, test } from "vitest";

import { utf16Offsets } from "./offsets";

test("text without surrogates keeps its offsets, clamped to the text", () => {
  const convert = utf16Offsets("naïve 昨天");
  expect([-1, 0, 5, 8, 99].map(convert)).toEqual([0, 0, 5, 8, 8]);
});

test("every code point above U+FFFF takes two units", () => {
  const text = "a😀b👩‍🚀c";
  const convert = utf16Offsets(text);
  const codePoints = [...text];
  for (let i = 0; i <= codePoints.length; i += 1) expect(convert(i)).toBe(codePoints.slice(0, i).join("").length);
});

test("a lone surrogate is one code point, as in Python", () => {
  const convert = utf16Offsets("\ud800a😀");
  expect([0, 1, 2, 3].map(convert)).toEqual([0, 1, 2, 4]);
});
