"""The command line: what it writes, what it says, and its exit status (0 done, 1 some failed, 2 wrong usage)."""

import csv
import html
import io
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from click.testing import CliRunner, Result

import fiscal_analysis as fa
from fiscal_analysis import studies
from fiscal_analysis.batch import read_batch, run_batch
from fiscal_analysis.cli import main
from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.extract import extract_document
from fiscal_analysis.show import document_page
from fiscal_analysis.studies import files, forks, plan
from tests.drawn_pages import Drawing

RAW = Path(__file__).parents[1] / "data" / "raw"
FENGTAI = RAW / "fengtai-2024-final-accounts.txt"


def fiscal(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert "Traceback" not in result.stdout
    return result


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "processed"
    assert fiscal("parse", RAW, "--out", folder).exit_code == 0
    return folder


def test_parse_writes_the_tables_and_says_what_it_did(processed: Path, tmp_path: Path):
    result = fiscal(
        "parse", FENGTAI, RAW / "chaoyang-2024-project-evaluation.txt", "--out", tmp_path / "out", "--jobs", 2
    )
    assert result.exit_code == 0
    corpus = fa.load(tmp_path / "out")
    assert corpus.documents["doc_id"].to_list() == ["chaoyang-2024-project-evaluation", "fengtai-2024-final-accounts"]
    assert f"Read     2 documents, {corpus.documents['characters'].sum():,} characters\n" in result.stdout
    assert f"Found    {corpus.facts.height:,} facts, {corpus.indicators.height:,} indicators" in result.stdout
    assert result.stderr == ""


def test_parse_does_what_can_be_done_and_exits_with_1(tmp_path: Path):
    (tmp_path / "empty.txt").touch()
    result = fiscal("parse", FENGTAI, tmp_path / "empty.txt", tmp_path / "gone.txt", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert fa.load(tmp_path / "out").documents["doc_id"].to_list() == ["fengtai-2024-final-accounts"]
    assert result.stderr.splitlines()[0] == "Failed inputs: 2"
    assert "  empty.txt: the file is empty. Download it again, or leave it out." in result.stderr.splitlines()
    assert "  gone.txt: no such file. Check the path" in result.stderr
    with (tmp_path / "out" / "failures.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [row["file"] for row in csv.DictReader(stream)] == ["empty.txt", "gone.txt"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["parse", "--out", "x"],
        ["parse", str(RAW)],
        ["parse", str(RAW), "--out", "x", "--jobs", "0"],
        ["audit", "--format", "xml"],
        ["study", "subsidy_cost", "-p", "year_from", "--out", "x"],
        ["study", "subsidy_cost", "-p", "a", "1", "-p", "a", "2", "--out", "x"],
        ["prase"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    result = fiscal(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_audit_lists_the_worst_first_in_both_languages_with_its_place(processed: Path):
    result = fiscal("audit", processed)
    assert result.exit_code == 0
    findings = fa.load(processed).findings
    severities = re.findall(r"^(ERROR|WARNING|NOTE)  ", result.stdout, flags=re.MULTILINE)
    assert len(severities) == findings.height
    assert severities == sorted(severities, key=["ERROR", "WARNING", "NOTE"].index)
    for row in findings.iter_rows(named=True):
        assert row["message_zh"] in result.stdout
        assert row["message_en"] in result.stdout
    assert f"{(findings['severity'] == 'error').sum()} errors, " in result.stdout.splitlines()[-1]


def test_audit_gives_all_findings_as_csv_and_json(processed: Path):
    findings = fa.load(processed).findings
    rows = list(csv.DictReader(io.StringIO(fiscal("audit", processed, "--format", "csv").stdout)))
    assert {row["finding_id"] for row in rows} == set(findings["finding_id"])
    objects = json.loads(fiscal("audit", processed, "--format", "json").stdout)
    assert sorted(objects, key=lambda each: each["finding_id"]) == findings.sort("finding_id").to_dicts()


def test_strict_audit_exits_with_1_only_where_there_is_an_error(processed: Path, tmp_path: Path):
    corpus = fa.load(processed)
    assert "error" in corpus.findings["severity"]
    assert fiscal("audit", processed, "--strict").exit_code == 1
    frames = {name: getattr(corpus, name) for name in ("documents", "facts", "checks", "indicators", "quantities")}
    mild = fa.Corpus(frames | {"findings": corpus.findings.filter(pl.col("severity") != "error")})
    mild.save(tmp_path)
    assert fiscal("audit", tmp_path, "--strict").exit_code == 0


def test_audit_without_tables_says_how_to_get_them(tmp_path: Path):
    result = fiscal("audit", tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "nowhere: no such folder" in result.stderr
    assert "fiscal parse" in result.stderr


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """A study that writes nothing and records how it was run; the parameter `fail` makes it fail."""
    calls: list[dict[str, object]] = []

    def run_study(
        name, parameters=None, *, out="reports", processed=None, language=None, index=True, named=False, force=True
    ):
        calls.append({"name": name, "parameters": dict(parameters or {}), "out": out, "processed": processed})
        if parameters and parameters.get("fail"):
            raise SourceError("cell 3: no facts for this district. Choose another one.")
        return SimpleNamespace(name=name, html=Path(out) / f"{name}.html", skipped=False)

    def plan_study(name, parameters=None, *, out="reports", processed=None, language=None, named=False):
        stem = files.report_name(name, parameters)
        return plan.Plan(name, Path(name), parameters, parameters, stem, Path(out), "", [], [])

    monkeypatch.setattr(studies, "run_study", run_study)
    monkeypatch.setattr(plan, "plan_study", plan_study)
    monkeypatch.setattr(forks, "available", lambda: False)
    return calls


def test_study_hands_parameters_on_as_text(ran: list[dict[str, object]], processed: Path, tmp_path: Path):
    result = fiscal(
        *("study", "subsidy_cost", "-p", "division_code", "110106", "-p", "year_from", "2023"),
        *("--processed", processed, "--out", tmp_path),
    )
    assert result.exit_code == 0
    assert ran == [
        {
            "name": "subsidy_cost",
            "parameters": {"division_code": "110106", "year_from": "2023"},
            "out": tmp_path,
            "processed": processed,
        }
    ]
    assert result.stdout == f"Report: {tmp_path / 'subsidy_cost.html'}\n"


def test_a_batch_runs_every_set_and_lists_what_failed(
    ran: list[dict[str, object]], processed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    checked: list[dict[str, str]] = []
    monkeypatch.setattr(studies, "check_parameters", lambda name, given: checked.append(dict(given)))
    batch = tmp_path / "batch.yaml"
    batch.write_text("- {division_code: 010106}\n- {division_code: 110109, fail: yes}\n", encoding="utf-8")
    result = fiscal(
        *("study", "subsidy_cost", "-p", "year_from", "2023", "--batch", batch),
        *("--processed", processed, "--out", tmp_path / "reports"),
    )
    sets = [
        {"year_from": "2023", "division_code": "010106"},
        {"year_from": "2023", "division_code": "110109", "fail": "yes"},
    ]
    assert checked == sets
    assert [call["parameters"] for call in ran] == sets
    assert result.exit_code == 1
    assert result.stdout.count("Report: ") == 1
    assert "division_code=110109, fail=yes): cell 3: no facts for this district" in result.stderr


def test_a_batch_starts_nothing_where_one_set_is_wrong(ran: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch):
    def check(name: str, given: dict[str, str]) -> None:
        if "yeer" in given:
            raise ContractError("there is no parameter “yeer”")

    monkeypatch.setattr(studies, "check_parameters", check)
    with pytest.raises(ContractError, match="yeer"):
        run_batch("subsidy_cost", [{"year": "2023"}, {"yeer": "2024"}], out="x", processed="y")
    assert ran == []


def test_a_batch_file_may_combine_a_grid_with_the_districts_of_the_documents(processed: Path, tmp_path: Path):
    path = tmp_path / "batch.yaml"
    path.write_text("parameters: {year: 2023}\ngrid: {language: [zh, en]}\nfor_each: division_code\n", encoding="utf-8")
    sets = read_batch(path, fa.load(processed).documents)
    assert len(sets) == 8
    assert sets[0] == {"year": "2023", "language": "zh", "division_code": "110105"}
    assert sets[-1] == {"year": "2023", "language": "en", "division_code": "130123"}


@pytest.mark.parametrize(
    ("for_each", "first", "last"),
    [
        ("{division_codes: division_code}", {"division_codes": ["110105"]}, {"division_codes": ["130123"]}),
        ("division_code", {"division_codes": ["110105"]}, {"division_codes": ["130123"]}),
        ("fiscal_year", {"year_from": 2023, "year_to": 2023}, {"year_from": 2024, "year_to": 2024}),
        ("[fiscal_year]", {"year_from": 2023, "year_to": 2023}, {"year_from": 2024, "year_to": 2024}),
        ("{year_from: fiscal_year}", {"year_from": 2023}, {"year_from": 2024}),
    ],
)
def test_for_each_fills_the_parameters_of_the_published_studies(
    processed: Path, tmp_path: Path, for_each: str, first: dict[str, object], last: dict[str, object]
):
    path = tmp_path / "batch.yaml"
    path.write_text(f"for_each: {for_each}\n", encoding="utf-8")
    for study in ("execution_rates", "subsidy_cost"):
        sets = read_batch(path, fa.load(processed).documents, studies.parameters_of(study))
        checked = [studies.check_parameters(study, each) for each in sets]
        assert (checked[0], checked[-1]) == (first, last)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("for_each: county", "no parameter for the column 'county'; parameters: processed, .*{PARAMETER: county}"),
        ("for_each: {division_codes: [division_code]}", "for_each: columns, or parameters"),
        ("for_each: {year_from: town}", "for_each: there is no column 'town'"),
        ("for_each: fiscal_year\ngrid: {year_to: [2023]}", "for_each: year_to is given more than once"),
    ],
)
def test_a_for_each_that_fits_no_parameter_is_told(processed: Path, tmp_path: Path, content: str, message: str):
    path = tmp_path / "batch.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ContractError, match=rf"batch\.yaml: .*{message}"):
        read_batch(path, fa.load(processed).documents, studies.parameters_of("subsidy_cost"))


def test_a_batch_over_the_districts_runs_each_by_itself(ran: list[dict[str, object]], processed: Path, tmp_path: Path):
    path = tmp_path / "batch.yaml"
    path.write_text("for_each: {division_codes: division_code}\n", encoding="utf-8")
    result = fiscal("study", "subsidy_cost", "--batch", path, "--processed", processed, "--out", tmp_path / "reports")
    assert result.exit_code == 0, result.stdout
    codes = ["110105", "110106", "110109", "130123"]
    assert [call["parameters"] for call in ran] == [{"division_codes": code} for code in codes]


@pytest.mark.parametrize(
    ("key", "value"), [("line_level", "klass"), ("window", "-3"), ("division_codes", "999999"), ("year_from", "2090")]
)
def test_a_value_that_a_study_does_not_know_is_wrong_usage(processed: Path, tmp_path: Path, key: str, value: str):
    result = fiscal(
        *("study", "execution_rates", "-p", key, value, "--processed", processed, "--out", tmp_path / "reports")
    )
    assert result.exit_code == 2
    assert f"“{key}”" in result.stderr
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("division: 110106", "a list of parameter sets, or the keys parameters, grid, for_each"),
        ("- division\n", "set 1: names and single values"),
        ("- {years: [2023]}\n", "set 1: names and single values"),
        ("grid: {language: zh}", "grid: language: a list of values"),
        ("grid: [zh]", "grid: names and lists"),
        ("for_each: town", "for_each: there is no column 'town'"),
        ("a: [", "is no YAML"),
        ("", "a list of parameter sets"),
    ],
)
def test_a_wrong_batch_file_is_told_with_its_place(processed: Path, tmp_path: Path, content: str, message: str):
    path = tmp_path / "batch.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ContractError, match=rf"batch\.yaml: .*{message}"):
        read_batch(path, fa.load(processed).documents)
    with pytest.raises(SourceError, match=r"none\.yaml: cannot be read"):
        read_batch(tmp_path / "none.yaml", fa.load(processed).documents)


def test_run_does_the_whole_job_and_says_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def run_all(names=None, *, out, processed, languages=None, jobs=1, progress=None):
        assert fa.load(processed).documents.height == 4
        progress("subsidy_cost")
        return [SimpleNamespace(name="subsidy_cost")], [SimpleNamespace(name="panel", reason="cell 2: no second year.")]

    monkeypatch.setattr(studies, "run_all", run_all)
    monkeypatch.setattr(studies, "runs_of", lambda: [("subsidy_cost", "en"), ("panel", "en")])
    result = fiscal("run", "--raw", RAW, "--processed", tmp_path / "processed", "--out", tmp_path / "reports")
    assert result.exit_code == 1
    for words in (
        "Read     4 documents",
        "Claimed  ",
        "Found    ",
        "Written  ",
        "Audit    ",
        "Studies  1 report of 1 study: subsidy_cost",
    ):
        assert words in result.stdout
    assert str(tmp_path / "reports" / "index.html") in result.stdout
    assert "  panel: cell 2: no second year." in result.stderr.splitlines()
    assert "4/4" in result.stderr
    assert "1/2" in result.stderr


def test_run_starts_no_study_where_nothing_could_be_read(tmp_path: Path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "empty.txt").touch()
    result = fiscal(
        *("run", "--raw", tmp_path / "raw", "--processed", tmp_path / "processed", "--out", tmp_path / "reports")
    )
    assert result.exit_code == 1
    assert "No document could be read" in result.stderr
    assert not (tmp_path / "reports").exists()


class Page(HTMLParser):
    """What a browser would see of a page: its elements, the text of ``main``, marks and their titles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.marks: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)
        if tag == "mark":
            self.marks.append((dict(attrs)["class"] or "", dict(attrs)["title"] or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "main" in self.open:
            self.text += data


def test_show_marks_every_quantity_and_changes_no_character():
    result = fiscal("show", FENGTAI)
    assert result.exit_code == 0
    page = Page()
    page.feed(result.stdout)
    assert page.open == []
    assert page.text == FENGTAI.read_text(encoding="utf-8")
    corpus = fa.parse(FENGTAI)
    assert len(page.marks) == corpus.quantities.height
    claimed = corpus.documents["claimed"].item()
    assert sum(kind == "claimed" for kind, _ in page.marks) == claimed
    meanings = [title for kind, title in page.marks if kind == "claimed"]
    assert any("grand_total, final" in title and "151,733,800 yuan" in title for title in meanings)
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a" and "href" in attrs]
    targets = {f"#{attrs['id']}" for _, attrs in page.tags if "id" in attrs}
    assert len(links) == len(fa.read(FENGTAI).outline)
    assert set(links) <= targets


def test_show_draws_tables_with_their_spans_and_the_pages(tmp_path: Path):
    drawing = Drawing().lines(60, 60, ["支出决算表", "单位：万元"])
    rows = [["科目", "<", "金额"], ["206", "科学技术支出", "12.50"], ["合计", "<", "12.50"]]
    drawing.table([60, 110, 250, 330], [120, 150, 180, 210], rows).page().text(72, 100, "第二页。").page()
    path = tmp_path / "drawn.pdf"
    path.write_bytes(drawing.done())
    result = fiscal("show", path)
    assert result.exit_code == 0
    assert '<td rowspan="1" colspan="2">科目</td><td rowspan="1" colspan="1">金额</td></tr>' in result.stdout
    assert re.search(
        r'<td rowspan="1" colspan="1"><mark class="claimed" title="[^"]*206[^"]*">12.50</mark>', result.stdout
    )
    assert result.stdout.index('data-page="2"') < result.output.index("第二页。")


def test_show_escapes_what_comes_from_the_document(tmp_path: Path):
    text = "<script>alert(1)</script>2023年度部门决算\n\n一、“收入”<b>&情况\n"
    text += "2023年度收、支总计1523.26万元,比上年减少27.31万元。\n"
    path = tmp_path / "<img src=x>.txt"
    path.write_text(text, encoding="utf-8")
    document = fa.read(path)
    page = Page()
    page.feed(document_page(document, extract_document(document)))
    assert page.text == text
    assert not {"script", "img", "b"} & {tag for tag, _ in page.tags}
    assert not any("src" in attrs or "onclick" in attrs for _, attrs in page.tags)
    assert html.unescape("&lt;script&gt;") not in document_page(document, extract_document(document))


def test_show_writes_a_file_where_one_is_named(tmp_path: Path):
    out = tmp_path / "pages" / "fengtai.html"
    result = fiscal("show", FENGTAI, "--out", out)
    assert result.exit_code == 0
    page = out.read_text(encoding="utf-8")
    without_font = re.sub(r'@font-face \{ font-family: "Fiscal Sans SC"; src: url\(data:[^)]+\); \}', "", page)
    assert len(page) - len(without_font) > 1_000_000
    assert without_font == fiscal("show", FENGTAI).stdout


def test_the_console_script_starts_fast_and_knows_its_version():
    code = "import sys; sys.argv = ['fiscal', '--help']\nfrom fiscal_analysis.cli import main\n"
    code += (
        "try:\n    main()\nfinally:\n    print(sorted({'polars', 'pandas', 'altair', 'papermill'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.endswith("[]\n")
    for command in ("parse", "audit", "study", "run", "verify", "show"):
        assert f"\n  {command} " in done.stdout
    assert fiscal("--version").stdout == f"fiscal, version {fa.__version__}\n"


def test_a_run_that_reads_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    result = fiscal("parse", tmp_path / "empty.txt", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "Read     0 documents, 0 characters; 1 input failed\n" in result.stdout
    assert "no document was read" in result.stdout
