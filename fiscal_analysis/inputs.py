"""Which documents a run is over: files and folders, what the manifest says of them, and what each is called.

An archive stands for its members. What cannot be read becomes a `Failure`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from fiscal_analysis.errors import AmbiguityError, FiscalAnalysisError, SourceError
from fiscal_analysis.guard import Elsewhere
from fiscal_analysis.manifest import MANIFEST, Entry, check_hash, read_manifest
from fiscal_analysis.readers.archive import documents_in, find_member, read_member
from fiscal_analysis.readers.formats import SUFFIXES, is_document_name
from fiscal_analysis.readers.limits import DEFAULT, Limits

if TYPE_CHECKING:
    from fiscal_analysis.document import Document
    from fiscal_analysis.readers.archive import Archives

__all__ = ["Failure", "Source", "failure", "find_sources", "read_source"]

_REMEDY = re.compile(r"\. (?=[A-Z`])")


class Source(NamedTuple):
    """One document to be read. `file` is its name in the tables, relative to the folder that was given.

    Where the document is a member of an archive, `path` is the archive and `inside` leads to the member.
    """

    path: Path
    file: str
    doc_id: str
    entry: Entry | None = None
    inside: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """What messages call it: a path, through the archive where it lies in one."""
        return "/".join((str(self.path), *self.inside))


class Failure(NamedTuple):
    """One input that could not be processed. Columns as in ``failures.csv``."""

    file: str
    error: str
    reason: str
    remedy: str | None

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}." + (f" {self.remedy}" if self.remedy else "")


def failure(file: str, error: Exception, path: str = "") -> Failure:
    """Return what the list of failures says of an error: the message's first sentence, and its remedy."""
    text = str(error)
    for shown in filter(None, (path, file)):
        text = text.removeprefix(f"{shown}: ").removeprefix(f"{shown}, ")
    if not isinstance(error, FiscalAnalysisError):
        place = ""
        trace = error.__traceback__
        while trace is not None:
            place = f" ({Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno})"
            trace = trace.tb_next
        if isinstance(error.__cause__, Elsewhere):
            place = f" ({error.__cause__.place})"
        reason = f"unexpected {type(error).__name__}: {text or 'no message'}{place}"
        return Failure(file, type(error).__name__, reason, "This is a defect of the package: please report it.")
    parts = _REMEDY.split(text, maxsplit=1)
    remedy = parts[1] if len(parts) > 1 else None
    return Failure(file, type(error).__name__, parts[0].rstrip("."), remedy)


