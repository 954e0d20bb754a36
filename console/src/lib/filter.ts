/**
 * The filter expression as the console handles it: split into conjuncts (the chips), changed by clicks, written back.
 * The server alone decides what an expression means; whatever is not understood here stays one chip of its own text.
 */

export type Value = string | number | boolean | null;
export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";

export type Conjunct = { source: string } & (
  | { kind: "compare"; column: string; op: Operator; value: Value }
  | { kind: "in"; column: string; values: Value[]; negated: boolean }
  | { kind: "null"; column: string; negated: boolean }
  | { kind: "flag"; column: string; negated: boolean }
  | { kind: "search"; how: "contains" | "matches"; value: string }
  | { kind: "expression" }
);

interface Token {
  type: "name" | "string" | "number" | "mark";
  text: string;
  start: number;
  end: number;
}

const TOKEN =
  /\s+|('(?:[^']|'')*')|("(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_.]*)|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(<=|>=|<>|!=|==|[^\s])/gu;
const KEYWORDS = new Set(["AND", "OR", "NOT", "IN", "IS", "NULL", "TRUE", "FALSE", "BETWEEN", "LIKE", "ILIKE"]);

function tokenise(expression: string): Token[] {
  const tokens: Token[] = [];
  for (const match of expression.matchAll(TOKEN)) {
    const [text, string, name, number, mark] = match;
    const type = string ? "string" : name ? "name" : number ? "number" : mark ? "mark" : null;
    if (type) tokens.push({ type, text, start: match.index, end: match.index + text.length });
  }
  return tokens;
}

const word = (token: Token | undefined): string => (token?.type === "name" ? token.text.toUpperCase() : "");

/** Top-level parts between ANDs, or null where an OR stands at the top level or brackets do not close. */
function conjunctTokens(tokens: Token[]): Token[][] | null {
  const parts: Token[][] = [[]];
  let depth = 0;
  let between = false;
  for (const token of tokens) {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (depth < 0) return null;
    const keyword = depth === 0 ? word(token) : "";
    if (keyword === "OR") return null;
    if (keyword === "BETWEEN") between = true;
    if (keyword === "AND" && !between) parts.push([]);
    else {
      if (keyword === "AND") between = false;
      parts.at(-1)!.push(token);
    }
  }
  return depth === 0 && parts.every((part) => part.length > 0) ? parts : null;
}

function columnOf(token: Token | undefined): string | null {
  if (token?.type !== "name" || KEYWORDS.has(token.text.toUpperCase())) return null;
  return token.text.startsWith('"') ? token.text.slice(1, -1).replaceAll('""', '"') : token.text;
}

function valueOf(token: Token | undefined): Value | undefined {
  if (token?.type === "string") return token.text.slice(1, -1).replaceAll("''", "'");
  if (token?.type === "number") return Number(token.text);
  if (word(token) === "TRUE" || word(token) === "FALSE") return word(token) === "TRUE";
  return undefined;
}

function operatorOf(token: Token | undefined): Operator | null {
  const text = token?.text === "<>" ? "!=" : token?.text === "==" ? "=" : token?.text;
  return text && ["=", "!=", "<", "<=", ">", ">="].includes(text) ? (text as Operator) : null;
}

function unwrap(tokens: Token[]): Token[] {
  let inner = tokens;
  while (inner.length > 2 && inner[0]!.text === "(" && inner.at(-1)!.text === ")") {
    let depth = 0;
    const closes = inner.findIndex((token) => (depth += token.text === "(" ? 1 : token.text === ")" ? -1 : 0) === 0);
    if (closes !== inner.length - 1) break;
    inner = inner.slice(1, -1);
  }
  return inner;
}

function readIn(tokens: Token[], column: string, source: string): Conjunct | null {
  const negated = word(tokens[1]) === "NOT";
  const list = tokens.slice(negated ? 3 : 2);
  if (word(tokens[negated ? 2 : 1]) !== "IN" || list[0]?.text !== "(" || list.at(-1)?.text !== ")") return null;
  const values: Value[] = [];
  for (const [i, token] of list.slice(1, -1).entries()) {
    if (i % 2 === 1) {
      if (token.text !== ",") return null;
      continue;
    }
    const value = valueOf(token);
    if (value === undefined) return null;
    values.push(value);
  }
  return { kind: "in", column, values, negated, source };
}

