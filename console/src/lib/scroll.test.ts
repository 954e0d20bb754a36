import { expect, test } from "vitest";

import { anchor, drawnRows, isCapped, MAX_HEIGHT, reveal, scrolledHeight, toScrolled, toTrue, trueRange } from "./scroll";

const small = { n: 1000, rowHeight: 56, viewport: 800 };
const huge = { n: 10_000_000, rowHeight: 56, viewport: 800 };

/** Top of a row of fixed height, as the component places it. */
const topOf = (shape: typeof small, position: number, index: number): number => {
  const hook = anchor(shape, position);
  return hook.at + (index - hook.index - hook.share) * shape.rowHeight;
};

test("rows of one height stand exactly where a plain list would put them", () => {
  for (const position of [0, 1, 55, 56, 12_345, trueRange(small)])
    for (const index of [0, 17, 999]) expect(topOf(small, position, index)).toBeCloseTo(index * 56 - position, 6);
});

test("the first row meets the top and the last row the bottom, also beyond the height limit", () => {
  expect(isCapped(small)).toBe(false);
  expect(isCapped(huge)).toBe(true);
  expect(scrolledHeight(huge)).toBe(MAX_HEIGHT);
  expect(toTrue(huge, 0)).toBe(0);
  expect(toTrue(huge, MAX_HEIGHT - 800)).toBe(trueRange(huge));
  expect(topOf(huge, trueRange(huge), huge.n - 1) + 56).toBeCloseTo(800, 3);
});

test("mapping there and back", () => {
  for (const shape of [small, huge])
    for (const share of [0, 0.25, 0.9, 1])
      expect(toTrue(shape, toScrolled(shape, share * trueRange(shape)))).toBeCloseTo(share * trueRange(shape), 3);
  expect(toTrue(small, -50)).toBe(0);
});

test("a list that fits does not scroll", () => {
  const short = { n: 3, rowHeight: 56, viewport: 800 };
  expect(trueRange(short)).toBe(0);
  expect(anchor(short, 0)).toEqual({ index: 0, share: 0, at: 0 });
  expect(drawnRows(short, anchor(short, 0), 36, 4)).toEqual([0, 3]);
  expect(toScrolled(short, 10)).toBe(0);
  expect(anchor({ n: 0, rowHeight: 56, viewport: 800 }, 0).index).toBe(0);
});

test("the drawn rows cover the viewport", () => {
  for (const share of [0, 0.3, 1]) {
    const position = share * trueRange(small);
    const [first, end] = drawnRows(small, anchor(small, position), 56, 2);
    expect(first * 56).toBeLessThanOrEqual(position);
    expect(end * 56).toBeGreaterThanOrEqual(Math.min(position + 800, 1000 * 56));
    expect(end - first).toBeLessThan(25);
  }
});

test("revealing moves as little as needed", () => {
  expect(reveal(small, 560, 12)).toBe(560);
  expect(reveal(small, 560, 3)).toBe(168);
  expect(reveal(small, 0, 20)).toBe(21 * 56 - 800);
  expect(reveal(small, 0, 999)).toBe(trueRange(small));
});
