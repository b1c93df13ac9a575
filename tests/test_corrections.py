"""Known errors of sources: what a correction changes, what it keeps, and when it refuses."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import fiscal_analysis as fa
from fiscal_analysis.corpus import Corpus, parse_quietly
from fiscal_analysis.corrections import read_corrections
from fiscal_analysis.errors import ContractError, SourceError

TEXT = """河北省正定县科学技术局2023年度部门决算

一、收入支出决算总体情况说明
2023年度收、支总计1523.26万元,比上年减少27.31万元,下降1.76%。
二、支出决算情况说明
2023年度本年支出合计1500.00万元,其中:基本支出800.00万元,占本年支出合计的60%;项目支出600.00万元,占本年支出合计的40%。
"""
ENTRY = {
    "document": "some-2023",
    "quote": "本年支出合计1500.00万元",
    "expect": "800.00万元",
    "action": "override",
    "value": "900.00万元",
    "reason": "The total less project expenditure, and the share of 60 %.",
    "who": "A. Reader",
    "date": "2026-03-31",
}


def write(folder: Path, **changes: str | None) -> Path:
    entry = {key: value for key, value in (ENTRY | changes).items() if value is not None}
    lines = [f"  {key}: {value}" for key, value in entry.items()]
    path = folder / "corrections.yml"
    path.write_text("-\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def parsed(folder: Path, corrections: Path | None = None, text: str = TEXT) -> Corpus:
    source = folder / "some-2023.txt"
    source.write_text(text, encoding="utf-8")
    return parse_quietly(source, corrections=corrections)


def errors(corpus: Corpus) -> list[str]:
    return corpus.findings.filter(severity="error")["rule"].to_list()


def basic(corpus: Corpus) -> dict[str, object]:
    return corpus.facts.filter(concept="expenditure_basic", measure="final").row(0, named=True)


def test_without_corrections_the_error_of_the_source_stands(tmp_path: Path) -> None:
    corpus = parsed(tmp_path)
    assert errors(corpus) == ["sum_mismatch"]
    assert corpus.facts["corrected"].any() is False
    assert corpus.facts["printed_value"].null_count() == corpus.facts.height


def test_an_override_repairs_the_relations_and_keeps_what_is_printed(tmp_path: Path) -> None:
    corpus = parsed(tmp_path, write(tmp_path))
    assert errors(corpus) == []
    fact = basic(corpus)
    assert (fact["value"], fact["printed_value"], fact["corrected"]) == (9_000_000, 8_000_000, True)
    assert fact["raw"] == "800.00万元"
    assert corpus.facts["corrected"].sum() == 1
    claimed = corpus.quantities.filter(fact_id=fact["fact_id"]).row(0, named=True)
    assert claimed["value"] == 8_000_000


def test_a_correction_that_does_not_repair_is_named_in_the_finding(tmp_path: Path) -> None:
    corpus = parsed(tmp_path, write(tmp_path, value="910.00万元"))
    found = corpus.findings.filter(rule="sum_mismatch").row(0, named=True)
    assert "800.00万元（已更正 corrected） + 600.00万元 = 1510万元" in found["message_zh"]


def test_a_correction_by_fact_id_is_the_same(tmp_path: Path) -> None:
    fact_id = str(basic(parsed(tmp_path))["fact_id"])
    corpus = parsed(tmp_path, write(tmp_path, quote=None, fact=fact_id, value='"900.00"'))
    assert basic(corpus)["value"] == 9_000_000
    assert errors(corpus) == []


def test_a_decrease_stays_a_decrease(tmp_path: Path) -> None:
    path = write(tmp_path, quote="收、支总计", expect="27.31万元", value="27.32万元")
    change = parsed(tmp_path, path).facts.filter(measure="change_on_prior_year").row(0, named=True)
    assert (change["value"], change["printed_value"]) == (-273_200, -273_100)


def test_a_unit_slip_is_scaled(tmp_path: Path) -> None:
    text = TEXT.replace("800.00万元", "900.00元")
    corpus = parsed(tmp_path, write(tmp_path, expect="900.00元", action="scale", value="10000"), text)
    fact = basic(corpus)
    assert (fact["value"], fact["printed_value"], fact["decimals"]) == (9_000_000, 900, -2)
    assert errors(corpus) == []


def test_a_dropped_figure_is_no_fact_but_stays_listed(tmp_path: Path) -> None:
    before = parsed(tmp_path)
    corpus = parsed(tmp_path, write(tmp_path, action="drop", value=None))
    assert corpus.facts.height == before.facts.height - 1
    assert corpus.quantities.height == before.quantities.height
    assert corpus.quantities.filter(raw="800.00万元")["fact_id"].to_list() == [None]


def test_a_flagged_figure_keeps_its_value(tmp_path: Path) -> None:
    fact = basic(parsed(tmp_path, write(tmp_path, action="flag", value=None)))
    assert (fact["value"], fact["flag"], fact["corrected"]) == (8_000_000, "disputed", False)


def test_corrected_tables_come_back_from_disk(tmp_path: Path) -> None:
    corpus = parsed(tmp_path, write(tmp_path))
    corpus.save(tmp_path / "processed")
    assert fa.load(tmp_path / "processed").facts.equals(corpus.facts)


@pytest.mark.parametrize(
    ("text", "changes", "said"),
    [
        (TEXT.replace("800.00", "900.00"), {}, r"entry 1: some-2023 was expected .* 800.00万元, .*900.00万元.* now"),
        (TEXT, {"quote": "本年支出合计1600.00万元"}, "no such passage"),
        (TEXT, {"quote": None, "fact": "0123456789abcdef"}, "has no fact 0123456789abcdef"),
        (TEXT + "其中,本年基本支出800.00万元,项目支出600.00万元。\n", {"quote": "基本支出800.00万元"}, "at 2 places"),
        (TEXT, {"value": "900.00家"}, "no number of the unit of 800.00万元"),
    ],
)
def test_a_correction_that_does_not_fit_its_document_fails_it_loudly(
    tmp_path: Path, text: str, changes: dict[str, str | None], said: str
) -> None:
    corpus = parsed(tmp_path, write(tmp_path, **changes), text)
    assert corpus.documents.is_empty()
    (failure,) = corpus.failures.rows(named=True)
    assert failure["error"] == "ContractError"
    assert re.search(said, failure["reason"] + " " + (failure["remedy"] or ""))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expect": "1740"}, r"entry 1: expect: 1740 is no text"),
        ({"action": "delete"}, "action 'delete' is unknown. It is one of override, drop, scale, flag"),
        ({"action": "drop"}, "action drop takes no value"),
        ({"value": None}, "action override needs a value"),
        ({"action": "scale", "value": "3"}, "no power of ten"),
        ({"reason": None}, "reason is missing"),
        ({"fact": "abc"}, "either quote or fact"),
        ({"quote": None}, "either quote or fact"),
        ({"date": '"2026-03-31"'}, "is no date"),
        ({"date": "2026-03-31 10:00:00"}, "is no date"),
        ({"date": "2026-02-30"}, "no YAML"),
        ({"author": "A. Reader"}, "unknown key author"),
        ({"reason": "[a"}, "no YAML"),
    ],
)
def test_a_correction_that_is_not_well_formed_says_what_to_write(
    tmp_path: Path, changes: dict[str, str | None], said: str
) -> None:
    with pytest.raises(ContractError, match=said):
        read_corrections(write(tmp_path, **changes))


def test_two_corrections_of_one_figure_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")
    with pytest.raises(ContractError, match=r"entry 2: corrects the same figure as .*entry 1"):
        read_corrections(path)


def test_the_file_of_the_project_can_be_read(tmp_path: Path) -> None:
    path = Path(__file__).parents[1] / "data" / "corrections.yml"
    for entry in read_corrections(path):
        assert entry.date <= date.today()
    with pytest.raises(SourceError, match="cannot be read"):
        read_corrections(tmp_path / "none.yml")


def test_corrections_of_other_documents_are_named(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="not among the inputs: other-2023"):
        corpus = parsed(tmp_path, write(tmp_path, document="other-2023"))
    assert errors(corpus) == ["sum_mismatch"]


def test_every_process_applies_them(tmp_path: Path) -> None:
    for name in ("some-2023", "other-2023"):
        (tmp_path / f"{name}.txt").write_text(TEXT + f"{name}\n", encoding="utf-8")
    inputs = [tmp_path / "some-2023.txt", tmp_path / "other-2023.txt"]
    corpus = parse_quietly(inputs, jobs=2, corrections=write(tmp_path))
    assert corpus.facts.filter(corrected=True)["doc_id"].to_list() == ["some-2023"]
