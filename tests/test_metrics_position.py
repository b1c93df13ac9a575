"""Where a body stands among others, and the pieces that a whole is made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import comparable_figures, composition, district_positions, spending_structure
from tests.metrics_rows import FENGTAI, MENTOUGOU, PROCESSED, ZHENGDING, document, fact, frame, published


def body(code: str, basic: float, *, whole: float = 1e6, year: int = 2024, decimals: int = 0) -> list[dict[str, Any]]:
    """Two figures of a body: basic and all expenditure."""
    whose = {
        "doc_id": f"d{code}-{year}",
        "division_code": code,
        "issuer": f"局{code}",
        "fiscal_year": year,
        "decimals": decimals,
    }
    return [fact("expenditure", "final", whole, **whose), fact("expenditure_basic", "final", basic, **whose)]


def documents_of(facts: list[dict[str, Any]], kind: str = "final_accounts") -> pl.DataFrame:
    known = {row["doc_id"]: row for row in facts}
    return frame(
        document(doc_id, row["fiscal_year"], division_code=row["division_code"], issuer=row["issuer"], kind=kind)
        for doc_id, row in known.items()
    )


def positions(facts: list[dict[str, Any]], code: str, year: int | None = None) -> dict[str, Any]:
    figures = comparable_figures(frame(facts), documents_of(facts))
    [row] = district_positions(figures, code, fiscal_year=year).to_dicts()
    return row


def test_a_body_is_ranked_among_those_of_other_districts() -> None:
    facts = body("110101", 300_000) + body("110102", 200_000) + body("110103", 100_000)
    row = positions(facts, "110102")
    assert (row["figure"], row["value"], row["n"]) == ("basic_share", 0.2, 3)
    assert (row["rank"], row["rank_best"], row["rank_worst"]) == (2, 2, 2)
    assert (row["lowest"], row["median"], row["highest"]) == (0.1, 0.2, 0.3)
    assert sorted(peer["value"] for peer in row["peers"]) == [0.1, 0.3]


def test_a_rank_is_a_range_where_rounding_leaves_the_order_open() -> None:
    # 20.0万元 and 20.4万元 of 100万元, both known to ±0.5万元, may stand in either order.
    facts = body("110101", 200_000, decimals=-4) + body("110102", 204_000, decimals=-4)
    row = positions(facts, "110101")
    assert (row["rank"], row["rank_best"], row["rank_worst"]) == (2, 1, 2)


def test_an_ambiguous_figure_has_no_rank_and_those_of_others_are_left_out() -> None:
    facts = body("110101", 300_000) + body("110101", 500_000)[1:] + body("110102", 200_000)
    row = positions(facts, "110101")
    assert (row["value"], row["rank"], row["low"] < 0.31, row["high"] > 0.49) == (None, None, True, True)
    assert (row["rank_best"], row["rank_worst"], row["n"]) == (1, 1, 2)
    other = positions(facts, "110102")
    assert (other["rank"], other["n"], other["left_out"]) == (1, 1, 1)


def test_of_another_body_the_nearest_year_is_taken() -> None:
    facts = body("110101", 200_000, year=2022)
    facts += (
        body("110102", 100_000, year=2019) + body("110102", 300_000, year=2021) + body("110102", 400_000, year=2023)
    )
    row = positions(facts, "110101", 2022)
    assert [(peer["fiscal_year"], peer["value"]) for peer in row["peers"]] == [(2021, 0.3)]
    with_both = facts + body("110101", 250_000, year=2023)
    assert positions(with_both, "110101")["fiscal_year"] == 2023


def test_final_accounts_go_before_an_evaluation_of_the_same_body_and_year() -> None:
    accounts, evaluation = body("110101", 200_000), body("110101", 210_000)
    for row in evaluation:
        row["doc_id"] = "evaluation"
    documents = pl.concat([documents_of(evaluation, "overall_evaluation"), documents_of(accounts)])
    [row] = comparable_figures(frame(evaluation + accounts), documents).to_dicts()
    assert (row["value"], row["kind"]) == (0.2, "final_accounts")


def test_a_division_by_nothing_is_no_figure_and_an_unknown_figure_is_refused() -> None:
    facts = frame(body("110101", 0.0, whole=0.0))
    assert comparable_figures(facts).is_empty()
    assert district_positions(comparable_figures(facts), "110101").is_empty()
    with pytest.raises(ContractError, match=r"figures may name execution_initial_budget.*got growth"):
        comparable_figures(facts, figures=["growth"])


def test_the_published_figures_recomputed() -> None:
    figures = comparable_figures(fa.load(PROCESSED))
    told = {(row["doc_id"], row["figure"]): row["value"] for row in figures.to_dicts()}

    def money(doc_id: str, concept: str, measure: str = "final") -> Decimal:
        rows = published(
            "facts", doc_id=doc_id, concept=concept, measure=measure, item="", fund="", scope="", subject_code=""
        )
        [value] = {row["value"] for row in rows}
        return Decimal(value)

    expected = {
        (FENGTAI, "execution_adjusted_budget"): Decimal("15104.10") / Decimal("15173.38"),
        (FENGTAI, "basic_share"): money(FENGTAI, "expenditure_basic") / money(FENGTAI, "expenditure"),
        (FENGTAI, "three_public_share"): Decimal("5.68") / Decimal("15104.10"),
        (FENGTAI, "procurement_share"): money(FENGTAI, "procurement") / money(FENGTAI, "expenditure"),
        (FENGTAI, "sme_share"): Decimal("1623.31") / Decimal("2279.96"),
        (FENGTAI, "score_share"): Decimal("99.1") / 100,
        (MENTOUGOU, "sme_share"): Decimal(212385) / Decimal("252358.35"),
        (MENTOUGOU, "score_share"): Decimal("98.5") / 100,
        (ZHENGDING, "basic_share"): Decimal("703.96") / Decimal("7277.44"),
        (ZHENGDING, "score_share"): Decimal(95) / 100,
    }
    for key, value in expected.items():
        assert told.pop(key) == pytest.approx(float(value)), key
    # Mentougou prints two totals of expenditure, one of which is its adjusted budget: 10571.99万元 ÷ 10571.99万元.
    assert told.pop((MENTOUGOU, "execution_adjusted_budget")) == 1.0
    assert set(told.values()) == {None}
    assert {key[0] for key in told} == {MENTOUGOU}
    fewer = comparable_figures(fa.load(PROCESSED), figures=["sme_share", "score_share"])
    assert fewer.equals(figures.filter(pl.col("figure").is_in(["sme_share", "score_share"])))


# -- pieces ------------------------------------------------------------------------------------------------------------


def lines(values: dict[str, float], *, whole: float | None = 100.0, decimals: int = 0) -> pl.DataFrame:
    rows = [fact("functional_expenditure", "final", v, subject_code=c, decimals=decimals) for c, v in values.items()]
    rows += [fact("expenditure", "final", whole, decimals=decimals)] if whole is not None else []
    return spending_structure(frame(rows), frame([document()])).filter(pl.col("view") == "function_class")


def pieces(values: dict[str, float], *, top: int = 5, **more: Any) -> list[tuple[Any, ...]]:
    return composition(lines(values, **more), top=top).select("piece", "code", "lines", "share", "status").rows()


def test_pieces_are_the_largest_lines_the_smaller_ones_and_the_rest() -> None:
    told = pieces({"201": 5.0, "206": 60.0, "208": 10.0, "210": 3.0, "221": 0.0}, top=2, decimals=4)
    assert told == [
        ("line", "206", 1, 0.6, "computed"),
        ("line", "208", 1, 0.1, "computed"),
        ("smaller", None, 2, 0.08, "computed"),
        ("rest", None, 0, 0.22, "computed"),
    ]


def test_a_single_smaller_line_keeps_its_name_and_rounding_is_no_rest() -> None:
    # Three lines of 33 known to ±0.5 make 97.5 to 100.5: all of 100.
    assert [row[:2] for row in pieces({"201": 33.0, "206": 33.0, "208": 33.0}, top=2)] == [
        ("line", "201"),
        ("line", "206"),
        ("line", "208"),
    ]


def test_intervals_of_pieces_hold_what_rounding_allows() -> None:
    [line, rest] = composition(lines({"206": 60.0})).to_dicts()
    assert (line["share_low"], line["share_high"]) == pytest.approx((59.5 / 100.5, 60.5 / 99.5))
    assert (rest["value_low"], rest["value_yuan"], rest["value_high"]) == (39.0, 40.0, 41.0)
    assert (rest["share_low"], rest["share_high"]) == pytest.approx((39 / 100.5, 41 / 99.5))


def test_lines_that_are_more_than_the_whole_and_a_whole_that_is_none_are_said() -> None:
    rows = composition(lines({"201": 80.0, "206": 60.0}, decimals=2)).to_dicts()
    assert [row["piece"] for row in rows] == ["line", "line"]
    assert {row["note"] for row in rows} == {"the lines add up to more than the whole"}
    for whole in (None, 0.0):
        [row] = composition(lines({"206": 60.0}, whole=whole)).to_dicts()
        assert (row["status"], row["piece"], row["share"]) == ("not_computed", None, None)


def test_an_ambiguous_line_is_in_the_rest() -> None:
    rows = [fact("functional_expenditure", "final", v, subject_code="206", decimals=2) for v in (60.0, 70.0)]
    rows += [fact("functional_expenditure", "final", 10.0, subject_code="208", decimals=2)]
    rows += [fact("expenditure", "final", 100.0, decimals=2)]
    found = composition(spending_structure(frame(rows), frame([document()]))).filter(view="function_class").to_dicts()
    assert [(row["piece"], row["share"]) for row in found] == [("line", 0.1), ("rest", 0.9)]
    assert found[1]["note"] == "1 of the lines ambiguous: in the rest"
