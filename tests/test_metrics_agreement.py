"""The audit counted and ranked, and what its findings do to derived figures: invented tables, known numbers."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis import taxonomy
from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import (
    check_counts,
    comparable_rates,
    costs_in_doubt,
    execution_rates,
    finding_counts,
    kind_of_rule,
    mark_rows,
    quantile_shifts,
    quantiles_in_doubt,
    rank_findings,
    repaired_facts,
    standing_counts,
    subsidy_costs,
)
from fiscal_analysis.metrics.execution import SCHEMA
from fiscal_analysis.store import empty

ROOT = Path(__file__).resolve().parent.parent

CHECKS = pl.DataFrame(
    [
        ("a", "class_items", "holds"),
        ("a", "expenditure_kinds", "holds"),
        ("a", "three_public_parts", "broken"),
        ("a", "share", "skipped"),
        ("a", "share", "not_applicable"),
        ("b", "revenue_covers_appropriation", "holds"),
    ],
    schema=["doc_id", "rule", "state"],
    orient="row",
)


def finding(number: int, severity: str = "error", **more: Any) -> dict[str, Any]:
    base = {
        "finding_id": f"n{number}",
        "doc_id": "a",
        "rule": "sum_mismatch",
        "severity": severity,
        "message_zh": "",
        "message_en": "the parts differ: 1 + 2 = 3万元, stated 4万元. Source: “共4万元”.",
        "stated": 40_000.0,
        "expected_low": 29_950.0,
        "expected_high": 30_050.0,
        "unit": "CNY",
        "fact_ids": "f1;f2;f3",
        "quote": "共4万元",
        "source_start": number,
        "source_end": number + 3,
        "suspects": "f1",
    }
    return base | more


def findings(*rows: dict[str, Any]) -> pl.DataFrame:
    schema = {name: dtype for name, dtype in empty("findings").schema.items() if name in finding(0)}
    return pl.DataFrame(list(rows), schema=schema)


def facts(*rows: tuple[str, float, int | None, str]) -> pl.DataFrame:
    columns = {"fact_id": pl.String, "value": pl.Float64, "decimals": pl.Int64, "raw": pl.String}
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(pl.lit("a").alias("doc_id"))


# -- counting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("class_items", "sums"),
        ("expenditure_kinds", "sums"),  # an identity of the taxonomy
        ("total_covers_revenue", "bounds"),
        ("share_mismatch", "ratios"),
        ("growth_on_initial_budget", "changes"),
        ("cross_reference", "repeats"),
        ("recipients_times_rate", "products"),
        ("weight_sum", "scores"),
        ("malformed_number", "sense"),
        ("a rule of tomorrow", "other"),
    ],
)
def test_every_rule_has_a_kind(rule: str, kind: str) -> None:
    assert kind_of_rule(rule) == kind


def test_every_relation_of_the_taxonomy_that_is_tried_has_a_kind() -> None:
    names = {row["relation"] for row in taxonomy.table("relations") if row["form"] in ("sum", "subset", "name")}
    assert {name for name in names if kind_of_rule(name) == "other"} == set()


def test_relations_are_counted_by_document_and_kind() -> None:
    assert check_counts(CHECKS).rows() == [
        # doc, kind, tried, holds, broken, skipped, not applicable, judged, of tried, of judged
        ("a", "sums", 3, 2, 1, 0, 0, 3, 2 / 3, 2 / 3),
        ("a", "ratios", 2, 0, 0, 1, 1, 0, 0.0, None),
        ("b", "bounds", 1, 1, 0, 0, 0, 1, 1.0, 1.0),
    ]
    [whole] = check_counts(CHECKS.filter(doc_id="a").to_pandas(), by=["doc_id"]).to_dicts()
    assert (whole["tried"], whole["judged"], whole["share_of_tried"]) == (5, 3, 0.4)


def test_documents_without_a_relation_have_a_row_of_zeros_where_documents_are_given() -> None:
    documents = pl.DataFrame({"doc_id": ["c", "a", "b"]})
    counted = check_counts(CHECKS, ["doc_id"], documents)
    assert counted.rows() == [
        ("c", 0, 0, 0, 0, 0, 0, None, None),
        ("a", 5, 2, 1, 1, 1, 3, 0.4, 2 / 3),
        ("b", 1, 1, 0, 0, 0, 1, 1.0, 1.0),
    ]
    assert check_counts(empty("checks"), ["doc_id"], documents)["tried"].to_list() == [0, 0, 0]
    assert check_counts(CHECKS, []).rows() == [(6, 3, 1, 1, 1, 4, 0.5, 0.75)]
    assert check_counts(empty("checks"), []).rows() == [(0, 0, 0, 0, 0, 0, None, None)]
    with pytest.raises(ContractError, match="groups by doc_id alone, got kind"):
        check_counts(CHECKS, ["kind"], documents)


def test_no_relation_gives_no_row_and_a_wrong_table_is_refused() -> None:
    assert check_counts(empty("checks")).is_empty()
    assert {"tried", "share_of_judged"} <= set(check_counts(empty("checks")).columns)
    with pytest.raises(ContractError, match="checks lacks the columns state"):
        check_counts(CHECKS.drop("state"))
    with pytest.raises(ContractError, match="checks lacks the columns place"):
        check_counts(CHECKS, by=["place"])


def test_findings_are_counted_per_100_figures_and_documents_without_any_appear() -> None:
    table = findings(finding(1), finding(2, "note"), finding(3, "warning", doc_id="b", rule="unit_slip"))
    known = pl.DataFrame({"doc_id": ["a"] * 50 + ["b"] * 400 + ["c"] * 10, "fact_id": [str(i) for i in range(460)]})
    documents = pl.DataFrame({"doc_id": ["c", "a", "b", "d"]})
    corpus = SimpleNamespace(findings=table, facts=known, documents=documents)
    expected = [
        # doc, errors, warnings, notes, all, figures, per 100
        ("c", 0, 0, 0, 0, 10, 0.0),
        ("a", 1, 0, 1, 2, 50, 4.0),
        ("b", 0, 1, 0, 1, 400, 0.25),
        ("d", 0, 0, 0, 0, 0, None),
    ]
    assert finding_counts(corpus).rows() == expected
    assert finding_counts(table.to_pandas(), known.to_pandas(), documents.to_pandas()).rows() == expected
    assert finding_counts(corpus, by=["kind"]).select("doc_id", "kind", "findings", "per_100").rows() == [
        ("a", "sums", 2, 4.0),
        ("b", "sense", 1, 0.25),
    ]
    assert finding_counts(findings(), known, documents)["findings"].to_list() == [0, 0, 0, 0]
    assert finding_counts(findings()).is_empty()


# -- ranking --------------------------------------------------------------------------------------------------------


def test_the_worst_finding_is_of_the_highest_severity_and_the_largest_gap() -> None:
    table = findings(
        finding(1, "note", stated=1.0, expected_low=90.0, expected_high=100.0),
        finding(2, "error", stated=100.0, expected_low=90.0, expected_high=95.0),
        finding(3, "error", stated=100.0, expected_low=150.0, expected_high=160.0),
        finding(4, "error", stated=0.0),
        finding(5, "warning", expected_low=None, expected_high=None),
    )
    ranked = rank_findings(table)
    assert list(ranked.select("finding_id", "relative_gap").iter_rows()) == [
        ("n3", 0.5), ("n2", 0.05), ("n4", None), ("n5", None), ("n1", 89.0),
    ]  # fmt: skip
    assert rank_findings(findings()).is_empty()
    assert rank_findings(findings()).schema == ranked.schema


@pytest.mark.parametrize(
    ("message", "arithmetic", "suspect", "repair"),
    [
        (
            "table and prose differ: 60家 against 49, 11家 apart. Suspect: 60家, which should be 49家. "
            "It equals a figure of another scope. Source: “评审60家”.",
            "table and prose differ: 60家 against 49, 11家 apart. It equals a figure of another scope",
            ["60家"],
            "49家",
        ),
        (
            "sums: 1.5万元 + 2万元 = 3.5万元, stated 4万元. A line may be missing. Correcting one would repair it: "
            "1.5万元 → 1.9万元～2.1万元, 2万元 → 2.4万元～2.6万元. Source: “其中. Suspect: ”.",
            "sums: 1.5万元 + 2万元 = 3.5万元, stated 4万元. A line may be missing",
            ["1.5万元", "2万元"],
            "1.5万元 → 1.9万元 to 2.1万元, 2万元 → 2.4万元 to 2.6万元",
        ),
        # No repair in words: that of the one suspect follows from what is expected.
        ("1740元 must be in the unit of 1740万元.", "1740元 must be in the unit of 1740万元", ["60家"], "3万元"),
        ("misplaced comma in 353,18.18元.", "misplaced comma in 353,18.18元", ["1.5万元", "2万元"], None),
    ],
)
def test_a_case_tells_its_arithmetic_its_suspects_and_its_repair(
    message: str, arithmetic: str, suspect: list[str], repair: str | None
) -> None:
    ids = "f1" if len(suspect) == 1 else "f2;f3"
    known = facts(("f1", 60.0, None, "60家"), ("f2", 15_000.0, -3, "1.5万元"), ("f3", 20_000.0, -4, "2万元"))
    [row] = rank_findings(findings(finding(1, message_en=message, suspects=ids)), known).to_dicts()
    assert (row["arithmetic"], row["suspect"], row["repair"]) == (arithmetic, suspect, repair)
    assert (row["suspects"], row["fact_ids"]) == (ids.split(";"), ["f1", "f2", "f3"])


@pytest.mark.parametrize(
    ("message", "arithmetic", "repair"),
    [
        (
            "表与正文不一致：60家与49，相差11家。疑为60家有误，应为49家。与另一口径的数字相同，口径可能不同。原文：“评审60家”",
            "表与正文不一致：60家与49，相差11家。与另一口径的数字相同，口径可能不同",
            "49家",
        ),
        (
            "合计：1.5万元 + 2万元 = 3.5万元，文中为4万元。可能漏列一项。改正其一即可一致："
            "1.5万元→1.9万元～2.1万元、2万元→2.4万元。原文：“其中。疑为”",
            "合计：1.5万元 + 2万元 = 3.5万元，文中为4万元。可能漏列一项",
            "1.5万元 → 1.9万元至2.1万元、2万元 → 2.4万元",
        ),
        ("“服务对象满意度”目标>85%，已达标却得0分。", "“服务对象满意度”目标>85%，已达标却得0分", "2分"),
        # A table without the Chinese message tells the English one.
        ("", "x", "2分"),
    ],
)
def test_a_case_is_told_in_chinese_too(message: str, arithmetic: str, repair: str) -> None:
    scored = {"unit": "score", "stated": 0.0, "expected_low": 2.0, "expected_high": 2.0}
    [row] = rank_findings(findings(finding(1, message_zh=message, message_en="x.", **scored))).to_dicts()
    assert (row["arithmetic_zh"], row["repair_zh"]) == (arithmetic, repair)


def test_the_wording_of_the_audit_is_the_one_that_is_taken_apart() -> None:
    ranked = rank_findings(fa.parse(ROOT / "data" / "raw"))
    assert ranked.height > 10
    assert not ranked["arithmetic"].str.contains("Suspect: |Correcting one would|Source: “").any()
    assert not ranked["arithmetic_zh"].str.contains("疑为|改正其一|原文：“|[A-Za-z]").any()
    told = ranked.filter(pl.col("repair").is_not_null())
    assert told.height > 10
    # The same values in both languages.
    numbers = [
        [re.findall(r"[0-9][0-9.,]*[0-9]|[0-9]", text) for text in told[name]] for name in ("repair", "repair_zh")
    ]
    assert numbers[0] == numbers[1]
    # Where one figure is named as the suspect, its value is told; the repair is the text's own.
    assert ranked.filter(pl.col("repair").str.contains(" → ")).height > 0
    assert (
        ranked.filter(pl.col("suspects").list.len() == 1, pl.col("expected_low").is_not_null())["repair"].null_count()
        == 0
    )


# -- what findings do to derived figures ----------------------------------------------------------------------------


def test_rows_are_marked_by_what_the_audit_says_of_their_facts() -> None:
    rows = pl.DataFrame({"fact_ids": [["f1", "x"], ["f2"], ["x"], ["f9"], [], None]})
    table = findings(finding(1), finding(2, "note", suspects="f9", fact_ids="f9"), finding(3, suspects=None))
    marked = mark_rows(rows, table)
    assert marked["standing"].to_list() == ["suspect", "involved", "clear", "clear", "clear", "clear"]
    assert marked["finding_ids"].to_list() == [["n1", "n3"], ["n1", "n3"], [], [], [], []]
    assert mark_rows(rows, table, severities=["note"])["standing"].to_list()[3] == "suspect"
    assert mark_rows(rows, findings())["standing"].unique().to_list() == ["clear"]
    assert mark_rows(rows.clear(), table).is_empty()
    with pytest.raises(ContractError, match="rows lacks the columns fact_ids"):
        mark_rows(rows.drop("fact_ids"), table)


def test_only_a_single_suspect_with_one_value_is_repaired() -> None:
    known = facts(("f1", 40_000.0, -4, "4万元"), ("f2", 100.0, None, "100家"), ("f3", 7.0, None, "7家"))
    table = findings(
        finding(1),
        finding(2, suspects="f2", expected_low=90.0, expected_high=90.0),
        finding(3, suspects="f1;f3"),  # either of two
        finding(4, "note", suspects="f3", expected_low=9.0, expected_high=9.0),
    )
    done = repaired_facts(known, table)
    assert done.select("value", "decimals", "raw", "repaired").rows() == [
        (30_000.0, -2, None, True),  # 29,950 to 30,050 is what ±50 yuan, hundreds, stands for
        (90.0, None, None, True),
        (7.0, None, "7家", False),
    ]
    twice = findings(finding(1), finding(2, expected_low=1.0, expected_high=2.0))
    assert repaired_facts(known, twice)["repaired"].sum() == 0
    assert repaired_facts(known, findings()).drop("repaired").equals(known)
    assert repaired_facts(known.clear(), table).is_empty()


def test_a_repaired_figure_enters_the_metrics() -> None:
    def fact(number: int, measure: str, value: float, raw: str) -> dict[str, Any]:
        return {
            "fact_id": f"f{number}",
            "doc_id": "a",
            "fiscal_year": 2024,
            "concept": "expenditure",
            "measure": measure,
            "value": value,
            "unit": "CNY",
            "decimals": -4,
            "raw": raw,
            "source_start": number,
            "quote": "年初预算50万元，决算4万元",
        }

    known = pl.DataFrame([fact(1, "final", 40_000.0, "4万元"), fact(2, "initial_budget", 50_000.0, "5万元")])
    after = execution_rates(repaired_facts(known, findings(finding(1))))
    assert execution_rates(known)["computed_rate"].to_list() == [0.8]
    assert after["computed_rate"].to_list() == [0.6]
    assert after["formula"].to_list() == ["3.00万元 ÷ 5万元"]
    assert subsidy_costs(repaired_facts(known, findings(finding(1)))).height == 1


def test_quantiles_are_compared_with_those_of_the_first_variant() -> None:
    rows = pl.DataFrame(
        {"level": ["item"] * 3 + ["class"], "rate": [0.5, 0.8, 1.0, 0.9], "sure": [True, False, True, False]}
    )
    moved = quantile_shifts({"all": rows, "sure": rows.filter("sure")}, [0.5], column="rate", by=["level"])
    assert sorted(moved.rows()) == [
        # level, variant, n, probability, value, shift, interval (none with less than six points)
        ("class", "all", 1, 0.5, 0.9, 0.0, None, None),
        ("class", "sure", 0, 0.5, None, None, None, None),
        ("item", "all", 3, 0.5, 0.8, 0.0, None, None),
        ("item", "sure", 2, 0.5, 0.75, -0.05, None, None),
    ]
    many = pl.DataFrame({"rate": [0.1 * n for n in range(1, 10)]})
    # Of nine, the second and the eighth hold the median with 96.1 %.
    assert quantile_shifts({"all": many}, [0.5], column="rate").select("low", "high").row(0) == (0.2, 0.8)
    assert quantile_shifts({"all": rows}, [0, 1], column="rate")["value"].to_list() == [0.5, 1.0]
    assert quantile_shifts({"all": rows.clear(), "sure": rows}, column="rate", by=["level"]).is_empty()
    with pytest.raises(ContractError, match="at least one variant"):
        quantile_shifts({}, column="rate")


def test_rows_are_counted_by_their_standing() -> None:
    rows = pl.DataFrame({"kind": list("aaab"), "standing": ["suspect", "clear", "involved", "clear"]})
    assert standing_counts(rows).rows() == [(4, 1, 1, 2, 0.5)]
    assert standing_counts(rows.to_pandas(), ["kind"]).rows() == [("a", 3, 1, 1, 1, 2 / 3), ("b", 1, 0, 0, 1, 0.0)]
    assert standing_counts(rows.clear()).rows() == [(0, 0, 0, 0, None)]
    with pytest.raises(ContractError, match="rows lacks the columns standing"):
        standing_counts(rows.drop("standing"))


def test_quantiles_move_where_a_figure_is_in_doubt_and_are_left_out_elsewhere() -> None:
    rows = pl.DataFrame(
        {
            "level": ["item"] * 4 + ["class"] * 2 + [None],
            "rate": [0.5, 0.7, 0.9, 5.0, 0.9, 1.0, 9.0],
            "usable": [True, True, True, False, True, True, True],
            "standing": ["clear", "suspect", "involved", "clear", "clear", "clear", "suspect"],
        }
    )
    mended = rows.with_columns(rate=pl.when(pl.col("standing") == "suspect").then(0.6).otherwise(pl.col("rate")))
    moved = quantiles_in_doubt(rows, mended, [0.5], by=["level"])
    assert moved.select("level", "variant", "n", "value", "shift").rows() == [
        ("item", "as_published", 3, 0.7, 0.0),
        ("item", "without_suspects", 2, 0.7, 0.0),  # of 0.5 and 0.9
        ("item", "without_findings", 1, 0.5, -0.2),
        ("item", "repaired", 3, 0.6, -0.1),
    ]
    assert quantiles_in_doubt(rows.with_columns(standing=pl.lit("clear")), mended, by=["level"]).is_empty()
    # A group of which only a rate that is not usable is in doubt is shown: a repair may make it usable.
    unusable = rows.with_columns(standing=pl.when("usable").then(pl.lit("clear")).otherwise(pl.lit("suspect")))
    assert quantiles_in_doubt(unusable, mended, [0.5], by=["level"])["level"].unique().to_list() == ["item"]
    with pytest.raises(ContractError, match="rows lacks the columns standing"):
        quantiles_in_doubt(mended.drop("standing"), mended, by=["level"])


def test_unit_costs_in_doubt_are_shown_with_what_is_left_and_what_a_repair_gives() -> None:
    def cost(count: float, standing: str = "clear", **more: Any) -> dict[str, Any]:
        base = dict.fromkeys(("programme", "part_of", "kind_of_certification", "period"))
        base |= {"doc_id": "a", "fiscal_year": 2024, "kind": "review_service", "denominator": "reviewed"}
        amounts = {"unit_cost_yuan": 12_000 / count, "unit_cost_low": 11_500 / count, "unit_cost_high": 12_500 / count}
        return base | amounts | {"status": "computed", "standing": standing} | more

    text = dict.fromkeys(("programme", "part_of", "kind_of_certification", "period"), pl.String)
    rows = [cost(40, "suspect"), cost(50), cost(60, "involved"), cost(10, part_of="x"), cost(20, "suspect", doc_id="b")]
    costs = pl.DataFrame(rows, schema_overrides=text)
    mended = pl.DataFrame([cost(48), cost(50), cost(60), cost(20, doc_id="c")], schema_overrides=text)
    found = costs_in_doubt(costs, mended)
    assert found["unit_cost_yuan"].to_list() == [300.0, 200.0, 600.0]
    one = {"cost": 240.0, "low": 230.0, "high": 250.0}
    # Of the part of a programme, and of another document, nothing is left for the whole.
    assert found["without"].to_list() == [[one], [one], []]
    assert [[each["cost"] for each in some] for some in found["repaired"].to_list()] == [
        [250.0, 240.0, 200.0],
        [250.0, 240.0, 200.0],
        [],
    ]
    refused = costs.with_columns(status=pl.lit("not_computed"))
    assert costs_in_doubt(refused, mended).is_empty()
    assert {"without", "repaired"} <= set(costs_in_doubt(refused, refused).columns)
    with pytest.raises(ContractError, match="costs lacks the columns standing"):
        costs_in_doubt(costs.drop("standing"), mended)


def test_a_rate_whose_unit_was_misprinted_or_whose_budget_is_nothing_is_not_comparable() -> None:
    rates = pl.DataFrame(
        {
            "doc_id": list("abcde"),
            "computed_rate": [0.9, None, 10_000.0, None, None],
            "stated_rate": [0.91, 0.8, 1.0, None, 1.0],
            "agrees": [False, None, False, None, None],
            "zero_budget": [False, None, False, False, True],
        },
        schema_overrides={"computed_rate": pl.Float64},
    )
    rates = pl.concat([pl.DataFrame(schema=SCHEMA), rates], how="diagonal")
    done = comparable_rates(rates)
    assert done["rate"].to_list() == [0.9, 0.8, 10_000.0, None, 1.0]
    assert done["misprinted"].to_list() == [False, False, True, False, False]
    assert done["usable"].to_list() == [True, True, False, False, False]
    assert comparable_rates(rates.clear()).is_empty()
