"""A study over many sets of parameters: read the batch file, check every set, run each one isolated.

A batch file is YAML. Either a list of parameter sets::

    - {division_codes: 110106, year_from: 2023}
    - {division_codes: "110106,110109"}

or sets to be combined: every value of `grid` with every other, and with every distinct value that the documents
have in the columns of `for_each`, on top of the common `parameters`::

    parameters: {year_from: 2023}
    grid: {line_level: [class, group]}
    for_each: {division_codes: division_code}

`for_each` names a column for each parameter that it fills; a parameter that takes a list gets a list of the one value,
and parameters with the same column get the same value. A bare column, ``for_each: fiscal_year``, or a list of bare
columns fills the parameter of the same name; where the study has none, the one with an ``s`` behind it
(`division_code` fills `division_codes`); and where it has none, `fiscal_year` fills both `year_from` and `year_to`.

Values are read as text, so that a code such as ``010106`` stays what it is; the study's own parameter cell says what
is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
import yaml

from fiscal_analysis.errors import ContractError, FiscalAnalysisError, SourceError
from fiscal_analysis.parallel import chunked, run_chunks
from fiscal_analysis.progress import progress_bar

if TYPE_CHECKING:
    from fiscal_analysis.studies.plan import Plan

__all__ = ["Outcome", "Task", "read_batch", "run_batch"]

_KEYS = ("parameters", "grid", "for_each")


class Task(NamedTuple):
    """One run of a study."""

    study: str
    parameters: dict[str, str]
    out: str
    processed: str

    def __str__(self) -> str:
        given = ", ".join(f"{key}={value}" for key, value in self.parameters.items())
        return f"{self.study} ({given})" if given else self.study


class Outcome(NamedTuple):
    """What became of a task: where the report lies, or why there is none; whether it was there already."""

    task: Task
    report: str | None
    reason: str | None
    skipped: bool = False


def read_batch(path: str | Path, documents: pl.DataFrame, known: Collection[str] | None = None) -> list[dict[str, str]]:
    """Read the parameter sets of a batch file.

    Parameters
    ----------
    path : str or Path
        The YAML file.
    documents : polars.DataFrame
        The documents table, over whose columns `for_each` expands.
    known : collection of str, optional
        The names of the study's parameters: they decide which of them a bare column of `for_each` fills. Without them
        it fills the one of its own name.

    Returns
    -------
    list of dict
        One set of parameters a run, all values text.

    Raises
    ------
    SourceError
        If the file cannot be read.
    ContractError
        If it has another form.
    """
    try:
        # The base loader reads every scalar as text.
        content = yaml.load(Path(path).read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}). Check the name of the batch file.") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        said = " ".join(str(error).split())
        raise ContractError(f"{path}: is no YAML in UTF-8 ({said}). Mend that line.") from error
    if isinstance(content, list):
        return [_texts(path, each, f"set {number}") for number, each in enumerate(content, start=1)]
    if not isinstance(content, dict) or not content or not set(content) <= set(_KEYS):
        raise ContractError(
            f"{path}: a list of parameter sets, or the keys {', '.join(_KEYS)} are expected. "
            "Write one set a line: `- {division_codes: 110106}`."
        )
    common = _texts(path, content.get("parameters") or {}, "parameters")
    axes = {key: _values(path, key, values) for key, values in _mapping(path, content.get("grid") or {}).items()}
    filled: dict[str, list[str]] = {}
    for parameter, column in _filled(path, content.get("for_each") or [], known):
        if column not in documents.columns:
            raise ContractError(
                f"{path}: for_each: there is no column {column!r} in the documents table. "
                f"Its columns are {', '.join(documents.columns)}."
            )
        if parameter in axes or parameter in [name for names in filled.values() for name in names]:
            raise ContractError(f"{path}: for_each: {parameter} is given more than once. Name it in one place.")
        filled.setdefault(column, []).append(parameter)
    choices = [[{name: value} for value in values] for name, values in axes.items()]
    for column, names in filled.items():
        found = [str(value) for value in documents[column].drop_nulls().unique().sort()]
        choices.append([dict.fromkeys(names, value) for value in found])
    return [{**common, **{k: v for part in parts for k, v in part.items()}} for parts in product(*choices)]


def _filled(path: str | Path, each: Any, known: Collection[str] | None) -> list[tuple[str, str]]:
    """Return which parameter is filled from which column."""
    if isinstance(each, dict) and all(isinstance(column, str) for column in each.values()):
        return list(each.items())
    columns = [each] if isinstance(each, str) else each
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        raise ContractError(
            f"{path}: for_each: columns, or parameters with the column of each are expected. "
            "Write `for_each: {division_codes: division_code}`."
        )
    return [(parameter, column) for column in columns for parameter in _parameters_for(path, column, known)]


def _parameters_for(path: str | Path, column: str, known: Collection[str] | None) -> tuple[str, ...]:
    """Return the parameters that a bare column fills."""
    if known is None:
        return (column,)
    ways = [(column,), (f"{column}s",), *([("year_from", "year_to")] if column == "fiscal_year" else [])]
    for names in ways:
        if set(names) <= set(known):
            return names
    raise ContractError(
        f"{path}: for_each: the study has no parameter for the column {column!r}; parameters: {', '.join(known)}. "
        f"Name the parameter that it fills: `for_each: {{PARAMETER: {column}}}`."
    )


def _mapping(path: str | Path, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise ContractError(
            f"{path}: grid: names and lists of values are expected. Write `grid: {{language: [zh, en]}}`."
        )
    return content


def _values(path: str | Path, key: str, values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ContractError(f"{path}: grid: {key}: a list of values is expected. Write `{key}: [first, second]`.")
    return values


def _texts(path: str | Path, content: Any, place: str) -> dict[str, str]:
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise ContractError(f"{path}: {place}: names and single values are expected. Write `{{year_from: 2023}}`.")
    return content


def run_batch(
    study: str,
    sets: Sequence[Mapping[str, str]],
    *,
    out: str | Path,
    processed: str | Path,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: bool = False,
    force: bool = False,
) -> list[Outcome]:
    """Run a study with each of many parameter sets; a run that fails does not stop the others.

    A report that is there already, complete and made from the same notebook, package, data and parameters, is left as
    it is: a batch that was interrupted goes on where it was.

    Parameters
    ----------
    study : str
        The study's name.
    sets : sequence of mappings
        Parameters as text. All are checked before the first run starts.
    out, processed : str or Path
        Where the reports go; where the tables are.
    jobs : int, optional
        Number of processes.
    scheduler : str, optional
        Address of a Dask scheduler.
    progress : bool, optional
        Show a progress bar.
    force : bool, optional
        Run what is there already, too.

    Returns
    -------
    list of Outcome
        In the order of `sets`.

    Raises
    ------
    ContractError
        If the study is unknown, or a parameter of any set is.
    """
    from fiscal_analysis.studies import check_parameters
    from fiscal_analysis.studies.engine import unchanged
    from fiscal_analysis.studies.plan import plan_study
    from fiscal_analysis.studies.report import sweep, write_index

    if jobs < 1:
        raise ContractError(f"jobs: {jobs} given, a number of processes from 1 is expected. Pass jobs=1 or more.")
    for parameters in sets:
        check_parameters(study, parameters)
    tasks = [Task(study, dict(parameters), str(out), str(processed)) for parameters in sets]
    sweep(Path(out))
    outcomes: dict[int, Outcome] = {}
    plans: dict[str, Plan] = {}
    places: dict[str, list[int]] = {}
    for place, task in enumerate(tasks):
        try:
            plan = plan_study(study, task.parameters, out=out, processed=processed, named=True)
        except FiscalAnalysisError as error:
            outcomes[place] = Outcome(task, None, _words(error))
            continue
        # Sets that say the same in different words are one run.
        places.setdefault(plan.stem, []).append(place)
        plans[plan.stem] = plan
    found = {} if force else {stem: unchanged(plan) for stem, plan in plans.items()}

    def end(stem: str, reason: str | None, skipped: bool = False) -> None:
        for place in places[stem]:
            report = None if reason else str(Path(out) / f"{stem}.html")
            outcomes[place] = Outcome(tasks[place], report, reason, skipped)

    for stem in plans:
        if found.get(stem) is not None:
            end(stem, None, skipped=True)
    rest = [stem for stem in plans if found.get(stem) is None]
    try:
        with progress_bar(len(rest), study, show=progress, unit="report") as advance:
            _run(rest, plans, [tasks[places[stem][0]] for stem in rest], end, jobs, scheduler, advance)
    finally:
        # What is done by now is to be found, however the batch ends.
        write_index(Path(out))
    return [outcomes[place] for place in range(len(tasks))]


def _run(
    stems: Sequence[str],
    plans: Mapping[str, Plan],
    tasks: Sequence[Task],
    end: Callable[[str, str | None], None],
    jobs: int,
    scheduler: str | None,
    advance: Callable[[int], None],
) -> None:
    """Run what is to be run: in forks where the system has them and nothing else is asked for, else in processes."""
    from fiscal_analysis.studies import forks
    from fiscal_analysis.studies.engine import run_plans

    if scheduler is None and forks.available():

        def done(place: int, outcome: object) -> None:
            end(stems[place], _words(outcome) if isinstance(outcome, FiscalAnalysisError) else None)
            advance(1)

        run_plans([plans[stem] for stem in stems], jobs=jobs, done=done)
        return
    results = run_chunks(
        _run_tasks,
        chunked(tasks, jobs, size=1),
        lost=lambda task: [Outcome(task, None, "the process that ran it died. Run it alone to see why")],
        jobs=jobs,
        scheduler=scheduler,
        advance=advance,
    )
    for stem, outcome in zip(stems, (outcome for result in results for outcome in result), strict=True):
        end(stem, outcome.reason)


def _run_tasks(tasks: list[Task]) -> list[Outcome]:
    from fiscal_analysis.studies import run_study

    outcomes = []
    for task in tasks:
        try:
            done = run_study(
                task.study, task.parameters, out=task.out, processed=task.processed, index=False, named=True
            )
            outcomes.append(Outcome(task, str(done.html), None))
        except FiscalAnalysisError as error:
            outcomes.append(Outcome(task, None, _words(error)))
    return outcomes


def _words(error: Exception) -> str:
    return " ".join(str(error).split())
