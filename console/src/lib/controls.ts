/** Characters that cannot be seen, or that change the direction of others, shown as small codes. */

export interface Piece {
  text: string;
  /** `U+200B`, `TAB`; empty for plain text. */
  code: string;
  name: string;
}

const NAMES: Record<number, string> = {
  0x09: "tab",
  0xad: "soft hyphen",
  0xa0: "no-break space",
  0x200b: "zero-width space",
  0x200c: "zero-width non-joiner",
  0x200d: "zero-width joiner",
  0x200e: "left-to-right mark",
  0x200f: "right-to-left mark",
  0x2028: "line separator",
  0x2029: "paragraph separator",
  0x2060: "word joiner",
  0xfeff: "byte order mark",
  0xfffd: "replacement character: the byte could not be decoded",
};

// Joiners are left alone: they belong to the words of several scripts and to emoji.
const HIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/u;
const SPLIT = new RegExp(`(${HIDDEN.source})`, "u");

/** A text cut so that each hidden character is a piece of its own. */
export function codePieces(text: string): Piece[] {
  if (!HIDDEN.test(text)) return [{ text, code: "", name: "" }];
  return text
    .split(SPLIT)
    .filter((part) => part !== "")
    .map((part) => {
      if (!HIDDEN.test(part)) return { text: part, code: "", name: "" };
      const point = part.codePointAt(0)!;
      const code = point === 0x09 ? "TAB" : `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
      return { text: part, code, name: NAMES[point] ?? "control character" };
    });
}
