"""The command ``errata``: one command per job. Exit codes: 0 ok, 1 a check failed, 2 usage or bad input, 3 internal."""

from __future__ import annotations

import json
import shlex
import sys
import traceback
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

from errata.app import api
from errata.app.doctor import examine
from errata.app.output import counted, emit, emit_json, emit_rows, say, show_metrics, show_notices
from errata.app.progress import on_terminal
from errata.app.serving import serve_runs
from errata.core.errors import ErrataError, Interrupted, UsageError
from errata.jobs.demo_runs import make_demo
from errata.jobs.opening import CONSOLE_TABLES
from errata.models.hf_tokens import Subword
from errata.store.runs import Run

app = typer.Typer(
    name="errata",
    help="Find where a model is wrong, which labels are wrong, and what to fix first. Everything stays on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

UNIT_TABLE = ("sample_id", "text", "gold", "pred", "error_type", "confidence", "loss", "dep", "suggested_label")
"""Columns of ``units --format table``, as many as a terminal holds; scores and types without a value are left out."""

RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Split = Annotated[str | None, typer.Option("--split", help="Only this split; all of them otherwise.")]
Where = Annotated[str, typer.Option("--where", metavar="EXPR", help="Filter, such as \"gold = 'PER' AND dep > 0.8\".")]
Port = Annotated[int, typer.Option("--port", help="Port of the console; 0 = any free one.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address; open no browser.")]
AllowHost = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="HOST[:PORT]", help="A further Host to answer to, for a tunnel. Repeatable."),
]


@app.command()
def analyze(
    data: Annotated[str | None, typer.Argument(help="File, folder of splits, or hub name of a data set.")] = None,
    model: Annotated[str | None, typer.Option(help="Hugging Face folder or hub id, or module:function.")] = None,
    predictions: Annotated[
        list[str] | None, typer.Option(metavar="SPLIT=FILE", help="Predictions of a split. Repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; runs/NAME otherwise.")] = None,
    split: Annotated[list[str] | None, typer.Option(metavar="NAME=PATH", help="A split's file. Repeatable.")] = None,
    format: Annotated[str | None, typer.Option(help="conll, jsonl, csv, tsv, parquet; detected otherwise.")] = None,
    text: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the text.")] = None,
    label: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the label or labels.")] = None,
    tokens: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the tokens.")] = None,
    tags: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the tags.")] = None,
    spans: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the spans.")] = None,
    id: Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="Column of the sample ids.")] = None,
    annotator: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the annotator.")] = None,
    no_header: Annotated[bool, typer.Option("--no-header", help="The table's first row is data.")] = False,
    label_names: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Label names, one a line or a JSON list, for integer labels.")
    ] = None,
    label_map: Annotated[list[str] | None, typer.Option(metavar="A=B", help="Read label A as B. Repeatable.")] = None,
    scheme: Annotated[str | None, typer.Option(help="IO, IOB1, BIO, BIOES or BILOU; detected otherwise.")] = None,
    task: Annotated[str | None, typer.Option(help="ner, classification or multilabel; detected otherwise.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N samples of each split.")] = None,
    trained_on: Annotated[
        str, typer.Option(metavar="SPLIT", help="Split the model was trained on; none = none of these.")
    ] = "train",
    subword: Annotated[Subword, typer.Option(help="Which subword speaks for a token: first, mean or max.")] = "first",
    layer: Annotated[int, typer.Option(help="Hidden layer the vectors come from; -1 = the last.")] = -1,
    device: Annotated[str | None, typer.Option(help="cpu, cuda or mps; the best there is otherwise.")] = None,
    batch_tokens: Annotated[int | None, typer.Option(min=16, help="Subwords in one batch.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the unfinished run at --out.")] = False,
    open_console: Annotated[bool, typer.Option("--open", help="Open the console when done.")] = False,
    port: Port = 0,
    as_json: AsJson = False,
) -> None:
    """Analyse a data set with a model, with predictions from files, or with the built-in baseline."""
    with on_terminal() as report:
        run = api.analyze(
            data,
            model=model,
            predictions=_pairs(predictions, "--predictions"),
            out=out,
            splits=_pairs(split, "--split"),
            format=format,
            text=text,
            label=label,
            tokens=tokens,
            tags=tags,
            spans=spans,
            id=id,
            annotator=annotator,
            header=not no_header,
            label_names=_label_names(label_names),
            label_map=_pairs(label_map, "--label-map", "OLD=NEW"),
            scheme=scheme,
            task=task,
            limit=limit,
            trained_on=trained_on,
            subword=subword,
            layer=layer,
            device=device,
            batch_tokens=batch_tokens,
            resume=resume,
            report=report,
            on_notices=show_notices,
        )
    facts = run.manifest
    if as_json:
        emit_json({"run": str(run.path), "n_samples": facts["n_samples"], "n_units": facts["n_units"]})
    say(
        f"{run.path}: {facts['n_samples']:,} samples, {facts['n_units']:,} units, {facts['n_errors']:,} errors, "
        f"analysed with {facts['predictor']['name']}."
    )
    folder, last = shlex.quote(str(run.path)), shlex.quote(facts["splits"][-1]["name"])
    say(f"  Next: errata open {folder}   or   errata metrics {folder} --split {last}")
    if open_console:
        serve_runs([run.stored], port=port, browser=webbrowser.open)


