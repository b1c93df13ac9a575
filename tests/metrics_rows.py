"""Rows for tests of the metrics: invented facts, and the published tables as plain dictionaries."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

PROCESSED = Path(__file__).parents[1] / "data" / "processed"
FENGTAI, MENTOUGOU = "fengtai-2024-final-accounts", "mentougou-2023-final-accounts"
CHAOYANG, ZHENGDING = "chaoyang-2024-project-evaluation", "zhengding-2023-overall-evaluation"
_place = count(0, 100)


def fact(concept: str, measure: str, value: float, **more: Any) -> dict[str, Any]:
    """A fact of an invented bureau; money known to 0.01万元, rates to 0.01 %."""
    start = next(_place)
    ratio = measure.startswith(("completion", "growth", "share"))
    base = {
        "fact_id": f"f{start}",
        "doc_id": "qinghe-2024",
        "division_code": "999901",
        "issuer": "清河区科技局",
        "fiscal_year": 2024,
        "concept": concept,
        "measure": measure,
        "value": value,
        "unit": "ratio" if ratio else "CNY",
        "decimals": 4 if ratio else -2,
        "raw": f"{value:g}",
        "source_start": start,
    }
    return base | more


def document(doc_id: str = "qinghe-2024", year: int = 2024, **more: Any) -> dict[str, Any]:
    base = {"doc_id": doc_id, "division_code": "999901", "county": "清河区", "issuer": "清河区科技局"}
    return base | {"fiscal_year": year, "kind": "final_accounts", "title": "清河区科技局部门决算"} | more


def frame(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def published(table: str, **wanted: str) -> list[dict[str, str]]:
    """The rows of a published CSV file with these values; an empty cell is an empty text."""
    with (PROCESSED / f"{table}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [row for row in csv.DictReader(stream) if all(row[k] == v for k, v in wanted.items())]


def bounds(row: dict[str, str]) -> tuple[Decimal, Decimal]:
    """What the print of a published fact allows."""
    value = Decimal(row["value"])
    half = Decimal(5).scaleb(-int(row["decimals"]) - 1) if row["decimals"] else Decimal(0)
    return value - half, value + half


def values(rows: Iterable[dict[str, str]]) -> set[Decimal]:
    return {Decimal(row["value"]) for row in rows}
