import { expect, test } from "vitest";

import { rasterise, stampOf } from "./raster";
import { Ink, Layer, type Frame } from "./scene";

const SIZE = 40;
const WHITE = [255, 255, 255] as const;
const PALETTE = new Uint8Array([200, 200, 200, 255, 230, 230, 230, 255, 90, 90, 90, 255, 0, 0, 0, 255, 120, 120, 120, 255, 255, 0, 0, 255, 0, 0, 255, 255]);
const RED = Ink.First;
const BLUE = Ink.First + 1;

interface Point {
  at: [number, number];
  layer: number;
  paint: number;
  ring?: number;
}

/** Pixels of points in screen coordinates, the first drawn first. */
function drawn(points: readonly Point[], ratio = 1): Uint8ClampedArray {
  const frame: Frame = {
    scene: {
      n: points.length,
      xy: new Float32Array(points.flatMap(({ at: [x, y] }) => [x - SIZE / 2, SIZE / 2 - y])),
      paint: new Uint8Array(points.map(({ paint }) => paint)),
      layer: new Uint8Array(points.map(({ layer }) => layer)),
      ring: new Uint8Array(points.map(({ ring }) => ring ?? 0)),
      order: new Uint32Array(points.keys()),
      nShown: points.length,
      nChosen: 0,
      nRinged: 0,
    },
    view: { x: 0, y: 0, scale: 1 },
    width: SIZE,
    height: SIZE,
    ratio,
    palette: PALETTE,
    ground: WHITE,
  };
  const pixels = new Uint8ClampedArray(4 * SIZE * SIZE * ratio * ratio);
  rasterise(pixels, frame);
  return pixels;
}

const pixel = (pixels: Uint8ClampedArray, x: number, y: number, width = SIZE): number[] => [...pixels.slice(4 * (y * width + x), 4 * (y * width + x) + 4)];

test("a stamp covers the area of its disc, wherever the centre falls", () => {
  const { covers } = stampOf(6);
  for (const cover of covers) expect(cover.reduce((sum, share) => sum + share, 0)).toBeCloseTo(Math.PI * 9, -0.3);
});

test("nothing is the ground, and opaque", () => {
  expect(new Set(drawn([]))).toEqual(new Set([255]));
});

test("a point is where it should be, up is up", () => {
  const pixels = drawn([{ at: [10.5, 30.5], layer: Layer.Chosen, paint: RED }]);
  expect(pixel(pixels, 10, 30)).toEqual([255, 0, 0, 255]);
  expect(pixel(pixels, 10, 9)).toEqual([255, 255, 255, 255]);
  expect(pixel(pixels, 16, 30)).toEqual([255, 255, 255, 255]);
});

test("device pixels are finer", () => {
  const pixels = drawn([{ at: [10.5, 30.5], layer: Layer.Chosen, paint: RED }], 2);
  expect(pixel(pixels, 21, 61, 2 * SIZE)).toEqual([255, 0, 0, 255]);
  expect(pixel(pixels, 21 + 5, 61, 2 * SIZE)[1]).toBeLessThan(255);
});

test("layers decide what lies on top, and the ring lies over all", () => {
  const here: [number, number] = [20.5, 20.5];
  const pixels = drawn([
    { at: here, layer: Layer.Chosen, paint: RED, ring: 1 },
    { at: here, layer: Layer.Dim, paint: BLUE },
    { at: here, layer: Layer.Under, paint: Ink.Under },
  ]);
  expect(pixel(pixels, 20, 20)).toEqual([255, 0, 0, 255]);
  const side = [pixel(pixels, 24, 20), pixel(pixels, 25, 20)].map(([red]) => red!);
  expect(Math.min(...side)).toBeLessThan(160);
});

test("unselected and unringed points draw no ring; hidden and unplaced ones nothing", () => {
  const clean = drawn([]);
  expect(drawn([{ at: [20, 20], layer: Layer.Hidden, paint: RED, ring: 1 }])).toEqual(clean);
  expect(drawn([{ at: [NaN, NaN], layer: Layer.Chosen, paint: RED, ring: 1 }])).toEqual(clean);
  const dim: Point = { at: [20.5, 20.5], layer: Layer.Dim, paint: RED };
  expect(drawn([{ ...dim, ring: 1 }])).toEqual(drawn([dim]));
});

test("points at and beyond the edge stay inside", () => {
  const pixels = drawn([[0, 0], [-2, 20], [SIZE + 2, SIZE], [1e9, -1e9]].map(([x, y]) => ({ at: [x!, y!], layer: Layer.Chosen, paint: RED })));
  expect(pixel(pixels, 0, 0)[1]).toBeLessThan(60);
  expect(pixel(pixels, 0, 20)[1]).toBeLessThan(255);
  expect(pixel(pixels, 20, 20)).toEqual([255, 255, 255, 255]);
});
