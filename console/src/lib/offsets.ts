/** The one place where Unicode code points, the offsets of the API, become UTF-16 units, the offsets of the browser. */

export type Convert = (codePoint: number) => number;

const SURROGATES = /[\ud800-\udfff]/;

/**
 * A function from code-point offsets into `text` to UTF-16 offsets. Offsets past the end give the end; a lone surrogate
 * counts as one code point, as in Python.
 */
export function utf16Offsets(text: string): Convert {
  const end = text.length;
  if (!SURROGATES.test(text)) return (codePoint) => Math.max(0, Math.min(codePoint, end));
  const starts: number[] = [];
  for (let at = 0; at < end; ) {
    starts.push(at);
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  }
  return (codePoint) => (codePoint <= 0 ? 0 : (starts[codePoint] ?? end));
}
