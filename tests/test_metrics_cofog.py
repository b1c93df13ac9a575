"""Expenditure by function of government: no money lost or counted twice, what the map leaves open as bounds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis import taxonomy
from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import cofog_lines, cofog_spending
from fiscal_analysis.metrics.cofog import mapped
from tests.metrics_rows import CHAOYANG, FENGTAI, MENTOUGOU, PROCESSED, ZHENGDING, fact, frame, published


def line(code: str, value: float, **more: Any) -> dict[str, Any]:
    return fact("functional_expenditure", "final", value, fund="general_public_budget", subject_code=code, **more)


def rows(*facts: dict[str, Any], **more: Any) -> dict[str | None, dict[str, Any]]:
    return {row["cofog_code"]: row for row in cofog_spending(frame(facts), **more).to_dicts()}


def test_a_code_takes_its_nearest_listed_ancestor():
    known = {row["functional_code"] for row in taxonomy.table("cofog_map")}
    assert "20132" in known
    assert "2013202" not in known
    found = mapped("2013202")
    assert found is not None
    assert (found.code, found.mapping) == ("01.3", "judgement")
    assert mapped("999") is None


def test_other_functions_in_a_note_are_read_and_functional_codes_are_not():
    # direct: executive offices; 2010306-08 partly 01.3
    assert (found := mapped("20103")) is not None
    assert (found.code, found.others) == ("01.1", ("01.3",))
    # 2080207-08 may be 01.3
    assert (found := mapped("20802")) is not None
    assert found.others == ("01.3",)


def test_groups_are_used_where_they_make_their_class():
    found = rows(line("206", 300000.0), line("20604", 200000.0), line("20602", 100000.0))
    # 20604 technology R&D -> 04.8, 20602 basic research -> 01.4
    assert found["04"]["value_yuan"] == 200000
    assert found["01"]["value_yuan"] == 100000
    assert found["04"]["share"] == pytest.approx(2 / 3)
    assert found["04"]["codes"] == ["20604"]


def test_what_no_group_explains_is_a_line_of_its_class():
    found = rows(line("206", 300000.0), line("20602", 100000.0))
    # 200,000 of the class stand on no line: 04.8 by default, and where the map puts 20601, 20607 ...
    assert found["01"]["value_yuan"] == 100000
    assert found["04"]["value_yuan"] == 200000
    assert found["04"]["mapping"] == "split"
    # Known surely: nothing of the rest, which is 300,000 - 100,000 to within 50 + 50 yuan.
    assert (found["04"]["value_low"], found["04"]["value_high"]) == (0, 200100)
    assert found["01"]["value_high"] == 100050 + 200100
    assert found["08"]["value_yuan"] is None
    assert found["08"]["status"] == "bounded"


def test_groups_beyond_their_class_leave_the_class():
    found = rows(line("208", 100000.0), line("20805", 150000.0))
    assert sum(row["value_yuan"] for row in found.values() if row["value_yuan"]) == 100000
    assert found["10"]["codes"] == ["208"]


def test_an_ambiguous_line_leaves_bounds():
    found = rows(line("20132", 100000.0), line("20132", 300000.0), line("20805", 200000.0))
    assert (found["01"]["value_yuan"], found["01"]["status"]) == (None, "bounded")
    assert (found["01"]["value_low"], found["01"]["value_high"]) == (99950, 300050)
    assert found["10"]["share"] is None
    assert found["10"]["share_low"] == pytest.approx(199950 / (199950 + 300050))


def test_an_unknown_code_is_shown_as_unmapped():
    found = rows(line("999", 100000.0), line("20132", 300000.0))
    assert (found[None]["status"], found[None]["value_yuan"]) == ("unmapped", 100000)
    assert found["01"]["share"] == 0.75


def test_levels_are_divisions_or_groups():
    facts = [line("20132", 100000.0), line("20135", 100000.0)]
    assert set(rows(*facts)) == {"01"}
    assert {"01.1", "01.3"} <= set(rows(*facts, level="group"))
    with pytest.raises(ContractError, match="division"):
        cofog_spending(frame(facts), level="class")  # type: ignore[arg-type]


def test_every_class_of_the_vocabulary_has_a_function():
    for row in taxonomy.table("functional_classes"):
        assert mapped(row["code"]) is not None, row["code"]


@pytest.mark.parametrize("level", ["division", "group"])
def test_the_published_classes_are_all_there_once(level: Any):
    found = cofog_spending(fa.load(PROCESSED), level=level)
    for doc_id in (FENGTAI, MENTOUGOU):
        for measure in ("final", "initial_budget"):
            stated = published("facts", doc_id=doc_id, concept="functional_expenditure", measure=measure)
            classes = {r["subject_code"]: Decimal(r["value"]) for r in stated if len(r["subject_code"]) == 3}
            part = found.filter((pl.col("doc_id") == doc_id) & (pl.col("measure") == measure))
            if not classes:
                assert part.height == 0
                continue
            # To within what rounding lets the groups differ from their class: 50 yuan for each printed line.
            assert part["value_yuan"].sum() == pytest.approx(float(sum(classes.values())), abs=50 * len(stated))
            assert part["share"].sum() == pytest.approx(1)
            for row in part.filter(pl.col("value_yuan").is_not_null()).iter_rows(named=True):
                assert row["value_low"] - 1e-6 <= row["value_yuan"] <= row["value_high"] + 1e-6
                assert row["share_low"] - 1e-9 <= row["share"] <= row["share_high"] + 1e-9
    assert found.filter(pl.col("status") == "no_data")["doc_id"].to_list() == [CHAOYANG, ZHENGDING]


def test_two_published_functions_by_hand():
    found = cofog_spending(fa.load(PROCESSED)).filter((pl.col("doc_id") == FENGTAI) & (pl.col("measure") == "final"))
    by = {row["cofog_code"]: row for row in found.to_dicts()}
    # 20805 284.40 + 22102 332.99万元
    assert by["10"]["value_yuan"] == pytest.approx(2844000 + 3329900)
    # 20132 166.62 + 20135 5.68 + 20601 4799.78 + 20602 1500.00万元
    assert by["01"]["value_yuan"] == pytest.approx(1666200 + 56800 + 47997800 + 15000000)
    assert by["01"]["also_possible"] == ["04"]  # 20601 science administration; 04.8 possible
    corpus = fa.load(PROCESSED)
    assert cofog_spending(corpus.facts.to_pandas(), corpus.documents.to_pandas()).equals(cofog_spending(corpus))


def test_each_class_is_told_where_it_goes_and_how_surely():
    found = {
        (row["code"], row["rest"]): row
        for row in cofog_lines(
            frame(
                [
                    line("206", 400000.0, subject_name="科学技术支出"),
                    line("20602", 100000.0),
                    line("20604", 200000.0),
                    line("999", 100000.0),
                ]
            )
        ).to_dicts()
    }
    assert {key: (row["cofog_code"], row["mapping"], row["status"]) for key, row in found.items()} == {
        ("20602", False): ("01", "direct", "computed"),
        ("20604", False): ("04", "judgement", "computed"),
        ("206", True): ("04", "split", "computed"),
        ("999", False): (None, None, "unmapped"),
    }
    # 40万元 less 10 and 20; of 50万元 in all
    rest = found["206", True]
    assert (rest["value_yuan"], rest["share"], rest["name"]) == (100000, 0.2, "科学技术支出")
    assert "01" in rest["also_possible"]
    assert sum(row["share"] for row in found.values()) == pytest.approx(1)


def test_the_lines_make_the_functions():
    corpus = fa.load(PROCESSED)
    lines = cofog_lines(corpus).filter(measure="final")
    for row in cofog_spending(corpus).filter(measure="final", status="computed").iter_rows(named=True):
        own = lines.filter(doc_id=row["doc_id"], cofog_code=row["cofog_code"])
        assert own["value_yuan"].sum() == pytest.approx(row["value_yuan"])
        assert sorted(own["code"]) == sorted(row["codes"])