@app.command(name="open")
def open_command(
    path: Annotated[Path, typer.Argument(metavar="RUN|PROJECT", help="A run, or a folder of runs.")],
    port: Port = 0,
    no_browser: NoBrowser = False,
    allow_host: AllowHost = None,
) -> None:
    """Open the console on a run or on all runs of a project."""
    found = [Run.open(place, sealed=False) for place in api.find(path)]
    runs: dict[str, Run] = {}
    for run in found:
        if run.is_sealed and run.name not in runs:
            runs[run.name] = run
        elif len(found) > 1:
            say(f"{run.path}: left out, {'another run has its name' if run.is_sealed else 'it was not finished'}.")
    if not runs:
        Run.open(found[0].path)  # raises, with what is to be done
    for run in runs.values():
        run.check(*CONSOLE_TABLES)
    serve_runs(
        list(runs.values()), port=port, allow_hosts=allow_host or [], browser=None if no_browser else webbrowser.open
    )


@app.command()
def metrics(
    run: RunPath,
    split: Split = None,
    where: Where = "",
    by: Annotated[str, typer.Option(metavar="COLUMN", help="Group by gold, pred or any category column.")] = "gold",
    convention: Annotated[
        str, typer.Option(help="conlleval, strict, boundary, type, partial or token; the run's own otherwise.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Precision, recall and F1 with 95 % intervals, under every convention."""
    found = api.open_run(run).metrics(split=split, where=where, by=by, convention=convention)
    if as_json:
        emit_json(found)
    else:
        show_metrics(found)


@app.command()
def issues(
    run: RunPath,
    split: Split = None,
    level: Annotated[str, typer.Option(help="sample, unit or token.")] = "sample",
    top: Annotated[int | None, typer.Option(min=1, help="Only the first N; everything is ranked otherwise.")] = None,
    format: Annotated[str, typer.Option(help="table, jsonl or csv.")] = "table",
) -> None:
    """Gold labels that are probably wrong, most suspicious first."""
    _one_of("--level", level, ("sample", "unit", "token"))
    _one_of("--format", format, ("table", "jsonl", "csv"))
    if format == "table" and top is None:
        top = 50
    emit_rows(api.open_run(run).issues(split=split, level=level, top=top), format)


@app.command()
def units(
    run: RunPath,
    where: Where = "",
    sort: Annotated[str, typer.Option(help="Columns, the most important first; - = descending.")] = "-dep",
    top: Annotated[int | None, typer.Option(min=1, help="Only the first N.")] = None,
    format: Annotated[str, typer.Option(help="jsonl or csv with every column, or table with the main ones.")] = "jsonl",
) -> None:
    """Units: pairs of gold and predicted spans, or texts, with every score."""
    _one_of("--format", format, ("table", "jsonl", "csv"))
    found = api.open_run(run).units(where=where, sort=sort, top=top)
    if format == "table":
        is_empty = {name for name in UNIT_TABLE if found[name].null_count == found.num_rows}
        found = found.select([name for name in UNIT_TABLE if name not in is_empty or name in ("gold", "pred")])
    emit_rows(found.to_pylist(), format, heads=found.column_names)


@app.command()
def losses(
    run: RunPath,
    split: Split = None,
    where: Where = "",
    by: Annotated[str, typer.Option(help="token (as written, in any case) or label.")] = "token",
    at_least: Annotated[int, typer.Option(min=1, help="Only tokens or labels that occur so often.")] = 1,
    top: Annotated[int, typer.Option(min=1, help="Only the first N.")] = 50,
    format: Annotated[str, typer.Option(help="table, jsonl or csv.")] = "table",
) -> None:
    """Loss by token or by label: where the predictor pays most; a gap of mean over median hints at unsteady labels."""
    _one_of("--format", format, ("table", "jsonl", "csv"))
    emit_rows(api.open_run(run).losses(split=split, where=where, by=by, at_least=at_least, top=top), format)


@app.command()
def export(
    run: RunPath,
    out: Annotated[Path, typer.Argument(help="Folder, or a file when one split is written.")],
    format: Annotated[str | None, typer.Option(help="Another format: conll, jsonl, csv, tsv, parquet.")] = None,
    split: Annotated[list[str] | None, typer.Option(help="Only this split. Repeatable.")] = None,
    where: Where = "",
    with_predictions: Annotated[bool, typer.Option("--with-predictions", help="Predictions beside gold.")] = False,
) -> None:
    """Write the data set to files; unedited and unfiltered, byte for byte as it was read."""
    made = api.open_run(run).export(
        out, where=where, format=format, splits=tuple(split or ()), with_predictions=with_predictions
    )
    how = "byte-identical to the input" if made.is_exact else "rewritten"
    held = "the whole input" if made.n_samples is None else counted(made.n_samples, "sample")
    say(f"{held} in {counted(len(made.paths), 'file')} below {out}, {how}.")
    for path in made.paths:
        emit(f"{path}\n")


@app.command()
def verify(run: RunPath) -> None:
    """Check every stored file of a run against the hash it was written with."""
    opened = Run.open(run, sealed=False)
    faults = opened.verify()
    for fault in faults:
        emit(f"{fault}\n")
    if faults:
        say(f"{run}: {counted(len(faults), 'fault')}.\n  Next: restore the files from a copy, or analyse again.")
        raise typer.Exit(1)
    say(f"{run}: {len(opened.manifest['files'])} files, all as they were written.")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Versions, optional libraries, limits and free space: what to quote when something does not work."""
    facts = examine()
    if as_json:
        emit_json(facts)
        return
    for section, entries in facts.items():
        emit(f"{section}\n")
        for name, value in entries.items():
            emit(f"  {name:<22}{value}\n")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the demo data and its runs.")] = Path("errata-demo"),
    seed: Annotated[int, typer.Option(help="Seed of the generator.")] = 0,
    port: Port = 0,
    no_browser: NoBrowser = False,
    no_console: Annotated[bool, typer.Option("--no-console", help="Only make data and runs.")] = False,
) -> None:
    """Generate news and support tickets with planted label errors, analyse them and open the console."""
    with on_terminal() as report:
        made = make_demo(out, seed=seed, report=report)
    for sentence in made.sentences:
        say(sentence)
    say(f"  Next: errata open {out}")
    if not no_console:
        serve_runs(made.runs, port=port, browser=None if no_browser else webbrowser.open)


def main() -> None:
    """Run the command; a user's mistake ends in one message and exit code 2, never in a traceback."""
    try:
        code = app(standalone_mode=False) or 0  # typer gives back the code of an Exit, and 130, instead of raising
        if code == Interrupted.exit_code:
            say("errata: stopped.")
        sys.exit(code)
    except typer.TyperException as problem:
        if message := problem.format_message():  # empty where the help has been shown instead
            say(f"errata: {message}\n  Next: errata --help, or errata COMMAND --help, lists what there is.")
        sys.exit(2)
    except ErrataError as problem:
        say(f"errata: {problem}")
        sys.exit(problem.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        say("errata: stopped.")
        sys.exit(Interrupted.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as problem:  # noqa: BLE001 - the last door: an internal fault is said as one, with its traceback
        traceback.print_exc()
        say(
            f"errata: internal fault ({type(problem).__name__}).\n  Next: report it with the lines above and `errata doctor`."
        )
        sys.exit(3)


def _pairs(given: list[str] | None, option: str, example: str = "test=FILE") -> dict[str, str]:
    pairs = {}
    for entry in given or ():
        name, equals, value = entry.partition("=")
        if not (name and equals and value):
            raise UsageError(f"{option} {entry}: expected NAME=VALUE.", remedy=f"write it as {option} {example}.")
        if name in pairs:
            raise UsageError(f"{option} {entry}: {name} is given twice.", remedy="give each name once.")
        pairs[name] = value
    return pairs


def _label_names(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"--label-names {path}: {problem}.", remedy="give a UTF-8 file, one name a line.") from None
    if content.lstrip().startswith("["):
        try:
            names: Any = json.loads(content)
        except ValueError:
            names = None
        if not isinstance(names, list):
            raise UsageError(f"--label-names {path}: not a JSON list of names.", remedy="one name a line will do too.")
        return tuple(map(str, names))
    return tuple(line.strip() for line in content.splitlines() if line.strip())


def _one_of(option: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{option} {value}: not known.", remedy=f"choose {', '.join(allowed)}.")
