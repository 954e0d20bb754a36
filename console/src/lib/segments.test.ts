import { describe, expect, test } from "vitest";

import { direction, gluedLength, layout, MAX_LANES, type Segment, type SpanUnit } from "./segments";

let made = 0;

function unit(
  error_type: string | null,
  gold: [number, number, string] | null,
  pred: [number, number, string] | null,
  more: Partial<SpanUnit> = {},
): SpanUnit {
  made += 1;
  return {
    unit_id: `u${made}`,
    gold_start: gold?.[0] ?? null,
    gold_end: gold?.[1] ?? null,
    gold: gold?.[2] ?? null,
    pred_start: pred?.[0] ?? null,
    pred_end: pred?.[1] ?? null,
    pred: pred?.[2] ?? null,
    error_type,
    is_split: false,
    is_active: true,
    ...more,
  };
}

/** One line per segment: the text, its box, brackets and marks, in a notation that can be read. */
function drawn(segments: readonly Segment[]): string[] {
  return segments.map((segment) => {
    const { box, brackets, marks } = segment;
    const border = box ? `${segment.boxStarts ? "[" : ""}${box.label}:${box.kind}${segment.boxEnds ? "]" : ""}` : "";
    const lines = brackets.map(
      (line) => `${line.starts ? "<" : ""}${line.label}@${line.lane}${line.ends ? ">" : ""}`,
    );
    const after = marks.map((mark) => `+${mark.kind}${mark.label === null ? "" : `:${mark.label}`}`);
    return [segment.text, border, ...lines, ...after].filter(Boolean).join(" ");
  });
}

const covers = (text: string, segments: readonly Segment[]): void => {
  expect(segments.map((segment) => segment.text).join("")).toBe(text);
  for (const [i, segment] of segments.entries()) {
    expect(segment.start).toBeLessThan(segment.end);
    if (i > 0) expect(segment.start).toBe(segments[i - 1]!.end);
  }
};

describe("one unit", () => {
  const text = "The Leeds defence";

  test("no unit: the text is one segment, an empty text none", () => {
    expect(drawn(layout(text, []).segments)).toEqual([text]);
    expect(layout("", []).segments).toEqual([]);
  });

  test("correct: a box, no mark", () => {
    const { segments } = layout(text, [unit("none", [4, 9, "ORG"], [4, 9, "ORG"])]);
    expect(drawn(segments)).toEqual(["The ", "Leeds [ORG:correct]", " defence"]);
  });

  test("wrong tag: a box and the gold class after it", () => {
    const { segments } = layout(text, [unit("wrong_tag", [4, 9, "LOC"], [4, 9, "ORG"])]);
    expect(drawn(segments)).toEqual(["The ", "Leeds [ORG:wrong] +gold:LOC", " defence"]);
  });

  test("missed: a dotted box of the gold class", () => {
    const { segments } = layout(text, [unit("missed_span", [4, 9, "ORG"], null)]);
    expect(drawn(segments)).toEqual(["The ", "Leeds [ORG:missed] +gold:ORG", " defence"]);
  });

  test("ghost: a box and the sign for nothing", () => {
    const { segments } = layout(text, [unit("ghost_span", null, [4, 9, "ORG"])]);
    expect(drawn(segments)).toEqual(["The ", "Leeds [ORG:wrong] +none", " defence"]);
  });

  test("without gold there is nothing to be wrong against", () => {
    const { segments } = layout(text, [unit(null, null, [4, 9, "ORG"])]);
    expect(drawn(segments)).toEqual(["The ", "Leeds [ORG:correct]", " defence"]);
  });

  test("outside the filter: no mark", () => {
    const { segments } = layout(text, [unit("wrong_tag", [4, 9, "LOC"], [4, 9, "ORG"], { is_active: false })]);
    expect(drawn(segments)).toEqual(["The ", "Leeds [ORG:wrong]", " defence"]);
  });
});

