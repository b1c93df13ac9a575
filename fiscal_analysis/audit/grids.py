"""Data tables: a total row against the rows above it, and columns that the other columns determine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, permutations

from fiscal_analysis.audit.figures import Book, Figure
from fiscal_analysis.audit.relation import Linear, Ratio
from fiscal_analysis.audit.trial import Trial

__all__ = ["try_tables"]

_TOTAL_ROW = re.compile(r"^\s*(?:总\s*计|合\s*计|总数|共\s*计)")
_PART_ROW = re.compile(r"^\s*(?:其中|其 中|#)")
# A column rule is taken from the table itself where this many rows follow it, and more than do not.
_ENOUGH = 3
_WIDE = 10

_Grid = dict[int, dict[int, Figure]]


def try_tables(book: Book, trial: Trial) -> None:
    """Try the totals and the computed columns of every table that has figures in several rows."""
    grids: dict[int, _Grid] = {}
    for figure in book.tabular:
        fact = figure.fact
        if fact.table is not None and fact.row is not None and fact.column is not None:
            grids.setdefault(fact.table, {}).setdefault(fact.row, {})[fact.column] = figure
    for number, grid in grids.items():
        if len(grid) == 1:
            _try_row(book, trial, next(iter(grid.values())))
        if len(grid) < 2:
            continue
        labels = _labels(book, number, grid)
        total = next((row for row, label in labels.items() if _TOTAL_ROW.match(label)), None)
        if total is not None:
            _try_total_row(trial, grid, labels, total)
        if len(grid) > _ENOUGH:
            _try_columns(book, trial, grid, total)


def _labels(book: Book, number: int, grid: _Grid) -> dict[int, str]:
    table = next((t for t in book.tables if t.index == number), None)
    labels = {}
    for row, figures in grid.items():
        label = ""
        if table is not None and row < len(table.rows):
            label = next((cell.text for cell in table.rows[row] if cell.text), "")
        labels[row] = label or next((f.fact.item for f in figures.values() if f.fact.item), "")
    return labels


def _try_total_row(trial: Trial, grid: _Grid, labels: dict[int, str], total: int) -> None:
    body = [row for row in grid if row != total and not _TOTAL_ROW.match(labels[row])]
    if len(body) < 2 or any(_PART_ROW.match(labels[row]) for row in body):
        return
    # Coded rows nest: only those of the highest level add up to the total.
    codes = {row: max((len(f.key.code) for f in grid[row].values() if f.key.code), default=0) for row in body}
    coded = [n for n in codes.values() if n]
    if coded:
        if len(coded) < len(body):
            return
        body = [row for row in body if codes[row] == min(coded)]
    elif any("/" in (figure.fact.item or "") for row in body for figure in grid[row].values()):
        # so do rows that are named by their path
        depths = {row: max(_depth(figure.fact.item) for figure in grid[row].values()) for row in body}
        body = [row for row in body if depths[row] == min(depths.values())]
    for column, whole in grid[total].items():
        if whole.fact.unit == "ratio" or whole.measure in ("weight", "score"):
            continue
        parts = [grid[row][column] for row in body if column in grid[row]]
        if not parts:
            continue
        figures = (whole, *parts)
        if any(f.fact.unit != whole.fact.unit or f.measure != whole.measure for f in parts):
            continue
        if len(parts) < len(body):
            trial.skip("table_total", figures, "missing")
        else:
            trial.add(Linear("table_total", "sum_mismatch", "error", figures))


def _depth(item: str | None) -> int:
    return 1 + item.count("/") if item else 0


def _try_columns(book: Book, trial: Trial, grid: _Grid, total: int | None) -> None:
    """Find the columns that follow from two others in nearly every row, and try the rule in every row."""
    rows = [figures for figures in grid.values() if all(f.usable for f in figures.values())]
    columns = set(rows[0]).intersection(*rows[1:]) if rows else set()
    if len(rows) <= _ENOUGH or not 3 <= len(columns) <= _WIDE:
        return
    first = rows[0]
    counts = sorted(c for c in columns if first[c].fact.unit != "ratio")
    rates = sorted(c for c in columns if first[c].fact.unit == "ratio")
    one = book.one
    # Nominal values decide which rule a column follows; the intervals then judge each row.
    values = {column: [(r[column].v, r[column].h) for r in rows] for column in columns}
    for rate in rates:
        for a, b in permutations(counts, 2):
            if _follows(
                (
                    (abs(x * one - r * y) <= rh * y + one, bool(x))
                    for (r, rh), (x, _), (y, _) in zip(values[rate], values[a], values[b], strict=True)
                ),
                len(rows) // 2,
            ):
                for r in rows:
                    trial.relations.append(
                        Ratio("table_rate", "rate_mismatch", "error", (r[rate], r[a], r[b]), "quotient")
                    )
                break
    for whole in counts:
        others = [c for c in counts if c != whole and first[c].fact.unit == first[whole].fact.unit]
        for a, b in combinations(others, 2):
            if _follows(
                (
                    (abs(v - x - y) <= h + xh + yh, bool(x and y))
                    for (v, h), (x, xh), (y, yh) in zip(values[whole], values[a], values[b], strict=True)
                ),
                len(rows) // 2,
            ):
                for r in rows:
                    trial.relations.append(Linear("table_row_sum", "sum_mismatch", "error", (r[whole], r[a], r[b])))
                break


def _follows(rows: Iterator[tuple[bool, bool]], most: int) -> bool:
    """Tell of rows (does the rule hold, does it say anything) whether it holds in most, and in enough that say so.

    It cannot hold in most where it fails in more than `most`, half of them.
    """
    holding = missing = 0
    for fits, says in rows:
        if not fits:
            missing += 1
            if missing > most:
                return False
        elif says:
            holding += 1
    return holding >= _ENOUGH and holding > missing


def _try_row(book: Book, trial: Trial, row: dict[int, Figure]) -> None:
    """Try a single row of the form: two counts that make a whole, their rates, two more counts, their rates."""
    groups: list[tuple[list[Figure], list[Figure]]] = []
    for column in sorted(row):
        figure = row[column]
        if not figure.usable:
            return
        if figure.fact.unit == "ratio":
            if not groups:
                return
            groups[-1][1].append(figure)
        elif not groups or groups[-1][1]:
            groups.append(([figure], []))
        else:
            groups[-1][0].append(figure)
    if any(len(counts) != 2 or not 1 <= len(rates) <= 2 for counts, rates in groups) or not groups:
        return
    whole = 0
    for counts, rates in groups:
        first, second = counts
        tries = [Ratio("table_rate", "rate_mismatch", "warning", (rates[0], first, second), "split")]
        if len(rates) == 2:
            tries.append(Ratio("table_rate", "rate_mismatch", "warning", (rates[1], second, first), "split"))
        # Two rates that make 100 % are of this group, even where a count is wrong.
        together = len(rates) == 2 and abs(rates[0].v + rates[1].v - book.one) <= rates[0].h + rates[1].h
        if together or any(r.judge(book.one).state == "holds" for r in tries):
            whole = whole or first.v + second.v
            trial.relations.extend(tries)
        elif whole:
            # The rate is of the first group's whole: then this group must add up to it as well.
            stated = next(
                (f for f in book.figures if f.v == whole and f.fact.unit == first.fact.unit and f.usable), None
            )
            miss = first.v * book.one - rates[0].v * whole
            if stated is not None and abs(miss) <= 2 * rates[0].h * whole:
                trial.relations.append(Linear("table_partition", "sum_mismatch", "warning", (stated, first, second)))
                trial.relations.append(
                    Ratio("table_rate", "rate_mismatch", "error", (rates[0], first, stated), "quotient")
                )