def _is_output(folder: Path) -> bool:
    """Return whether this package has written the folder: processed tables, or reports with their files."""
    package = folder / "datapackage.json"
    if package.is_file():
        return b'"fiscal-analysis-processed"' in package.read_bytes()[:200]
    return any(folder.glob("*_files/report.json"))


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and of its folders, sorted by their path.

    Hidden ones are left out, and folders that a run has written: tables and reports are no documents.
    """
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
            if not _is_output(entry):
                yield from _walk(entry)
        elif entry.is_file():
            yield entry


def _in_folder(folder: Path, listed: dict[str, Entry], limits: Limits) -> tuple[list[Source], list[Failure]]:
    sources: list[Source] = []
    failures: list[Failure] = []
    if _is_output(folder):
        ours = SourceError(
            f"{folder}: holds tables or reports that this package has written, no documents. "
            "Give the folder of the documents."
        )
        return [], [failure(str(folder), ours)]
    manifests = {folder: listed}
    present: set[str] = set()
    for path in _walk(folder):
        file = path.relative_to(folder).as_posix()
        present.add(file)
        if path.parent not in manifests:
            manifests[path.parent] = _manifest_of(path.parent)
        entries = _Entries(listed, file, manifests[path.parent], path.name)
        if entries.of() is None and not is_document_name(path.name):
            continue
        found, refused = _sources_at(path, file, entries, limits)
        sources += found
        failures += refused
        present.update(each.file for each in found)
        present.update(each.file for each in refused)
        if not found:
            # Of an archive that cannot be opened one failure is enough.
            present.update(name for name in listed if name.startswith(f"{file}/"))
    for file in sorted(set(listed) - present):
        missing = SourceError(
            f"{file}: is listed in {MANIFEST}, but there is no such file in the folder. "
            f"Put the file back, or remove its row from {MANIFEST}."
        )
        failures.append(failure(file, missing))
    if not sources and not failures:
        nothing = SourceError(
            f"{folder}: holds no document. Supported are files of type {', '.join(SUFFIXES)}; check the path."
        )
        failures.append(failure(str(folder), nothing))
    return sources, failures


class _Entries(NamedTuple):
    """What manifests say of a file and, where it is an archive, of its members.

    The manifest of the folder that was given goes before that of the file's own folder; each has a name for the file.
    """

    listed: dict[str, Entry]
    file: str
    own: dict[str, Entry]
    name: str

    def of(self, member: str = "") -> Entry | None:
        """Return the entry of the file, or of a member of it."""
        below = f"/{member}" if member else ""
        return self.listed.get(self.file + below) or self.own.get(self.name + below)


def _sources_at(path: Path, file: str, entries: _Entries, limits: Limits) -> tuple[list[Source], list[Failure]]:
    """Return the document that a file is, or the documents that it holds."""
    entry = entries.of()
    alone = Source(path, file, (entry and entry.doc_id) or path.stem, entry)
    if path.suffix.lower() != ".zip" or not path.is_file():
        return [alone], []
    try:
        listing = documents_in(path, str(path), limits)
        if listing is None:
            return [alone], []
        if entry is not None:
            check_hash(path, entry.sha256)
        if not listing.members and not listing.refused:
            raise SourceError(
                f"{path}: is an archive without documents. Supported are files of type {', '.join(SUFFIXES)}."
            )
    except SourceError as error:
        return [], [failure(file, error, str(path))]
    sources = [_member(path, file, inside, entries, len(listing.members)) for inside in listing.members]
    refused = [failure(f"{file}/{name}", SourceError(reason)) for name, reason in listing.refused]
    return sources, refused


def _member(path: Path, file: str, inside: tuple[str, ...], entries: _Entries, members: int) -> Source:
    """Return a member of an archive as a source. What the manifest says of the archive holds for a single member."""
    name = "/".join(inside)
    entry, of_archive = entries.of(name), entries.of()
    if entry is None and of_archive is not None:
        # Neither the archive's hash nor, where there are several, its name and title are the member's.
        entry = Entry(of_archive.file, None, None, of_archive.publisher, None)
        if members == 1:
            entry = of_archive._replace(sha256=None)
    doc_id = (entry and entry.doc_id) or PurePosixPath(inside[-1]).stem
    return Source(path, f"{file}/{name}", doc_id, entry, inside)


def _manifest_of(folder: Path) -> dict[str, Entry]:
    return read_manifest(folder / MANIFEST) if (folder / MANIFEST).is_file() else {}


def _named(path: Path, common: dict[str, Entry] | None, limits: Limits) -> tuple[list[Source], list[Failure]]:
    """Return what a path means that is no folder: a file, or a member of an archive."""
    try:
        found = None if path.exists() else find_member(path, limits)
    except SourceError as error:
        return [], [failure(path.name, error, str(path))]
    archive, inside = found or (path, ())
    listed = _manifest_of(archive.parent) if common is None else common
    entries = _Entries(listed, archive.name, {}, archive.name)
    if inside:
        return [_member(archive, archive.name, inside, entries, 0)], []
    # What is no file stays in the list: the reader says why it cannot be opened.
    return _sources_at(path, path.name, entries, limits)


def find_sources(
    paths: str | Path | Iterable[str | Path], manifest: str | Path | None = None, limits: Limits = DEFAULT
) -> tuple[list[Source], list[Failure]]:
    """Find the documents that some paths name.

    Parameters
    ----------
    paths : str, Path or iterable of them
        Files, or folders; of a folder every file of a supported type, folders in it included. Of a .zip archive every
        member of a supported type.
    manifest : str or Path, optional
        The manifest of all of them; by default each folder's own ``manifest.csv``, where it has one. It names members
        of archives as ``bundle.zip/name.pdf``.
    limits : Limits, optional
        How much an archive may hold.

    Returns
    -------
    sources : list of Source
        Sorted by `doc_id`.
    failures : list of Failure
        What is not there, members of archives that cannot be read, and documents that would share a `doc_id`.

    Raises
    ------
    SourceError
        If a manifest cannot be understood.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    common = None if manifest is None else read_manifest(manifest)
    found: dict[tuple[Path, tuple[str, ...]], Source] = {}
    failures: list[Failure] = []
    for path in map(Path, given):
        if path.is_dir():
            sources, refused = _in_folder(path, _manifest_of(path) if common is None else common, limits)
        else:
            sources, refused = _named(path, common, limits)
        failures += (each for each in refused if each not in failures)
        for source in sources:
            found.setdefault((source.path.resolve(), source.inside), source)
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
            others = ", ".join(other.shown for other in group if other is not source)
            shared = AmbiguityError(
                f"{source.file}: would be called {doc_id!r} like {others}. Rename one of the files, or give each a "
                f"doc_id of its own in {MANIFEST}; of one disclosure in two formats, leave one out."
            )
            failures.append(failure(source.file, shared))
    return single, failures


