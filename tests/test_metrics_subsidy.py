"""What a high-tech firm costs: kinds of money apart, counts and targets apart, every choice said."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from fiscal_analysis.charts.wording import label
from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import subsidy_costs

GOLD = Path(__file__).parent / "gold"
_place = count(0, 400)

REVIEW = "高新技术企业认定评审服务"
REWARD = "高新技术企业认定奖励"
FUND = "清河区高新技术产业发展专项资金"


def fact(concept: str, measure: str, value: float, raw: str, quote: str = "", **more: Any) -> dict[str, Any]:
    """A fact of an invented bureau; its quote is the figure alone unless given."""
    start = next(_place)
    money = raw.endswith("元")
    base = {
        "fact_id": f"f{start}",
        "doc_id": "qinghe",
        "division_code": "999901",
        "issuer": "清河区科技局",
        "fiscal_year": 2024,
        "concept": concept,
        "measure": measure,
        "item": None,
        "period": None,
        "value": float(value),
        "value_high": None,
        "unit": "CNY" if money else "count",
        "counted": None if money else raw.lstrip("0123456789约超余-"),
        "comparator": None,
        "decimals": (-2 if "." in raw else -4) if money else None,
        "raw": raw,
        "source_start": start,
        "quote": quote or raw,
    }
    return base | more


def money(item: str, value: float, raw: str, quote: str = "", *, measure: str = "final", **more: Any) -> dict[str, Any]:
    return fact("project_funding", measure, value, raw, quote, item=item, **more)


def paid(
    item: str | None, value: float, raw: str, quote: str = "", *, measure: str = "actual", **more: Any
) -> dict[str, Any]:
    return fact("programme_recipients", measure, value, raw, quote, item=item, **more)


def rate(item: str, value: float, raw: str, quote: str = "", **more: Any) -> dict[str, Any]:
    return fact("programme_rate", "rate", value, raw, quote, item=item, **more)


def costs(*facts: dict[str, Any], documents: pl.DataFrame | None = None) -> list[dict[str, Any]]:
    return subsidy_costs(pl.DataFrame(list(facts), infer_schema_length=None), documents).to_dicts()


def computed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["status"] == "computed"]


# -- review services ------------------------------------------------------------------------------------------------


def test_a_review_service_costs_so_much_per_application_per_review_and_per_certificate():
    rows = costs(
        money(REVIEW, 900000, "90万元", "高新技术企业认定评审服务全年执行90万元"),
        fact("hightech_applications", "actual", 300, "300家", "受理高企申报300家"),
        fact("hightech_reviewed", "actual", 240, "240家", "参与评审240家"),
        fact("hightech_certified", "actual", 180, "180家", "新认定高新技术企业180家"),
    )
    assert [(r["kind"], r["denominator"], r["unit_cost_yuan"]) for r in rows] == [
        ("review_service", "applications", 3000.0),  # 900,000 ÷ 300
        ("review_service", "reviewed", 3750.0),  # 900,000 ÷ 240
        ("review_service", "certified", 5000.0),  # 900,000 ÷ 180
    ]
    last = rows[-1]
    assert (last["unit_cost_low"], last["unit_cost_high"]) == (895000 / 180, 905000 / 180)  # 90万元 is ±0.5万元
    assert last["formula"] == "90万元 ÷ 180家"
    assert last["amount_quote"] == "高新技术企业认定评审服务全年执行90万元"
    assert last["count_quote"] == "新认定高新技术企业180家"
    assert len(last["fact_ids"]) == 2
    assert last["reason"] is None


def test_different_counts_of_one_thing_are_observations_of_their_own_and_said():
    rows = costs(
        money(REVIEW, 900000, "90万元"),
        fact("hightech_reviewed", "actual", 250, "250家次", "评审企业250家次"),
        fact("hightech_reviewed", "actual", 240, "240", "总计 250 240", counted="家次", item="总计"),
        fact("hightech_reviewed", "actual", 250, "250家次", "共评审企业250家次"),
    )
    reviewed = [r for r in rows if r["denominator"] == "reviewed"]
    assert [(r["count"], r["counted"], r["unit_cost_yuan"]) for r in reviewed] == [
        (250, "家次", 3600.0),
        (240, "家次", 3750.0),
    ]
    assert len(reviewed[0]["fact_ids"]) == 3  # the money, and both places that say 250家次
    assert all("250家次、240家次" in r["note"] for r in reviewed)


def test_batches_kinds_and_subsets_do_not_divide_the_money_of_the_whole():
    rows = costs(
        money(REVIEW, 900000, "90万元"),
        fact("hightech_applications", "actual", 60, "60", item="一", counted="家次"),
        fact("hightech_applications", "actual", 90, "90家", item="首次申请认定"),
        fact("hightech_applications", "actual", 20, "20家", item="经辅导的企业"),
    )
    [row] = [r for r in rows if r["denominator"] == "applications"]
    assert (row["status"], row["reason_code"], row["unit_cost_yuan"]) == ("not_computed", "only_parts", None)
    assert "60家次、90家、20家" in row["reason"]


def test_a_target_is_never_a_count():
    rows = costs(
        money(REVIEW, 900000, "90万元"),
        fact("hightech_certified", "target", 200, "200家", "力争认定高新技术企业200家"),
    )
    [row] = [r for r in rows if r["denominator"] == "certified"]
    assert (row["status"], row["reason_code"], row["count"]) == ("not_computed", "only_target", None)
    assert "200家" in row["reason"]
    assert "目标" in row["reason_zh"]


def test_a_count_of_cases_is_no_count_of_certified_firms():
    rows = costs(money(REVIEW, 900000, "90万元"), fact("hightech_certified", "actual", 180, "180家次"))
    [row] = [r for r in rows if r["denominator"] == "certified"]
    assert (row["status"], row["reason_code"]) == ("not_computed", "times_not_firms")


def test_a_count_of_a_part_of_the_year_does_not_divide_the_money_of_the_year():
    rows = costs(
        money(REVIEW, 900000, "90万元"),
        fact("hightech_certified", "actual", 150, "150家", period="1-11月"),
        fact("hightech_reviewed", "actual", 240, "240家", period="截至12月31日"),
    )
    by = {r["denominator"]: r for r in rows}
    assert (by["certified"]["reason_code"], by["certified"]["unit_cost_yuan"]) == ("part_year", None)
    assert "1-11月" in by["certified"]["reason"]
    assert by["reviewed"]["unit_cost_yuan"] == 3750.0


def test_the_outturn_goes_before_the_allocation_and_the_rest_is_named():
    rows = costs(
        money(REVIEW, 1200000, "120万元", measure="initial_budget"),
        money(REVIEW, 1000000, "100万元", measure="adjusted_budget"),
        money(REVIEW, 900000, "90万元"),
        fact("hightech_certified", "actual", 180, "180家"),
    )
    row = rows[-1]
    assert (row["amount_yuan"], row["amount_measure"]) == (900000, "final")
    assert "120万元" in row["note"]
    assert "100万元" in row["note"]


def test_an_allocation_serves_where_no_outturn_is_stated_but_an_initial_budget_does_not():
    certified = fact("hightech_certified", "actual", 180, "180家")
    row = costs(money(REVIEW, 900000, "90万元", measure="adjusted_budget"), certified)[-1]
    assert (row["unit_cost_yuan"], row["amount_measure"]) == (5000.0, "adjusted_budget")
    assert "no outturn" in row["note"]
    row = costs(money(REVIEW, 900000, "90万元", measure="initial_budget"), certified)[-1]
    assert (row["unit_cost_yuan"], row["reason_code"]) == (None, "only_initial")


def test_filings_and_provincial_certificates_are_no_national_certificates():
    rows = costs(
        money(REVIEW, 900000, "90万元"),
        fact("hightech_certified", "actual", 94, "94家", "省级高新技术企业备案94家"),
        fact("hightech_certified", "actual", 30, "30家", "高企培育库入库30家"),
        fact("hightech_certified", "actual", 57, "57家", "57家同时被认定为国家级高新技术企业"),
    )
    [row] = [r for r in rows if r["denominator"] == "certified"]
    assert (row["count"], row["unit_cost_yuan"]) == (57, 900000 / 57)


def test_a_certificate_may_be_a_first_or_a_repeated_one_and_the_applicants_of_each_are_said():
    applied = "共55家企业提交认定申请材料,30家首次申请认定,25家重新认定"
    facts = [
        money(REVIEW, 900000, "90万元"),
        fact("hightech_applications", "actual", 55, "55家", applied),
        fact("hightech_applications", "actual", 30, "30家", applied, item="首次申请认定"),
        fact("hightech_applications", "actual", 25, "25家", applied, item="重新认定"),
        fact("hightech_certified", "actual", 50, "50家", "全区新认定高新技术企业50家"),
    ]
    [certified] = [r for r in costs(*facts) if r["denominator"] == "certified"]
    assert (certified["count"], certified["unit_cost_yuan"]) == (50, 18000.0)
    assert certified["note"] == (
        "the applications are stated by kind: 30家 for a first, 25家 for a repeated certification"
    )
    assert "首次认定30家，重新认定25家" in certified["note_zh"]
    assert all(r["note"] is None for r in costs(*facts[:2], facts[-1]))
    assert label("certified") == "per firm certified in the year (first and repeated)"


def test_a_project_that_lists_other_services_beside_the_review_says_so():
    listed = "开展高新技术企业认定专家评审工作,具体包括评审服务300家,认定申报预审服务及高企情况监测"
    facts = [money(REVIEW, 900000, "90万元"), fact("hightech_reviewed", "actual", 240, "240家", "参与评审240家")]
    target = fact("hightech_reviewed", "target", 300, "300家", listed)
    reviewed = [r for r in costs(*facts, target) if r["denominator"] == "reviewed"]
    assert [r["note"] for r in reviewed] == [
        "the project comprises more than the review (预审、监测), its money is not split"
    ]
    assert all(not r["note"] for r in costs(*facts))


# -- rewards --------------------------------------------------------------------------------------------------------


def two_kinds(**more: Any) -> list[dict[str, Any]]:
    """首次认定20万元 and 重新认定10万元: 30 × 20 + 25 × 10 = 850万元 for 55 firms."""
    return [
        money(REWARD, 8500000, "850万元", "共支出850万元", **more),
        paid(REWARD, 55, "55家", "共有55家高新技术企业领取奖励"),
        paid(f"{REWARD}/首次认定", 30, "30家", "其中首次认定30家，重新认定25家"),
        paid(f"{REWARD}/重新认定", 25, "25家", "其中首次认定30家，重新认定25家"),
        rate(f"{REWARD}/首次认定", 200000, "20万元", "对首次认定的企业给予一次性20万元奖励"),
        rate(f"{REWARD}/重新认定", 100000, "10万元", "对重新认定的企业给予一次性10万元奖励"),
    ]


def test_a_reward_costs_so_much_per_firm_and_by_kind_of_certification():
    rows = costs(*two_kinds())
    assert [(r["kind_of_certification"], r["amount_yuan"], r["count"], r["unit_cost_yuan"]) for r in rows] == [
        (None, 8500000, 55, 8500000 / 55),
        ("first", 6000000, 30, 200000),
        ("repeated", 2500000, 25, 100000),
    ]
    whole, first, repeated = rows
    assert {r["kind"] for r in rows} == {"reward"}
    assert (whole["amount_measure"], first["amount_measure"]) == ("final", "rate_times_recipients")
    # The sum is said once: the computed and the printed amount are the same words.
    assert whole["note"].endswith("30家 × 20万元 + 25家 × 10万元 = 850万元")
    # 20万元 a firm is the printed rate; the product with 30 firms is the amount, not the cost of one.
    assert (first["rate_yuan"], first["formula"]) == (200000, "20万元/家")
    assert first["note"].endswith("not printed: 20万元/家 × 30家 = 600万元")
    assert (repeated["unit_cost_low"], repeated["unit_cost_high"]) == (100000, 100000)


def test_kinds_that_do_not_add_up_to_the_money_are_said():
    facts = two_kinds()
    facts[0] = money(REWARD, 9000000, "900万元")
    assert "850万元 ≠ 900万元" in costs(*facts)[0]["note"]


def test_the_kind_is_read_beside_the_figure_where_the_item_does_not_name_it():
    rows = costs(
        money(REWARD, 8500000, "850万元"),
        paid(REWARD, 30, "30家", "首次认定30家，重新认定25家，合计55家"),
        paid(REWARD, 25, "25家", "首次认定30家，重新认定25家，合计55家"),
        paid(REWARD, 55, "55家", "首次认定30家，重新认定25家，合计55家"),
    )
    assert [(r["kind_of_certification"], r["count"]) for r in rows] == [(None, 55), ("first", 30), ("repeated", 25)]
    assert [r["reason_code"] for r in rows[1:]] == ["no_rate", "no_rate"]


def test_a_cap_is_no_rate():
    facts = [f | {"comparator": "<="} if f["concept"] == "programme_rate" else f for f in two_kinds()]
    _, first, _ = costs(*facts)
    assert (first["status"], first["reason_code"]) == ("not_computed", "only_cap")
    assert (first["rate_yuan"], first["cap_yuan"], first["unit_cost_yuan"]) == (None, 200000, None)


def test_recipients_that_carry_the_year_of_their_certificate_are_found():
    facts = [f | {"fiscal_year": 2023} if f["concept"] == "programme_recipients" else f for f in two_kinds()]
    rows = costs(*facts)
    assert [r["fiscal_year"] for r in rows] == [2024] * 3
    assert rows[0]["unit_cost_yuan"] == 8500000 / 55
    assert "the count is of 2023" in rows[0]["note"]


@pytest.mark.parametrize(
    "item",
    [
        "“专精特新”企业奖励",
        "科技型中小企业入库奖补",
        "省级高新技术企业奖励",
        "高新区道路维修补助",
        "高新区产业发展专项资金",
        "高新技术产业开发区基础设施专项资金",
    ],
)
def test_money_of_other_grades_and_of_zones_is_not_of_high_tech_firms(item):
    [row] = costs(money(item, 1000000, "100万元"), paid(item, 10, "10家"))
    assert (row["status"], row["kind"], row["reason_code"]) == ("not_computed", None, "no_figures")


def test_money_that_also_pays_other_grades_computes_nothing():
    item = "高新技术企业和专精特新企业奖励"
    [row] = costs(money(item, 1000000, "100万元"), paid(item, 10, "10家"))
    assert (row["status"], row["reason_code"], row["amount_yuan"]) == ("not_computed", "mixed_grades", 1000000)


def test_a_reward_for_entering_the_register_is_no_reward_for_a_certificate():
    item = "高新技术企业培育入库奖补"
    [row] = costs(money(item, 1000000, "100万元"), paid(item, 10, "10家"))
    assert (row["status"], row["reason_code"]) == ("not_computed", "not_certification")


def test_the_recipients_of_a_part_do_not_divide_the_money_of_the_whole():
    [row] = costs(money(REWARD, 1000000, "100万元"), paid(f"{REWARD}/软件企业", 10, "10家"))
    assert (row["status"], row["reason_code"], row["unit_cost_yuan"]) == ("not_computed", "only_parts", None)


def test_recipients_without_money_and_money_without_recipients_are_said():
    [row] = costs(paid(REWARD, 10, "10家"))
    assert (row["reason_code"], row["count"]) == ("no_recipient_money", 10)
    [row] = costs(money(REWARD, 1000000, "100万元"))
    assert (row["kind"], row["reason_code"], row["amount_yuan"]) == ("reward", "no_count", 1000000)


def test_persons_are_no_firms_and_no_firms_are_no_divisor():
    rows = costs(money(REWARD, 1000000, "100万元"), paid(REWARD, 10, "10人"), paid(REWARD, 0, "0家"))
    assert [r["reason_code"] for r in rows] == ["not_firms", "zero_count"]


def test_amounts_by_payer_are_parts_of_the_same_money():
    rows = costs(
        money(REWARD, 1000000, "100万元", "共支出100万元"),
        money(f"{REWARD}/区级财政资金", 800000, "80万元"),
        money(f"{REWARD}/其他资金", 200000, "20万元"),
        paid(REWARD, 10, "10家"),
    )
    assert [r["unit_cost_yuan"] for r in rows] == [100000]
    [row] = costs(money(f"{REWARD}/区级财政资金", 800000, "80万元"), paid(REWARD, 10, "10家"))
    assert row["reason_code"] == "only_payers"


# -- funds ----------------------------------------------------------------------------------------------------------

SAID = "拟支持项目40个，支持金额2000万元；第三方服务费16万元，合计安排资金2016万元"


def fund(quote: str = SAID) -> list[dict[str, Any]]:
    return [
        money(FUND, 20200000, "2020万元", measure="initial_budget"),
        paid(FUND, 40, "40个", quote, source_start=1000),
        money(f"{FUND}支持项目", 20000000, "2000万元", quote, source_start=1005),
        money("第三方服务费", 160000, "16万元", quote, source_start=1020),
        money(FUND, 20160000, "2016万元", quote, source_start=1030),
        rate(FUND, 5000000, "500万元", "单个项目最高不超过500万元", comparator="<="),
    ]


def test_fund_money_per_project_leaves_out_what_the_fund_spends_on_itself():
    [row] = costs(*fund())
    assert (row["kind"], row["programme"], row["denominator"]) == ("guidance_fund", FUND, "projects")
    assert (row["amount_yuan"], row["unit_cost_yuan"]) == (20000000, 500000.0)  # 2000万元 ÷ 40
    assert row["cap_yuan"] == 5000000
    assert row["formula"] == "2000万元 ÷ 40个"
    assert row["note"] == "also stated for the programme, not used: 2020万元、2016万元"


def test_fund_money_is_chosen_alike_where_the_count_stands_alone():
    facts = fund()
    facts[1]["quote"] = "共支持项目40个"
    facts[1]["source_start"] = 90000
    [row] = costs(*facts)
    assert row["amount_yuan"] == 20000000


def test_a_grand_total_beside_the_count_does_not_outrank_the_money_that_was_paid():
    facts = fund("共支持项目40个，合计安排资金2016万元")
    facts[2]["quote"] = "支持金额2000万元"
    facts[2]["source_start"] = 90000
    [row] = costs(*facts)
    assert row["amount_yuan"] == 20000000


def test_firms_are_recipients_and_projects_are_projects():
    [row] = costs(money(FUND, 20000000, "2000万元"), paid(FUND, 38, "38家", "支持企业38家"))
    assert row["denominator"] == "recipients"


def test_a_target_range_of_firms_is_not_used_but_a_realised_one_gives_bounds():
    target = paid(FUND, 100, "约100-200家", measure="target", value_high=200.0, comparator="~", counted="家")
    [row] = costs(money(FUND, 20000000, "2000万元"), target)
    assert (row["status"], row["reason_code"], row["unit_cost_yuan"]) == ("not_computed", "only_target", None)
    realised = target | {"measure": "actual"}
    [row] = costs(money(FUND, 20000000, "2000万元"), realised)
    assert (row["status"], row["unit_cost_yuan"]) == ("computed", None)  # a range has no middle of its own
    assert (row["unit_cost_low"], row["unit_cost_high"]) == (19995000 / 200, 20005000 / 100)
    assert row["formula"] == "2000万元 ÷ 约100-200家"


def test_a_lower_bound_on_the_firms_leaves_the_cost_open_below():
    many = paid(FUND, 500, "500余家", comparator=">", counted="家")
    [row] = costs(money(FUND, 20000000, "2000万元"), many)
    assert (row["unit_cost_low"], row["unit_cost_high"]) == (None, 20005000 / 500)
    roughly = paid(FUND, 500, "约500家", comparator="~", counted="家")
    [row] = costs(money(FUND, 20000000, "2000万元"), roughly)
    assert (row["unit_cost_yuan"], row["unit_cost_low"], row["unit_cost_high"]) == (40000, None, None)


def test_the_parts_of_an_evaluated_fund_are_found_by_the_title_of_the_evaluation():
    part = [
        fact(
            "programme_funding",
            "final",
            3000000,
            "300万元",
            "支持软件业企业12家，支持金额300万元",
            item="规模化发展/软件业",
        ),
        paid("规模化发展/软件业", 12, "12家", "支持软件业企业12家，支持金额300万元"),
    ]
    documents = pl.DataFrame(
        {"doc_id": ["qinghe"], "kind": ["project_evaluation"], "title": [f"2024年{FUND}项目支出绩效评价报告"]}
    )
    [row] = costs(*part, documents=documents)
    assert (row["programme"], row["part_of"], row["unit_cost_yuan"]) == ("规模化发展/软件业", FUND, 250000.0)
    [row] = costs(*part)  # without the title nothing says what the money is of
    assert row["reason_code"] == "no_figures"


def test_figures_without_a_name_are_of_what_their_sentence_counts():
    """An evaluation of one fund: 拟支持项目, 支持金额 and the like name nothing, the clause or the title does."""
    whole = "拟支持项目40个，支持金额2000万元"
    field = "支持18家企业加大研发投入，支持金额共计900万元"
    documents = pl.DataFrame(
        {"doc_id": ["qinghe"], "kind": ["project_evaluation"], "title": [f"2024年{FUND}项目支出绩效评价报告"]}
    )
    rows = costs(
        paid("拟支持项目", 40, "40个", whole, source_start=100),
        money("支持金额", 20000000, "2000万元", whole, source_start=105),
        money("第三方服务费", 160000, "16万元", "第三方服务费16万元", source_start=120),
        money("安排资金", 20160000, "2016万元", "合计安排资金2016万元", source_start=130),
        paid("支持", 18, "18家", field, source_start=500),
        money("支持金额", 9000000, "900万元", field, source_start=520),
        rate("单个项目", 5000000, "500万元", "单个项目最高不超过500万元", comparator="<="),
        documents=documents,
    )
    assert [(r["programme"], r["part_of"], r["unit_cost_yuan"]) for r in rows] == [
        (FUND, None, 500000.0),
        ("加大研发投入", FUND, 500000.0),
    ]
    assert rows[0]["note"] == "also stated for the programme, not used: 2016万元"
    assert rows[0]["cap_yuan"] == 5000000


def test_money_without_a_name_joins_the_programme_that_its_sentence_names():
    rows = costs(
        money(REVIEW, 900000, "90万元"),
        money("批复资金", 950000, "95万元", f"2024年度{REVIEW}项目,批复资金95万元", measure="adjusted_budget"),
        fact("hightech_certified", "actual", 180, "180家"),
    )
    [row] = computed(rows)
    assert (row["programme"], row["amount_yuan"]) == (REVIEW, 900000)
    assert "95万元" in row["note"]


def test_money_without_a_name_goes_to_the_named_one_of_two_programmes():
    other = "高企申报辅导服务"
    rows = costs(
        money(other, 300000, "30万元"),
        money(REVIEW, 900000, "90万元", measure="adjusted_budget"),
        money("支出", 850000, "85万元", f"{REVIEW}项目支出85万元"),
        fact("hightech_certified", "actual", 100, "100家"),
    )
    assert [(r["programme"], r["amount_yuan"]) for r in computed(rows)] == [(other, 300000), (REVIEW, 850000)]


def test_a_year_in_a_name_may_be_left_out_but_two_years_are_two_programmes():
    last = f"2023年{REWARD}"
    rows = costs(
        money(last, 1000000, "100万元"),
        money(f"2022年{REWARD}", 600000, "60万元"),
        paid(last, 10, "10家"),
        paid(f"2022年{REWARD}", 6, "6家"),
    )
    assert [(r["programme"], r["unit_cost_yuan"]) for r in rows] == [(last, 100000), (f"2022年{REWARD}", 100000)]
    [row] = costs(money(last, 1000000, "100万元"), paid(REWARD, 10, "10家"))
    assert row["unit_cost_yuan"] == 100000


def test_fewer_applications_than_certificates_are_of_a_part_and_said():
    rows = costs(
        money(REVIEW, 900000, "90万元"),
        fact("hightech_applications", "actual", 60, "60余家", comparator=">", counted="家"),
        fact("hightech_applications", "actual", 300, "300家"),
        fact("hightech_certified", "actual", 180, "180家"),
    )
    [row] = [r for r in rows if r["denominator"] == "applications"]
    assert row["count"] == 300
    assert "60余家" in row["note"]


def test_a_cell_without_a_counter_is_the_count_that_the_text_states_with_one():
    rows = costs(
        money(REVIEW, 900000, "90万元"),
        fact("hightech_reviewed", "actual", 240, "240", "总计 240", counted=None, item="总计"),
        fact("hightech_reviewed", "actual", 240, "240家次", "评审240家次"),
    )
    [row] = computed(rows)
    assert (row["counted"], len(row["fact_ids"])) == ("家次", 3)


def test_a_fund_for_another_trade_is_not_of_high_tech_firms():
    [row] = costs(money("板材家具产业发展专项资金", 20000000, "2000万元"))
    assert row["kind"] is None


# -- documents and input --------------------------------------------------------------------------------------------


def test_every_document_appears_with_its_reason():
    facts = [
        *(f | {"doc_id": "paying"} for f in two_kinds()),
        fact("hightech_certified", "actual", 19, "19家", "认定新增高新技术企业19家", doc_id="counting"),
        fact("hightech_certified", "target", 5, "5家", doc_id="counting"),
        fact("outcome", "actual", 3, "3场", doc_id="other"),
    ]
    documents = pl.DataFrame({"doc_id": ["paying", "counting", "other", "silent"], "county": ["甲", "乙", "丙", "丁"]})
    rows = costs(*facts, documents=documents)
    assert list(dict.fromkeys(r["county"] for r in rows)) == ["甲", "乙", "丙", "丁"]
    counting, other, silent = rows[3:]
    assert (counting["reason_code"], counting["denominator"], counting["count"]) == ("no_money", "certified", 19)
    assert counting["count_quote"] == "认定新增高新技术企业19家"
    assert (other["reason_code"], silent["reason_code"]) == ("no_figures", "no_figures")
    assert all(r["reason"] and r["reason_zh"] for r in rows if r["status"] == "not_computed")


def test_kinds_of_money_are_never_mixed():
    rows = costs(
        money(REVIEW, 900000, "90万元"),
        *two_kinds(),
        *fund(),
        fact("hightech_certified", "actual", 180, "180家"),
    )
    assert {(r["kind"], r["amount_yuan"]) for r in computed(rows) if r["kind_of_certification"] is None} == {
        ("review_service", 900000),
        ("reward", 8500000),
        ("guidance_fund", 20000000),
    }


def test_a_corpus_and_pandas_frames_give_the_same():
    facts = pl.DataFrame([*two_kinds(), *fund()], infer_schema_length=None)
    documents = pl.DataFrame({"doc_id": ["qinghe"], "county": ["清河区"]})
    expected = subsidy_costs(facts, documents)
    assert expected["county"].unique().to_list() == ["清河区"]
    assert subsidy_costs(SimpleNamespace(facts=facts, documents=documents)).equals(expected)
    assert subsidy_costs(facts.to_pandas(), documents.to_pandas()).equals(expected)


def test_a_table_that_is_no_facts_table_is_refused_by_name():
    with pytest.raises(ContractError, match="lacks the columns concept"):
        subsidy_costs(pl.DataFrame({"doc_id": ["qinghe"]}))


# -- the checked facts of published documents -----------------------------------------------------------------------


def gold(name: str) -> list[dict[str, Any]]:
    text = dict.fromkeys(("fund", "scope", "subject_code", "item", "counted", "comparator"), pl.String)
    facts = pl.read_csv(GOLD / f"{name}.facts.csv", schema_overrides=text, infer_schema_length=None)
    return subsidy_costs(
        facts.with_columns(doc_id=pl.lit(name), fact_id=pl.format("{}", pl.col("source_start")))
    ).to_dicts()


def test_a_district_that_paid_for_the_review():
    rows = gold("fengtai-2024")
    assert {(r["kind"], r["amount_yuan"]) for r in rows} == {("review_service", 1083300)}
    assert {(r["denominator"], r["count"], r["counted"]) for r in computed(rows)} == {
        ("applications", 1260, "家次"),
        ("applications", 1189, "家"),
        ("reviewed", 1260, "家次"),
        ("reviewed", 1249, "家次"),
        ("reviewed", 1189, "家"),
        ("certified", 1083, "家"),
    }
    [certified] = [r for r in rows if r["denominator"] == "certified"]
    assert certified["formula"] == "108.33万元 ÷ 1083家"
    assert certified["unit_cost_yuan"] == pytest.approx(1000.277, abs=0.001)  # 1,083,300 ÷ 1,083
    assert certified["unit_cost_low"] == pytest.approx(1000.231, abs=0.001)  # 1,083,250 ÷ 1,083
    assert certified["unit_cost_high"] == pytest.approx(1000.323, abs=0.001)  # 1,083,350 ÷ 1,083


def test_a_district_that_rewarded_certificates():
    rows = gold("mentougou-2023")
    assert [(r["kind_of_certification"], r["amount_yuan"], r["count"]) for r in rows] == [
        (None, 17400000, 119),
        ("first", 11000000, 55),  # 55 × 20万元
        ("repeated", 6400000, 64),  # 64 × 10万元
    ]
    assert rows[0]["unit_cost_yuan"] == pytest.approx(146218.487, abs=0.001)  # 17,400,000 ÷ 119
    assert "1740元" in rows[0]["note"]  # the slip of the source stays visible


def test_a_district_that_funded_projects():
    rows = gold("chaoyang-2024")
    [whole] = computed(rows)
    assert (whole["kind"], whole["denominator"]) == ("guidance_fund", "projects")
    assert (whole["amount_yuan"], whole["count"]) == (115132000, 97)
    assert whole["unit_cost_yuan"] == pytest.approx(1186927.835, abs=0.001)  # 115,132,000 ÷ 97
    assert whole["cap_yuan"] == 10000000


def test_a_county_that_counts_firms_and_names_no_money():
    [row] = gold("zhengding-2023")
    assert (row["status"], row["reason_code"]) == ("not_computed", "no_money")
    assert (row["denominator"], row["count"]) == ("certified", 19)
