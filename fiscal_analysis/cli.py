"""The command line: ``fiscal parse``, ``audit``, ``study``, ``run``, ``verify``, ``show``.

Exit status: 0 done; 1 some inputs failed, the others are done and each failure is listed with its reason; 2 wrong
usage. What takes long to import is imported by the command that needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fiscal_analysis import __version__
from fiscal_analysis.errors import ContractError, FiscalAnalysisError

if TYPE_CHECKING:
    import polars as pl

    from fiscal_analysis.corpus import Corpus
    from fiscal_analysis.readers.limits import Limits

__all__ = ["main"]

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(path_type=Path)
_SEVERITIES = ("error", "warning", "note")


_UNCHANGED = " (unchanged)"


class _Commands(click.Group):
    """The commands; an error of the package is one line, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FiscalAnalysisError as error:
            click.echo(f"Error: {' '.join(str(error).split())}", err=True)
            ctx.exit(2 if isinstance(error, ContractError) else 1)


_jobs = click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Number of processes.")
_CORRECTIONS = Path("data/corrections.yml")
_corrections = click.option(
    "--corrections", type=_FILE, metavar="FILE.yml", help="Known errors of the documents, mended after the reading."
)
_limits = click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=VALUE",
    callback=lambda context, option, words: _limits_of(words),
    help="What a file may cost at most, such as seconds=60 or pages=500; may be repeated.",
)
_scheduler = click.option("--scheduler", metavar="ADDRESS", help="Address of a Dask scheduler (tcp://host:8786).")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fiscal")
def main() -> None:
    """Read Chinese public-finance disclosures into tidy tables, audit them, and run studies on them."""


