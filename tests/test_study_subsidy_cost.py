"""Every unit cost that the published study shows, computed anew from the facts; what it says where there is none."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest

from fiscal_analysis import studies
from fiscal_analysis.exhibits import subsidy
from fiscal_analysis.studies import View
from tests.metrics_rows import CHAOYANG, FENGTAI, MENTOUGOU, ZHENGDING, bounds, document, fact
from tests.metrics_rows import published as facts_with
from tests.study_corpora import charts_of, chinese_left, corpus_of, drawn, english_left, links_of, said_in, table_of
from tests.study_tables import number, published, tables_of

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("review-service", "reward", "guidance-fund")

Cost = tuple[str, Decimal, Decimal, Decimal]
"""What is divided by what, as printed; the cost in yuan; the interval that the print allows."""


def quotient(amount: dict[str, str], count: dict[str, str], unit: str) -> Cost:
    low, high = bounds(amount)
    heads = Decimal(count["value"])
    formula = f"{amount['raw']} ÷ {heads.normalize():f}{count['counted']}"
    assert unit == count["counted"]
    return formula, Decimal(amount["value"]) / heads, low / heads, high / heads


def one(rows: list[dict[str, str]]) -> dict[str, str]:
    """The fact that all rows state, as it is printed with its unit."""
    assert len({row["value"] for row in rows}) == 1, rows
    return next((row for row in rows if re.search(r"[元家个次]$", row["raw"])), rows[0])


def review_costs() -> dict[str, list[Cost]]:
    """Fengtai's review: the outturn of the project ÷ every count of all applications, reviews and certificates."""
    item = "国家高新技术企业认定专家评审管理"
    money = one(facts_with("facts", doc_id=FENGTAI, concept="project_funding", item=item, measure="final"))
    found: dict[str, list[Cost]] = {}
    for what, concept in (
        ("per application", "hightech_applications"),
        ("per review", "hightech_reviewed"),
        ("per firm certified in the year (first and repeated)", "hightech_certified"),
    ):
        stated = facts_with("facts", doc_id=FENGTAI, concept=concept, measure="actual", unit="count")
        # Those of all batches and kinds; a number that is exceeded (600余家) is none.
        whole = [row for row in stated if row["item"] in ("", "总计") and not row["comparator"]]
        counts = {}
        for row in sorted(whole, key=lambda row: not row["counted"]):
            counts.setdefault(row["value"], row)
        found[what] = [quotient(money, row, row["counted"]) for row in counts.values()]
    return found


def reward_costs() -> dict[str, list[Cost]]:
    """Mentougou's reward: money ÷ firms, and the fixed rates, which are exact."""
    item = "高新技术产业培育扶持政策-2022年高新技术企业认定资质奖励资金项目"
    spent = facts_with("facts", doc_id=MENTOUGOU, concept="project_funding", item=item, measure="final")
    money = one([row for row in spent if row["value"] != "0.0"])
    firms = one(facts_with("facts", doc_id=MENTOUGOU, concept="programme_recipients", item=item))
    found = {"per firm paid": [quotient(money, firms, "家")]}
    for name, kind in (("first", "首次认定"), ("repeated", "重新认定")):
        rate = one(facts_with("facts", doc_id=MENTOUGOU, concept="programme_rate", item=f"{item}/{kind}"))
        assert facts_with("facts", doc_id=MENTOUGOU, concept="programme_recipients", item=f"{item}/{kind}")
        value = Decimal(rate["value"])
        found[f"per firm paid, {name} certification"] = [(f"{rate['raw']}/家", value, value, value)]
    return found


def fund_costs() -> dict[str, list[Cost]]:
    """Chaoyang's fund: in each sentence that counts the supported, the money that was paid to them."""
    found: dict[str, list[Cost]] = {}
    parts = ("软件信息服务业", "科技服务业", "工业")
    for count in facts_with("facts", doc_id=CHAOYANG, concept="programme_recipients", measure="actual"):
        same = [row for row in facts_with("facts", doc_id=CHAOYANG, concept="programme_funding", measure="final")
                if row["quote"] == count["quote"] and row["item"] == "支持金额"]  # fmt: skip
        what = "per project supported" if count["counted"] == "个" else "per firm paid"
        part = next((name for name in parts if f"{name}企业" in count["quote"] or f"{name}共" in count["quote"]), None)
        key = f"{part}, {what}" if part else what
        cost = quotient(one(same), count, count["counted"])
        if cost not in found.setdefault(key, []):
            found[key].append(cost)
    return found


