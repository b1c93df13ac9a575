"""Runs of studies over the published tables or over invented ones, as their readers see them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat

import fiscal_analysis as fa
from fiscal_analysis import store, studies
from tests.metrics_rows import frame
from tests.study_tables import Table, tables_of


def run(name: str, tmp_path: Path, parameters: dict[str, Any]) -> tuple[dict[str, Table], str]:
    """The tables of a run, and all that its reader sees but quotes."""
    result = studies.run_study(name, parameters, out=tmp_path / "reports")
    assert result.notebook is not None
    notebook = nbformat.read(result.notebook, as_version=4)
    return tables_of(notebook), result.html.read_text(encoding="utf-8")


def saved(folder: Path, facts: list[dict[str, Any]], documents: list[dict[str, Any]]) -> Path:
    """Save invented facts and documents as processed tables."""

    def conform(name: str, rows: list[dict[str, Any]]) -> Any:
        schema = store.polars_schema(name)
        full = frame({column: row.get(column) for column in schema} for row in rows)
        return full.cast(dict(schema))

    numbered = [row | {"source_end": row["source_start"] + 5, "section": "", "extractor": "x"} for row in facts]
    for row in numbered:
        row["quote"] = f"某项{row['raw']}万元"
    named = [{"file": f"{row['doc_id']}.txt", "sha256": "0" * 64, "format": "txt", "level": "county"} | row
             for row in documents]  # fmt: skip
    given = {"facts": conform("facts", numbered), "documents": conform("documents", named)}
    fa.Corpus({name: given.get(name, store.empty(name)) for name in store.TABLES}).save(folder)
    return folder


def seen(page: str) -> str:
    """What a reader sees of a report above its quotes, charts included, without code."""
    page = page.partition("<main")[2].partition(">")[2].partition('<div class="table evidence"')[0]
    assert page
    page = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"&#?\w+;", " ", re.sub(r"<[^>]+>", " ", page)).split())
