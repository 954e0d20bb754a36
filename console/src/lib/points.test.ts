import { expect, test } from "vitest";

import { nearest } from "./nearest";
import { drawOrder, readPoints, unpackBits } from "./points";
import { Layer } from "./scene";

/** As the server writes it. */
function message(header: object, arrays: readonly ArrayBufferView[]): ArrayBuffer {
  let text = JSON.stringify(header);
  while ((new TextEncoder().encode(text).length + 4) % 8) text += " ";
  const head = new TextEncoder().encode(text);
  const padded = arrays.map((array) => Math.ceil(array.byteLength / 8) * 8);
  const bytes = new Uint8Array(4 + head.length + padded.reduce((sum, length) => sum + length, 0));
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = 4 + head.length;
  for (const [i, array] of arrays.entries()) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += padded[i]!;
  }
  return bytes.buffer;
}

test("a message is read back", () => {
  const entry = (name: string, kind: string, type: string, offset: number, values: unknown) => ({ name, kind, type, offset, values });
  const buffer = message(
    {
      n: 3,
      n_placed: 2,
      projection: "pca",
      columns: [entry("x", "number", "f4", 0, null), entry("gold", "category", "u1", 16, ["é", "B"]), entry("many", "category", "u2", 24, ["C"])],
    },
    [new Float32Array([1.5, NaN, 2]), new Uint8Array([1, 255, 0]), new Uint16Array([0, 65535, 0])],
  );
  const { n, nPlaced, columns } = readPoints(buffer);
  expect([n, nPlaced]).toEqual([3, 2]);
  expect([...columns.get("x")!.data]).toEqual([1.5, NaN, 2]);
  const gold = columns.get("gold")!;
  expect(gold.kind === "category" && [gold.missing, gold.values, [...gold.data]]).toEqual([255, ["é", "B"], [1, 255, 0]]);
  const many = columns.get("many")!;
  expect(many.kind === "category" && [many.missing, [...many.data]]).toEqual([65535, [0, 65535, 0]]);
});

test("bits become flags", () => {
  expect([...unpackBits(new Uint8Array([0b00000101, 0b10]), 10)]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
});

test("the order of drawing holds every point once and never changes", () => {
  const order = drawOrder(1000);
  expect([...order].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
  expect([...drawOrder(1000)]).toEqual([...order]);
  expect([...order.slice(0, 50)]).not.toEqual([...Array(50).keys()]);
});

test("the nearest points that the pointer may find, in order", () => {
  const places: [number, number][] = Array.from({ length: 300 }, (_, i) => [Math.sin(i * 12.9), Math.cos(i * 78.2)]);
  const xy = new Float32Array(places.flat());
  xy[6] = NaN;
  const layer = new Uint8Array(300).map((_, i) => (i % 3 === 0 ? Layer.Dim : i % 2 ? Layer.Plain : Layer.Chosen));
  const expected = [...places.keys()]
    .filter((i) => i % 3 !== 0)
    .map((i) => ({ i, d: Math.hypot(xy[2 * i]! - 0.2, xy[2 * i + 1]! - 0.1) }))
    .filter(({ d }) => d <= 0.3)
    .sort((a, b) => a.d - b.d)
    .slice(0, 8);
  const found = nearest(xy, layer, 0.2, 0.1, 0.3, 8);
  expect(expected.length).toBeGreaterThan(3);
  expect(found.map(({ position }) => position)).toEqual(expected.map(({ i }) => i));
  expect(nearest(xy, layer, 50, 50, 0.3, 8)).toEqual([]);
});
