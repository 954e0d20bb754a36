/** What the two back ends of the map draw. Sizes in CSS pixels. */

import type { MapView } from "./mapview";

/**
 * Layers from below: points of train, those that the filter leaves out, those whose value holds no colour, the others, and
 * the others when there is a filter. `Hidden` is not drawn; the pointer finds the points from `Faint` on.
 */
export const Layer = { Hidden: 0, Under: 1, Dim: 2, Faint: 3, Plain: 4, Chosen: 5 } as const;
export const DRAWN = [Layer.Under, Layer.Dim, Layer.Faint, Layer.Plain, Layer.Chosen] as const;

/** Colours of the palette with a meaning of their own; those of values follow. */
export const Ink = { Grey: 0, Under: 1, None: 2, Ring: 3, Bare: 4, First: 5 } as const;

export interface Scene {
  n: number;
  /** x and y in turn, map coordinates. */
  xy: Float32Array;
  /** Index into the palette. */
  paint: Uint8Array;
  layer: Uint8Array;
  /** 1 = ringed. */
  ring: Uint8Array;
  /** The order in which points are drawn within a layer. */
  order: Uint32Array;
  nShown: number;
  nChosen: number;
  nRinged: number;
}

export interface Dot {
  diameter: number;
  alpha: number;
}

export interface Frame {
  scene: Scene;
  view: MapView;
  width: number;
  height: number;
  /** Device pixels per CSS pixel. */
  ratio: number;
  /** RGBA, 0 to 255. */
  palette: Uint8Array;
  ground: readonly [number, number, number];
}

export interface Renderer {
  draw(frame: Frame): void;
  free(): void;
}

const CROWD = 200_000;
const MANY_RINGS = 150;

/** How the points of a layer look; a crowd is drawn finer. */
export function dotOf(layer: number, scene: Scene): Dot {
  const crowd = Math.min(1, Math.sqrt(CROWD / Math.max(scene.nShown, 1)));
  if (layer === Layer.Under) return { diameter: 3, alpha: 1 };
  if (layer === Layer.Dim) return { diameter: 4.4 * Math.max(crowd, 0.6), alpha: 0.55 * crowd };
  if (layer === Layer.Chosen) return { diameter: scene.nChosen > 2000 ? 4.8 * Math.max(crowd, 0.6) : 6, alpha: 1 };
  return { diameter: 4.4 * Math.max(crowd, 0.6), alpha: Math.max(0.62 * crowd, 0.2) };
}

/** Rings of a crowd would hide it: then only the selection's are drawn. */
export const ringsFrom = (scene: Scene): number => (scene.nShown > CROWD ? Layer.Chosen : Layer.Faint);

/** A ring; many of them are finer, or they would hide what they ring. */
export const ringOf = ({ nRinged }: Scene): { diameter: number; line: number; alpha: number } =>
  nRinged > MANY_RINGS
    ? { diameter: 8.4, line: 1, alpha: Math.min(0.6, Math.max(0.25, 0.6 * Math.sqrt((2 * MANY_RINGS) / nRinged))) }
    : { diameter: 10, line: 1.2, alpha: 0.9 };
