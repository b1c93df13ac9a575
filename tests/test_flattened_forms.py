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


MONEY_HEAD = "资金（万元） 年初预算数 全年预算数 全年执行数 分值 执行率 得分"
INDICATOR_HEAD = "一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分"


def test_a_row_broken_inside_its_name_or_its_note_is_read_whole() -> None:
    found = read_lines(
        "项目名称 社区食堂补贴",
        f"{INDICATOR_HEAD} 偏差原因分析及改进措施",
        "产出指标 数量指标 补贴社区食堂 15家 13家 25 21.7 2家因场地",
        "租约到期停业",
        "质量指标 食品抽检合格率 100% 100% 25 25",
        "效益指标 社会效益指标 老年人就餐",
        "便利程度 明显提升 明显提升 40 38 就餐点少",
        "总分 90 84.7",
    )
    assert [(row[2], row[7]) for row in rows(found)] == [
        ("补贴社区食堂", "2家因场地租约到期停业"),
        ("食品抽检合格率", ""),
        ("老年人就餐便利程度", "就餐点少"),
    ]
    assert [f.raw for f in found.facts] == ["90", "84.7"]


def test_a_cell_broken_between_bars_is_read_whole() -> None:
    found = read_lines(
        "| 项目名称 | 农田管护 |",
        "| 项目资金\n（万元） | | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分 |",
        "| | 年度资金总额 | 88.00 | 83.60 | 10 | 95.00% | 9.5 |",
        "| | 其中：当年财\n政拨款 | 88.00 | 83.60 | — | 95.00% | — |",
        "| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 |",
        "| 产出指标 | 数量指标 | 管护高标准\n农田面积 | ≥4.2万亩 | 4.26万亩 | 45 | 45 |",
        "| 满意度指标 | 服务对象满\n意度指标 | 种植户满意度 | ≥90% | 91% | 45 | 45 |",
    )
    assert [row[:3] for row in rows(found)] == [
        ("预算执行率", "", ""),
        ("产出指标", "数量指标", "管护高标准农田面积"),
        ("满意度指标", "服务对象满意度指标", "种植户满意度"),
    ]
    assert {f.item for f in found.facts} == {"农田管护", "农田管护/当年财政拨款"}


def test_a_cell_broken_where_blank_lines_part_the_cells() -> None:
    cells = (
        "项目名称/农贸市场改造/一级指标/二级指标/三级指标/年度指标值/实际完成值/分值/得分/"
        "产出指标/数量指标/改造市场/4个/4个/50/50/满意度指标/服务对象满\n意度指标/商户满意度/≥90%/93%/10/10/总分/60/60"
    )
    assert [row[:3] for row in rows(read_lines("\n\n".join(cells.split("/"))))] == [
        ("产出指标", "数量指标", "改造市场"),
        ("满意度指标", "服务对象满意度指标", "商户满意度"),
    ]


def test_glued_figures_below_a_label_and_header_glued_too() -> None:
    found = read_lines(
        "项目名称：乡道安防",
        "项目资金（万元）年初预算数全年预算数全年执行数分值执行率得分",
        "年度资金总额18.0018.0017.101095.00%9.5",
        "其中：财政拨款18.0018.0017.10—95.00%—",
    )
    assert money(found) == [
        (concept, measure, name, raw)
        for name in ("乡道安防", "乡道安防/财政拨款")
        for concept, measure, raw in (
            ("project_funding", "initial_budget", "18.00"),
            ("project_funding", "adjusted_budget", "18.00"),
            ("project_funding", "final", "17.10"),
            ("execution_rate", "actual", "95.00%"),
        )
    ]
    assert [row[4:7] for row in rows(found)] == [("95.00%", Decimal(10), Decimal("9.5"))]


def test_glued_figures_that_arithmetic_does_not_part_are_left_out() -> None:
    found = read_lines("项目名称：乡道安防", "资金（万元）全年预算数全年执行数分值执行率得分", "年度资金总额2222101010")
    assert not found.facts
    assert not found.indicators


def test_labels_and_points_on_the_line_above_their_rows() -> None:
    found = read_lines(
        "项目名称 街区绿化",
        "年初预算数 全年预算数 全年执行数 分值 执行率 得分",
        "项目资金 年度资金总额 40.00 40.00 38.00 10 95.00% 9.5",
        "（万元） 其中：财政拨款 40.00 40.00 38.00 - 95.00% -",
        INDICATOR_HEAD,
        "产出指标",
        "（90分） 数量指标 补植苗木 3600株 3720株 45 45",
        "质量指标 成活率 ≥90% 92% 45 45",
        "总分 100 99.5",
    )
    assert {name for _, _, name, _ in money(found)} == {"街区绿化", "街区绿化/财政拨款"}
    assert [row[:3] for row in rows(found)[1:]] == [
        ("产出指标", "数量指标", "补植苗木"),
        ("产出指标", "质量指标", "成活率"),
    ]


