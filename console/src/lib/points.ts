/** The map as the server sends it: typed arrays behind a header, and masks of one bit per unit. */

export type Codes = Uint8Array | Uint16Array;

export type PointColumn =
  | { name: string; kind: "number"; data: Float32Array }
  | { name: string; kind: "category" | "boolean"; data: Codes; values: readonly (string | boolean | null)[]; missing: number };

export interface PointMessage {
  n: number;
  nPlaced: number;
  projection: string;
  columns: Map<string, PointColumn>;
}

interface Header {
  n: number;
  n_placed: number | null;
  projection: string;
  columns: { name: string; kind: string; type: string; offset: number; values: (string | boolean | null)[] | null }[];
}

/** Read a message; the arrays are views of `buffer`. */
export function readPoints(buffer: ArrayBuffer): PointMessage {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Header;
  const begin = 4 + length;
  const columns = new Map<string, PointColumn>();
  for (const { name, kind, type, offset, values } of header.columns) {
    const at = begin + offset;
    if (kind === "number") columns.set(name, { name, kind, data: new Float32Array(buffer, at, header.n) });
    else {
      const data = type === "u1" ? new Uint8Array(buffer, at, header.n) : new Uint16Array(buffer, at, header.n);
      const missing = type === "u1" ? 0xff : 0xffff;
      columns.set(name, { name, kind: kind === "boolean" ? "boolean" : "category", data, values: values ?? [], missing });
    }
  }
  return { n: header.n, nPlaced: header.n_placed ?? 0, projection: header.projection, columns };
}

/** Bits, the first in the lowest bit of the first byte, as one byte each. */
export function unpackBits(bits: Uint8Array, n: number): Uint8Array {
  const flags = new Uint8Array(n);
  for (let i = 0; i < n; i += 1) flags[i] = (bits[i >> 3]! >> (i & 7)) & 1;
  return flags;
}

/** A random order of 0 … n − 1, the same every time: so that no class always lies on top. */
export function drawOrder(n: number): Uint32Array {
  const order = new Uint32Array(n);
  let state = 0x2545f491;
  for (let i = 0; i < n; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const j = (state >>> 0) % (i + 1);
    order[i] = order[j]!;
    order[j] = i;
  }
  return order;
}
