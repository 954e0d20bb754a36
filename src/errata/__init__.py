"""Errata: where is the model wrong, which labels are wrong, and what to fix first."""

from errata.app.api import AnalysedRun, analyze
from errata.app.api import open_run as open  # noqa: A004 - the verb users expect; inside the package it is open_run

__all__ = ["AnalysedRun", "analyze", "open"]