describe("shifted bounds", () => {
  test("gold longer than pred: the mark stands after the gold span", () => {
    const { segments, lanes } = layout("their Asian Cup title won", [
      unit("span_shift", [6, 21, "MISC"], [6, 15, "MISC"]),
    ]);
    expect(drawn(segments)).toEqual([
      "their ",
      "Asian Cup [MISC:wrong] <MISC@0",
      " title MISC@0> +gold:MISC",
      " won",
    ]);
    expect(lanes).toBe(1);
  });

  test("pred longer than gold: the mark stands after the pred span", () => {
    const { segments } = layout("Gianni Bugno of Gatorade won", [unit("span_shift", [0, 12, "PER"], [0, 24, "PER"])]);
    expect(drawn(segments)).toEqual([
      "Gianni Bugno [PER:wrong <PER@0>",
      " of Gatorade PER:wrong] +gold:PER",
      " won",
    ]);
  });

  test("crossing bounds are cut, never nested", () => {
    const { segments } = layout("aa bb cc", [unit("span_shift", [0, 5, "A"], [3, 8, "B"])]);
    expect(drawn(segments)).toEqual(["aa  <A@0", "bb [B:wrong A@0>", " cc B:wrong] +gold:A"]);
  });

  test("a split leftover carries the fork, a merged one its gold class", () => {
    const { segments } = layout("one two three", [
      unit("span_shift", [0, 13, "A"], [0, 3, "A"]),
      unit("span_shift", null, [8, 13, "A"], { is_split: true }),
    ]);
    expect(drawn(segments)).toEqual(["one [A:wrong] <A@0", " two  A@0", "three [A:wrong] A@0> +gold:A +split"]);
    const merged = layout("one two", [
      unit("span_shift", [0, 3, "A"], [0, 7, "A"]),
      unit("span_shift", [4, 7, "A"], null),
    ]);
    expect(drawn(merged.segments)).toEqual([
      "one [A:wrong <A@0>",
      "  A:wrong",
      "two A:wrong] <A@0> +gold:A +gold:A",
    ]);
  });
});

describe("overlap", () => {
  test("nested gold stacks in lanes, the longest outermost", () => {
    const { segments, lanes } = layout("the University of Porto press", [
      unit("span_shift", [4, 23, "ORG"], [18, 23, "LOC"]),
      unit("span_shift", [18, 23, "LOC"], null),
    ]);
    expect(lanes).toBe(2);
    expect(drawn(segments)).toEqual([
      "the ",
      "University of  <ORG@1",
      "Porto [LOC:wrong] <LOC@0> ORG@1> +gold:ORG +gold:LOC",
      " press",
    ]);
  });

  test("nested pred: the innermost is the box, the outer a bracket", () => {
    const { segments } = layout("Bank of Rome says", [
      unit("none", [0, 12, "ORG"], [0, 12, "ORG"]),
      unit("none", [8, 12, "LOC"], [8, 12, "LOC"]),
    ]);
    expect(drawn(segments)).toEqual(["Bank of  <ORG@0", "Rome [LOC:correct] ORG@0>", " says"]);
  });

  test("two labels on the same bounds are both seen", () => {
    const { segments } = layout("Rome", [
      unit("none", [0, 4, "LOC"], [0, 4, "LOC"]),
      unit("missed_span", [0, 4, "GPE"], null),
    ]);
    expect(drawn(segments)).toEqual(["Rome [LOC:correct] <GPE@0> +gold:GPE"]);
    expect(segments[0]!.brackets[0]!.dotted).toBe(true);
  });

  test("more than three lanes are counted, not drawn", () => {
    const golds = [1, 2, 3, 4, 5].map((end) => unit("span_shift", [0, end, "A"], null));
    const { lanes, hiddenBrackets, segments } = layout("abcdef", golds);
    expect(lanes).toBe(MAX_LANES);
    expect(hiddenBrackets).toBe(2);
    covers("abcdef", segments);
  });

  test("adjacent spans touch and stay two", () => {
    const { segments } = layout("李文浩在上海", [
      unit("none", [0, 3, "PER"], [0, 3, "PER"]),
      unit("wrong_tag", [3, 4, "LOC"], [3, 4, "ORG"]),
      unit("missed_span", [4, 6, "LOC"], null),
    ]);
    expect(drawn(segments)).toEqual(["李文浩 [PER:correct]", "在 [ORG:wrong] +gold:LOC", "上海 [LOC:missed] +gold:LOC"]);
  });
});

