import { expect, test } from "vitest";

import { codePieces } from "./controls";

test("plain text is one piece, line ends and joiners stay", () => {
  for (const text of ["", "a b\nc", "👩‍🚀", "می‌خواهم"]) expect(codePieces(text).map((piece) => piece.text)).toEqual([text]);
});

test("hidden characters become codes and no character is lost", () => {
  const text = "a\u200bb\t\u202ec\u0000\ufeff";
  const pieces = codePieces(text);
  expect(pieces.map((piece) => piece.code || piece.text)).toEqual(["a", "U+200B", "b", "TAB", "U+202E", "c", "U+0000", "U+FEFF"]);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
});