function readNull(tokens: Token[], column: string, source: string): Conjunct | null {
  if (word(tokens[1]) !== "IS") return null;
  const negated = word(tokens[2]) === "NOT";
  const last = tokens[negated ? 3 : 2];
  return word(last) === "NULL" && tokens.length === (negated ? 4 : 3) ? { kind: "null", column, negated, source } : null;
}

function readSearch(tokens: Token[], source: string): Conjunct | null {
  const name = tokens[0]?.text.toLowerCase();
  const value = valueOf(tokens[2]);
  if (tokens.length !== 4 || tokens[1]?.text !== "(" || tokens[3]?.text !== ")" || typeof value !== "string") return null;
  if (name === "text_contains") return { kind: "search", how: "contains", value, source };
  if (name === "text_matches") return { kind: "search", how: "matches", value, source };
  return null;
}

/** `(gold IN ('A') OR gold IS NULL)`: a facet group with `none` in it. */
function readGroupWithNull(tokens: Token[], source: string): Conjunct | null {
  const at = tokens.findIndex((token) => word(token) === "OR");
  if (at < 0) return null;
  const left = readConjunct(tokens.slice(0, at), source);
  const right = readConjunct(tokens.slice(at + 1), source);
  if (right.kind !== "null" || right.negated || !("column" in left) || left.column !== right.column) return null;
  if (left.kind === "compare" && left.op === "=")
    return { kind: "in", column: left.column, values: [left.value, null], negated: false, source };
  if (left.kind === "in" && !left.negated) return { ...left, values: [...left.values, null], source };
  return null;
}

function readConjunct(outer: Token[], source: string): Conjunct {
  const tokens = unwrap(outer);
  const column = columnOf(tokens[0]);
  if (column !== null) {
    if (tokens.length === 1) return { kind: "flag", column, negated: false, source };
    const op = operatorOf(tokens[1]);
    const value = valueOf(tokens[2]);
    if (op && value !== undefined && tokens.length === 3) return { kind: "compare", column, op, value, source };
    const special = readIn(tokens, column, source) ?? readNull(tokens, column, source) ?? readSearch(tokens, source);
    if (special) return special;
  }
  const negatedColumn = word(tokens[0]) === "NOT" && tokens.length === 2 ? columnOf(tokens[1]) : null;
  if (negatedColumn !== null) return { kind: "flag", column: negatedColumn, negated: true, source };
  return readGroupWithNull(tokens, source) ?? { kind: "expression", source };
}

/** The conjuncts of an expression, in order; an expression that is no plain conjunction is one conjunct. */
export function parse(expression: string): Conjunct[] {
  const tokens = tokenise(expression);
  if (tokens.length === 0) return [];
  const parts = conjunctTokens(tokens);
  if (!parts) return [{ kind: "expression", source: expression.trim() }];
  return parts.map((part) => readConjunct(part, expression.slice(part[0]!.start, part.at(-1)!.end)));
}

/** A column name as it stands in an expression: quoted where it must be. */
export function quoteColumn(column: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(column) && !KEYWORDS.has(column.toUpperCase());
  return plain ? column : `"${column.replaceAll('"', '""')}"`;
}

