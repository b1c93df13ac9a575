"""What was read and what is missing, and the page of one district."""

from __future__ import annotations

import re
from collections import Counter
from types import SimpleNamespace

import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis import taxonomy
from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import (
    concept_counts,
    concept_gaps,
    concept_group,
    corpus_overview,
    district_profile,
    unclaimed_quantities,
)
from fiscal_analysis.metrics.overview import CONCEPT_GROUPS
from tests.metrics_rows import (
    CHAOYANG,
    FENGTAI,
    MENTOUGOU,
    PROCESSED,
    ZHENGDING,
    document,
    fact,
    frame,
    published,
)

SECTIONS = ["totals", "execution", "structure", "three_public", "scores", "findings"]


def test_a_gap_is_a_core_figure_that_no_fact_states():
    facts = frame([fact("expenditure", "final", 1.0), fact("expenditure_basic", "initial_budget", 1.0)])
    rows = {row["concept"]: row for row in concept_gaps(facts, frame([document()])).to_dicts()}
    assert len(rows) == sum(row["kind"] == "final_accounts" for row in taxonomy.table("core_concepts"))
    assert (rows["expenditure"]["status"], rows["expenditure"]["stated"]) == ("stated", 1)
    assert rows["expenditure"]["fact_ids"] == [facts["fact_id"][0]]
    basic = rows["expenditure_basic"]
    assert (basic["status"], basic["other_measures"], basic["others"]) == ("missing", ["initial_budget"], 0)


def test_a_prior_year_figure_does_not_fill_a_gap():
    facts = frame([fact("expenditure", "final", 1.0, fiscal_year=2023)])
    rows = {row["concept"]: row for row in concept_gaps(facts, frame([document()])).to_dicts()}
    assert rows["expenditure"]["status"] == "missing"


def test_others_of_the_kind_are_counted():
    documents = frame([document("a"), document("b"), document("c", kind="budget")])
    facts = frame([fact("expenditure", "final", 1.0, doc_id="a")])
    gaps = concept_gaps(facts, documents).filter(pl.col("concept") == "expenditure")
    assert [(r["doc_id"], r["status"], r["others"], r["others_stating"]) for r in gaps.to_dicts()] == [
        ("a", "stated", 1, 0),
        ("b", "missing", 1, 1),
    ]


def test_a_kind_without_a_rule_is_said():
    [row] = concept_gaps(frame([fact("expenditure", "final", 1.0)]), frame([document(kind=None)])).to_dicts()
    assert (row["status"], row["concept"]) == ("no_rule", None)


def test_inputs_that_failed_are_in_the_overview():
    failures = frame([{"file": "x.pdf", "error": "SourceError", "reason": "encrypted", "remedy": "decrypt it"}])
    corpus = SimpleNamespace(
        facts=frame([fact("expenditure", "final", 1.0)]), documents=frame([document()]), failures=failures
    )
    read, failed = corpus_overview(corpus).to_dicts()
    assert (read["status"], read["facts"], read["indicators"], read["errors"]) == ("read", 1, None, None)
    assert (failed["status"], failed["file"], failed["reason"]) == ("failed", "x.pdf", "encrypted")


def test_the_core_concepts_are_concepts_of_the_vocabulary():
    known = {row["concept"] for row in (*taxonomy.table("concepts"), *published("facts"))}
    kinds = {row["kind"] for row in taxonomy.table("document_kinds")}
    seen = set()
    for row in taxonomy.table("core_concepts"):
        assert set(row["concept"].split("|")) <= known, row
        assert row["kind"] in kinds
        assert row["basis"]
        key = (row["kind"], row["concept"], row["measure"])
        assert key not in seen
        seen.add(key)


# -- the published documents -------------------------------------------------------------------------------------------


def test_the_published_overview_recomputed():
    corpus = fa.load(PROCESSED)
    rows = {row["doc_id"]: row for row in corpus_overview(corpus).to_dicts()}
    facts = Counter(row["doc_id"] for row in published("facts"))
    findings = Counter((row["doc_id"], row["severity"]) for row in published("findings"))
    for plain in published("documents"):
        row = rows[plain["doc_id"]]
        assert (row["facts"], row["errors"]) == (facts[plain["doc_id"]], findings[plain["doc_id"], "error"])
        assert (row["warnings"], row["notes"]) == (
            findings[plain["doc_id"], "warning"],
            findings[plain["doc_id"], "note"],
        )
        assert row["coverage"] == float(plain["coverage"])
        assert row["fiscal_claimed"] == int(plain["fiscal_claimed"])
    assert {name: (row["core"], row["core_stated"]) for name, row in rows.items()} == {
        CHAOYANG: (4, 4),
        FENGTAI: (14, 13),
        MENTOUGOU: (14, 14),
        ZHENGDING: (4, 2),
    }


def test_the_published_gaps():
    gaps = concept_gaps(fa.load(PROCESSED)).filter(pl.col("status") == "missing")
    # Fengtai's annex with the statements is not part of the text; Zhengding prints no budgeted expenditure, no rate.
    assert [(row["doc_id"], row["concept"]) for row in gaps.to_dicts()] == [
        (FENGTAI, "economic_expenditure"),
        (ZHENGDING, "expenditure"),
        (ZHENGDING, "execution_rate"),
    ]
    assert not published("facts", doc_id=FENGTAI, concept="economic_expenditure")
    assert not published("facts", doc_id=ZHENGDING, concept="execution_rate")


