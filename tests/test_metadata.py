"""Who published what, when: titles, bodies, divisions, years and kinds as disclosures of many provinces print them."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from fiscal_analysis.document import Metadata
from fiscal_analysis.readers.divisions import find_division, leading_places
from fiscal_analysis.readers.plain.text import read_text


class Case(NamedTuple):
    text: str
    title: str
    issuer: str | None
    code: str | None
    year: int | None
    kind: str | None


CASES = {
    "title on one line": Case(
        "江山市科学技术局2023年度部门决算\n\n一、概况\n（一）部门职责\n贯彻执行科技工作方针政策。\n",
        "江山市科学技术局2023年度部门决算",
        "江山市科学技术局",
        "330881",
        2023,
        "final_accounts",
    ),
    "body and title on two lines": Case(
        "嵩明县财政局\n2022年度部门整体支出绩效自评报告\n一、部门概况\n",
        "嵩明县财政局2022年度部门整体支出绩效自评报告",
        "嵩明县财政局",
        "530127",
        2022,
        "overall_evaluation",
    ),
    "body, year and kind on three lines": Case(
        "浠水县农业农村局\n2024年度\n部门决算公开\n目录\n第一部分 部门概况\n",
        "浠水县农业农村局2024年度部门决算公开",
        "浠水县农业农村局",
        "421125",
        2024,
        "final_accounts",
    ),
    "year before the body": Case(
        "2023年度乌兰浩特市教育局部门决算公开报告\n第一部分 部门概况\n",
        "2023年度乌兰浩特市教育局部门决算公开报告",
        "乌兰浩特市教育局",
        "152201",
        2023,
        "final_accounts",
    ),
    "full chain of divisions": Case(
        "四川省凉山彝族自治州会理市水利局2023年度部门决算\n",
        "四川省凉山彝族自治州会理市水利局2023年度部门决算",
        "四川省凉山彝族自治州会理市水利局",
        "513402",
        2023,
        "final_accounts",
    ),
    "autonomous county": Case(
        "融水苗族自治县民政局2022年度部门决算\n",
        "融水苗族自治县民政局2022年度部门决算",
        "融水苗族自治县民政局",
        "450225",
        2022,
        "final_accounts",
    ),
    "banner": Case(
        "达拉特旗卫生健康委员会2024年部门预算公开报告\n",
        "达拉特旗卫生健康委员会2024年部门预算公开报告",
        "达拉特旗卫生健康委员会",
        "150621",
        2024,
        "budget",
    ),
    "budget published in January": Case(
        "黟县交通运输局2025年部门预算\n发布时间：2025-01-24\n一、部门主要职责\n",
        "黟县交通运输局2025年部门预算",
        "黟县交通运输局",
        "341023",
        2025,
        "budget",
    ),
    "evaluation published the year after": Case(
        "麻城市人力资源和社会保障局2023年度项目支出绩效自评报告\n发布日期：2024-05-30 来源：麻城市人社局\n",
        "麻城市人力资源和社会保障局2023年度项目支出绩效自评报告",
        "麻城市人力资源和社会保障局",
        "421181",
        2023,
        "project_evaluation",
    ),
    "title with the year of publication, text about the year before": Case(
        "泾源县审计局2024年部门整体支出绩效自评报告\n发布时间：2024-06-03\n"
        "根据2023年度预算批复，2023年度本年收入合计512.40万元，2023年度本年支出合计512.40万元。\n",
        "泾源县审计局2024年部门整体支出绩效自评报告",
        "泾源县审计局",
        "640424",
        2023,
        "overall_evaluation",
    ),
    "namesake decided by the prefecture in the name": Case(
        "枣庄市市中区统计局2023年度部门决算\n",
        "枣庄市市中区统计局2023年度部门决算",
        "枣庄市市中区统计局",
        "370402",
        2023,
        "final_accounts",
    ),
    "namesake decided by the province in the name": Case(
        "江苏省南京市鼓楼区司法局2023年度部门决算公开\n",
        "江苏省南京市鼓楼区司法局2023年度部门决算公开",
        "江苏省南京市鼓楼区司法局",
        "320106",
        2023,
        "final_accounts",
    ),
    "namesake decided by the text": Case(
        "鼓楼区住房和城乡建设局2023年度部门决算\n一、部门职责\n贯彻落实福州市住房和城乡建设工作部署，执行福州市有关规定。\n",
        "鼓楼区住房和城乡建设局2023年度部门决算",
        "鼓楼区住房和城乡建设局",
        "350102",
        2023,
        "final_accounts",
    ),
    "namesake left open": Case(
        "鼓楼区住房和城乡建设局2023年度部门决算\n一、部门职责\n负责全区住房保障工作。\n",
        "鼓楼区住房和城乡建设局2023年度部门决算",
        "鼓楼区住房和城乡建设局",
        None,
        2023,
        "final_accounts",
    ),
    "prefecture": Case(
        "黄石市科学技术局2023年度部门决算\n",
        "黄石市科学技术局2023年度部门决算",
        "黄石市科学技术局",
        "420200",
        2023,
        "final_accounts",
    ),
    "province": Case(
        "青海省科学技术厅2023年度部门决算\n",
        "青海省科学技术厅2023年度部门决算",
        "青海省科学技术厅",
        "630000",
        2023,
        "final_accounts",
    ),
    "district of a municipality": Case(
        "重庆市璧山区科学技术局2022年度部门决算情况说明\n",
        "重庆市璧山区科学技术局2022年度部门决算情况说明",
        "重庆市璧山区科学技术局",
        "500120",
        2022,
        "final_accounts",
    ),
    "part heading instead of a title, body in the text": Case(
        "第二部分 2022年度部门决算说明\n一、部门基本情况\n屏南县工业和信息化局（以下简称县工信局）是县政府工作部门。\n",
        "屏南县工业和信息化局2022年度部门决算说明",
        "屏南县工业和信息化局",
        "350923",
        2022,
        "final_accounts",
    ),
    "numbered heading without a body": Case(
        "第三部分 2021年度部门决算情况说明\n一、收入支出决算总体情况说明\n",
        "2021年度部门决算情况说明",
        None,
        None,
        2021,
        "final_accounts",
    ),
    "breadcrumb before the title": Case(
        "当前位置：首页 > 政务公开 > 财政预决算\n昌乐县市场监督管理局2023年度部门决算\n发布时间：2024-09-12\n",
        "昌乐县市场监督管理局2023年度部门决算",
        "昌乐县市场监督管理局",
        "370725",
        2023,
        "final_accounts",
    ),
    "index block before the title": Case(
        "索引号：000014349/2024-00125\n发布机构：会昌县林业局\n会昌县林业局2023年度部门决算\n",
        "会昌县林业局2023年度部门决算",
        "会昌县林业局",
        "360733",
        2023,
        "final_accounts",
    ),
    "letter-spaced title": Case(
        "墨 脱 县 民 政 局\n2 0 2 3 年 度 部 门 决 算\n第一部分 概况\n",
        "墨脱县民政局2023年度部门决算",
        "墨脱县民政局",
        "540423",
        2023,
        "final_accounts",
    ),
    "year in Chinese digits": Case(
        "静宁县发展和改革局二〇二三年度部门决算公开\n",
        "静宁县发展和改革局二〇二三年度部门决算公开",
        "静宁县发展和改革局",
        "620826",
        2023,
        "final_accounts",
    ),
    "about": Case(
        "关于2023年度若羌县文化体育广播电视和旅游局部门决算公开的说明\n",
        "关于2023年度若羌县文化体育广播电视和旅游局部门决算公开的说明",
        "若羌县文化体育广播电视和旅游局",
        "652824",
        2023,
        "final_accounts",
    ),
    "party body": Case(
        "中共漠河市委组织部2023年度部门决算\n",
        "中共漠河市委组织部2023年度部门决算",
        "中共漠河市委组织部",
        "232701",
        2023,
        "final_accounts",
    ),
    "people's court": Case(
        "清徐县人民法院2022年度部门决算\n",
        "清徐县人民法院2022年度部门决算",
        "清徐县人民法院",
        "140121",
        2022,
        "final_accounts",
    ),
    "street office": Case(
        "上海市普陀区万里街道办事处2024年度部门决算\n",
        "上海市普陀区万里街道办事处2024年度部门决算",
        "上海市普陀区万里街道办事处",
        "310107",
        2024,
        "final_accounts",
    ),
    "township government": Case(
        "监利市朱河镇人民政府2023年度部门决算\n",
        "监利市朱河镇人民政府2023年度部门决算",
        "监利市朱河镇人民政府",
        "421088",
        2023,
        "final_accounts",
    ),
    "school": Case(
        "东海县第二中学2024年度单位预算公开\n",
        "东海县第二中学2024年度单位预算公开",
        "东海县第二中学",
        "320722",
        2024,
        "budget",
    ),
    "body itself alone": Case(
        "桐梓县供销合作社联合社（本级）2023年度单位决算\n",
        "桐梓县供销合作社联合社(本级)2023年度单位决算",
        "桐梓县供销合作社联合社(本级)",
        "520322",
        2023,
        "final_accounts",
    ),
    "project's own report": Case(
        "2022年度高新技术企业奖励资金项目支出绩效评价报告\n一、项目概况\n英德市科技局（以下简称市科技局）组织实施。\n",
        "2022年度高新技术企业奖励资金项目支出绩效评价报告",
        "英德市科技局",
        "441881",
        2022,
        "project_evaluation",
    ),
    "special fund": Case(
        "兴仁市2023年度科技专项资金绩效自评报告\n",
        "兴仁市2023年度科技专项资金绩效自评报告",
        None,
        "522302",
        2023,
        "project_evaluation",
    ),
    "performance form alone": Case(
        "项目支出绩效自评表\n（2023年度）\n项目名称\n科技创新券\n主管部门\n海阳市科学技术局\n",
        "项目支出绩效自评表",
        "海阳市科学技术局",
        "370687",
        2023,
        "project_evaluation",
    ),
    "budget with performance goals": Case(
        "澜沧拉祜族自治县科学技术局2024年部门预算公开情况说明\n八、绩效目标情况说明\n",
        "澜沧拉祜族自治县科学技术局2024年部门预算公开情况说明",
        "澜沧拉祜族自治县科学技术局",
        "530828",
        2024,
        "budget",
    ),
    "final accounts with a chapter on performance": Case(
        "垦利区科学技术局2023年度部门决算\n第四部分 绩效评价情况\n（一）整体支出绩效自评\n",
        "垦利区科学技术局2023年度部门决算",
        "垦利区科学技术局",
        "370505",
        2023,
        "final_accounts",
    ),
    "renamed county under its old name": Case(
        "滦县科学技术局2016年度部门决算\n",
        "滦县科学技术局2016年度部门决算",
        "滦县科学技术局",
        "130223",
        2016,
        "final_accounts",
    ),
    "new area": Case(
        "天津市滨海新区科学技术局2023年度部门决算\n",
        "天津市滨海新区科学技术局2023年度部门决算",
        "天津市滨海新区科学技术局",
        "120116",
        2023,
        "final_accounts",
    ),
    "half-width and full-width brackets": Case(
        "定远县科技局２０２３年度部门决算（公开）\n",
        "定远县科技局2023年度部门决算(公开)",
        "定远县科技局",
        "341125",
        2023,
        "final_accounts",
    ),
    "traditional script": Case(
        "積石山保安族東鄉族撒拉族自治縣財政局2017年度部門決算\n一、部門職責\n",
        "积石山保安族东乡族撒拉族自治县财政局2017年度部门决算",
        "积石山保安族东乡族撒拉族自治县财政局",
        "622927",
        2017,
        "final_accounts",
    ),
    "no year in the title": Case(
        "勐海县科学技术局部门决算公开说明\n一、2022年度收入支出决算总体情况\n2022年度收入总计300.12万元。\n",
        "勐海县科学技术局部门决算公开说明",
        "勐海县科学技术局",
        "532822",
        2022,
        "final_accounts",
    ),
    "date at the end": Case(
        "彰武县科学技术局2023年度部门决算\n一、概况\n本部门无二级单位。\n\n彰武县科学技术局\n2024年8月28日\n",
        "彰武县科学技术局2023年度部门决算",
        "彰武县科学技术局",
        "210922",
        2023,
        "final_accounts",
    ),
    "work plan of the coming year in the text": Case(
        "万宁市科学技术局2023年度部门决算\n2024年度工作打算：2024年度将继续推进。2024年度力争新增高新技术企业5家。\n",
        "万宁市科学技术局2023年度部门决算",
        "万宁市科学技术局",
        "469006",
        2023,
        "final_accounts",
    ),
}


def metadata(text: str) -> Metadata:
    return read_text(text, doc_id="case").metadata


@pytest.mark.parametrize("name", CASES)
def test_first_lines_say_who_what_and_when(name: str) -> None:
    case = CASES[name]
    meta = metadata(case.text)
    assert (meta.title, meta.issuer, meta.division_code, meta.fiscal_year, meta.kind) == case[1:]


def test_names_above_the_county_are_filled_in() -> None:
    meta = metadata(CASES["autonomous county"].text)
    assert (meta.province, meta.prefecture, meta.county, meta.level) == (
        "广西壮族自治区",
        "柳州市",
        "融水苗族自治县",
        "county",
    )
    meta = metadata(CASES["prefecture"].text)
    assert (meta.province, meta.prefecture, meta.county, meta.level) == ("湖北省", "黄石市", None, "prefecture")
    meta = metadata(CASES["district of a municipality"].text)
    assert (meta.province, meta.prefecture, meta.county, meta.level) == ("重庆市", None, "璧山区", "county")


def test_an_open_question_is_noted() -> None:
    [note] = metadata(CASES["namesake left open"].text).notes
    assert note.startswith("鼓楼区: several divisions have this name")
    assert "320106" in note
    [note] = metadata(CASES["title with the year of publication, text about the year before"].text).notes
    assert "2024" in note
    assert "2023年度" in note
    assert metadata(CASES["title on one line"].text).notes == []


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("甲县财政局2023年度部门决算\n发布时间：2024-09-05\n", "2024-09-05"),
        ("甲县财政局2023年度部门决算\n发布日期: 2024年9月5日 09:30\n", "2024-09-05"),
        ("甲县财政局2023年度部门决算\n成文日期：2024/9/5\n", "2024-09-05"),
        ("甲县财政局2023年度部门决算\n一、概况\n无。\n甲县财政局\n2024年9月5日\n", "2024-09-05"),
        ("甲县财政局2023年度部门决算\n会议于2024年9月5日召开。\n", None),
        ("甲县财政局2023年度部门决算\n发布时间：2024-19-45\n", None),
    ],
)
def test_publication_date(text: str, published: str | None) -> None:
    assert metadata(text).published == published


def test_places_that_a_name_begins_with() -> None:
    assert leading_places("云南省昆明市嵩明县财政局") == ["云南省", "昆明市", "嵩明县"]
    assert leading_places("财政局") == []


def test_two_mentions_of_two_provinces_decide_nothing() -> None:
    division, note = find_division("鼓楼区财政局", "", "福州市与南京市结对共建。")
    assert division is None
    assert "鼓楼区" in note


def test_a_long_text_without_any_name_is_left_open() -> None:
    meta = metadata("收入支出情况。\n" * 2000)
    assert (meta.title, meta.issuer, meta.division_code, meta.fiscal_year) == ("", None, None, None)
    assert len(meta.notes) == 2


@pytest.mark.parametrize("width", [20, 28])
def test_a_wrapped_title_is_read_whole(width: int) -> None:
    title = "积石山保安族东乡族撒拉族自治县科学技术局2023年度部门整体支出绩效自评报告"
    body = (
        "2023年度本部门收入合计1234.56万元，支出合计1230.11万元，其中基本支出800.40万元，项目支出429.71万元，均按批复执行。"
        * 6
    )
    lines = [line[i : i + width] for line in (title, "一、部门概况", body) for i in range(0, len(line), width)]
    meta = metadata("\n".join(lines) + "\n")
    assert (meta.issuer, meta.division_code, meta.fiscal_year, meta.kind) == (
        "积石山保安族东乡族撒拉族自治县科学技术局",
        "622927",
        2023,
        "overall_evaluation",
    )
