"""The view of a study: what a reader has chosen, words in the reader's language, amounts in the reader's unit."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import nbformat
import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis import studies
from fiscal_analysis.errors import ContractError
from fiscal_analysis.studies import View, catalogue
from fiscal_analysis.studies.page import index_html, page_of
from fiscal_analysis.studies.report import write_report

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def corpus() -> fa.Corpus:
    return fa.load(ROOT / "data" / "processed")


def test_a_view_is_of_the_districts_and_years_that_were_chosen(corpus: fa.Corpus) -> None:
    view = View(corpus, division_codes=["110106"], year_from=2024)
    assert view.documents["place"].to_list() == ["丰台区 2024"]
    assert view.chosen.facts["doc_id"].unique().to_list() == view.documents["doc_id"].to_list()
    assert view.placed(fa.metrics.execution_rates(corpus))["place"].unique().to_list() == ["丰台区 2024"]


def test_what_a_view_cannot_be_is_refused(corpus: fa.Corpus) -> None:
    with pytest.raises(ContractError, match="“language” is to be one of en, zh, got 'fr'"):
        View(corpus, language="fr")
    with pytest.raises(ContractError, match="“unit” is to be one of 元, 万元, 亿元, got '千元'"):
        View(corpus, unit="千元")
    with pytest.raises(ContractError, match="no document of 999999"):
        View(corpus, division_codes=["999999"]).documents  # noqa: B018


def test_words_labels_and_notes_are_those_of_the_language(corpus: fa.Corpus) -> None:
    row = {"note": "no budget", "note_zh": "没有预算", "message_en": "A sum fails", "message_zh": "合计不符"}
    for language, said in (
        ("en", ["yes", "initial budget", "no budget", "A sum fails", "at least 5 万元"]),
        ("zh", ["是", "年初预算", "没有预算", "合计不符", "不小于5 万元"]),
    ):
        view = View(corpus, language=language)
        told = [view.t("yes", "是"), view.label("initial_budget"), view.note(row), view.note(row, "message")]
        assert told == said[:4]
    assert View(corpus, language="zh").notes(["甲县", "乙县"], ["四舍五入；口径不同", "口径不同"]) == [
        "甲县：四舍五入。",
        "甲县、乙县：口径不同。",
    ]


@pytest.mark.parametrize(
    ("unit", "told", "column"),
    [
        ("元", "1,083,300\u00a0元", ["1,083,300.00\u00a0元", "−50.00\u00a0元", "–"]),
        ("万元", "108.33\u00a0万元", ["108.33\u00a0万元", "−0.01\u00a0万元", "–"]),
        ("亿元", "0.010833\u00a0亿元", ["0.0108\u00a0亿元", "−0.0000\u00a0亿元", "–"]),
    ],
)
def test_an_amount_is_told_in_the_unit_with_the_digits_that_are_certain(
    corpus: fa.Corpus, unit: str, told: str, column: list[str]
) -> None:
    view = View(corpus, unit=unit)
    assert view.amount(1083300.0, 1083250.0, 1083350.0) == told
    assert view.column([1083300.0, -50.0, None]) == column


def test_a_line_an_item_and_a_whole_are_named_as_a_reader_names_them(corpus: fa.Corpus) -> None:
    view, zh = View(corpus), View(corpus, language="zh")
    line = {"subject_name": "科学技术支出", "subject_code": "206", "fund": "general_public_budget"}
    assert view.named(line) == "科学技术支出 206"
    assert (
        view.named(line | {"fund": "government_fund", "scope": "basic"}) == "科学技术支出 206, government funds, basic"
    )
    assert zh.named({"concept": "expenditure_basic", "fund": "general_public_budget"}) == "基本支出，一般公共预算"
    assert zh.named({"item": "甲项目/市级资金", "concept": "project_funding"}) == "甲项目：市级资金"


def test_a_table_beyond_what_a_report_can_hold_says_what_is_left_out(corpus: fa.Corpus) -> None:
    frame = pl.DataFrame({"place": [f"县{at}" for at in range(302)]})
    heading = {"place": ("District", "地区")}
    table = View(corpus, language="zh").table(frame, heading, name="t", number=3, title=("Many", "许多"))
    assert (table.title, table.rows) == ("表3　许多", 300)
    assert "另有2行未列出。" in table._repr_html_()


def bilingual() -> nbformat.NotebookNode:
    made = nbformat.v4.new_notebook()
    english = nbformat.v4.new_markdown_cell("# Carry-over\n\nWhat was left.", metadata={"tags": ["en"]})
    chinese = nbformat.v4.new_markdown_cell("# 结转结余\n\n年末剩多少。", metadata={"tags": ["zh"]})
    both = nbformat.v4.new_markdown_cell("## B2 / 乙")
    made.cells = [english, chinese, both]
    return made


def test_prose_of_another_language_is_not_in_a_report(tmp_path: Path) -> None:
    for language, title, other in (("en", "Carry-over", "结转结余"), ("zh", "结转结余", "Carry-over")):
        html, page = write_report(bilingual(), "carryover", {}, tmp_path, language=language)
        assert page.title == title
        text = unescape(html.read_text(encoding="utf-8"))
        assert f'<html lang="{language}">' in text
        assert other not in text
        assert "B2 / 乙" in text
        cells = nbformat.read(html.with_suffix(".ipynb"), as_version=4).cells
        assert len(cells) == 2
        assert catalogue.describe({"cells": bilingual().cells}, "carryover", language)[0] == title


def entry(**more: object) -> dict[str, object]:
    page = page_of(bilingual(), "carryover", str(more.get("language", "en")))
    base = {"stem": "carryover", "study": "carryover", "title": page.title, "summary": page.summary, "language": "en"}
    base |= {"parameters": {}, "districts": [], "years": [], "charts": 1, "tables": 2, "figures": "", "preview": ""}
    return base | {"files": {}} | more


def test_the_index_shows_a_study_in_its_language_and_leads_to_the_others() -> None:
    reports = [
        entry(),
        entry(stem="carryover--language-zh", title="结转结余", language="zh", parameters={"language": "zh"}),
        entry(stem="carryover--year-2023", parameters={"year": 2023}, districts=["甲县 999901"], years=[2023]),
    ]
    english, chinese = index_html(reports), index_html(reports, "zh")
    assert re.findall(r"<h2><a[^>]*>(.*?)</a>", english) == ["Carry-over"]
    assert re.findall(r"<h2><a[^>]*>(.*?)</a>", chinese) == ["结转结余"]
    assert '<a href="carryover--language-zh.html">中文</a>' in english
    assert '<a href="carryover.html">English</a>' in chinese
    # What was run for one district is found in both.
    assert all("carryover--year-2023.html" in index for index in (english, chinese))
    assert '<a href="index-zh.html">中文</a>' in english
    assert "按地区和年度查找报告" in chinese


def test_every_study_is_run_in_all_its_languages_once() -> None:
    runs = studies.runs_of()
    assert len(runs) == len(set(runs))
    assert {("execution_rates", "en"), ("execution_rates", "zh")} <= set(runs)
    assert studies.runs_of(["execution_rates"], ["zh"]) == [("execution_rates", "zh")]
