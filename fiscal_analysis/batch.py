"""Studies over many sets of parameters: read the batch file, check every set, run each one isolated.

A batch file is YAML. Either a list of parameter sets::

    - {division_codes: 110106, year_from: 2023}
    - {study: subsidy_cost, division_codes: "110106,110109"}

or a block of sets to be combined: every value of `grid` with every other, and with every distinct value that the
documents have in the columns of `for_each`, on top of the common `parameters`::

    studies: [execution_rates, subsidy_cost]
    parameters: {year_from: 2023}
    grid: {year_to: [2023, 2024]}
    for_each: {division_codes: division_code}

A list may hold blocks, too. `studies` are names, or ``all``; `study` is one of them. A set that names none is of the
study that the command names. Each set of a block is run with each of its studies, all of which must have its
parameters.

`for_each` names a column for each parameter that it fills; a parameter that takes a list gets a list of the one value,
and parameters with the same column get the same value. Several columns give the combinations that occur in the
documents. A bare column, ``for_each: fiscal_year``, or a list of bare columns fills the parameter of the same name;
where the study has none, the one with an ``s`` behind it (`division_code` fills `division_codes`); and where it has
none, `fiscal_year` fills both `year_from` and `year_to`, or `year`.

Values are read as text, so that a code such as ``010106`` stays what it is; the study's own parameter cell says what
is a number. The path of a file is relative to the folder of the batch file.
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
    from fiscal_analysis.studies.parameters import Parameter
    from fiscal_analysis.studies.plan import Plan

__all__ = ["Outcome", "Task", "read_batch", "run_batch"]

_KEYS = ("parameters", "grid", "for_each", "study", "studies")
_STUDY = "study"
_ALL = "all"


class Task(NamedTuple):
    """One run of a study."""

    study: str
    parameters: dict[str, str]
    out: str
    processed: str

    def __str__(self) -> str:
        given = ", ".join(f"{key}={value}" for key, value in self.parameters.items())
        return f"{self.study} ({given})" if given else self.study


class _Texts(yaml.BaseLoader):
    """YAML with every scalar as text; a key that stands twice is a mistake, not the last of the two."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for place, (key, _) in enumerate(node.value):
            if key.value in keys[:place]:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands there twice", key.start_mark)
        return super().construct_mapping(node, deep)


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
        The parameters of the study that sets which name none are of, as :func:`parameters_of` gives them: they decide
        which of them a bare column of `for_each` fills, and which are files. Without them it fills the one of its own
        name.

    Returns
    -------
    list of dict
        One set of parameters a run, all values text; where the file names the study, it stands under the key ``study``.

    Raises
    ------
    SourceError
        If the file cannot be read.
    ContractError
        If it has another form, or names a study that there is not.
    """
    try:
        content = yaml.load(Path(path).read_text(encoding="utf-8-sig"), Loader=_Texts)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}). Check the name of the batch file.") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        said = " ".join(str(error).split())
        raise ContractError(f"{path}: is no YAML in UTF-8 ({said}). Mend that line.") from error
    if isinstance(content, list):
        parts = [_part(f"{path}: set {number}", each, documents, known) for number, each in enumerate(content, start=1)]
    elif isinstance(content, dict) and content and set(content) <= set(_KEYS):
        parts = [_block(str(path), content, documents, known)]
    else:
        raise ContractError(
            f"{path}: a list of parameter sets, or the keys {', '.join(_KEYS)} are expected. "
            "Write one set a line: `- {division_codes: 110106}`."
        )
    folder = Path(path).absolute().parent
    sets = [_with_paths(each, takes, folder) for part in parts for takes, each in part]
    if not sets:
        raise ContractError(
            f"{path}: there is no set of parameters in it. Write one a line, such as `- {{year: 2023}}`."
        )
    return sets


_Sets = list[tuple[Collection[str] | None, dict[str, str]]]


def _part(place: str, content: Any, documents: pl.DataFrame, known: Collection[str] | None) -> _Sets:
    """Return the sets of an entry of a list, each with the parameters of its study: one set, or a block of them."""
    if isinstance(content, dict) and set(content) & set(_KEYS) - {_STUDY}:
        if unknown := [str(key) for key in content if key not in _KEYS]:
            raise ContractError(
                f"{place}: the keys of a block are {', '.join(_KEYS)}; found {', '.join(unknown)}. "
                "Write parameters under `parameters:`."
            )
        return _block(place, content, documents, known)
    given = _texts(place, content)
    if _STUDY not in given:
        return [(known, given)]
    name, takes = _study(place, given[_STUDY])
    return [(takes, given | {_STUDY: name})]


def _block(place: str, content: Mapping[str, Any], documents: pl.DataFrame, known: Collection[str] | None) -> _Sets:
    """Return the sets of a block, for each of its studies, each with the parameters of its study."""
    if "study" in content and "studies" in content:
        raise ContractError(
            f"{place}: study and studies are both given. Name all of them in `studies: [first, second]`."
        )
    named = content.get("studies", content.get("study"))
    if named is None:
        return [(known, each) for each in _combined(place, content, documents, known, "the study")]
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ContractError(
            f"{place}: studies: names of studies, or {_ALL}, are expected. Write `studies: [first, second]`."
        )
    if names == [_ALL]:
        from fiscal_analysis.studies import list_studies

        names = [study.name for study in list_studies()]
    sets: _Sets = []
    for name, takes in (_study(place, each) for each in names):
        of_study = _combined(place, content, documents, takes, f"study “{name}”")
        sets += [(takes, {_STUDY: name} | each) for each in of_study]
    return sets


def _study(place: str, name: str) -> tuple[str, Mapping[str, Parameter]]:
    """Return a study's name as it is listed, and its parameters."""
    from fiscal_analysis.studies import parameters_of
    from fiscal_analysis.studies.catalogue import find_study

    try:
        found = find_study(name).name
        return found, parameters_of(found)
    except ContractError as error:
        raise ContractError(f"{place}: {error}") from None


