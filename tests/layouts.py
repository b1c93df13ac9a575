"""One form in the layouts that tables have in plain text."""

from __future__ import annotations

Rows = list[list[str]]


def rows_of(form: str) -> Rows:
    """Cells of a form written with `|` between them, one row a line."""
    return [[cell.strip() for cell in line.split("|")] for line in form.strip().split("\n")]


def as_pipes(rows: Rows) -> str:
    """``| a | b |``, one row a line."""
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def as_closed_cells(rows: Rows) -> str:
    """``a |``, one cell a line; a run of bars closes each row and makes up for merged cells."""
    width = max(len(row) for row in rows) + 1
    return "\n".join(
        "\n".join(f"{cell} |" if cell else "|" for cell in row) + "\n" + "|" * (width + 1 - len(row)) for row in rows
    )


def as_tabs(rows: Rows) -> str:
    """One TAB-led cell a line, a blank line after each row."""
    return "\n\n".join("\n".join("\t" + cell for cell in row) for row in rows)


def as_tab_rows(rows: Rows) -> str:
    """One row a line, a TAB between cells."""
    return "\n".join("\t".join(row) for row in rows)


def as_lines(rows: Rows) -> str:
    """One cell a line, blank lines between, empty cells vanished."""
    return "\n\n".join(cell for row in rows for cell in row if cell)


LAYOUTS = {
    "pipes": as_pipes,
    "closed_cells": as_closed_cells,
    "tabs": as_tabs,
    "tab_rows": as_tab_rows,
    "lines": as_lines,
}
