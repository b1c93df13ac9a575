"""Many documents as one set of tables: what stands in them, what fails alone, what comes back after saving."""

import csv
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import frictionless
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiscal_analysis as fa
from fiscal_analysis import parallel
from fiscal_analysis.corpus import Corpus, parse_quietly
from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.extract import extract_document
from fiscal_analysis.inputs import Failure, find_sources
from fiscal_analysis.manifest import file_hash, read_manifest
from fiscal_analysis.rows import name_apart, number
from fiscal_analysis.store import TABLES, polars_schema

RAW = Path(__file__).parents[1] / "data" / "raw"

ACCOUNTS = """{body}2023年度部门决算

一、收入支出决算总体情况说明
2023年度收、支总计1523.26万元,比上年减少27.31万元,下降1.76%。
二、支出决算情况说明
2023年度本年支出合计1500.00万元,其中:基本支出900.00万元,占本年支出合计的60%;项目支出600.00万元,占本年支出合计的40%。
"""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return fa.parse(RAW)


def write(folder: Path, name: str, body: str = "北京市大兴区科学技术委员会") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(ACCOUNTS.format(body=body), encoding="utf-8")
    return path


def texts(corpus: Corpus) -> dict[str, str]:
    folder = dict(corpus.documents.select("doc_id", "file").iter_rows())
    return {doc_id: (RAW / file).read_text(encoding="utf-8") for doc_id, file in folder.items()}


def test_frames_have_the_columns_and_types_of_the_schema(corpus: Corpus):
    for name in TABLES:
        assert dict(getattr(corpus, name).schema) == polars_schema(name), name


def test_documents_are_named_and_described_by_the_manifest(corpus: Corpus):
    documents = corpus.documents
    assert documents["doc_id"].to_list() == [path.stem for path in sorted(RAW.glob("*.txt"))]
    manifest = read_manifest(RAW)
    for row in documents.iter_rows(named=True):
        entry = manifest[row["file"]]
        assert (row["sha256"], row["issuer"], row["title"]) == (entry.sha256, entry.publisher, entry.title)
    assert documents["division_code"].to_list() == ["110105", "110106", "110109", "130123"]
    assert documents["county"].to_list() == ["朝阳区", "丰台区", "门头沟区", "正定县"]
    assert documents["fiscal_year"].to_list() == [2024, 2024, 2023, 2023]


def test_every_figure_can_be_found_at_its_place(corpus: Corpus):
    text = texts(corpus)
    for frame in (corpus.facts, corpus.quantities):
        for doc_id, start, end, raw in frame.select("doc_id", "source_start", "source_end", "raw").iter_rows():
            assert text[doc_id][start:end] == raw


def test_a_quote_is_one_line_and_holds_its_figure(corpus: Corpus):
    for raw, quote in corpus.facts.select("raw", "quote").iter_rows():
        assert "\n" not in quote
        assert " ".join(raw.split()) in " ".join(quote.split())


def test_quantities_list_what_is_claimed_and_what_is_not(corpus: Corpus):
    quantities, documents = corpus.quantities, corpus.documents
    claimed = pl.col("fact_id").is_not_null() | pl.col("indicator_id").is_not_null()
    counted = quantities.group_by("doc_id", maintain_order=True).agg(
        quantities=pl.len().cast(pl.Int64),
        claimed=claimed.sum().cast(pl.Int64),
        fiscal_quantities=pl.col("fiscal").sum().cast(pl.Int64),
        fiscal_claimed=(claimed & pl.col("fiscal")).sum().cast(pl.Int64),
    )
    assert documents.select(counted.columns).equals(counted)
    shares = [each["fiscal_claimed"] / each["fiscal_quantities"] for each in documents.iter_rows(named=True)]
    assert documents["coverage"].to_list() == shares
    assert set(quantities["fact_id"].drop_nulls()) <= set(corpus.facts["fact_id"])
    assert set(quantities["indicator_id"].drop_nulls()) <= set(corpus.indicators["indicator_id"])


def test_only_bare_numbers_that_nobody_claims_have_no_unit(corpus: Corpus):
    without = corpus.quantities.filter(pl.col("unit").is_null())
    assert without.height > 0
    assert without["fact_id"].null_count() == without.height


