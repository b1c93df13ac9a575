"""Forms of characters, script and line ends change no fact; headings and paragraphs are found with their places."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from opencc import OpenCC

from fiscal_analysis.document import Document, fold
from fiscal_analysis.extract import extract_document
from fiscal_analysis.readers.plain.text import read_text
from fiscal_analysis.script import is_traditional, to_simplified
from tests.meanings import meaning

RAW = sorted((Path(__file__).parents[1] / "data" / "raw").glob("*.txt"))


def read(text: str) -> Document:
    return read_text(text, doc_id="reader")


@cache
def source(path: Path) -> tuple[str, Counter[tuple[object, ...]]]:
    text = path.read_text(encoding="utf-8")
    return text, Counter(map(meaning, extract_document(read(text)).facts))


# -- forms of characters --------------------------------------------------------------------------------------------

WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
WIDE_MARKS = str.maketrans(",:;()%!?", "，：；（）％！？")
NARROW_MARKS = str.maketrans("，：；（）％！？", ",:;()%!?")
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F) if chr(code) != "|"})


def wide_marks_between_words(text: str) -> str:
    # a comma inside a number stays: 59，100 in full-width print are two numbers
    return re.sub(r"[:;()%!?]|,(?![0-9])|(?<![0-9]),", lambda match: match[0].translate(WIDE_MARKS), text)


FORMS: dict[str, Callable[[str], str]] = {
    "wide digits": lambda text: text.translate(WIDE_DIGITS),
    "wide punctuation": wide_marks_between_words,
    "narrow punctuation": lambda text: text.translate(NARROW_MARKS),
    "all of it wide": lambda text: text.translate(WIDE),
}


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem[:9])
@pytest.mark.parametrize("form", FORMS)
def test_the_width_of_characters_changes_no_fact(path: Path, form: str) -> None:
    text, facts = source(path)
    changed = FORMS[form](text)
    found = extract_document(read(changed)).facts
    assert Counter(map(meaning, found)) == facts
    assert all(changed[fact.source_start : fact.source_end] == fact.raw for fact in found)


def test_folding_keeps_every_place() -> None:
    text = "“三公”经费１，２３４．５６万元（含７％），\u3000比上年﹢0.5﹪；\xa0〔2024〕\r\n財政撥款３個\r"
    folded = fold(text)
    assert len(folded) == len(text)
    assert folded == "“三公”经费1,234.56万元(含7%), 比上年+0.5%; 〔2024〕 \n财政拨款3个\n"
    assert fold(text + "决" * 5000)[: len(text)].startswith("“三公”经费1,234.56万元(含7%), 比上年+0.5%; 〔2024〕 \n")


def test_a_full_width_comma_groups_thousands_only_of_money_and_decimals() -> None:
    assert fold("1，000万元") == "1,000万元"
    assert fold("59，100个") == "59、100个"


@pytest.mark.parametrize("mark", ["\r\n", "\r"])
@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem[:9])
def test_line_ends_of_other_systems_change_no_fact(path: Path, mark: str) -> None:
    text, facts = source(path)
    changed = text.replace("\n", mark)
    document = read(changed)
    assert document.text == changed
    assert Counter(map(meaning, extract_document(document).facts)) == facts


def test_wrapped_lines_with_carriage_returns_are_joined_without_them() -> None:
    line = "2023年度本部门收入总计1,234.56万元，支出总计1,230.11万元，与上年相比收入增加20.40万元，增长1.68%。"
    wrapped = "\r\n".join(line[i : i + 20] for i in range(0, len(line), 20))
    document = read("\r\n".join([wrapped] * 4) + "\r\n")
    assert document.unwrapped is not None
    assert document.unwrapped.text.count(line) == 4


# -- script ---------------------------------------------------------------------------------------------------------


def traditional(text: str) -> str:
    convert = OpenCC("s2t").convert
    forms = {character: convert(character) for character in set(text)}
    return "".join(forms[c] if len(forms[c]) == 1 else c for c in text)


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem[:9])
def test_traditional_script_reads_as_simplified(path: Path) -> None:
    text, facts = source(path)
    changed = traditional(text)
    assert is_traditional(changed)
    found = extract_document(read(changed)).facts
    # two forms of one character that simplified script keeps apart (昇 and 升) come back as one
    expected = Counter(
        {tuple(fold(to_simplified(p)) if isinstance(p, str) else p for p in f): n for f, n in facts.items()}
    )
    assert Counter(map(meaning, found)) == expected
    assert all(changed[fact.source_start : fact.source_end] == fact.raw for fact in found)


def test_a_mirror_in_traditional_script() -> None:
    text = "積石山縣財政局2017年度部門決算\n一、收入支出決算總體情況說明\n2017年度，本單位支出總計為1687.45萬元。\n"
    document = read(text)
    assert document.metadata.kind == "final_accounts"
    [fact] = extract_document(document).facts
    assert (fact.concept, fact.value, fact.raw) == ("grand_total", 16874500, "1687.45萬元")


def test_names_in_simplified_script_keep_their_characters() -> None:
    assert fold("乾县财政局") == "乾县财政局"
    assert fold("乾縣財政局發佈") == "乾县财政局发布"


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem[:9])
def test_simplified_text_is_not_taken_for_traditional(path: Path) -> None:
    text = source(path)[0]
    assert not any(is_traditional(line) for line in text.split("\n"))


def test_the_conversion_is_loaded_for_traditional_text_only() -> None:
    script = (
        "import sys; from fiscal_analysis.readers.plain.text import read_text; "
        "read_text('甲县财政局2023年度部门决算', doc_id='x'); print('opencc' in sys.modules); "
        "read_text('甲縣財政局2023年度部門決算', doc_id='x'); print('opencc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


# -- outline and paragraphs -----------------------------------------------------------------------------------------


def test_headings_nest_by_the_rank_of_their_numbers() -> None:
    document = read(
        "第一部分 部门概况\n一、部门职责\n（一）主要职能。\n负责科技工作。\n第二部分 决算说明\n"
        "一、2023年度收入决算情况\n1.财政拨款收入\n三)其他收入\n2部门支出情况说明\n"
    )
    assert [" / ".join(heading.path) for heading in document.outline] == [
        "部门概况",
        "部门概况 / 部门职责",
        "部门概况 / 部门职责 / 主要职能",
        "决算说明",
        "决算说明 / 2023年度收入决算情况",
        "决算说明 / 2023年度收入决算情况 / 财政拨款收入",
        "决算说明 / 2023年度收入决算情况 / 其他收入",
        "决算说明 / 2023年度收入决算情况 / 其他收入 / 部门支出情况说明",
    ]
    for heading in document.outline:
        assert heading.title.replace(" ", "") in document.folded[heading.start : heading.end].replace(" ", "")


def test_a_numbered_sentence_is_a_paragraph() -> None:
    document = read("一、概况\n1.本年度收入100万元，支出90万元。\n（2）完成项目5个;\n2023年度完成任务。\n")
    assert [heading.title for heading in document.outline] == ["概况"]
    assert [p.text for p in document.paragraphs] == [
        "1.本年度收入100万元,支出90万元。",
        "(2)完成项目5个;",
        "2023年度完成任务。",
    ]
    assert [p.section for p in document.paragraphs] == [0, 0, 0]


def test_a_table_of_contents_gives_no_headings() -> None:
    contents = "第一部分 部门概况 ...... 1\n一、部门职责 ...... 1\n第二部分 决算说明 ...... 5\n"
    document = read(
        "甲县财政局2023年度部门决算\n目 录\n" + contents + "第一部分 部门概况\n一、部门职责\n负责财政工作。\n"
    )
    assert [heading.title for heading in document.outline] == ["部门概况", "部门职责"]
    assert document.outline[0].start > document.text.index("...... 5")


def test_paragraphs_know_their_places() -> None:
    text = "  收入合计12万元。 \n\n\u3000\u3000支出合计10万元。"
    document = read(text)
    assert [text[p.start : p.end] for p in document.paragraphs] == ["收入合计12万元。", "支出合计10万元。"]


# -- hostile --------------------------------------------------------------------------------------------------------

HOSTILE = {
    "documents": "".join(path.read_text(encoding="utf-8") + "\n" for path in RAW),
    "line ends": "\n",
    "numbers of headings": "一、",
    "headings": "一、概况\n",
    "brackets": "(",
    "brackets on lines": "(\n",
    "one long line": "收入支出决算总计12万元，",
    "names of places": "县市区财政局",
    "lines of names": "中共某某县市区财政局某某县市区财政局某某县市区\n",
    "digits on lines": "1\n",
    "cut numbers": "收入支出总计12,\n",
    "full lines": "收入支出决算总体情况说明以及主要原因\n",
    "page numbers": "收入支出总计，情况\n\n— 5 —\n\n",
    "abbreviations": "（简称",
    "cells behind tabs": "收\t1\n",
    "bars": "收|\n",
    "traditional": "財政撥款收入決算",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_kept_whole(name: str) -> None:
    text = (HOSTILE[name] * (25_000 // len(HOSTILE[name]) + 1))[:25_000]
    assert read(text).text == text
