"""Invented evaluations of projects: forms with weights, targets and scores, written as web pages."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

BODIES = (
    "浏阳市科学技术局",
    "简阳市财政局",
    "德清县经济和信息化局",
    "新郑市农业农村局",
    "博罗县水利局",
    "韩城市科学技术局",
)
YEARS = (2020, 2021, 2022, 2023, 2024)
# By number: nothing is stated; two totals; full marks for a target missed; a target of 0; other weights.
SILENT, AMBIGUOUS, GENEROUS, ZERO, NARROW = 9, 4, 7, 11, 13


class Row(NamedTuple):
    """A row of a form: its levels, target and actual value as printed, weight and score."""

    level1: str
    level2: str
    level3: str
    target: str
    actual: str
    weight: Decimal
    score: Decimal


class Evaluation(NamedTuple):
    """What one page prints."""

    name: str
    project: str
    budget: Decimal
    spent: Decimal
    rate_score: Decimal
    rows: list[Row]
    total: Decimal


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def draw(number: int, source: random.Random) -> Evaluation:
    """Draw the evaluation of this number; some numbers have something odd, see the constants above."""
    body, year = BODIES[number % len(BODIES)], YEARS[number // len(BODIES) % len(YEARS)]
    budget = Decimal(source.randint(2000, 90000)) / 100
    spent = _cents(budget * Decimal(source.choice((1000, 1000, 998, 960, 905, 830))) / 1000)
    rate_score = _cents(10 * spent / budget)
    planned = source.randint(20, 90)
    held = planned + source.choice((0, 0, 3, 12, 60, -2))
    rate = source.choice((92, 95, 97, 88))
    weights = [Decimal(each) for each in ((15, 15, 10, 10, 30, 10) if number != NARROW else (25, 25, 10, 10, 18, 2))]
    proportional = min(Decimal(1), Decimal(held) / planned)
    satisfied = min(Decimal(1), Decimal(rate) / 90)
    zero = number == ZERO
    rows = [
        Row(
            "产出指标",
            "数量指标",
            "举办培训",
            f"≥{planned}场",
            f"{held}场",
            weights[0],
            _cents(weights[0] * proportional),
        ),
        Row("产出指标", "质量指标", "验收合格", "合格", "合格", weights[1], weights[1]),
        Row("产出指标", "时效指标", "按时完成", "12个月", "12个月", weights[2], weights[2]),
        Row(
            "产出指标",
            "成本指标",
            "安全事故" if zero else "项目总成本",
            "≤0起" if zero else f"≤{budget}万元",
            "0起" if zero else f"{spent}万元",
            weights[3],
            weights[3],
        ),
        Row(
            "效益指标",
            "社会效益指标",
            "服务企业能力",
            "提升",
            "提升",
            weights[4],
            weights[4] - source.choice((0, 0, 0, 1, 3)),
        ),
        Row(
            "满意度指标",
            "服务对象满意度指标",
            "企业满意度",
            "≥90%",
            f"{rate}%",
            weights[5],
            _cents(weights[5] * satisfied),
        ),
    ]
    if number == GENEROUS:
        rows[0] = rows[0]._replace(target="≥80场", actual="40场", score=weights[0])
    total = rate_score + sum((row.score for row in rows), Decimal(0))
    return Evaluation(f"{body}{year}", "创新服务券", budget, spent, rate_score, [] if number == SILENT else rows, total)


def page(number: int, each: Evaluation) -> str:
    """Return the evaluation as a web page."""
    body, year = each.name[:-4], each.name[-4:]
    said = f"{each.project}项目{year}年度自评得分为{each.total}分。"
    if number == AMBIGUOUS:
        said += f"</p><p>{each.project}项目自评得分为{each.total - 5}分。"
    title = f"{body}{year}年度项目支出绩效自评报告"
    head = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{body}</p>"
    if not each.rows:
        return f"{head}<p>本年度已组织开展自评。</p></body></html>"
    rate = f"{_cents(100 * each.spent / each.budget)}%"
    cells: list[list[object]] = [
        ["项目名称", each.project],
        ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["", "年度资金总额", each.budget, each.budget, each.spent, 10, rate, each.rate_score],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"],
        *([*row, ""] for row in each.rows),
        ["总分", "", "", "", "", 100, each.total, ""],
    ]
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cells)
    return f"{head}<h2>一、评价结论</h2><p>{said}</p><table>{lines}</table></body></html>"


def write(folder: Path, many: int = 30) -> list[Evaluation]:
    """Write pages into a folder and return what they print."""
    source = random.Random(3)
    found = []
    for number in range(many):
        each = draw(number, source)
        (folder / f"e{number:03}.html").write_text(page(number, each), encoding="utf-8")
        found.append(each)
    return found