EXPECTED = {"review-service": review_costs, "reward": reward_costs, "guidance-fund": fund_costs}


def check(told: str, interval: str, cost: Cost, size: int, exact: str = "exact", to: str = " to ") -> None:
    """A cost is told rounded to nearest, and its interval rounded outwards, by one unit of the last digit at most."""
    _, value, low, high = (cost[0], *(each / size for each in cost[1:]))
    last = Decimal(1).scaleb(-len(re.sub(r"[^0-9.]", "", told).partition(".")[2]))
    assert abs(number(told) - value) <= last / 2, (told, value)
    if low == high:
        assert interval == exact
        return
    ends = [Decimal(end.replace(",", "")) for end in interval.split(to)]
    step = Decimal(1).scaleb(-len(interval.split(to)[0].partition(".")[2]))
    assert ends[0] <= low < ends[0] + step, (interval, low)
    assert ends[1] - step < high <= ends[1], (interval, high)


@pytest.mark.parametrize("kind", KINDS)
def test_every_unit_cost_and_interval_follows_from_the_facts(kind: str) -> None:
    rows = published("subsidy_cost")[f"costs-{kind}"].rows
    expected = EXPECTED[kind]()
    assert sorted((row["Cost"], row["Computed as"]) for row in rows) == sorted(
        (what, cost[0]) for what, costs in expected.items() for cost in costs
    )
    for row in rows:
        [cost] = [cost for cost in expected[row["Cost"]] if cost[0] == row["Computed as"]]
        assert row["Unit cost"].endswith("\u00a0万元")
        check(row["Unit cost"], row["Interval, 万元"], cost, 10_000)


@pytest.mark.parametrize(("kind", "title"), [(KINDS[0], "Figure 1"), (KINDS[1], "Figure 2"), (KINDS[2], "Figure 3")])
def test_charts_draw_the_unit_costs_of_the_tables(kind: str, title: str) -> None:
    [rows] = [rows for name, rows in drawn("subsidy_cost").items() if name.startswith(title)]
    expected = sorted(cost[1:] for costs in EXPECTED[kind]().values() for cost in costs)
    found = sorted((row["value"], row["low"], row["high"]) for row in rows)
    assert len(found) == len(expected)
    for ours, theirs in zip(expected, found, strict=True):
        assert all(math.isclose(float(a) / 10_000, b, rel_tol=1e-12) for a, b in zip(ours, theirs, strict=True))
    assert [row["cost"] for row in rows] == [
        row["Unit cost"] for row in published("subsidy_cost")[f"costs-{kind}"].rows
    ]


def test_the_programmes_found_and_the_reason_where_there_is_no_money() -> None:
    tables = published("subsidy_cost")
    counts = {kind: sum(map(len, EXPECTED[kind]().values())) for kind in KINDS}
    told = {row["District, year"]: tuple(row.values())[3:] for row in tables["overview"].rows}
    programmes = {
        "朝阳区 2024": ("Guidance fund", "朝阳区高新技术产业发展引导资金", counts["guidance-fund"]),
        "丰台区 2024": ("Review service", "国家高新技术企业认定专家评审管理", counts["review-service"]),
        "门头沟区 2023": ("Reward", "高新技术产业培育扶持政策-2022年高新技术企业认定资质奖励资金", counts["reward"]),
    }
    assert told.pop("正定县 2023") == ("none found", "–", "0", "1")
    assert told == {place: (kind, name, str(costs), "0") for place, (kind, name, costs) in programmes.items()}
    stated = {row["item"] for row in facts_with("facts")}
    assert all(name in stated for _, name, _ in programmes.values())
    # Zhengding counts 19 firms, 114 in all, and names no programme, reward or review.
    concepts = ("programme_funding", "project_funding", "programme_rate")
    stated = [row for concept in concepts for row in facts_with("facts", doc_id=ZHENGDING, concept=concept)]
    money = [row for row in stated if "高新技术" in row["item"]]
    assert money == []
    [row] = tables["refused"].rows
    assert row["District, year"] == "正定县 2023"
    assert row["Reason"] == (
        "high-tech firms are counted (19、114家、19家) but no money of a review, reward or fund programme for them is "
        "stated"
    )


