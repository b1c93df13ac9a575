"""Composition of expenditure: shares with bounds, ambiguity shown, nothing added that is not stated."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import spending_structure
from tests.metrics_rows import (
    CHAOYANG,
    FENGTAI,
    MENTOUGOU,
    PROCESSED,
    ZHENGDING,
    bounds,
    document,
    fact,
    frame,
    published,
)

GENERAL = "general_public_budget"


def rows(*facts: dict[str, Any]) -> list[dict[str, Any]]:
    return spending_structure(frame(facts)).to_dicts()


def of_class(code: str, value: float, measure: str = "final", **more: Any) -> dict[str, Any]:
    base = {"fund": GENERAL, "subject_code": code, "subject_name": f"类{code}"}
    return fact("functional_expenditure", measure, value, **(base | more))


def test_a_class_is_a_share_of_its_fund():
    whole = fact("appropriation_expenditure", "final", 1000000.0, fund=GENERAL)
    line = of_class("206", 250000.0)
    [row] = rows(whole, line)
    assert (row["view"], row["code"], row["name"], row["partition"]) == ("function_class", "206", "类206", True)
    assert (row["value_yuan"], row["whole_yuan"], row["share"]) == (250000, 1000000, 0.25)
    # 25.00万元 is 249,950 to 250,050, 100.00万元 is 999,950 to 1,000,050.
    assert row["share_low"] == pytest.approx(249950 / 1000050, rel=1e-15)
    assert row["share_high"] == pytest.approx(250050 / 999950, rel=1e-15)
    assert row["whole_concept"] == "appropriation_expenditure"
    assert row["fact_ids"] == [line["fact_id"], whole["fact_id"]]
    assert row["status"] == "stated"


def test_a_line_with_two_values_is_shown_with_both_and_has_no_share():
    whole = fact("expenditure", "final", 1000000.0)
    facts = [fact("expenditure_project", "final", 800000.0), fact("expenditure_project", "final", 300000.0)]
    [row] = rows(whole, *facts)
    assert (row["status"], row["value_yuan"], row["share"]) == ("ambiguous", None, None)
    assert row["candidates"] == [800000, 300000]
    assert (row["value_low"], row["value_high"]) == (299950, 800050)
    assert row["share_low"] == pytest.approx(299950 / 1000050, rel=1e-15)
    assert row["share_high"] == pytest.approx(800050 / 999950, rel=1e-15)
    assert set(row["fact_ids"]) == {f["fact_id"] for f in [whole, *facts]}
    assert "none is chosen" in row["note"]


def test_one_figure_printed_twice_is_no_ambiguity():
    # 7489.61万元 and 74,896,144.21元 are one figure; the more precise print counts.
    [row] = rows(
        fact("expenditure_basic", "final", 74896100.0), fact("expenditure_basic", "final", 74896144.21, decimals=2)
    )
    assert (row["status"], row["value_yuan"], row["candidates"]) == ("stated", 74896144.21, [74896144.21])
    assert len(row["fact_ids"]) == 2


def test_a_whole_is_not_made_by_adding_up():
    [row, other] = rows(of_class("206", 250000.0), of_class("208", 750000.0))
    assert (row["share"], row["whole_yuan"], row["note"]) == (None, None, "the whole is not stated")
    assert other["share"] is None


def test_budgets_and_outturns_and_parts_of_a_year_stay_apart():
    facts = [
        fact("expenditure", "final", 1000000.0),
        fact("expenditure_basic", "final", 400000.0),
        fact("expenditure_basic", "initial_budget", 300000.0),
        fact("expenditure_basic", "final", 200000.0, period="1-6月"),
    ]
    found = {(r["measure"], r["period"]): (r["value_yuan"], r["share"]) for r in rows(*facts)}
    assert found == {
        ("final", None): (400000, 0.4),
        ("initial_budget", None): (300000, None),
        ("final", "1-6月"): (200000, None),
    }


def test_a_prior_year_figure_carries_its_year():
    facts = [
        fact("expenditure", "prior_year", 1000000.0, fiscal_year=2023),
        fact("expenditure_basic", "prior_year", 500000.0, fiscal_year=2023),
    ]
    [row] = rows(*facts)
    assert (row["fiscal_year"], row["measure"], row["share"]) == (2023, "prior_year", 0.5)


def test_a_target_and_a_part_of_a_line_are_no_amounts():
    facts = [
        fact("expenditure_basic", "target", 1.0),
        fact("three_public_vehicle_operation", "final", 17500.0, item="公务用车加油"),
    ]
    [row] = rows(*facts)
    assert (row["status"], row["view"]) == ("no_data", None)


def test_a_whole_of_nothing_has_no_shares():
    [row] = [
        r
        for r in rows(fact("three_public", "final", 0.0), fact("three_public_reception", "final", 0.0))
        if r["view"] == "three_public"
    ]
    assert (row["value_yuan"], row["whole_yuan"], row["share"], row["note"]) == (0, 0, None, "the whole is 0")


@pytest.mark.parametrize(
    ("code", "view"),
    [
        ({"economic_code": "301"}, "economic_class"),
        ({"economic_code": "30101"}, "economic_group"),
        ({"economic_code": "501"}, "economic_government_class"),
        ({"economic_code": "50101"}, "economic_government_group"),
        ({"subject_name": "工资"}, "economic_unclassified"),
    ],
)
def test_economic_classes_of_departments_and_governments_are_two_views(code: dict[str, str], view: str):
    [row] = rows(fact("economic_expenditure", "final", 10000.0, **code))
    assert row["view"] == view
    assert row["partition"] is (view != "economic_unclassified")


def test_shares_of_suppliers_are_no_partition():
    found = rows(
        fact("procurement", "final", 200000.0),
        fact("procurement_sme", "final", 150000.0),
        fact("procurement_small_micro", "final", 100000.0),
        fact("procurement_sme", "share", 0.75, base="政府采购支出总额"),
    )
    suppliers = {r["concept"]: r for r in found if r["view"] == "procurement_supplier"}
    assert {name: row["share"] for name, row in suppliers.items()} == {
        "procurement_sme": 0.75,
        "procurement_small_micro": 0.5,
    }
    assert not any(row["partition"] for row in suppliers.values())
    assert suppliers["procurement_sme"]["stated_shares"] == [0.75]


def test_a_printed_share_of_another_whole_is_not_beside_the_line():
    [row] = [
        r
        for r in rows(
            fact("expenditure", "final", 1000000.0),
            fact("expenditure_basic", "final", 500000.0),
            fact("expenditure_basic", "share", 0.5, base="支出合计"),
            fact("expenditure_basic", "share", 0.9, base="财政拨款支出"),
        )
        if r["concept"] == "expenditure_basic"
    ]
    assert row["stated_shares"] == [0.5]


def test_a_document_without_expenditure_appears_as_such():
    facts = frame([fact("expenditure_basic", "final", 10000.0)])
    documents = frame([document(), document("baihe-2024", issuer="白河区科技局")])
    found = spending_structure(facts, documents)
    assert found.filter(pl.col("status") == "no_data")["doc_id"].to_list() == ["baihe-2024"]
    assert found["county"].to_list() == ["清河区", "清河区"]


def test_a_table_without_the_columns_is_refused():
    with pytest.raises(ContractError, match="lacks the columns"):
        spending_structure(pl.DataFrame({"doc_id": ["a"]}))


# -- the published documents, recomputed from the CSV rows -------------------------------------------------------------


@pytest.fixture(scope="module")
def structure() -> pl.DataFrame:
    return spending_structure(fa.load(PROCESSED))


def test_pandas_gives_the_same(structure: pl.DataFrame):
    corpus = fa.load(PROCESSED)
    assert spending_structure(corpus.facts.to_pandas(), corpus.documents.to_pandas()).equals(structure)


def test_every_published_class_is_its_amount_over_its_fund(structure: pl.DataFrame):
    checked = 0
    for doc_id in (FENGTAI, MENTOUGOU):
        [whole] = published(
            "facts", doc_id=doc_id, concept="appropriation_expenditure", measure="final", fund=GENERAL, period=""
        )
        stated: dict[str, set[Decimal]] = {}
        spans: dict[str, tuple[Decimal, Decimal]] = {}
        for row in published("facts", doc_id=doc_id, concept="functional_expenditure", measure="final", fund=GENERAL):
            stated.setdefault(row["subject_code"], set()).add(Decimal(row["value"]))
            spans[row["subject_code"]] = bounds(row)
        for code, some in stated.items():
            [row] = structure.filter(
                (pl.col("doc_id") == doc_id) & (pl.col("code") == code) & (pl.col("measure") == "final")
            ).to_dicts()
            [value] = some
            low, high = spans[code]
            whole_low, whole_high = bounds(whole)
            assert row["value_yuan"] == float(value)
            assert row["share"] == pytest.approx(float(value / Decimal(whole["value"])), rel=1e-14)
            assert row["share_low"] == pytest.approx(float(low / whole_high), rel=1e-12)
            assert row["share_high"] == pytest.approx(float(high / whole_low), rel=1e-12)
            checked += 1
    assert checked == 20 + 19


def test_the_published_shares_agree_with_the_computed_ones(structure: pl.DataFrame):
    printed = 0
    for row in structure.filter(pl.col("status") == "stated").iter_rows(named=True):
        for share in row["stated_shares"]:
            # Printed with one decimal of a per cent at the least.
            assert abs(share - row["share"]) <= 0.0005 + 1e-9
            printed += 1
    assert printed > 20


def test_what_is_ambiguous_in_the_published_documents(structure: pl.DataFrame):
    found = {
        (r["doc_id"], r["concept"]): r["candidates"]
        for r in structure.iter_rows(named=True)
        if r["status"] == "ambiguous" and len(r["candidates"]) > 1
    }
    assert found == {
        (FENGTAI, "expenditure_project"): [128590200.0, 63477400.0],
        (MENTOUGOU, "expenditure_project"): [79222644.54, 78542500.0],
    }
    for (doc_id, concept), candidates in found.items():
        stated = published("facts", doc_id=doc_id, concept=concept, measure="final", fund="", item="")
        assert {float(row["value"]) for row in stated} == set(candidates)


def test_the_published_parts_of_three_public_and_procurement(structure: pl.DataFrame):
    for doc_id in (FENGTAI, MENTOUGOU):
        for view, whole in (("three_public", "three_public"), ("procurement", "procurement")):
            [total] = published("facts", doc_id=doc_id, concept=whole, measure="final")
            part = structure.filter(
                (pl.col("doc_id") == doc_id) & (pl.col("view") == view) & (pl.col("measure") == "final")
            )
            assert part["value_yuan"].sum() == pytest.approx(float(total["value"]), rel=1e-12)
            assert part["share"].sum() == pytest.approx(1, abs=1e-9)


def test_the_evaluation_without_expenditure_is_listed(structure: pl.DataFrame):
    assert structure.filter(pl.col("status") == "no_data")["doc_id"].to_list() == [CHAOYANG]
    kinds = structure.filter((pl.col("doc_id") == ZHENGDING) & (pl.col("measure") == "final"))
    # 703.96 ÷ 7277.44 and 6573.48 ÷ 7277.44
    assert kinds["share"].to_list() == pytest.approx([703.96 / 7277.44, 6573.48 / 7277.44], rel=1e-12)


def test_every_figure_has_its_facts(structure: pl.DataFrame):
    known = {row["fact_id"] for row in published("facts")}
    for row in structure.filter(pl.col("status") != "no_data").iter_rows(named=True):
        assert row["fact_ids"]
        assert set(row["fact_ids"]) <= known
