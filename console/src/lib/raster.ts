/** The map drawn by the processor: the same bits on every machine, and faster than WebGL where that is only emulated. */

import { dotOf, DRAWN, Ink, Layer, ringOf, ringsFrom, type Frame, type Renderer, type Scene } from "./scene";

/** A point's centre falls between pixels: one stamp for each of 4 × 4 places. */
const PARTS = 4;

interface Stamp {
  size: number;
  /** Coverage 0 to 1, row by row, for each part. */
  covers: Float32Array[];
}

/** Coverage of a disc, or of a ring with a `line`, in device pixels. */
export function stampOf(diameter: number, line = 0): Stamp {
  const radius = diameter / 2;
  const size = 2 * Math.ceil((diameter + 1) / 2) + 1;
  const middle = Math.floor(size / 2);
  const covers: Float32Array[] = [];
  for (let part = 0; part < PARTS * PARTS; part += 1) {
    const left = middle + ((part % PARTS) + 0.5) / PARTS;
    const top = middle + (Math.floor(part / PARTS) + 0.5) / PARTS;
    const cover = new Float32Array(size * size);
    for (let y = 0; y < size; y += 1)
      for (let x = 0; x < size; x += 1) {
        const distance = Math.hypot(x + 0.5 - left, y + 0.5 - top);
        const off = line ? Math.abs(distance - radius + line / 2) - line / 2 : distance - radius;
        cover[y * size + x] = Math.max(0, Math.min(1, 0.5 - off));
      }
    covers.push(cover);
  }
  return { size, covers };
}

const stamps = new Map<string, Stamp>();

function kept(diameter: number, line = 0): Stamp {
  const key = `${diameter.toFixed(2)} ${line.toFixed(2)}`;
  if (!stamps.has(key)) stamps.set(key, stampOf(diameter, line));
  return stamps.get(key)!;
}

const sorted = new WeakMap<Scene, Uint32Array[]>();

/** The points of every layer, in the order of drawing; sorted once for a scene. */
function layersOf(scene: Scene): Uint32Array[] {
  const known = sorted.get(scene);
  if (known) return known;
  const ends = new Uint32Array(Layer.Chosen + 2);
  for (let i = 0; i < scene.n; i += 1) ends[scene.layer[i]! + 1]! += 1;
  for (let layer = 1; layer < ends.length; layer += 1) ends[layer]! += ends[layer - 1]!;
  const all = new Uint32Array(scene.n);
  const next = ends.slice();
  for (let k = 0; k < scene.n; k += 1) {
    const i = scene.order[k]!;
    const layer = scene.layer[i]!;
    all[next[layer]!] = i;
    next[layer]! += 1;
  }
  const made = Array.from({ length: ends.length - 1 }, (_, layer) => all.subarray(ends[layer], ends[layer + 1]));
  sorted.set(scene, made);
  return made;
}

/** Draw a frame into opaque RGBA pixels. */
export function rasterise(pixels: Uint8ClampedArray, frame: Frame): void {
  const { scene, palette, ground, ratio } = frame;
  const width = Math.round(frame.width * ratio);
  const height = Math.round(frame.height * ratio);
  new Uint32Array(pixels.buffer).fill((255 << 24) | (ground[2] << 16) | (ground[1] << 8) | ground[0]);
  const scale = frame.view.scale * ratio;
  const left = width / 2 - frame.view.x * scale;
  const top = height / 2 + frame.view.y * scale;

  const put = (i: number, stamp: Stamp, alpha: number, ink: number): void => {
    const x = left + scene.xy[2 * i]! * scale;
    const y = top - scene.xy[2 * i + 1]! * scale;
    const { size } = stamp;
    if (!(x > -size && y > -size && x < width + size && y < height + size)) return;
    const column = Math.floor(x);
    const row = Math.floor(y);
    const part = Math.floor((y - row) * PARTS) * PARTS + Math.floor((x - column) * PARTS);
    const cover = stamp.covers[part]!;
    const middle = Math.floor(size / 2);
    const from = column - middle;
    const red = palette[4 * ink]!;
    const green = palette[4 * ink + 1]!;
    const blue = palette[4 * ink + 2]!;
    for (let v = 0; v < size; v += 1) {
      const line = row - middle + v;
      if (line < 0 || line >= height) continue;
      for (let u = 0; u < size; u += 1) {
        const share = cover[v * size + u]! * alpha;
        const at = from + u;
        if (share <= 0 || at < 0 || at >= width) continue;
        const pixel = 4 * (line * width + at);
        pixels[pixel] = pixels[pixel]! + (red - pixels[pixel]!) * share;
        pixels[pixel + 1] = pixels[pixel + 1]! + (green - pixels[pixel + 1]!) * share;
        pixels[pixel + 2] = pixels[pixel + 2]! + (blue - pixels[pixel + 2]!) * share;
      }
    }
  };

  const byLayer = layersOf(scene);
  for (const layer of DRAWN) {
    const { diameter, alpha } = dotOf(layer, scene);
    const stamp = kept(diameter * ratio);
    for (const i of byLayer[layer]!) put(i, stamp, alpha, scene.paint[i]!);
  }
  const { diameter, line, alpha } = ringOf(scene);
  const ring = kept(diameter * ratio, line * ratio);
  const from = ringsFrom(scene);
  for (let i = 0; i < scene.n; i += 1)
    if (scene.ring[i] && scene.layer[i]! >= from) put(i, ring, alpha, Ink.Ring);
}

/** The back end for machines without a graphics processor. */
export function cpuRenderer(canvas: HTMLCanvasElement): Renderer {
  const context = canvas.getContext("2d", { alpha: false })!;
  let image: ImageData | null = null;
  return {
    draw(frame) {
      const width = Math.max(1, Math.round(frame.width * frame.ratio));
      const height = Math.max(1, Math.round(frame.height * frame.ratio));
      if (image?.width !== width || image.height !== height) {
        canvas.width = width;
        canvas.height = height;
        image = context.createImageData(width, height);
      }
      rasterise(image.data, frame);
      context.putImageData(image, 0, 0);
    },
    free() {
      image = null;
    },
  };
}
