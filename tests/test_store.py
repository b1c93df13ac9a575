"""The tables on disk: one set, the same bytes for the same rows, whole after a kill, valid for `frictionless`."""

import csv
import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import frictionless
import pandas as pd
import polars as pl
import pytest

from fiscal_analysis import swap
from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.store import TABLES, empty, polars_schema, read_tables, schemas, table_csv, write_tables

CONTRACT = {
    "documents": "doc_id file sha256 format title issuer division_code province prefecture county level fiscal_year "
    "kind published characters quantities claimed coverage",
    "facts": "fact_id doc_id division_code issuer fiscal_year concept measure fund subject_code economic_code "
    "subject_name scope item period value unit counted base comparator value_high decimals raw source_start "
    "source_end page table row column section quote extractor",
    "checks": "check_id doc_id rule state lhs rhs residual slack unit fact_ids reason",
    "findings": "finding_id doc_id rule severity message_zh message_en stated expected_low expected_high unit "
    "fact_ids quote source_start source_end",
    "indicators": "doc_id item level1 level2 level3 target_text target actual_text actual unit comparator weight "
    "score deviation_note source_start source_end",
    "quantities": "doc_id source_start source_end raw value value_high unit counted comparator decimals section "
    "fact_id",
}


def rows(name: str, *given: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(polars_schema(name)) | row for row in given], schema=polars_schema(name))


def sample(value: float = 151733800.0) -> dict[str, pl.DataFrame]:
    """Two documents; the second row of facts stands first in its document, and one text looks like a formula."""
    counts = {"characters": 40, "quantities": 2, "claimed": 1, "fiscal_quantities": 2, "fiscal_claimed": 1}
    document = {"format": "txt", "coverage": 0.5, **counts}
    fact = {"doc_id": "fengtai-2024", "fiscal_year": 2024, "concept": "grand_total", "unit": "CNY"}
    return {
        "documents": rows(
            "documents",
            {"doc_id": "zhengding-2023", "file": "z.txt", "sha256": "b" * 64, **document},
            {"doc_id": "fengtai-2024", "file": "f.txt", "sha256": "a" * 64, "title": "决算, “公开”", **document},
        ),
        "facts": rows(
            "facts",
            {
                "fact_id": "f2",
                "measure": "change_on_prior_year",
                "value": -13227500.0,
                "raw": "-1322.75万元",
                "source_start": 20,
                "source_end": 30,
                **fact,
            },
            {
                "fact_id": "f1",
                "measure": "final",
                "value": value,
                "raw": "15173.38万元",
                "source_start": 7,
                "source_end": 17,
                "item": "=HYPERLINK(1)",
                **fact,
            },
        ),
        "indicators": rows(
            "indicators",
            {"doc_id": "fengtai-2024", "indicator_id": "i1", "level1": "预算执行率", "actual": 1.0, "weight": 10.0},
        ),
        "quantities": rows(
            "quantities",
            {
                "doc_id": "fengtai-2024",
                "source_start": 7,
                "source_end": 17,
                "raw": "15173.38万元",
                "value": value,
                "unit": "CNY",
                "fact_id": "f1",
                "fiscal": True,
            },
            {
                "doc_id": "fengtai-2024",
                "source_start": 33,
                "source_end": 35,
                "raw": "19",
                "value": 19.0,
                "fiscal": False,
            },
        ),
        "checks": rows(
            "checks",
            {
                "check_id": "c1",
                "doc_id": "fengtai-2024",
                "rule": "change",
                "state": "holds",
                "fact_ids": "f1;f2",
                "slack": 1e-7,
            },
        ),
        "findings": empty("findings"),
    }


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_those_of_the_contract_and_extra_ones_come_after(name: str):
    stated = CONTRACT[name].split()
    assert list(polars_schema(name))[: len(stated)] == stated


def test_every_column_is_described_and_keys_exist():
    for schema in schemas().values():
        columns = {column.name for column in schema.columns}
        assert all(column.description.endswith(".") for column in schema.columns), schema.name
        assert {*schema.key, *schema.order} <= columns
        for reference in schema.references:
            assert set(reference.columns) <= columns
            assert set(reference.to) <= set(polars_schema(reference.table))


def test_tables_come_back_as_they_were_in_the_order_of_their_place(tmp_path: Path):
    write_tables(sample(), tmp_path / "processed")
    tables = read_tables(tmp_path / "processed")
    assert tables["documents"]["doc_id"].to_list() == ["fengtai-2024", "zhengding-2023"]
    assert tables["facts"]["fact_id"].to_list() == ["f1", "f2"]
    assert tables["facts"].equals(sample()["facts"].sort("source_start"))
    assert tables["failures"].is_empty()
    for name in TABLES:
        assert dict(tables[name].schema) == polars_schema(name)


