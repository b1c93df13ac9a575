"""Files of separated values (.csv): one table, with the lines that stand above and below it."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.content import Box, Content
from fiscal_analysis.readers.limits import Limits
from fiscal_analysis.readers.office.sheets import refuse_cells, sheet_blocks
from fiscal_analysis.readers.plain.text import decode

__all__ = ["read_content"]

_MARKS = ",;\t"
_SAMPLE = 200  # lines by which the mark is told
_LONGEST = 1_000_000  # characters of a value


def read_content(data: bytes, shown: str, limits: Limits) -> Content:
    """Read a file of values separated by commas, semicolons or TABs.

    Parameters
    ----------
    data : bytes
        The file, in an encoding that text files may have.
    shown : str
        What messages call it.
    limits : Limits
        The bound on cells.

    Returns
    -------
    Content
        Lines and grids.

    Raises
    ------
    SourceError
        The file cannot be decoded, a quoted value never ends, or the table is over the limit.
    """
    text = decode(data, shown)
    try:
        boxes = list(_boxes(text, _mark(text), shown, limits))
    except csv.Error as error:
        raise SourceError(
            f"{shown}: the file is damaged: a value has no end ({error}). Save it again from a spreadsheet program."
        ) from error
    return Content(sheet_blocks(boxes, shown=shown, limits=limits))


def _mark(text: str) -> str:
    """Return the mark that parts most lines into the same number of values, values with line ends left aside."""
    lines = [line for line in text.splitlines()[:_SAMPLE] if line.strip()]

    def fitness(mark: str) -> tuple[int, int]:
        counts: dict[int, int] = {}
        for values in csv.reader(lines, delimiter=mark):
            if len(values) > 1:
                counts[len(values)] = counts.get(len(values), 0) + 1
        return max(((lines, width) for width, lines in counts.items()), default=(0, 0))

    previous = csv.field_size_limit(_LONGEST)
    try:
        return max(_MARKS, key=fitness)
    except csv.Error:
        return ","
    finally:
        csv.field_size_limit(previous)


def _boxes(text: str, mark: str, shown: str, limits: Limits) -> Iterator[Box]:
    count = 0
    previous = csv.field_size_limit(_LONGEST)
    try:
        for y, values in enumerate(csv.reader(text.splitlines(keepends=True), delimiter=mark)):
            count += len(values)
            if count > limits.cells:
                raise refuse_cells(shown, limits)
            for x, value in enumerate(values):
                # a value that a program was kept from changing: ="0101"
                bare = value[2:-1] if value.startswith('="') and value.endswith('"') else value
                if bare.strip():
                    yield Box(bare.strip(), y, x)
    finally:
        csv.field_size_limit(previous)
