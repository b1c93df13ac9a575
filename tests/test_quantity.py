"""Every number with its unit: value, unit, qualifier, precision, place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal_analysis import find_quantities
from fiscal_analysis.document import fold
from fiscal_analysis.quantity import Quantity, unit_of


def one(text: str) -> Quantity:
    found = find_quantities(text)
    assert len(found) == 1, found
    return found[0]


AMOUNTS = [
    ("13,941.32万元", "139413200", "CNY", -2),
    ("113,684,009.05元", "113684009.05", "CNY", 2),
    ("1亿2千万元", "120000000", "CNY", -7),
    ("3亿4500.5万元", "345005000", "CNY", -3),
    ("100000万元", "1000000000", "CNY", -4),
    ("1.5万亿元", "1500000000000", "CNY", -11),
    ("0.39 万元", "3900", "CNY", -2),
    ("４２０．５０万元", "4205000", "CNY", -2),
    ("17000 元", "17000", "CNY", 0),
    ("142.54%", "1.4254", "ratio", 4),
    ("54.5 %", "0.545", "ratio", 3),
    ("71.2％", "0.712", "ratio", 3),
    ("2.8个百分点", "0.028", "ratio", 3),
    ("99.55分", "99.55", "score", None),
    ("1083家", "1083", "count", None),
    ("1,083家", "1083", "count", None),
    ("2批次", "2", "count", None),
    ("4台（套）", "4", "count", None),
    ("12.6万平方米", "126000", "count", -3),
    ("11个月", "11", "count", None),
    ("两家", "2", "count", None),
    ("十二家", "12", "count", None),
]


@pytest.mark.parametrize(("printed", "value", "unit", "decimals"), AMOUNTS)
def test_value_unit_and_precision(printed: str, value: str, unit: str, decimals: int | None) -> None:
    quantity = one(f"共计{printed}。")
    assert (quantity.value, quantity.unit, quantity.decimals) == (Decimal(value), unit, decimals)
    assert quantity.raw == printed


@pytest.mark.parametrize(
    ("printed", "comparator", "value", "high"),
    [
        ("≤1000万元", "<=", "10000000", None),
        ("不超过1000万元", "<=", "10000000", None),
        ("≥90%", ">=", "0.9", None),
        ("＞90%", ">", "0.9", None),
        ("4%以上", ">=", "0.04", None),
        ("超1000家次", ">", "1000", None),
        ("500余家", ">", "500", None),
        ("50多万元", ">", "500000", None),
        ("约100-200家", "~", "100", "200"),
        ("10%-15%", None, "0.10", "0.15"),
        ("80-90分", None, "80", "90"),
        ("69%左右", "~", "0.69", None),
        ("2个亿以上", ">=", "200000000", None),
        ("超千亿元", ">", "100000000000", None),
        ("超千家", ">", "1000", None),
        ("30分钟以上", ">=", "30", None),
        ("近500家", "~", "500", None),
    ],
)
def test_qualifiers_belong_to_the_quantity(printed: str, comparator: str | None, value: str, high: str | None) -> None:
    quantity = one(f"目标{printed}，")
    assert quantity.raw == printed
    assert quantity.comparator == comparator
    assert quantity.value == Decimal(value)
    assert quantity.value_high == (None if high is None else Decimal(high))


@pytest.mark.parametrize(
    "text",
    [
        "1-11月，营收稳定增长",
        "前三季度",
        "2024年度部门决算",
        "丰科信发〔2021〕11号",
        "（国科发火〔2016〕32号）",
        "财资产【2016】199号",
        "2024年6月24日至2024年7月19日",
        "发布时间:2024-05-16 10:30",
        "第13次区长办公会",
        "附件1",
        "表 1项目支出绩效自评表",
        "图2:基本支出和项目支出情况",
        "热线:010-87016810",
        "京ICP备20013709号",
        "海河“23·7”流域性特大洪水",
        "“2+4+6”现代化产业体系",
        "全区5G网络",
        "（204类）（06款）（01项）",
        "科目编码2060404",
        "一次性奖励同一家企业",
        "单位：万元",
        "前四批",
    ],
)
def test_labels_dates_and_codes_are_no_quantities(text: str) -> None:
    assert find_quantities(text) == []


def test_malformed_thousands_are_flagged_and_read_literally() -> None:
    quantity = one("比上年减少353,18.18元，")
    assert (quantity.raw, quantity.value, quantity.flag) == ("353,18.18元", Decimal("35318.18"), "malformed")


def test_a_stray_blank_inside_a_number_is_mended() -> None:
    quantity = one("支出4297404. 42元")
    assert (quantity.value, quantity.flag) == (Decimal("4297404.42"), "spaced")


@pytest.mark.parametrize(
    "text", ["合计15173.\n38万元", "合计151\n73.38万元", "合计15173.38万\n元", "合计15173\n.38万元"]
)
def test_a_number_broken_by_a_line_end_is_one_number(text: str) -> None:
    quantity = one(text)
    assert quantity.value == Decimal(151733800)
    assert text[quantity.start : quantity.end] == quantity.raw


def test_an_enumeration_is_not_one_number() -> None:
    assert [str(q.value) for q in find_quantities("新增高新技术企业19,总数达114家")] == ["19", "114"]
    assert [str(q.value) for q in find_quantities("分别为1267.86,2570.97万元")] == ["1267.86", "2.57097E+7"]
    assert [q.raw for q in find_quantities("分别增长20%、30%")] == ["20%", "30%"]
    assert [q.value for q in find_quantities("组织59，100家")] == [59, 100]


def test_ten_thousand_without_yuan_is_money_and_says_so() -> None:
    quantity = one("其中10万因企业搬出未兑付")
    assert (quantity.value, quantity.unit, quantity.flag) == (Decimal(100000), "CNY", "bare_multiple")


def test_interval_is_rounding_at_the_last_printed_digit() -> None:
    low, high = one("占14.86%").interval
    assert (low, high) == (Decimal("0.14855"), Decimal("0.14865"))
    low, high = one("共1740万元").interval
    assert (low, high) == (Decimal(17395000), Decimal(17405000))
    assert one("得98分").interval == (98, 98)
    assert one("不少于20家").interval == (20, None)


def test_units_are_known_by_their_printed_form() -> None:
    unit = unit_of("万元")
    assert unit is not None
    assert (unit.base, unit.exponent) == ("CNY", 4)
    assert unit_of("万元") == unit_of(" 万元 ")
    assert unit_of("苹果") is None


# -- properties --------------------------------------------------------------------------------------------------------


def test_the_second_half_of_a_scale_is_no_quantity() -> None:
    assert find_quantities("承担1:5万比例尺基础地质工作") == []
    assert [q.raw for q in find_quantities("其中:5万元、1:00前完成3件")] == ["5万元", "3件"]


def test_less_than_has_many_words() -> None:
    assert {one(f"支付率{words}50%").comparator for words in ("不到", "不足", "低于")} == {"<"}


def test_ten_thousand_of_an_unknown_counter_is_no_money() -> None:
    quantity = one("完成升级改造1.2万塘,带动增收")
    assert (quantity.value, quantity.unit) == (Decimal(12000), None)
    assert one("拨付资金300万的一半").unit == "CNY"


@given(st.integers(0, 10**12), st.integers(0, 6), st.sampled_from(["元", "万元", "亿元", "%"]), st.booleans())
def test_round_trip(digits: int, places: int, unit: str, grouped: bool) -> None:
    number = Decimal(digits).scaleb(-places)
    printed = f"{number:,.{places}f}" if grouped else f"{number:.{places}f}"
    scale = {"元": Decimal(1), "万元": Decimal(10**4), "亿元": Decimal(10**8), "%": Decimal("0.01")}[unit]
    quantity = one(f"共{printed}{unit}。")
    assert quantity.value == number * scale
    assert quantity.decimals == places - {"元": 0, "万元": 4, "亿元": 8, "%": -2}[unit]


@given(st.text(max_size=300))
def test_any_text_is_read_and_offsets_hold(text: str) -> None:
    end = 0
    for quantity in find_quantities(text):
        assert text[quantity.start : quantity.end] == quantity.raw
        assert quantity.start >= end
        end = quantity.end


FRAGMENTS = st.sampled_from(
    [
        "1,083家",
        "≥90%",
        "约",
        "2024年度",
        "353,18.18元",
        "。",
        ";",
        "\n",
        "〔2021〕11号",
        "100-200家",
        "1亿2千万元",
        "，",
        "12.",
        "余",
        " ",
    ]
)


@given(st.lists(FRAGMENTS, max_size=30))
def test_offsets_hold_on_mixed_fragments(parts: list[str]) -> None:
    text = "".join(parts)
    for quantity in find_quantities(text):
        assert text[quantity.start : quantity.end] == quantity.raw


@given(st.lists(st.sampled_from([printed for printed, *_ in AMOUNTS]), min_size=1, max_size=8), st.randoms())
def test_order_does_not_matter(printed: list[str], random: object) -> None:
    forward = {(q.raw, q.value) for q in find_quantities("；".join(printed))}
    backward = {(q.raw, q.value) for q in find_quantities("；".join(reversed(printed)))}
    assert forward == backward


@given(st.text(max_size=200))
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(("printed", "value"), [(printed, value) for printed, value, *_ in AMOUNTS])
def test_full_width_reads_as_half_width(printed: str, value: str) -> None:
    wide = "".join(chr(ord(ch) + 0xFEE0) if ch in "0123456789.,%" else ch for ch in printed)
    assert one(f"共{wide}。").value == Decimal(value)
