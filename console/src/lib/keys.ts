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
      { keys: "Esc", does: "step back: close, then leave" },
      { keys: "?", does: "these keys", short: "all keys" },
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

export const STATUS_KEYS: readonly Key[] = KEY_GROUPS.flatMap(({ keys }) => keys).filter(({ short }) => short);