def test_the_unit_costs_by_hand() -> None:
    tables = published("subsidy_cost")
    costs = {(row["Cost"], row["Computed as"]): row for kind in KINDS for row in tables[f"costs-{kind}"].rows}

    def told(what: str, formula: str) -> tuple[str, str]:
        return costs[what, formula]["Unit cost"], costs[what, formula]["Interval, 万元"]

    # Fengtai 2024: 108.33万元 for 1,260 cases accepted, 1,189 firms that applied, 1,249 and 1,189 reviewed, 1,083 new.
    certified = "per firm certified in the year (first and repeated)"
    assert round(Decimal("108.33") / 1260, 5) == Decimal("0.08598")  # 0.085976
    assert told("per application", "108.33万元 ÷ 1260家次") == ("0.08598\u00a0万元", "0.085972 to 0.085981")
    assert told("per review", "108.33万元 ÷ 1260家次") == ("0.08598\u00a0万元", "0.085972 to 0.085981")
    assert round(Decimal("108.33") / 1189, 5) == Decimal("0.09111")  # 0.091110
    assert told("per application", "108.33万元 ÷ 1189家") == ("0.09111\u00a0万元", "0.091105 to 0.091115")
    assert told("per review", "108.33万元 ÷ 1189家") == ("0.09111\u00a0万元", "0.091105 to 0.091115")
    assert round(Decimal("108.33") / 1249, 5) == Decimal("0.08673")  # 0.086733
    assert told("per review", "108.33万元 ÷ 1249") == ("0.08673\u00a0万元", "0.086729 to 0.086738")
    assert round(Decimal("108.33") / 1083, 5) == Decimal("0.10003")  # 0.100028
    assert told(certified, "108.33万元 ÷ 1083家") == ("0.10003\u00a0万元", "0.100023 to 0.100033")
    # 108.33万元 stands for 108.325 to 108.335: 108.325 / 1083 = 0.1000231, 108.335 / 1083 = 0.1000323.
    assert (round(Decimal("108.325") / 1083, 7), round(Decimal("108.335") / 1083, 7)) == (
        Decimal("0.1000231"),
        Decimal("0.1000323"),
    )
    # Mentougou 2023: 55 firms at 20万元 and 64 at 10万元 are 1740万元 for 119 firms.
    assert 55 * 20 + 64 * 10 == 1740
    assert 55 + 64 == 119
    assert round(Decimal(1740) / 119, 2) == Decimal(
        "14.62"
    )  # between 1739.5 / 119 = 14.6176 and 1740.5 / 119 = 14.6261
    assert told("per firm paid", "1740万元 ÷ 119家") == ("14.62\u00a0万元", "14.61 to 14.63")
    assert told("per firm paid, first certification", "20万元/家") == ("20.00\u00a0万元", "exact")
    assert told("per firm paid, repeated certification", "10万元/家") == ("10.00\u00a0万元", "exact")
    # Chaoyang 2024: 11513.2万元 for 97 projects; the fee of the outside assessors (46.074万元) is not in it.
    assert Decimal("11559.274") - Decimal("46.074") == Decimal("11513.2")
    assert round(Decimal("11513.2") / 97, 3) == Decimal("118.693")
    assert told("per project supported", "11513.2万元 ÷ 97个") == ("118.7\u00a0万元", "118.692 to 118.694")
    assert told("per firm paid", "2650万元 ÷ 18家") == ("147.2\u00a0万元", "147.194 to 147.250")  # 147.222
    assert told("per firm paid", "50万元 ÷ 2家") == ("25.0\u00a0万元", "24.750 to 25.250")
    assert told("软件信息服务业, per firm paid", "3400万元 ÷ 14家") == (
        "242.9\u00a0万元",
        "242.821 to 242.893",
    )  # 242.857
    assert told("科技服务业, per firm paid", "530万元 ÷ 4家") == ("132.5\u00a0万元", "132.375 to 132.625")
    assert told("工业, per firm paid", "380万元 ÷ 8家") == ("47.5\u00a0万元", "47.437 to 47.563")
    assert len(costs) == 15


