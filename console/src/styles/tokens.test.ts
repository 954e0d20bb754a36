/** The contrast table of the visual specification, held against the token file. */

import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

type Colour = readonly [number, number, number];
type Theme = Readonly<Record<string, Colour>>;

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

function theme(selector: string): Theme {
  const block = css.split(selector).slice(1).map((rest) => rest.slice(0, rest.indexOf("}")));
  const pairs = [...block.join("\n").matchAll(/--([\w-]+): #([0-9A-F]{6})/gi)];
  return Object.fromEntries(
    pairs.map(([, name, hex]) => [name, [0, 2, 4].map((at) => parseInt(hex!.slice(at, at + 2), 16)) as unknown as Colour]),
  );
}

const themes = { light: theme(":root {"), dark: theme(':root[data-theme="dark"] {') };

function luminance(colour: Colour): number {
  const [r, g, b] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Colour;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const mix = (top: Colour, share: number, below: Colour): Colour =>
  top.map((part, i) => part * share + below[i]! * (1 - share)) as unknown as Colour;

describe.each(Object.entries(themes))("%s", (_, colours) => {
  const of = (name: string): Colour => {
    const colour = colours[name];
    if (!colour) throw new Error(`no token --${name}`);
    return colour;
  };
  const grounds = ["bg", "surface", "surface-2", "hover", "sel"].map(of);
  const worst = (name: string, on: readonly Colour[] = grounds): number =>
    Math.min(...on.map((ground) => contrast(of(name), ground)));

  test.each(["text", "text-2", "text-3", "accent-text", "good", "bad", "warn"])("--%s is legible on every ground", (name) =>
    expect(worst(name)).toBeGreaterThanOrEqual(4.5),
  );

  test("text and the second text are legible on active too", () => {
    for (const name of ["text", "text-2"]) expect(worst(name, [of("active")])).toBeGreaterThanOrEqual(4.5);
  });

  test("ink on accent, on ink and on the warning ground", () => {
    expect(contrast(of("on-accent"), of("accent"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of("on-ink"), of("ink"))).toBeGreaterThanOrEqual(4.5);
    expect(worst("text", [of("warn-bg")])).toBeGreaterThanOrEqual(4.5);
    expect(worst("warn", [of("warn-bg")])).toBeGreaterThanOrEqual(4.5);
  });

  test("the focus ring stands out", () => expect(worst("focus")).toBeGreaterThanOrEqual(3));

  test("text on the hottest matrix cell", () => {
    const hottest = mix(of("dep4"), 0.56, of("surface-2"));
    expect(contrast(of("text"), hottest)).toBeGreaterThanOrEqual(4.5);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])("class %i: fill on surface, ink on fill, text on its own tint", (slot) => {
    expect(contrast(of(`c${slot}`), of("surface"))).toBeGreaterThanOrEqual(3);
    expect(contrast(of(`ki${slot}`), of(`c${slot}`))).toBeGreaterThanOrEqual(4.5);
    for (const ground of ["surface", "hover", "sel"])
      expect(contrast(of(`t${slot}`), mix(of(`c${slot}`), 0.25, of(ground)))).toBeGreaterThanOrEqual(4.5);
  });

  test("the DEP ramp moves away from the surface, step by step", () => {
    const steps = [0, 1, 2, 3, 4, 5].map((step) => contrast(of(`dep${step}`), of("surface")));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });
});
