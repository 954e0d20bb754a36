"""Arrow schema of every stored table, and the version of the stored format.

The documentation of a column is its field's metadata, so the filter language, the API and the docs say the same.
"""

from __future__ import annotations

from typing import Literal

import pyarrow as pa

FORMAT_VERSION = 1

Kind = Literal["number", "boolean", "category", "text"]
ENUM = pa.dictionary(pa.int32(), pa.string())  # labels, splits and error types become ENUM columns in DuckDB

ERROR_TYPES = ("none", "span_shift", "wrong_tag", "missed_span", "ghost_span")
DIFFICULTIES = ("easy", "ambiguous", "hard")


def _field(name: str, kind: pa.DataType, doc: str) -> pa.Field:
    return pa.field(name, kind, metadata={"doc": doc})


UNITS = pa.schema(
    [
        _field("unit_id", pa.string(), "Permanent name of the unit: sample, bounds and labels"),
        _field("sample_id", pa.string(), "The unit's sample"),
        _field("sample", pa.int32(), "Position of the sample in the run, from 0"),
        _field("split", ENUM, "Split of the sample"),
        _field("gold_start", pa.int32(), "First token of the gold span; empty without one"),
        _field("gold_end", pa.int32(), "Token after the gold span"),
        _field("pred_start", pa.int32(), "First token of the predicted span; empty without one"),
        _field("pred_end", pa.int32(), "Token after the predicted span"),
        _field("char_start", pa.int32(), "First code point of the unit (gold span, else predicted span)"),
        _field("char_end", pa.int32(), "Code point after the unit"),
        _field("gold_char_start", pa.int32(), "First code point of the gold span"),
        _field("gold_char_end", pa.int32(), "Code point after the gold span"),
        _field("pred_char_start", pa.int32(), "First code point of the predicted span"),
        _field("pred_char_end", pa.int32(), "Code point after the predicted span"),
        _field("text", pa.large_string(), "Surface of the unit"),
        _field("gold", ENUM, "Gold label; empty for a ghost span"),
        _field("pred", ENUM, "Predicted label; empty for a missed span"),
        _field("error_type", ENUM, "none, span_shift, wrong_tag, missed_span or ghost_span"),
        _field("is_error", pa.bool_(), "Gold and pred disagree"),
        _field("is_split", pa.bool_(), "Another predicted span already covers part of this unit's gold span"),
        _field("is_merged", pa.bool_(), "Another gold span already covers part of this unit's predicted span"),
        _field("gold_is_strict", pa.bool_(), "The gold span is well formed under the strict convention"),
        _field("pred_is_strict", pa.bool_(), "The predicted span is well formed under the strict convention"),
        _field("confidence", pa.float32(), "Probability of the prediction, its weakest token, 0 to 1"),
        _field("p_gold", pa.float32(), "Probability of the gold label, its weakest token, 0 to 1"),
        _field("loss", pa.float32(), "-ln p(gold), the worst token"),
        _field("margin", pa.float32(), "p(gold) minus the best other probability, the worst token, -1 to 1"),
        _field("dep", pa.float32(), "Data error potential (1 - margin) / 2, 0 to 1; above 0.5 = misclassified"),
        _field("difficulty", ENUM, "easy, ambiguous or hard, by the split's mean and deviation of the margin"),
        _field("certainty_ratio", pa.float32(), "Second best over best probability, 0 to 1; near 1 = on the boundary"),
        _field("label_issue", pa.bool_(), "The gold label is suspected wrong"),
        _field("issue_score", pa.float32(), "How suspicious the gold label is; orders the units, higher = worse"),
        _field("suggested_label", ENUM, "The label the evidence favours; empty = none (no span)"),
        _field("length", pa.int32(), "Tokens in the unit (code points in a text)"),
        _field("position", pa.float32(), "Where in its sample the unit begins, 0 to 1"),
        _field("seen_in_train", pa.bool_(), "The same surface is annotated in train with the same label"),
        _field("train_count", pa.int32(), "How often the same surface is annotated in train"),
        _field(
            "label_consistency", pa.float32(), "Share of this surface's annotations in train with this unit's label"
        ),
        _field("dm_confidence", pa.float32(), "Mean p(gold) over epochs, 0 to 1"),
        _field("dm_variability", pa.float32(), "Population deviation of p(gold) over epochs, 0 to 0.5"),
        _field("dm_correctness", pa.float32(), "Share of epochs in which the best label is gold, 0 to 1"),
        _field("x", pa.float32(), "Map, first axis"),
        _field("y", pa.float32(), "Map, second axis"),
    ]
)

