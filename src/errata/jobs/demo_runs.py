"""`errata demo`: generated data → two runs, and how many of the planted errors stand on the first pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errata.core.types import ReadOptions
from errata.formats.sources import find_sources
from errata.jobs.analyse import Plan, analyse
from errata.jobs.demo import planted_on_first_pages, write_demo
from errata.jobs.predict import Report
from errata.store.runs import Run, is_run


@dataclass(frozen=True, slots=True)
class DemoRuns:
    """The sealed runs, and a sentence about each for the person."""

    runs: tuple[Run, ...]
    sentences: tuple[str, ...]


def make_demo(folder: Path, *, seed: int, report: Report) -> DemoRuns:
    """Write the demo data below ``folder`` and analyse it with the baseline; runs that are there already are kept."""
    made = write_demo(folder / "data", seed=seed)
    runs, sentences = [], []
    for name, data, planted in (
        ("news", made.news, made.planted_in_news),
        ("tickets", made.tickets, made.planted_in_tickets),
    ):
        out = folder / "runs" / name
        options = ReadOptions()
        plan = Plan(sources=find_sources(data, {}, options), options=options, name=name, out=out, resume=is_run(out))
        run = analyse(plan, report)
        runs.append(run)
        sentences.append(_sentence(run, planted))
    return DemoRuns(tuple(runs), tuple(sentences))


def _sentence(run: Run, planted: tuple[Any, ...]) -> str:
    samples = run.table("samples.parquet", ["sample_id", "sample_issue_score"])
    ranked = samples.sort_by([("sample_issue_score", "descending")])["sample_id"].to_pylist()
    found = planted_on_first_pages(ranked, planted)
    first = ", ".join(str(page["planted"]) for page in found["pages"])
    return (
        f"{run.name}: {found['n_samples']:,} samples, {found['n_planted']} with a planted label error. Of the first "
        f"{found['page_size']} on each page of the ranking {first} are planted (by chance: {found['by_chance']:.1f})."
    )