def test_the_published_counts_recomputed():
    corpus = fa.load(PROCESSED)
    found = concept_counts(corpus)
    plain = Counter((row["division_code"], row["issuer"], row["concept"]) for row in published("facts"))
    assert {tuple(row[:3]): row[3] for row in found.iter_rows()} == plain
    assert found["fact_ids"].list.len().to_list() == found["facts"].to_list()
    assert concept_counts(corpus.facts.to_pandas()).equals(concept_counts(corpus.facts))
    with pytest.raises(ContractError, match="lacks the columns"):
        concept_counts(corpus, by=["colour"])


def test_the_page_of_a_district_recomputed():
    page = district_profile(fa.load(PROCESSED), "110106")
    assert page["section"].unique(maintain_order=True).to_list() == SECTIONS

    def value(section: str, key: str, measure: str, detail: str | None = None) -> float:
        rows = page.filter(
            (pl.col("section") == section) & (pl.col("key") == key) & (pl.col("measure") == measure)
        ).filter(pl.col("detail").is_null() if detail is None else pl.col("detail").str.contains(detail, literal=True))
        [found] = rows["value"].to_list()
        return float(found)

    for concept, measure in (("grand_total", "final"), ("expenditure", "adjusted_budget"), ("three_public", "final")):
        [plain] = {
            row["value"] for row in published("facts", doc_id=FENGTAI, concept=concept, measure=measure, item="")
        }
        section = "three_public" if concept == "three_public" else "totals"
        assert value(section, concept, measure) == float(plain)
    assert value("execution", "department", "adjusted_budget", "expenditure") == pytest.approx(15104.10 / 15173.38)
    assert value("structure", "function_class", "share", "206") == pytest.approx(13941.32 / 15102.74)
    assert value("scores", "department", "score") == 99.1
    errors = len(published("findings", doc_id=FENGTAI, severity="error"))
    assert value("findings", "error", "findings") == errors
    known = {row["fact_id"] for row in published("facts")} | {row["indicator_id"] for row in published("indicators")}
    for row in page.iter_rows(named=True):
        assert set(row["fact_ids"]) <= known
        assert row["value"] is None or row["fact_ids"] or row["value"] == 0


def test_every_section_of_every_body_appears():
    corpus = fa.load(PROCESSED)
    page = district_profile(corpus, "110105")
    assert page["section"].unique(maintain_order=True).to_list() == SECTIONS
    empty = page.filter(pl.col("status") == "no_data")["section"].to_list()
    assert empty == ["totals", "structure", "three_public"]
    alone = district_profile(corpus.facts, "110106")
    assert alone.filter(pl.col("section") == "findings")["status"].to_list() == ["no_data"]
    assert district_profile(corpus.facts.to_pandas(), "110106").equals(alone)


def test_a_district_without_documents_is_refused():
    with pytest.raises(ContractError, match="the divisions are 110105, 110106, 110109, 130123"):
        district_profile(fa.load(PROCESSED), "310101")
    with pytest.raises(ContractError, match="year 2019"):
        district_profile(fa.load(PROCESSED), "110106", fiscal_year=2019)


# -- what was not understood, and groups -------------------------------------------------------------------------------


def test_unclaimed_numbers_are_those_of_neither_a_fact_nor_an_indicator():
    rows = [
        {"section": "一", "raw": "5万元", "fact_id": "f1", "indicator_id": None, "fiscal": True},
        {"section": "一", "raw": "10分", "fact_id": None, "indicator_id": "i1", "fiscal": True},
        {"section": "一", "raw": "7家", "fact_id": None, "indicator_id": None, "fiscal": True},
        {"section": "一", "raw": "3", "fact_id": None, "indicator_id": None, "fiscal": False},
        {"section": "二", "raw": "8万元", "fact_id": "f2", "indicator_id": None, "fiscal": True},
    ]
    quantities = frame({"doc_id": "d", "source_start": at} | row for at, row in enumerate(rows))
    found = unclaimed_quantities(quantities).select("section", "fiscal", "found", "unclaimed", "raws").rows()
    assert found == [("一", True, 3, 1, ["7家"]), ("一", False, 1, 1, ["3"])]
    with pytest.raises(ContractError, match="lacks the columns"):
        unclaimed_quantities(quantities.drop("section"))


def test_the_published_unclaimed_numbers_recomputed():
    found = unclaimed_quantities(fa.load(PROCESSED))
    plain = Counter(
        (row["doc_id"], row["section"], row["fiscal"] == "true")
        for row in published("quantities", fact_id="", indicator_id="")
    )
    assert {tuple(row[:3]): row[3] for row in found.drop("found", "raws").iter_rows()} == plain
    assert found["raws"].list.len().to_list() == found["unclaimed"].to_list()


def test_every_concept_has_a_group_and_a_place_in_chinese():
    grouped = Counter(row["concept"] for row in taxonomy.table("concept_groups"))
    assert set(grouped.values()) == {1}
    concepts = {row["concept"] for row in (*taxonomy.table("concepts"), *published("facts")) if row["concept"]}
    assert concepts - set(grouped) == set()
    assert {row["group"] for row in taxonomy.table("concept_groups")} == set(CONCEPT_GROUPS)
    assert (concept_group("three_public"), concept_group("unheard_of"), concept_group(None)) == (
        "public_expenses",
        "other",
        "other",
    )
    assert all(re.search("[一-鿿]", row["basis_zh"]) for row in taxonomy.table("core_concepts"))