def test_prose_behind_the_total_is_no_row() -> None:
    found = read_lines(
        "项目名称 校园足球推广",
        MONEY_HEAD,
        "年度资金总额 40 40 38 10 95% 9.5",
        INDICATOR_HEAD,
        "产出指标 数量指标 举办比赛 36场 40场 90 90",
        "填表日期： 2024 年 3 月 5 日",
        "审核人 王某 联系电话 87654321 日期 2024",
        "总分 100 99.5",
        "2023 年共举办比赛 41 场， 参与 2750 人。",
    )
    assert [row[2] for row in rows(found)] == ["", "举办比赛"]
    assert [f.extractor for f in found.facts if f.raw in ("41 场", "2750 人")] == ["prose", "prose"]


def test_money_above_a_declaration_of_one_cell_a_line() -> None:
    cells = (
        "项目名称/智慧停车/项目资金（万元）/年度资金总额：/180.00/其中：财政拨款/150.00/其他资金/30.00/"
        "总体目标/缓解停车难。/一级指标/二级指标/三级指标/指标值/产出指标/数量指标/新建泊位/≥1200个/"
        "效益指标/社会效益指标/停车秩序/明显改善"
    )
    found = read_lines(*cells.split("/"), title="2024年项目支出绩效目标申报表")
    assert money(found) == [
        ("project_funding", "initial_budget", "智慧停车", "180.00"),
        ("project_funding", "initial_budget", "智慧停车/财政拨款", "150.00"),
        ("project_funding", "initial_budget", "智慧停车/其他资金", "30.00"),
    ]
    assert [row[2:4] for row in rows(found)] == [("新建泊位", "≥1200个"), ("停车秩序", "明显改善")]


def test_several_indicators_of_a_branch_with_and_without_a_note() -> None:
    cells = (
        "转移支付名称/公共卫生服务补助/绩效指标/一级指标/二级指标/三级指标/年度指标值/全年完成值/未完成原因和改进措施/"
        "产出指标/数量指标/疫苗接种率/≥90%/96.4%/管理人数/12600人/12580人/20人外出/随访次数/4次/4次/"
        "质量指标/建档率/≥62%/60.8%/2个中心换系统"
    )
    assert [(row[2], row[4], row[7]) for row in rows(read_lines(*cells.split("/")))] == [
        ("疫苗接种率", "96.4%", ""),
        ("管理人数", "12580人", "20人外出"),
        ("随访次数", "4次", ""),
        ("建档率", "60.8%", "2个中心换系统"),
    ]


def test_rows_below_one_that_cannot_be_settled_keep_their_levels() -> None:
    found = read_lines(
        "| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 |",
        "| 产出指标 | 数量指标 | 清淤 | 3公里 | 3公里 | 二十 | 20 |",
        "| | | 护岸 | 2公里 | 2公里 | 20 | 20 |",
        "| 效益指标 | 社会效益指标 | 通行 | 通畅 | 通畅 | 二十 | 20 |",
        "| | 可持续影响指标 | 管护 | 健全 | 健全 | 20 | 20 |",
    )
    assert [row[:3] for row in rows(found)] == [
        ("产出指标", "数量指标", "护岸"),
        ("效益指标", "可持续影响指标", "管护"),
    ]


def test_a_coefficient_settles_which_target_is_missing() -> None:
    found = read_lines(
        "指标名称 计量单位 指标性质 年初指标值 调整指标值 全年完成值 得分系数（%） 指标权重 指标得分 是否核心指标",
        "办理事项 件 ≥ 2600 2400 2518 100 30 30 是",
        "办结率 % ≥ 95 97.2 100 30 30 是",
        "覆盖面 % ≥ 90 88 97.78 30 29.33 否",
        title="2023年度部门整体支出绩效自评报告",
    )
    # a full score goes with every reading of the second row: it is left out
    assert [(row[2], row[3], row[4]) for row in rows(found)] == [
        ("办理事项", "≥2400件", "2518"),
        ("覆盖面", "≥90%", "88"),
    ]


