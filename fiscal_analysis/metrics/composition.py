"""The pieces that a whole is made of: its largest lines, the smaller ones together, and what stands on no line."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._findings import require
from fiscal_analysis.metrics._inputs import Source
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics._readings import WHOSE, table
from fiscal_analysis.metrics.intervals import Range, as_float, exact

__all__ = ["composition"]

_BY = [*WHOSE, "period", "measure", "view", "fund", "scope"]
SCHEMA: dict[str, Any] = WHOSE | {
    "period": pl.String,
    "measure": pl.String,
    "view": pl.String,
    "fund": pl.String,
    "scope": pl.String,
    "piece": pl.String,
    "concept": pl.String,
    "code": pl.String,
    "name": pl.String,
    "lines": pl.Int64,
    "value_yuan": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "whole_yuan": pl.Float64,
    "share": pl.Float64,
    "share_low": pl.Float64,
    "share_high": pl.Float64,
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
    "note": pl.String,
    "note_zh": pl.String,
}


def composition(structure: Source, *, top: int = 5) -> pl.DataFrame:
    """Return the pieces of each whole, for a bar that is made of them.

    Parameters
    ----------
    structure : polars.DataFrame or pandas.DataFrame
        As :func:`spending_structure` returns it, or some of its rows; views that are no partition are left out.
    top : int
        How many lines have a piece of their own; one more, where it would be the only one of the rest.

    Returns
    -------
    polars.DataFrame
        Wholes in the order in which they first occur, pieces of one from the largest line on; lines of 0 are left out.

        - ``doc_id, division_code, county, issuer, fiscal_year, period, measure, view, fund, scope``: the whole
        - ``piece``: ``line``; ``smaller`` (the lines beyond `top` together); ``rest`` (the whole less its lines, where
          rounding does not explain it); ``concept``, ``code``, ``name`` of a line; ``lines``: how many the piece has
        - ``value_yuan``, ``value_low``, ``value_high``; ``whole_yuan``; ``share``, ``share_low``, ``share_high``: piece
          ÷ whole
        - ``status``: ``computed``, or ``not_computed`` (one row for the whole: it is not stated, ambiguous or 0)
        - ``fact_ids``; ``note``, ``note_zh``: lines that are ambiguous and hence within the rest, lines that are more
          than the whole

    Raises
    ------
    ContractError
        If the frame lacks columns of :func:`spending_structure`.

    Notes
    -----
    Formula: rest = whole - Σ lines, its interval [whole low - Σ line high, whole high - Σ line low], not below 0.
    """
    frame = as_polars(structure)
    needed = [*_BY, "partition", "concept", "code", "name", "value_yuan", "value_low", "value_high", "fact_ids"]
    require(frame, [*needed, "whole_yuan", "whole_low", "whole_high"], "structure")
    frame = frame.filter(pl.col("partition").fill_null(False))
    rows: list[dict[str, Any]] = []
    for part in frame.partition_by(_BY, maintain_order=True) if frame.height else []:
        lines = list(part.iter_rows(named=True))
        head = {name: lines[0][name] for name in _BY}
        rows += [head | piece for piece in _pieces(lines, top)]
    return table(rows, SCHEMA)


def _pieces(lines: Sequence[dict[str, Any]], top: int) -> list[dict[str, Any]]:
    ids = list(dict.fromkeys(fact_id for line in lines for fact_id in line["fact_ids"]))
    whole = _exact(lines[0]["whole_yuan"])
    span = Range(_exact(lines[0]["whole_low"]), _exact(lines[0]["whole_high"]))
    if whole is None or whole <= 0 or span.low is None or span.high is None or span.low <= 0:
        said = Text("the whole is not stated, ambiguous or 0", "总额未列示、有多种表述或为0")
        return [{"status": "not_computed", "lines": len(lines), "fact_ids": ids, "note": said.en, "note_zh": said.zh}]
    unclear = [line for line in lines if line["value_yuan"] is None]
    known = sorted(
        (line for line in lines if line["value_yuan"]), key=lambda line: line["value_yuan"], reverse=True
    )  # fmt: skip
    kept = known if len(known) == top + 1 else known[:top]
    smaller = known[len(kept) :]
    pieces = [
        {"piece": "line", "concept": line["concept"], "code": line["code"], "name": line["name"]}
        | _share([line], whole, span)
        for line in kept
    ]
    if smaller:
        pieces.append({"piece": "smaller"} | _share(smaller, whole, span))
    total = sum((_span(line) for line in known), Range.point(0))
    rest = span - total
    note: Text | None = None
    if unclear:
        note = Text(
            f"{len(unclear)} of the lines ambiguous: in the rest", f"其中{len(unclear)}项有多种表述，计入其余部分"
        )
    if rest.high is not None and rest.high < 0:
        note = Text("the lines add up to more than the whole", "各项之和大于总额")
    elif rest.low is None or rest.low > 0 or unclear:
        left = max(whole - sum((exact(line["value_yuan"]) for line in known), Fraction(0)), Fraction(0))
        low, high = max(rest.low or Fraction(0), Fraction(0)), max(rest.high or left, Fraction(0))
        if left > 0:
            pieces.append(
                {"piece": "rest", "lines": len(unclear), "fact_ids": ids}
                | _amounts(left, Range(min(low, left), max(high, left)), whole, span)
            )
    said_en, said_zh = (note.en, note.zh) if note else (None, None)
    return [
        {"whole_yuan": as_float(whole), "status": "computed", "note": said_en, "note_zh": said_zh} | piece
        for piece in pieces
    ]


def _share(lines: Sequence[dict[str, Any]], whole: Fraction, span: Range) -> dict[str, Any]:
    value = sum((exact(line["value_yuan"]) for line in lines), Fraction(0))
    ids = list(dict.fromkeys(fact_id for line in lines for fact_id in line["fact_ids"]))
    within = sum((_span(line) for line in lines), Range.point(0))
    return {"lines": len(lines), "fact_ids": ids} | _amounts(value, within, whole, span)


def _amounts(value: Fraction, within: Range, whole: Fraction, span: Range) -> dict[str, Any]:
    share = within / span
    return {
        "value_yuan": as_float(value),
        "value_low": as_float(within.low),
        "value_high": as_float(within.high),
        "share": as_float(value / whole),
        "share_low": as_float(share.low),
        "share_high": as_float(share.high),
    }


def _span(line: dict[str, Any]) -> Range:
    return Range(_exact(line["value_low"]), _exact(line["value_high"]))


def _exact(value: float | None) -> Fraction | None:
    return None if value is None else exact(value)
