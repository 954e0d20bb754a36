/** Which points lie near a place of the map. */

import { Layer } from "./scene";

export interface Near {
  position: number;
  distance: number;
}

/**
 * Up to `most` points within `radius` of (x, y), the nearest first; only those from the layer `Faint` on. A plain pass: a
 * million points take a few milliseconds.
 */
export function nearest(xy: Float32Array, layer: Uint8Array, x: number, y: number, radius: number, most: number): Near[] {
  const found: Near[] = [];
  let limit = radius * radius;
  for (let i = 0; i < layer.length; i += 1) {
    if (layer[i]! < Layer.Faint) continue;
    const across = xy[2 * i]! - x;
    const up = xy[2 * i + 1]! - y;
    const distance = across * across + up * up;
    if (!(distance <= limit)) continue;
    let at = found.length;
    while (at > 0 && found[at - 1]!.distance > distance) at -= 1;
    found.splice(at, 0, { position: i, distance });
    if (found.length > most) found.pop();
    if (found.length === most) limit = found.at(-1)!.distance;
  }
  return found.map(({ position, distance }) => ({ position, distance: Math.sqrt(distance) }));
}
