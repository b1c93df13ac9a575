"""Reading the audit's tables: a corpus or a frame, with the columns that are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._inputs import Source

__all__ = ["SERIOUS", "ids_of", "require", "table_of"]

SERIOUS = ("error", "warning")


def table_of(source: Source, name: str, columns: Sequence[str]) -> pl.DataFrame:
    """Return the table `name` of a corpus, or the frame that was given for it; refuse it where a column is missing."""
    table: Any = getattr(source, name, source)
    frame = as_polars(table)
    require(frame, columns, name)
    return frame


def require(frame: pl.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse a frame that lacks a column."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ContractError(
            f"the table {name} lacks the columns {', '.join(missing)}; it has {', '.join(frame.columns) or 'none'}"
        )


def ids_of(joined: str | None) -> list[str]:
    """Return the identifiers that a cell joins by semicolons."""
    return [part for part in (joined or "").split(";") if part]
