/**
 * Where the rows of a list of any length stand. Browsers clip elements of more than about 17 million pixels, so the
 * scrolled height is capped and positions are mapped by ratio; with fewer rows the mapping is exact to the pixel.
 */

export const MAX_HEIGHT = 12_000_000;

export interface ListShape {
  n: number;
  /** Height of a row, or a guess at it where rows are measured. */
  rowHeight: number;
  viewport: number;
}

/** Height to give the scrolled element. */
export const scrolledHeight = ({ n, rowHeight }: ListShape): number => Math.min(n * rowHeight, MAX_HEIGHT);

/** How far the list can be scrolled, in pixels of its true height. */
export const trueRange = ({ n, rowHeight, viewport }: ListShape): number => Math.max(0, n * rowHeight - viewport);

const scrolledRange = (shape: ListShape): number => Math.max(0, scrolledHeight(shape) - shape.viewport);

export const isCapped = ({ n, rowHeight }: ListShape): boolean => n * rowHeight > MAX_HEIGHT;

/** From the browser's scroll position to a position in the true height. */
export function toTrue(shape: ListShape, scrollTop: number): number {
  const range = scrolledRange(shape);
  return range === 0 ? 0 : (Math.max(0, Math.min(scrollTop, range)) / range) * trueRange(shape);
}

/** From a position in the true height to the browser's. */
export function toScrolled(shape: ListShape, position: number): number {
  const range = trueRange(shape);
  return range === 0 ? 0 : (Math.max(0, Math.min(position, range)) / range) * scrolledRange(shape);
}

export interface Anchor {
  /** The row the layout hangs on. */
  index: number;
  /** Share of that row that lies above the point `at`. */
  share: number;
  /** Point of the viewport, in pixels from its top. */
  at: number;
}

/**
 * The row at the point of the viewport that corresponds to how far the list is scrolled: at the top the first row's
 * top, at the end the last row's bottom. Works for rows of any height; for rows of `rowHeight` it is exact.
 */
export function anchor(shape: ListShape, position: number): Anchor {
  const range = trueRange(shape);
  const share = range === 0 ? 0 : Math.max(0, Math.min(position / range, 1));
  const exact = share * shape.n;
  const index = Math.max(0, Math.min(Math.floor(exact), shape.n - 1));
  return { index, share: exact - index, at: share * shape.viewport };
}

/** Rows to draw around the anchor: half-open, with `overscan` rows beyond either edge. */
export function drawnRows(shape: ListShape, hook: Anchor, smallest: number, overscan: number): [number, number] {
  const above = Math.ceil(hook.at / smallest) + overscan;
  const below = Math.ceil((shape.viewport - hook.at) / smallest) + 1 + overscan;
  return [Math.max(0, hook.index - above), Math.min(shape.n, hook.index + below)];
}

/** The nearest position at which row `index` is wholly seen, for rows of `rowHeight`. */
export function reveal(shape: ListShape, position: number, index: number): number {
  const top = index * shape.rowHeight;
  const bottom = top + shape.rowHeight;
  if (top < position) return top;
  if (bottom > position + shape.viewport) return Math.min(bottom - shape.viewport, trueRange(shape));
  return position;
}