def test_the_next_form_of_tab_led_cells_keeps_its_project() -> None:
    def form(name: str, amount: str) -> str:
        rows = (
            ("项目名称", name),
            ("项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"),
            ("", "年度资金总额", amount, amount, amount, "10", "100%", "10"),
            ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"),
            ("产出指标", "数量指标", "清淤方量", "≥3万立方米", "3.1万立方米", "90", "90"),
            ("总分", "100", "100"),
        )
        return "\n\n".join("\n".join("\t" + cell for cell in row) for row in rows)

    found = read_lines(form("河道清淤", "55.00"), form("河长制信息化", "30.00"))
    assert [(i.item, i.level3) for i in found.indicators] == [
        (name, level3) for name in ("河道清淤", "河长制信息化") for level3 in ("", "清淤方量")
    ]
    assert {f.item for f in found.facts if f.raw == "30.00"} == {"河长制信息化"}


def test_a_scheme_of_points_gives_no_indicators() -> None:
    found = read_lines(
        "一级指标 二级指标 三级指标 分值 评分标准",
        "过程 资金管理 资金使用合规性 10 每发现1处不合规扣2分",
        "产出 数量指标 任务完成率 30 完成率×30分",
    )
    assert not found.indicators
    assert not found.facts


def test_what_stands_between_the_last_row_and_the_total_is_no_indicator() -> None:
    cells = (
        "一级指标/二级指标/三级指标/年度指标值/实际完成值/分值/得分/偏差原因分析及改进措施/"
        "产出指标/数量指标/管护水池/40座/40座/30/30/无/"
        "满意度指标/服务对象满意度指标/群众满意度/≥90%/89%/10/9/1个村水压不足/{}/无/总分/40/39"
    )
    for label in ("其他需要说明事项", "有关情况的说明"):
        found = read_lines(*cells.format(label).split("/"))
        assert [row[2] for row in rows(found)] == ["管护水池", "群众满意度"]
        assert [f.raw for f in found.facts] == ["40", "39"]


def test_the_rest_of_a_level_is_no_part_of_the_note() -> None:
    found = read_lines(
        f"{INDICATOR_HEAD} 偏差原因分析",
        "及改进措施",
        "产出指标 数量指标 活动场次 ≥30场 32场 20 20",
        "满意度指标 服务对象满意 居民满意度 ≥90% 93% 40 38 问卷回收不足",
        "度指标",
        "总分 60 58",
    )
    assert [(row[2], row[7]) for row in rows(found)] == [("活动场次", ""), ("居民满意度", "问卷回收不足")]
    assert [f.raw for f in found.facts] == ["60", "58"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("预算执行率 100% 95% 10 9.5", ("预算执行率", "100%", "95%", Decimal(10), Decimal("9.5"))),
        ("执行率得分 95% 10 9.5", ("执行率得分", "", "95%", Decimal(10), Decimal("9.5"))),
        ("预算执行率 10 9.5", ("预算执行率", "", "", Decimal(10), Decimal("9.5"))),
        ("预算执行 预算执行率 100% 95% 10 9.5", ("预算执行率", "100%", "95%", Decimal(10), Decimal("9.5"))),
    ],
)
def test_the_execution_rate_row_that_lost_cells(row: str, expected: tuple[object, ...]) -> None:
    found = read_lines(INDICATOR_HEAD, "产出指标 数量指标 保洁面积 60公顷 60公顷 90 90", row, "总分 100 99.5")
    assert rows(found)[-1][0] == "预算执行率"
    assert rows(found)[-1][2:7] == expected


def test_one_percentage_that_does_not_give_the_score_is_left_out() -> None:
    found = read_lines(
        INDICATOR_HEAD, "产出指标 数量指标 保洁面积 60公顷 60公顷 90 90", "执行率得分 100% 10 9.5", "总分 100 99.5"
    )
    assert [row[2] for row in rows(found)] == ["保洁面积"]


def test_an_execution_rate_under_an_output_level_is_an_indicator_like_others() -> None:
    found = read_lines(
        "| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 |",
        "| 过程 | 预算执行 | 预算执行率 | 100% | 95% | 5 | 4.75 |",
        "| 产出指标 | 时效指标 | 预算执行率 | 100% | 95% | 5 | 4.75 |",
    )
    assert [row[:3] for row in rows(found)] == [
        ("过程", "预算执行", "预算执行率"),
        ("产出指标", "时效指标", "预算执行率"),
    ]


def test_rows_whose_cells_are_glued_are_left_out_and_no_prose() -> None:
    found = read_lines(
        "项目名称：古树养护",
        "一级指标二级指标三级指标年度指标值实际完成值分值得分",
        "产出指标数量指标养护古树≥420株426株2020",
        "总分10097.5",
        "共养护古树427株。",
    )
    assert not found.indicators
    assert [f.raw for f in found.facts] == ["427株"]