def test_districts_without_a_unit_cost_of_a_kind_are_named_below_its_table() -> None:
    tables = published("subsidy_cost")
    assert tables["costs-review-service"].notes[-1] == (
        "No unit cost of this kind: 朝阳区 2024, 门头沟区 2023, 正定县 2023."
    )
    assert tables["costs-guidance-fund"].notes[-1] == (
        "No unit cost of this kind: 丰台区 2024, 门头沟区 2023, 正定县 2023."
    )


# -- small corpora ----------------------------------------------------------------------------------------------------


def view(*facts: dict[str, Any], documents: list[dict[str, Any]] | None = None, **chosen: Any) -> View:
    return View(corpus_of(facts=facts, documents=documents or [document()]), **chosen)


def review(**more: Any) -> dict[str, Any]:
    quote = "高新技术企业认定评审项目支出12万元"
    return fact("project_funding", "final", 120_000, raw="12万元", decimals=-4, item="高新技术企业认定评审",
                quote=quote) | more  # fmt: skip


def certified(value: float, **more: Any) -> dict[str, Any]:
    quote = f"全年认定高新技术企业{value:g}家"
    return fact("hightech_certified", "actual", value, unit="count", counted="家", raw=f"{value:g}家", decimals=None,
                quote=quote) | more  # fmt: skip


def test_a_district_without_any_figure_appears_and_says_so() -> None:
    rest = document("shahe-2024", division_code="999902", county="沙河区", issuer="沙河区科技局")
    shown = view(review(), certified(40), documents=[document(), rest])
    costs = subsidy.observe(shown)
    [_, missing] = table_of(subsidy.overview(shown, costs)).rows
    assert (missing["District, year"], missing["Kind of money"], missing["Unit costs"]) == (
        "沙河区 2024",
        "none found",
        "0",
    )
    table = table_of(subsidy.cost_table(shown, costs, "review_service"))
    assert [row["Unit cost"] for row in table.rows] == ["0.30\u00a0万元"]
    assert table.rows[0]["Interval, 万元"] == "0.28 to 0.32"  # 11.5 / 40 = 0.2875, 12.5 / 40 = 0.3125
    assert table.notes[-1] == "No unit cost of this kind: 沙河区 2024."
    reasons = table_of(subsidy.refused(shown, costs)).rows
    assert [row["Reason"] for row in reasons if row["District, year"] == "沙河区 2024"] == [
        "no figure about high-tech firms is stated"
    ]
    # In the unit that the reader chose: 120,000 / 40 = 3,000 yuan, known to 125.
    in_yuan = view(review(), certified(40), unit="元", language="zh")
    table = table_of(subsidy.cost_table(in_yuan, subsidy.observe(in_yuan), "review_service"))
    assert table.rows[0]["金额"] == "3,000\u00a0元"
    assert table.rows[0]["区间（元）"] == "2,875.0至3,125.0"


def test_a_corpus_without_programmes_shows_sentences_and_reasons() -> None:
    for language, sentence in (("en", "No unit cost of this kind"), ("zh", "所选文件算不出这类资金的单位成本")):
        shown = view(language=language)
        costs = subsidy.observe(shown)
        for kind in ("review_service", "reward", "guidance_fund"):
            assert sentence in subsidy.cost_chart(shown, costs, kind).data
            assert subsidy.cost_table(shown, costs, kind).data.startswith("*")
        assert len(table_of(subsidy.refused(shown, costs)).rows) == 1
        assert "unit costs computed" in subsidy.headline(shown, costs) or language == "zh"


def test_two_counts_of_one_thing_are_two_rows_and_a_count_of_nothing_divides_nothing() -> None:
    shown = view(review(), certified(40), certified(50))
    costs = subsidy.observe(shown)
    table = table_of(subsidy.cost_table(shown, costs, "review_service"))
    assert [row["Computed as"] for row in table.rows] == ["12万元 ÷ 40家", "12万元 ÷ 50家"]
    assert "several counts of firms certified in the year are stated (40家、50家), one row each" in " ".join(
        table.notes
    )
    nothing = view(review(), certified(0))
    costs = subsidy.observe(nothing)
    assert subsidy.computed(costs).is_empty()
    assert "the count is 0" in [row["Reason"] for row in table_of(subsidy.refused(nothing, costs)).rows]