def test_two_runs_over_the_same_rows_give_the_same_bytes(tmp_path: Path):
    write_tables(sample(), tmp_path / "one")
    shuffled = {name: frame.reverse() for name, frame in sample().items()}
    write_tables(shuffled, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    expected = {f"{name}.{form}" for name in TABLES for form in ("csv", "parquet")}
    assert contents(tmp_path / "one").keys() == expected | {"failures.csv", "datapackage.json"}


def test_data_package_describes_every_column_and_validates(tmp_path: Path):
    write_tables(sample(), tmp_path)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.flatten(["title", "note"]) == []
    assert {task.name for task in report.tasks} == {*TABLES, "failures"}
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    described = {r["name"]: [field["name"] for field in r["schema"]["fields"]] for r in package["resources"]}
    assert described == {name: list(polars_schema(name)) for name in schemas()}


@pytest.mark.parametrize(
    ("table", "column", "wrong", "note"),
    [
        ("quantities", "fact_id", "f9", "foreign-key"),
        ("facts", "unit", "万元", "constraint-error"),
        ("facts", "subject_code", "20604012", "constraint-error"),
    ],
)
def test_data_package_tells_a_wrong_cell(tmp_path: Path, table: str, column: str, wrong: str, note: str):
    tables = sample()
    tables[table] = tables[table].with_columns(pl.lit(wrong).alias(column))
    write_tables(tables, tmp_path)
    assert note in {row[0] for row in frictionless.validate(str(tmp_path / "datapackage.json")).flatten(["type"])}


def test_csv_opens_in_a_spreadsheet_and_reads_back_exactly(tmp_path: Path):
    write_tables(sample(0.1 + 0.2), tmp_path)
    content = (tmp_path / "facts.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(tmp_path / "facts.csv", dtype={"subject_code": str})
    assert frame["value"].to_list() == [0.1 + 0.2, -13227500.0]
    assert (tmp_path / "documents.csv").read_text(encoding="utf-8-sig").count("“公开”") == 1


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1322.75万元", "@A1", "\t=1", "＝1", "'=1", "''-2"])
def test_no_csv_cell_is_a_formula_and_parquet_keeps_the_text(tmp_path: Path, text: str):
    tables = sample()
    tables["facts"] = tables["facts"].with_columns(pl.lit(text).alias("item"))
    write_tables(tables, tmp_path)
    stream = io.StringIO((tmp_path / "facts.csv").read_text(encoding="utf-8-sig"), newline="")
    assert {row["item"] for row in csv.DictReader(stream)} == {"'" + text}
    assert read_tables(tmp_path)["facts"]["item"].to_list() == [text, text]


def test_ordinary_texts_and_negative_numbers_are_not_touched():
    frame = pl.DataFrame({"text": ["1-11月", "'quoted'", "约100家"], "number": [-1.5, 2.0, -3.0]})
    assert table_csv(frame).decode("utf-8-sig") == "text,number\n1-11月,-1.5\n'quoted',2.0\n约100家,-3.0\n"


def test_other_files_and_folders_stay(tmp_path: Path):
    folder = tmp_path / "processed"
    (folder / "mine").mkdir(parents=True)
    (folder / "mine" / "note.txt").write_text("保留", encoding="utf-8")
    (folder / ".gitkeep").touch()
    write_tables(sample(), folder)
    write_tables(sample(2.0), folder)
    assert (folder / "mine" / "note.txt").read_text(encoding="utf-8") == "保留"
    assert (folder / ".gitkeep").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["processed"]


def test_a_failed_run_leaves_the_tables_of_the_run_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "processed"
    write_tables(sample(), folder)
    before = contents(folder)
    monkeypatch.setattr(pl.DataFrame, "write_parquet", lambda *args, **kwargs: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(SourceError, match=r"processed: the tables cannot be written \(full\).*Check the free space"):
        write_tables(sample(2.0), folder)
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["processed"]


@pytest.mark.parametrize("exchange", [True, False])
def test_the_current_folder_can_be_written_with_and_without_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
):
    if not exchange:
        monkeypatch.setattr(swap, "exchange_folders", lambda new, old: False)
    monkeypatch.chdir(tmp_path)
    write_tables(sample(), Path())
    write_tables(sample(2.0), Path())
    assert read_tables(Path())["facts"]["value"].max() == 2.0
    assert (Path.cwd() / "facts.csv").exists()


WRITER = """
from fiscal_analysis import swap
from fiscal_analysis.store import read_tables, write_tables
if {exchange} is False:
    swap.exchange_folders = lambda new, old: False
tables = read_tables({folder!r})
print("ready", flush=True)
while True:
    for name in ("facts", "quantities"):
        tables[name] = tables[name].with_columns(value=tables[name]["value"].max() + 1.0)
    write_tables(tables, {folder!r})
"""


@pytest.mark.parametrize("exchange", [True, False])
def test_a_kill_at_any_moment_leaves_one_whole_set(tmp_path: Path, exchange: bool):
    folder = tmp_path / "processed"
    write_tables(sample(20.0), folder)
    script = WRITER.format(folder=str(folder), exchange=exchange)
    for moment in range(6):
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.03 + 0.0037 * moment)
            writer.send_signal(signal.SIGKILL)
        if exchange and sys.platform == "linux":
            # One step: a set is whole even for a program that knows nothing of this package.
            assert values(folder, pl.read_parquet(folder / "facts.parquet"), whole=True)
        tables = read_tables(folder)
        assert values(folder, tables["facts"], whole=True)
        assert frictionless.validate(str(folder / "datapackage.json")).valid


def values(folder: Path, facts: pl.DataFrame, *, whole: bool) -> bool:
    """Whether all files of the set carry the one value of its run."""
    of_run = facts["value"].max()
    in_csv = pl.read_csv(folder / "facts.csv")["value"].max()
    in_quantities = pl.read_parquet(folder / "quantities.parquet")["value"].first()
    return (in_csv == in_quantities == of_run) is whole


@pytest.mark.parametrize("files_moved", [0, 1, 5, 12])
def test_a_run_killed_while_it_moves_files_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files_moved: int
):
    class KilledError(BaseException):
        pass

    folder = tmp_path / "processed"
    write_tables(sample(1.0), folder)
    replace, done = Path.replace, []

    def killed(self: Path, target: Path) -> Path:
        if len(done) == files_moved:
            raise KilledError
        done.append(self)
        return replace(self, target)

    monkeypatch.setattr(swap, "exchange_folders", lambda new, old: False)
    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KilledError):
        write_tables(sample(2.0), folder)
    monkeypatch.undo()
    assert read_tables(folder)["facts"]["value"].max() == 2.0
    assert values(folder, pl.read_parquet(folder / "facts.parquet"), whole=True)
    assert [path.name for path in tmp_path.iterdir()] == ["processed"]


