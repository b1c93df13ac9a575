"""Several years of one body: change, restatement, constant prices."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiscal_analysis as fa
from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.metrics import panel, panel_levels, printed_growth, read_deflator, restatements
from tests.metrics_rows import CHAOYANG, FENGTAI, PROCESSED, document, fact, frame, published

DOCUMENTS = frame([document("d2023", 2023), document("d2024", 2024)])
DEFLATOR = pl.DataFrame({"year": [2023, 2024], "index": [100.0, 102.0]})


def of(year: int, measure: str, value: float, **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"doc_id": f"d{year}", "fiscal_year": year}
    return fact(more.pop("concept", "expenditure"), measure, value, **(base | more))


def compared(*facts: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return panel(frame(facts), DOCUMENTS, **more).to_dicts()


def test_growth_on_the_figure_first_published_and_on_the_restated_one():
    facts = [
        of(2023, "final", 1000000.0),
        of(2024, "final", 1320000.0),
        of(2024, "prior_year", 1100000.0, fiscal_year=2023),
    ]
    first, original, restated = compared(*facts)
    assert (first["fiscal_year"], first["basis"], first["status"], first["previous"]) == (2023, None, "one_year", None)
    assert (original["basis"], original["previous_year"], original["previous"]) == ("as_first_published", 2023, 1000000)
    assert (original["change"], original["growth"]) == (320000, 0.32)
    # 132.00万元 is 1,319,950 to 1,320,050, 100.00万元 is 999,950 to 1,000,050.
    assert original["growth_low"] == pytest.approx(1319950 / 1000050 - 1, rel=1e-12)
    assert original["growth_high"] == pytest.approx(1320050 / 999950 - 1, rel=1e-12)
    assert (original["change_low"], original["change_high"]) == (319900, 320100)
    assert (restated["basis"], restated["previous"]) == ("as_restated", 1100000)
    assert restated["growth"] == pytest.approx(0.2)
    assert restated["fact_ids"] == [facts[1]["fact_id"], facts[2]["fact_id"]]
    assert restated["doc_ids"] == ["d2024"]


def test_the_restatement_is_shown():
    facts = [of(2023, "final", 1000000.0), of(2024, "prior_year", 1100000.0, fiscal_year=2023)]
    [row] = restatements(frame(facts), DOCUMENTS).to_dicts()
    assert (row["fiscal_year"], row["first_doc_id"], row["later_doc_id"]) == (2023, "d2023", "d2024")
    assert (row["first"], row["later"], row["restatement"], row["relative"]) == (1000000, 1100000, 100000, 0.1)
    assert (row["restatement_low"], row["restatement_high"], row["agrees"]) == (99900, 100100, False)


def test_the_same_figure_in_other_digits_is_no_restatement():
    facts = [of(2023, "final", 1000012.34, decimals=2), of(2024, "prior_year", 1000000.0, fiscal_year=2023)]
    [row] = restatements(frame(facts), DOCUMENTS).to_dicts()
    assert row["agrees"] is True
    assert row["restatement_low"] <= 0 <= row["restatement_high"]


def test_a_figure_that_only_a_later_document_states_is_said_to_be_so():
    [prior, now] = compared(of(2024, "prior_year", 1000000.0, fiscal_year=2023), of(2024, "final", 500000.0))
    assert (prior["fiscal_year"], prior["doc_ids"], prior["note"]) == (
        2023,
        ["d2024"],
        "stated by a later document only",
    )
    assert (now["basis"], now["growth"]) == ("as_restated", -0.5)


def test_a_printed_change_implies_the_year_before():
    # 15104.10万元, 5385.17万元 more: 9718.93万元 the year before; 15104.10 ÷ 9718.93 - 1 = 0.55409
    facts = [
        of(2024, "final", 151041000.0),
        of(2024, "change_on_prior_year", 53851700.0),
        of(2024, "growth_on_prior_year", 0.5541),
    ]
    [row] = compared(*facts)
    assert (row["basis"], row["previous"], row["change"]) == ("implied", 97189300, 53851700)
    assert row["growth"] == pytest.approx(53851700 / 97189300)
    assert row["growth_low"] == pytest.approx(151041050 / (151041050 - 53851650) - 1)
    assert row["growth_low"] < row["growth"] < row["growth_high"]
    assert row["stated_growth"] == 0.5541


def test_years_apart_part_years_targets_and_budgets_are_not_compared():
    documents = frame([document("d2022", 2022), document("d2024", 2024)])
    facts = [
        of(2022, "final", 1000000.0),
        of(2024, "final", 1000000.0),
        of(2024, "final", 600000.0, period="1-6月"),
        of(2024, "initial_budget", 900000.0, fiscal_year=2023),
        of(2024, "target", 900000.0, fiscal_year=2023),
    ]
    found = panel(frame(facts), documents)
    assert found["basis"].null_count() == found.height == 3
    assert sorted(map(str, found["period"].to_list())) == ["1-6月", "None", "None"]


def test_two_values_of_a_year_are_ambiguous():
    facts = [of(2023, "final", 1000000.0), of(2024, "final", 1200000.0), of(2024, "final", 1500000.0)]
    row = compared(*facts)[1]
    assert (row["status"], row["value"], row["growth"], row["candidates"]) == (
        "ambiguous",
        None,
        None,
        [1200000, 1500000],
    )
    assert row["growth_low"] == pytest.approx(1199950 / 1000050 - 1)
    assert row["growth_high"] == pytest.approx(1500050 / 999950 - 1)


def test_nothing_grows_from_nothing():
    row = compared(of(2023, "final", 0.0), of(2024, "final", 500000.0))[1]
    assert (row["change"], row["growth"], row["growth_high"]) == (500000, None, None)
    assert "no growth" in row["note"]


def test_cases_and_firms_are_two_lines():
    facts = [
        fact("hightech_applications", "actual", value, unit="count", counted=counted, decimals=None, doc_id="d2024")
        for value, counted in ((1260.0, "家次"), (1189.0, "家"))
    ]
    assert [(row["counted"], row["value"], row["status"]) for row in compared(*facts)] == [
        ("家", 1189, "one_year"),
        ("家次", 1260, "one_year"),
    ]


def test_constant_prices():
    first, second = compared(
        of(2023, "final", 1000000.0), of(2024, "final", 1020000.0), deflator=DEFLATOR, base_year=2023
    )
    assert (first["base_year"], first["deflator"], first["real_value"]) == (2023, 1.0, 1000000)
    # 102 ÷ 1.02 = 100: no real growth.
    assert (second["deflator"], second["real_value"]) == (1.02, 1000000)
    assert second["growth"] == pytest.approx(0.02)
    assert second["real_growth"] == pytest.approx(0, abs=1e-15)
    assert second["real_growth_low"] < 0 < second["real_growth_high"]
    assert second["real_value_low"] == pytest.approx(1019950 / 1.02)


def test_a_year_without_an_index_has_no_real_value():
    deflator = pl.DataFrame({"year": [2023], "index": [100.0]})
    second = compared(of(2023, "final", 1000000.0), of(2024, "final", 1020000.0), deflator=deflator, base_year=2023)[1]
    assert (second["real_value"], second["real_growth"], second["growth"]) == (None, None, 0.02)
    assert "lacks the year" in second["note"]


@pytest.mark.parametrize(
    ("deflator", "base_year", "message"),
    [
        (None, 2023, "needs a deflator"),
        (DEFLATOR, None, "must be a year of the deflator"),
        (DEFLATOR, 2020, "must be a year of the deflator"),
        (pl.DataFrame({"year": [2023, 2023], "index": [100.0, 101.0]}), 2023, "more than once"),
        (pl.DataFrame({"year": [2023], "index": [0.0]}), 2023, "not above 0"),
        (pl.DataFrame({"year": [2023], "cpi": [100.0]}), 2023, "lacks the columns index"),
    ],
)
def test_a_deflator_that_cannot_serve_is_refused(deflator: Any, base_year: int | None, message: str):
    with pytest.raises(ContractError, match=message):
        compared(of(2023, "final", 1.0), deflator=deflator, base_year=base_year)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 500))
def test_real_growth_is_growth_less_inflation(before: int, now: int, index: int):
    deflator = pl.DataFrame({"year": [2023, 2024], "index": [100.0, float(index)]})
    facts = [of(2023, "final", float(before), decimals=0), of(2024, "final", float(now), decimals=0)]
    row = compared(*facts, deflator=deflator, base_year=2024)[1]
    assert 1 + row["real_growth"] == pytest.approx((1 + row["growth"]) * 100 / index)
    assert row["real_value"] == now  # prices of 2024
    assert row["growth_low"] <= row["growth"]
    assert row["growth_high"] is None or row["growth"] <= row["growth_high"]


def test_a_body_without_figures_appears():
    documents = frame([document(), document("baihe", issuer="白河区科技局", division_code="999902")])
    found = panel(frame([fact("expenditure", "final", 1.0)]), documents)
    assert found.filter(pl.col("status") == "no_data")["issuer"].to_list() == ["白河区科技局"]


# -- the published documents -------------------------------------------------------------------------------------------


def test_the_published_totals_recomputed():
    corpus = fa.load(PROCESSED)
    found = panel(corpus)
    for concept in ("grand_total", "revenue", "expenditure", "appropriation_grand_total"):
        [final] = published("facts", doc_id=FENGTAI, concept=concept, measure="final", fund="")[:1]
        [change] = published("facts", doc_id=FENGTAI, concept=concept, measure="change_on_prior_year")
        [growth] = published("facts", doc_id=FENGTAI, concept=concept, measure="growth_on_prior_year")
        [row] = found.filter(
            (pl.col("division_code") == "110106") & (pl.col("concept") == concept) & pl.col("fund").is_null()
        ).to_dicts()
        previous = Decimal(final["value"]) - Decimal(change["value"])
        assert row["previous"] == float(previous)
        assert row["growth"] == pytest.approx(float(Decimal(change["value"]) / previous), rel=1e-12)
        assert row["stated_growth"] == float(growth["value"])
        assert row["growth_low"] <= row["growth"] <= row["growth_high"]
        assert row["fact_ids"][0] == final["fact_id"]
    assert found.filter(pl.col("status") == "no_data")["doc_ids"].to_list() == [[CHAOYANG]]
    assert restatements(corpus).height == 0  # no body has two years among the four documents
    assert panel(corpus.facts.to_pandas(), corpus.documents.to_pandas()).equals(found)


def test_a_printed_growth_is_set_against_each_base():
    facts = [
        of(2023, "final", 1000000.0),
        of(2024, "final", 1320000.0),
        of(2024, "prior_year", 1100000.0, fiscal_year=2023),
        of(2024, "growth_on_prior_year", 0.2),
    ]
    _, original, restated = compared(*facts)
    # 132 ÷ 110 - 1 = 20 %, as printed; 132 ÷ 100 - 1 = 32 %
    assert (original["growth_agrees"], restated["growth_agrees"]) == (False, True)
    assert (restated["stated_growth_low"], restated["stated_growth_high"]) == (0.19995, 0.20005)


def test_whether_a_growth_agrees_is_open_where_one_of_several_values_allows_it():
    facts = [
        of(2024, "final", 1200000.0),
        of(2024, "final", 1500000.0),
        of(2024, "change_on_prior_year", 200000.0),
    ]
    [open_] = compared(*facts, of(2024, "growth_on_prior_year", 0.2))
    assert open_["growth_agrees"] is None
    [wrong] = compared(*facts, of(2024, "growth_on_prior_year", 0.5))
    assert wrong["growth_agrees"] is False


def levels(*facts: dict[str, Any], **more: Any) -> dict[tuple[str, int], dict[str, Any]]:
    found = panel_levels(frame(facts), DOCUMENTS, **more).to_dicts()
    return {(row["period"] or "", row["fiscal_year"]): row for row in found}


def test_levels_say_where_each_year_is_from():
    found = levels(
        of(2023, "final", 1000000.0),
        of(2023, "change_on_prior_year", 100000.0),
        of(2024, "final", 1200000.0),
        of(2024, "prior_year", 1100000.0, fiscal_year=2023),
        of(2024, "final", 700000.0, period="1-6月"),
        deflator=DEFLATOR,
        base_year=2024,
    )
    assert {key: row["origin"] for key, row in found.items()} == {
        ("", 2022): "implied",
        ("", 2023): "as_first_published",
        ("", 2024): "as_first_published",
        ("1-6月", 2024): "as_first_published",
    }
    # 100万元 less 10万元; each to ±50 yuan
    assert (found["", 2022]["value"], found["", 2022]["value_low"], found["", 2022]["value_high"]) == (
        900000,
        899900,
        900100,
    )
    assert found["", 2022]["real_value"] is None  # the index has no 2022
    assert found["", 2023]["real_value"] == pytest.approx(1000000 / (100 / 102))


def test_a_level_of_several_values_has_bounds_and_says_so():
    found = levels(
        of(2024, "final", 1200000.0), of(2024, "final", 1500000.0), of(2024, "change_on_prior_year", 200000.0)
    )
    for at in (2023, 2024):
        assert (found["", at]["value"], found["", at]["status"]) == (None, "ambiguous")
    assert (found["", 2023]["value_low"], found["", 2023]["value_high"]) == (999900, 1300100)
    assert "the figure of the year after is stated as" in found["", 2023]["note"]


def test_every_printed_growth_is_listed():
    facts = [
        of(2024, "growth_on_prior_year", 0.065, concept="outcome", item="营收", period="1-11月"),
        of(2024, "growth_on_prior_year", 0.1, concept="outcome", item="产值"),
        of(2024, "growth_on_prior_year", 0.2, concept="outcome", item="产值"),
    ]
    part, several = printed_growth(frame(facts), DOCUMENTS).to_dicts()
    assert (part["item"], part["period"], part["growth"], part["growth_low"]) == ("营收", "1-11月", 0.065, 0.06495)
    assert (several["growth"], several["candidates"], several["status"]) == (None, [0.1, 0.2], "ambiguous")


def test_a_deflator_is_read_from_a_file(tmp_path: Path):
    path = tmp_path / "prices.csv"
    path.write_text('\ufeffyear,index,source\n2024,"1,020.5",x\n2023,1000,x\n', encoding="utf-8")
    assert read_deflator(path).to_dicts() == [{"year": 2023, "index": 1000.0}, {"year": 2024, "index": 1020.5}]
    assert read_deflator(DEFLATOR).equals(DEFLATOR)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("year,prices\n2023,100\n", r"prices\.csv: no column index; it has year, prices: the header row is to be"),
        ("year,index\n23,100\n", r"prices\.csv, line 2, column year: four digits such as 2023 expected, got '23'"),
        ("year,index\n2023,100\n2023,101\n", r"line 3, column year: 2023 is stated twice; leave one line of it"),
        ("year,index\n2023,\n", r"line 2, column index: a number such as 102\.5 expected, got None; leave out a year"),
        ("year,index\n2023,abc\n", r"line 2, column index: a number such as 102\.5 expected, got 'abc'"),
        ("year,index\n2023,inf\n", r"line 2, column index: a number such as 102\.5 expected, got 'inf'"),
        ("year,index\n2023,-1.2\n", r"line 2, column index: a level of prices above 0 expected, got -1\.2; a rate"),
        ("year,index\n", r"prices\.csv: no year in it"),
    ],
)
def test_a_wrong_deflator_is_told_with_file_line_column_and_remedy(tmp_path: Path, text: str, message: str):
    path = tmp_path / "prices.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=message):
        read_deflator(path)


def test_a_deflator_that_cannot_be_read_is_told(tmp_path: Path):
    with pytest.raises(SourceError, match=r"none\.csv: cannot be read as a CSV file in UTF-8"):
        read_deflator(tmp_path / "none.csv")
