"""What the audit says of small passages: which figures belong together, and when they disagree."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiscal_analysis import taxonomy
from fiscal_analysis.audit import AuditResult, audit_corpus, audit_document, audit_frames, sums
from fiscal_analysis.audit import identities as identity_table
from fiscal_analysis.document import Cell, Document, Metadata, Paragraph, Table, fold
from fiscal_analysis.errors import ContractError
from fiscal_analysis.facts import Fact, Indicator
from fiscal_analysis.quantity import find_quantities

YEAR = 2024


def passage(
    text: str, *claims: tuple[str, str, str, dict[str, object]], year: int = YEAR
) -> tuple[Document, list[Fact]]:
    """Make a document of `text` and a fact of each claim (raw, concept, measure, more), in the order of the text."""
    blocks: list[Paragraph | Table] = []
    start = 0
    for line in text.split("\n"):
        blocks.append(Paragraph(start, start + len(line), fold(line), -1))
        start += len(line) + 1
    facts, position = [], 0
    for raw, concept, measure, more in claims:
        at = text.index(raw, position)
        position = at + len(raw)
        (quantity,) = find_quantities(raw)
        down = more.get("down", False)
        fields = {name: value for name, value in more.items() if name != "down"}
        quote_start = max(text.rfind("。", 0, at), text.rfind("\n", 0, at)) + 1
        facts.append(
            Fact(
                concept,
                measure,
                -quantity.digits if down else quantity.digits,
                quantity.exponent,
                quantity.unit or "count",
                year,
                raw,
                at,
                at + len(raw),
                quantity.decimals if quantity.unit is not None else None,
                quantity.high_digits,
                comparator=quantity.comparator,
                counted=quantity.counted,
                quote_start=quote_start,
                quote_end=min((i for i in (text.find("。", at), text.find("\n", at)) if i >= 0), default=len(text)),
                flag=quantity.flag,
                fact_id=f"f{len(facts):02d}",
                **fields,  # type: ignore[arg-type]
            )
        )
    return Document("d", text, fold(text), Metadata(), [], blocks), facts


def audit(text: str, *claims: tuple[str, str, str, dict[str, object]]) -> AuditResult:
    return audit_document(*passage(text, *claims))


def states(result: AuditResult, rule: str) -> list[str]:
    return [check.state for check in result.checks if check.rule == rule]


def said(result: AuditResult) -> list[tuple[str, str]]:
    return [(finding.severity, finding.rule) for finding in result.findings]


def money(raw: str, concept: str, measure: str = "final", **more: object) -> tuple[str, str, str, dict[str, object]]:
    return raw, concept, measure, more


# -- sums ------------------------------------------------------------------------------------------------------------


def kinds(total: str, basic: str, project: str) -> AuditResult:
    return audit(
        f"本年支出合计{total}，其中：基本支出{basic}；项目支出{project}。",
        money(total, "expenditure"),
        money(basic, "expenditure_basic"),
        money(project, "expenditure_project"),
    )


@pytest.mark.parametrize(
    ("total", "basic", "project"),
    [
        ("15104.10万元", "2245.08万元", "12859.02万元"),
        ("15173.38万元", "2301.87万元", "12871.52万元"),  # 0.01 off: three roundings explain it
        ("100万元", "33.4万元", "66.1万元"),  # the total is printed to whole 万元
    ],
)
def test_a_total_holds_within_the_rounding_of_its_parts(total: str, basic: str, project: str) -> None:
    result = kinds(total, basic, project)
    assert states(result, "expenditure_kinds") == ["holds"]
    assert result.findings == []


def test_a_total_that_no_rounding_explains_is_an_error_with_the_arithmetic() -> None:
    (finding,) = kinds("15105.10万元", "2245.08万元", "12859.02万元").findings
    assert (finding.severity, finding.rule, finding.unit) == ("error", "sum_mismatch", "CNY")
    assert finding.stated == Decimal(151051000)
    assert (finding.expected_low, finding.expected_high) == (Decimal(151040900), Decimal(151041100))
    assert "2245.08万元 + 12859.02万元 = 15104.1万元" in finding.message_zh
    assert "相差1万元" in finding.message_zh
    assert "本年支出合计15105.10万元" in finding.quote


def test_a_missing_part_is_never_zero() -> None:
    result = audit(
        "2024年度本年收入合计100.00万元，其中：财政拨款收入80.00万元。",
        money("100.00万元", "revenue"),
        money("80.00万元", "revenue_appropriation"),
    )
    assert result.findings == []
    assert "broken" not in {check.state for check in result.checks}


def test_parts_of_an_open_list_may_be_less_than_the_whole_but_not_more() -> None:
    def assets(house: str) -> AuditResult:
        return audit(
            f"固定资产总额7489.61万元，其中：房屋{house}，汽车81.33万元。",
            money("7489.61万元", "fixed_assets"),
            money(house, "fixed_assets", item="房屋"),
            money("81.33万元", "fixed_assets", item="汽车"),
        )

    assert states(assets("148.09万元"), "named_parts") == ["holds"]
    assert said(assets("7448.09万元")) == [("error", "part_exceeds_whole")]


def test_a_list_that_ends_in_a_residual_is_complete() -> None:
    result = audit(
        "公务用车运行维护费44531.60元，其中加油17500元，维修14414.41元，其他2758.25元。",
        money("44531.60元", "three_public_vehicle_operation"),
        money("17500元", "three_public_vehicle_operation", item="加油"),
        money("14414.41元", "three_public_vehicle_operation", item="维修"),
        money("2758.25元", "three_public_vehicle_operation", item="其他"),
    )
    assert said(result) == [("error", "sum_mismatch")]


def lines(group: str, budget: str = "43.00万元") -> AuditResult:
    """A class with two groups, each with budget and outturn."""
    general = "general_public_budget"
    return audit(
        "“资源勘探工业信息等支出”(类)年初预算135.29万元，决算128.89万元。其中：\n"
        f"“制造业”(款)年初预算{budget}，决算{group}。\n"
        "“支持中小企业发展和管理支出”(款)年初预算92.29万元，决算87.89万元。",
        money("135.29万元", "functional_expenditure", "initial_budget", fund=general, subject_code="215"),
        money("128.89万元", "functional_expenditure", fund=general, subject_code="215"),
        money(budget, "functional_expenditure", "initial_budget", fund=general, subject_code="21502"),
        money(group, "functional_expenditure", fund=general, subject_code="21502"),
        money("92.29万元", "functional_expenditure", "initial_budget", fund=general, subject_code="21508"),
        money("87.89万元", "functional_expenditure", fund=general, subject_code="21508"),
    )


def test_a_class_is_the_sum_of_the_groups_below_it_for_each_measure() -> None:
    assert states(lines("41.00万元"), "class_items") == ["holds", "holds"]
    (finding,) = lines("42.00万元").findings
    assert (finding.severity, finding.rule) == ("error", "sum_mismatch")
    assert "41.00万元" not in finding.message_zh
    assert "42.00万元 + 87.89万元" in finding.message_zh


def test_a_printed_zero_beside_decimals_is_as_exact_as_they_are() -> None:
    assert ("error", "sum_mismatch") in said(lines("41.00万元", budget="0万元"))
    result = audit(
        "政府采购支出147.49万元，其中：货物147.09万元，工程0万元，服务0万元。",
        money("147.49万元", "procurement"),
        money("147.09万元", "procurement_goods"),
        money("0万元", "procurement_works"),
        money("0万元", "procurement_services"),
    )
    assert said(result) == [("error", "sum_mismatch")]


def test_a_sum_relation_is_one_row_of_data(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {
        "relation": "new_rule",
        "form": "sum",
        "whole": "assets",
        "parts": "liabilities|net_assets",
        "at_least": "2",
        "measures": "final",
        "reach": "passage",
        "severity": "warning",
        "zh": "资产 = 负债 + 净资产",
        "en": "assets = liabilities + net assets",
    }
    rows = taxonomy.table("relations")
    monkeypatch.setattr(identity_table.taxonomy, "table", lambda name: (*rows, row))
    for cached in (identity_table.identities, sums._by_whole):
        cached.cache_clear()
    try:
        result = audit(
            "资产总额18.15万元，负债3.52万元，净资产15.62万元。",
            money("18.15万元", "assets"),
            money("3.52万元", "liabilities"),
            money("15.62万元", "net_assets"),
        )
    finally:
        monkeypatch.undo()
        for cached in (identity_table.identities, sums._by_whole):
            cached.cache_clear()
    assert states(result, "new_rule") == ["broken"]


def test_a_relation_row_that_cannot_be_read_says_what_to_write() -> None:
    with pytest.raises(ContractError, match=r"relations\.csv.*'wrong_row'.*concept\[@fund\]"):
        identity_table._term("revenue@@x", "wrong_row")


# -- rates -----------------------------------------------------------------------------------------------------------


def share(rate: str) -> AuditResult:
    return audit(
        f"2024年度政府采购支出总额2279.96万元。授予中小企业合同金额1623.31万元，占政府采购支出总额的{rate}。",
        money("2279.96万元", "procurement"),
        money("1623.31万元", "procurement_sme"),
        money(rate, "procurement_sme", "share", base="政府采购支出总额"),
    )


def test_a_share_is_checked_against_the_total_that_its_base_names() -> None:
    assert states(share("71.2%"), "share") == ["holds"]
    (finding,) = share("71.4%").findings
    assert (finding.severity, finding.rule, finding.stated) == ("error", "share_mismatch", Decimal("0.714"))
    assert finding.expected_low is not None
    assert round(finding.expected_low, 4) == Decimal("0.7120")


def test_a_rate_that_is_cut_off_instead_of_rounded_is_a_note() -> None:
    # 71.1991 % would round to 71.20 %.
    assert said(share("71.19%")) == [("note", "share_mismatch")]
    assert share("71.20%").findings == []


def growth(change: str, rate: str, down: bool = False, rate_down: bool | None = None) -> AuditResult:
    rate_down = down if rate_down is None else rate_down
    return audit(
        f"2024年度收、支总计15173.38万元，比上年变动{change}，变动{rate}。",
        money("15173.38万元", "grand_total"),
        money(change, "grand_total", "change_on_prior_year", down=down),
        money(rate, "grand_total", "growth_on_prior_year", down=rate_down),
    )


def test_growth_follows_from_the_change_and_the_figure() -> None:
    assert states(growth("1322.75万元", "8.02%", down=True), "growth_on_prior_year") == ["holds"]
    (finding,) = growth("1322.75万元", "8.20%", down=True).findings
    assert (finding.severity, finding.rule) == ("error", "growth_mismatch")


def test_a_change_and_a_growth_in_opposite_directions_are_one_finding() -> None:
    (finding,) = growth("1322.75万元", "8.02%", down=True, rate_down=False).findings
    assert finding.severity == "error"


def test_growth_on_a_base_of_zero_is_undefined_not_wrong() -> None:
    result = audit(
        "“抚恤”决算147166元，比年初预算增加147166元，增长100%。",
        money("147166元", "functional_expenditure", subject_code="20808"),
        money("147166元", "functional_expenditure", "change_on_initial_budget", subject_code="20808"),
        money("100%", "functional_expenditure", "growth_on_initial_budget", subject_code="20808"),
    )
    assert states(result, "growth_on_initial_budget") == ["skipped"]
    assert said(result) == [("note", "zero_base")]


def test_completion_without_its_base_is_skipped() -> None:
    result = audit(
        "年初预算0万元，决算5.68万元，完成预算安排资金的100%。",
        money("0万元", "functional_expenditure", "initial_budget", subject_code="20135"),
        money("5.68万元", "functional_expenditure", subject_code="20135"),
        money("100%", "functional_expenditure", "completion_of_adjusted_budget", subject_code="20135"),
    )
    (check,) = result.checks
    assert (check.state, check.reason) == ("skipped", "a figure of the relation is not stated")
    assert result.findings == []


def test_more_than_a_hundred_percent_is_legal() -> None:
    result = audit(
        "年初预算9780.32万元，决算13941.32万元，完成年初预算的142.54%。",
        money("9780.32万元", "functional_expenditure", "initial_budget", subject_code="206"),
        money("13941.32万元", "functional_expenditure", subject_code="206"),
        money("142.54%", "functional_expenditure", "completion_of_initial_budget", subject_code="206"),
    )
    assert states(result, "completion_of_initial_budget") == ["holds"]
    assert result.findings == []


def test_results_that_share_only_a_verb_are_not_compared() -> None:
    text = "组织3批企业申报创新型。组织2批企业申报专精特新。"
    more: dict[str, object] = {"item": "组织"}
    assert not audit(text, ("3批", "outcome", "actual", more), ("2批", "outcome", "actual", more)).findings
    named: dict[str, object] = {"item": "培训活动"}
    assert audit(text, ("3批", "outcome", "actual", named), ("2批", "outcome", "actual", named)).findings


def test_a_qualified_figure_stands_for_no_single_value() -> None:
    result = audit(
        "申报企业超1000家，其中通过评审500家，占比50%。",
        money("超1000家", "hightech_applications", "actual"),
        money("500家", "hightech_passed", "actual"),
        money("50%", "hightech_passed", "share"),
    )
    assert result.findings == []
    assert states(result, "passed_of_applications") == ["skipped"]


def test_shares_of_counts_find_their_total_in_the_sentence() -> None:
    def shares(second: str) -> AuditResult:
        return audit(
            f"共受理1260家次，实际1189家企业申报，497家首次申请认定，占比41.8%，692家重新认定，占比{second}。",
            money("1260家次", "hightech_applications", "actual"),
            money("1189家", "hightech_applications", "actual"),
            money("497家", "hightech_applications", "actual", item="首次申请认定"),
            money("41.8%", "hightech_applications", "share", item="首次申请认定"),
            money("692家", "hightech_applications", "actual", item="重新认定"),
            money(second, "hightech_applications", "share", item="重新认定"),
        )

    assert states(shares("58.2%"), "share") == ["holds", "holds"]
    assert said(shares("59.2%")) == [("warning", "share_mismatch")]


# -- the same figure twice -------------------------------------------------------------------------------------------


def twice(first: str, second: str, concept: str = "fixed_assets") -> AuditResult:
    return audit(f"年末总额{first}。\n总额{second}。", money(first, concept), money(second, concept))


def test_two_statements_in_two_units_agree_by_interval() -> None:
    assert states(twice("74,896,144.21元", "7489.61万元"), "repeat") == ["holds"]
    assert said(twice("74,896,144.21元", "7488.61万元")) == [("error", "cross_reference")]


def test_amounts_too_far_apart_are_taken_to_be_two_things() -> None:
    assert states(twice("56.79万元", "2245.08万元"), "repeat") == ["not_applicable"]


def test_the_figure_whose_correction_repairs_everything_is_the_suspect() -> None:
    result = audit(
        "本年支出合计15104.10万元，其中：基本支出2245.08万元，占支出合计的14.86%；项目支出12959.02万元，"
        "占支出合计的85.14%。\n资金总体支出15104.10万元，其中：基本支出2245.08万元，项目支出12859.02万元。",
        money("15104.10万元", "expenditure"),
        money("2245.08万元", "expenditure_basic"),
        money("14.86%", "expenditure_basic", "share", base="支出合计"),
        money("12959.02万元", "expenditure_project"),
        money("85.14%", "expenditure_project", "share", base="支出合计"),
        money("15104.10万元", "expenditure"),
        money("2245.08万元", "expenditure_basic"),
        money("12859.02万元", "expenditure_project"),
    )
    (finding,) = result.findings
    assert finding.fact_ids.split(";")[0] == "f03"
    assert finding.stated == Decimal(129590200)
    assert finding.expected_low is not None
    assert finding.expected_high is not None
    assert finding.expected_low <= Decimal(128590200) <= finding.expected_high
    assert "疑为12959.02万元有误" in finding.message_zh


@pytest.mark.parametrize(("more", "severity"), [("", "warning"), ("按规定进行结余分配。", "note")])
def test_a_grand_total_leaves_what_is_carried_over(more: str, severity: str) -> None:
    result = audit(
        f"收、支总计15173.38万元。本年支出合计15104.10万元。年末结转和结余60.28万元。{more}",
        money("15173.38万元", "grand_total"),
        money("15104.10万元", "expenditure"),
        money("60.28万元", "carryover_closing"),
    )
    assert said(result) == [(severity, "sum_mismatch")]


def test_an_amount_of_another_scope_is_a_warning() -> None:
    result = audit(
        "本年支出合计10640.00万元。\n一般公共预算财政拨款支出10571.99万元。\n资金总体支出10571.99万元。",
        money("10640.00万元", "expenditure"),
        money("10571.99万元", "appropriation_expenditure", fund="general_public_budget"),
        money("10571.99万元", "expenditure"),
    )
    assert said(result) == [("warning", "cross_reference")]


# -- sense -----------------------------------------------------------------------------------------------------------


def reward(first: str, total: str = "1740万元") -> AuditResult:
    project = "认定奖励"
    return audit(
        f"首次认定给予20万元，重新认定给予10万元。首次认定{first}，重新认定64家。项目共支出{total}。",
        money("20万元", "programme_rate", "rate", item=f"{project}/首次认定"),
        money("10万元", "programme_rate", "rate", item=f"{project}/重新认定"),
        money(first, "programme_recipients", "actual", item=f"{project}/首次认定"),
        money("64家", "programme_recipients", "actual", item=f"{project}/重新认定"),
        money(total, "project_funding", item=project),
    )


def test_recipients_times_rate_are_the_money() -> None:
    assert states(reward("55家"), "recipients_times_rate") == ["holds"]
    (finding,) = reward("56家").findings
    assert (finding.severity, finding.rule) == ("error", "product_mismatch")
    assert "56家 × 20万元 + 64家 × 10万元 = 1760万元" in finding.message_zh


def test_kinds_that_each_have_a_rate_are_all_the_recipients() -> None:
    def recipients(total: str) -> AuditResult:
        return audit(
            f"首次认定给予20万元，重新认定给予10万元。{total}企业中，首次认定55家，重新认定64家。",
            money("20万元", "programme_rate", "rate", item="认定奖励/首次认定"),
            money("10万元", "programme_rate", "rate", item="认定奖励/重新认定"),
            money(total, "programme_recipients", "actual", item="认定奖励"),
            money("55家", "programme_recipients", "actual", item="认定奖励/首次认定"),
            money("64家", "programme_recipients", "actual", item="认定奖励/重新认定"),
        )

    assert recipients("119家").findings == []
    assert said(recipients("129家")) == [("warning", "sum_mismatch")]


def test_money_in_the_wrong_unit_is_a_unit_slip() -> None:
    result = audit(
        "本项目预算总额1740元，其中：区级财政资金1740万元、其他资金0万元。",
        money("1740元", "project_funding", "adjusted_budget", item="奖励"),
        money("1740万元", "project_funding", "adjusted_budget", item="奖励/区级财政资金"),
        money("0万元", "project_funding", "adjusted_budget", item="奖励/其他资金"),
    )
    (finding,) = result.findings
    assert (finding.severity, finding.rule) == ("error", "unit_slip")
    assert finding.expected_low == Decimal(17395000)


def test_a_malformed_number_is_an_error_and_enters_no_relation() -> None:
    result = audit(
        "机关运行经费合计358,257.77元，比上年减少353,18.18元，下降9.0%。",
        money("358,257.77元", "agency_operating_cost"),
        money("353,18.18元", "agency_operating_cost", "change_on_prior_year", down=True),
        money("9.0%", "agency_operating_cost", "growth_on_prior_year", down=True),
    )
    assert said(result) == [("error", "malformed_number")]


def test_stock_additions_and_growth_must_have_one_base() -> None:
    def firms(rate: str) -> AuditResult:
        return audit(
            f"新引培专精特新中小企业162家，总数达697家，同比增长{rate}。",
            money("162家", "firms_added", "actual", item="专精特新中小企业"),
            money("697家", "firms_stock", "actual", item="专精特新中小企业"),
            money(rate, "firms_stock", "growth_on_prior_year", item="专精特新中小企业"),
        )

    assert said(firms("44.0%")) == [("warning", "growth_mismatch")]
    assert firms("30.3%").findings == []
    assert firms("20.0%").findings == []  # firms may leave


def test_a_target_of_the_form_that_was_missed_contradicts_the_conclusion() -> None:
    text = "评审服务1500家\n组织评审企业1249家。\n项目总体实现绩效目标。"
    document, facts = passage(
        text,
        ("1500家", "hightech_reviewed", "target", {"item": "评审服务"}),
        ("1249家", "hightech_reviewed", "actual", {}),
    )
    cell = Cell("评审服务1500家", 0, 9, 0, 0)
    document.blocks[0] = Table(((cell,),), 0, 9, -1, "lines")
    assert said(audit_document(document, facts)) == [("warning", "target_missed")]


# -- tables ----------------------------------------------------------------------------------------------------------


def batches(total_rate: str, last: str = "445") -> AuditResult:
    rows = [
        ("一", "117", "105", "89.74%"),
        ("二", "344", "316", "91.86%"),
        ("三", "291", "274", "94.16%"),
        ("四", "497", last, "89.54%"),
        ("总计", "1249", "1140", total_rate),
    ]
    text = "\n".join(" ".join(row) for row in rows)
    claims = []
    for number, (item, reviewed, passed, rate) in enumerate(rows):
        place = {"item": item, "table": 0, "row": number}
        claims += [
            (reviewed, "hightech_reviewed", "actual", {**place, "column": 1}),
            (passed, "hightech_passed", "actual", {**place, "column": 2}),
            (rate, "hightech_passed", "actual", {**place, "column": 3}),
        ]
    return audit(text, *claims)


def test_a_total_row_and_a_rate_column_follow_from_the_rows() -> None:
    result = batches("91.27%")
    assert result.findings == []
    assert states(result, "table_total") == ["holds", "holds"]
    assert states(result, "table_rate") == ["holds"] * 5


def test_the_mean_of_the_rates_is_not_the_rate_of_the_total() -> None:
    (finding,) = batches("91.33%").findings
    assert (finding.severity, finding.rule, finding.stated) == ("error", "rate_mismatch", Decimal("0.9133"))
    assert finding.expected_low is not None
    assert round(finding.expected_low, 4) == Decimal("0.9127")


def test_a_wrong_count_breaks_its_row_and_its_column_and_is_the_suspect() -> None:
    (finding,) = batches("91.27%", last="455").findings
    assert finding.stated == 455
    assert finding.expected_low == finding.expected_high == 445


# -- performance tables ----------------------------------------------------------------------------------------------


def indicator(
    target: str, actual: str, weight: str, score: str, level1: str = "产出指标", level2: str = "数量指标"
) -> Indicator:
    wanted, got = find_quantities(target), find_quantities(actual)
    return Indicator(
        "项目", level1, level2, "指标", target, wanted[0] if wanted else None, actual, got[0] if got else None,
        Decimal(weight), Decimal(score), "", 0, 4, indicator_id=f"i-{target}-{actual}-{weight}-{score}",
    )  # fmt: skip


def form(*rows: Indicator, total: str = "") -> AuditResult:
    document, _ = passage(f"指标表。\n{total}")
    return audit_document(document, [], rows)


def test_weights_and_scores_add_up_to_the_printed_total() -> None:
    rows = [indicator("100家", "97家", "15", "14.55"), indicator("优", "优", "85", "85")]
    assert form(*rows, total="总分 100 99.55").findings == []
    assert said(form(*rows, total="总分 100 98")) == [("error", "score_sum")]
    assert said(form(*rows, total="总分 90 99.55")) == [("error", "weight_sum")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (indicator(">85%", "90%", "2", "0"), [("error", "score_mismatch")]),
        (indicator("符合", "符合", "18", "0"), [("error", "score_mismatch")]),
        (indicator("1000家", "900家", "20", "20"), [("warning", "score_mismatch")]),
        (indicator("≤120万元", "108.33万元", "10", "10", "成本指标", "经济成本指标"), []),
        (indicator("≥90%", "＞90%", "10", "10"), []),
        (indicator("11个月", "12个月", "10", "10", "产出指标", "时效指标"), []),  # no ≤ is printed
        (indicator("100%", "95.2%", "10", "10", "预算执行率", ""), []),  # scored in whole points
        (indicator("1000家", "1083家", "20", "21"), [("error", "score_mismatch")]),
        (indicator("100%", "95.2%", "10", "9.52", "预算执行率", ""), []),
        (indicator("100%", "95.2%", "10", "9.25", "预算执行率", ""), [("warning", "score_mismatch")]),
        (indicator("100%", "95.2%", "10", "10.0", "预算执行率", ""), [("note", "score_mismatch")]),
    ],
)
def test_a_score_follows_from_target_and_actual(row: Indicator, expected: list[tuple[str, str]]) -> None:
    assert said(form(row)) == expected


# -- several documents, tables ---------------------------------------------------------------------------------------


def test_last_years_own_figure_is_held_against_this_years_change() -> None:
    def body(doc_id: str, year: int, *claims: tuple[str, str, str, dict[str, object]]) -> tuple[Document, list[Fact]]:
        document, facts = passage("支出" + "，".join(c[0] for c in claims), *claims, year=year)
        document.doc_id = doc_id
        document.metadata = Metadata(issuer="某局", division_code="110106", fiscal_year=year)
        return document, facts

    before = body("y2023", 2023, money("100.00万元", "expenditure"))
    agrees = body(
        "y2024", 2024, money("120.00万元", "expenditure"), money("20.00万元", "expenditure", "change_on_prior_year")
    )
    restated = body(
        "y2024", 2024, money("120.00万元", "expenditure"), money("25.00万元", "expenditure", "change_on_prior_year")
    )
    assert audit_corpus([agrees, before]).findings == []
    (finding,) = audit_corpus([restated, before]).findings
    assert (finding.severity, finding.rule, finding.doc_id) == ("warning", "restated", "y2024")


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_a_table_of_facts_gives_the_same_findings(library: str) -> None:
    document, facts = passage(
        "本年支出合计15105.10万元，其中：基本支出2245.08万元；项目支出12859.02万元。",
        money("15105.10万元", "expenditure"),
        money("2245.08万元", "expenditure_basic"),
        money("12859.02万元", "expenditure_project"),
    )
    quote = document.text.rstrip("。")
    frame = pl.DataFrame(
        [
            {
                "fact_id": f.fact_id, "doc_id": "d", "fiscal_year": f.fiscal_year, "concept": f.concept,
                "measure": f.measure, "value": float(f.value), "unit": f.unit, "decimals": f.decimals, "raw": f.raw,
                "source_start": f.source_start, "source_end": f.source_end, "quote": quote, "section": "",
            }
            for f in facts
        ]
    )  # fmt: skip
    from_table = audit_frames(frame.to_pandas() if library == "pandas" else frame)
    assert from_table.findings == audit_document(document, facts).findings
    assert [c.check_id for c in from_table.checks] == [c.check_id for c in audit_document(document, facts).checks]


def test_a_table_without_values_is_refused_by_name() -> None:
    with pytest.raises(ContractError, match="value"):
        audit_frames(pl.DataFrame({"doc_id": ["d"], "concept": ["revenue"]}))


# -- properties ------------------------------------------------------------------------------------------------------

_CENTS = st.integers(min_value=0, max_value=10**11)


def _printed(cents: Fraction, places: int) -> str:
    """Print an amount of cents in 万元, rounded half up."""
    scaled = cents / 10**6 * 10**places
    whole = (2 * scaled + 1) // 2
    return f"{Decimal(int(whole)).scaleb(-places):f}万元"


@settings(max_examples=60, deadline=None)
@given(_CENTS, _CENTS, st.sampled_from([2, 4, 6]), st.sampled_from([1, 2]))
def test_rounding_alone_is_never_reported(basic: int, project: int, places: int, rate_places: int) -> None:
    total = Fraction(basic + project)
    if not total:
        return
    rate = (2 * Fraction(basic) / total * 10 ** (2 + rate_places) + 1) // 2
    rate_raw = f"{Decimal(int(rate)).scaleb(-rate_places):f}%"
    raws = [_printed(Fraction(v), places) for v in (basic + project, basic, project)]
    result = audit(
        f"本年支出合计{raws[0]}，其中：基本支出{raws[1]}，占支出合计的{rate_raw}；项目支出{raws[2]}。",
        money(raws[0], "expenditure"),
        money(raws[1], "expenditure_basic"),
        money(rate_raw, "expenditure_basic", "share", base="支出合计"),
        money(raws[2], "expenditure_project"),
    )
    assert [f for f in result.findings if f.severity != "note"] == []
    assert "broken" not in {c.state for c in result.checks}


@settings(max_examples=60, deadline=None)
@given(st.integers(10**4, 10**9), st.integers(10**4, 10**9), st.integers(0, 8))
def test_a_wrong_digit_beyond_rounding_is_always_reported(basic: int, project: int, place: int) -> None:
    total = basic + project
    digit = total // 10**place % 10
    wrong = total + (1 if digit < 9 else -1) * 10**place
    raws = [f"{Decimal(v).scaleb(-2):f}万元" for v in (wrong, basic, project)]
    result = kinds(*raws)
    assert states(result, "expenditure_kinds") == ["holds" if place == 0 else "broken"]
