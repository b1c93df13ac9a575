"""A run before it starts: its parameters checked, its report named, and all that it is made from as one hash."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.studies.catalogue import PACKAGE, file_state, find_study, project_root, resolve_processed
from fiscal_analysis.studies.files import report_name
from fiscal_analysis.studies.parameters import Parameter, check_parameters, parameters_of
from fiscal_analysis.studies.reading import one_district, select

__all__ = ["Plan", "plan_study", "require_tables"]

# What a report's bytes depend on beside the package itself.
_LIBRARIES = ("altair", "great-tables", "ipython", "nbconvert", "polars", "vl-convert-python")
_CODES = ("division_code", "division_codes")
_YEARS = ("year", "fiscal_year")


class Plan(NamedTuple):
    """A run that has been checked: nothing about its parameters can be wrong any more.

    `changed` are the parameters that differ from the notebook's, `told` are those that the report shows and its name
    is made of; `inputs` is the hash of notebook, package, data and parameters; `files` are the paths of the files among
    the parameters, of which the report tells the names only.
    """

    study: str
    notebook: Path
    changed: dict[str, Any]
    told: dict[str, Any]
    stem: str
    out: Path
    inputs: str
    districts: list[str]
    years: list[int]
    language: str = "en"
    files: tuple[str, ...] = ()


def plan_study(
    name: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    out: str | Path = "reports",
    processed: str | Path | None = None,
    language: str | None = None,
    named: bool = False,
) -> Plan:
    """Return the plan of a run; the arguments and errors are those of :func:`run_study`."""
    study = find_study(name)
    known = parameters_of(study.name)
    wanted: dict[str, Any] = dict(parameters or {})
    for key, value in (("language", language), ("processed", None if processed is None else str(processed))):
        if value is None:
            continue
        if key not in known:
            raise ContractError(f"study “{study.name}” takes no {key}; parameters: {', '.join(known) or 'none'}")
        if key in wanted:
            raise ContractError(f"study “{study.name}”: {key} is given twice, as an argument and among the parameters")
        wanted[key] = _relative(value) if key == "processed" else value
    checked = check_parameters(study.name, wanted)
    defaults = {key: _default(study.name, parameter, key in checked) for key, parameter in known.items()}
    changed = {key: value for key, value in checked.items() if value != defaults[key]}
    folder = resolve_processed(checked.get("processed"))
    require_tables(folder)
    _require_documents(study.name, folder, checked, defaults)
    files = {key: path for key in known if known[key].type == "file" and (path := (defaults | checked)[key])}
    names = {key: Path(path).name for key, path in files.items()}
    # Where tables and files lie is the machine's business; it neither names a report nor stands in it.
    told = {key: names.get(key, value) for key, value in (checked if named else changed).items() if key != "processed"}
    stem = report_name(study.name, told) if told or not named else f"{study.name}--defaults"
    districts, years = _scope(folder, defaults | checked)
    given = {key: names.get(key, value) for key, value in changed.items() if key != "processed"}
    inputs = _inputs(study.path, folder, given, told, files)
    spoken = (defaults | checked).get("language", "en")
    place, paths = Path(out).absolute(), tuple(sorted(set(files.values())))
    return Plan(study.name, study.path, changed, told, stem, place, inputs, districts, years, spoken, paths)


def _default(study: str, parameter: Parameter, overridden: bool) -> Any:
    """Return a parameter's default; of a file its path, and the file must be there where it is to be used."""
    if parameter.type != "file" or not parameter.default:
        return parameter.default
    path = project_root() / parameter.default
    if not overridden and not path.is_file():
        raise ContractError(
            f"study “{study}”: the file of parameter “{parameter.name}” is not there: {path}. "
            f"Put it there, or name another one: -p {parameter.name} FILE"
        )
    return str(path)


