"""Progress of a job on the terminal: a bar with the time left where there is one, else a line per step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from errata.app.output import messages, say
from errata.jobs.predict import Report
from errata.models.protocol import Progress as Step
from errata.models.protocol import no_progress


def silent(step: str) -> Step:
    """A Report that shows nothing."""
    return no_progress


@contextmanager
def on_terminal() -> Iterator[Report]:
    """A Report on standard error. Without a terminal: the name of each step, then a line every ten seconds."""
    if not messages.is_terminal:
        yield _lines
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=messages, transient=True) as display:

        def report(step: str) -> Step:
            task = display.add_task(step, total=None)

            def advance(done: int, total: int) -> None:
                display.update(task, completed=done, total=total)

            return advance

        yield report


def _lines(step: str) -> Step:
    say(f"{step} …")
    began = shown = time.monotonic()

    def advance(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown >= 10 and 0 < done < total:
            shown = now
            left = (now - began) * (total - done) / done
            say(f"{step}: {100 * done // total} %, about {left:.0f} s left")

    return advance
