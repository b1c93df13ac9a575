"""A batch over several studies: one file, one call, one bar; all of it is checked before any of it runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from fiscal_analysis import batch as batches
from fiscal_analysis import cli, corpus, studies
from fiscal_analysis.batch import read_batch, run_batch
from fiscal_analysis.errors import ContractError
from fiscal_analysis.studies import engine, forks
from tests.test_batches import live_in, make_project, runs, write_notebook

LOGS = """\
with open("runs.log", "a", encoding="utf-8") as log:
    log.write("ran\\n")
"""
SPENDING = 'processed = "data/processed"\ndivision_code = ""\nyear: int | None = None\ntop = 10\n'
FAILS = """\
# What every class got
if top == 13:
    raise LookupError("no class 13:\\nthere are twelve")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two studies that name the district differently; only one of them takes `top`."""
    root = make_project(tmp_path / "project")
    write_notebook(root / "notebooks" / "spending.ipynb", SPENDING, LOGS, FAILS)
    live_in(root, monkeypatch.setattr)
    return root


def documents(project: Path) -> pl.DataFrame:
    return pl.read_parquet(project / "data" / "processed" / "documents.parquet")


def sets_of(project: Path, content: str, study: str | None = None) -> list[dict[str, str]]:
    path = project / "batch.yaml"
    path.write_text(content, encoding="utf-8")
    return read_batch(path, documents(project), studies.parameters_of(study) if study else None)


A, B = "carryover", "spending"


@pytest.mark.parametrize(
    ("content", "sets"),
    [
        # A block over several studies; a bare column fills what each of them has for it.
        (
            f"studies: [{A}, {B}]\nparameters: {{year: 2023}}\nfor_each: division_code\n",
            [
                {"study": A, "year": "2023", "division_codes": "110106"},
                {"study": A, "year": "2023", "division_codes": "130123"},
                {"study": B, "year": "2023", "division_code": "110106"},
                {"study": B, "year": "2023", "division_code": "130123"},
            ],
        ),
        ("studies: all\ngrid: {year: [2023]}\n", [{"study": A, "year": "2023"}, {"study": B, "year": "2023"}]),
        (f"study: {B}\n", [{"study": B}]),
        (f"studies: {B}\ngrid: {{top: [1, 2]}}\n", [{"study": B, "top": "1"}, {"study": B, "top": "2"}]),
        # A list, each set of its study.
        (
            f"- {{study: {B}, top: 3}}\n- {{year: 2024}}\n- {{study: {A}.ipynb}}\n",
            [{"study": B, "top": "3"}, {"year": "2024"}, {"study": A}],
        ),
        # Sets and blocks in one list.
        (
            f"- {{study: {A}}}\n- {{studies: [{B}], parameters: {{top: 3}}, for_each: division_code}}\n"
            "- {grid: {year: [2023, 2024]}}\n",
            [
                {"study": A},
                {"study": B, "top": "3", "division_code": "110106"},
                {"study": B, "top": "3", "division_code": "130123"},
                {"year": "2023"},
                {"year": "2024"},
            ],
        ),
        # Of two columns, the pairs that there are: no document of 130123 in 2024.
        (
            f"study: {B}\nfor_each: {{division_code: division_code, year: fiscal_year}}\n",
            [
                {"study": B, "division_code": "110106", "year": "2023"},
                {"study": B, "division_code": "110106", "year": "2024"},
                {"study": B, "division_code": "130123", "year": "2023"},
            ],
        ),
        (
            f"study: {B}\nfor_each: [fiscal_year, division_code]\ngrid: {{top: [1, 2]}}\n",
            [
                {"study": B, "top": top, "year": year, "division_code": code}
                for top in ("1", "2")
                for year, code in (("2023", "110106"), ("2023", "130123"), ("2024", "110106"))
            ],
        ),
    ],
)
def test_a_batch_file_may_name_studies(project: Path, content: str, sets: list[dict[str, str]]) -> None:
    assert sets_of(project, content) == sets


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"study: {A}\nstudies: [{B}]", "study and studies are both given"),
        ("studies: []", "studies: names of studies, or all, are expected"),
        ("studies: [[a]]", "studies: names of studies, or all, are expected"),
        ("studies: [carry_over]", "no study “carry_over”; did you mean “carryover”"),
        ("- {study: carry_over}", "set 1: there is no study “carry_over”; did you mean “carryover”"),
        ("- {year: 2023}\n- {studies: all, year: 2023}", "set 2: .*parameters, grid, for_each, study, studies.*year"),
        ("- {studies: all, grid: {year: 2023}}", "set 1: grid: year: a list of values"),
        ("studies: all\nfor_each: county", "study “carryover” has no parameter for the column 'county'"),
        ("studies: all\nfor_each: {year: town}", "for_each: there is no column 'town'"),
        ("- study: [carryover]", "set 1: names and single values"),
        ("- {year: 2023}\n- {year: 2023, top: 1, year: 2024}", "'year' stands there twice.*line 2, column 24"),
        ("[]", "there is no set of parameters"),
        ("grid: {year: []}", "there is no set of parameters"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(project: Path, content: str, said: str) -> None:
    with pytest.raises(ContractError, match=rf"batch\.yaml: .*{said}"):
        sets_of(project, content)


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def fiscal(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command, with a batch file of this content."""
    frames = type("Read", (), {"documents": documents(project)})
    monkeypatch.setattr(corpus, "load", lambda folder: frames)
    monkeypatch.chdir(project)

    def run(content: str, *arguments: str) -> Result:
        (project / "batch.yaml").write_text(content, encoding="utf-8")
        words = ["study", *arguments, "--batch", "batch.yaml", "--out", "reports"]
        return CliRunner().invoke(cli.main, words)

    return run


