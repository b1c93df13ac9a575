"""Text whose lines are wrapped reads as if they were whole: same facts, offsets into the text as it stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from fiscal_analysis.document import Document, Places
from fiscal_analysis.extract import extract_document
from fiscal_analysis.readers.plain.text import read_text
from fiscal_analysis.readers.plain.wrapping import Wrap, columns, find_wrap
from tests.meanings import meaning

RAW = sorted((Path(__file__).parents[1] / "data" / "raw").glob("*.txt"))


def read(text: str) -> Document:
    return read_text(text, doc_id="wrapped")


def cut_at_characters(text: str, width: int) -> str:
    return "\n".join(
        "\n".join(line[i : i + width] for i in range(0, len(line), width)) if line else "" for line in text.split("\n")
    )


def cut_at_columns(text: str, width: int) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        piece, used = "", 0
        for character in line:
            if used + columns(character) > width:
                lines.append(piece)
                piece, used = "", 0
            piece += character
            used += columns(character)
        lines.append(piece)
    return "\n".join(lines)


def as_pages(text: str, width: int) -> str:
    """Print a text as programs take it out of a PDF: numbers whole, page numbers, form feeds."""
    lines: list[str] = []
    for line in text.split("\n"):
        piece, used = "", 0
        for word in re.findall("[0-9][0-9,.]*%?|.", line):
            if used + columns(word) > width:
                lines.append(piece)
                piece, used = "", 0
            piece += word
            used += columns(word)
        lines.append(piece)
    pages = ["\n".join(lines[first : first + 30]) for first in range(0, len(lines), 30)]
    return "\n\f".join(f"{page}\n\n{number}\n" for number, page in enumerate(pages, 1))


@cache
def source(path: Path) -> tuple[str, Document, Counter[tuple[object, ...]]]:
    text = path.read_text(encoding="utf-8")
    document = read(text)
    return text, document, Counter(map(meaning, extract_document(document).facts))


# -- whole documents ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem[:9])
@pytest.mark.parametrize(
    ("cut", "width"),
    [
        (cut_at_characters, 40),
        (cut_at_characters, 38),
        (cut_at_columns, 80),
        (cut_at_columns, 73),
        (as_pages, 64),
        (as_pages, 76),
    ],
)
def test_a_wrapped_document_states_the_same_facts(path: Path, cut: Callable[[str, int], str], width: int) -> None:
    text, whole, facts = source(path)
    wrapped = cut(text, width)
    document = read(wrapped)
    found = extract_document(document).facts
    assert Counter(map(meaning, found)) == facts
    for fact in found:
        assert wrapped[fact.source_start : fact.source_end] == fact.raw
        assert fact.raw in wrapped[fact.quote_start : fact.quote_end]
    assert document.text == wrapped
    assert document.metadata == whole.metadata
    assert [(h.number, h.title) for h in document.outline] == [(h.number, h.title) for h in whole.outline]


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem[:9])
def test_places_of_a_wrapped_document_lead_to_its_text(path: Path) -> None:
    wrapped = cut_at_characters(source(path)[0], 40)
    document = read(wrapped)
    assert document.unwrapped is not None
    for paragraph in document.paragraphs:
        for position, character in enumerate(paragraph.text):
            assert document.folded[paragraph.offset(position)] == character
    for table in document.tables:
        for row in table.rows:
            for cell in row:
                assert "".join(wrapped[cell.start : cell.end].split()) == "".join(cell.text.split())


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem[:9])
def test_a_document_with_whole_lines_is_left_alone(path: Path) -> None:
    assert source(path)[1].unwrapped is None


# -- widths ---------------------------------------------------------------------------------------------------------

PROSE = (
    "2023年度本部门收入总计1,234.56万元，支出总计1,230.11万元，与上年相比收入增加20.40万元，增长1.68%，主要原因是科技专项增加。"
    "其中基本支出800.40万元，占支出总计的65.07%；项目支出429.71万元，占支出总计的34.93%，比年初预算减少15.20万元。"
)


def test_the_width_is_seen_in_characters_or_columns() -> None:
    text = f"一、概况\n{PROSE}\n{PROSE * 2}"
    assert find_wrap(cut_at_characters(text, 36).split("\n")) == Wrap(36, False, 0)
    assert find_wrap(cut_at_columns(text, 64).split("\n")) == Wrap(64, True, 1)
    assert find_wrap(text.split("\n")) is None


def test_lines_of_equal_length_that_end_sentences_are_no_wrapped_text() -> None:
    line = "本年度完成高新技术企业申报辅导工作任务。"
    assert find_wrap([line] * 20) is None


def test_ragged_lines_of_print_are_joined_without_their_margins() -> None:
    # print keeps punctuation off the beginning of a line, so its lines differ by a character or two
    pieces = [PROSE[0:31], PROSE[31:61], PROSE[61:92], PROSE[92:122], PROSE[122:152]]
    document = read("\n".join(f"  {piece} " for piece in [*pieces, *pieces]) + "\n")
    assert document.unwrapped is not None
    assert PROSE[:120] in document.unwrapped.text


# -- what is joined -------------------------------------------------------------------------------------------------


def joined(text: str) -> list[str]:
    """Return the lines of a text as they are read, blank ones left out."""
    document = read(text)
    whole = document.unwrapped or document
    return [line for line in whole.text.split("\n") if line.strip()]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        # a number cut in two; a unit, a comma or a bracket that begins a line
        ("决算支出合计为1,0\n26.48万元，比上年增加。", ["决算支出合计为1,026.48万元，比上年增加。"]),
        ("项目支出决算数为326.5\n万元，完成预算的98%。", ["项目支出决算数为326.5万元，完成预算的98%。"]),
        ("本年支出合计326.5万元\n，完成预算的98%。", ["本年支出合计326.5万元，完成预算的98%。"]),
        (
            "基本支出（人员经费、\n公用经费）共326.5万元，占六成。",
            ["基本支出（人员经费、公用经费）共326.5万元，占六成。"],
        ),
        ("行政运行（项\n）年初预算为36.00万元。", ["行政运行（项）年初预算为36.00万元。"]),
        # prose without a full stop that goes on to one
        (
            "2024年度收入支出总计1026.48万元，比上年增\n加41.20万元，增长4.2%。",
            ["2024年度收入支出总计1026.48万元，比上年增加41.20万元，增长4.2%。"],
        ),
        # a word of the vocabulary cut in two
        (
            "2022年，某局当年年初预算批\n复624.80万元，年中调整后全年预算758.36万元，全年执行数741.09万元。",
            ["2022年，某局当年年初预算批复624.80万元，年中调整后全年预算758.36万元，全年执行数741.09万元。"],
        ),
        # one proven cut proves the others of the block
        (
            "全年预算执行情况良好，支出合计3\n3.84万元，完成年初\n预算的94\n%。",
            ["全年预算执行情况良好，支出合计33.84万元，完成年初预算的94%。"],
        ),
        # page numbers between the halves of a sentence
        (
            "提租补贴（项）。年初预\n\n— 11 —\n\n算为62.40万元，支出决算为65.02万元。",
            ["提租补贴（项）。年初预算为62.40万元，支出决算为65.02万元。"],
        ),
        (
            "本年支出合计326.50万元，完成年初预\n5\n算的98.20%，比上年减少。",
            ["本年支出合计326.50万元，完成年初预算的98.20%，比上年减少。"],
        ),
        (
            "本年支出合计326.50万元，完成年初预\n第 3 页 共 9 页\n算的98.20%，比上年减少。",
            ["本年支出合计326.50万元，完成年初预算的98.20%，比上年减少。"],
        ),
    ],
)
def test_broken_lines_of_an_excerpt_are_joined(text: str, lines: list[str]) -> None:
    assert joined(text) == lines


@pytest.mark.parametrize(
    "text",
    [
        "2023年度部门决算公开\n一、收入支出决算总体情况说明\n2023年度收入总计1026.48万元，支出总计1026.48万元。",
        "二、支出决算情况（金额单位为万元，下同）\n2023年度支出合计1026.48万元，比上年增加。",
        "1.组织申报项目，完成立项\n2.开展中期检查，督促整改\n3.组织结题验收，形成报告。",
        "培训企业家数\n50\n45\n完成年度任务，略有不足。",
        "第一部分 概况..........1\n第二部分 决算表..........3\n第三部分 说明..........10\n2023年，部门整体情况良好。",
        "联系人：张某，电话：0571-12345678\n2024年8月28日",
        "本年支出合计326.50万元。\n比上年增加20万元，增长6.5%。",
    ],
)
def test_lines_that_stand_by_themselves_stay_apart(text: str) -> None:
    assert read(text).unwrapped is None


def test_a_number_cut_in_two_is_one_figure_with_the_line_end_in_its_print() -> None:
    text = "一、收入支出决算总体情况说明\n2024年度收、支总计均为10\n26.48万元，与上年相比增加41.2\n0万元。\n"
    facts = {fact.raw: fact.value for fact in extract_document(read(text)).facts}
    assert facts == {"10\n26.48万元": 10264800, "41.2\n0万元": 412000}


# -- headings, tables -----------------------------------------------------------------------------------------------


def test_a_number_too_long_for_its_line_goes_on_behind_a_page_number() -> None:
    lines = [piece for _ in range(3) for piece in cut_at_columns(PROSE, 56).split("\n")]
    page = "公务用车运行维护费预算支出237.00万元，比上年预算减少\n\n30\n\n\f30.8 万元，主要原因是车辆减少。"
    whole = read("\n".join([*lines, page])).unwrapped
    assert whole is not None
    assert "比上年预算减少30.8 万元，主要原因" in whole.text


def test_a_sentence_goes_on_behind_what_money_is_used_for() -> None:
    text = "2、某某支出（类）一般行政管理事务（项）。主要用于：\n财政业务指导等基本支出。年初预算为10.00万元。\n"
    assert joined(text)[-1].endswith("主要用于：财政业务指导等基本支出。年初预算为10.00万元。")


def test_a_level_mark_never_begins_a_line_of_its_own() -> None:
    lines = [piece for _ in range(3) for piece in cut_at_columns(PROSE, 56).split("\n")]
    cut = "1、社会保障和就业支出（类）养老支出（款）单位离退休\n（项）。年初预算为85.55万元。"
    whole = read("\n".join([*lines, cut])).unwrapped
    assert whole is not None
    assert "单位离退休（项）。年初预算" in whole.text


def test_rows_laid_out_with_blanks_do_not_hide_the_width() -> None:
    row = "        科学技术支出                      1,234.56          1,200.00               34.56"
    title = " " * 40 + "2023年度部门决算公开表"
    lines = [*cut_at_columns(PROSE, 56).split("\n") * 3, *[row] * 12, *[title] * 4]
    assert find_wrap(lines) == Wrap(56, True, 1)


def test_headings_begin_anew_behind_full_lines_and_go_on_in_the_next() -> None:
    heading = "（一）一般公共预算财政拨款支出决算具体情况以及与年初预算相比增减变化的主要原因说明"
    last = PROSE[: 24 * ((len(PROSE) - 1) // 24)]  # a paragraph that fills its last line, with no stop behind it
    text = cut_at_characters(f"{PROSE}\n{last}\n{heading}\n{PROSE}\n二、其他情况\n{PROSE}", 24)
    document = read(text)
    assert [h.title for h in document.outline] == [heading[3:], "其他情况"]
    assert document.text[document.outline[0].start : document.outline[0].end].replace("\n", "") == heading


GOAL = "按时完成全年科技项目申报、评审、立项和验收各环节工作任务，有效带动社会研发投入，企业创新能力进一步增强"


def test_cells_behind_tabs_go_on_in_lines_without_one() -> None:
    row = ["产出指标", "数量指标", GOAL, "≥50家", "52家", "15", "15"]
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    cells = "\n".join(f"\t{cell}" for cell in header) + "\n\n" + "\n".join(f"\t{cell}" for cell in row) + "\n\n"
    document = read(cut_at_characters(f"{PROSE}\n{PROSE}\n{cells}{PROSE}\n", 30))
    [table] = document.tables
    assert [[cell.text for cell in row] for row in table.rows] == [header, row]
    assert PROSE.replace("，", ",").replace("；", ";") in [p.text for p in document.paragraphs]


def test_cells_before_a_bar_go_on_until_the_bar() -> None:
    rows = [["一级指标", "三级指标", "指标值", "实际值", "得分"], ["产出指标", GOAL, "≥50家", "52家", "15"]]
    cells = "\n".join("\n".join(f"{cell} |" for cell in row) + "\n||||" for row in rows)
    document = read(cut_at_characters(f"{PROSE}\n{PROSE}\n{cells}\n{PROSE}\n", 30))
    [table] = document.tables
    assert [[cell.text for cell in row] for row in table.rows] == rows


def test_rows_between_bars_go_on_in_the_next_line() -> None:
    rows = [["项目", "年初预算数", "全年预算数", "全年执行数"], ["年度资金总额", "1200.00", "1083.30", "1083.30"]]
    cells = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    document = read(cut_at_characters(f"{PROSE}\n{PROSE}\n{cells}\n\n{PROSE}\n", 22))
    [table] = document.tables
    assert [[cell.text for cell in row] for row in table.rows] == rows


# -- places ---------------------------------------------------------------------------------------------------------


def test_places_lead_from_joined_text_to_its_source() -> None:
    text = "收入\n— 1 —\n总计12\n.5万元"
    pieces = [(0, 2), (9, 13), (14, 18)]
    whole = "".join(text[start:end] for start, end in pieces)
    assert whole == "收入总计12.5万元"
    places = Places(pieces)
    assert [text[places.start(i)] for i in range(len(whole))] == list(whole)
    start, end = places.span(4, 10)
    assert text[start:end] == "12\n.5万元"
    assert places.span(3, 3) == (10, 10)
    assert places.breaks(4, 10) == ((0, 11), (2, 14))
    assert places.breaks(2, 5) == ()


# -- pronunciations that a mirror adds ------------------------------------------------------------------------------

_BARE = (
    "某縣檔案局2018年度部門決算\n七、“三公”經費支出決算情況說明\n"
    "2018年“三公”經費支出合計12.4萬元,比上年減少1.16萬元。其中:公務接待費8.4萬元,接待32批次,\n260人。\n"
)


def glossed(text: str) -> str:
    """Put pronunciations behind some characters, also at a line's end and inside of numbers' units."""
    for character, sound in (
        ("經", "jīng"),
        ("費", "fèi"),
        ("萬", "wàn"),
        ("務", "wù"),
        ("縣", "xiàn"),
        ("況", "kuàng"),
    ):
        text = text.replace(character, f"{character}({sound})")
    return text


def test_pronunciations_in_brackets_are_no_part_of_the_words() -> None:
    text = glossed(_BARE)
    document = read(text)
    facts = extract_document(document).facts
    assert Counter(map(meaning, facts)) == Counter(map(meaning, extract_document(read(_BARE)).facts))
    assert {fact.raw for fact in facts} == {"12.4萬(wàn)元", "1.16萬(wàn)元", "8.4萬(wàn)元", "32批次", "260人"}
    assert all(text[fact.source_start : fact.source_end] == fact.raw for fact in facts)
    assert all(text[heading.start : heading.end].startswith("七") for heading in document.outline[-1:])


def test_other_latin_letters_in_brackets_stay() -> None:
    text = "某局2023年度部门决算\n全年新建管道12公里(km),安装阀门(DN)30个。\n"
    assert read(text).unwrapped is None
    assert [fact.raw for fact in extract_document(read(text)).facts] == ["12公里", "30个"]