describe("scripts", () => {
  test("emoji before and inside a span: code points become UTF-16 units", () => {
    const text = "👩‍🚀🚀 Ada 😀 Lovelace!";
    const codePoints = [...text];
    const start = codePoints.indexOf("A");
    const end = codePoints.length - 1;
    const { segments } = layout(text, [unit("none", [start, end, "PER"], [start, end, "PER"])]);
    expect(drawn(segments)).toEqual(["👩‍🚀🚀 ", "Ada 😀 Lovelace [PER:correct]", "!"]);
  });

  test("right-to-left text is cut in its own order", () => {
    const text = "נציגי מכבי בחיפה";
    const { segments } = layout(text, [
      unit("wrong_tag", [6, 10, "ORG"], [6, 10, "LOC"]),
      unit("none", [12, 16, "LOC"], [12, 16, "LOC"]),
    ]);
    expect(drawn(segments)).toEqual(["נציגי ", "מכבי [LOC:wrong] +gold:ORG", " ב", "חיפה [LOC:correct]"]);
    covers(text, segments);
  });

  test.each([
    ["hello שלום", "ltr"],
    ["123 – שלום", "rtl"],
    ["مرحبا", "rtl"],
    ["昨天", "ltr"],
    ["123 !", "ltr"],
  ])("direction of %s is %s", (text, expected) => expect(direction(text)).toBe(expected));

  test("the icon is glued to the first word, or to the first character without spaces", () => {
    expect(gluedLength("Elland Road")).toBe(6);
    expect(gluedLength("上海大学")).toBe(1);
    expect(gluedLength("𠮷野家")).toBe(2);
    expect(gluedLength("x".repeat(80))).toBe(1);
    expect(gluedLength(" led")).toBe(1);
    expect(gluedLength("")).toBe(0);
  });
});

test("hostile label names are carried, never read", () => {
  const label = `"><script>alert(1)</script> __proto__ ' OR 1=1 \u202e`;
  const { segments } = layout("abc", [unit("wrong_tag", [0, 3, "__proto__"], [0, 3, label])]);
  expect(segments[0]!.box!.label).toBe(label);
  expect(segments[0]!.marks[0]!.label).toBe("__proto__");
});

test("windows show their part and a fold for what is hidden before and after", () => {
  const text = "aa bb cc dd ee";
  const spans = [unit("none", [6, 8, "A"], [6, 8, "A"])];
  const { segments } = layout(text, spans, [{ start: 3, end: 11, hiddenBefore: 1 }], 1);
  expect(segments.map((segment) => segment.fold?.tokens ?? segment.text)).toEqual([1, "bb ", "cc", " dd", 1]);
});

test("a window that begins inside a span keeps its box open there", () => {
  const { segments } = layout("abcdef", [unit("none", [0, 6, "A"], [0, 6, "A"])], [
    { start: 2, end: 4, hiddenBefore: 2 },
  ]);
  expect(segments[1]).toMatchObject({ text: "cd", boxStarts: false, boxEnds: false });
});

test("any units: the text is covered, every unit with bounds is seen, no segment is covered by two boxes", () => {
  let state = 7;
  const random = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  const alphabet = ["a", " ", "é", "上", "😀", "ش", "\n"];
  for (let round = 0; round < 400; round += 1) {
    const codePoints = Array.from({ length: 1 + random(30) }, () => alphabet[random(alphabet.length)]!);
    const text = codePoints.join("");
    const bounds = (): [number, number, string] => {
      const start = random(codePoints.length);
      return [start, start + 1 + random(codePoints.length - start), "ABC"[random(3)]!];
    };
    const units = Array.from({ length: random(7) }, () => {
      const kind = ["none", "wrong_tag", "span_shift", "missed_span", "ghost_span"][random(5)]!;
      const pred = kind === "missed_span" ? null : bounds();
      const gold = kind === "ghost_span" ? null : kind === "span_shift" || !pred ? bounds() : pred;
      return unit(kind, gold, pred);
    });
    const { segments, hiddenBrackets, lanes } = layout(text, units);
    covers(text, segments);
    expect(lanes).toBeLessThanOrEqual(MAX_LANES);
    for (const [i, span] of units.entries()) {
      const seen = segments.some(({ box, brackets }) => box?.unit === i || brackets.some((line) => line.unit === i));
      expect(seen || hiddenBrackets > 0).toBe(true);
      if (span.error_type !== "none") expect(segments.flatMap(({ marks }) => marks).filter((m) => m.unit === i)).toHaveLength(1);
    }
    for (const { brackets } of segments) expect(new Set(brackets.map(({ lane }) => lane)).size).toBe(brackets.length);
  }
});
