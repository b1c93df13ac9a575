"""From a study's name to its report: check, execute, write; and the index over all reports."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import polars as pl

from fiscal_analysis.errors import ContractError, FiscalAnalysisError, SourceError
from fiscal_analysis.studies.catalogue import find_study, list_studies, project_root, resolve_processed
from fiscal_analysis.studies.execution import execute
from fiscal_analysis.studies.files import report_name, write_atomically
from fiscal_analysis.studies.page import Page, index_html, page_of, preview_of, study_html, write_assets
from fiscal_analysis.studies.parameters import check_parameters, parameters_of
from fiscal_analysis.studies.reading import select

__all__ = ["Failure", "StudyResult", "publish_study", "run_all", "run_study", "write_index", "write_report"]


class StudyResult(NamedTuple):
    """A finished study: what ran, with which parameters, where its report lies, and how long it took (seconds)."""

    name: str
    title: str
    parameters: dict[str, Any]
    html: Path
    notebook: Path
    charts: int
    tables: int
    seconds: float


class Failure(NamedTuple):
    """A study that did not finish, and why."""

    name: str
    reason: str


def run_study(
    name: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    out: str | Path = "reports",
    processed: str | Path | None = None,
    language: str | None = None,
    index: bool = True,
    named: bool = False,
) -> StudyResult:
    """Run one study and write its report.

    Parameters
    ----------
    name : str
        A study's name, ``subsidy_cost``; :func:`list_studies` lists them.
    parameters : mapping, optional
        Values for the study's parameters; :func:`parameters_of` lists them. Text is read as the declared type.
    out : str or Path
        Where to write: ``NAME.html`` and the executed ``NAME.ipynb``, the parameters in the file's name where there
        are any, and ``index.html`` over all reports there. A relative path is relative to the current directory.
    processed : str or Path, optional
        The folder of the processed tables; the project's ``data/processed`` by default.
    language : str, optional
        ``en`` or ``zh``, for studies that have a parameter ``language``.
    index : bool
        Whether to write the index anew.
    named : bool
        Whether the report's name has every parameter given, those that equal the defaults as well; the report of the
        study with its defaults is never overwritten then.

    Returns
    -------
    StudyResult

    Raises
    ------
    ContractError
        For an unknown study, a parameter that is unknown, of the wrong type or out of its range, or districts and years
        of which there is no document; nothing has run then.
    SourceError
        If the processed tables are missing.
    StudyError
        If a cell of the notebook fails. The report of an earlier run is left as it was.
    """
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
    changed = {key: value for key, value in checked.items() if value != known[key].default}
    folder = resolve_processed(checked.get("processed"))
    _require_tables(folder)
    _require_documents(study.name, folder, checked)
    begun = time.perf_counter()
    executed = execute(study.path, changed, folder=project_root())
    # Where the tables lie is the machine's business; it neither names a report nor stands in it.
    told = {key: value for key, value in (checked if named else changed).items() if key != "processed"}
    target, page = write_report(executed, study.name, told, Path(out), stem=_stem(study.name, told) if named else None)
    if index:
        write_index(Path(out))
    seconds = time.perf_counter() - begun
    return StudyResult(
        study.name,
        page.title,
        told,
        target,
        target.with_suffix(".ipynb"),
        page.charts,
        page.tables,
        seconds,
    )


def write_report(
    executed: nbformat.NotebookNode, study: str, parameters: Mapping[str, Any], out: Path, stem: str | None = None
) -> tuple[Path, Page]:
    """Write an executed notebook and its page into a folder of reports; return the page's path and the page."""
    stem = stem or report_name(study, parameters)
    executed.metadata["fiscal_analysis"] = {"study": study, "parameters": dict(parameters)}
    page = page_of(executed, study)
    write_assets(out)
    write_atomically(out / f"{stem}.ipynb", notebook_text(executed))
    target = out / f"{stem}.html"
    write_atomically(target, study_html(page, parameters=dict(parameters), notebook=f"{stem}.ipynb"))
    return target, page