def test_a_bare_number_in_a_table_takes_unit_and_value_from_the_fact_that_claims_it(corpus: Corpus):
    joined = corpus.quantities.join(corpus.facts, on="fact_id", suffix="_fact")
    same_place = joined.filter(pl.col("source_start") == pl.col("source_start_fact"))
    assert same_place["unit"].to_list() == same_place["unit_fact"].to_list()
    bare = same_place.filter(pl.col("raw").str.contains(r"^[0-9.,]+$"))
    assert bare.height > 0
    assert bare["value"].abs().to_list() == bare["value_fact"].abs().to_list()


def test_facts_of_one_document_are_those_of_the_corpus(corpus: Corpus):
    path = RAW / "fengtai-2024-final-accounts.txt"
    facts = fa.extract(fa.read(path, doc_id="fengtai-2024-final-accounts"))
    of_corpus = corpus.facts.filter(doc_id="fengtai-2024-final-accounts")
    assert facts.drop("issuer", "division_code").equals(of_corpus.drop("issuer", "division_code"))


def test_saved_tables_come_back_and_a_second_run_gives_the_same_bytes(corpus: Corpus, tmp_path: Path):
    corpus.save(tmp_path / "one")
    loaded = fa.load(tmp_path / "one")
    for name in TABLES:
        assert getattr(loaded, name).equals(getattr(corpus, name)), name
    fa.parse(RAW, jobs=2).save(tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    report = frictionless.validate(str(tmp_path / "one" / "datapackage.json"))
    assert report.flatten(["title", "fieldName", "note"]) == []


def test_the_bytes_do_not_depend_on_the_order_of_sets(tmp_path: Path):
    code = "import sys, fiscal_analysis as fa; fa.parse(sys.argv[1]).save(sys.argv[2])"
    for seed in ("1", "2"):
        command = [sys.executable, "-c", code, str(RAW), str(tmp_path / seed)]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": seed})
    for path in (tmp_path / "1").iterdir():
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes(), path.name


def test_no_file_tells_when_or_where_it_was_made(corpus: Corpus, tmp_path: Path):
    corpus.save(tmp_path)
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        for word in (str(RAW), str(tmp_path), "created", "timestamp"):
            assert word.encode() not in content, path.name


def test_one_failing_document_does_not_stop_the_others(tmp_path: Path):
    write(tmp_path, "daxing-2023.txt")
    (tmp_path / "empty.txt").touch()
    (tmp_path / "scan.doc").write_bytes(b"\xd0\xcf\x11\xe0 old Word")
    with pytest.warns(UserWarning, match=r"2 inputs could not be processed.*empty\.txt"):
        corpus = fa.parse(tmp_path)
    assert corpus.documents["doc_id"].to_list() == ["daxing-2023"]
    assert corpus.facts.filter(concept="grand_total", measure="final")["value"].to_list() == [15232600.0]
    failed = {row["file"]: row for row in corpus.failures.iter_rows(named=True)}
    assert failed.keys() == {"empty.txt", "scan.doc"}
    assert failed["empty.txt"]["error"] == "SourceError"
    assert failed["empty.txt"]["reason"] == "the file is empty"
    assert failed["empty.txt"]["remedy"] == "Download it again, or leave it out."
    assert str(tmp_path) not in str(failed)
    corpus.save(tmp_path / "processed")
    with (tmp_path / "processed" / "failures.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [row["file"] for row in csv.DictReader(stream)] == ["empty.txt", "scan.doc"]
    assert fa.load(tmp_path / "processed").failures.equals(corpus.failures)


def test_an_unexpected_error_in_one_document_is_listed_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    good, bad = write(tmp_path, "good.txt"), write(tmp_path, "bad.txt", "上海市普陀区财政局")

    def extract(document):
        if document.doc_id == "bad":
            raise ZeroDivisionError("division by zero")
        return extract_document(document)

    monkeypatch.setattr(sys.modules["fiscal_analysis.extract"], "extract_document", extract)
    corpus = parse_quietly([good, bad])
    assert corpus.documents["doc_id"].to_list() == ["good"]
    (row,) = corpus.failures.iter_rows(named=True)
    assert row["file"] == "bad.txt"
    assert row["error"] == "ZeroDivisionError"
    assert "division by zero (test_corpus.py, line" in row["reason"]
    assert "report" in row["remedy"]


def test_where_nothing_could_be_read_the_tables_of_the_run_before_stay(tmp_path: Path):
    parse_quietly(write(tmp_path, "daxing-2023.txt")).save(tmp_path / "processed")
    before = (tmp_path / "processed" / "facts.csv").read_bytes()
    (tmp_path / "empty.txt").touch()
    parse_quietly(tmp_path / "empty.txt").save(tmp_path / "processed")
    assert (tmp_path / "processed" / "facts.csv").read_bytes() == before
    assert "empty.txt" in (tmp_path / "processed" / "failures.csv").read_text(encoding="utf-8-sig")
    assert frictionless.validate(str(tmp_path / "processed" / "datapackage.json")).valid


def test_documents_that_would_share_a_name_are_refused_until_the_manifest_names_them(tmp_path: Path):
    write(tmp_path / "a", "report.txt")
    write(tmp_path / "b", "report.txt", "上海市普陀区财政局")
    write(tmp_path, "other.txt", "江苏省南京市玄武区财政局")
    corpus = parse_quietly(tmp_path)
    assert corpus.documents["doc_id"].to_list() == ["other"]
    assert corpus.failures["error"].to_list() == ["AmbiguityError", "AmbiguityError"]
    assert corpus.failures["file"].to_list() == ["a/report.txt", "b/report.txt"]
    assert all("doc_id" in remedy for remedy in corpus.failures["remedy"])
    (tmp_path / "manifest.csv").write_text("file,doc_id\na/report.txt,daxing\nb/report.txt,putuo\n", encoding="utf-8")
    named = parse_quietly(tmp_path)
    assert named.documents.select("doc_id", "file").rows() == [
        ("daxing", "a/report.txt"),
        ("other", "other.txt"),
        ("putuo", "b/report.txt"),
    ]
    assert named.failures.is_empty()


def test_a_document_that_is_there_twice_counts_once(tmp_path: Path):
    write(tmp_path, "a.txt")
    write(tmp_path, "copy of a.txt")
    corpus = parse_quietly(tmp_path)
    assert corpus.documents["doc_id"].to_list() == ["a"]
    for name in TABLES:
        assert set(getattr(corpus, name)["doc_id"]) <= {"a"}
    assert corpus.failures.select("file", "error").rows() == [("copy of a.txt", "AmbiguityError")]
    assert "same bytes as a.txt" in corpus.failures["reason"].item()


def test_a_folder_gives_its_documents_in_order_and_leaves_out_what_is_none(tmp_path: Path):
    for name in ("b.txt", "a.txt", "sub/c.txt", ".hidden.txt", "README.md", "notes.tmp"):
        write(tmp_path / Path(name).parent, Path(name).name)
    (tmp_path / "sub" / "above").symlink_to(tmp_path)
    sources, failures = find_sources([tmp_path, tmp_path / "a.txt"])
    assert [source.file for source in sources] == ["a.txt", "b.txt", "sub/c.txt"]
    assert failures == []
    _, failures = find_sources(tmp_path / "nowhere")
    assert failures == []  # the reader says what is wrong with it
    (tmp_path / "void").mkdir()
    assert "holds no document" in find_sources(tmp_path / "void")[1][0].reason


def test_what_a_run_has_written_is_no_document_of_the_next(tmp_path: Path):
    text = RAW / "zhengding-2023-overall-evaluation.txt"
    (tmp_path / "accounts.txt").write_bytes(text.read_bytes())
    tables, reports = tmp_path / "tables", tmp_path / "reports"
    fa.parse(tmp_path).save(tables)
    (reports / "subsidy_cost_files").mkdir(parents=True)
    (reports / "subsidy_cost_files" / "report.json").write_text("{}")
    (reports / "subsidy_cost.html").write_text("<p>合计100万元。</p>", encoding="utf-8")
    assert fa.parse(tmp_path).documents["file"].to_list() == ["accounts.txt"]
    for folder in (tables, reports):
        [refused] = find_sources(folder)[1]
        assert refused.reason.endswith("holds tables or reports that this package has written, no documents")
    # Another data package is a folder like any other.
    (tmp_path / "datapackage.json").write_text('{"name": "accounts"}', encoding="utf-8")
    assert fa.parse(tmp_path).documents.height == 1


def test_a_file_that_the_manifest_lists_and_the_folder_lacks_is_a_failure(tmp_path: Path):
    write(tmp_path, "a.txt")
    (tmp_path / "manifest.csv").write_text("file,doc_id\na.txt,first\ngone.txt,second\n", encoding="utf-8")
    corpus = parse_quietly(tmp_path)
    assert corpus.documents["doc_id"].to_list() == ["first"]
    assert corpus.failures["file"].to_list() == ["gone.txt"]
    assert "listed in manifest.csv" in corpus.failures["reason"].item()


def test_a_manifest_may_stand_elsewhere(tmp_path: Path):
    path = write(tmp_path / "raw", "a.txt")
    manifest = tmp_path / "list.csv"
    manifest.write_text(f"file,doc_id,sha256\na.txt,daxing-2023,{file_hash(path)}\n", encoding="utf-8-sig")
    assert parse_quietly(path, manifest=manifest).documents["doc_id"].to_list() == ["daxing-2023"]


def test_processes_give_the_same_tables_in_the_same_order(tmp_path: Path):
    folder = tmp_path / "raw"
    for number_ in range(7):
        write(folder, f"county-{number_}.txt", f"北京市第{number_}区科学技术委员会")
    (folder / "empty.txt").touch()
    one, two = parse_quietly(folder), parse_quietly(folder, jobs=3)
    for name in (*TABLES, "failures"):
        assert getattr(one, name).equals(getattr(two, name)), name
    assert one.documents.height == 7


def test_a_script_may_ask_for_processes_at_its_top_level(tmp_path: Path):
    script = tmp_path / "study.py"
    script.write_text(
        f"import fiscal_analysis as fa\nprint(fa.parse({str(RAW)!r}, jobs=2).documents.height)\n", encoding="utf-8"
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["4"]


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.xlsx", "a.html", "a.wps"])
def test_a_document_of_a_type_not_read_is_listed_as_failed(tmp_path: Path, name: str):
    write(tmp_path, "b.txt")
    (tmp_path / name).write_bytes(b"%PDF-1.7")
    corpus = parse_quietly(tmp_path)
    assert corpus.documents["doc_id"].to_list() == ["b"]
    assert corpus.failures["file"].to_list() == [name]


def test_work_is_cut_into_chunks_of_about_fifty():
    assert [len(chunk) for chunk in parallel.chunked(range(120), 2)] == [50, 50, 20]
    assert [len(chunk) for chunk in parallel.chunked(range(4), 2)] == [2, 2]
    assert parallel.chunked([], 4) == []


def kill_on_three(items: list[int]) -> list[int]:
    if 3 in items:
        os._exit(1)
    return items


def test_an_item_that_kills_its_process_is_told_and_the_others_are_done():
    done = parallel.run_chunks(kill_on_three, [[1, 2], [3, 4], [5]], lost=lambda item: [-item], jobs=2)
    assert [item for result in done for item in result] == [1, 2, -3, 4, 5]


def test_jobs_and_scheduler_are_checked(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(ContractError, match="jobs: 0 given"):
        fa.parse(RAW, jobs=0)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        ContractError, match=r"tcp://x:8786: dask\.distributed is not installed.*fiscal-analysis\[cluster\]"
    ):
        fa.parse(RAW, scheduler="tcp://x:8786")


def test_a_corpus_shows_itself_with_everything_escaped(tmp_path: Path):
    write(tmp_path, "a<b>.txt")
    (tmp_path / "<script>.txt").touch()
    corpus = parse_quietly(tmp_path)
    page = corpus._repr_html_()
    assert "a&lt;b&gt;" in page
    assert "&lt;script&gt;.txt: the file is empty." in page
    assert "<script>" not in page
    assert repr(corpus).startswith("<Corpus: 1 documents, ")


def test_two_meanings_of_one_number_keep_names_of_their_own():
    extraction = extract_document(fa.read(RAW / "chaoyang-2024-project-evaluation.txt"))
    first, second, third = extraction.facts[:3]
    second.fact_id = third.fact_id = first.fact_id
    name_apart(extraction.facts)
    assert [each.fact_id for each in extraction.facts[:3]] == [
        first.fact_id,
        f"{first.fact_id}-2",
        f"{first.fact_id}-3",
    ]


@given(st.integers(-(10**30), 10**30), st.integers(-80, 80))
def test_a_value_is_the_nearest_float_to_the_printed_number(digits: int, exponent: int):
    assert (
        number(digits, exponent)
        == float(Decimal(digits).scaleb(exponent))
        == float(Fraction(digits) * Fraction(10) ** exponent)
    )


def test_a_failure_reads_as_one_line():
    assert str(Failure("a.txt", "SourceError", "the file is empty", "Leave it out.")) == (
        "a.txt: the file is empty. Leave it out."
    )


def test_a_changed_file_is_refused_and_the_others_are_read(tmp_path: Path):
    shutil.copytree(RAW, tmp_path / "raw")
    victim = tmp_path / "raw" / "zhengding-2023-overall-evaluation.txt"
    victim.write_bytes(victim.read_bytes() + b"\n")
    corpus = parse_quietly(tmp_path / "raw")
    assert corpus.documents["doc_id"].to_list() == [
        path.stem for path in sorted(RAW.glob("*.txt")) if path.name != victim.name
    ]
    (failure,) = corpus.failures.iter_rows(named=True)
    assert failure["file"] == victim.name
    assert failure["reason"].startswith("its bytes have changed since the manifest was written")
    victim.write_bytes(b"")
    assert "its bytes have changed" in parse_quietly(victim).failures["reason"].item()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name\na.txt\n", r"line 1: the column 'file' is missing"),
        (b"file,sha256\na.txt,123\n", r"line 2: '123' is no SHA-256"),
        (b"file\na.txt\na.txt\n", r"line 3: a\.txt is listed twice"),
        (b"file,doc_id\n,x\n", r"line 2: the cell 'file' is empty"),
        ("file\n报告.txt\n".encode("gb18030"), r"is no CSV in UTF-8"),
    ],
)
def test_a_manifest_that_cannot_be_understood_stops_the_run(tmp_path: Path, content: bytes, message: str):
    write(tmp_path, "a.txt")
    (tmp_path / "manifest.csv").write_bytes(content)
    with pytest.raises(SourceError, match=rf"manifest\.csv.*{message}"):
        fa.parse(tmp_path)


YEAR = """{body}{year}年度部门决算

一、收入支出决算总体情况说明
{year}年度收、支总计{total}万元,比上年减少{less}万元。
"""


@pytest.mark.parametrize(("stated_change", "state"), [("27.31", "holds"), ("72.31", "broken")])
def test_documents_of_one_body_are_audited_against_each_other(tmp_path: Path, stated_change: str, state: str):
    body = "北京市大兴区科学技术委员会"
    for year, total, less in (("2022", "1550.57", "10.00"), ("2023", "1523.26", stated_change)):
        path = tmp_path / f"daxing-{year}.txt"
        path.write_text(YEAR.format(body=body, year=year, total=total, less=less), encoding="utf-8")
    corpus = parse_quietly(tmp_path, jobs=2)
    between = corpus.checks.filter(rule="restated")
    assert between.select("doc_id", "state").rows() == [("daxing-2023", state)]
    facts = dict(corpus.facts.select("fact_id", "doc_id").iter_rows())
    assert {facts[fact_id] for fact_id in between["fact_ids"].item().split(";")} == {"daxing-2022", "daxing-2023"}
    found = corpus.findings.filter(doc_id="daxing-2023")
    assert found.height == (state == "broken")
    assert parse_quietly(tmp_path / "daxing-2023.txt").checks.filter(rule="restated").is_empty()
