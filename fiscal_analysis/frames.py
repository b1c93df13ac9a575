"""One door for frames: public functions take polars or pandas, and work in polars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fiscal_analysis.errors import ContractError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_polars"]


def as_polars(frame: pl.DataFrame | pl.LazyFrame | pd.DataFrame) -> pl.DataFrame:
    """Return `frame` as a polars frame; a pandas index that has a name becomes columns.

    Parameters
    ----------
    frame : polars.DataFrame, polars.LazyFrame or pandas.DataFrame
        A table, for example one of the six processed tables or a part of it.

    Returns
    -------
    polars.DataFrame
        The same columns and rows; pandas' missing values (NaN, None, NaT) are null.

    Raises
    ------
    ContractError
        If `frame` is no table of the two libraries.
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    # pandas is recognised by its name: importing it only to ask would cost more than the conversion.
    kind = type(frame)
    if any(base.__module__.partition(".")[0] == "pandas" and base.__name__ == "DataFrame" for base in kind.__mro__):
        named = [name for name in frame.index.names if name is not None]
        if named:
            frame = frame.reset_index(level=named)
        return pl.from_pandas(frame, nan_to_null=True)
    raise ContractError(
        f"a table is expected, got {kind.__module__}.{kind.__qualname__}. Pass a polars or a pandas DataFrame."
    )
