"""Whether a notebook runs for a report: its charts are drawn afterwards then, and its tables carry their data.

Starting the engine that draws takes longer than most notebooks do, so that many reports share one; and what a report
offers as CSV is the data of a table, not its text. In a notebook by hand neither is so.
"""

from __future__ import annotations

import os

__all__ = ["VARIABLE", "for_report"]

VARIABLE = "FISCAL_ANALYSIS_REPORT"
"""The environment variable that a notebook's process has when it runs for a report."""


def for_report() -> bool:
    """Return whether this process runs a notebook for a report."""
    return os.environ.get(VARIABLE) == "1"