def read_source(
    source: Source, limits: Limits = DEFAULT, *, isolate: bool | None = None, archives: Archives | None = None
) -> Document:
    """Read one document, check its hash, and let the manifest say who published it and what it is called.

    Parameters
    ----------
    source : Source
        As `find_sources` gives it.
    limits : Limits, optional
        What it may cost.
    isolate : bool, optional
        As for `read`.
    archives : Archives, optional
        Where members of archives are read from; without, each opens its archive anew.
    """
    from fiscal_analysis.readers import read, read_bytes

    expected = None if source.entry is None else source.entry.sha256
    sha256: str | None = None
    try:
        if source.inside:
            if archives is None:
                data = read_member(source.path, source.inside, limits)
            else:
                data = archives.read(source.path, source.inside)
            sha256 = hashlib.sha256(data).hexdigest()
            document = read_bytes(
                data,
                file=source.file,
                doc_id=source.doc_id,
                suffix=PurePosixPath(source.inside[-1]).suffix.lower(),
                shown=source.shown,
                limits=limits,
                isolate=isolate,
            )
        else:
            document = read(source.path, doc_id=source.doc_id, limits=limits, isolate=isolate)
    except Exception:
        # A file that was damaged since should be called that, not "no text".
        if expected is not None and (sha256 is not None or (not source.inside and source.path.is_file())):
            check_hash(source.shown, expected, sha256)
        raise
    check_hash(source.shown, expected, document.sha256)
    document.file = source.file
    if source.entry is not None:
        _apply_manifest(document, source.entry.publisher, source.entry.title)
    return document


def _apply_manifest(document: Document, publisher: str | None, title: str | None) -> None:
    """Let what the manifest states stand for what was read: a person wrote it down with the source at hand."""
    from fiscal_analysis.readers.metadata import find_division

    meta = document.metadata
    meta.title = title or meta.title
    if publisher is None or publisher == meta.issuer:
        return
    meta.issuer = publisher
    division, _ = find_division(publisher, meta.title, document.folded)
    if division is not None:
        meta.division_code = division.code
        meta.level = division.level
        meta.province = division.province or None
        meta.prefecture = division.prefecture or (division.name if division.level == "prefecture" else None)
        meta.county = division.name if division.level == "county" else None
