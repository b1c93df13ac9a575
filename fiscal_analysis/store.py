"""The processed tables: their schemas, and writing and reading them as one set.

The metadata of every table stands in ``schemas.toml``; the polars schemas, the data package and the documentation
are made from it. Parquet is the record; the CSV beside it is the same table for spreadsheets.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.swap import recover, replaced_folder

__all__ = [
    "PACKAGE",
    "TABLES",
    "Column",
    "Reference",
    "TableSchema",
    "empty",
    "polars_schema",
    "read_tables",
    "schemas",
    "table_csv",
    "write_failures",
    "write_tables",
]

TABLES = ("documents", "facts", "checks", "findings", "indicators", "quantities")
PACKAGE = "datapackage.json"
FAILURES = "failures"

# Classes, not instances: polars compares types many times for each column that it makes, and those of classes faster.
_POLARS: dict[str, type[pl.DataType]] = {
    "string": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
}
_CONSTRAINTS = ("required", "unique", "enum", "pattern", "minimum", "maximum")
_BOM = b"\xef\xbb\xbf"
# What a spreadsheet takes for a formula, full-width forms included. The apostrophe that is put before it is the
# spreadsheets' own sign for text; one that already stands there is doubled, so that reading can take one away.
_FORMULA = r"^('*[=+\-@\t\r＝＋－＠])"
_ESCAPED = r"^'('*[=+\-@\t\r＝＋－＠])"


class Column(NamedTuple):
    """One column of a table. `type` is string, integer, number or boolean."""

    name: str
    type: str
    description: str
    unit: str | None
    constraints: dict[str, Any]


class Reference(NamedTuple):
    """A foreign key: `columns` name a row of `table` by its columns `to`."""

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]


class TableSchema(NamedTuple):
    """The metadata of one table."""

    name: str
    title: str
    description: str
    key: tuple[str, ...]
    order: tuple[str, ...]
    references: tuple[Reference, ...]
    columns: tuple[Column, ...]
    csv_only: bool


@cache
def schemas() -> dict[str, TableSchema]:
    """Return the metadata of the tables by name: the six processed tables, and ``failures``."""
    text = resources.files("fiscal_analysis").joinpath("schemas.toml").read_text(encoding="utf-8")
    return {
        name: TableSchema(
            name,
            raw["title"],
            raw["description"],
            tuple(raw["key"]),
            tuple(raw["order"]),
            tuple(Reference(tuple(r["columns"]), r["table"], tuple(r["to"])) for r in raw.get("refers", ())),
            tuple(
                Column(
                    c["name"],
                    c["type"],
                    c["description"],
                    c.get("unit"),
                    {key: c[key] for key in _CONSTRAINTS if key in c},
                )
                for c in raw["columns"]
            ),
            raw.get("csv_only", False),
        )
        for name, raw in tomllib.loads(text).items()
    }


@cache
def polars_schema(name: str) -> dict[str, type[pl.DataType]]:
    """Return the polars types of the columns of the table `name`, in order."""
    return {column.name: _POLARS[column.type] for column in schemas()[name].columns}


def empty(name: str) -> pl.DataFrame:
    """Return the table `name` without rows."""
    return pl.DataFrame(schema=polars_schema(name))


def table_csv(frame: pl.DataFrame) -> bytes:
    """Return a table as CSV: UTF-8 with BOM, no cell that a spreadsheet runs as a formula.

    A text that begins with ``= + - @`` or a tab gets an apostrophe before it. Numbers are written so that reading
    gives the same float64 back.
    """
    safe = frame.with_columns(pl.col(pl.String).str.replace(_FORMULA, "'$1"))
    return _BOM + safe.write_csv().encode("utf-8")


def _csv_field(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "description": column.description,
    }
    if column.type == "boolean":
        described |= {"trueValues": ["true"], "falseValues": ["false"]}
    if column.unit is not None:
        described["unit"] = column.unit
    if column.constraints:
        described["constraints"] = column.constraints
    return described


def _csv_resource(schema: TableSchema, content: bytes | None) -> dict[str, Any]:
    """Describe a CSV file. The list of failures has no hash: a run in which every input failed rewrites it alone."""
    resource: dict[str, Any] = {
        "name": schema.name,
        "type": "table",
        "path": f"{schema.name}.csv",
        "title": schema.title,
        "description": schema.description,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
    }
    if content is not None:
        resource |= {"hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "bytes": len(content)}
    table_schema: dict[str, Any] = {
        "fields": [_csv_field(column) for column in schema.columns],
        "missingValues": [""],
        "primaryKey": list(schema.key),
    }
    if schema.references:
        table_schema["foreignKeys"] = [
            {"fields": list(r.columns), "reference": {"resource": r.table, "fields": list(r.to)}}
            for r in schema.references
        ]
    return resource | {"schema": table_schema}


def _data_package(csvs: Mapping[str, bytes], parquets: Mapping[str, bytes]) -> bytes:
    """Return ``datapackage.json``: a Frictionless Data Package of the CSV files, the Parquet files beside them."""
    resources_: list[dict[str, Any]] = []
    for name, schema in schemas().items():
        resource = _csv_resource(schema, None if schema.csv_only else csvs[name])
        if name in parquets:
            resource["record"] = {
                "path": f"{name}.parquet",
                "mediatype": "application/vnd.apache.parquet",
                "hash": f"sha256:{hashlib.sha256(parquets[name]).hexdigest()}",
                "bytes": len(parquets[name]),
            }
        resources_.append(resource)
    package = {
        "name": "fiscal-analysis-processed",
        "title": "Figures of Chinese public-finance disclosures",
        "description": (
            "Facts, checks, findings, indicators and quantities read from published budgets, final accounts and "
            "performance reports. Each table is there twice: as CSV, described here, and as Parquet, the record. "
            "In the CSV files a text that begins with = + - @ has an apostrophe before it, so that no spreadsheet "
            "takes it for a formula."
        ),
        "resources": resources_,
    }
    return (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _conform(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with the columns, types and row order of the table `name`; raise where it has others."""
    expected = polars_schema(name)
    missing = [column for column in expected if column not in frame.columns]
    surplus = [column for column in frame.columns if column not in expected]
    if missing or surplus:
        raise ContractError(
            f"table {name}: columns missing: {', '.join(missing) or 'none'}; not known: "
            f"{', '.join(surplus) or 'none'}. fiscal_analysis/schemas.toml says which columns it has."
        )
    try:
        frame = frame.select(pl.col(column).cast(dtype) for column, dtype in expected.items())
    except pl.exceptions.PolarsError as error:
        raise ContractError(f"table {name}: a column has another type than schemas.toml says: {error}") from error
    schema = schemas()[name]
    if not schema.csv_only:
        for column in schema.key:
            if frame[column].null_count():
                raise ContractError(f"table {name}: {column} names the row, but is empty in some. Give it a value.")
        twice = frame.select(schema.key).is_duplicated()
        if twice.any():
            example = frame.filter(twice).select(schema.key).row(0)
            raise ContractError(
                f"table {name}: {int(twice.sum())} rows share their {' and '.join(schema.key)}, for example "
                f"{', '.join(map(str, example))}. Each row needs one of its own."
            )
    return frame.sort(schema.order, nulls_last=False, maintain_order=True)


