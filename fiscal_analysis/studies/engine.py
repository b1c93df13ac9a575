"""From a study's name to its report: check, execute, write; for one run, and for many at once."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from fiscal_analysis.errors import FiscalAnalysisError
from fiscal_analysis.studies import forks
from fiscal_analysis.studies.catalogue import find_study, list_studies, project_root, resolve_processed
from fiscal_analysis.studies.execution import Running, StudyError, execute, without_folders
from fiscal_analysis.studies.files import write_atomically
from fiscal_analysis.studies.parameters import parameters_of
from fiscal_analysis.studies.plan import Plan, plan_study, require_tables
from fiscal_analysis.studies.report import complete, notebook_text, read_report, sweep, write_index, write_report

__all__ = [
    "Failure",
    "StudyResult",
    "publish_study",
    "run_all",
    "run_plans",
    "run_study",
    "runs_of",
    "unchanged",
    "write_index",
    "write_report",
]


class StudyResult(NamedTuple):
    """A finished study: what ran, with which parameters, where its report lies, and how long it took (seconds).

    `skipped` says that the report was there already, made from the same notebook, package, data and parameters.
    """

    name: str
    title: str
    parameters: dict[str, Any]
    html: Path
    notebook: Path
    charts: int
    tables: int
    seconds: float
    skipped: bool = False


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
    force: bool = True,
) -> StudyResult:
    """Run one study and write its report.

    Parameters
    ----------
    name : str
        A study's name, ``subsidy_cost``; :func:`list_studies` lists them.
    parameters : mapping, optional
        Values for the study's parameters; :func:`parameters_of` lists them. Text is read as the declared type; the path
        of a file is relative to the current directory.
    out : str or Path
        Where to write: ``NAME.html``, the executed ``NAME.ipynb`` and ``NAME_files`` with charts and tables, the
        parameters in the name where there are any, and ``index.html`` over all reports there. A relative path is
        relative to the current directory.
    processed : str or Path, optional
        The folder of the processed tables; the project's ``data/processed`` by default.
    language : str, optional
        ``en`` or ``zh``, for studies that have a parameter ``language``.
    index : bool
        Whether to write the index anew.
    named : bool
        Whether the report's name has every parameter given, those that equal the defaults as well; the report of the
        study with its defaults is never overwritten then.
    force : bool
        Whether to run it where its report is there already, made from the same notebook, package, data and parameters.

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
    plan = plan_study(name, parameters, out=out, processed=processed, language=language, named=named)
    begun = time.perf_counter()
    done = None if force else unchanged(plan)
    if done is None:
        done = _written(execute(plan.notebook, plan.changed, folder=project_root()), plan)
    if index:
        sweep(Path(out))
        write_index(Path(out))
    return _at(done, Path(out))._replace(seconds=time.perf_counter() - begun)


def unchanged(plan: Plan) -> StudyResult | None:
    """Return the report that a run would write, if it is there, complete, and made from the same inputs."""
    report = read_report(plan.out, plan.stem)
    if report is None or report.inputs != plan.inputs:
        return None
    html = plan.out / f"{plan.stem}.html"
    notebook = html.with_suffix(".ipynb")
    return StudyResult(plan.study, report.title, plan.told, html, notebook, report.charts, report.tables, 0.0, True)


def _written(executed: nbformat.NotebookNode, plan: Plan) -> StudyResult:
    html, page = write_report(
        without_folders(executed, plan.files),
        plan.study,
        plan.told,
        plan.out,
        plan.stem,
        inputs=plan.inputs,
        districts=plan.districts,
        years=plan.years,
        language=plan.language,
    )
    notebook = html.with_name(f"{plan.stem}.ipynb")
    return StudyResult(plan.study, page.title, plan.told, html, notebook, page.charts, page.tables, 0.0)


def _at(result: StudyResult, out: Path) -> StudyResult:
    """Return a result with the paths as the caller has named their folder."""
    return result._replace(html=out / result.html.name, notebook=out / result.notebook.name)


# --- many runs ------------------------------------------------------------------------------------------------------


def run_plans(
    plans: Sequence[Plan], *, jobs: int, done: Callable[[int, StudyResult | FiscalAnalysisError], None]
) -> None:
    """Run checked plans in parallel, each notebook in a fork of its own; only where there are forks.

    Notebooks run apart from what is made of them: a few processes that live as long as the batch draw the charts and
    write the reports, since starting to draw takes longer than most notebooks do.

    Parameters
    ----------
    plans : sequence of Plan
        With different stems.
    jobs : int
        How many processes work at the same time.
    done : callable
        Told the place of each plan and what became of it, in the order in which they end.
    """
    source = forks.shared()
    waiting = deque(enumerate(plans))
    executed: deque[tuple[int, str]] = deque()
    running: dict[int, Running] = {}
    writers: list[forks.Fork] = []
    writing: dict[int, forks.Fork] = {}
    begun: dict[int, float] = {}

    def start() -> None:
        # What has run is written first: a batch that is interrupted has then lost least.
        while len(running) + len(writing) < jobs and (executed or waiting):
            if executed:
                place, notebook = executed.popleft()
                try:
                    writing[place] = writers.pop() if writers else source.new()
                    writing[place].ask(f"{__name__}:_write", notebook, plans[place])
                except forks.Died:
                    done(place, StudyError(f"study “{plans[place].study}”: no process could be started to write it"))
            else:
                place, plan = waiting.popleft()
                begun[place] = time.perf_counter()
                try:
                    running[place] = Running(source, plan.notebook, plan.changed, folder=project_root())
                except FiscalAnalysisError as error:
                    done(place, error)
                except forks.Died:
                    done(place, StudyError(f"study “{plan.study}”: no process could be started for it"))

    try:
        start()
        while running or writing:
            alive = [each.fork for each in running.values()] + list(writing.values())
            patience = [each.patience for each in running.values()]
            wait(alive, min((each for each in patience if each is not None), default=None))  # type: ignore[arg-type]
            for place, run in list(running.items()):
                try:
                    notebook = run.step()
                except FiscalAnalysisError as error:
                    running.pop(place).fork.kill()
                    done(place, error)
                    continue
                if notebook is not None:
                    running.pop(place).fork.end()
                    executed.append((place, json.dumps(notebook)))
            for place, writer in list(writing.items()):
                if not writer.connection.poll(0):
                    continue
                del writing[place]
                outcome = _outcome(writer, plans[place], writers)
                if isinstance(outcome, StudyResult):
                    outcome = outcome._replace(seconds=time.perf_counter() - begun[place])
                done(place, outcome)
            start()
    finally:
        for fork in [*(each.fork for each in running.values()), *writing.values()]:
            fork.kill()
        for fork in writers:
            fork.end()


