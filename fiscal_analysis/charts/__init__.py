"""Charts and tables for reading: one theme, one font, one renderer, the same output on every machine and offline.

Importing a name loads what it needs and no more: ``import fiscal_analysis.charts`` loads neither altair nor polars.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fiscal_analysis.charts.plots import cumulative_chart, interval_chart, stacked_chart, strip_chart, titled
    from fiscal_analysis.charts.renderer import enable, mime_bundle, svg_of
    from fiscal_analysis.charts.scatter import scatter_chart
    from fiscal_analysis.charts.tables import (
        Markup,
        case_text,
        evidence_links,
        evidence_table,
        key_figures,
        reading_table,
    )
    from fiscal_analysis.charts.trend import trend_chart

__all__ = [
    "Markup",
    "case_text",
    "cumulative_chart",
    "enable",
    "evidence_links",
    "evidence_table",
    "interval_chart",
    "key_figures",
    "mime_bundle",
    "reading_table",
    "scatter_chart",
    "stacked_chart",
    "strip_chart",
    "svg_of",
    "titled",
    "trend_chart",
]

_HOME = {
    "cumulative_chart": "plots",
    "interval_chart": "plots",
    "stacked_chart": "plots",
    "strip_chart": "plots",
    "titled": "plots",
    "scatter_chart": "scatter",
    "enable": "renderer",
    "mime_bundle": "renderer",
    "svg_of": "renderer",
    "Markup": "tables",
    "case_text": "tables",
    "evidence_links": "tables",
    "evidence_table": "tables",
    "key_figures": "tables",
    "reading_table": "tables",
    "trend_chart": "trend",
}


def __getattr__(name: str) -> Any:
    if name == "wording":
        return import_module(f"{__name__}.wording")
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
