"""Where the studies lie and what they say of themselves."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fiscal_analysis.errors import ContractError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

__all__ = [
    "Study",
    "data_fingerprint",
    "describe",
    "file_state",
    "find_study",
    "list_studies",
    "project_root",
    "read_notebook",
    "resolve_processed",
    "spoken",
]

PACKAGE = Path(__file__).resolve().parent.parent

LANGUAGES = ("en", "zh")
"""Languages of reports. A cell of prose tagged with one of them is for its readers only; any other is for all."""


class Study(NamedTuple):
    """A study: its name (the notebook's stem), title and summary (its first heading and the paragraph below it)."""

    name: str
    title: str
    summary: str
    path: Path


def project_root() -> Path:
    """Return the folder that holds ``notebooks/`` and ``data/``.

    It is the package's own project where the package is used from a checkout; else the current directory or the
    nearest one above it that holds a folder ``notebooks``; else the current directory.
    """
    if (PACKAGE.parent / "notebooks").is_dir() and (PACKAGE.parent / "pyproject.toml").is_file():
        return PACKAGE.parent
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "notebooks").is_dir()), here)


def resolve_processed(processed: str | Path | None = None) -> Path:
    """Return the folder of the processed tables; a relative path is relative to the project, wherever one runs.

    Parameters
    ----------
    processed : str or Path, optional
        ``data/processed`` by default.

    Returns
    -------
    pathlib.Path
        An absolute path.
    """
    return project_root() / Path(processed or "data/processed")


def _folders() -> list[Path]:
    """Return where notebooks may lie: the project first, then what is shipped inside an installed package."""
    return [folder for folder in (project_root() / "notebooks", PACKAGE / "notebooks") if folder.is_dir()]


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook's JSON, cell sources joined to one string each.

    Raises
    ------
    SourceError
        If the file is missing or is no notebook.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
        for cell in cells:
            source = cell["source"]
            cell["source"] = source if isinstance(source, str) else "".join(source)
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such notebook") from None
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"{path}: not a notebook in the format of Jupyter 4 ({error}); open and save it in Jupyter"
        ) from error
    return dict(notebook)


def spoken(cell: Mapping[str, Any], language: str) -> bool:
    """Return whether a cell is for readers of a language: prose tagged with another one is not."""
    tags = set(cell.get("metadata", {}).get("tags", []))
    return cell["cell_type"] != "markdown" or not tags & set(LANGUAGES) or language in tags


def describe(notebook: Mapping[str, Any], name: str, language: str = "en") -> tuple[str, str]:
    """Return a notebook's title (its first heading) and summary (the first paragraph after it)."""
    title, summary = name, ""
    for cell in notebook["cells"]:
        if cell["cell_type"] != "markdown" or not spoken(cell, language):
            continue
        for block in cell["source"].split("\n\n"):
            block = block.strip()
            if block.startswith("# ") and title == name:
                heading, _, rest = block.partition("\n")
                title = heading[2:].strip()
                summary = rest.strip()
            elif block and not block.startswith("#") and not summary and title != name:
                summary = block
            if title != name and summary:
                return title, " ".join(summary.split()).strip("*_")
    return title, summary


def list_studies() -> list[Study]:
    """Return the studies there are, in the order of their names.

    A notebook counts as a study when one of its cells is tagged ``parameters``.
    """
    found: dict[str, Study] = {}
    for folder in _folders():
        for path in sorted(folder.glob("*.ipynb")):
            if path.stem not in found and (study := _study_of(file_state(path))) is not None:
                found[path.stem] = study
    return [found[name] for name in sorted(found)]


def file_state(path: Path) -> tuple[str, int, int, int]:
    """Return what tells a file from what it was before: a key for what has been made of its content.

    Raises
    ------
    SourceError
        If there is no such file.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    return str(path), found.st_size, found.st_mtime_ns, found.st_ino


# A batch asks for the same few notebooks with each of its sets, and a published notebook is large.
@lru_cache(maxsize=256)
def _study_of(state: tuple[str, int, int, int]) -> Study | None:
    path = Path(state[0])
    notebook = read_notebook(path)
    if any("parameters" in cell.get("metadata", {}).get("tags", []) for cell in notebook["cells"]):
        return Study(path.stem, *describe(notebook, path.stem), path)
    return None


def find_study(name: str) -> Study:
    """Return a study by its name.

    Raises
    ------
    ContractError
        If there is none of that name; the message lists those that there are and names the closest.
    """
    studies = {study.name: study for study in list_studies()}
    stem = name.removesuffix(".ipynb")
    if stem in studies:
        return studies[stem]
    if not studies:
        looked = project_root() / "notebooks"
        raise ContractError(f"study “{name}”: there are no studies in {looked}; run from the project's folder")
    raise ContractError(f"there is no study “{name}”{closest(stem, studies) or '.'} Studies: {', '.join(studies)}")


def closest(name: str, known: Iterable[str]) -> str:
    """Return “; did you mean …?” with the closest known name, or nothing where none is close."""
    from difflib import get_close_matches

    matches = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean “{matches[0]}”?" if matches else ""


def data_fingerprint(documents: pl.DataFrame, *tables: pl.DataFrame) -> str:
    """Return sixteen hexadecimal digits that name the content of the data of a study.

    They change with any document's bytes and with any cell of the tables (facts, indicators), and with nothing else:
    neither with the order of rows or columns nor with the version of a library that writes Parquet.
    """
    digest = hashlib.sha256()
    known = [column for column in ("doc_id", "sha256") if column in documents.columns]
    for frame in (documents.select(known), *tables):
        columns = sorted(frame.columns)
        digest.update(frame.select(columns).sort(columns).write_csv().encode() + b"\x1e")
    return digest.hexdigest()[:16]