export function quoteValue(value: Value): string {
  if (value === null) return "NULL";
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  return typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

/** `gold = 'A'`, `gold IN ('A', 'B')`, `gold IS NULL`, `(gold = 'A' OR gold IS NULL)`, and their negations. */
export function membership(column: string, values: readonly Value[], negated = false): string {
  const name = quoteColumn(column);
  const plain = values.filter((value) => value !== null);
  const some =
    plain.length === 1
      ? `${name} ${negated ? "!=" : "="} ${quoteValue(plain[0]!)}`
      : `${name} ${negated ? "NOT IN" : "IN"} (${plain.map(quoteValue).join(", ")})`;
  if (plain.length === values.length) return some;
  const none = `${name} IS ${negated ? "NOT " : ""}NULL`;
  if (plain.length === 0) return none;
  return negated ? `${none} AND ${some}` : `(${some} OR ${none})`;
}

/** The expression of several conjuncts; those with an OR at their top level get brackets. */
export function join(sources: readonly string[]): string {
  const filled = sources.map((source) => source.trim()).filter(Boolean);
  if (filled.length === 1) return filled[0]!;
  return filled.map((source) => (conjunctTokens(tokenise(source)) ? source : `(${source})`)).join(" AND ");
}

const sources = (conjuncts: readonly Conjunct[]): string[] => conjuncts.map((conjunct) => conjunct.source);

export const add = (expression: string, conjunct: string): string =>
  join([...sources(parse(expression)), conjunct]);

export const removeAt = (expression: string, index: number): string =>
  join(sources(parse(expression)).filter((_, i) => i !== index));

export const replaceAt = (expression: string, index: number, conjunct: string): string =>
  join(sources(parse(expression)).map((source, i) => (i === index ? conjunct : source)));

/** Whether `conjunct` (a filter of one or more conjuncts) is in force word for word. */
export function has(expression: string, conjunct: string): boolean {
  const present = new Set(sources(parse(expression)));
  return parse(conjunct).every(({ source }) => present.has(source)) && conjunct.trim() !== "";
}

/** Put the filter in, or take it out when it is in force: tiles and matrix cells. */
export function toggle(expression: string, conjunct: string): string {
  if (!has(expression, conjunct)) return add(expression, conjunct);
  const gone = new Set(sources(parse(conjunct)));
  return join(sources(parse(expression)).filter((source) => !gone.has(source)));
}

/** The values a facet is narrowed to (`null` among them = no label), or null when it is free. */
export function chosenValues(expression: string, column: string): Value[] | null {
  for (const conjunct of parse(expression)) {
    if (!("column" in conjunct) || conjunct.column !== column) continue;
    if (conjunct.kind === "compare" && conjunct.op === "=") return [conjunct.value];
    if (conjunct.kind === "in" && !conjunct.negated) return conjunct.values;
    if (conjunct.kind === "null" && !conjunct.negated) return [null];
  }
  return null;
}

/** Narrow a facet to `values`, in the place of what it was narrowed to; no values = free it. */
export function setValues(expression: string, column: string, values: readonly Value[]): string {
  const written = values.length ? membership(column, values) : "";
  let placed = false;
  const kept = parse(expression).flatMap((conjunct) => {
    const own =
      "column" in conjunct &&
      conjunct.column === column &&
      ((conjunct.kind === "compare" && conjunct.op === "=") ||
        ((conjunct.kind === "in" || conjunct.kind === "null") && !conjunct.negated));
    if (!own) return [conjunct.source];
    if (placed) return [];
    placed = true;
    return [written];
  });
  return join(placed ? kept : [...kept, written]);
}

export interface Range {
  low: number | null;
  high: number | null;
}

const isBound = (conjunct: Conjunct, column: string): boolean =>
  conjunct.kind === "compare" &&
  conjunct.column === column &&
  typeof conjunct.value === "number" &&
  !["=", "!="].includes(conjunct.op);

/** The range a number column is narrowed to, or null. */
export function chosenRange(expression: string, column: string): Range | null {
  const range: Range = { low: null, high: null };
  for (const conjunct of parse(expression)) {
    if (!isBound(conjunct, column) || conjunct.kind !== "compare") continue;
    if (conjunct.op.startsWith(">")) range.low = conjunct.value as number;
    else range.high = conjunct.value as number;
  }
  return range.low === null && range.high === null ? null : range;
}

/** Narrow a number column to [low, high); an open end is null. */
export function setRange(expression: string, column: string, range: Range): string {
  const kept = parse(expression).filter((conjunct) => !isBound(conjunct, column));
  const name = quoteColumn(column);
  const bounds = [
    range.low === null ? "" : `${name} >= ${range.low}`,
    range.high === null ? "" : `${name} < ${range.high}`,
  ];
  return join([...sources(kept), ...bounds]);
}

/** The text search in force and the rest of the expression. */
export function splitSearch(expression: string): { text: string; regex: boolean; rest: Conjunct[] } {
  const conjuncts = parse(expression);
  const at = conjuncts.findIndex(({ kind }) => kind === "search");
  const found = conjuncts[at];
  if (found?.kind !== "search") return { text: "", regex: false, rest: conjuncts };
  return { text: found.value, regex: found.how === "matches", rest: conjuncts.filter((_, i) => i !== at) };
}

export function setSearch(expression: string, text: string, regex: boolean): string {
  const search = text ? `${regex ? "text_matches" : "text_contains"}(${quoteValue(text)})` : "";
  return join([...sources(splitSearch(expression).rest), search]);
}