def require_tables(folder: Path) -> None:
    """Refuse a folder without processed tables."""
    missing = [name for name in ("documents", "facts") if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise SourceError(
            f"{folder}: there is no {' and no '.join(f'{name}.parquet' for name in missing)}; "
            "write the processed tables first (fiscal parse, or make studies)"
        )


def _relative(path: str) -> str:
    """Return a path inside the project relative to it, so that a report does not carry a machine's folders."""
    absolute = Path(path).absolute()
    root = project_root()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else str(absolute)


# --- which districts and years a run is of --------------------------------------------------------------------------


def _rows(folder: Path) -> pl.DataFrame | None:
    """Return the districts and years of the tables, None where the tables do not have them."""
    return _rows_of(file_state(folder / "documents.parquet"), file_state(folder / "facts.parquet"))


@lru_cache(maxsize=4)
def _rows_of(documents_state: tuple[str, int, int, int], facts_state: tuple[str, int, int, int]) -> pl.DataFrame | None:
    documents, facts = pl.scan_parquet(documents_state[0]), pl.scan_parquet(facts_state[0])
    wanted = {"doc_id", "division_code", "fiscal_year"}
    columns = set(documents.collect_schema().names())
    if not wanted <= columns or not wanted <= set(facts.collect_schema().names()):
        return None
    # The years of a document that does not state its own are those of its figures.
    of_figures = facts.group_by("doc_id", pl.col("fiscal_year").alias("of figures")).len("figures")
    names = [pl.col(name) for name in ("county", "issuer") if name in columns]
    return (
        documents.join(of_figures, on="doc_id", how="left")
        .select(
            "division_code",
            pl.coalesce("fiscal_year", "of figures"),
            pl.coalesce(*names, pl.lit("")).alias("name"),
            pl.col("figures").fill_null(0),
        )
        .group_by("division_code", "fiscal_year", "name", maintain_order=True)
        .agg(pl.col("figures").sum())
        .collect()
    )


def _require_documents(study: str, folder: Path, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Refuse districts and years of which the tables hold nothing, before a process is started for them."""
    codes: list[str] = given.get("division_codes") or []
    first, last = given.get("year_from"), given.get("year_to")
    # A year is one of the documents where the study is about one district; elsewhere it may be any year.
    one = "division_code" in defaults and any(given.get(key) is not None for key in ("division_code", "year"))
    if not codes and first is None and last is None and not one:
        return
    if (rows := _rows(folder)) is None:
        return
    try:
        select(rows, codes, first, last)
        if one:
            values = {**defaults, **given}
            one_district(rows, values["division_code"], values.get("year"))
    except ContractError as error:
        raise ContractError(f"study “{study}”: {error}") from None


def _scope(folder: Path, given: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    """Return the districts (name and code) and the years that a run is of, for the search over reports."""
    if (rows := _rows(folder)) is None:
        return [], []
    if {"division_code", "year"} <= given.keys():
        # A page about one district is of one district and year, also where neither is named.
        with suppress(ContractError):
            code, year = one_district(rows, given["division_code"], given["year"])
            given = {**given, "division_code": code, "year": year}
    codes = [code for key in _CODES for code in _listed(given.get(key))]
    if codes:
        rows = rows.filter(pl.col("division_code").is_in(codes))
    years = [year for key in _YEARS for year in _listed(given.get(key)) if isinstance(year, int)]
    if years:
        rows = rows.filter(pl.col("fiscal_year").is_in(years))
    if (first := given.get("year_from")) is not None:
        rows = rows.filter(pl.col("fiscal_year") >= first)
    if (last := given.get("year_to")) is not None:
        rows = rows.filter(pl.col("fiscal_year") <= last)
    named = rows.filter(pl.col("division_code").is_not_null()).unique("division_code", maintain_order=True)
    pairs = named.select("name", "division_code").sort("division_code").rows()
    return [f"{name} {code}".strip() for name, code in pairs], rows[
        "fiscal_year"
    ].drop_nulls().unique().sort().to_list()


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value in (None, "") else [value]


# --- what a report is made from -------------------------------------------------------------------------------------


def _inputs(
    notebook: Path, folder: Path, changed: Mapping[str, Any], told: Mapping[str, Any], files: Mapping[str, str]
) -> str:
    tables = sorted(folder.glob("*.parquet"))
    parts = [
        _package(),
        hashlib.sha256(notebook.read_bytes()).hexdigest(),
        *(f"{path.name} {_content(file_state(path))}" for path in tables),
        *(f"{name} {_content(file_state(path))}" for name, path in sorted(_beside(notebook).items())),
        *(f"parameter {key} {_content(file_state(Path(path)))}" for key, path in files.items()),
        json.dumps([changed, told], ensure_ascii=False, sort_keys=True),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _beside(notebook: Path) -> dict[str, Path]:
    """Return what a notebook may use without naming it as a parameter: modules that it can import, corrections.

    All modules in its folder, and those in the project's folder itself: which of them it imports, and what these
    import, shows only when it runs.
    """
    folder, root = notebook.parent, project_root()
    modules = [path.relative_to(folder) for path in folder.rglob("*.py")]
    found = {
        f"notebooks/{path.as_posix()}": folder / path
        for path in modules
        if not any(part.startswith(".") for part in path.parts)
    }
    return found | {
        path.relative_to(root).as_posix(): path
        for path in (*root.glob("*.py"), *root.glob("data/corrections*"))
        if path.is_file()
    }


@lru_cache(maxsize=256)
def _content(state: tuple[str, int, int, int]) -> str:
    with Path(state[0]).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def _package() -> str:
    """Return a hash of the package as it runs: its files, Python, and the libraries that draw and write."""
    digest = hashlib.sha256(sys.version.encode())
    for library in _LIBRARIES:
        try:
            digest.update(f"{library} {version(library)}\n".encode())
        except PackageNotFoundError:
            continue
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0")
            digest.update(_content(file_state(path)).encode())
    return digest.hexdigest()
