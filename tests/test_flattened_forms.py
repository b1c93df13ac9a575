"""Performance forms whose cells lost their borders: notes with numbers, labels of the money, the execution-rate row."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiscal_analysis.extract import Extraction, extract_document
from fiscal_analysis.readers.plain.text import read_text


def read_lines(*lines: str, title: str = "2023年度项目支出绩效自评报告") -> Extraction:
    return extract_document(read_text("\n".join([title, *lines]) + "\n", doc_id="d"))


def rows(found: Extraction) -> list[tuple[object, ...]]:
    return [
        (i.level1, i.level2, i.level3, i.target_text, i.actual_text, i.weight, i.score, i.deviation_note)
        for i in found.indicators
    ]


def money(found: Extraction) -> list[tuple[str, str, str | None, str]]:
    return [(f.concept, f.measure, f.item, f.raw) for f in found.facts if f.concept != "evaluation_score"]


def test_a_note_may_begin_with_a_number() -> None:
    found = read_lines(
        "| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 全年完成值 | 未完成原因和改进措施 |",
        "| 产出指标 | 数量指标 | 项目立项数 | ≥12个 | 13个 | |",
        "| 产出指标 | 质量指标 | 项目验收通过率 | 100% | 92.3% | 1个项目延期至次年验收 |",
    )
    assert rows(found) == [
        ("产出指标", "数量指标", "项目立项数", "≥12个", "13个", None, None, ""),
        ("产出指标", "质量指标", "项目验收通过率", "100%", "92.3%", None, None, "1个项目延期至次年验收"),
    ]


def test_a_declared_goal_may_be_words() -> None:
    found = read_lines(
        "| 一级 | 二级 | 三级 | 指标内容 | 指标值 | 备注 |",
        "| 产出指标 | 数量指标 | 街巷整治 | 完成街巷整治 | ≥26条 | |",
        "| 效益指标 | 生态效益指标 | 城区环境面貌 | 市容环境改善 | 持续改善 |",
        "| 满意度指标 | 服务对象满意度指标 | 居民满意度 | 问卷调查 | ≥90% | |",
        title="2025年项目绩效目标申报表",
    )
    assert [row[:4] for row in rows(found)] == [
        ("产出指标", "数量指标", "街巷整治", "≥26条"),
        ("效益指标", "生态效益指标", "城区环境面貌", "持续改善"),
        ("满意度指标", "服务对象满意度指标", "居民满意度", "≥90%"),
    ]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    "label",
    [
        "资金（万元）",
        "资金情况（万元）：",
        "预算执行情况（万元）",
        "项目资金（万元）",
        "年度预算（万元）",
        "项目预算执行情况（万元）",
        "资金",
    ],
)
def test_labels_of_the_money_between_blanks(label: str, named: bool) -> None:
    item = "街面秩序联防" if named else None
    found = read_lines(
        *(["项目名称 街面秩序联防"] if named else []),
        f"{label} 年初预算数 全年预算数 全年执行数 分值 执行率 得分",
        "年度资金总额 18.00 18.00 18.00 10 100.00% 10",
        "其中：本年财政拨款 18.00 18.00 18.00 — 100.00% —",
        "一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分",
        "产出指标 数量指标 联防巡查次数 ≥240次 252次 50 50",
        "总分 100 97",
    )
    part = f"{item}/本年财政拨款" if named else "本年财政拨款"
    assert money(found) == [
        (concept, measure, name, raw)
        for name in (item, part)
        for concept, measure, raw in (
            ("project_funding", "initial_budget", "18.00"),
            ("project_funding", "adjusted_budget", "18.00"),
            ("project_funding", "final", "18.00"),
            ("execution_rate", "actual", "100.00%"),
        )
    ]
    assert rows(found)[0] == ("预算执行率", "", "", "", "100.00%", Decimal(10), Decimal(10), "")
    assert len(found.indicators) == 2


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize("opening", ["项目名称/科普基地展教提升/项目资金（万元）/", "项目资金（万元）/", ""])
def test_the_execution_rate_as_the_last_row_of_one_cell_a_line(opening: str, between: str) -> None:
    cells = (
        opening
        + "年初预算数/全年预算数/全年执行数/年度资金总额/640.00/576.00/576.00/"
        + "一级指标/二级指标/三级指标/年度指标值/实际完成值/分值/得分/"
        + "产出指标/数量指标/支持科普基地/≥12家/12家/50/50/"
        + "效益指标/社会效益指标/公众科学素质/提升/提升/30/29/"
        + "满意度指标/服务对象满意度指标/公众满意度/≥90%/95%/10/10/"
        + "执行率得分/100%/100%/10/10/总分/100/99"
    )
    found = read_lines(between.join(cells.split("/")))
    item = "科普基地展教提升" if opening.startswith("项目名称") else None
    assert money(found) == [
        ("project_funding", "initial_budget", item, "640.00"),
        ("project_funding", "adjusted_budget", item, "576.00"),
        ("project_funding", "final", item, "576.00"),
        ("execution_rate", "target", item, "100%"),
        ("execution_rate", "actual", item, "100%"),
    ]
    assert rows(found)[-1] == ("预算执行率", "", "执行率得分", "100%", "100%", Decimal(10), Decimal(10), "")
    assert [row[2] for row in rows(found)[:-1]] == ["支持科普基地", "公众科学素质", "公众满意度"]
    assert [f.raw for f in found.facts if f.concept == "evaluation_score"] == ["100", "99"]