def _combined(
    place: str, content: Mapping[str, Any], documents: pl.DataFrame, known: Collection[str] | None, study: str
) -> list[dict[str, str]]:
    """Return the common parameters of a block with every combination of its grid and its documents."""
    common = _texts(f"{place}: parameters", content.get("parameters") or {})
    axes = {key: _values(place, key, values) for key, values in _mapping(place, content.get("grid") or {}).items()}
    filled: dict[str, list[str]] = {}
    for parameter, column in _filled(place, content.get("for_each") or [], known, study):
        if column not in documents.columns:
            raise ContractError(
                f"{place}: for_each: there is no column {column!r} in the documents table. "
                f"Its columns are {', '.join(documents.columns)}."
            )
        if parameter in axes or parameter in [name for names in filled.values() for name in names]:
            raise ContractError(f"{place}: for_each: {parameter} is given more than once. Name it in one place.")
        filled.setdefault(column, []).append(parameter)
    choices = [[{name: value} for value in values] for name, values in axes.items()]
    if filled:
        # Only what occurs together: of a district, the years of which there are documents.
        found = documents.select(list(filled)).drop_nulls().unique().sort(list(filled)).rows()
        choices.append(
            [
                {name: str(value) for names, value in zip(filled.values(), row, strict=True) for name in names}
                for row in found
            ]
        )
    return [{**common, **{k: v for part in parts for k, v in part.items()}} for parts in product(*choices)]


def _with_paths(given: Mapping[str, str], takes: Collection[str] | None, folder: Path) -> dict[str, str]:
    """Return parameters with the paths of files from the root on, relative ones being relative to `folder`."""
    kinds = {key: parameter.type for key, parameter in takes.items()} if isinstance(takes, Mapping) else {}
    return {
        key: str(folder / Path(value).expanduser())
        if kinds.get(key) == "file" and value.lower() not in ("", "none", "null")
        else value
        for key, value in given.items()
    }


def _filled(path: str, each: Any, known: Collection[str] | None, study: str) -> list[tuple[str, str]]:
    """Return which parameter is filled from which column."""
    if isinstance(each, dict) and all(isinstance(column, str) for column in each.values()):
        return list(each.items())
    columns = [each] if isinstance(each, str) else each
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        raise ContractError(
            f"{path}: for_each: columns, or parameters with the column of each are expected. "
            "Write `for_each: {division_codes: division_code}`."
        )
    return [(parameter, column) for column in columns for parameter in _parameters_for(path, column, known, study)]


def _parameters_for(path: str, column: str, known: Collection[str] | None, study: str) -> tuple[str, ...]:
    """Return the parameters that a bare column fills."""
    if known is None:
        return (column,)
    ways: list[tuple[str, ...]] = [(column,), (f"{column}s",)]
    if column == "fiscal_year":
        ways += [("year_from", "year_to"), ("year",)]
    for names in ways:
        if set(names) <= set(known):
            return names
    raise ContractError(
        f"{path}: for_each: {study} has no parameter for the column {column!r}; parameters: {', '.join(known)}. "
        f"Name the parameter that it fills: `for_each: {{PARAMETER: {column}}}`."
    )


