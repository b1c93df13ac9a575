"""The vocabulary as data: CSV tables that an economist can read and extend without touching code.

``table(name)`` gives the rows of ``<name>.csv`` as dictionaries, read once and only when asked for. What the tables
hold and where it comes from stands in the README beside them.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

__all__ = ["table"]


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of the vocabulary table `name` (``concepts``, ``counters``, ``divisions`` ...)."""
    path = resources.files(__name__).joinpath(f"{name}.csv")
    with path.open(encoding="utf-8") as stream:
        return tuple(csv.DictReader(stream))