SAMPLES = pa.schema(  # meta_* columns follow
    [
        _field("sample", pa.int32(), "Position of the sample in the run, from 0"),
        _field("sample_id", pa.string(), "Permanent name of the sample"),
        _field("split", ENUM, "Split"),
        _field("index", pa.int32(), "Position in the split's source, from 0"),
        _field("text", pa.large_string(), "The text, unaltered"),
        _field("n_tokens", pa.int32(), "Tokens of the data set"),
        _field("text_length", pa.int32(), "Code points"),
        _field("is_empty", pa.bool_(), "Nothing but white space"),
        _field("has_gold", pa.bool_(), "The sample is annotated (possibly with nothing)"),
        _field("has_pred", pa.bool_(), "The predictor spoke of the sample (possibly with nothing)"),
        _field("n_units", pa.int32(), "Units of the sample"),
        _field("n_errors", pa.int32(), "Units where gold and pred disagree"),
        _field("n_span_shift", pa.int32(), "Units with shifted bounds"),
        _field("n_wrong_tag", pa.int32(), "Units with right bounds and the wrong label"),
        _field("n_missed_span", pa.int32(), "Gold spans without a prediction"),
        _field("n_ghost_span", pa.int32(), "Predicted spans without gold"),
        _field("loss_sum", pa.float32(), "Sum of the token losses"),
        _field("loss_mean", pa.float32(), "Mean of the token losses"),
        _field("loss_max", pa.float32(), "Largest token loss"),
        _field("sample_dep", pa.float32(), "Largest DEP of the sample's units"),
        _field("sample_issue_score", pa.float32(), "Largest issue score anywhere in the sample, units or not"),
    ]
)

TOKENS = pa.schema(
    [
        _field("sample", pa.int32(), "Position of the sample in the run, from 0"),
        _field("token", pa.int32(), "Position of the token in the sample, from 0"),
        _field("char_start", pa.int32(), "First code point"),
        _field("char_end", pa.int32(), "Code point after the token"),
        _field("text", pa.large_string(), "Surface"),
        _field("gold_tag", ENUM, "Gold tag in the predictor's scheme; empty without gold"),
        _field("pred_tag", ENUM, "Predicted tag"),
        _field("confidence", pa.float32(), "Largest probability"),
        _field("p_gold", pa.float32(), "Probability of the gold tag"),
        _field("loss", pa.float32(), "-ln p(gold)"),
        _field("margin", pa.float32(), "p(gold) minus the best other probability (mean over epochs where known)"),
        _field("dep", pa.float32(), "(1 - margin) / 2"),
        _field("certainty_ratio", pa.float32(), "Second best over best probability"),
        _field("issue_score", pa.float32(), "How suspicious the gold label of this token is"),
        _field("suggested_label", ENUM, "Best label other than gold; empty = outside"),
    ]
)

ISSUES = pa.schema(
    [
        _field("sample", pa.int32(), "Position of the sample in the run, from 0"),
        _field("start", pa.int32(), "First token of the region (0 for a text)"),
        _field("end", pa.int32(), "Token after the region"),
        _field("char_start", pa.int32(), "First code point"),
        _field("char_end", pa.int32(), "Code point after the region"),
        _field("text", pa.large_string(), "Surface"),
        _field("gold", ENUM, "Gold label; empty = not annotated"),
        _field("suggested_label", ENUM, "The label the evidence favours; empty = no span"),
        _field("issue_score", pa.float32(), "Orders the candidates, higher = more suspicious"),
        _field("unit_id", pa.string(), "The unit with these bounds, if there is one"),
        _field("reasons", pa.list_(pa.string()), "Facts behind the score, in words"),
    ]
)


def column_kind(column: pa.Field) -> Kind:
    """How a column is filtered and shown: number, boolean, category (ENUM) or text."""
    if pa.types.is_boolean(column.type):
        return "boolean"
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return "number"
    return "category" if pa.types.is_dictionary(column.type) else "text"


def column_doc(column: pa.Field) -> str:
    """One sentence about the column; empty for columns the data set brought."""
    doc: bytes = (column.metadata or {}).get(b"doc", b"")
    return doc.decode()