def _mapping(path: str, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise ContractError(
            f"{path}: grid: names and lists of values are expected. Write `grid: {{language: [zh, en]}}`."
        )
    return content


def _values(path: str, key: str, values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ContractError(f"{path}: grid: {key}: a list of values is expected. Write `{key}: [first, second]`.")
    return values


def _texts(place: str, content: Any) -> dict[str, str]:
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise ContractError(f"{place}: names and single values are expected. Write `{{year_from: 2023}}`.")
    return content


def run_batch(
    study: str | None,
    sets: Sequence[Mapping[str, str]],
    *,
    out: str | Path,
    processed: str | Path,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: bool = False,
    force: bool = False,
) -> list[Outcome]:
    """Run studies with each of many parameter sets; a run that fails does not stop the others.

    A report that is there already, complete and made from the same notebook, package, data and parameters, is left as
    it is: a batch that was interrupted goes on where it was.

    Parameters
    ----------
    study : str, optional
        The study of the sets that name none.
    sets : sequence of mappings
        Parameters as text, with the study under the key ``study`` where it is another one. All are checked before the
        first run starts.
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
        If a study is unknown, a parameter of any set is or is wrong, a set names no study, or two sets would be one
        report.
    """
    from fiscal_analysis.studies import check_parameters
    from fiscal_analysis.studies.engine import unchanged
    from fiscal_analysis.studies.plan import plan_study
    from fiscal_analysis.studies.report import sweep, write_index

    if jobs < 1:
        raise ContractError(f"jobs: {jobs} given, a number of processes from 1 is expected. Pass jobs=1 or more.")
    tasks = [_task(study, each, str(out), str(processed)) for each in sets]
    for task in tasks:
        try:
            check_parameters(task.study, task.parameters)
        except ContractError as error:
            raise ContractError(f"{task}: {error}") from None
    outcomes: dict[int, Outcome] = {}
    plans: dict[str, Plan] = {}
    places: dict[str, list[int]] = {}
    for place, task in enumerate(tasks):
        try:
            plan = plan_study(task.study, task.parameters, out=out, processed=processed, named=True)
        except FiscalAnalysisError as error:
            outcomes[place] = Outcome(task, None, _words(error))
            continue
        # Sets that say the same in different words are one run; files of one name are not the same.
        if plan.stem in plans and plans[plan.stem].inputs != plan.inputs:
            raise ContractError(
                f"two sets would both be the report {plan.stem}: {tasks[places[plan.stem][0]]}, and {task}. "
                "A report tells the names of files, not their folders: rename one of the files."
            )
        places.setdefault(plan.stem, []).append(place)
        plans[plan.stem] = plan
    sweep(Path(out))
    found = {} if force else {stem: unchanged(plan) for stem, plan in plans.items()}

    def end(stem: str, reason: str | None, skipped: bool = False) -> None:
        for place in places[stem]:
            report = None if reason else str(Path(out) / f"{stem}.html")
            outcomes[place] = Outcome(tasks[place], report, reason, skipped)

    for stem in plans:
        if found.get(stem) is not None:
            end(stem, None, skipped=True)
    names = {task.study for task in tasks}
    label = names.pop() if len(names) == 1 else "Reports"
    rest = [stem for stem in plans if found.get(stem) is None]
    try:
        with progress_bar(len(rest), label, show=progress, unit="report") as advance:
            _run(rest, plans, [tasks[places[stem][0]] for stem in rest], end, jobs, scheduler, advance)
    finally:
        # What is done by now is to be found, however the batch ends.
        write_index(Path(out))
    return [outcomes[place] for place in range(len(tasks))]


def _task(study: str | None, given: Mapping[str, str], out: str, processed: str) -> Task:
    """Return the run of a set; processes elsewhere find its files, too."""
    from fiscal_analysis.studies import list_studies, parameters_of

    parameters = {key: value for key, value in given.items() if key != _STUDY}
    name = given.get(_STUDY, study)
    if name is None:
        words = ", ".join(f"{key}={value}" for key, value in parameters.items())
        raise ContractError(
            f"the set ({words}) names no study. Write `studies: [NAME, ...]` or `studies: {_ALL}` into its block, or "
            "`study: NAME` into the set, or name the study of all such sets: fiscal study NAME --batch FILE. "
            f"Studies: {', '.join(each.name for each in list_studies()) or 'none'}"
        )
    return Task(name, _with_paths(parameters, parameters_of(name), Path.cwd()), out, processed)


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
