"""Charts and tables: the same on every machine, readable, and each mark leads to its source."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest

from fiscal_analysis import charts, store, taxonomy
from fiscal_analysis.charts import wording
from fiscal_analysis.charts.font import FAMILY, font_path
from fiscal_analysis.charts.renderer import SPEC_MIME, narrow_svg_of, rewrap
from fiscal_analysis.errors import ContractError

ROOT = Path(__file__).resolve().parent.parent

COSTS = pl.DataFrame(
    {
        "name": ["丰台区 2024: per newly certified firm (1,083 家)", "门头沟区 2023: per firm paid (119 家)"],
        "cost": [1000.3, 146_218.5],
        "low": [1000.2, 146_176.5],
        "high": [1000.4, 146_260.5],
        "words": ["1,000.3 元", "146,218 元"],
        "tooltip": ["108.33万元 ÷ 1083家\n“全区新认定高新技术企业1083家”", "“<b>119家</b>企业 & 重新认定64家”"],
        "link": ["#fact-0a1b", "#fact-2c3d"],
    }
)
INTERVALS: dict[str, Any] = {
    "label": "name",
    "value": "cost",
    "low": "low",
    "high": "high",
    "text": "words",
    "description": "tooltip",
    "link": "link",
    "axis_title": "cost per firm, 元",
    "title": "Cost per firm 每家成本",
}


@pytest.fixture(autouse=True)
def _house_style() -> None:
    charts.enable()


def interval_spec() -> dict[str, Any]:
    spec: dict[str, Any] = charts.interval_chart(COSTS, **INTERVALS).to_dict()
    return spec


def test_a_chart_shows_itself_as_svg_specification_and_text_that_nbformat_accepts() -> None:
    bundle = charts.mime_bundle(interval_spec())
    assert set(bundle) == {"image/svg+xml", SPEC_MIME, "text/plain"}
    assert re.fullmatch(r"Chart [0-9a-f]{12}: Cost per firm 每家成本", bundle["text/plain"])
    output = nbformat.v4.new_output("display_data", data=bundle)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("chart", outputs=[output])])
    nbformat.validate(notebook)


def test_altair_charts_use_the_renderer_of_the_package() -> None:
    bundle = charts.interval_chart(COSTS, **INTERVALS)._repr_mimebundle_()
    assert bundle["image/svg+xml"] == charts.svg_of(bundle[SPEC_MIME])


def test_the_drawing_is_the_same_in_another_process_without_system_fonts(tmp_path: Path) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    (tmp_path / "spec.json").write_text(json.dumps(interval_spec()), encoding="utf-8")
    code = (
        "import json, sys; from fiscal_analysis.charts import svg_of; "
        "sys.stdout.buffer.write(svg_of(json.load(open('spec.json', encoding='utf-8'))).encode())"
    )
    environment = {**os.environ, "FONTCONFIG_FILE": str(empty), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    drawn = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, check=True, timeout=60
    )
    assert drawn.stdout.decode() == charts.svg_of(interval_spec())


def test_a_mark_tells_its_quote_and_leads_to_it() -> None:
    svg = charts.svg_of(interval_spec())
    assert "<title>“&lt;b&gt;119家&lt;/b&gt;企业 &amp; 重新认定64家”</title>" in svg
    assert svg.count('href="#fact-0a1b"') == 2  # xlink:href for old programs, href for new ones
    assert "<b>" not in svg
    assert "http" not in svg.replace("http://www.w3.org", "")
    assert f'font-family="{FAMILY}, ' in svg


def test_only_described_marks_speak() -> None:
    labels = re.findall(
        r'aria-roledescription="(?:rule|text|point|line)[^"]*" [^>]*|<title>[^<]*</title>',
        charts.svg_of(interval_spec()),
    )
    titles = [label for label in labels if label.startswith("<title>")]
    assert len(titles) == COSTS.height
    assert not any("cost" in title or "low" in title for title in titles)  # no raw column names


def test_two_estimates_of_one_name_have_a_line_each() -> None:
    twice = pl.concat([COSTS.head(1), COSTS.head(1).with_columns(cost=pl.lit(859.8))])
    svg = charts.svg_of(charts.interval_chart(twice, **INTERVALS).to_dict())
    heights = re.findall(r'aria-roledescription="point" transform="translate\([0-9.]+,([0-9.]+)\)"', svg)
    assert len(set(heights)) == 2


def test_a_chinese_title_that_is_wrapped_again_gets_no_blanks() -> None:
    said = "实心点为当年文件所列，空心点仅由以后年度的文件或增减额推算，缺年不连线，未列示或未画出的另行说明"
    spec: dict[str, Any] = {"title": {"text": "x", "subtitle": said}}
    for width in (300, 200, 260):
        rewrap(spec, width)
        assert len(spec["title"]["subtitle"]) > 1
        assert "".join(spec["title"]["subtitle"]) == said
    words: dict[str, Any] = {"title": {"text": "Shares of basic and project expenditure in all funds"}}
    rewrap(words, 120)
    rewrap(words, 2000)
    assert words["title"]["text"] == ["Shares of basic and project expenditure in all funds"]


def test_ids_of_two_charts_on_a_page_differ() -> None:
    lines = {"value": "cost", "group": "name", "axis_title": "a", "share_title": "b", "title": "c"}
    first = charts.svg_of(charts.cumulative_chart(COSTS, **lines).to_dict())
    second = charts.svg_of(charts.cumulative_chart(COSTS.head(1), **lines).to_dict())
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (first, second)]
    assert not ids[0] & ids[1]


def test_a_chart_for_a_phone_is_narrow_and_keeps_its_marks() -> None:
    spec = interval_spec()
    wide, narrow = charts.svg_of(spec), narrow_svg_of(spec)
    width = {name: float(re.search(r'width="([0-9.]+)"', svg)[1]) for name, svg in (("wide", wide), ("narrow", narrow))}  # type: ignore[index]
    assert width["wide"] > 500
    assert width["narrow"] <= 356
    assert narrow.count("<title>") == wide.count("<title>") == COSTS.height


def test_equal_rates_are_stacked_and_rates_beyond_the_axis_stand_at_its_end() -> None:
    rates = pl.DataFrame({"place": ["丰台区"] * 5, "rate": [1.0, 1.0, 1.0, 0.5, 13.3], "quote": list("abcde")})
    spec = charts.strip_chart(
        rates, group="place", value="rate", description="quote", axis_title="rate", title="Rates", limit=2.0
    ).to_dict()
    rows = {row["quote"]: row for data in spec["datasets"].values() for row in data if "quote" in row}
    assert sorted(rows[name]["dodge"] for name in "abc") == [-1.0, 0.0, 1.0]
    assert (rows["d"]["drawn at"], rows["d"]["beyond"]) == (0.5, False)
    assert (rows["e"]["drawn at"], rows["e"]["beyond"]) == (2.0, True)


def test_a_cumulative_line_has_the_share_of_observations_up_to_each_value() -> None:
    rates = pl.DataFrame({"place": ["丰台区"] * 4, "rate": [0.5, 0.8, 1.0, 3.0]})
    spec = charts.cumulative_chart(
        rates, value="rate", group="place", axis_title="rate", share_title="share", title="t", limit=2.0
    ).to_dict()
    steps = [row for data in spec["datasets"].values() for row in data if "share" in row]
    assert [(row["position"], row["share"]) for row in steps] == [
        (0.0, 0.0), (0.5, 0.25), (0.8, 0.5), (1.0, 0.75), (2.0, 0.75),
    ]  # fmt: skip
    assert {row["line"] for row in steps} == {"丰台区 (n = 4)"}


PIECES = pl.DataFrame(
    {
        "document": ["丰台区 2024", "正定县 2023", "丰台区 2024", "丰台区 2024"],
        "outcome": ["broken", "holds", "holds", "skipped"],
        "number": [2, 5, 7, 0],
        "told": ["2 broken\n“合计4万元”", "5 hold", "7 hold", "0 skipped"],
        "beside": ["78 %", "100 %", "78 %", "78 %"],
    }
)
BARS: dict[str, Any] = {
    "label": "document",
    "part": "outcome",
    "value": "number",
    "description": "told",
    "text": "beside",
    "axis_title": "relations",
    "title": "Relations 关系",
    "colours": {"holds": "#1f4e79", "broken": "#b5402a", "skipped": "#a3afba"},
}


def test_pieces_of_a_bar_stand_side_by_side_in_the_order_of_their_colours() -> None:
    spec = charts.stacked_chart(PIECES, **BARS).to_dict()
    pieces = [row for data in spec["datasets"].values() for row in data if "from" in row]
    assert [(row["document"], row["outcome"], row["from"], row["to"]) for row in pieces] == [
        ("丰台区 2024", "holds", 0.0, 7.0),
        ("丰台区 2024", "broken", 7.0, 9.0),
        ("正定县 2023", "holds", 0.0, 5.0),
    ]
    svg = charts.svg_of(spec)
    assert svg.count("<title>") == 3  # a piece of no length is not drawn
    assert all(word in svg for word in ("丰台区 2024", "78 %", "skipped"))


def test_a_bar_of_nothing_keeps_its_name_and_a_piece_without_a_colour_is_refused() -> None:
    bare = PIECES.filter(number=0)
    assert "丰台区 2024" in charts.svg_of(charts.stacked_chart(bare, **BARS).to_dict())
    with pytest.raises(ContractError, match="no colour for holds; give it in `colours`"):
        charts.stacked_chart(PIECES, **(BARS | {"colours": {"broken": "red", "skipped": "grey"}}))
    with pytest.raises(ContractError, match="no row to draw"):
        charts.stacked_chart(PIECES.clear(), **BARS)


def test_the_foremost_dots_stand_on_their_line_and_above_the_others() -> None:
    rows = pl.DataFrame({"line": ["a"] * 40, "rate": [0.5] * 40, "kind": ["x"] * 39 + ["mine"], "said": "…"})
    told = {"group": "line", "value": "rate", "description": "said", "kind": "kind", "axis_title": "t", "title": "t"}
    heights = {}
    for tallest in (260.0, 60.0):
        spec = charts.strip_chart(rows, foremost="mine", tallest=tallest, **told).to_dict()
        [dots] = [found for found in spec["datasets"].values() if "dodge" in found[0]]
        assert (dots[-1]["kind"], dots[-1]["dodge"]) == ("mine", 0)
        assert sorted(dot["dodge"] for dot in dots) == sorted(range(-19, 21))
        heights[tallest] = spec["height"]
    assert heights == {260.0: 231.0, 60.0: 60.0}


def test_a_legend_of_long_names_has_columns_and_one_of_them_on_a_phone() -> None:
    parts = [f"资源勘探工业信息等支出 21{n}" for n in range(6)]
    rows = pl.DataFrame({"whole": "甲县", "part": parts, "share": 1 / 6, "said": parts, "beside": "1"})
    told = {"label": "whole", "part": "part", "value": "share", "description": "said", "text": "beside"}
    told |= {"axis_title": "占比", "title": "构成"}
    colours = dict.fromkeys(parts, "#1f4e79")
    spec = charts.stacked_chart(rows, colours=colours, **told).to_dict()
    widths = [float(re.search(r'width="([0-9.]+)"', svg)[1]) for svg in (charts.svg_of(spec), narrow_svg_of(spec))]  # type: ignore[index]
    assert widths[0] <= 640
    assert widths[1] <= 356


def test_charts_take_pandas_frames() -> None:
    assert charts.interval_chart(COSTS.to_pandas(), **INTERVALS).to_dict() == interval_spec()


@pytest.mark.parametrize(
    ("frame", "said"),
    [(COSTS.drop("low"), "no column low"), (COSTS.clear(), "no row to draw")],
)
def test_a_chart_that_cannot_be_drawn_says_why(frame: pl.DataFrame, said: str) -> None:
    with pytest.raises(ContractError, match=said):
        charts.interval_chart(frame, **INTERVALS)


# -- the font -------------------------------------------------------------------------------------------------------


def characters_of(font: Path) -> set[int]:
    """Read the character map (format 12) of a TrueType file."""
    data = font.read_bytes()
    count = struct.unpack_from(">H", data, 4)[0]
    records = (struct.unpack_from(">4sIII", data, 12 + 16 * i) for i in range(count))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    found: set[int] = set()
    for i in range(struct.unpack_from(">H", data, start + 2)[0]):
        at = start + struct.unpack_from(">I", data, start + 4 + 8 * i + 4)[0]
        form = struct.unpack_from(">H", data, at)[0]
        if form == 12:
            for g in range(struct.unpack_from(">I", data, at + 12)[0]):
                first, last, _ = struct.unpack_from(">III", data, at + 16 + 12 * g)
                found.update(range(first, last + 1))
        elif form == 4:
            segments = struct.unpack_from(">H", data, at + 6)[0] // 2
            ends = struct.unpack_from(f">{segments}H", data, at + 14)
            starts = struct.unpack_from(f">{segments}H", data, at + 16 + 2 * segments)
            for low, high in zip(starts, ends, strict=True):
                found.update(range(low, min(high, 0xFFFE) + 1))
    return found


def test_the_font_has_every_chinese_character_of_the_documents_the_vocabulary_and_the_reports() -> None:
    known = characters_of(font_path())
    package = ROOT / "fiscal_analysis"
    texts = [*(ROOT / "data" / "raw").glob("*.txt"), *package.rglob("*.csv"), *(ROOT / "notebooks").glob("*.ipynb")]
    texts += [path for room in ("exhibits", "studies", "metrics", "audit") for path in (package / room).glob("*.py")]
    assert len(texts) > 50
    used = {
        ch for path in texts for ch in path.read_text(encoding="utf-8", errors="ignore") if "\u4e00" <= ch <= "\u9fef"
    }
    assert {ch for ch in used if ord(ch) not in known} == set()
    assert {ch for ch in "0123456789%÷×±≥≤≈–—“”‘’（），。；：、《》〔〕①②③→←" if ord(ch) not in known} == set()


def test_the_font_carries_its_licence_and_a_name_of_its_own() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (font_path().parent / "OFL.txt").read_text(encoding="utf-8")
    assert FAMILY.encode("utf-16-be") in font_path().read_bytes()
    assert font_path().stat().st_size < 3_000_000


# -- tables ---------------------------------------------------------------------------------------------------------


def test_a_table_has_headings_in_words_escapes_text_and_shows_a_missing_figure_as_a_dash() -> None:
    frame = pl.DataFrame(
        {"place": ["丰台区<1>"], "unit_cost_yuan": [None], "n": [1083]}, schema_overrides={"unit_cost_yuan": pl.Float64}
    )
    table = charts.reading_table(
        frame,
        {"place": "District", "unit_cost_yuan": "Unit cost", "n": "Firms"},
        name="costs",
        title="Table 1. Costs & counts",
        stub="place",
        formats={"n": "{:,}".format},
        notes=["A note."],
    )
    text = table._repr_html_()
    assert text == table._repr_html_()
    for part in ('id="costs"', "丰台区&lt;1&gt;", ">–<", ">1,083<", "Unit cost", "Costs &amp; counts", "A note."):
        assert part in text
    assert "unit_cost_yuan" not in text
    assert repr(table) == "Table 1. Costs & counts (1 row)"
    with pytest.raises(ContractError, match="no column county"):
        charts.reading_table(frame, {"county": "County"}, name="x", title="X")


def test_evidence_is_one_row_a_sentence_with_all_its_figures_marked_and_anchored() -> None:
    sentence = "119家企业分为首次认定和重新认定，其中首次认定55家，重新认定64家<br>"
    facts = pl.DataFrame(
        {
            "fact_id": ["a1", "b2", "c3"],
            "doc_id": ["m"] * 3,
            "raw": ["119家", "55家", "20万元"],
            "quote": [sentence, sentence, "一次性20万元奖励"],
            "place": ["门头沟区 2023"] * 3,
        }
    )
    table = charts.evidence_table(
        facts, name="evidence", title="Evidence", columns={"place": "District", "quote": "As printed"}
    )
    text = table._repr_html_()
    assert table.rows == 2
    assert all(f'id="fact-{fact}"' in text for fact in ("a1", "b2", "c3"))
    assert "<mark>119家</mark>企业分为首次认定和重新认定，其中首次认定<mark>55家</mark>，重新认定64家&lt;br&gt;" in text


def test_links_to_evidence_are_escaped_and_leave_out_what_is_missing() -> None:
    links = charts.evidence_links(["a1", None, 'x"y'], ["money", "count", "rate"])
    assert links == '<a href="#fact-a1">money</a>, <a href="#fact-x&quot;y">rate</a>'
    assert charts.evidence_links([]) == "–"


# -- words ----------------------------------------------------------------------------------------------------------


def test_money_is_written_in_the_unit_that_reads_well() -> None:
    assert [wording.money_unit(x).name for x in (859.8, 146_218.0, 11.5e8, None)] == ["元", "万元", "亿元", "元"]
    # 1,083,300 ± 50 yuan over 1,083 firms: 1000.2308 to 1000.3232
    assert wording.words_of(1000.277, 1000.2308, 1000.3232, wording.money_unit(1000.0)) == "1,000.3\u00a0元"
    assert wording.words_of(200_000.0, 200_000.0, 200_000.0, wording.money_unit(2e5)) == "20\u00a0万元"


def test_intervals_are_rounded_outwards() -> None:
    yuan = wording.money_unit(1000.0)
    assert wording.interval_text(1000.2308, 1000.3232, yuan) == "1,000.2 to 1,000.4"
    assert wording.interval_text(5.0, 5.0, yuan) == "exact"
    assert wording.interval_text(None, 216.67, yuan) == "at most 216.67"
    assert wording.interval_text(0.1, None, yuan) == "at least 0.10"
    assert wording.interval_text(None, None, yuan) == "open"
    assert wording.percent_interval(0.29, 0.3) == "29.0 to 30.0\u00a0%"


def test_a_column_of_amounts_has_the_decimals_that_all_of_its_intervals_leave_certain() -> None:
    yuan = wording.money_unit(1000)
    values, lows, highs = [859.76, 911.10, 1000.28], [859.72, 911.06, 1000.23], [859.81, 911.14, 1000.33]
    # 911.06 to 911.14 both are 911.1 and need two decimals to differ; the others differ at one.
    assert wording.column_decimals(values, lows, highs, yuan) == (1, 2)
    assert [wording.words_of(*row, yuan, 1) for row in zip(values, lows, highs, strict=True)] == [
        "859.8\u00a0元",
        "911.1\u00a0元",
        "1,000.3\u00a0元",
    ]
    assert wording.interval_text(859.72, 859.81, yuan, 2) == "859.72 to 859.81"
    # Where all are exact, they have the decimals that they need.
    assert wording.column_decimals([20.5, 10.0], [20.5, 10.0], [20.5, 10.0], yuan) == (1, 1)
    assert wording.column_decimals([], [], [], yuan) == (0, 0)


def test_a_rate_that_is_nearly_full_is_not_written_as_full() -> None:
    assert wording.percent_text(1.0) == "100.0\u00a0%"
    assert wording.percent_text(0.9997) == "99.970\u00a0%"
    assert wording.printed_percent(1.163) == "116.3\u00a0%"
    assert wording.percent_text(None) == "–"


def test_a_column_of_rates_has_one_number_of_decimals() -> None:
    written = [wording.percent_text(rate, 2, fixed=True) for rate in (0.9999995, 1.0, 1.0000004, 0.9753)]
    assert written == ["<100.00\u00a0%", "100.00\u00a0%", ">100.00\u00a0%", "97.53\u00a0%"]
    lows, highs = [0.97532, 0.995433, None, 1.0], [0.97534, 0.995435, 1.0, 1.0]
    assert wording.percent_decimals(lows, highs) == 4
    assert wording.percent_interval(0.97532, 0.97534, 4) == "97.5320 to 97.5340\u00a0%"
    assert wording.percent_decimals([], []) == 1


def test_places_with_the_same_name_are_told_apart_by_their_prefecture() -> None:
    frame = pl.DataFrame(
        {
            "doc_id": ["a", "b", "c", "d"],
            "county": ["鼓楼区", "鼓楼区", "正定县", None],
            "issuer": [None, None, None, "某局"],
            "fiscal_year": [2023, 2023, 2023, None],
        }
    )
    documents = pl.DataFrame({"doc_id": ["a", "b", "c", "d"], "prefecture": ["南京市", "徐州市", "石家庄市", None]})
    assert wording.with_place(frame, documents)["place"].to_list() == [
        "南京市鼓楼区 2023", "徐州市鼓楼区 2023", "正定县 2023", "某局",
    ]  # fmt: skip


def test_documents_of_one_place_and_year_are_told_apart_by_kind_and_then_by_name() -> None:
    documents = pl.DataFrame(
        {
            "doc_id": ["a", "b", "c", "d"],
            "county": ["正定县"] * 4,
            "fiscal_year": [2022, 2023, 2023, 2023],
            "kind": ["budget", "final_accounts", "budget", "budget"],
        }
    )
    assert wording.with_document_name(documents)["place"].to_list() == [
        "正定县 2022",
        "正定县 2023, Final accounts (决算)",
        "正定县 2023, Budget (预算), c",
        "正定县 2023, Budget (预算), d",
    ]


def test_a_case_shows_its_quote_with_its_figures_marked() -> None:
    assert charts.case_text("1 < 2", "共4万元", ["4万元"]).startswith("1 &lt; 2<br>")
    assert "“共<mark>4万元</mark>”" in charts.case_text("1 < 2", "共4万元", ["4万元"])
    assert charts.case_text("1 < 2", None) == "1 &lt; 2"


def test_every_code_that_a_reader_may_meet_is_called_something_in_both_languages() -> None:
    with (ROOT / "fiscal_analysis" / "charts" / "labels.csv").open(encoding="utf-8") as stream:
        written = [line.partition(",")[0] for line in stream]
    assert len(written) == len(set(written))
    [measures] = [each.constraints["enum"] for each in store.schemas()["facts"].columns if each.name == "measure"]
    concepts = {row["concept"] for row in taxonomy.table("concepts") if row["concept"]}
    codes = concepts | set(measures) | {"general_public_budget", "government_fund", "state_capital", "basic", "project"}
    for language, kind in (("en", r"[A-Za-z]{3,}"), ("zh", r"[一-鿿]")):
        missing = sorted(code for code in codes if not re.search(kind, wording.labels()[language].get(code, "")))
        assert missing == [], language
    with pytest.raises(ContractError, match="languages: en, zh"):
        wording.label("reward", "fr")


def test_amounts_of_a_large_unit_keep_their_digits() -> None:
    # 108.33万元, known to 50 yuan, are 0.010833 亿元.
    unit = wording.UNITS["亿元"]
    assert wording.words_of(1083300.0, 1083250.0, 1083350.0, unit) == "0.010833\u00a0亿元"
    assert wording.words_of(-1083300.0, None, None, unit) == "−0.0108\u00a0亿元"
    assert wording.interval_text(1083250.0, 1083350.0, unit, language="zh") == "0.0108325至0.0108335"


def test_intervals_are_told_in_the_language_of_the_reader() -> None:
    assert wording.percent_interval(0.29, 0.3, language="zh") == "29.0至30.0\u00a0%"
    assert wording.percent_interval(None, 0.3, language="zh") == "不大于30.00\u00a0%"
    assert wording.percent_interval(0.3, 0.3, language="zh") == "精确"
    assert wording.percent_interval(None, None, language="zh") == "不定"


def test_an_amount_below_its_unit_keeps_its_digits_and_a_range_without_a_value_its_interval() -> None:
    unit = wording.UNITS["万元"]
    # 108.33万元 for 1,260 cases: 859.72 to 859.80 yuan each.
    cost = (859.762, 859.722, 859.802)
    assert wording.words_of(*cost, unit) == "0.08598\u00a0万元"
    assert wording.interval_text(*cost[1:], unit) == "0.08597 to 0.08599"
    assert wording.column_decimals([cost[0]], [cost[1]], [cost[2]], unit) == (5, 5)
    # Amounts of a unit and more have four decimals at most, as before.
    assert wording.words_of(106_400_029.75, 106_400_029.745, 106_400_029.755, unit) == "10,640.0030\u00a0万元"
    assert wording.column_decimals([None], [2_998.75], [4_001.25], unit) == (0, 1)
    assert wording.column_decimals([200_000.0, None], [200_000.0, 2_998.0], [200_000.0, 3_002.0], unit) == (0, 4)


# -- one quantity against another -----------------------------------------------------------------------------------

PAIRS = pl.DataFrame(
    {
        "rate": [0.995, 1.0, 0.4],
        "low": [0.99, None, 0.35],
        "high": [1.0, None, 0.45],
        "share": [0.98, 0.991, 0.95],
        "kind": ["Project", "Department", "Project"],
        "tooltip": ["one <b>", "two", "three"],
        "link": ["#fact-a", "#fact-b", "#fact-c"],
    }
)
SCATTER: dict[str, Any] = {
    "x": "rate",
    "y": "share",
    "low": "low",
    "high": "high",
    "description": "tooltip",
    "link": "link",
    "kind": "kind",
    "kinds": ["Department", "Project"],
    "x_title": "execution rate",
    "y_title": "score",
    "title": "Score against rate 得分与执行率",
}


def layers_of(spec: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(layer["mark"]["type"], layer["encoding"]) for layer in spec["layer"]]


def test_a_scatter_chart_draws_dots_with_their_intervals_and_links() -> None:
    spec = charts.scatter_chart(PAIRS, **SCATTER).to_dict()
    (bar, spans), (dot, dots) = layers_of(spec)
    assert (bar, dot) == ("rule", "point")
    # An open interval has no bar, and both layers share one axis: bars do not stretch it to 0.
    [named] = [name for name, rows in spec["datasets"].items() if "from" in rows[0]]
    assert [(row["from"], row["to"]) for row in spec["datasets"][named]] == [(0.99, 1.0), (0.35, 0.45)]
    assert spans["x"]["scale"] == dots["x"]["scale"] == {"domain": [0.35, 1.05], "nice": False}
    assert dots["y"]["scale"]["domain"] == [0.9, 1.05]
    drawn = charts.svg_of(spec)
    assert all(f'href="#fact-{letter}"' in drawn for letter in "abc")
    assert "one &lt;b&gt;" in drawn
    # Colours go by the order given, whatever comes first in the data.
    assert dots["color"]["scale"]["domain"] == ["Department", "Project"]
    assert "得分与执行率" in drawn


def test_dots_beyond_the_limits_stand_at_the_edge_and_are_marked() -> None:
    spec = charts.scatter_chart(PAIRS, **SCATTER, x_limits=(0.8, 1.1), y_limits=(0.9, 1.0)).to_dict()
    rows = next(rows for rows in spec["datasets"].values() if len(rows) == 3)
    assert [(row["across"], row["beyond"]) for row in rows] == [(0.995, False), (1.0, False), (0.8, True)]
    with pytest.raises(ContractError, match="there is no row to draw"):
        charts.scatter_chart(PAIRS.clear(), **SCATTER)
    with pytest.raises(ContractError, match="has no column shares"):
        charts.scatter_chart(PAIRS, **(SCATTER | {"y": "shares"}))


def test_a_wide_legend_wraps_on_a_phone() -> None:
    parts = ["Execution rate", "Outputs (产出)", "Cost (成本)", "Benefits (效益)", "Satisfaction (满意度)", "other"]
    rows = pl.DataFrame({"table": ["a"] * 6, "part": parts, "points": [1.0] * 6, "tip": ["t"] * 6, "text": ["6"] * 6})
    chart = charts.stacked_chart(
        rows,
        label="table",
        part="part",
        value="points",
        description="tip",
        text="text",
        axis_title="points",
        title="Weights",
        colours=dict.fromkeys(parts, "#123456"),
    )
    narrow = narrow_svg_of(chart.to_dict())
    width = re.search(r'<svg\b[^>]*?\bwidth="([0-9.]+)"', narrow)
    assert width
    assert float(width[1]) <= 356


def test_links_and_anchors_lead_to_rows_of_tables_as_to_facts() -> None:
    assert charts.evidence_links(["i1"], to="row") == '<a href="#row-i1">1</a>'
    rows = pl.DataFrame(
        {"fact_id": ["row-i1", "f1"], "doc_id": ["m", "m"], "raw": ["97家", "97家"], "quote": ["产出 | 97家"] * 2,
         "anchor": ["row-i1", "fact-f1"]}
    )  # fmt: skip
    text = charts.evidence_table(rows, name="evidence", title="Rows", columns={"quote": "As printed"})._repr_html_()
    assert 'id="row-i1"' in text
    assert 'id="fact-f1"' in text
    assert text.count("<mark>97家</mark>") == 1


def years(*rows: tuple[str, int, float | None, float, float, bool, bool]) -> dict[str, Any]:
    columns = ("of", "year", "value", "low", "high", "ring", "part")
    frame = pl.DataFrame([dict(zip(columns, row, strict=True)) for row in rows], infer_schema_length=None)
    drawn = charts.trend_chart(
        frame.with_columns(pl.col("year").cast(pl.String).alias("told"), pl.lit("#fact-1").alias("link")),
        year="year",
        value="value",
        low="low",
        high="high",
        series="of",
        description="told",
        link="link",
        hollow="ring",
        part="part",
        axis_title="万元",
        title="Over the years",
    )
    spec: dict[str, Any] = drawn.to_dict()
    return spec


def rows_of(spec: dict[str, Any], column: str) -> list[dict[str, Any]]:
    return [row for rows in spec["datasets"].values() for row in rows if column in row]


def test_a_line_joins_years_that_follow_each_other_and_nothing_else() -> None:
    spec = years(
        ("甲区", 2019, 1.0, 1.0, 1.0, True, False),
        ("甲区", 2020, 2.0, 2.0, 2.0, False, False),
        ("甲区", 2022, 3.0, 3.0, 3.0, False, False),  # 2021 is missing
        ("甲区", 2023, None, 2.0, 4.0, False, False),  # stated in two ways
        ("甲区", 2024, 4.0, 4.0, 4.0, False, False),
        ("乙县", 2023, 1.0, 1.0, 1.0, False, True),  # parts of years
        ("乙县", 2024, 2.0, 2.0, 2.0, False, True),
    )
    joined = [(row["of"], row["at"], row["dashed"]) for row in rows_of(spec, "segment")]
    assert joined == [("甲区", 2019, True), ("甲区", 2020, True)]
    svg = charts.svg_of(spec)
    # Six points and seven bars from low to high lead to their sentence; the dashes at the ends of a bar do not speak.
    assert len(re.findall(r'<a [^>]*href="#fact-1"', svg)) == 13
    assert svg.count("<title>2023</title>") == 3


def test_many_series_are_grey_and_a_chart_for_a_phone_is_narrow() -> None:
    spec = years(*((f"{at}区", 2023, float(at), 0.0, 9.0, False, False) for at in range(12)))
    assert "scale" not in str([layer["encoding"]["color"] for layer in spec["layer"]])
    few = years(*((f"{at}区很长的名字", 2023, float(at), 0.0, 9.0, False, False) for at in range(6)))
    assert float(re.search(r'width="([0-9.]+)"', narrow_svg_of(few))[1]) <= 372  # type: ignore[index]


def test_a_legend_of_many_names_stands_in_columns_that_fit_a_phone() -> None:
    from fiscal_analysis.charts.plots import legend_columns

    assert legend_columns(["成立", "不成立"]) == {}
    assert legend_columns(["资源勘探工业信息等支出 215"] * 5) == {"columns": 1}
    assert legend_columns([f"{code}" for code in range(201, 210)])["columns"] >= 4
