import { expect, test } from "vitest";

import { boundsOf, fit, panBy, toMap, toScreen, zoomAt } from "./mapview";

const xy = new Float32Array([0, 0, 10, 4, NaN, 99, 5, -6]);

test("bounds leave out points without a place", () => {
  expect(boundsOf(xy)).toEqual({ left: 0, right: 10, bottom: -6, top: 4 });
  expect(boundsOf(xy, (i) => i < 2)).toEqual({ left: 0, right: 10, bottom: 0, top: 4 });
  expect(boundsOf(new Float32Array([NaN, NaN]))).toBeNull();
});

test("the whole map is in sight, beside what covers it", () => {
  const bounds = boundsOf(xy)!;
  for (const inset of [0, 184]) {
    const view = fit(bounds, 900, 600, inset);
    for (const [x, y] of [[0, -6], [10, 4]] as const) {
      const [left, top] = toScreen(view, 900, 600, [x, y]);
      expect(left).toBeGreaterThan(inset);
      expect(left).toBeLessThan(900);
      expect(top).toBeGreaterThan(0);
      expect(top).toBeLessThan(600);
    }
  }
});

test("one point, or all in one place, still gives a view", () => {
  const view = fit({ left: 3, right: 3, bottom: 1, top: 1 }, 900, 600);
  expect(toScreen(view, 900, 600, [3, 1])).toEqual([450, 300]);
});

test("screen and map are each other's inverse", () => {
  const view = { x: 3, y: -2, scale: 37 };
  const [x, y] = toMap(view, 800, 500, toScreen(view, 800, 500, [1.25, 4.5]));
  expect(x).toBeCloseTo(1.25, 10);
  expect(y).toBeCloseTo(4.5, 10);
});

test("zooming keeps what lies under the pointer, and ends somewhere", () => {
  const whole = fit(boundsOf(xy)!, 900, 600);
  const before = toMap(whole, 900, 600, [700, 100]);
  const closer = zoomAt(whole, whole, 3, 900, 600, [700, 100]);
  const after = toMap(closer, 900, 600, [700, 100]);
  expect(after[0]).toBeCloseTo(before[0], 8);
  expect(after[1]).toBeCloseTo(before[1], 8);
  expect(zoomAt(whole, whole, 1e9, 900, 600, [0, 0]).scale).toBe(whole.scale * 400);
  expect(zoomAt(whole, whole, 1e-9, 900, 600, [0, 0]).scale).toBe(whole.scale / 2);
});

test("the map follows the hand", () => {
  const view = { x: 0, y: 0, scale: 10 };
  expect(toScreen(panBy(view, 30, -20), 100, 100, [0, 0])).toEqual([80, 30]);
});
