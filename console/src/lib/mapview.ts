/** Which part of the map is in sight. Map coordinates grow upwards, screen coordinates downwards; both axes scale alike. */

export interface MapView {
  /** Map coordinates of the centre. */
  x: number;
  y: number;
  /** Screen pixels per map unit. */
  scale: number;
}

export interface Bounds {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

export type Corner = readonly [number, number];

const MARGIN = 28;
const CLOSEST = 400; // times the whole map
const FARTHEST = 0.5;

/** The smallest box with all points that have a place; null without any. `xy`: x and y in turn. */
export function boundsOf(xy: Float32Array, isShown: (i: number) => boolean = () => true): Bounds | null {
  let left = Infinity;
  let right = -Infinity;
  let bottom = Infinity;
  let top = -Infinity;
  for (let i = 0; 2 * i < xy.length; i += 1) {
    const x = xy[2 * i]!;
    const y = xy[2 * i + 1]!;
    if (Number.isNaN(x) || Number.isNaN(y) || !isShown(i)) continue;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < bottom) bottom = y;
    if (y > top) top = y;
  }
  return left <= right ? { left, right, bottom, top } : null;
}

/** The view that shows the whole box, to the right of what covers `inset` pixels at the left. */
export function fit(bounds: Bounds, width: number, height: number, inset = 0): MapView {
  const wide = Math.max(bounds.right - bounds.left, 1e-6);
  const high = Math.max(bounds.top - bounds.bottom, 1e-6);
  const scale = Math.min(Math.max(width - inset - 2 * MARGIN, 40) / wide, Math.max(height - 2 * MARGIN, 40) / high);
  return { x: (bounds.left + bounds.right) / 2 - inset / 2 / scale, y: (bounds.bottom + bounds.top) / 2, scale };
}

export const toScreen = (view: MapView, width: number, height: number, [x, y]: Corner): Corner => [
  width / 2 + (x - view.x) * view.scale,
  height / 2 - (y - view.y) * view.scale,
];

export const toMap = (view: MapView, width: number, height: number, [left, top]: Corner): Corner => [
  view.x + (left - width / 2) / view.scale,
  view.y - (top - height / 2) / view.scale,
];

/** Zoom by `factor` and keep what lies under the screen point where it is. */
export function zoomAt(view: MapView, whole: MapView, factor: number, width: number, height: number, at: Corner): MapView {
  const scale = Math.min(Math.max(view.scale * factor, whole.scale * FARTHEST), whole.scale * CLOSEST);
  const [x, y] = toMap(view, width, height, at);
  return { x: x - (at[0] - width / 2) / scale, y: y + (at[1] - height / 2) / scale, scale };
}

export const panBy = (view: MapView, right: number, down: number): MapView => ({
  ...view,
  x: view.x - right / view.scale,
  y: view.y + down / view.scale,
});
