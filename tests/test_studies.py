"""Studies: parameters are checked before anything runs; reports are complete, stable and work without a network."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import polars as pl
import pytest

from fiscal_analysis import studies
from fiscal_analysis.corpus import Corpus
from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.studies import catalogue, engine, reading
from fiscal_analysis.studies.execution import StudyError, execute, inject, stable
from fiscal_analysis.studies.files import report_name, write_atomically
from fiscal_analysis.studies.page import page_of, study_html
from fiscal_analysis.studies.parameters import convert, read_parameters

PARAMETERS = """\
processed = "data/processed"  # folder of the processed tables
division_code = "110106"  # six-digit code
division_codes: list[str] = []
year_from: int | None = None  # first fiscal year
window = 0.005
top = 10
verbose = False
"""

TEXT = "# Carry-over rates\n\nWhat was left at the end of the year (年末结转和结余).\n\n## Question\n\nHow much?"

CODE = """\
from IPython.display import HTML, display
display(HTML(f'<div id="t1" style="x"><table class="gt_table"><tr><td>{division_code}: {top}</td></tr></table></div>'))
"""


def notebook(*cells: tuple[str, str, str]) -> nbformat.NotebookNode:
    """Return a notebook of (kind, id, source); the cell with id ``parameters`` is tagged so."""
    made = nbformat.v4.new_notebook()
    for kind, name, source in cells:
        cell = getattr(nbformat.v4, f"new_{kind}_cell")(source)
        cell["id"] = name
        if name == "parameters":
            cell.metadata["tags"] = ["parameters"]
        made.cells.append(cell)
    return made


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one small study and processed tables that are there."""
    root = tmp_path / "project"
    (root / "notebooks").mkdir(parents=True)
    (root / "data" / "processed").mkdir(parents=True)
    for name in ("documents", "facts"):
        pl.DataFrame({"doc_id": ["a"]}).write_parquet(root / "data" / "processed" / f"{name}.parquet")
    nbformat.write(
        notebook(("markdown", "title", TEXT), ("code", "parameters", PARAMETERS), ("code", "table", CODE)),
        root / "notebooks" / "carryover.ipynb",
    )
    nbformat.write(notebook(("markdown", "note", "no study")), root / "notebooks" / "scratch.ipynb")
    monkeypatch.setattr(catalogue, "project_root", lambda: root)
    monkeypatch.setattr(engine, "project_root", lambda: root)
    return root


# -- which studies there are, and their parameters ------------------------------------------------------------------


def test_a_study_is_a_notebook_with_parameters_and_says_what_it_is_about(project: Path) -> None:
    (study,) = studies.list_studies()
    assert study.name == "carryover"
    assert study.title == "Carry-over rates"
    assert study.summary == "What was left at the end of the year (年末结转和结余)."


def test_an_unknown_study_is_refused_with_the_closest_name(project: Path) -> None:
    with pytest.raises(ContractError, match=r"no study “carry_over”; did you mean “carryover”\? Studies: carryover"):
        studies.run_study("carry_over")


