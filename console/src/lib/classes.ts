/**
 * How a class looks: slot of hue, lightness variant, icon or letters. Assigned once per run from the labels and their
 * gold counts; never changed by a filter (only the spotlight of a set with more than 28 classes is).
 */

export type IconName = "PER" | "ORG" | "LOC" | "MISC" | "DATE" | "EVENT" | "PRODUCT" | "WORK" | "MONEY";
export type Variant = "base" | "light" | "dark" | "striped";

export interface ClassLook {
  label: string;
  /** 0 to 7, or null = neutral. */
  slot: number | null;
  variant: Variant;
  icon: IconName | null;
  letters: string;
  /** CSS classes that set --k (fill), --kt (text) and --ki (ink on the fill). */
  css: string;
}

const KNOWN_SLOTS: Record<string, number> = { ORG: 0, PER: 1, LOC: 2, GPE: 2, MISC: 3 };
const SYNONYMS: Record<string, string> = {
  ORGANIZATION: "ORG",
  ORGANISATION: "ORG",
  PERSON: "PER",
  LOCATION: "LOC",
  MISCELLANEOUS: "MISC",
};
const ICONS: Record<string, IconName> = {
  PER: "PER",
  ORG: "ORG",
  LOC: "LOC",
  GPE: "LOC",
  MISC: "MISC",
  DATE: "DATE",
  EVENT: "EVENT",
  PRODUCT: "PRODUCT",
  WORK: "WORK",
  WORK_OF_ART: "WORK",
  MONEY: "MONEY",
};
const SLOTS = 8;
const VARIANTS: readonly Variant[] = ["base", "light", "dark", "striped"];
const VARIANT_CSS: Record<Variant, string> = { base: "", light: " k-l", dark: " k-d", striped: " k-s" };
/** Above this many classes only a spotlight of eight holds colour. */
export const COLOURED_CLASSES = 28;
export const SPOTLIGHT = 8;

export const NEUTRAL: ClassLook = { label: "", slot: null, variant: "base", icon: null, letters: "", css: "kn" };

const known = (label: string): string => {
  const name = label.toUpperCase().replaceAll(/[\s-]+/g, "_");
  return SYNONYMS[name] ?? name;
};

const byCount = (counts: Readonly<Record<string, number>>) => (a: string, b: string) =>
  (counts[b] ?? 0) - (counts[a] ?? 0) || (a < b ? -1 : a > b ? 1 : 0);

/** Labels in the order in which they take slots: known names at their place, the rest by falling count. */
function slotOrder(labels: readonly string[], counts: Readonly<Record<string, number>>): (string | null)[] {
  const order: (string | null)[] = Array<string | null>(SLOTS).fill(null);
  const waiting: string[] = [];
  for (const label of [...labels].sort(byCount(counts))) {
    const slot = KNOWN_SLOTS[known(label)];
    if (slot !== undefined && order[slot] === null) order[slot] = label;
    else waiting.push(label);
  }
  for (const label of waiting) {
    const free = order.indexOf(null);
    if (free >= 0) order[free] = label;
    else order.push(label);
  }
  return order;
}

const LETTER = /[\p{L}\p{N}]/u;

function words(label: string): string[][] {
  return label
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => [...word].filter((character) => LETTER.test(character)))
    .filter((word) => word.length > 0);
}

function* letterCandidates(label: string): Generator<string> {
  const parts = words(label);
  const first = parts[0]?.[0]?.toLocaleUpperCase("en");
  if (first !== undefined) {
    if (parts.length > 1) yield first + parts.at(-1)![0]!.toLocaleUpperCase("en");
    const upper = parts.length > 1;
    for (const letter of parts.flat().slice(1)) yield first + (upper ? letter.toLocaleUpperCase("en") : letter);
    for (const digit of "23456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") yield first + digit;
  }
  for (let number = 1; ; number += 1) yield String(number).padStart(2, "0");
}

/** Two letters per label, unique among all, in the order of the names. */
export function assignLetters(labels: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  const letters = new Map<string, string>();
  for (const label of [...labels].sort()) {
    for (const candidate of letterCandidates(label)) {
      if (taken.has(candidate)) continue;
      taken.add(candidate);
      letters.set(label, candidate);
      break;
    }
  }
  return letters;
}

function look(label: string, slot: number | null, variant: Variant, letters: string): ClassLook {
  const css = slot === null ? "kn" : `k${slot}${VARIANT_CSS[variant]}`;
  const icon = variant === "base" ? (ICONS[known(label)] ?? null) : null;
  return { label, slot, variant, icon, letters, css };
}

/** Looks of at most 28 classes; with more, all are neutral until `spotlight` names them. */
export function assignLooks(
  labels: readonly string[],
  counts: Readonly<Record<string, number>>,
): ReadonlyMap<string, ClassLook> {
  const letters = assignLetters(labels);
  const order = slotOrder(labels, counts);
  const looks = new Map<string, ClassLook>();
  for (const [place, label] of order.entries()) {
    if (label === null) continue;
    const neutral = labels.length > COLOURED_CLASSES || (labels.length === SLOTS + 1 && place === SLOTS);
    const variant = VARIANTS[Math.floor(place / SLOTS)] ?? "base";
    looks.set(label, look(label, neutral ? null : place % SLOTS, neutral ? "base" : variant, letters.get(label)!));
  }
  const icons = new Set<IconName>();
  for (const label of [...labels].sort(byCount(counts))) {
    const current = looks.get(label)!;
    if (current.icon && icons.has(current.icon)) looks.set(label, { ...current, icon: null });
    else if (current.icon) icons.add(current.icon);
  }
  return looks;
}

/** Give the first eight of `names` (those in the filter, then the pinned, then the top of the facet) a hue each. */
export function spotlight(
  looks: ReadonlyMap<string, ClassLook>,
  names: Iterable<string>,
): ReadonlyMap<string, ClassLook> {
  if (looks.size <= COLOURED_CLASSES) return looks;
  const lit = new Map(looks);
  let slot = 0;
  for (const name of new Set(names)) {
    const current = looks.get(name);
    if (!current) continue;
    lit.set(name, { ...current, slot, css: `k${slot}` });
    slot += 1;
    if (slot === SPOTLIGHT) break;
  }
  return lit;
}