def test_a_mounted_volume_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "processed"
    write_tables(sample(1.0), folder)
    replace = Path.replace

    def across_devices(self: Path, target: Path) -> Path:
        if self.parent != target.parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(swap, "exchange_folders", lambda new, old: False)
    monkeypatch.setattr(Path, "replace", across_devices)
    write_tables(sample(2.0), folder)
    assert values(folder, read_tables(folder)["facts"], whole=True)
    assert read_tables(folder)["facts"]["value"].max() == 2.0
    assert [path.name for path in tmp_path.iterdir()] == ["processed"]


def test_what_a_killed_run_left_beside_goes_and_what_was_the_users_comes_back(tmp_path: Path):
    folder = tmp_path / "processed"
    write_tables(sample(), folder)
    old = tmp_path / ".processed.new-1-a"  # killed after the exchange, before the user's file was given back
    old.mkdir()
    (old / "facts.csv").touch()
    (old / "README.md").write_text("mine", encoding="utf-8")
    stale = tmp_path / ".processed.new-2-b"  # killed while writing, long ago
    stale.mkdir()
    os.utime(stale, (0, 0))
    young = tmp_path / ".processed.new-3-c"  # another run, writing now
    young.mkdir()
    write_tables(sample(), folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".processed.new-3-c", "processed"]
    assert (folder / "README.md").read_text(encoding="utf-8") == "mine"
    assert read_tables(folder)["facts"].height == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop("quote"), "facts.*missing: quote"),
        (lambda frame: frame.with_columns(extra=1), "facts.*extra"),
        (lambda frame: frame.with_columns(value=pl.lit("viel")), "facts.*another type"),
        (lambda frame: frame.with_columns(fact_id=pl.lit("same")), "facts.*2 rows share their fact_id"),
        (lambda frame: frame.with_columns(fact_id=pl.lit(None)), "facts.*fact_id"),
    ],
)
def test_a_table_of_another_form_is_refused(tmp_path: Path, change, message: str):
    tables = sample()
    tables["facts"] = change(tables["facts"])
    with pytest.raises(ContractError, match=message):
        write_tables(tables, tmp_path / "processed")
    assert not (tmp_path / "processed").exists()


def test_reading_says_what_is_missing_or_damaged(tmp_path: Path):
    with pytest.raises(SourceError, match=r"nowhere: no such folder\. .*fiscal parse"):
        read_tables(tmp_path / "nowhere")
    write_tables(sample(), tmp_path)
    (tmp_path / "facts.parquet").write_bytes(b"PAR1 damaged")
    with pytest.raises(SourceError, match=r"facts\.parquet: cannot be read as Parquet"):
        read_tables(tmp_path)
    (tmp_path / "facts.parquet").unlink()
    with pytest.raises(SourceError, match=r"facts\.parquet: no such table"):
        read_tables(tmp_path)
    sample()["facts"].drop("flag").write_parquet(tmp_path / "facts.parquet")
    with pytest.raises(ContractError, match=r"facts\.parquet.*another version.*flag"):
        read_tables(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "processed").touch()
    with pytest.raises(SourceError, match="processed: is a file"):
        write_tables(sample(), tmp_path / "processed")
