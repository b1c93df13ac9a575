"""Labels and their numbers, one cell a line: the staff in the general part of a department's form.

A label alone proves nothing, since the header of a table stands one cell a line too, with its first number below. A
label and its number twice in a row is no header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from fiscal_analysis import taxonomy
from fiscal_analysis.readers.plain.line_cells import Lines, Span
from fiscal_analysis.wordlist import longest_of

__all__ = ["staff_pairs"]


@cache
def _pair() -> re.Pattern[str]:
    rows = taxonomy.table("performance_headers")
    labels = longest_of([row["word"] for row in rows if row["kind"] == "label" and row["role"] == "staff"])
    remark = r"(?: ?\([人名]\))?"
    return re.compile(
        rf"[\n|] {{0,8}}(?P<label>{labels}{remark}) ?:?"  # the first character lets the engine skip to it
        r" {0,8}(?:\n[ \n]{0,6}|\| ?)(?P<number>[0-9]{1,5}(?: ?[人名])?) {0,8}(?=\n|\||$)"
    )


def staff_pairs(folded: str) -> Iterator[Lines]:
    """Yield runs of at least two pairs of a label of staff and its number, with nothing but blanks between."""
    rows: list[list[Span]] = []
    for match in _pair().finditer(folded):
        row = [Span(match[name], match.start(name), match.end(name)) for name in ("label", "number")]
        if rows and folded[rows[-1][-1].end : min(match.start("label"), rows[-1][-1].end + 20)].strip(" \n|"):
            if len(rows) > 1:
                yield Lines(rows, rows[0][0].start, rows[-1][-1].end, "lines")
            rows = []
        rows.append(row)
    if len(rows) > 1:
        yield Lines(rows, rows[0][0].start, rows[-1][-1].end, "lines")
