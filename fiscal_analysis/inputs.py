"""Which documents a run is over: files and folders, what the manifest says of them, and what each is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fiscal_analysis.errors import AmbiguityError, FiscalAnalysisError, SourceError
from fiscal_analysis.manifest import MANIFEST, Entry, read_manifest

__all__ = ["Failure", "Source", "failure", "find_sources"]

# Documents by their suffix that no reader of the package takes: they are listed as failed, not passed over.
_UNREAD = frozenset(
    f".{kind}"
    for kind in (
        *("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "html", "htm", "mht"),
        *("wps", "et", "rtf", "odt", "ods", "ofd", "caj"),
        *("jpg", "jpeg", "png", "tif", "tiff", "zip", "rar", "7z"),
    )
)
_REMEDY = re.compile(r"\. (?=[A-Z`])")


class Source(NamedTuple):
    """One document to be read. `file` is its name in the tables, relative to the folder that was given."""

    path: Path
    file: str
    doc_id: str
    entry: Entry | None = None


class Failure(NamedTuple):
    """One input that could not be processed. Columns as in ``failures.csv``."""

    file: str
    error: str
    reason: str
    remedy: str | None

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}." + (f" {self.remedy}" if self.remedy else "")


def failure(file: str, error: Exception, path: Path | None = None) -> Failure:
    """Return what the list of failures says of an error: the message's first sentence, and its remedy."""
    text = str(error)
    for shown in (str(path), file):
        text = text.removeprefix(f"{shown}: ").removeprefix(f"{shown}, ")
    if not isinstance(error, FiscalAnalysisError):
        place = ""
        trace = error.__traceback__
        while trace is not None:
            place = f" ({Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno})"
            trace = trace.tb_next
        reason = f"unexpected {type(error).__name__}: {text or 'no message'}{place}"
        return Failure(file, type(error).__name__, reason, "This is a defect of the package: please report it.")
    parts = _REMEDY.split(text, maxsplit=1)
    remedy = parts[1] if len(parts) > 1 else None
    return Failure(file, type(error).__name__, parts[0].rstrip("."), remedy)


def _is_candidate(path: Path) -> bool:
    """Tell whether a file of a folder is meant as a document: no manifest, no README, nothing hidden."""
    return path.name != MANIFEST and path.stem.lower() != "readme" and not path.name.startswith(".")


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and of its folders, sorted by their path, hidden ones left out."""
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise SourceError(f"{folder}: cannot be read ({error.strerror}). Check the permissions.") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if entry.is_symlink() and folder.resolve().is_relative_to(entry.resolve()):
                continue  # a link to a folder above: it would never end
            yield from _walk(entry)
        elif entry.is_file():
            yield entry


def _in_folder(folder: Path, listed: dict[str, Entry], suffixes: Sequence[str]) -> tuple[list[Source], list[Failure]]:
    sources, failures = [], []
    manifests = {folder: listed}
    present = set()
    for path in _walk(folder):
        file = path.relative_to(folder).as_posix()
        entry = listed.get(file)
        present.add(file)
        if entry is None and path.parent != folder:
            if path.parent not in manifests:
                manifests[path.parent] = _manifest_of(path.parent)
            entry = manifests[path.parent].get(path.name)
        suffix = path.suffix.lower()
        if entry is not None or (_is_candidate(path) and (suffix in suffixes or suffix in _UNREAD)):
            sources.append(Source(path, file, (entry and entry.doc_id) or path.stem, entry))
    for file in sorted(set(listed) - present):
        missing = SourceError(
            f"{file}: is listed in {MANIFEST}, but there is no such file in the folder. "
            f"Put the file back, or remove its row from {MANIFEST}."
        )
        failures.append(failure(file, missing))
    if not sources and not failures:
        nothing = SourceError(
            f"{folder}: holds no document. Supported are files of type {', '.join(suffixes)}; check the path."
        )
        failures.append(failure(str(folder), nothing))
    return sources, failures


def _manifest_of(folder: Path) -> dict[str, Entry]:
    return read_manifest(folder / MANIFEST) if (folder / MANIFEST).is_file() else {}


def find_sources(
    paths: str | Path | Iterable[str | Path], manifest: str | Path | None = None
) -> tuple[list[Source], list[Failure]]:
    """Find the documents that some paths name.

    Parameters
    ----------
    paths : str, Path or iterable of them
        Files, or folders; of a folder every file of a supported type, folders in it included.
    manifest : str or Path, optional
        The manifest of all of them; by default each folder's own ``manifest.csv``, where it has one.

    Returns
    -------
    sources : list of Source
        Sorted by `doc_id`.
    failures : list of Failure
        What is not there, and documents that would share a `doc_id`.

    Raises
    ------
    SourceError
        If a manifest cannot be understood.
    """
    from fiscal_analysis.readers import SUFFIXES

    given = [paths] if isinstance(paths, str | Path) else list(paths)
    common = None if manifest is None else read_manifest(manifest)
    found: dict[Path, Source] = {}
    failures: list[Failure] = []
    for path in map(Path, given):
        if path.is_dir():
            listed = _manifest_of(path) if common is None else common
            sources, missing = _in_folder(path, listed, SUFFIXES)
            failures += missing
        else:
            # What is no file stays in the list: the reader says why it cannot be opened.
            listed = _manifest_of(path.parent) if common is None else common
            entry = listed.get(path.name)
            sources = [Source(path, path.name, (entry and entry.doc_id) or path.stem, entry)]
        for source in sources:
            found.setdefault(source.path.resolve(), source)
    return _with_own_names(found.values(), failures)


def _with_own_names(sources: Iterable[Source], failures: list[Failure]) -> tuple[list[Source], list[Failure]]:
    """Take out documents that would share a name: which of them a figure is of could not be told."""
    by_name: dict[str, list[Source]] = {}
    for source in sources:
        by_name.setdefault(source.doc_id, []).append(source)
    single = []
    for doc_id, group in sorted(by_name.items()):
        if len(group) == 1:
            single.append(group[0])
            continue
        for source in group:
            others = ", ".join(str(other.path) for other in group if other is not source)
            shared = AmbiguityError(
                f"{source.file}: would be called {doc_id!r} like {others}. Rename one of the files, or give each a "
                f"doc_id of its own in {MANIFEST}; of one disclosure in two formats, leave one out."
            )
            failures.append(failure(source.file, shared))
    return single, failures
