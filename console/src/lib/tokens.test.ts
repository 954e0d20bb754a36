import { expect, test } from "vitest";

import type { TokenRow } from "../api/types";
import { lossShare, tagLabel, tokenLines } from "./tokens";

const token = (i: number, gold: string | null, pred: string): TokenRow => ({
  token: i,
  char_start: i,
  char_end: i + 1,
  text: "x",
  gold_tag: gold,
  pred_tag: pred,
  p_gold: null,
  confidence: null,
  loss: null,
  dep: null,
  issue_score: null,
  suggested_label: null,
});
const shape = (tags: readonly [string | null, string][], opened: number[] = []): string =>
  tokenLines(
    tags.map(([gold, pred], i) => token(i, gold, pred)),
    new Set(opened),
  )
    .map((line) => (line.kind === "fold" ? `(${line.tokens.length})` : String(line.token.token)))
    .join(" ");

test("three or more correct O tokens fold; errors and spans never do", () => {
  const O: [string, string] = ["O", "O"];
  expect(shape([O, O, ["B-A", "B-A"], O, O, O, ["O", "B-A"]])).toBe("0 1 2 (3) 6");
  expect(shape([O, O, O])).toBe("(3)");
  expect(shape([O, O, O], [0])).toBe("0 1 2");
  expect(shape([[null, "O"], [null, "O"], [null, "O"]])).toBe("(3)");
  expect(shape([])).toBe("");
});

test("a tag splits from its label at the first hyphen", () => {
  expect([tagLabel("B-creative-work"), tagLabel("O"), tagLabel(null), tagLabel("LOC")]).toEqual([
    "creative-work",
    null,
    null,
    "LOC",
  ]);
});

test("the loss bar is full at 5", () => {
  expect([lossShare(null), lossShare(0), lossShare(2.5), lossShare(9)]).toEqual([0, 0, 0.5, 1]);
});
