"""Execution rates: outturn over budget, the denominator named, the printed rate against the computed one."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import comparable_rates, execution_rates

GOLD = Path(__file__).parent / "gold"
_place = count(0, 100)


def fact(concept: str, measure: str, value: float, raw: str, quote: str = "", **more: Any) -> dict[str, Any]:
    """A fact of an invented bureau; money known to 0.01万元, rates to 0.01 %."""
    start = next(_place)
    ratio = measure.startswith(("completion", "growth")) or concept == "execution_rate"
    base = {
        "fact_id": f"f{start}",
        "doc_id": "qinghe",
        "division_code": "999901",
        "issuer": "清河区科技局",
        "fiscal_year": 2024,
        "concept": concept,
        "measure": measure,
        "value": value,
        "unit": "ratio" if ratio else "CNY",
        "decimals": 4 if ratio else -2,
        "raw": raw,
        "source_start": start,
        "quote": quote or f"{concept} {measure} {raw}",
    }
    return base | more


def line(measure: str, value: float, raw: str, quote: str = "", **more: Any) -> dict[str, Any]:
    names = {"fund": "general_public_budget", "subject_code": "20607", "subject_name": "科学技术普及"}
    return fact("functional_expenditure", measure, value, raw, quote, **(names | more))


def project(measure: str, value: float, raw: str, **more: Any) -> dict[str, Any]:
    return fact("project_funding", measure, value, raw, **({"item": "科普场馆开放"} | more))


def rates(*facts: dict[str, Any]) -> list[dict[str, Any]]:
    return execution_rates(pl.DataFrame(list(facts), infer_schema_length=None)).to_dicts()


def test_a_line_with_budget_outturn_and_printed_rate():
    said = "“科学技术普及”(款)2024年度年初预算425.85万元,2024年度决算314.98万元,完成年初预算的73.97%"
    [row] = rates(
        line("initial_budget", 4258500, "425.85万元", said),
        line("final", 3149800, "314.98万元", said),
        line("completion_of_initial_budget", 0.7397, "73.97%", said),
    )
    assert (row["level"], row["subject_code"], row["denominator"]) == ("group", "20607", "initial_budget")
    assert (row["budget_yuan"], row["executed_yuan"], row["budget_source"]) == (4258500, 3149800, "stated")
    assert row["computed_rate"] == 3149800 / 4258500
    assert row["computed_low"] == pytest.approx(3149750 / 4258550, rel=1e-15)
    assert row["computed_high"] == pytest.approx(3149850 / 4258450, rel=1e-15)
    assert (row["stated_rate"], row["stated_denominator"], row["agrees"]) == (0.7397, "initial_budget", True)
    assert row["formula"] == "314.98万元 ÷ 425.85万元"
    assert row["quotes"] == [said]
    assert (row["zero_budget"], row["note"]) == (False, None)


def test_a_printed_rate_that_no_rounding_explains_does_not_agree():
    [row] = rates(
        line("initial_budget", 4258500, "425.85万元"),
        line("final", 3149800, "314.98万元"),
        line("completion_of_initial_budget", 0.7937, "79.37%"),
    )
    assert row["agrees"] is False


def test_a_budget_of_nothing_has_no_rate_and_the_printed_one_is_of_the_other_budget():
    # 年初预算0万元, 决算5.68万元, 完成预算安排资金的100%: two denominators, so two rows, and nothing divided by 0.
    first, second = rates(
        line("initial_budget", 0, "0万元", decimals=-4),
        line("final", 56800, "5.68万元"),
        line("completion_of_adjusted_budget", 1.0, "100%", decimals=2),
    )
    assert (first["denominator"], first["zero_budget"], first["computed_rate"]) == ("initial_budget", True, None)
    assert (first["stated_rate"], first["agrees"]) == (None, None)
    assert (second["denominator"], second["zero_budget"], second["stated_rate"]) == ("adjusted_budget", False, 1.0)
    assert (second["budget_yuan"], second["agrees"]) == (None, None)


def test_a_full_rate_beside_a_budget_of_nothing_is_a_convention_and_enters_no_distribution():
    # 年初预算0万元, 完成预算安排资金的100% says that the line was not budgeted, not that its budget was spent.
    other = {"subject_code": "20604", "subject_name": "技术研究与开发"}
    table = pl.DataFrame(
        [
            line("initial_budget", 0, "0万元", decimals=-4),
            line("final", 56800, "5.68万元"),
            line("completion_of_adjusted_budget", 1.0, "100%", decimals=2),
            line("initial_budget", 50000, "5万元", **other),
            line("final", 40000, "4万元", **other),
            line("completion_of_adjusted_budget", 1.0, "100%", decimals=2, **other),
        ],
        infer_schema_length=None,
    )
    rows = comparable_rates(execution_rates(table)).to_dicts()
    assert [(r["subject_code"], r["denominator"], r["convention"], r["printed_rate"], r["usable"]) for r in rows] == [
        ("20607", "initial_budget", False, 1.0, False),  # the row of the budget of 0 shows what is printed for it
        ("20607", "adjusted_budget", True, 1.0, False),
        ("20604", "initial_budget", False, None, True),
        ("20604", "adjusted_budget", False, 1.0, True),
    ]


def test_a_convention_of_one_part_of_a_department_does_not_touch_another():
    table = pl.DataFrame(
        [
            fact("expenditure_other", "initial_budget", 0, "0万元"),
            fact("expenditure_other", "final", 0, "0万元"),
            fact("expenditure_basic", "final", 40000, "4万元"),
            fact("expenditure_basic", "completion_of_adjusted_budget", 0.98, "98%"),
        ],
        infer_schema_length=None,
    )
    rows = comparable_rates(execution_rates(table)).to_dicts()
    assert [(r["concept"], r["convention"], r["usable"]) for r in rows] == [
        ("expenditure_other", False, False),
        ("expenditure_basic", False, True),
    ]


def test_a_budget_known_only_by_the_change_on_it_is_derived():
    # 决算 7,436,930.72元, 比年初预算减少 1,089,721.10元, 下降12.8%: 7,436,930.72 + 1,089,721.10 = 8,526,651.82.
    [row] = rates(
        line("final", 7436930.72, "7,436,930.72元", decimals=2),
        line("change_on_initial_budget", -1089721.10, "1,089,721.10元", decimals=2),
        line("growth_on_initial_budget", -0.128, "12.8%", decimals=3),
    )
    assert (row["budget_yuan"], row["budget_source"]) == (8526651.82, "derived")
    assert (row["budget_low"], row["budget_high"]) == (8526651.81, 8526651.83)
    assert row["computed_rate"] == pytest.approx(0.872198, abs=1e-6)
    assert row["computed_low"] < row["computed_rate"] < row["computed_high"]
    assert (row["stated_rate"], row["stated_growth"], row["agrees"]) == (None, -0.128, True)
    assert row["formula"] == "7,436,930.72元 ÷ (7,436,930.72元 + 1,089,721.10元)"


def test_growth_that_the_derived_budget_contradicts():
    # 595,509.17 ÷ (4,276,060.24 - 595,509.17) = 16.18 %, printed 16.3 %.
    [row] = rates(
        line("final", 4276060.24, "4,276,060.24元", decimals=2),
        line("change_on_initial_budget", 595509.17, "595,509.17元", decimals=2),
        line("growth_on_initial_budget", 0.163, "16.3 %", decimals=3),
    )
    assert row["agrees"] is False


def test_an_outturn_that_is_all_increase_had_a_budget_of_nothing():
    [row] = rates(
        line("final", 147166, "147,166元", decimals=0),
        line("change_on_initial_budget", 147166, "147,166元", decimals=0),
        line("growth_on_initial_budget", 1.0, "100%", decimals=2),
    )
    assert (row["zero_budget"], row["computed_rate"], row["agrees"]) == (True, None, None)


def test_a_change_larger_than_the_outturn_is_said_and_not_divided_by():
    [row] = rates(
        line("final", 149000, "149,000元", decimals=0),
        line("change_on_initial_budget", 8083965.07, "8,083,965.07元", decimals=2),
    )
    assert (row["budget_yuan"], row["computed_rate"], row["zero_budget"]) == (-7934965.07, None, False)
    assert "would be -793.496507万元" in row["note"]


def test_overview_and_detail_of_a_line_are_one_row_with_both_sources():
    [row] = rates(
        line("final", 3150000, "315万元", "科学技术普及支出315万元,占2.1%", decimals=-4),
        line("initial_budget", 4258500, "425.85万元"),
        line("final", 3149800, "314.98万元", "“科学技术普及”(款)决算314.98万元"),
    )
    assert row["executed_yuan"] == 3149800  # the more precise statement of what can be one value
    assert len(row["fact_ids"]) == 3
    assert "科学技术普及支出315万元,占2.1%" in row["quotes"]


def test_two_outturns_that_no_rounding_reconciles_the_nearer_is_taken_and_the_other_named():
    [row] = rates(
        fact("expenditure", "final", 106400029.75, "106,400,029.75元", source_start=100, decimals=2),
        fact("expenditure", "adjusted_budget", 105719900, "10571.99万元", source_start=9000),
        fact("expenditure", "final", 105719900, "10571.99万元", source_start=9050),
    )
    assert (row["level"], row["computed_rate"]) == ("department", 1.0)
    assert "106,400,029.75元" in row["note"]


def test_figures_of_one_sentence_belong_together_however_long_it_is():
    said = "全年预算数100万元" + "，" * 200 + "支出90万元"
    [row] = rates(
        project("adjusted_budget", 1000000, "100万元", quote=said, source_start=1000),
        project("final", 900000, "90万元", quote=said, source_start=1300),
        project("final", 950000, "95万元", quote="上级要求支出95万元", source_start=950),
    )
    assert row["executed_yuan"] == 900000


def test_an_execution_rate_without_a_named_denominator_is_set_beside_the_adjusted_budget():
    [row] = rates(
        fact("expenditure", "adjusted_budget", 151733800, "15173.38万元"),
        fact("expenditure", "final", 151041000, "15104.10万元"),
        fact("execution_rate", "actual", 0.9954, "99.54%", "2024年部门预算执行率为99.54%"),
    )
    assert (row["denominator"], row["stated_denominator"], row["stated_rate"]) == ("adjusted_budget", None, 0.9954)
    assert row["agrees"] is True  # 15104.10 ÷ 15173.38 = 99.543 %
    assert "no denominator" in row["note"]


def test_an_execution_rate_without_any_budget_leaves_the_denominator_open():
    [row] = rates(fact("execution_rate", "actual", 0.976, "97.6%", decimals=3))
    assert (row["denominator"], row["budget_yuan"], row["stated_rate"]) == (None, None, 0.976)
    assert (row["agrees"], row["zero_budget"]) == (None, False)


def test_a_rate_printed_twice_once_with_its_denominator_is_one_rate():
    [row] = rates(
        project("adjusted_budget", 1083300, "108.33万元", quote="预算108.33万元"),
        project("final", 1083300, "108.33万元"),
        fact("execution_rate", "actual", 1.0, "100%", item="科普场馆开放", decimals=2),
        fact("execution_rate", "actual", 1.0, "100%", item="科普场馆开放", decimals=2, base="全年预算数"),
    )
    assert (row["stated_rate"], row["stated_denominator"], row["note"]) == (1.0, "adjusted_budget", None)
    assert len(row["fact_ids"]) == 4


@pytest.mark.parametrize(("kind", "level"), [("project_evaluation", "project"), ("final_accounts", "department")])
def test_a_rate_without_a_name_is_of_what_the_document_is_about(kind, level):
    documents = pl.DataFrame({"doc_id": ["qinghe"], "kind": [kind]})
    facts = pl.DataFrame([fact("execution_rate", "actual", 1.0, "100%")])
    assert execution_rates(facts, documents)["level"].to_list() == [level]


def test_the_base_names_the_denominator():
    facts = [
        project("initial_budget", 1200000, "120万元"),
        project("adjusted_budget", 1083300, "108.33万元"),
        project("final", 1083300, "108.33万元"),
    ]
    rate = fact("execution_rate", "actual", 0.9028, "90.28%", item="科普场馆开放", base="年初预算")
    initial, adjusted = rates(*facts, rate)
    assert (initial["denominator"], initial["stated_denominator"]) == ("initial_budget", "initial_budget")
    assert (initial["stated_rate"], initial["agrees"]) == (0.9028, True)  # 108.33 ÷ 120 = 0.90275
    assert (adjusted["computed_rate"], adjusted["stated_rate"]) == (1.0, None)


def test_an_evaluation_form_divides_by_the_budget_of_the_whole_year():
    row_text = "年度资金总额 120 108.33 108.33 10 100% 10"
    initial, adjusted = rates(
        project("initial_budget", 1200000, "120", quote=row_text),
        project("adjusted_budget", 1083300, "108.33", quote=row_text),
        project("final", 1083300, "108.33", quote=row_text),
        fact("execution_rate", "actual", 1.0, "100%", row_text, item="科普场馆开放", decimals=2),
    )
    assert (initial["level"], initial["stated_rate"]) == ("project", None)
    assert (adjusted["stated_denominator"], adjusted["agrees"]) == ("adjusted_budget", True)
    assert adjusted["formula"] == "108.33万元 ÷ 108.33万元"


def test_a_target_a_weight_and_a_score_are_no_rates():
    of = {"item": "科普场馆开放"}
    assert (
        rates(
            fact("execution_rate", "target", 1.0, "100%", **of),
            fact("execution_rate", "weight", 10, "10", **of),
            fact("execution_rate", "score", 9.9, "9.9", **of),
        )
        == []
    )


def test_a_part_of_the_year_is_not_divided_by_a_budget_of_the_year():
    budget = project("adjusted_budget", 1000000, "100万元")
    spent = project("final", 400000, "40万元", period="前三季度")
    assert rates(budget, spent) == []
    [whole] = rates(budget, project("final", 990000, "99万元", period="截至12月31日"))
    assert (whole["computed_rate"], whole["period"]) == (0.99, None)


@pytest.mark.parametrize("period", ["1-12月", "1月至12月", "全年", "2024年度", "截至12月31日", "年末"])
def test_periods_that_are_the_whole_year(period):
    [row] = rates(project("adjusted_budget", 1000000, "100万元"), project("final", 990000, "99万元", period=period))
    assert row["period"] is None


@pytest.mark.parametrize("period", ["1-11月", "11-12月", "上半年", "半年度", "三季度末", "截至11月底", "12月"])
def test_periods_that_are_a_part_of_the_year(period):
    spent = project("final", 400000, "40万元", period=period)
    assert rates(project("adjusted_budget", 1000000, "100万元"), spent) == []
    [row] = rates(project("adjusted_budget", 500000, "50万元", period=period), spent)
    assert (row["period"], row["computed_rate"]) == (period, 0.8)


def test_a_budget_without_an_outturn_and_an_outturn_without_a_budget_are_no_observations():
    assert rates(project("initial_budget", 1000000, "100万元"), line("final", 990000, "99万元")) == []


def test_a_unit_slip_is_suspected_where_ten_thousand_explains_the_gap():
    [row] = rates(
        project("adjusted_budget", 1740, "1740元", decimals=0),
        project("final", 17400000, "1740万元", decimals=-4),
        fact("execution_rate", "actual", 1.0, "100%", item="科普场馆开放", decimals=2),
    )
    assert (row["computed_rate"], row["agrees"]) == (10000.0, False)
    assert "unit slip" in row["note"]
    assert "单位误写" in row["note_zh"]


def test_a_budget_printed_as_a_bound_leaves_the_rate_open_on_that_side():
    [row] = rates(
        project("adjusted_budget", 1200000, "不超过120万元", comparator="<="),
        project("final", 600000, "60万元"),
    )
    assert row["computed_low"] == 599950 / 1200000
    assert row["computed_high"] is None


def test_lines_are_told_apart_by_fund_scope_year_and_body():
    facts = []
    for more in ({}, {"fund": "government_fund"}, {"scope": "project"}, {"fiscal_year": 2023}, {"doc_id": "other"}):
        facts += [line("initial_budget", 1000000, "100万元", **more), line("final", 900000, "90万元", **more)]
    found = execution_rates(pl.DataFrame(facts))
    assert found["computed_rate"].to_list() == [0.9] * 5
    assert found.select("doc_id", "fiscal_year", "fund", "scope").is_unique().all()


def test_levels_follow_the_code_or_else_the_printed_bracket():
    named = {"subject_code": None, "subject_name": "司法"}
    said = "“司法”(款)年初预算100万元,决算90万元"
    facts = [line("initial_budget", 1000000, "100万元", said, **named), line("final", 900000, "90万元", said, **named)]
    for code in ("206", "2060702"):
        facts += [line(m, 10000, "1万元", subject_code=code) for m in ("initial_budget", "final")]
    assert [(r["subject_code"], r["level"]) for r in rates(*facts)] == [
        (None, "group"),
        ("206", "class"),
        ("2060702", "item"),
    ]


def test_a_part_of_a_project_is_a_row_of_its_own():
    part = {"item": "科普场馆开放/其他资金"}
    facts = [project(m, 1000000, "100万元") for m in ("adjusted_budget", "final")]
    facts += [project(m, 0, "0万元", decimals=-4, **part) for m in ("adjusted_budget", "final")]
    assert [(r["level"], r["item"], r["zero_budget"]) for r in rates(*facts)] == [
        ("project", "科普场馆开放", False),
        ("project_part", "科普场馆开放/其他资金", True),
    ]


def test_a_corpus_and_pandas_frames_are_taken_and_counties_come_from_the_documents():
    facts = pl.DataFrame([line("initial_budget", 1000000, "100万元"), line("final", 900000, "90万元")])
    documents = pl.DataFrame({"doc_id": ["qinghe"], "county": ["清河区"]})
    corpus = SimpleNamespace(facts=facts, documents=documents)
    expected = execution_rates(facts, documents)
    assert expected["county"].to_list() == ["清河区"]
    assert execution_rates(corpus).equals(expected)
    pandas = facts.to_pandas().assign(subject_code=20607)  # as pandas reads a code from CSV
    assert execution_rates(pandas, documents.to_pandas()).equals(expected)


def test_nothing_in_nothing_out_with_all_columns():
    empty = pl.DataFrame(schema={"doc_id": pl.String, "concept": pl.String, "measure": pl.String,
                                 "value": pl.Float64, "unit": pl.String})  # fmt: skip
    assert execution_rates(empty).is_empty()
    assert {"computed_rate", "agrees", "zero_budget"} <= set(execution_rates(empty).columns)


def test_a_table_that_is_no_facts_table_is_refused_by_name():
    with pytest.raises(ContractError, match="lacks the columns concept, measure, value, unit"):
        execution_rates(pl.DataFrame({"doc_id": ["qinghe"]}))


def gold(name: str) -> list[dict[str, Any]]:
    text = dict.fromkeys(("fund", "scope", "subject_code", "item", "counted", "comparator", "value_high"), pl.String)
    facts = pl.read_csv(GOLD / f"{name}.facts.csv", schema_overrides=text, infer_schema_length=None)
    return execution_rates(
        facts.with_columns(doc_id=pl.lit(name), fact_id=pl.format("{}", pl.col("source_start")))
    ).to_dicts()


def test_final_accounts_that_print_budget_outturn_and_rate():
    rows = [r for r in gold("fengtai-2024") if r["concept"] == "functional_expenditure"]
    initial = [r for r in rows if r["denominator"] == "initial_budget"]
    assert len(initial) == 20  # 7 类 and 13 款
    assert sum(r["zero_budget"] for r in initial) == 5
    assert [r["agrees"] for r in initial if not r["zero_budget"]] == [True] * 15
    by_code = {r["subject_code"]: r for r in initial}
    assert by_code["206"]["computed_rate"] == 139413200 / 97803200  # 13941.32 ÷ 9780.32, printed 142.54 %
    adjusted = [r for r in rows if r["denominator"] == "adjusted_budget"]
    assert [(r["stated_rate"], r["budget_yuan"]) for r in adjusted] == [(1.0, None)] * 5


def test_final_accounts_that_print_changes_on_the_budget():
    rows = {r["subject_code"]: r for r in gold("mentougou-2023") if r["concept"] == "functional_expenditure"}
    assert rows["206"]["budget_yuan"] == 24507965.70  # 78,335,329.04 - 53,827,363.34
    assert {c for c, r in rows.items() if r["agrees"] is False} == {"20605", "21508"}
    assert {c for c, r in rows.items() if r["zero_budget"]} == {"210", "20606", "20808", "21004", "21202"}
    assert rows["212"]["computed_rate"] is None  # +8,083,965.07 on an outturn of 149,000
