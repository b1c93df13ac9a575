"""Money per head, per firm and of GDP: a strict table, units said, missing ones missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.metrics import per_covariate, read_covariates
from tests.metrics_rows import CHAOYANG, FENGTAI, PROCESSED, document, fact, frame, published

HEAD = "division_code,year,variable,value,unit,source,decimals\n"
LINE = "999901,2024,population,201.2,万人,清河区统计公报,1\n"


def written(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder / "covariates.csv"
    path.write_text(head + "".join(lines), encoding="utf-8")
    return path


def test_units_become_base_units_and_digits_bounds(tmp_path: Path):
    path = written(
        tmp_path, LINE, "999901,2024,gdp,2240.5,亿元,公报,\n", "999901,2024,firms,12.3,万家,公报,1\n",
        "999901,2023,firms,,家,公报,\n",
    )  # fmt: skip
    rows = {row["variable"]: row for row in read_covariates(path).to_dicts()}
    population = rows["population"]
    assert (population["value"], population["low"], population["high"]) == (2012000, 2011500, 2012500)
    assert (population["unit"], population["source"]) == ("person", "清河区统计公报")
    assert (rows["gdp"]["value"], rows["gdp"]["low"], rows["gdp"]["unit"]) == (224050000000, 224050000000, "CNY")
    assert (rows["firms"]["value"], rows["firms"]["high"], rows["firms"]["unit"]) == (123000, 123500, "firm")
    assert len(rows) == 3  # an empty value is not known, hence no row


def test_a_frame_with_numbers_gives_the_same(tmp_path: Path):
    path = written(tmp_path, LINE)
    of_file = read_covariates(path)
    assert read_covariates(pl.read_csv(path)).equals(of_file)
    assert read_covariates(pl.read_csv(path).to_pandas()).equals(of_file)


@pytest.mark.parametrize(
    ("head", "line", "message"),
    [
        (HEAD.replace("unit,", ""), "999901,2024,population,1,x,1\n", "missing: unit"),
        (HEAD.replace("source", "sauce"), LINE, "unknown: sauce"),
        (HEAD, LINE.replace("999901", "9999"), "six digits"),
        (HEAD, LINE.replace("2024", "24"), "four digits"),
        (HEAD, LINE.replace("population", "people"), "variable is one of"),
        (HEAD, LINE.replace("万人", "家"), "no unit of population"),
        (HEAD, LINE.replace("万人", ""), "no unit of population"),
        (HEAD, LINE.replace("201.2", "many"), "are numbers"),
        (HEAD, LINE.replace("201.2", "0"), "above 0"),
        (HEAD, LINE.replace("清河区统计公报", ""), "source is missing"),
        (HEAD, LINE + LINE, "stated twice"),
    ],
)
def test_a_table_that_is_not_as_it_must_be_is_refused(tmp_path: Path, head: str, line: str, message: str):
    with pytest.raises(ContractError, match=message):
        read_covariates(written(tmp_path, line, head=head))


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(SourceError, match="nowhere"):
        read_covariates(tmp_path / "nowhere.csv")


def per(tmp_path: Path, *facts: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return per_covariate(frame(facts), written(tmp_path, LINE), frame([document()]), **more).to_dicts()


def test_money_per_head_with_bounds(tmp_path: Path):
    [population, firms] = per(tmp_path, fact("expenditure", "final", 151041000.0), variables=["population", "firms"])
    # 15104.10万元 ÷ 201.2万人
    assert population["per"] == 151041000 / 2012000
    assert population["per_low"] == pytest.approx(151040950 / 2012500)
    assert population["per_high"] == pytest.approx(151041050 / 2011500)
    assert (population["per_unit"], population["status"]) == ("CNY per person", "computed")
    assert (firms["per"], firms["status"], firms["value_yuan"]) == (None, "no_covariate", 151041000)
    assert "no firms is given" in firms["note"]


def test_another_year_is_not_taken_and_a_part_of_a_year_not_set_against_it(tmp_path: Path):
    facts = [
        fact("expenditure", "final", 10000.0, fiscal_year=2023),
        fact("expenditure", "final", 20000.0, period="1-6月"),
        fact("expenditure", "target", 30000.0),
    ]
    rows = per(tmp_path, *facts, variables=["population"])
    assert [(row["fiscal_year"], row["status"], row["per"]) for row in rows] == [
        (2023, "no_covariate", None),
        (2024, "part_year", None),
    ]


def test_an_ambiguous_amount_has_bounds_only(tmp_path: Path):
    facts = [fact("expenditure", "final", 10000.0), fact("expenditure", "final", 20000.0)]
    [row] = per(tmp_path, *facts, variables=["population"])
    assert (row["status"], row["per"], row["candidates"]) == ("ambiguous", None, [10000, 20000])
    assert row["per_high"] == pytest.approx(20050 / 2011500)


def test_a_variable_that_does_not_exist_is_refused(tmp_path: Path):
    with pytest.raises(ContractError, match="variables are"):
        per(tmp_path, fact("expenditure", "final", 1.0), variables=["area"])


def test_the_published_expenditure_per_head(tmp_path: Path):
    line = LINE.replace("999901", "110106")  # an invented population
    corpus = fa.load(PROCESSED)
    found = per_covariate(corpus, written(tmp_path, line), concepts=["expenditure"], variables=["population"])
    [plain] = {row["value"] for row in published("facts", doc_id=FENGTAI, concept="expenditure", measure="final")}
    status = dict(found.select("doc_id", "status").iter_rows())
    [row] = found.filter(pl.col("doc_id") == FENGTAI).to_dicts()
    assert row["per"] == float(plain) / 2012000
    assert status[CHAOYANG] == "no_data"
    assert sorted(status.values()) == ["computed", "no_covariate", "no_covariate", "no_data"]
