"""Two documents of one body, one year after the other: what the later says of the earlier must be what that says."""

from __future__ import annotations

from pathlib import Path

import pytest

import fiscal_analysis as fa
from fiscal_analysis.corpus import Corpus

EARLIER = """湖南省浏阳市科学技术局2022年度部门决算

一、收入支出决算总体情况说明
2022年度收、支总计1500.00万元,比上年增加100.00万元,增长7.14%。
二、收入决算情况说明
2022年度本年收入合计1450.00万元。
三、支出决算情况说明
2022年度本年支出合计1440.00万元,其中:基本支出840.00万元,占支出合计的58.33%;项目支出600.00万元,占支出合计的41.67%。
四、结转结余情况说明
年末结转和结余60.00万元。
"""
LATER = """湖南省浏阳市科学技术局2023年度部门决算

一、收入支出决算总体情况说明
2023年度收、支总计{total},比上年{change}。
二、收入决算情况说明
2023年度本年收入合计1530.00万元。
三、支出决算情况说明
2023年度本年支出合计1540.00万元,其中:基本支出900.00万元,占支出合计的58.44%;项目支出640.00万元,占支出合计的41.56%。{prior}
四、结转结余情况说明
{opening}年末结转和结余50.00万元。
"""


def years(folder: Path, opening: str = "年初结转和结余60.00万元,", **changes: str) -> Corpus:
    words = {"total": "1590.00万元", "change": "增加90.00万元,增长6%", "prior": ""} | changes
    (folder / "body-2022.txt").write_text(EARLIER, encoding="utf-8")
    (folder / "body-2023.txt").write_text(LATER.format(opening=opening, **words), encoding="utf-8")
    return fa.parse(folder)


def between(corpus: Corpus) -> list[tuple[str, str, str]]:
    rows = corpus.findings.filter(corpus.findings["rule"] == "restated")
    return rows.select("doc_id", "severity", "quote").rows()


def states(corpus: Corpus, rule: str) -> list[str]:
    return corpus.checks.filter(doc_id="body-2023", rule=rule)["state"].to_list()


def test_two_years_that_agree_are_checked_and_not_reported(tmp_path: Path) -> None:
    corpus = years(tmp_path)
    assert corpus.findings.is_empty()
    assert states(corpus, "carried_over") == ["holds"]
    assert states(corpus, "restated") == ["holds"]


def test_the_opening_carry_over_must_be_last_years_closing_one(tmp_path: Path) -> None:
    corpus = years(tmp_path, opening="年初结转和结余61.00万元,", total="1591.00万元", change="增加91.00万元,增长6.07%")
    found = corpus.findings.filter(rule="restated")
    assert found["severity"].to_list() == ["warning"]
    assert found["doc_id"].to_list() == ["body-2023"]
    assert found["stated"].to_list() == [610_000]
    assert found["expected_low"][0] <= 600_000 <= found["expected_high"][0]


def test_an_opening_carry_over_that_is_only_implied_is_checked_too(tmp_path: Path) -> None:
    assert states(years(tmp_path, opening=""), "carried_over") == ["holds"]
    corpus = years(tmp_path, opening="", total="1595.00万元", change="增加95.00万元,增长6.33%")
    assert states(corpus, "carried_over") == ["broken"]


def test_a_stated_change_must_be_the_difference_of_the_two_documents(tmp_path: Path) -> None:
    (found,) = between(years(tmp_path, change="增加80.00万元,增长5.30%"))
    assert found[:2] == ("body-2023", "warning")
    assert "80.00万元" in found[2]


def test_a_growth_without_a_change_is_set_against_last_years_figure(tmp_path: Path) -> None:
    assert between(years(tmp_path, change="增长6.0%")) == []
    (found,) = between(years(tmp_path, change="增长7.0%"))
    assert "7.0%" in found[2]


@pytest.mark.parametrize(("prior", "reported"), [("1440.00万元", 0), ("1404.00万元", 1)])
def test_a_restated_prior_year_must_be_what_the_earlier_document_says(
    tmp_path: Path, prior: str, reported: int
) -> None:
    corpus = years(tmp_path, prior=f"2022年度本年支出合计{prior}。")
    assert len(between(corpus)) == reported
    assert len(states(corpus, "restated")) == 2


def test_documents_of_two_bodies_are_left_alone(tmp_path: Path) -> None:
    years(tmp_path, change="增加80.00万元,增长5.30%")
    other = (tmp_path / "body-2022.txt").read_text(encoding="utf-8").replace("浏阳市", "宁乡市")
    (tmp_path / "body-2022.txt").write_text(other, encoding="utf-8")
    assert between(fa.parse(tmp_path)) == []