def stems(project: Path) -> list[str]:
    return sorted(path.stem for path in (project / "reports").glob("*--*.html"))


def nothing_ran(project: Path) -> bool:
    return not runs(project) and not (project / "reports").exists()


def test_several_studies_run_in_one_call_and_each_failure_is_told_with_its_cell(
    project: Path, fiscal: Callable[..., Result]
) -> None:
    content = (
        f"- {{studies: all, for_each: division_code}}\n- {{study: {B}, top: 13}}\n- {{study: {A}, fail: no year}}\n"
    )
    result = fiscal(content, "--jobs", "2")
    assert result.exit_code == 1
    assert stems(project) == [
        "carryover--division_codes-110106",
        "carryover--division_codes-130123",
        "spending--division_code-110106",
        "spending--division_code-130123",
    ]
    assert result.stdout.count("Report: ") == 4
    assert result.stderr.splitlines() == [
        "Failed reports: 2",
        "  spending (top=13): study “spending” stopped in cell 4 (# What every class got): LookupError: no class 13: "
        "there are twelve",
        "  carryover (fail=no year): study “carryover” stopped in cell 3 (import os): ValueError: no year",
    ]
    # The next call has only what failed to do.
    again = fiscal(content.replace("13", "14"), "--jobs", "2")
    assert again.stdout.count("(unchanged)") == 4
    assert again.stdout.count("Report: ") == 5


def test_a_kernel_tells_the_same_cell(
    project: Path, fiscal: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forks, "available", lambda: False)
    result = fiscal(f"- {{study: {B}, top: 13}}\n")
    assert (
        "  spending (top=13): study “spending” stopped in cell 4 (# What every class got): LookupError" in result.stderr
    )


def test_the_study_of_the_command_is_that_of_sets_that_name_none(project: Path, fiscal: Callable[..., Result]) -> None:
    result = fiscal(f"- {{year: 2023}}\n- {{study: {B}}}\n- {{for_each: division_code}}\n", A, "-p", "year", "2024")
    assert result.exit_code == 0, result.output
    assert stems(project) == [
        "carryover--division_codes-110106--year-2024",
        "carryover--division_codes-130123--year-2024",
        "carryover--year-2023",
        "spending--year-2024",
    ]


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        (
            f"- {{study: {B}}}\n- {{year: 2023}}\n",
            (),
            r"batch\.yaml: .*\(year=2023\) names no study.*studies: all.*study NAME --batch.*carryover, spending",
        ),
        ("studies: all\ngrid: {top: [1, 2]}\n", (), r"batch\.yaml: .*study “carryover”: there is no parameter “top”"),
        ("studies: all\n", ("-p", "top", "3"), "study “carryover”: there is no parameter “top”"),
        (f"- {{study: {A}}}\n- {{study: {B}, top: many}}\n", (), r"spending \(top=many\): .*“top” is to be a whole"),
        ("studies: all\n", ("-p", "study", A), r"-p study"),
    ],
)
def test_all_sets_of_all_studies_are_checked_before_anything_runs(
    project: Path,
    fiscal: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    content: str,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.setattr(engine, "run_plans", lambda *_, **__: pytest.fail("it ran"))
    result = fiscal(content, *arguments)
    assert result.exit_code == 2
    with pytest.raises(ContractError, match=said):
        raise ContractError(" ".join(result.stderr.split()))
    assert nothing_ran(project)


def test_a_command_without_a_study_and_without_a_batch_says_what_to_write(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = CliRunner().invoke(cli.main, ["study", "--out", str(project / "reports")])
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert "fiscal study NAME --out" in said
    assert "carryover, spending" in said
    assert nothing_ran(project)


def test_one_bar_is_over_all_reports(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []

    @contextlib.contextmanager
    def bar(total: int, what: str, *, show: bool, unit: str) -> Iterator[Callable[[int], None]]:
        shown.extend([total, what])
        yield shown.append

    monkeypatch.setattr(batches, "progress_bar", bar)
    out, processed = project / "reports", project / "data" / "processed"
    run_batch(None, [{"study": A}, {"study": B}, {"study": B, "top": "13"}], out=out, processed=processed)
    assert shown == [3, "Reports", 1, 1, 1]
    shown.clear()
    run_batch(B, [{"top": "1"}, {}], out=out, processed=processed)  # the second is there
    assert shown == [1, "spending", 1]


def test_districts_without_an_answer_get_a_report_of_every_published_study(tmp_path: Path) -> None:
    names = [study.name for study in studies.list_studies() if "division_codes" in studies.parameters_of(study.name)]
    path = tmp_path / "all.yaml"
    path.write_text(f"studies: [{', '.join(names)}]\nfor_each: division_code\n", encoding="utf-8")
    processed = Path(__file__).resolve().parent.parent / "data" / "processed"
    found = corpus.load(processed).documents
    done = run_batch(None, read_batch(path, found), out=tmp_path / "reports", processed=processed, jobs=2)
    assert [outcome.reason for outcome in done if outcome.reason] == []
    assert len({outcome.report for outcome in done}) == len(names) * found["division_code"].n_unique() > 8