@main.command(short_help="Documents to tables: facts, quantities, checks, findings.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=_FILE)
@click.option("--out", required=True, type=_FOLDER, help="Folder of the tables, data/processed as a rule.")
@_corrections
@_limits
@_jobs
@_scheduler
def parse(
    inputs: tuple[Path, ...], out: Path, corrections: Path | None, limits: Limits, jobs: int, scheduler: str | None
) -> None:
    """Read documents (files, folders or .zip archives) and write the tables: facts, quantities, checks, findings ...

    A manifest.csv in a folder names its documents and the hashes that the files must have.
    """
    corpus = _parse(inputs, jobs, scheduler, limits, corrections=corrections)
    corpus.save(out)
    for line in _reading_summary(corpus, out):
        click.echo(line)
    _exit_on_failures(_list_failures(corpus))


@main.command(short_help="Where published figures contradict each other.")
@click.argument("processed", default="data/processed", type=_FOLDER)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--strict", is_flag=True, help="Exit with 1 where there is a finding of severity error.")
def audit(processed: Path, form: str, strict: bool) -> None:
    """List where published figures contradict each other, with the evidence."""
    from fiscal_analysis.corpus import load

    corpus = load(processed)
    findings = _by_severity(corpus.findings)
    if form == "csv":
        from fiscal_analysis.store import table_csv

        click.echo(table_csv(findings).removeprefix(b"\xef\xbb\xbf"), nl=False)
    elif form == "json":
        import json

        click.echo(json.dumps(findings.to_dicts(), ensure_ascii=False, indent=2).encode("utf-8"))
    else:
        for row in findings.iter_rows(named=True):
            click.echo(_finding_words(row) + "\n")
        click.echo(_audit_summary(corpus))
    if strict and "error" in findings["severity"]:
        sys.exit(1)


@main.command(short_help="Run a study, once or over a batch; or several studies over one.")
@click.argument("name", metavar="[NAME]", required=False)
@click.option(
    "-p", "parameters", type=(str, str), multiple=True, metavar="KEY VALUE", help="A parameter; may be repeated."
)
@click.option("--batch", type=_FILE, metavar="FILE.yaml", help="Many sets of parameters: a list, a grid, or for_each.")
@click.option("--out", required=True, type=_FOLDER, help="Folder of the reports.")
@click.option("--processed", type=_FOLDER, default="data/processed", show_default=True, help="Folder of the tables.")
@click.option("--force", is_flag=True, help="Run what is unchanged since its report was written, too.")
@_jobs
@_scheduler
def study(
    name: str | None,
    parameters: tuple[tuple[str, str], ...],
    batch: Path | None,
    out: Path,
    processed: Path,
    force: bool,
    jobs: int,
    scheduler: str | None,
) -> None:
    """Run the study NAME, once or over a batch of parameter sets, and write its report.

    A batch file may name its studies: several, or all. NAME is then the study of the sets that name none.

    Values stay text (110106 is a code) until they are checked against the study's parameters, all of them before
    anything runs. A report that is there and was made from the same notebook, package, data and parameters is left as
    it is.
    """
    given = dict(parameters)
    if len(given) < len(parameters):
        keys = [key for key, _ in parameters]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise click.UsageError(f"-p: {', '.join(twice)} is given more than once.")
    processed = processed.absolute()
    if batch is None:
        from fiscal_analysis.studies import list_studies, run_study

        if name is None:
            raise click.UsageError(
                "Name a study: fiscal study NAME --out DIR; or give a batch file that names its studies: "
                "fiscal study --batch FILE.yaml --out DIR. "
                f"Studies: {', '.join(each.name for each in list_studies()) or 'none'}"
            )
        done = run_study(name, given, out=out, processed=processed, force=force)
        click.echo(f"Report: {done.html}{_UNCHANGED if done.skipped else ''}")
        return
    from fiscal_analysis.batch import read_batch, run_batch
    from fiscal_analysis.corpus import load
    from fiscal_analysis.studies import parameters_of

    if "study" in given:
        raise click.UsageError(
            f"-p study: is no parameter. Name the study: fiscal study {given['study']} --batch {batch}"
        )
    known = None if name is None else parameters_of(name)
    sets = [given | each for each in read_batch(batch, load(processed).documents, known)]
    shown = _is_terminal()
    try:
        outcomes = run_batch(
            name, sets, out=out, processed=processed, jobs=jobs, scheduler=scheduler, progress=shown, force=force
        )
    except ContractError as error:
        raise ContractError(f"{batch}: {error}") from None
    for outcome in outcomes:
        if outcome.report is not None:
            click.echo(f"Report: {outcome.report}{_UNCHANGED if outcome.skipped else ''}")
    failed = [f"{outcome.task}: {outcome.reason}" for outcome in outcomes if outcome.reason is not None]
    _exit_on_failures(_list("reports", failed))


@main.command(short_help="The whole job: parse, audit, every study.")
@click.option("--raw", type=_FILE, default="data/raw", show_default=True, help="Folder of the documents.")
@click.option("--processed", type=_FOLDER, default="data/processed", show_default=True, help="Folder of the tables.")
@click.option("--out", type=_FOLDER, default="reports", show_default=True, help="Folder of the reports.")
@_corrections
@_limits
@_jobs
@_scheduler
def run(
    raw: Path,
    processed: Path,
    out: Path,
    corrections: Path | None,
    limits: Limits,
    jobs: int,
    scheduler: str | None,
) -> None:
    """Do the whole job: read the documents, write the tables, audit them, and run every study.

    Without --corrections, data/corrections.yml is used where it exists.
    """
    from fiscal_analysis.studies import run_all, runs_of

    if corrections is None and _CORRECTIONS.is_file():
        corrections = _CORRECTIONS
    corpus = _parse([raw], jobs, scheduler, limits, progress=True, corrections=corrections)
    corpus.save(processed)
    read = _reading_summary(corpus, processed)
    failed = _list_failures(corpus)
    if corpus.documents.is_empty():
        click.echo("No document could be read: no study was run.", err=True)
        sys.exit(1)
    from fiscal_analysis.progress import progress_bar

    with progress_bar(len(runs_of()), "Studies", show=True, unit="report") as advance:
        done, not_done = run_all(out=out, processed=processed.absolute(), jobs=jobs, progress=lambda name: advance(1))
    failed += _list("studies", [f"{each.name}: {each.reason}" for each in not_done])
    click.echo("")
    for line in read:
        click.echo(line)
    click.echo(f"Audit    {_audit_summary(corpus)}")
    names = list(dict.fromkeys(each.name for each in done))
    click.echo(
        f"Studies  {_count(len(done), 'report')} of {_count(len(names), 'study', 'studies')}: {', '.join(names)}"
    )
    click.echo(f"Look at  {out / 'index.html'} (reports), {processed / 'facts.csv'} (figures),")
    click.echo(f"         {processed / 'findings.csv'} (contradictions; or: fiscal audit {processed})")
    _exit_on_failures(failed)


@main.command(short_help="Whether the published notebooks still say what the data give.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@_jobs
def verify(names: tuple[str, ...], jobs: int) -> None:
    """Run the published notebooks again and compare all their outputs; NAME chooses some of them.

    Exit status 1 where an output has changed, a cell fails, or a notebook was stored without its outputs.
    """
    from fiscal_analysis.progress import progress_bar
    from fiscal_analysis.studies import list_studies
    from fiscal_analysis.studies.verify import verify as verify_studies

    with progress_bar(len(names) or len(list_studies()), "Verify", show=_is_terminal(), unit="study") as advance:
        verdicts = verify_studies(names, jobs=jobs, progress=lambda name: advance(1))
    for verdict in verdicts:
        if not verdict.differences:
            click.echo(f"As published: {verdict.name} ({_count(verdict.cells, 'cell')})")
    _exit_on_failures(_list("cells", [f"{each.name}: {what}" for each in verdicts for what in each.differences]))


@main.command(short_help="A document as HTML, every quantity marked.")
@click.argument("document", type=_FILE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="HTML file; the standard output if none.")
@_limits
def show(document: Path, out: Path | None, limits: Limits) -> None:
    """Show a document's outline and text as HTML, every claimed and unclaimed quantity marked."""
    from fiscal_analysis.extract import extract_document
    from fiscal_analysis.inputs import find_sources, read_source
    from fiscal_analysis.readers import read
    from fiscal_analysis.show import document_page

    sources = [] if document.is_dir() else find_sources(document, limits=limits)[0]
    # What is not one document, `read` says better what it is.
    content = read_source(sources[0], limits) if len(sources) == 1 else read(document, limits=limits)
    # A file is for looking at, wherever it is carried: it brings its font along.
    page = document_page(content, extract_document(content), embed_font=out is not None).encode("utf-8")
    if out is None:
        click.echo(page, nl=False)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(page)
    except OSError as error:
        raise click.FileError(str(out), hint=error.strerror) from error
    click.echo(f"Page: {out}")


def _limits_of(words: Sequence[str]) -> Limits:
    from fiscal_analysis.readers.limits import Limits

    return Limits.from_words(words)


def _is_terminal() -> bool:
    return sys.stderr.isatty()


def _parse(
    inputs: Sequence[Path],
    jobs: int,
    scheduler: str | None,
    limits: Limits,
    *,
    progress: bool | None = None,
    corrections: Path | None = None,
) -> Corpus:
    from fiscal_analysis.corpus import parse_quietly

    show_bar = _is_terminal() if progress is None else progress
    return parse_quietly(
        inputs, jobs=jobs, scheduler=scheduler, progress=show_bar, corrections=corrections, limits=limits
    )


def _reading_summary(corpus: Corpus, out: Path) -> list[str]:
    documents = corpus.documents
    fiscal, claimed = int(documents["fiscal_quantities"].sum()), int(documents["fiscal_claimed"].sum())
    share = f"{claimed / fiscal:.1%}" if fiscal else "none"
    return [
        f"Read     {_count(documents.height, 'document')}, {int(documents['characters'].sum()):,} characters"
        + (f"; {_count(corpus.failures.height, 'input')} failed" if corpus.failures.height else ""),
        f"Claimed  {claimed:,} of {fiscal:,} quantities in fiscal sections ({share}); "
        f"{int(documents['claimed'].sum()):,} of {corpus.quantities.height:,} in all",
        f"Found    {corpus.facts.height:,} facts, {corpus.indicators.height:,} indicators, "
        f"{corpus.checks.height:,} checks, {corpus.findings.height:,} findings",
        f"Written  {out} (Parquet, CSV, datapackage.json)"
        if documents.height
        else f"Written  {out} (failures.csv; no document was read, so tables of an earlier run stay)",
    ]


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _list_failures(corpus: Corpus) -> int:
    from fiscal_analysis.inputs import Failure

    return _list("inputs", [str(Failure(*row)) for row in corpus.failures.iter_rows()])


def _list(what: str, failed: Sequence[str]) -> int:
    """List what failed on the error stream, and return how many they are."""
    if failed:
        click.echo(f"Failed {what}: {len(failed)}", err=True)
    for line in failed:
        click.echo(f"  {' '.join(line.split())}", err=True)
    return len(failed)


def _exit_on_failures(count: int) -> None:
    if count:
        sys.exit(1)


def _by_severity(findings: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    order = {severity: place for place, severity in enumerate(_SEVERITIES)}
    return findings.sort(pl.col("severity").replace_strict(order), maintain_order=True)


def _finding_words(row: dict[str, Any]) -> str:
    place = "" if row["source_start"] is None else f", characters {row['source_start']}-{row['source_end']}"
    return (
        f"{row['severity'].upper()}  {row['doc_id']}  {row['rule']}{place}\n"
        f"  {row['message_zh']}\n  {row['message_en']}"
    )


def _audit_summary(corpus: Corpus) -> str:
    severities = dict(corpus.findings["severity"].value_counts().iter_rows())
    states = dict(corpus.checks["state"].value_counts().iter_rows())
    found = ", ".join(f"{severities.get(severity, 0):,} {severity}s" for severity in _SEVERITIES)
    tried = states.get("holds", 0) + states.get("broken", 0)
    return f"{found}; of {tried:,} relations that could be tried, {states.get('holds', 0):,} hold"