def _outcome(writer: forks.Fork, plan: Plan, idle: list[forks.Fork]) -> StudyResult | FiscalAnalysisError:
    try:
        kind, content = writer.answer()
    except forks.Died:
        writer.end()
        return StudyError(f"study “{plan.study}”: the process that wrote its report died. Run it alone to see why")
    idle.append(writer)
    if kind == "returned":
        return StudyResult(*content)
    if isinstance(content, FiscalAnalysisError):
        return content
    return StudyError(f"study “{plan.study}”: its report could not be written: {type(content).__name__}: {content}")


def _write(_told: object, notebook: str, plan: Plan) -> StudyResult:
    """Write the report of an executed notebook; the work of the processes that live as long as a batch."""
    return _written(nbformat.from_dict(json.loads(notebook)), plan)  # type: ignore[no-untyped-call]


def run_all(
    names: Iterable[str] | None = None,
    *,
    out: str | Path = "reports",
    processed: str | Path | None = None,
    languages: Sequence[str] | None = None,
    jobs: int = 1,
    progress: Callable[[str], None] | None = None,
) -> tuple[list[StudyResult], list[Failure]]:
    """Run studies, each isolated from the others, and write the index over all reports.

    Parameters
    ----------
    names : iterable of str, optional
        Which studies; all by default. Unknown names are refused before the first one runs.
    out, processed
        As for :func:`run_study`.
    languages : sequence of str, optional
        ``en``, ``zh``; each study that takes a language is run in every one of them, by default in all that it takes.
    jobs : int
        How many run at the same time, where the system can fork processes.
    progress : callable, optional
        Called with a study's name when a run is done or has failed, as often as :func:`runs_of` lists runs.

    Returns
    -------
    tuple
        The results, and the failures with their reasons.
    """
    runs = runs_of(names, languages)
    ended: list[StudyResult | FiscalAnalysisError | None] = [None] * len(runs)

    def end(place: int, outcome: StudyResult | FiscalAnalysisError) -> None:
        ended[place] = outcome
        if progress is not None:
            progress(runs[place][0])

    plans: dict[int, Plan] = {}
    for place, (name, language) in enumerate(runs):
        try:
            plans[place] = plan_study(name, out=out, processed=processed, language=language)
        except FiscalAnalysisError as error:
            end(place, error)
    places = list(plans)
    if forks.available() and len(plans) > 1:
        run_plans(list(plans.values()), jobs=jobs, done=lambda at, outcome: end(places[at], outcome))
    else:
        for place, plan in plans.items():
            try:
                end(place, _written(execute(plan.notebook, plan.changed, folder=project_root()), plan))
            except FiscalAnalysisError as error:
                end(place, error)
    sweep(Path(out))
    write_index(Path(out))
    return (
        [_at(each, Path(out)) for each in ended if isinstance(each, StudyResult)],
        [
            Failure(f"{name} ({language})" if language else name, str(each))
            for (name, language), each in zip(runs, ended, strict=True)
            if each is not None and not isinstance(each, StudyResult)
        ],
    )


def runs_of(names: Iterable[str] | None = None, languages: Sequence[str] | None = None) -> list[tuple[str, str | None]]:
    """Return the runs of :func:`run_all`: each study with each language, or with None where it takes none."""
    chosen = [find_study(name).name for name in names] if names is not None else [each.name for each in list_studies()]
    runs: list[tuple[str, str | None]] = []
    for name in chosen:
        parameter = parameters_of(name).get("language")
        if parameter is None:
            runs.append((name, None))
        else:
            runs += [(name, language) for language in languages or parameter.choices or (parameter.default,)]
    return runs


def publish_study(name: str) -> Path:
    """Execute a study with its default parameters and store the outputs in the notebook itself, in ``notebooks/``.

    Returns
    -------
    pathlib.Path
        The notebook's path. It is replaced whole, or not at all.
    """
    study = find_study(name)
    require_tables(resolve_processed(parameters_of(name)["processed"].default))
    executed = execute(study.path, {}, folder=project_root())
    complete(executed)
    write_atomically(study.path, notebook_text(executed))
    return study.path
