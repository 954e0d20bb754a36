"""The JSON that leaves the server, as pydantic models: one place from which the console's TypeScript types are made.

Every offset counts Unicode code points. An undefined number is ``null``, never 0. ``where`` fields are filter
expressions that can be put into a request as they are.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

TaskName = Literal["ner", "classification", "multilabel"]
RowMode = Literal["samples", "units"]
ExportFormat = Literal["csv", "jsonl", "conll"]


class Wire(BaseModel):
    # FastAPI checks every answer against its model: a field the model does not know is a bug, not a surprise.
    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class ErrorBody(Wire):
    """Every answer with a status of 400 or more."""

    code: str = Field(description="Stable word for programs: filter, not_found, usage, unauthorised, forbidden, …")
    message: str
    remedy: str = Field("", description="The next step, in words")
    column: int | None = Field(None, description="Filter errors: 1-based column in `where` at which the fault begins")
    near: list[str] = Field(default_factory=list, description="Filter errors: names to offer")


class Health(Wire):
    ok: bool


class RunEntry(Wire):
    name: str
    task: TaskName
    predictor: str
    created: str = Field(description="ISO 8601; empty when unknown")
    splits: list[str]
    n_samples: int


class Session(Wire):
    project: str
    version: str
    runs: list[RunEntry]


class SplitInfo(Wire):
    name: str
    n_samples: int
    n_units: int
    has_gold: bool


class ColumnInfo(Wire):
    """A name the filter language knows."""

    name: str = Field(description="As written in a filter, unless `quoted` differs")
    quoted: str = Field(description="The name as it must be written in a filter (in double quotes where needed)")
    table: Literal["units", "samples"]
    kind: Literal["number", "boolean", "category", "text"]
    doc: str
    values: list[str] | None = Field(description="Values of a category (the first 500), else null")
    min: float | None
    max: float | None


class FunctionInfo(Wire):
    """A function the filter language knows."""

    name: str
    signature: str
    doc: str
    level: Literal["unit", "sample"]


class NoticeInfo(Wire):
    code: str
    message: str
    count: int
    severity: Literal["info", "warning", "error"]
    examples: list[str]


class Run(Wire):
    name: str
    task: TaskName
    labels: list[str]
    label_counts: dict[str, int] = Field(description="Gold units per label in train, or in all splits without a train")
    scheme: str | None
    predictor: dict[str, Any]
    data_hash: str
    sealed: bool
    created: str
    convention: str | None = Field(description="The run's own convention of span evaluation; null for texts")
    splits: list[SplitInfo]
    columns: list[ColumnInfo]
    functions: list[FunctionInfo]
    notices: list[NoticeInfo]
    has_probabilities: bool
    probabilities_note: str


class Selection(Wire):
    n_samples: int
    n_units: int
    all_samples: int = Field(description="Of the split, without the filter")
    all_units: int


class Scores(Wire):
    precision: float | None
    recall: float | None
    f1: float | None


class Average(Scores):
    support: int = Field(description="Gold units behind the numbers")
    f1_low: float | None = Field(description="Lower end of the 95 % bootstrap interval over samples")
    f1_high: float | None


class Overall(Wire):
    micro: Average
    macro: Average
    weighted: Average
    accuracy: float | None


class ErrorTypeCounts(Wire):
    span_shift: int
    wrong_tag: int
    missed_span: int
    ghost_span: int


class Metrics(Wire):
    split: str | None
    where: str | None
    convention: str | None = Field(description="null for texts")
    n_samples: int
    n_units: int
    overall: Overall
    by: dict[str, Average]
    conventions: dict[str, Scores] | None = Field(
        description="NER only: strict, conlleval, boundary, type, partial, token"
    )
    error_types: ErrorTypeCounts | None = Field(description="NER only")


class Tile(Wire):
    name: Literal["hard", "easy", "misclassified", "likely_mislabelled", "on_boundary"]
    where: str = Field(description="The filter this tile stands for")
    n: int = Field(description="Selected units that match")
    share: float | None


class FacetRow(Wire):
    value: str | None = Field(description="null = the column is empty")
    where: str = Field(description="The filter this row stands for")
    n: int = Field(description="Selected units")
    n_whole: int = Field(description="Units of the whole split; rows are ordered by it, so they stay where they are")
    share: float = Field(description="n of all selected units")
    precision: float | None
    recall: float | None
    f1: float | None
    f1_low: float | None
    f1_high: float | None
    delta: float | None = Field(description="f1 minus the whole split's f1 for the same value")


class Facet(Wire):
    column: str
    scope: Literal["label", "group"] = Field(
        description="label: the scores of the class (gold, pred); group: the micro scores of the units with the value"
    )
    rows: list[FacetRow]
    n_values: int = Field(description="All values, shown or not")


class Confusion(Wire):
    """Units by gold and pred; codes point into `labels`."""

    labels: list[str]
    cells: list[tuple[int, int, int]] = Field(description="[gold, pred, n], n > 0")
    missed: list[int] = Field(description="Per label: gold without pred")
    ghost: list[int] = Field(description="Per label: pred without gold")


class Histogram(Wire):
    column: str
    edges: list[float]
    counts: list[int] = Field(description="Bin i is [edges[i], edges[i + 1]); the last one is closed")
    n_empty: int = Field(description="Selected units without a value")


class Chip(Wire):
    """One conjunct of the filter; either `column`, `op` and `values`, or only an `expression`."""

    expression: str = Field(description="The conjunct as a filter of its own")
    column: str | None = None
    op: str | None = None
    values: list[str | float | bool] | None = None


class FilterInfo(Wire):
    level: Literal["unit", "sample"] | None = Field(description="null = no filter")
    chips: list[Chip]


class Summary(Wire):
    filter: FilterInfo
    selection: Selection
    metrics: Metrics
    whole: Overall = Field(description="The same numbers for the whole split")
    tiles: list[Tile]
    facets: list[Facet]
    confusion: Confusion
    histogram: Histogram | None
    took_ms: float


class Unit(Wire):
    unit_id: str
    char_start: int
    char_end: int
    text: str
    gold_start: int | None = Field(description="Code points, like all bounds here")
    gold_end: int | None
    pred_start: int | None
    pred_end: int | None
    gold: str | None
    pred: str | None
    error_type: str | None
    is_error: bool | None
    is_split: bool | None
    is_merged: bool | None
    is_active: bool = Field(description="The unit matches the filter")
    confidence: float | None
    p_gold: float | None
    loss: float | None
    margin: float | None
    dep: float | None
    difficulty: str | None
    certainty_ratio: float | None
    label_issue: bool | None
    issue_score: float | None
    suggested_label: str | None
    seen_in_train: bool | None
    train_count: int | None
    label_consistency: float | None


class Row(Wire):
    sample_id: str
    split: str
    index: int
    text: str
    tokens: list[tuple[int, int]] | None = Field(description="NER: code points of every token; else null")
    units: list[Unit]
    focus: str | None = Field(description="Unit rows: the row's unit_id; else null")
    dep: float | None
    n_errors: int | None
    n_tokens: int | None
    text_length: int
    gold: str | list[str] | None = Field(description="Classification: label; multi-label: labels; NER: null")
    pred: str | list[str] | None
    confidence: float | None
    issue_score: float | None
    meta: dict[str, str | float | bool | None]


class Rows(Wire):
    total: int
    offset: int
    rows: list[Row]


class TokenRow(Wire):
    token: int
    char_start: int
    char_end: int
    text: str
    gold_tag: str | None
    pred_tag: str | None
    p_gold: float | None
    confidence: float | None
    loss: float | None
    dep: float | None
    issue_score: float | None
    suggested_label: str | None


class ClassRow(Wire):
    label: str
    prob: float | None
    is_gold: bool
    is_pred: bool


class Issue(Wire):
    char_start: int
    char_end: int
    text: str
    gold: str | None
    suggested_label: str | None
    issue_score: float | None
    unit_id: str | None
    reasons: list[str]


class SampleDetail(Row):
    token_table: list[TokenRow] | None
    class_table: list[ClassRow] | None
    issues: list[Issue]


class ValueCount(Wire):
    value: str
    n: int


class Completion(Wire):
    values: list[ValueCount]


class MapUnit(Wire):
    """A unit as the list beside the map shows it."""

    position: int
    unit_id: str
    sample_id: str
    split: str
    before: str
    text: str = Field(description="The unit's surface, for texts the beginning of the text")
    after: str
    gold: str | None
    pred: str | None
    error_type: str | None
    is_error: bool | None
    dep: float | None


class MapUnits(Wire):
    units: list[MapUnit]
