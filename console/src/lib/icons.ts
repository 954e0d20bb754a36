/** Drawn signs as lists of shapes, so that no markup ever comes from a string. */

export type Shape =
  | { d: string; dashed?: string }
  | { cx: number; cy: number; r: number }
  | { x: number; y: number; width: number; height: number; rx: number; dashed?: string };

/** 16 × 16, stroke 1.4. */
export const ICONS = {
  down: [{ d: "M4 6l4 4 4-4" }],
  download: [{ d: "M8 2.5v8M4.8 7.5L8 10.7l3.2-3.2M3 13.5h10" }],
  moon: [{ d: "M13 9.5A5.5 5.5 0 1 1 6.5 3a4.3 4.3 0 0 0 6.5 6.5z" }],
  sun: [
    { cx: 8, cy: 8, r: 2.8 },
    { d: "M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M3.6 12.4l1-1M11.4 4.6l1-1" },
  ],
  help: [{ cx: 8, cy: 8, r: 5.8 }, { d: "M6.3 6.4a1.7 1.7 0 1 1 2.4 1.7c-.5.2-.7.5-.7 1" }, { d: "M8 11.3v.1" }],
  filter: [{ d: "M2 4h12M4.5 8h7M6.5 12h3" }],
  close: [{ d: "M4 4l8 8M12 4l-8 8" }],
  search: [{ cx: 7, cy: 7, r: 4.5 }, { d: "M10.5 10.5L14 14" }],
  left: [{ d: "M10 4L6 8l4 4" }],
  right: [{ d: "M6 4l4 4-4 4" }],
  link: [
    { d: "M6.5 9.5l3-3M7 4.5l1-1a2.8 2.8 0 0 1 4 4l-1 1M9 11.5l-1 1a2.8 2.8 0 0 1-4-4l1-1" },
  ],
  warning: [{ d: "M8 2.5l6 11H2z" }, { d: "M8 6.5v3.5M8 12v.1" }],
  info: [{ cx: 8, cy: 8, r: 5.8 }, { d: "M8 7.3v3.5M8 5.2v.1" }],
  descending: [{ d: "M8 3v10M4.5 9.5L8 13l3.5-3.5" }],
  ascending: [{ d: "M8 13V3M4.5 6.5L8 3l3.5 3.5" }],
  check: [{ d: "M3.5 8.5l3 3 6-7" }],
  dice: [{ d: "M3 3h10v10H3z" }, { d: "M6 6v.1M10 10v.1M10 6v.1M6 10v.1" }],
  rows: [{ d: "M3 4h10M3 8h10M3 12h10" }],
  panelLeft: [{ d: "M2.5 3h11v10h-11zM6.5 3v10" }],
  panelRight: [{ d: "M2.5 3h11v10h-11zM9.5 3v10" }],
  table: [{ d: "M2.5 3h11v10h-11zM2.5 6.5h11M2.5 9.8h11M6.5 6.5V13" }],
  hand: [{ d: "M8 2.2v11.6M2.2 8h11.6M6.3 3.9L8 2.2l1.7 1.7M6.3 12.1L8 13.8l1.7-1.7M3.9 6.3L2.2 8l1.7 1.7M12.1 6.3L13.8 8l-1.7 1.7" }],
  lasso: [{ d: "M4.6 10.6C2.9 9.8 2 8.6 2 7.2 2 4.8 4.7 3 8 3s6 1.8 6 4.2-2.7 4.2-6 4.2c-.9 0-1.7-.1-2.4-.4" }, { d: "M6.2 10.9a1.3 1.3 0 1 1-2.6 0 1.3 1.3 0 0 1 2.6 0c0 1.3-.6 2.3-1.8 3" }],
  box: [{ d: "M3 3h10v10H3z", dashed: "2.2 2" }],
  plus: [{ d: "M8 3.5v9M3.5 8h9" }],
  minus: [{ d: "M3.5 8h9" }],
  whole: [{ d: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" }],
} satisfies Record<string, Shape[]>;

/** 12 × 12, stroke 1.6. */
export const CLASS_ICONS = {
  PER: [{ cx: 6, cy: 3.6, r: 2.1 }, { d: "M1.8 10.8c.4-2.6 2-3.9 4.2-3.9s3.8 1.3 4.2 3.9" }],
  ORG: [{ d: "M2 10.8V2.2h5.2v8.6M7.2 5h2.9v5.8M1 10.8h10.2M4 4.6h1.2M4 7h1.2" }],
  LOC: [{ d: "M6 11C3.6 8.3 2.3 6.5 2.3 4.7a3.7 3.7 0 0 1 7.4 0C9.7 6.5 8.4 8.3 6 11z" }, { cx: 6, cy: 4.7, r: 1.1 }],
  MISC: [{ d: "M6 1.5v9M2.1 3.8l7.8 4.4M9.9 3.8L2.1 8.2" }],
  DATE: [{ d: "M1.8 2.8h8.4v7.6H1.8zM1.8 5.4h8.4M4 1.4v2.4M8 1.4v2.4" }],
  EVENT: [{ d: "M6 1.3l1.3 3.1 3.4.3-2.6 2.2.8 3.3L6 8.4l-2.9 1.8.8-3.3L1.3 4.7l3.4-.3z" }],
  PRODUCT: [{ d: "M6 1.3l4.3 2.3v4.8L6 10.7 1.7 8.4V3.6zM1.7 3.6L6 6l4.3-2.4M6 6v4.7" }],
  WORK: [{ d: "M6 3.2C4.8 2.2 3.2 2 1.5 2v7.6c1.7 0 3.3.2 4.5 1.2 1.2-1 2.8-1.2 4.5-1.2V2C8.8 2 7.2 2.2 6 3.2zM6 3.2v7.6" }],
  MONEY: [{ cx: 6, cy: 6, r: 4.6 }, { d: "M7.6 4.3C7.2 3.7 6.6 3.5 6 3.5c-.9 0-1.6.5-1.6 1.2 0 1.7 3.3.9 3.3 2.6 0 .7-.7 1.2-1.7 1.2-.7 0-1.4-.3-1.7-.9M6 2.6v6.8" }],
  none: [{ cx: 6, cy: 6, r: 3.8 }, { d: "M3.2 8.8l5.6-5.6" }],
} satisfies Record<string, Shape[]>;

/** 14 × 14, stroke 1.4. */
export const ERROR_GLYPHS = {
  wrong_tag: [{ d: "M2.5 5.2h9M2.5 8.8h9M9.3 2.5l-4.6 9" }],
  missed_span: [{ x: 2, y: 3, width: 10, height: 8, rx: 1.5, dashed: "1.2 1.7" }],
  ghost_span: [{ x: 2, y: 3, width: 10, height: 8, rx: 1.5 }, { d: "M4.8 9.2l4.4-4.4" }],
  span_shift: [{ d: "M2 3v8M12 3v8M4.5 7h5M7.5 5l2 2-2 2" }],
  none: [{ d: "M3 7.5l2.8 2.8L11 4.5" }],
  split: [{ d: "M2 7h3.5M5.5 7L9 3.5h3M5.5 7L9 10.5h3" }],
  merged: [{ d: "M12 7H8.5M8.5 7L5 3.5H2M8.5 7L5 10.5H2" }],
} satisfies Record<string, Shape[]>;

export type IconKey = keyof typeof ICONS;
export type GlyphKey = keyof typeof ERROR_GLYPHS;