def run_all(
    names: Iterable[str] | None = None,
    *,
    out: str | Path = "reports",
    processed: str | Path | None = None,
    language: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[list[StudyResult], list[Failure]]:
    """Run studies one after the other, each isolated from the others, and write the index over all reports.

    Parameters
    ----------
    names : iterable of str, optional
        Which studies; all by default. Unknown names are refused before the first one runs.
    out, processed, language
        As for :func:`run_study`; `language` goes to the studies that have it.
    progress : callable, optional
        Called with a study's name when it is done or has failed.

    Returns
    -------
    tuple
        The results, and the failures with their reasons.
    """
    chosen = [find_study(name) for name in names] if names is not None else list_studies()
    results: list[StudyResult] = []
    failures: list[Failure] = []
    for study in chosen:
        spoken = language if "language" in parameters_of(study.name) else None
        try:
            results.append(run_study(study.name, out=out, processed=processed, language=spoken, index=False))
        except FiscalAnalysisError as error:
            failures.append(Failure(study.name, str(error)))
        if progress is not None:
            progress(study.name)
    write_index(Path(out))
    return results, failures


def publish_study(name: str) -> Path:
    """Execute a study with its default parameters and store the outputs in the notebook itself, in ``notebooks/``.

    Returns
    -------
    pathlib.Path
        The notebook's path. It is replaced whole, or not at all.
    """
    study = find_study(name)
    _require_tables(resolve_processed(parameters_of(name)["processed"].default))
    executed = execute(study.path, {}, folder=project_root())
    write_atomically(study.path, notebook_text(executed))
    return study.path


def write_index(out: Path) -> Path:
    """Write ``index.html`` over all reports in `out`, and return its path."""
    entries: list[dict[str, Any]] = []
    for path in sorted(out.glob("*.ipynb")):
        page_file = path.with_suffix(".html")
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        about = notebook.metadata.get("fiscal_analysis")
        if about is None or not page_file.is_file():
            continue
        entries.append(
            {
                "page": page_of(notebook, about["study"], preview=True),
                "preview": preview_of(page_file.read_text(encoding="utf-8")),
                "href": page_file.name,
                "notebook": path.name,
                "parameters": dict(about["parameters"]),
            }
        )
    target = out / "index.html"
    write_assets(out)
    write_atomically(target, index_html(entries))
    return target


def notebook_text(notebook: nbformat.NotebookNode) -> str:
    """Return a notebook as it is stored: sorted keys, Chinese as it is, one line end at the end."""
    # nbformat splits long strings into lists of lines, which makes differences readable.
    split = nbformat.v4.rwbase.split_lines(nbformat.from_dict(json.loads(json.dumps(notebook))))  # type: ignore[no-untyped-call]
    return json.dumps(split, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _require_tables(folder: Path) -> None:
    missing = [name for name in ("documents", "facts") if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise SourceError(
            f"{folder}: there is no {' and no '.join(f'{name}.parquet' for name in missing)}; "
            "write the processed tables first (fiscal parse, or make studies)"
        )


def _require_documents(study: str, folder: Path, given: Mapping[str, Any]) -> None:
    """Refuse districts and years of which the tables hold nothing, before a kernel is started for them."""
    codes: list[str] = given.get("division_codes") or []
    first, last = given.get("year_from"), given.get("year_to")
    if not codes and first is None and last is None:
        return
    documents, facts = (pl.scan_parquet(folder / f"{name}.parquet") for name in ("documents", "facts"))
    wanted = {"doc_id", "division_code", "fiscal_year"}
    if not all(wanted <= set(table.collect_schema().names()) for table in (documents, facts)):
        return
    # The years of a document that does not state its own are those of its figures.
    of_figures = facts.select("doc_id", pl.col("fiscal_year").alias("of figures")).unique()
    rows = (
        documents.join(of_figures, on="doc_id", how="left")
        .select("division_code", pl.coalesce("fiscal_year", "of figures"))
        .unique()
        .collect()
    )
    try:
        select(rows, codes, first, last)
    except ContractError as error:
        raise ContractError(f"study “{study}”: {error}") from None


def _stem(study: str, parameters: Mapping[str, Any]) -> str:
    """Return the name of a report that is one of many: never the bare name of the study."""
    return report_name(study, parameters) if parameters else f"{study}--defaults"


def _relative(path: str) -> str:
    """Return a path inside the project relative to it, so that a report does not carry a machine's folders."""
    absolute = Path(path).absolute()
    root = project_root()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else str(absolute)
