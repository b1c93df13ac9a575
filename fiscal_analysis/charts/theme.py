"""Colours, sizes and the Vega-Lite configuration of every chart."""

from __future__ import annotations

from typing import Any

from fiscal_analysis.charts.font import FONT_STACK

__all__ = ["ACCENT", "CATEGORIES", "GRID", "INK", "JUDGEMENTS", "MUTED", "PRIMARY", "WIDTH", "theme"]

WIDTH = 640
"""Width in pixels of a whole chart, labels included, on a page or a sheet of paper."""

INK = "#1b2733"
MUTED = "#5b6875"
GRID = "#e3e7eb"
PRIMARY = "#1f4e79"
ACCENT = "#b5402a"
# Distinguishable with the common colour-vision deficiencies and in grey print (after Okabe and Ito, 2008, darkened).
CATEGORIES = ("#1f4e79", "#c2571a", "#2f7d62", "#8a4b83", "#a07d12", "#3f8fc0", "#6b7680", "#111111")
# What an audit says, by its code: what is wrong stands out, what says little is pale.
JUDGEMENTS = {
    "holds": PRIMARY,
    "broken": ACCENT,
    "skipped": "#a3afba",
    "not_applicable": "#dde3e8",
    "error": ACCENT,
    "warning": "#d99b4a",
    "note": "#a3afba",
}


def theme() -> dict[str, Any]:
    """Return the Vega-Lite configuration: quiet axes, one weight of one font, colours for districts and series."""
    text = {"font": FONT_STACK}
    return {
        "config": {
            "font": FONT_STACK,
            "background": "white",
            "padding": {"left": 4, "right": 12, "top": 4, "bottom": 4},
            "view": {"stroke": None, "continuousWidth": 460, "continuousHeight": 220},
            "title": {
                **text,
                "fontSize": 15,
                "fontWeight": "normal",
                "color": INK,
                "subtitleFont": FONT_STACK,
                "subtitleFontSize": 12,
                "subtitleColor": MUTED,
                "subtitleLineHeight": 17,
                "lineHeight": 20,
                "subtitlePadding": 5,
                "anchor": "start",
                "frame": "bounds",
                "offset": 14,
            },
            "axis": {
                "labelFontSize": 12,
                "labelColor": INK,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "titleColor": MUTED,
                "titlePadding": 8,
                "labelLimit": 220,
                "labelOverlap": "greedy",
                "labelSeparation": 6,
                "gridColor": GRID,
                "domainColor": "#9aa5b1",
                "tickColor": "#9aa5b1",
                "tickSize": 4,
            },
            "axisY": {"domain": False, "ticks": False, "labelPadding": 8},
            "header": {"labelFontSize": 12, "labelFontWeight": "normal", "labelColor": INK, "title": None},
            "legend": {
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "labelColor": INK,
                "titleColor": MUTED,
                "orient": "top",
                "offset": 6,
                "labelLimit": 260,
                "symbolStrokeWidth": 2.5,
            },
            "text": {"fontSize": 12, "color": INK},
            "range": {"category": list(CATEGORIES)},
        }
    }
