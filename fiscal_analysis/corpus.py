"""Many documents as one set of tables: parse, save, load."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from fiscal_analysis.between import audit_between
from fiscal_analysis.collector import collector_paused
from fiscal_analysis.errors import AmbiguityError, SourceError
from fiscal_analysis.inputs import Failure, Source, failure, find_sources, read_source
from fiscal_analysis.parallel import chunked, run_chunks
from fiscal_analysis.progress import progress_bar
from fiscal_analysis.readers.limits import DEFAULT, Limits
from fiscal_analysis.rows import (
    Part,
    by_place,
    documents_frame,
    facts_frame,
    indicators_frame,
    name_apart,
    quantities_frame,
    records_frame,
)
from fiscal_analysis.store import TABLES, empty, read_tables, write_failures, write_tables

if TYPE_CHECKING:
    from fiscal_analysis.audit import AuditResult
    from fiscal_analysis.corrections import Correction
    from fiscal_analysis.document import Document
    from fiscal_analysis.readers.archive import Archives

__all__ = ["Corpus", "extract", "load", "parse"]

_TEXTS = frozenset((".txt", ".text", ".md", ".csv"))


class Corpus:
    """The tables of many documents, as polars frames; columns as described in ``schemas.toml``.

    Attributes
    ----------
    documents, facts, checks, findings, indicators, quantities : polars.DataFrame
        The processed tables.
    failures : polars.DataFrame
        The inputs that could not be processed: `file`, `error`, `reason`, `remedy`.
    """

    __slots__ = ("_frames",)

    def __init__(self, frames: Mapping[str, pl.DataFrame]) -> None:
        self._frames = {name: frames[name] if name in frames else empty(name) for name in (*TABLES, "failures")}

    @property
    def documents(self) -> pl.DataFrame:
        """One row per document that was read."""
        return self._frames["documents"]

    @property
    def facts(self) -> pl.DataFrame:
        """One row per stated figure."""
        return self._frames["facts"]

    @property
    def checks(self) -> pl.DataFrame:
        """One row per relation that was tried."""
        return self._frames["checks"]

    @property
    def findings(self) -> pl.DataFrame:
        """One row per disagreement between figures."""
        return self._frames["findings"]

    @property
    def indicators(self) -> pl.DataFrame:
        """One row per third-level indicator of a performance table."""
        return self._frames["indicators"]

    @property
    def quantities(self) -> pl.DataFrame:
        """One row per quantity found, claimed or not."""
        return self._frames["quantities"]

    @property
    def failures(self) -> pl.DataFrame:
        """One row per input that could not be processed."""
        return self._frames["failures"]

    def save(self, folder: str | Path) -> None:
        """Write the tables into a folder, as one set: Parquet, CSV, ``datapackage.json``, ``failures.csv``.

        The same tables give byte-identical files. A call that fails or is killed leaves the files that were there,
        whole. Where no document could be read and the folder holds tables already, these stay and only
        ``failures.csv`` is written.

        Parameters
        ----------
        folder : str or Path
            Where to; created where missing. Other files in it are kept.

        Raises
        ------
        SourceError
            If the folder cannot be written.
        ContractError
            If a table does not have the form that it must have.
        """
        folder = Path(folder)
        if self.documents.is_empty() and (folder / "documents.parquet").is_file():
            write_failures(self.failures, folder)
        else:
            write_tables(self._frames, folder)

    def __repr__(self) -> str:
        counts = ", ".join(f"{frame.height:,} {name}" for name, frame in self._frames.items())
        return f"<Corpus: {counts}>"

    def _repr_html_(self) -> str:
        per_document = (
            self.documents.select("doc_id", "issuer", "fiscal_year", "kind", "quantities", "coverage")
            .join(self.facts.group_by("doc_id").len("facts"), on="doc_id", how="left", maintain_order="left")
            .join(self.findings.group_by("doc_id").len("findings"), on="doc_id", how="left", maintain_order="left")
        )
        head = ("document", "issuer", "year", "kind", "quantities", "coverage", "facts", "findings")
        cells = [
            (doc_id, issuer, year, kind, quantities, None if share is None else f"{share:.1%}", facts or 0, found or 0)
            for doc_id, issuer, year, kind, quantities, share, facts, found in per_document.iter_rows()
        ]
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape('' if c is None else str(c))}</td>" for c in row) + "</tr>"
            for row in cells[:50]
        )
        more = f"<p>… and {len(cells) - 50:,} more documents</p>" if len(cells) > 50 else ""
        failed = "".join(f"<li>{html.escape(str(Failure(*row)))}</li>" for row in self.failures.head(50).iter_rows())
        note = f"<p>{self.failures.height:,} inputs could not be processed:</p><ul>{failed}</ul>" if failed else ""
        return (
            f"<b>Corpus</b>: {len(cells):,} documents, {self.facts.height:,} facts, {self.checks.height:,} checks, "
            f"{self.findings.height:,} findings<table><thead><tr>"
            + "".join(f"<th>{name}</th>" for name in head)
            + f"</tr></thead><tbody>{rows}</tbody></table>{more}{note}"
        )


class _Result(NamedTuple):
    """What the parse of a chunk gives."""

    frames: dict[str, pl.DataFrame]
    failures: list[Failure]


def extract(document: Document) -> pl.DataFrame:
    """Extract the facts of a document.

    Parameters
    ----------
    document : Document
        As `read` gives it.

    Returns
    -------
    polars.DataFrame
        One row per stated figure: the columns of the facts table, values in base units (yuan, ratio, points, count).
    """
    from fiscal_analysis.extract import extract_document

    extraction = extract_document(document)
    name_apart(extraction.facts)
    return facts_frame([Part(document, extraction)])


def parse(
    paths: str | Path | Iterable[str | Path],
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: bool = False,
    manifest: str | Path | None = None,
    corrections: str | Path | None = None,
    limits: Limits = DEFAULT,
) -> Corpus:
    """Read, extract and audit many documents.

    Parameters
    ----------
    paths : str, Path or iterable of them
        Files or folders; of a folder every file of a supported type, of a .zip archive every member of one. A
        ``manifest.csv`` in the folder gives `doc_id`, publisher and title, and the hashes that the files must have.
    jobs : int, optional
        Number of processes.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers see the same files; needs the extra ``cluster``.
    progress : bool, optional
        Show a progress bar.
    manifest : str or Path, optional
        A manifest for all inputs instead of each folder's own.
    corrections : str or Path, optional
        A corrections file, as :func:`fiscal_analysis.corrections.read_corrections` describes it: known errors of the
        sources, mended after the extraction. A document that does not print what a correction expects is listed in
        ``failures``.
    limits : Limits, optional
        What a file may cost at most: size, pages, cells, seconds, memory. A file over a limit is listed in
        ``failures``. Files that are no text are read in a process beside each that works, where they can be cut off.

    Returns
    -------
    Corpus
        The tables. A document that cannot be processed does not stop the others: it is listed in ``failures``, and
        a warning says so.

    Raises
    ------
    SourceError
        If a manifest cannot be understood, the corrections cannot be read, or the scheduler does not answer.
    ContractError
        If `jobs` is no positive number, Dask is asked for and not installed, or a correction is not well formed.
    """
    corpus = parse_quietly(
        paths,
        jobs=jobs,
        scheduler=scheduler,
        progress=progress,
        manifest=manifest,
        corrections=corrections,
        limits=limits,
    )
    if corpus.failures.height:
        first = Failure(*corpus.failures.row(0))
        warnings.warn(
            f"{corpus.failures.height} inputs could not be processed, see corpus.failures; the first: {first}",
            stacklevel=2,
        )
    return corpus


def parse_quietly(
    paths: str | Path | Iterable[str | Path],
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: bool = False,
    manifest: str | Path | None = None,
    corrections: str | Path | None = None,
    limits: Limits = DEFAULT,
) -> Corpus:
    """Do what `parse` does, without the warning: for a caller that lists the failures itself."""
    entries: tuple[Correction, ...] = ()
    if corrections is not None:
        from fiscal_analysis.corrections import read_corrections

        entries = read_corrections(corrections)
    sources, failures = find_sources(paths, manifest, limits)
    absent = sorted({entry.document for entry in entries} - {source.doc_id for source in sources})
    if absent:
        said = f"{corrections}: corrects documents that are not among the inputs: {', '.join(absent)}"
        warnings.warn(said, stacklevel=3)
    parallel = jobs if scheduler is None else max(jobs, 8)
    with progress_bar(len(sources), "Reading", show=progress, unit="document") as advance:
        results = run_chunks(
            partial(parse_sources, corrections=entries, limits=limits),
            chunked(sources, parallel),
            lost=_lost,
            jobs=jobs,
            scheduler=scheduler,
            advance=advance,
        )
    return _merge(results, failures)


def load(folder: str | Path = "data/processed") -> Corpus:
    """Load the tables that `Corpus.save` wrote.

    Parameters
    ----------
    folder : str or Path, optional
        The folder of the tables.

    Returns
    -------
    Corpus
        The tables as they were saved.

    Raises
    ------
    SourceError
        If the folder or a table is missing or cannot be read.
    ContractError
        If the tables are of another version of the package.
    """
    return Corpus(read_tables(folder))


@collector_paused()
def parse_sources(
    sources: Sequence[Source], corrections: Sequence[Correction] = (), limits: Limits = DEFAULT
) -> _Result:
    """Read, extract and audit a chunk of documents; a document that fails is listed, the others go on."""
    if any(PurePosixPath(source.file).suffix.lower() not in _TEXTS for source in sources):
        from fiscal_analysis.readers.apart import prepare

        prepare()
    from fiscal_analysis.readers.archive import Archives

    with Archives(limits) as archives:
        return _parse_each(sources, corrections, limits, archives)


def _parse_each(
    sources: Sequence[Source], corrections: Sequence[Correction], limits: Limits, archives: Archives
) -> _Result:
    from fiscal_analysis.audit import audit_document
    from fiscal_analysis.extract import extract_document

    parts: list[Part] = []
    audits: list[AuditResult] = []
    failures: list[Failure] = []
    for source in sources:
        try:
            document = read_source(source, limits, isolate=True, archives=archives)
            extraction = extract_document(document)
            name_apart(extraction.facts)
            if corrections:
                from fiscal_analysis.corrections import apply_corrections

                apply_corrections(document, extraction, corrections)
            audit = audit_document(document, extraction.facts, extraction.indicators)
        except Exception as error:  # noqa: BLE001 - whatever one document holds must not stop the others
            failures.append(failure(source.file, error, source.shown))
            continue
        failures += [Failure(source.file, "Unread", reason, remedy) for reason, remedy in document.unread]
        parts.append(Part(document, extraction))
        audits.append(audit)
    frames = {
        "documents": documents_frame(parts),
        "facts": facts_frame(parts),
        "indicators": indicators_frame(parts),
        "quantities": quantities_frame(parts),
        "checks": records_frame("checks", [check for audit in audits for check in audit.checks], ordered=True),
        "findings": records_frame(
            "findings", by_place(finding for audit in audits for finding in audit.findings), ordered=True
        ),
    }
    return _Result(frames, failures)


def _lost(source: Source) -> _Result:
    died = SourceError(
        f"{source.file}: the process that read it died, out of memory or by a crash. "
        "Parse this file alone to see why, or leave it out."
    )
    return _Result({name: empty(name) for name in TABLES}, [failure(source.file, died)])


def _merge(results: Sequence[_Result], failures: Sequence[Failure]) -> Corpus:
    frames = {name: _stacked(name, [result.frames[name] for result in results]) for name in TABLES}
    failed = [*failures, *(each for result in results for each in result.failures)]
    failed += _drop_repeated(frames)
    frames |= audit_between(frames)
    frames["failures"] = records_frame("failures", failed)
    return Corpus(frames)


def _stacked(name: str, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    if len(frames) == 1:
        return frames[0]
    return pl.concat(frames) if frames else empty(name)


def _drop_repeated(frames: dict[str, pl.DataFrame]) -> list[Failure]:
    """Take out documents whose bytes are those of an earlier one: each of its figures would count twice."""
    documents = frames["documents"]
    if documents["sha256"].n_unique() == documents.height:
        return []
    repeated = documents.filter(~documents["sha256"].is_first_distinct())
    first = dict(documents.unique("sha256", keep="first").select("sha256", "file").iter_rows())
    for name in TABLES:
        frames[name] = frames[name].join(repeated.select("doc_id"), on="doc_id", how="anti", maintain_order="left")
    return [
        failure(
            file,
            AmbiguityError(f"{file}: has the same bytes as {first[sha256]}. Leave one of the two files out."),
        )
        for file, sha256 in repeated.select("file", "sha256").iter_rows()
    ]
