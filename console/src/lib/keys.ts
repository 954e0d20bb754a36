/** Every key of the console: one list for the help, the status bar and the tests. */

export interface Key {
  keys: string;
  does: string;
  /** Shown in the status bar, in this short form. */
  short?: string;
}

export interface KeyGroup {
  name: string;
  keys: readonly Key[];
}

export const KEY_GROUPS: readonly KeyGroup[] = [
  {
    name: "Rows",
    keys: [
      { keys: "j", does: "next row", short: "next" },
      { keys: "k", does: "previous row", short: "previous" },
      { keys: "g g", does: "first row" },
      { keys: "G", does: "last row" },
      { keys: "Page ↓ ↑", does: "a page further, a page back" },
      { keys: "↵", does: "open the inspector", short: "inspector" },
      { keys: "d", does: "row height: default, compact, full" },
    ],
  },
  {
    name: "Find",
    keys: [
      { keys: "/", does: "search the texts", short: "search" },
      { keys: "f", does: "type a filter expression", short: "filter" },
      { keys: "Tab", does: "complete, in the filter" },
      { keys: "Backspace", does: "mark the last chip, then remove it" },
    ],
  },
  {
    name: "Anywhere",
    keys: [
      { keys: "[", does: "show or hide insights" },
      { keys: "]", does: "show or hide the inspector" },
      { keys: "g d", does: "data set" },
      { keys: "g e", does: "embeddings" },
      { keys: "Esc", does: "step back: close, then leave" },
      { keys: "?", does: "these keys", short: "all keys" },
    ],
  },
  {
    name: "Embeddings",
    keys: [
      { keys: "l", does: "lasso; with Shift add to it, with Alt cut out", short: "lasso" },
      { keys: "b", does: "box; Shift and Alt as with the lasso", short: "box" },
      { keys: "c", does: "colour by gold, by pred", short: "gold ↔ pred" },
      { keys: "Space", does: "held: move the map", short: "pan" },
      { keys: "+ −", does: "closer, further" },
      { keys: "0", does: "the whole map", short: "whole map" },
      { keys: "← ↑ → ↓", does: "move the map, when it has the focus" },
      { keys: "↵", does: "hold the list of near units, let it go" },
      { keys: "Esc", does: "drop the tool, then the lasso" },
    ],
  },
  {
    name: "With the mouse",
    keys: [
      { keys: "click", does: "narrow to this value, cell or tile" },
      { keys: "Shift", does: "with a click on a value: add it to the group" },
      { keys: "Alt", does: "with a click on a value: leave it out" },
      { keys: "drag", does: "over the histogram: narrow to a range" },
    ],
  },
];

const inShort = (names: readonly string[]): readonly Key[] =>
  names.flatMap((wanted) => KEY_GROUPS.find(({ name }) => name === wanted)!.keys.filter(({ short }) => short));

export const STATUS_KEYS: readonly Key[] = inShort(["Rows", "Find", "Anywhere"]);
export const MAP_KEYS: readonly Key[] = inShort(["Embeddings", "Anywhere"]);
