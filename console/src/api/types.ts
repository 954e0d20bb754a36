/** The names by which the console speaks of what the server sends; the shapes are generated from its description. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type RunEntry = Schemas["RunEntry"];
export type Run = Schemas["Run"];
export type SplitInfo = Schemas["SplitInfo"];
export type ColumnInfo = Schemas["ColumnInfo"];
export type FunctionInfo = Schemas["FunctionInfo"];
export type NoticeInfo = Schemas["NoticeInfo"];
export type Summary = Schemas["Summary"];
export type Metrics = Schemas["Metrics"];
export type Overall = Schemas["Overall"];
export type Average = Schemas["Average"];
export type Tile = Schemas["Tile"];
export type Facet = Schemas["Facet"];
export type FacetRow = Schemas["FacetRow"];
export type Confusion = Schemas["Confusion"];
export type Histogram = Schemas["Histogram"];
export type Rows = Schemas["Rows"];
export type Row = Schemas["Row"];
export type Unit = Schemas["Unit"];
export type SampleDetail = Schemas["SampleDetail"];
export type TokenRow = Schemas["TokenRow"];
export type ClassRow = Schemas["ClassRow"];
export type Issue = Schemas["Issue"];
export type Completion = Schemas["Completion"];
export type MapUnit = Schemas["MapUnit"];
export type MapUnits = Schemas["MapUnits"];
export type ErrorBody = Schemas["ErrorBody"];