def test_parameters_are_read_with_type_default_and_meaning(project: Path) -> None:
    known = studies.parameters_of("carryover")
    assert {name: (p.type, p.optional) for name, p in known.items()} == {
        "processed": ("str", False),
        "division_code": ("str", False),
        "division_codes": ("list[str]", False),
        "year_from": ("int", True),
        "window": ("float", False),
        "top": ("int", False),
        "verbose": ("bool", False),
    }
    assert known["year_from"].help == "first fiscal year"
    assert known["division_code"].default == "110106"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"division_code": "110106"}, {"division_code": "110106"}),
        ({"year_from": "2023"}, {"year_from": 2023}),
        ({"year_from": 2023}, {"year_from": 2023}),
        ({"year_from": "none"}, {"year_from": None}),
        ({"window": "0.01"}, {"window": 0.01}),
        ({"window": 1}, {"window": 1.0}),
        ({"verbose": "true"}, {"verbose": True}),
        ({"division_codes": "110106, 130123"}, {"division_codes": ["110106", "130123"]}),
        ({"division_codes": ["110106"]}, {"division_codes": ["110106"]}),
    ],
)
def test_text_becomes_the_declared_type_and_codes_stay_text(
    project: Path, given: dict[str, Any], read: dict[str, Any]
) -> None:
    checked = studies.check_parameters("carryover", given)
    assert checked == read
    assert [type(value) for value in checked.values()] == [type(value) for value in read.values()]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"year_form": 2023},
            r"no parameter “year_form”; did you mean “year_from”\? parameters: processed, division_code",
        ),
        ({"division_code": 110106}, r'is to be text .* got 110106 \(int\); write it in quotes: "110106"'),
        ({"division_codes": [110106]}, "“division_codes” is to be text"),
        ({"year_from": "MMXXIII"}, "“year_from” is to be a whole number or nothing"),
        ({"year_from": 2023.0}, "“year_from” is to be a whole number"),
        ({"year_from": True}, "“year_from” is to be a whole number"),
        ({"top": None}, "“top” is to be a whole number .* got nothing"),
        ({"window": "nan"}, "“window” is to be a number"),
        ({"verbose": 1}, "“verbose” is to be true or false"),
    ],
)
def test_a_mistyped_parameter_is_refused_before_anything_runs(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], said: str
) -> None:
    monkeypatch.setattr(engine, "execute", lambda *_, **__: pytest.fail("it ran"))
    with pytest.raises(ContractError, match=said):
        studies.run_study("carryover", given, out=tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


def test_a_list_may_be_of_given_values_only() -> None:
    known = read_parameters('levels: list[Literal["error", "note"]] = []\nlevel: Literal["error"] | None = None', "x")
    assert (known["levels"].type, known["levels"].choices) == ("list[str]", ("error", "note"))
    assert (known["level"].type, known["level"].optional, known["level"].choices) == ("str", True, ("error",))
    assert convert(known["levels"], "note, error") == ["note", "error"]
    assert convert(known["levels"], []) == []
    with pytest.raises(ValueError, match="“levels” is to be one of error, note, got 'warning'"):
        convert(known["levels"], ["error", "warning"])


@pytest.mark.parametrize(
    ("study", "given", "said"),
    [
        ("execution_rates", {"line_level": "klass"}, "“line_level” is to be one of class, group, item, got 'klass'"),
        ("execution_rates", {"window": "-3"}, "“window” is to be at least 0 and at most 0.5, got -3.0"),
        ("execution_rates", {"axis_limit": "0"}, "“axis_limit” is to be at least 1.05 and at most 100"),
        ("subsidy_cost", {"year_from": "20233"}, "“year_from” is to be at least 1949 and at most 2100"),
        ("subsidy_cost", {"year_from": "2025", "year_to": "2020"}, "“year_from” is 2025 and “year_to” is 2020"),
        ("subsidy_cost", {"division_codes": "999999"}, "there is no document of 999999; codes in the data: 110105"),
        ("subsidy_cost", {"year_from": "2090"}, "nothing is left from 2090 on; years in the data: 2023, 2024$"),
        ("subsidy_cost", {"year_to": "2022"}, "nothing is left up to 2022; years in the data: 2023, 2024$"),
        ("subsidy_cost", {"division_codes": "110106", "year_to": "1990"}, "nothing is left up to 1990 of 110106;"),
        ("subsidy_cost", {"year_from": 2000, "year_to": 2001}, "nothing is left between 2000 and 2001;"),
    ],
)
def test_a_published_study_refuses_what_it_does_not_know_before_a_kernel_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, study: str, given: dict[str, Any], said: str
) -> None:
    monkeypatch.setattr(engine, "execute", lambda *_, **__: pytest.fail("it ran"))
    with pytest.raises(ContractError, match=said):
        studies.run_study(study, given, out=tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


def test_a_range_stands_next_to_its_parameter() -> None:
    cell = "window: Annotated[float, (0, 0.5)] = 0.1\nyear: Annotated[int | None, (1949, None)] = None\n"
    known = read_parameters(cell, "x.ipynb")
    assert [(p.type, p.optional, p.lowest, p.highest) for p in known.values()] == [
        ("float", False, 0, 0.5),
        ("int", True, 1949, None),
    ]
    assert convert(known["year"], "none") is None
    with pytest.raises(ValueError, match="“year” is to be at least 1949, got 23"):
        convert(known["year"], "23")
    with pytest.raises(ContractError, match="`window`: a type and a range"):
        read_parameters("window: Annotated[float, 0.5] = 0.1", "x.ipynb")


def test_a_report_of_a_batch_never_takes_the_name_of_the_main_report(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    write_atomically(out / "carryover.html", "the main report")
    done = studies.run_study("carryover", {"top": "10"}, out=out, named=True)  # 10 is the default
    assert done.html.name == "carryover--top-10.html"
    assert studies.run_study("carryover", {}, out=out, named=True).html.name == "carryover--defaults.html"
    assert (out / "carryover.html").read_text(encoding="utf-8") == "the main report"
    studies.run_study("carryover", {"top": "10"}, out=out)
    assert "the main report" not in (out / "carryover.html").read_text(encoding="utf-8")


def test_what_the_audit_says_of_a_figure_is_said_of_what_rests_on_it() -> None:
    corpus = SimpleNamespace(
        facts=pl.DataFrame({"fact_id": ["a", "b", "c"], "raw": ["90万元", "250家次", "240"]}),
        findings=pl.DataFrame(
            {
                "fact_ids": ["b;c", "x"],
                "suspects": ["b", None],
                "message_en": ["250家次 against 240; 10 apart. Suspect: 250家次. Source: “评审250家次”", "other."],
            }
        ),
    )
    said = "250家次 against 240, 10 apart. Suspect: 250家次"
    assert studies.doubts(corpus, ["a"]) is None
    assert studies.doubts(corpus, ["a", "b"]) == f"250家次 is a suspect in a finding of the audit: {said}"
    assert studies.doubts(corpus, ["a", "c"]) == f"240 is among the figures of a finding of the audit: {said}"


def test_all_mistakes_are_named_at_once(project: Path) -> None:
    with pytest.raises(ContractError, match=r"“tpo”.*“window”"):
        studies.check_parameters("carryover", {"tpo": 1, "window": "wide"})


def test_a_parameter_cell_may_hold_plain_values_only() -> None:
    with pytest.raises(ContractError, match="default of `year` is to be a plain value"):
        read_parameters("year = max(2023, 2024)", "x.ipynb")
    with pytest.raises(ContractError, match="line 2: only assignments"):
        read_parameters("year = 2023\nprint(year)", "x.ipynb")
    with pytest.raises(ContractError, match="`year` needs a type"):
        read_parameters("year = None", "x.ipynb")


def test_missing_tables_are_told_before_anything_runs(project: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no documents\.parquet and no facts\.parquet; write the processed tables"):
        studies.run_study("carryover", processed=tmp_path / "nowhere", out=tmp_path)


# -- running --------------------------------------------------------------------------------------------------------


def test_a_run_writes_a_report_without_code_and_an_index_and_a_second_run_the_same_bytes(
    project: Path, tmp_path: Path
) -> None:
    out = tmp_path / "reports"
    done = studies.run_study("carryover", {"division_code": "130123", "top": "5"}, out=out)
    assert done.html.name == "carryover--division_code-130123--top-5.html"
    assert done.parameters == {"division_code": "130123", "top": 5}
    assert (done.tables, done.charts) == (1, 0)
    page = done.html.read_text(encoding="utf-8")
    assert "130123: 5" in page
    assert "<h1" in page
    assert "年末结转和结余" in page
    assert "display(" not in page
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", page)
    assert (out / "assets" / "FiscalSansSC-Regular.ttf").is_file()
    executed = nbformat.read(done.notebook, as_version=4)
    tags = [cell.metadata.get("tags", []) for cell in executed.cells]
    assert tags == [[], ["parameters"], ["injected-parameters"], []]
    assert executed.cells[2].source == "# Parameters\ndivision_code = '130123'\ntop = 5"
    assert str(tmp_path) not in done.notebook.read_text(encoding="utf-8")

    before = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    studies.run_study("carryover", {"division_code": "130123", "top": 5}, out=out)
    assert {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert 'href="carryover--division_code-130123--top-5.html"' in (out / "index.html").read_text(encoding="utf-8")


def test_a_failing_cell_is_named_and_the_report_before_it_stays(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    write_atomically(out / "carryover.html", "the report before")
    nbformat.write(
        notebook(("code", "parameters", 'processed = "data/processed"'), ("code", "ratio", "rate = 1 / 0")),
        project / "notebooks" / "carryover.ipynb",
    )
    results, failures = studies.run_all(out=out)
    assert results == []
    assert failures[0].name == "carryover"
    assert "cell 2 (rate = 1 / 0): ZeroDivisionError: division by zero" in failures[0].reason
    assert (out / "carryover.html").read_text(encoding="utf-8") == "the report before"
    assert not list(out.glob(".*"))
    with pytest.raises(StudyError):
        execute(project / "notebooks" / "carryover.ipynb", {}, folder=project)


def test_unknown_studies_are_refused_before_the_first_one_runs(project: Path, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no study “nope”"):
        studies.run_all(["carryover", "nope"], out=tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


def test_an_index_over_nothing_says_so(tmp_path: Path) -> None:
    assert "There are no reports here yet" in engine.write_index(tmp_path).read_text(encoding="utf-8")


# -- the stored form ------------------------------------------------------------------------------------------------


def test_the_stored_form_has_no_times_and_no_machine() -> None:
    made = notebook(("code", "one", "1 + 1"))
    made.metadata.update({"papermill": {"duration": 1.5}, "language_info": {"name": "python", "version": "3.11.7"}})
    made.cells[0].metadata.update({"execution": {"iopub.execute_input": "2024-01-01T00:00:00Z"}, "tags": ["t"]})
    kept = stable(made)
    assert kept.metadata.keys() == {"kernelspec", "language_info"}
    assert kept.metadata.language_info == {"name": "python"}
    assert kept.cells[0].metadata == {"tags": ["t"]}
    assert made.metadata.papermill.duration == 1.5  # the original is untouched
    text = engine.notebook_text(kept)
    assert json.loads(text)["cells"][0]["source"] == ["1 + 1"]
    nbformat.validate(nbformat.reads(text, as_version=4))


def test_parameters_are_injected_once_and_chinese_stays_readable() -> None:
    made = notebook(("code", "parameters", "place = ''"), ("code", "use", "place"))
    twice = inject(inject(made, {"place": "正定县"}), {"place": "丰台区"})
    assert [cell.source for cell in twice.cells] == ["place = ''", "# Parameters\nplace = '丰台区'", "place"]


def test_report_names_are_safe_and_tell_parameters_apart() -> None:
    assert report_name("profile", {}) == "profile"
    assert (
        report_name("profile", {"year": 2023, "division_code": "110106"}) == "profile--division_code-110106--year-2023"
    )
    odd = [report_name("profile", {"place": place}) for place in ("a/b", "a:b", "a?b", "../" * 60, "丰台区" * 60)]
    assert len(set(odd)) == len(odd)
    assert all(re.fullmatch(r"[\w.+-]+", name) and len(name.encode()) <= 110 for name in odd)
    # Two names must not be one where capitals are not told apart, or letters are written in parts.
    alike = [report_name("profile", {"place": place}) for place in ("Ab", "aB", "ab", "\u00e9", "e\u0301")]
    assert len({unicodedata.normalize("NFC", name).lower() for name in alike}) == len(alike)


def test_an_interrupted_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.html"
    write_atomically(target, "old")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(target, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert target.read_text() == "old"


def test_a_table_leaves_its_notebook_style_behind_and_labels_its_cells_for_a_phone() -> None:
    from fiscal_analysis.charts import Markup, reading_table

    table = reading_table(
        pl.DataFrame({"place": ["丰台区"], "cost": ["859.8 元"], "sources": ['<a href="#fact-a1">money</a>']}),
        {"place": "District", "cost": "Unit cost", "sources": "Sources"},
        name="costs",
        title="Table 1. Costs",
        stub="place",
        formats={"sources": Markup},
        notes=["Prices of the year."],
    )
    made = notebook(("code", "table", "table"))
    made.cells[0].outputs = [nbformat.v4.new_output("display_data", data={"text/html": table._repr_html_()})]
    body = page_of(made, "x").body
    assert "<style" not in body
    assert '<p class="gt_title">Table 1. Costs</p>' in body
    assert '<div class="notes"><p><span class="gt_from_md">Prices of the year.</span></p></div>' in body
    assert re.search(r'<td data-label="Unit cost" class="gt_row gt_left">859\.8 元</td>', body)
    assert '<a href="#fact-a1">money</a>' in body


def test_what_a_page_shows_of_parameters_is_escaped() -> None:
    page = page_of(notebook(("markdown", "title", TEXT)), "x")
    text = study_html(page, parameters={"place": "<script>alert(1)</script>"}, notebook="x.ipynb")
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


# -- what notebooks share -------------------------------------------------------------------------------------------


def test_a_page_about_one_district_is_of_the_one_named_or_of_most_figures_and_of_its_newest_year() -> None:
    rows = [("130123", 2023, 50), ("110106", 2022, 30), ("110106", 2024, 40), ("110105", 2024, 60), (None, 2025, 99)]
    frame = pl.DataFrame(rows, schema=["division_code", "fiscal_year", "figures"], orient="row")
    assert reading.one_district(frame) == ("110106", 2024)
    assert reading.one_district(frame, None, 2024) == ("110105", 2024)
    equal = frame.with_columns(pl.lit(1, dtype=pl.Int64).alias("figures")).filter(pl.col("fiscal_year") == 2024)
    assert reading.one_district(equal) == ("110105", 2024)
    assert reading.one_district(frame, "130123") == ("130123", 2023)
    assert reading.one_district(frame, "110106", 2022) == ("110106", 2022)
    assert reading.one_district(frame, None, 2023) == ("130123", 2023)
    assert reading.one_district(frame.filter(pl.col("division_code").is_null())) == (None, 2025)
    undated = frame.with_columns(pl.lit(None, dtype=pl.Int64).alias("fiscal_year"))
    assert reading.one_district(undated) == ("110106", None)
    for named, said in (
        (("999999",), "no document of 999999; codes in the data: 110105, 110106, 130123"),
        (("130123", 2024), "no document of 130123 of 2024; years in the data: 2023"),
        ((None, 1999), "no document of 1999; years in the data: 2022, 2023, 2024, 2025"),
    ):
        with pytest.raises(ContractError, match=said):
            reading.one_district(frame, *named)


def test_rows_are_chosen_by_district_and_year_and_an_unknown_choice_is_told() -> None:
    frame = pl.DataFrame({"division_code": ["110106", "130123", "130123"], "fiscal_year": [2024, 2023, 2022]})
    assert studies.select(frame).height == 3
    assert studies.select(frame, ["130123"], year_from=2023).rows() == [("130123", 2023)]
    with pytest.raises(ContractError, match="no document of 999999; codes in the data: 110106, 130123"):
        studies.select(frame, ["999999"])
    with pytest.raises(ContractError, match="nothing is left from 2030 on; years in the data: 2022, 2023, 2024"):
        studies.select(frame, year_from=2030)


def test_a_corpus_of_some_documents_holds_their_rows_only() -> None:
    frames = {
        "documents": pl.DataFrame({"doc_id": ["a", "b"]}),
        "facts": pl.DataFrame({"doc_id": ["a", "b", "b"], "fact_id": ["1", "2", "3"]}),
    }
    part = studies.restrict(Corpus(frames), ["b"])
    assert part.documents["doc_id"].to_list() == ["b"]
    assert part.facts["fact_id"].to_list() == ["2", "3"]
    assert part.findings.is_empty()


def test_sources_are_the_first_facts_with_the_quotes() -> None:
    facts = pl.DataFrame({"fact_id": ["a", "b", "c"], "quote": ["执行108.33万元", "新认定1083家", "新认定1083家"]})
    assert studies.sources(facts, ["a", "c", "b"], "执行108.33万元", "新认定1083家", None, "x") == [
        "a",
        "c",
        None,
        None,
    ]


def test_a_note_of_several_places_is_said_once() -> None:
    said = studies.notes(["丰台区", "朝阳区", "丰台区"], ["no outturn; x", "no outturn", None])
    assert said == ["丰台区, 朝阳区: no outturn.", "丰台区: x."]


def test_the_fingerprint_of_the_data_changes_with_a_figure_and_not_with_the_order() -> None:
    documents = pl.DataFrame({"doc_id": ["a", "b"], "sha256": ["1", "2"]})
    facts = pl.DataFrame({"fact_id": ["x", "y"], "doc_id": ["a", "b"], "value": [1083300.0, 1083.0]})
    original = studies.data_fingerprint(documents, facts)
    assert re.fullmatch("[0-9a-f]{16}", original)
    assert studies.data_fingerprint(documents.reverse(), facts.reverse()) == original
    changed = facts.with_columns(pl.Series("value", [1083300.0, 1084.0]))
    assert studies.data_fingerprint(documents, changed) != original
    assert studies.data_fingerprint(documents.with_columns(pl.Series("sha256", ["1", "3"])), facts) != original
    # Any cell counts, as does another table.
    assert studies.data_fingerprint(documents, facts.with_columns(doc_id=pl.Series(["a", "a"]))) != original
    assert studies.data_fingerprint(documents, facts, pl.DataFrame({"score": [9.5]})) != original