def test_an_amount_that_is_a_range_shows_its_interval_only() -> None:
    shown = view(review(value_high=160_000.0, raw="12-16万元"), certified(40))
    costs = subsidy.observe(shown)
    [row] = table_of(subsidy.cost_table(shown, costs, "review_service")).rows
    assert row["Unit cost"] == "–"
    # 119,950 / 40 = 2,998.75 yuan to 160,050 / 40 = 4,001.25 yuan
    assert row["Interval, 万元"] == "0.2 to 0.5"
    assert "ranges only" in subsidy.cost_chart(shown, costs, "review_service").data


def test_an_open_end_is_said_and_drawn_as_none() -> None:
    shown = view(review(), certified(40, comparator=">", raw="40余家"))
    costs = subsidy.observe(shown)
    [row] = table_of(subsidy.cost_table(shown, costs, "review_service")).rows
    assert row["Interval, 万元"].startswith("at most ")
    [drawn_row] = subsidy.readable(shown, subsidy.computed(costs)).to_dicts()
    assert drawn_row["low"] == drawn_row["value"] < drawn_row["high"]


def test_one_programme_in_round_figures_does_not_blur_the_others() -> None:
    money = [120_000.0, 130_000.0, 10_000_000.0]
    rows = pl.DataFrame(
        {
            "unit_cost_yuan": money,
            "unit_cost_low": [money[0] - 5, money[1] - 5, money[2] - 500_000],
            "unit_cost_high": [money[0] + 5, money[1] + 5, money[2] + 500_000],
        }
    )
    costs, intervals = subsidy._columns(view(), rows)
    assert costs == ["12.000\u00a0万元", "13.000\u00a0万元", "1,000.000\u00a0万元"]
    assert intervals[2] == "950.000 to 1,050.000"


# -- both languages ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    done = studies.run_study("subsidy_cost", {"language": "zh", "unit": "亿元"}, out=tmp_path_factory.mktemp("zh"))
    return nbformat.read(done.notebook, as_version=4)


def test_the_chinese_report_shows_the_same_figures_in_its_unit(chinese: nbformat.NotebookNode) -> None:
    ours, theirs = published("subsidy_cost"), tables_of(chinese)
    assert ours.keys() == theirs.keys()
    assert {name: len(table.rows) for name, table in ours.items()} == {
        name: len(table.rows) for name, table in theirs.items()
    }
    for kind in KINDS:
        costs = [cost for found in EXPECTED[kind]().values() for cost in found]
        for row in theirs[f"costs-{kind}"].rows:
            cost = next(cost for cost in costs if cost[0] == row["计算"])
            assert row["金额"].endswith("\u00a0亿元")
            check(row["金额"], row["区间（亿元）"], cost, 100_000_000, "精确", "至")
    assert len(charts_of(chinese)) == 3


def test_what_the_audit_says_of_a_figure_is_told_in_chinese_without_the_quote(chinese: nbformat.NotebookNode) -> None:
    notes = tables_of(chinese)["costs-review-service"].notes
    assert (
        "丰台区 2024：审核提示1260家次存疑：表与正文不一致：1260家次与1249，相差11家次。"
        "疑为1260家次有误，应为1249家次。与另一口径的数字相同，口径可能不同。" in notes
    )
    assert [note for note in notes if "原文：" in note] == []


def test_every_link_of_the_chinese_report_leads_somewhere(chinese: nbformat.NotebookNode) -> None:
    links, anchors = links_of(chinese, "zh")
    assert len(links) > 20
    assert links - anchors == set()


def test_the_chinese_report_has_no_english_word(chinese: nbformat.NotebookNode) -> None:
    assert len(said_in(chinese, "zh")) > 100
    assert english_left(chinese) == []


def test_the_english_report_has_no_chinese_but_what_is_printed() -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "subsidy_cost.ipynb", as_version=4)
    assert chinese_left(notebook, ["软件信息服务业", "科技服务业", "工业", "科技部、财政部、国家税务总局"]) == []