def _file_names() -> frozenset[str]:
    names = {PACKAGE}
    for schema in schemas().values():
        names |= {f"{schema.name}.csv"} if schema.csv_only else {f"{schema.name}.csv", f"{schema.name}.parquet"}
    return frozenset(names)


def write_tables(frames: Mapping[str, pl.DataFrame], folder: str | Path) -> None:
    """Write the tables into a folder as one set: Parquet, CSV, ``failures.csv`` and ``datapackage.json``.

    Two runs over the same rows give byte-identical files. A run that fails or is killed leaves the files of the run
    before, whole. Other files in the folder are kept.

    Parameters
    ----------
    frames : mapping of str to polars.DataFrame
        The six tables, and optionally ``failures``.
    folder : str or Path
        Where to; created where missing.

    Raises
    ------
    ContractError
        If a table has other columns or types than ``schemas.toml`` says, or rows that share a primary key.
    SourceError
        If the folder cannot be written.
    """
    tables = {name: _conform(name, frames[name] if name in frames else empty(name)) for name in schemas()}
    try:
        with replaced_folder(Path(folder), _file_names()) as new:
            _write_all(tables, new)
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(
            f"{folder}: the tables cannot be written ({error.strerror or error}); those of the run before are whole. "
            "Check the free space and the permissions."
        ) from error


def _write_all(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
    csvs, parquets = {}, {}
    for name, frame in tables.items():
        csvs[name] = table_csv(frame)
        (folder / f"{name}.csv").write_bytes(csvs[name])
        if not schemas()[name].csv_only:
            path = folder / f"{name}.parquet"
            frame.write_parquet(path, compression="zstd", statistics=True)
            parquets[name] = path.read_bytes()
    (folder / PACKAGE).write_bytes(_data_package(csvs, parquets))


def write_failures(failures: pl.DataFrame, folder: str | Path) -> None:
    """Write ``failures.csv`` alone: for a run in which no input could be read and the tables stay as they are."""
    path = Path(folder) / f"{FAILURES}.csv"
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(table_csv(_conform(FAILURES, failures)))
    temporary.replace(path)


def read_tables(folder: str | Path) -> dict[str, pl.DataFrame]:
    """Read the tables of a folder that `write_tables` wrote.

    Parameters
    ----------
    folder : str or Path
        The folder, ``data/processed`` as a rule.

    Returns
    -------
    dict of str to polars.DataFrame
        The six tables (from Parquet) and ``failures`` (from CSV).

    Raises
    ------
    SourceError
        If the folder or a table is missing or cannot be read.
    ContractError
        If a table is of another version of the package.
    """
    folder = Path(folder)
    recover(folder, _file_names())
    if not folder.is_dir():
        raise SourceError(
            f"{folder}: no such folder. Write the tables first, with `fiscal parse INPUT --out {folder}`."
        )
    frames = {}
    for name in TABLES:
        path = folder / f"{name}.parquet"
        try:
            frame = pl.read_parquet(path, glob=False)
        except FileNotFoundError as error:
            raise SourceError(
                f"{path}: no such table. Write the tables with `fiscal parse INPUT --out {folder}`."
            ) from error
        except (OSError, pl.exceptions.PolarsError) as error:
            raise SourceError(
                f"{path}: cannot be read as Parquet ({error}). Write the tables again with "
                f"`fiscal parse INPUT --out {folder}`."
            ) from error
        if dict(frame.schema) != polars_schema(name):
            differing = sorted(set(frame.schema.items()) ^ set(polars_schema(name).items()), key=str)
            raise ContractError(
                f"{path}: was written by another version of the package (differing: "
                f"{', '.join(sorted({column for column, _ in differing})) or 'the order of columns'}). "
                f"Write the tables again with `fiscal parse INPUT --out {folder}`."
            )
        frames[name] = frame
    frames[FAILURES] = _read_failures(folder / f"{FAILURES}.csv")
    return frames


def _read_failures(path: Path) -> pl.DataFrame:
    if not path.is_file():
        return empty(FAILURES)
    frame = pl.read_csv(path, schema=polars_schema(FAILURES))
    return frame.with_columns(pl.col(pl.String).str.replace(_ESCAPED, "$1"))
