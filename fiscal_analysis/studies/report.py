"""What is written of an executed notebook: page, notebook, charts and tables as files; all of it, or nothing.

Beside ``NAME.html`` and ``NAME.ipynb`` a report has a folder ``NAME_files``: charts as SVG and PNG, tables as CSV, all
tables in one workbook, and ``report.json``, which says what the report is of and what it was made from.

What is guaranteed, at whatever moment a run is killed:

- Page and notebook are each whole, of the run before or of the new one; so is the folder of files where the system can
  exchange two folders in one step (Linux, macOS). Elsewhere it is missing between two renames.
- A report is written beside the old one first, and takes its place in three steps: folder, notebook, page. Until the
  first of them the old report is complete; from the last on the new one is. In between, which takes well below a
  thousandth of a second, a page that is opened shows what it has shown before, for its charts and tables stand in it;
  only the files that it links are of the new run.
- Page, notebook and ``report.json`` carry the same hash of the whole report. Where a run was killed in between they do
  not agree: the report is not complete, is not in the index, and is made again by the next call.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import polars as pl

from fiscal_analysis.charts.renderer import draw, png_of
from fiscal_analysis.charts.tables import TABLE_MIME
from fiscal_analysis.errors import SourceError
from fiscal_analysis.store import table_csv
from fiscal_analysis.studies.catalogue import LANGUAGES, spoken
from fiscal_analysis.studies.files import owner_of, owner_words, report_name, write_atomically
from fiscal_analysis.studies.page import (
    Page,
    index_html,
    index_name,
    page_of,
    preview_of,
    study_html,
    unlinked,
    write_assets,
)
from fiscal_analysis.swap import exchange_folders

__all__ = ["Report", "complete", "notebook_text", "read_report", "sweep", "write_index", "write_report"]

ABOUT = "report.json"
_STAGING = ".new-"
_STALE_SECONDS = 24 * 3600.0
_SHEET = re.compile(r"[\[\]:*?/\\']")
_DATE = (1980, 1, 1, 0, 0, 0)
# Where the hash of the report stands in page and notebook; long enough to be nothing else.
_UNHASHED = b"hash-of-this-report-" + b"0" * 44
# The page has it near its beginning, the notebook near its end.
_HASH_WITHIN = 2000


class Report(NamedTuple):
    """A written report, as its ``report.json`` tells it: what it is of, what it was made from, which files it has.

    `inputs` is the hash of what it was made from, `content` the hash of what was written; `files` are the sizes.
    """

    study: str
    title: str
    summary: str
    parameters: dict[str, Any]
    inputs: str
    content: str
    districts: list[str]
    years: list[int]
    charts: int
    tables: int
    figures: str
    preview: str
    files: dict[str, int]
    language: str = "en"


def folder_of(out: Path, stem: str) -> Path:
    """Return where the files of a report lie."""
    return out / f"{stem}_files"


def complete(executed: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """Draw the charts of an executed notebook, in place, and take the data of its tables out of it.

    Returns
    -------
    list of dict
        For each table, in order: ``name``, ``title``, ``columns``, which of them are ``numbers``, and ``rows``.
    """
    tables = []
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                if (data := output.data.pop(TABLE_MIME, None)) is not None:
                    tables.append(data)
                draw(output.data)
    return tables


def write_report(
    executed: nbformat.NotebookNode,
    study: str,
    parameters: Mapping[str, Any],
    out: Path,
    stem: str | None = None,
    *,
    inputs: str = "",
    districts: Sequence[str] = (),
    years: Sequence[int] = (),
    language: str = "en",
) -> tuple[Path, Page]:
    """Write an executed notebook into a folder of reports.

    Parameters
    ----------
    executed : nbformat.NotebookNode
        As :func:`execute` gives it.
    study, parameters
        What was run.
    out : Path
        The folder of the reports.
    stem : str, optional
        The report's name; made of the study and the parameters by default.
    inputs : str
        A hash of all that the report was made from.
    districts, years
        What the report is of, for the index.
    language : str
        Its language; prose for readers of another one is left out.

    Returns
    -------
    tuple
        The page's path, and the page.
    """
    stem = stem or report_name(study, parameters)
    tables = complete(executed)
    # Sorted keys: the name of the hash stands behind the parameters, near the end of the file.
    executed.metadata["fiscal_analysis"] = {
        "study": study,
        "parameters": dict(parameters),
        "report": _UNHASHED.decode(),
    }
    executed.cells = [cell for cell in executed.cells if spoken(cell, language)]
    page = page_of(executed, study, language)
    content = _figures(executed) | _tables(tables)
    links = [f"{stem}_files/{name}" for name in content]
    chosen = {key: value for key, value in parameters.items() if key != "language"}
    html = study_html(page, parameters=chosen, notebook=f"{stem}.ipynb", files=links, language=language)
    html = html.replace("<head>", f'<head>\n<meta name="report" content="{_UNHASHED.decode()}">', 1)
    write_assets(out)
    content = {f"{stem}_files/{name}": data for name, data in content.items()}
    content |= {f"{stem}.ipynb": notebook_text(executed).encode(), f"{stem}.html": html.encode()}
    digest = hashlib.sha256()
    for name, data in content.items():
        digest.update(f"{name} {len(data)}\n".encode() + data)
    for name in (f"{stem}.ipynb", f"{stem}.html"):
        content[name] = content[name].replace(_UNHASHED, digest.hexdigest().encode())
    about = Report(
        study,
        page.title,
        page.summary,
        dict(parameters),
        inputs,
        digest.hexdigest(),
        list(districts),
        list(years),
        page.charts,
        page.tables,
        page.figures,
        # A report of a batch is one line of the index.
        "" if chosen else preview_of(html),
        {name: len(data) for name, data in content.items()},
        language,
    )
    _put(content, about, out, stem)
    return out / f"{stem}.html", page


def _put(content: Mapping[str, bytes], about: Report, out: Path, stem: str) -> None:
    """Write the files of a report aside, then move them in, the page after all that it shows; see above."""
    staging = Path(tempfile.mkdtemp(prefix=f"{_STAGING}{owner_words()}", dir=out))
    try:
        files = folder_of(staging, stem)
        files.mkdir()
        for name, data in content.items():
            (staging / name).write_bytes(data)
        told = json.dumps(about._asdict(), ensure_ascii=False, sort_keys=True, indent=1) + "\n"
        (files / ABOUT).write_text(told, encoding="utf-8", newline="\n")
        _take_place(files, folder_of(out, stem), staging)
        for name in (f"{stem}.ipynb", f"{stem}.html"):
            (staging / name).replace(out / name)
    except OSError as error:
        raise SourceError(
            f"{out}: the report {stem} cannot be written ({error.strerror}). Close its files, or choose another folder."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _take_place(files: Path, target: Path, staging: Path) -> None:
    """Put a folder where another may be; that one goes to `staging`, with which it is removed."""
    if target.is_dir() and exchange_folders(files, target):
        return
    for turn in range(10):
        try:
            files.rename(target)
            return
        except OSError:
            if turn == 9:
                raise
            # What is there goes, whoever has put it there; it may go by itself meanwhile.
            with suppress(OSError):
                target.rename(staging / f"old-{turn}")


def read_report(out: Path, stem: str) -> Report | None:
    """Return what a report says of itself, None where it is not complete, or is made up of two."""
    try:
        report = Report(**json.loads((folder_of(out, stem) / ABOUT).read_bytes()))
        if all((out / name).stat().st_size == size for name, size in report.files.items()):
            mark = report.content.encode()
            with (out / f"{stem}.html").open("rb") as page, (out / f"{stem}.ipynb").open("rb") as notebook:
                notebook.seek(max(0, report.files[f"{stem}.ipynb"] - _HASH_WITHIN))
                if mark and mark in page.read(_HASH_WITHIN) and mark in notebook.read():
                    return report
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        pass
    return None


def sweep(out: Path) -> None:
    """Remove what runs that were killed have left in a folder of reports."""
    for left in [*out.glob(f"{_STAGING}*"), *out.glob(".*.part"), *out.glob("*_files/.*.part")]:
        with suppress(OSError):
            owner = owner_of(left.name)
            # Of what belongs to another machine, only age tells that nobody writes it any more.
            dead = owner is not None and not _lives(owner)
            if dead or time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def _lives(pid: int) -> bool:
    if os.name != "posix":
        return True  # asking would end it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def notebook_text(notebook: nbformat.NotebookNode) -> str:
    """Return a notebook as it is stored: sorted keys, Chinese as it is, one line end at the end."""
    # nbformat splits long strings into lists of lines, which makes differences readable.
    split = nbformat.v4.rwbase.split_lines(nbformat.from_dict(json.loads(json.dumps(notebook))))  # type: ignore[no-untyped-call]
    return json.dumps(split, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


# --- charts and tables as files -------------------------------------------------------------------------------------


def _figures(executed: nbformat.NotebookNode) -> dict[str, bytes]:
    drawings = [
        output.data["image/svg+xml"]
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if "image/svg+xml" in output.get("data", {})
    ]
    files: dict[str, bytes] = {}
    for number, drawing in enumerate(drawings, start=1):
        svg = drawing if isinstance(drawing, str) else "".join(drawing)
        # Links lead to places of the page.
        files[f"figure-{number}.svg"] = unlinked(svg).encode()
        files[f"figure-{number}.png"] = png_of(svg)
    return files


def _tables(tables: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for number, table in enumerate(tables, start=1):
        name = re.sub(r"[^\w-]+", "-", table["name"]).strip("-")[:40]
        files[f"table-{number}-{name}.csv"] = table_csv(_frame(table))
    return files | ({"tables.xlsx": _workbook(tables)} if tables else {})


def _frame(table: Mapping[str, Any]) -> pl.DataFrame:
    columns = zip(*table["rows"], strict=True) if table["rows"] else [()] * len(table["columns"])
    series = [
        pl.Series(heading, list(values), strict=False) if number else pl.Series(heading, list(values), dtype=pl.String)
        for heading, number, values in zip(table["columns"], table["numbers"], columns, strict=True)
    ]
    return pl.DataFrame(series)


def _workbook(tables: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a workbook with a sheet for each table and a first one that names them; the same bytes each time."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    bold = Font(bold=True)

    def cell(sheet: Any, value: Any, *, head: bool = False) -> Any:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        made.data_type = "s"  # text stays text: nothing that a document says is a formula
        if head:
            made.font = bold
        return made

    names: list[str] = []
    for number, table in enumerate(tables, start=1):
        names.append(_SHEET.sub("-", f"{number} {table['name']}")[:31])
    contents = book.create_sheet("Contents")
    contents.column_dimensions["A"].width = 28
    contents.column_dimensions["B"].width = 80
    contents.append([cell(contents, "Sheet", head=True), cell(contents, "Table", head=True)])
    for name, table in zip(names, tables, strict=True):
        contents.append([cell(contents, name), cell(contents, table["title"])])
    for name, table in zip(names, tables, strict=True):
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for place in range(len(table["columns"])):
            sheet.column_dimensions[_letters(place)].width = 22
        sheet.append([cell(sheet, heading, head=True) for heading in table["columns"]])
        for row in table["rows"]:
            sheet.append([cell(sheet, value) for value in row])
    written = io.BytesIO()
    book.save(written)
    return _undated(written.getvalue())


def _letters(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place + 1))


def _undated(workbook: bytes) -> bytes:
    """Return a workbook that does not say when it was written."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"1980-01-01T00:00:00Z", data)
            made = zipfile.ZipInfo(entry.filename, _DATE)
            made.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(made, data)
    return kept.getvalue()


# --- the index ------------------------------------------------------------------------------------------------------


def write_index(out: Path) -> Path:
    """Write ``index.html`` over all complete reports in `out`, and ``index-zh.html`` in Chinese; return its path."""
    found = [(path.parent.name.removesuffix("_files"), path) for path in sorted(out.glob(f"*_files/{ABOUT}"))]
    entries = [(stem, report) for stem, _ in found if (report := read_report(out, stem)) is not None]
    write_assets(out)
    reports = [{"stem": stem, **report._asdict()} for stem, report in entries]
    for language in LANGUAGES:
        write_atomically(out / index_name(language), index_html(reports, language))
    return out / index_name("en")