STREAM_HEAD = (
    "项目名称 水厂改造 项目资金 （万元） 全年预算数 全年执行数 分值 执行率 得分 年度资金总额 60 57 10 95% 9.5 "
)
STREAM_ROWS = (
    "产出指标 数量指标 更换滤池 ≥4座 4座 25 25 培训员工 ≥30人次 28人次 20 18.7 两人离职 "
    "质量指标 水质合格率 ≥99% 99.6% 45 45 总分 100 98.2"
)


def flattened(between: str) -> str:
    return between.join(f"{STREAM_HEAD}{INDICATOR_HEAD} 偏差原因分析及改进措施 {STREAM_ROWS}".split())


@pytest.mark.parametrize("between", [" ", "\n", " |\n", "\n|\n"])
def test_a_form_without_rows_is_cut_by_words_types_and_points(between: str) -> None:
    found = read_lines(flattened(between).replace("项目资金\n|\n", "项目资金").replace("项目资金 |\n", "项目资金"))
    assert [(row[1], row[2], row[5], row[6], row[7]) for row in rows(found)] == [
        ("", "", Decimal(10), Decimal("9.5"), ""),
        ("数量指标", "更换滤池", Decimal(25), Decimal(25), ""),
        ("数量指标", "培训员工", Decimal(20), Decimal("18.7"), "两人离职"),
        ("质量指标", "水质合格率", Decimal(45), Decimal(45), ""),
    ]
    assert money(found) == [
        ("project_funding", "adjusted_budget", "水厂改造", "60"),
        ("project_funding", "final", "水厂改造", "57"),
        ("execution_rate", "actual", "水厂改造", "95%"),
    ]


def test_a_branch_that_can_be_cut_in_several_ways_is_left_out() -> None:
    broken = flattened(" ").replace("更换滤池 ≥4座", "更换 滤池 ≥ 4座")
    found = read_lines(broken)
    assert [row[2] for row in rows(found)] == ["", "水质合格率"]
    # a part of a name is no note of the full score before it
    found = read_lines(flattened(" ").replace("培训员工", "培训 员工"))
    assert [row[2] for row in rows(found)] == ["", "水质合格率"]


def test_a_header_that_is_not_known_between_blanks_gives_no_money() -> None:
    found = read_lines(flattened(" ").replace("全年执行数", "实付"))
    assert not money(found)
    assert [f.raw for f in found.facts] == ["100", "98.2"]


def test_words_of_forms_that_blanks_part_are_joined() -> None:
    found = read_lines(flattened(" ").replace("质量指标", "质量 指标").replace("年度资金总额", "年度资金 总额"))
    assert [row[2] for row in rows(found)] == ["", "更换滤池", "培训员工", "水质合格率"]
    assert len(money(found)) == 3


@pytest.mark.parametrize(
    ("row", "raw"),
    [
        ("资金总额 | 862.45 | 万元", "862.45"),
        ("资金总额 | 862.45万元 |", "862.45万元"),
        ("年度金额（万元） | 862.45 |", "862.45"),
        ("年度部门整体支出规模（万元） | 862.45 |", "862.45"),
    ],
)
def test_the_amount_of_a_declaration_and_its_unit(row: str, raw: str) -> None:
    lines = [row, "一级指标 | 二级指标 | 三级指标 | 指标值", "产出指标 | 数量指标 | 清淤 | ≥3公里"]
    found = read_lines(*lines, title="2024年部门整体支出绩效目标申报表")
    assert [(f.concept, f.measure, f.raw, float(f.value)) for f in found.facts] == [
        ("expenditure", "initial_budget", raw, 8624500.0)
    ]


def test_labels_may_stand_between_the_project_and_its_table() -> None:
    found = read_lines(
        "项目名称：桥梁检测",
        "主管部门：某县交通运输局",
        "资金（万元） | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分",
        "年度资金总额 | 20 | 20 | 10 | 100% | 10",
    )
    assert {f.item for f in found.facts} == {"桥梁检测"}


def test_the_staff_of_a_body_one_cell_a_line() -> None:
    found = read_lines("人员编制", "", "19", "", "实有人数", "", "18", "", "职能概述")
    assert [(f.concept, f.item, f.raw) for f in found.facts] == [
        ("staff", "人员编制", "19"),
        ("staff", "实有人数", "18"),
    ]
    # the last header of a table and its first number are no pair
    assert not read_lines("单位名称", "实有人数", "1", "甲站").facts


def test_rows_without_an_end_are_no_table_of_results() -> None:
    found = read_lines("甲 | 乙 | 一级指标 | 三级指标 | 指标值 | 戊 | 己 | 庚", "1 | 2 | 3 | 4 | 5 | 6 | 7 | 8")
    assert not found.facts
