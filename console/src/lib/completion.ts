/** What the filter editor offers at the caret: columns and functions, or the values of a column. */

import type { ColumnInfo, FunctionInfo } from "../api/types";
import { quoteValue } from "./filter";

export interface Offer {
  /** What is shown. */
  label: string;
  hint: string;
  /** Text put in the place of `from` to the caret. */
  insert: string;
}

export type Wish =
  | { kind: "name"; prefix: string; from: number }
  | { kind: "value"; column: string; prefix: string; from: number }
  | { kind: "nothing" };

const NAME = String.raw`(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_.]*)`;
const VALUE_PLACE = new RegExp(
  String.raw`(${NAME})\s*(?:=|==|!=|<>|(?:NOT\s+)?IN\s*\((?:\s*'(?:[^']|'')*'\s*,)*)\s*('(?:[^']|'')*|[\p{L}\p{N}_.]*)$`,
  "iu",
);
const NAME_PLACE = /(?:^|[\s(,])("?[\p{L}_][\p{L}\p{N}_.]*)?$/u;
const IN_STRING = /^(?:[^']|'[^']*')*'[^']*$/u;

/** What could stand at the end of `before`, the text up to the caret. */
export function wish(before: string): Wish {
  const value = VALUE_PLACE.exec(before);
  if (value) {
    const typed = value[2]!;
    const column = value[1]!.startsWith('"') ? value[1]!.slice(1, -1).replaceAll('""', '"') : value[1]!;
    return { kind: "value", column, prefix: typed.replace(/^'/, "").replaceAll("''", "'"), from: before.length - typed.length };
  }
  if (IN_STRING.test(before)) return { kind: "nothing" };
  const name = NAME_PLACE.exec(before);
  if (!name) return { kind: "nothing" };
  const typed = name[1] ?? "";
  return { kind: "name", prefix: typed.replace(/^"/, ""), from: before.length - typed.length };
}

const WORDS: readonly Offer[] = ["AND", "OR", "NOT", "IN", "IS NULL", "IS NOT NULL", "BETWEEN"].map((word) => ({
  label: word,
  hint: "",
  insert: `${word} `,
}));

/** Whether a value or a closed condition stands before, so that AND or an operator may follow. */
const expectsWord = (before: string): boolean => /['\d)]\s+\w*$|\b(?:TRUE|FALSE|NULL)\s+\w*$/iu.test(before);

/** Names that begin with the prefix, then those that contain it. */
export function nameOffers(
  before: string,
  prefix: string,
  columns: readonly ColumnInfo[],
  functions: readonly FunctionInfo[],
): Offer[] {
  const all: Offer[] = [
    ...columns.map(({ name, quoted, doc, values }) => ({
      label: name,
      hint: values ? `${values.length} values` : doc,
      insert: `${quoted} `,
    })),
    ...functions.map(({ name, signature, doc }) => ({ label: signature, hint: doc, insert: `${name}(` })),
  ];
  const typed = prefix.toLowerCase();
  if (expectsWord(before)) return WORDS.filter(({ label }) => label.toLowerCase().startsWith(typed));
  if (!typed) return all.slice(0, 12);
  const begins = all.filter(({ label }) => label.toLowerCase().startsWith(typed));
  const contains = all.filter(({ label }) => !label.toLowerCase().startsWith(typed) && label.toLowerCase().includes(typed));
  return [...begins, ...contains].slice(0, 12);
}

/** Values as the editor inserts them. */
export const valueOffer = (value: string, hint: string, isText: boolean): Offer => ({
  label: isText ? quoteValue(value) : value,
  hint,
  insert: `${isText ? quoteValue(value) : value} `,
});

/** The expression with the name at a 1-based column replaced: the near-name buttons. */
export function replaceName(expression: string, column: number, name: string): string {
  const at = column - 1;
  const length = /^(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[\p{L}\p{N}_.]+)/u.exec(expression.slice(at))?.[0].length ?? 0;
  const isString = expression[at] === "'";
  return expression.slice(0, at) + (isString ? quoteValue(name) : name) + expression.slice(at + length);
}
