"""Invented disclosures of several provinces' wording: amounts drawn to the cent, printed awkwardly rounded.

Every printed number follows from the drawn amounts by rounding half up, so a document as drawn holds no disagreement.
An error is planted by changing what one place prints; see `ERRORS`.
"""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal

BODIES = (
    ("湖南省浏阳市科学技术局", 2023),
    ("四川省简阳市财政局", 2022),
    ("浙江省德清县经济和信息化局", 2024),
    ("河南省新郑市农业农村局", 2023),
    ("广东省博罗县水利局", 2022),
    ("陕西省韩城市科学技术局", 2024),
)
# The errors that can be planted, by name, each with the rules of which one finding at least must be.
GROUPS = {
    "科学技术支出": ("科学技术管理事务", "科学技术普及"),
    "社会保障和就业支出": ("行政事业单位养老支出", "抚恤"),
    "卫生健康支出": ("行政事业单位医疗", "公共卫生"),
    "住房保障支出": ("住房改革支出", "保障性安居工程支出"),
    "农林水支出": ("农业农村", "水利"),
    "一般公共服务支出": ("组织事务", "财政事务"),
}
ERRORS: dict[str, frozenset[str]] = {
    "sum": frozenset(("sum_mismatch", "cross_reference")),
    "share": frozenset(("share_mismatch",)),
    "growth": frozenset(("growth_mismatch",)),
    "completion": frozenset(("completion_mismatch",)),
    "unit": frozenset(("unit_slip", "sum_mismatch", "part_exceeds_whole", "cross_reference")),
    "comma": frozenset(("malformed_number",)),
    "direction": frozenset(("direction_mismatch", "growth_mismatch", "change_mismatch", "sum_mismatch")),
    "part": frozenset(("part_exceeds_whole", "sum_mismatch", "share_mismatch")),
    "count": frozenset(("count_against_money", "sum_mismatch", "share_mismatch", "rate_mismatch")),
    "weights": frozenset(("weight_sum",)),
    "scores": frozenset(("score_sum", "score_mismatch")),
    "execution": frozenset(("rate_mismatch",)),
    "kinds": frozenset(("sum_mismatch",)),
    "firms": frozenset(("share_mismatch",)),
    "row": frozenset(("rate_mismatch", "sum_mismatch")),
    "money": frozenset(("product_mismatch",)),
    "group": frozenset(("sum_mismatch", "completion_mismatch")),
    "change": frozenset(("change_mismatch", "growth_mismatch")),
    "carryover": frozenset(("sum_mismatch",)),
}


def _round(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


class Style:
    """How a document prints: unit, decimals, words."""

    def __init__(self, draw: random.Random) -> None:
        self.unit, self.places = draw.choice((("万元", 2), ("万元", 2), ("万元", 1), ("元", 2), ("万元", 4)))
        self.rate_places = draw.choice((1, 2, 2))
        self.commas = draw.random() < 0.5
        self.spaced = draw.random() < 0.2
        self.wording = draw.randrange(3)

    def money(self, cents: int) -> str:
        value = _round(Decimal(cents) / (10**6 if self.unit == "万元" else 100), self.places)
        return f"{value:,f}{self.unit}" if self.commas else f"{value:f}{self.unit}"

    def printed(self, cents: int) -> Decimal:
        """The value that the printed digits stand for, in cents."""
        scale = 10**6 if self.unit == "万元" else 100
        return _round(Decimal(cents) / scale, self.places) * scale

    def rate(self, part: int | Decimal, whole: int | Decimal, places: int | None = None) -> str:
        digits = self.rate_places if places is None else places
        value = _round(Decimal(part) * 100 / Decimal(whole), digits)
        return f"{value:f}{' ' if self.spaced else ''}%"


def disclosure(seed: int, error: str | None = None) -> str:
    """Return the text of a disclosure; `error` names what is planted, None for a clean one."""
    draw = random.Random(f"{seed}-{error}")
    style = Style(draw)
    if error == "comma":
        style.unit, style.places = "元", 2
    body, year = draw.choice(BODIES)
    a = lambda low, high: draw.randrange(low * 10**6, high * 10**6)  # noqa: E731
    basic, project = a(300, 900), a(1500, 9000)
    expenditure = basic + project
    closing = a(5, 80)
    total = expenditure + closing
    revenue = total - a(1, closing // 10**6 + 2)
    prior = int(total * draw.uniform(0.7, 1.3))
    appropriation, other = revenue - a(1, 30), 0
    other = revenue - appropriation
    names = draw.sample(
        [("科学技术支出", "206"), ("社会保障和就业支出", "208"), ("卫生健康支出", "210"), ("住房保障支出", "221"),
         ("农林水支出", "213"), ("一般公共服务支出", "201")], k=draw.choice((3, 4)),
    )  # fmt: skip
    spent = expenditure - a(0, 3)
    weights = [draw.randrange(1, 60) for _ in names]
    classes = [spent * w // sum(weights) for w in weights]
    classes[0] += spent - sum(classes)
    budgets = [int(c * draw.uniform(0.6, 1.4)) for c in classes]
    shown = {name: style.money(value) for name, value in (
        ("total", total), ("revenue", revenue), ("appropriation", appropriation), ("other", other),
        ("expenditure", expenditure), ("basic", basic), ("project", project), ("spent", spent), ("closing", closing),
    )}  # fmt: skip
    change = total - prior
    word = ("增加", "增长") if change >= 0 else ("减少", "下降")
    shown |= {"change": style.money(abs(change)), "growth": style.rate(abs(change), prior)}
    shown |= {"basic_share": style.rate(basic, expenditure), "project_share": style.rate(project, expenditure)}
    shown |= {"appropriation_share": style.rate(appropriation, revenue), "other_share": style.rate(other, revenue)}
    lines = [
        {
            "name": name, "final": style.money(final), "budget": style.money(budget),
            "share": style.rate(final, spent), "completion": style.rate(final, budget),
        }
        for (name, _), final, budget in zip(names, classes, budgets, strict=True)
    ]  # fmt: skip
    for each, (name, _), final, planned in zip(lines, names, classes, budgets, strict=True):
        cut, planned_cut = int(final * draw.uniform(0.2, 0.8)), int(planned * draw.uniform(0.2, 0.8))
        parts_of = ((cut, planned_cut), (final - cut, planned - planned_cut))
        for number, (group, (own, wanted)) in enumerate(zip(GROUPS[name], parts_of, strict=True)):
            each |= {
                f"name{number}": group, f"final{number}": style.money(own), f"budget{number}": style.money(wanted),
                f"completion{number}": style.rate(own, wanted),
            }  # fmt: skip
    overseas, reception, purchase, operation = a(0, 9), a(1, 6), a(12, 40), a(3, 20)
    vehicle = purchase + operation
    three = overseas + reception + vehicle
    batches, persons, cars, held = (
        draw.randrange(3, 60),
        draw.randrange(60, 900),
        draw.randrange(1, 3),
        draw.randrange(4, 20),
    )
    counts = {"batches": f"{batches}批次", "persons": f"{persons}人次", "cars": f"{cars}辆", "held": f"{held}辆"}
    public = {
        "three": style.money(three), "overseas": style.money(overseas), "reception": style.money(reception),
        "vehicle": style.money(vehicle), "purchase": style.money(purchase), "operation": style.money(operation),
    }  # fmt: skip
    planned_public = three + a(1, 40)
    public |= {
        "planned": style.money(planned_public), "saved": style.money(planned_public - three),
        "fall": style.rate(planned_public - three, planned_public),
    }  # fmt: skip
    goods, works, services = a(20, 200), a(0, 90), a(100, 800)
    procured = goods + works + services
    small = int(procured * draw.uniform(0.4, 0.95))
    bought = {
        "procurement": style.money(procured), "goods": style.money(goods), "works": style.money(works),
        "services": style.money(services), "sme": style.money(small), "sme_share": style.rate(small, procured),
    }  # fmt: skip
    budget = expenditure + a(1, 60)
    executed = {"budget": style.money(budget), "rate": style.rate(expenditure, budget)}
    points = [10, 20, 15, 15, 10, 20, 10]
    scores = [Decimal(p) for p in points]
    scores[0] = Decimal("9.5")
    table = {"weights": "100", "scores": f"{sum(scores)}", "weight": "15"}
    first, again = draw.randrange(40, 300), draw.randrange(60, 500)
    firms = {
        "applied": f"{first + again}家", "first": f"{first}家", "again": f"{again}家",
        "first_share": style.rate(first, first + again, 1), "again_share": style.rate(again, first + again, 1),
        "money": f"{first * 20 + again * 10}万元",
    }  # fmt: skip
    rows = [(draw.randrange(60, 400), draw.uniform(0.8, 0.99)) for _ in range(4)]
    batches4 = [(seen, int(seen * share)) for seen, share in rows]
    batches4.append((sum(b[0] for b in batches4), sum(b[1] for b in batches4)))
    grid = [[f"{seen}", f"{passed}", f"{seen - passed}", style.rate(passed, seen, 2)] for seen, passed in batches4]
    personnel, operating = int(basic * 0.8), basic - int(basic * 0.8)
    wages = int(personnel * draw.uniform(0.7, 0.95))
    kinds = {
        "personnel": style.money(personnel), "operating": style.money(operating), "wages": style.money(wages),
        "aid": style.money(personnel - wages), "goods": style.money(operating),
    }  # fmt: skip
    if error is not None:
        _plant_more(draw, error, firms, grid, kinds)
        line = draw.choice(lines)
        if error == "group":
            key = draw.choice(("final0", "final1", "budget0", "budget1"))
            line[key] = _bump(draw, line[key])
        elif error == "change":
            key = draw.choice(("saved", "fall"))
            public[key] = _bump(draw, public[key])
        elif error == "carryover":
            shown["closing"] = _bump(draw, shown["closing"])
        _plant(draw, error, style, shown, lines, public, bought, executed, table, counts)
        if error == "direction":
            word = ("减少", word[1]) if change >= 0 else ("增加", word[1])
    parts = [f"{body}{year}年度部门决算", ""]
    parts += _totals(style, year, shown, word) + _classes(style, year, shown, lines)
    parts += _public(style, year, public, counts) + _bought(style, year, bought)
    parts += _outcomes(style, year, shown, kinds, firms, grid)
    parts += _performance(style, year, shown, executed, points, scores, table)
    return "\n".join(parts) + "\n"


def _bump(draw: random.Random, printed: str) -> str:
    """Change a leading digit of a number."""
    digits = [n for n, ch in enumerate(printed) if ch.isdigit()]
    at = digits[0] if len(digits) < 3 or draw.random() < 0.4 else digits[1]
    digit = int(printed[at])
    new = digit + 1 if digit < 9 else 4
    return printed[:at] + str(new) + printed[at + 1 :]


def _plant_more(
    draw: random.Random, error: str, firms: dict[str, str], grid: list[list[str]], kinds: dict[str, str]
) -> None:
    if error == "kinds":
        key = draw.choice(("personnel", "operating"))
        kinds[key] = _bump(draw, kinds[key])
    elif error == "firms":
        key = draw.choice(("first_share", "again_share"))
        firms[key] = _bump(draw, firms[key])
    elif error == "row":
        row, column = draw.choice(((0, 1), (1, 3), (2, 0), (4, 3), (4, 1), (3, 2)))
        grid[row][column] = _bump(draw, grid[row][column])
    elif error == "money":
        firms["money"] = _bump(draw, firms["money"])


def _plant(
    draw: random.Random,
    error: str,
    style: Style,
    shown: dict[str, str],
    lines: list[dict[str, str]],
    public: dict[str, str],
    bought: dict[str, str],
    executed: dict[str, str],
    table: dict[str, str],
    counts: dict[str, str],
) -> None:
    line = draw.choice(lines)
    if error == "sum":
        group, key = draw.choice(
            ((shown, "basic"), (shown, "expenditure"), (public, "reception"), (public, "three"), (bought, "goods"),
             (bought, "procurement"), (line, "final"), (shown, "appropriation"))
        )  # fmt: skip
        group[key] = _bump(draw, group[key])
    elif error == "share":
        group, key = draw.choice(
            ((shown, "basic_share"), (line, "share"), (bought, "sme_share"), (shown, "appropriation_share"))
        )
        group[key] = _bump(draw, group[key])
    elif error == "growth":
        shown["growth"] = _bump(draw, shown["growth"])
    elif error == "completion":
        line["completion"] = _bump(draw, line["completion"])
    elif error == "unit":
        key = draw.choice(("basic", "project"))
        wrong = "元" if style.unit == "万元" else "万元"
        shown[key] = shown[key].removesuffix(style.unit) + wrong
    elif error == "comma":
        whole, point, rest = shown["project"].replace(",", "").partition(".")
        grouped = f"{int(whole):,}"
        shown["project"] = grouped[:-4] + grouped[-3] + "," + grouped[-2:] + point + rest
    elif error == "part":
        bought["sme"] = "9" + bought["procurement"] if bought["procurement"][1] != "," else "99" + bought["procurement"]
    elif error == "count":
        counts["cars"] = "0辆"
    elif error == "weights":
        table["weights"] = "110"
    elif error == "scores":
        table["scores"] = _bump(draw, table["scores"])
    elif error == "execution":
        executed["rate"] = _bump(draw, executed["rate"])


def _totals(style: Style, year: int, s: dict[str, str], word: tuple[str, str]) -> list[str]:
    by, grow = word
    if style.wording == 0:
        return [
            "一、收入支出决算总体情况说明",
            f"{year}年度收、支总计{s['total']},比上年{by}{s['change']},{grow}{s['growth']}。",
            "二、收入决算情况说明",
            f"{year}年度本年收入合计{s['revenue']},其中:财政拨款收入{s['appropriation']},占收入合计的{s['appropriation_share']};"
            f"其他收入{s['other']},占收入合计的{s['other_share']}。",
            "三、支出决算情况说明",
            f"{year}年度本年支出合计{s['expenditure']},其中:基本支出{s['basic']},占支出合计的{s['basic_share']};"
            f"项目支出{s['project']},占支出合计的{s['project_share']}。",
        ]
    if style.wording == 1:
        return [
            "一、收入支出决算总体情况说明",
            f"本部门{year}年度收入、支出总计{s['total']}。"
            f"与{year - 1}年度相比,收、支总计各{by}{s['change']},{grow}{s['growth']}。",
            "二、收入决算情况说明",
            f"本年收入合计{s['revenue']}，其中：财政拨款收入{s['appropriation']}，占{s['appropriation_share']}；"
            f"其他收入{s['other']}，占{s['other_share']}。",
            "三、支出决算情况说明",
            f"本年支出合计{s['expenditure']}，其中：基本支出{s['basic']}，占{s['basic_share']}；"
            f"项目支出{s['project']}，占{s['project_share']}。",
        ]
    return [
        "一、收入支出决算总体情况",
        f"{year}年收入总计{s['total']}、支出总计{s['total']}，与上年相比，收、支总计{by}{s['change']}，{grow}{s['growth']}。",
        "二、收入决算情况",
        f"{year}年本年收入合计{s['revenue']}，包括：财政拨款收入{s['appropriation']}，占本年收入合计的{s['appropriation_share']}；"
        f"其他收入{s['other']}，占本年收入合计的{s['other_share']}。",
        "三、支出决算情况",
        f"{year}年本年支出合计{s['expenditure']}，包括：基本支出{s['basic']}，占本年支出合计的{s['basic_share']}；"
        f"项目支出{s['project']}，占本年支出合计的{s['project_share']}。",
    ]


def _classes(style: Style, year: int, s: dict[str, str], lines: list[dict[str, str]]) -> list[str]:
    listed = ";".join(f"{each['name']}(类){each['final']},占{each['share']}" for each in lines)
    out = [
        "四、一般公共预算财政拨款支出决算情况说明",
        "(一)支出决算结构情况",
        f"{year}年度一般公共预算财政拨款支出{s['spent']},主要用于以下方面:{listed}。",
        "(二)支出决算具体情况",
    ]
    for number, each in enumerate(lines, start=1):
        if style.wording == 1:
            out.append(
                f"{number}.{each['name']}(类)。年初预算为{each['budget']}，支出决算为{each['final']}，"
                f"完成年初预算的{each['completion']}。"
            )
        else:
            out.append(
                f"{number}、“{each['name']}”(类){year}年度年初预算{each['budget']},{year}年度决算{each['final']},"
                f"完成年初预算的{each['completion']}。"
            )
        for place in (0, 1):
            n, b, f, c = (each[f"{key}{place}"] for key in ("name", "budget", "final", "completion"))
            if style.wording == 1:
                out.append(f"({place + 1}){n}(款)。年初预算为{b}，支出决算为{f}，完成年初预算的{c}。")
            else:
                out.append(f"“{n}”(款){year}年度年初预算{b},{year}年度决算{f},完成年初预算的{c}。")
    out += [
        "(三)政府性基金预算财政拨款支出决算情况",
        f"{year}年度政府性基金预算财政拨款支出年初预算0.00万元,决算0.00万元,与年初预算持平。",
    ]
    return out


def _public(style: Style, year: int, p: dict[str, str], c: dict[str, str]) -> list[str]:
    return [
        "五、“三公”经费支出决算情况说明",
        f"{year}年度“三公”经费支出年初预算{p['planned']},支出决算{p['three']},比年初预算减少{p['saved']},下降{p['fall']}。"
        f"“三公”经费支出决算{p['three']},其中:因公出国(境)费{p['overseas']};公务接待费{p['reception']};"
        f"公务用车购置及运行维护费{p['vehicle']}。",
        f"公务用车购置及运行维护费{p['vehicle']},其中:公务用车购置费{p['purchase']},购置车辆{c['cars']};"
        f"公务用车运行维护费{p['operation']},公务用车保有量{c['held']}。",
        f"公务接待费{p['reception']},共接待{c['batches']},{c['persons']}。",
    ]


def _bought(style: Style, year: int, b: dict[str, str]) -> list[str]:
    return [
        "六、政府采购支出说明",
        f"{year}年度政府采购支出总额{b['procurement']},其中:政府采购货物支出{b['goods']}、政府采购工程支出{b['works']}、"
        f"政府采购服务支出{b['services']}。授予中小企业合同金额{b['sme']},占政府采购支出总额的{b['sme_share']}。",
    ]


def _outcomes(
    style: Style,
    year: int,
    s: dict[str, str],
    k: dict[str, str],
    f: dict[str, str],
    grid: list[list[str]],
) -> list[str]:
    economic = (
        f"{year}年度使用一般公共预算财政拨款安排基本支出{s['basic']},其中:(1)工资福利支出{k['wages']};"
        f"(2)商品和服务支出{k['goods']};(3)对个人和家庭的补助{k['aid']}。"
    )
    if style.wording == 1:
        economic = f"{year}年度一般公共预算财政拨款基本支出{s['basic']}，其中："
        economic += f"人员经费{k['personnel']}，公用经费{k['operating']}。"
    else:
        economic += f"\n基本支出{s['basic']}中,人员经费{k['personnel']},公用经费{k['operating']}。"
    names = ("一", "二", "三", "四", "总计")
    return [
        "(结转结余情况)",
        f"截至{year}年末,年末结转和结余{s['closing']}。",
        "七、一般公共预算财政拨款基本支出决算情况说明",
        economic,
        "八、高新技术企业认定情况",
        f"{year}年度共{f['applied']}企业提交高新技术企业认定申请,{f['first']}首次申请认定,占比{f['first_share']},"
        f"{f['again']}重新认定,占比{f['again_share']}。",
        "批次 | 参与评审 | 通过评审 | 不通过 | 通过率",
        *(" | ".join((name, *row)) for name, row in zip(names, grid, strict=True)),
        f"高新技术企业认定奖励项目:首次认定的企业给予20万元奖励,重新认定的企业给予10万元奖励。{year}年首次认定{f['first']},"
        f"重新认定{f['again']}。本项目共支出{f['money']}。",
    ]


def _performance(
    style: Style,
    year: int,
    s: dict[str, str],
    e: dict[str, str],
    points: list[int],
    scores: list[Decimal],
    table: dict[str, str],
) -> list[str]:
    kinds = ("数量指标", "质量指标", "时效指标", "成本指标", "社会效益指标", "满意度指标")
    firsts = ("产出指标", "产出指标", "产出指标", "成本指标", "效益指标", "满意度指标")
    rows = [
        f"{first} | {kind} | 指标{number} | 良好 | 良好 | {point} | {score} | "
        for number, (first, kind, point, score) in enumerate(zip(firsts, kinds, points[1:], scores[1:], strict=True), 1)
    ]
    rate = s["expenditure"]
    return [
        "九、预算绩效情况说明",
        f"{year}年度全年预算数{e['budget']},全年支出{rate},预算执行率为{e['rate']}。",
        "附件:项目支出绩效自评表",
        "项目名称 | 科普活动",
        "年度资金总额 | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分",
        " | 100.00 | 100.00 | 95.00 | 10 | 95.00% | 9.5",
        "一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因",
        *rows,
        f"总分 | {table['weights']} | {table['scores']}",
    ]


# Clean documents in the wording of other provinces, written out.
WORDINGS: dict[str, str] = {
    "henan": """新郑市水利局2023年度部门决算
第二部分 2023年度部门决算情况说明
一、收入支出决算总体情况说明
2023年度收、支总计均为2345.67万元。与2022年度相比，收、支总计各减少123.45万元，下降5.00%。主要原因是项目减少。
二、收入决算情况说明
2023年度收入合计2300.00万元，其中：财政拨款收入2250.50万元，占97.85%；上级补助收入0万元，占0%；事业收入49.50万元，占2.15%；经营收入0万元，占0%；附属单位上缴收入0万元，占0%；其他收入0万元，占0%。
三、支出决算情况说明
2023年度支出合计2320.33万元，其中：基本支出1320.00万元，占56.89%；项目支出1000.33万元，占43.11%；上缴上级支出0万元，占0%；经营支出0万元，占0%；对附属单位补助支出0万元，占0%。
四、财政拨款收入支出决算总体情况说明
2023年度财政拨款收、支总计均为2270.17万元。与2022年度相比，财政拨款收、支总计各减少100.00万元，下降4.22%。
五、一般公共预算财政拨款支出决算情况说明
（一）总体情况。2023年度一般公共预算财政拨款支出2250.50万元，占本年支出合计的96.99%。与2022年度相比，一般公共预算财政拨款支出减少80.00万元，下降3.43%。
（二）结构情况。2023年度一般公共预算财政拨款支出2250.50万元，主要用于以下方面：社会保障和就业（类）支出200.10万元，占8.89%；卫生健康（类）支出80.20万元，占3.56%；农林水（类）支出1900.20万元，占84.43%；住房保障（类）支出70.00万元，占3.11%。
（三）具体情况。2023年度一般公共预算财政拨款支出年初预算为2000.00万元，支出决算为2250.50万元，完成年初预算的112.53%。其中：
1.社会保障和就业支出（类）行政事业单位养老支出（款）机关事业单位基本养老保险缴费支出（项）。年初预算为150.00万元，支出决算为150.00万元，完成年初预算的100%。
2.社会保障和就业支出（类）抚恤（款）死亡抚恤（项）。年初预算为0万元，支出决算为50.10万元，决算数大于预算数的主要原因是年中追加。
六、一般公共预算财政拨款基本支出决算情况说明
2023年度一般公共预算财政拨款基本支出1290.50万元。其中：人员经费1200.25万元，主要包括：基本工资、津贴补贴；公用经费90.25万元，主要包括：办公费、印刷费。
七、一般公共预算财政拨款“三公”经费支出决算情况说明
（一）总体情况。2023年度一般公共预算财政拨款“三公”经费支出预算为20.00万元，支出决算为15.32万元，完成预算的76.60%。
（二）具体情况。因公出国（境）费支出决算0万元，占0%；公务用车购置及运行维护费支出决算12.30万元，完成预算的82%，占80.29%；公务接待费支出决算3.02万元，完成预算的60.4%，占19.71%。
1.因公出国（境）费预算为0万元，支出决算为0万元。全年因公出国（境）团组0个，累计0人次。
2.公务用车购置及运行维护费预算为15.00万元，支出决算为12.30万元。其中：公务用车购置支出0万元，购置车辆0辆；公务用车运行支出12.30万元。年末公务用车保有量为5辆。
3.公务接待费预算为5.00万元，支出决算为3.02万元。全年共接待国内来访团组40个、来宾302人次（不包括陪同人员）。
八、政府性基金预算财政拨款支出决算情况说明
我单位2023年度没有使用政府性基金预算财政拨款安排的支出。
九、机关运行经费支出情况
2023年度机关运行经费支出90.25万元，比年初预算减少9.75万元，下降9.75%。
十、政府采购支出情况
2023年度政府采购支出总额500.00万元，其中：政府采购货物支出20.00万元、政府采购工程支出400.00万元、政府采购服务支出80.00万元。授予中小企业合同金额480.00万元，占政府采购支出总额的96%，其中：授予小微企业合同金额480.00万元，占授予中小企业合同金额的100%。货物采购授予中小企业合同金额占货物支出金额的100%，工程采购授予中小企业合同金额占工程支出金额的100%，服务采购授予中小企业合同金额占服务支出金额的75%。
十一、国有资产占用情况
截至2023年12月31日，共有车辆5辆，其中：机要通信用车1辆、应急保障用车2辆、其他用车2辆；单价100万元以上设备（不含车辆）0台。
""",
    "guangdong": """博罗县科技工业商务和信息化局2022年度部门决算
一、2022年度收入支出决算总体情况说明
2022年度总收入3,210.55万元，其中本年收入3,200.05万元，使用非财政拨款结余0万元，年初结转和结余10.50万元。2022年度总支出3,210.55万元，其中本年支出3,205.05万元，结余分配0万元，年末结转和结余5.50万元。与2021年相比，收支总计增加210.55万元，增长7.0%。
二、支出决算情况
本年支出合计3,205.05万元，其中基本支出1,205.05万元，占37.6%；项目支出2,000.00万元，占62.4%。
三、政府性基金预算财政拨款收入支出决算情况
2022年度政府性基金预算财政拨款年初结转和结余0万元，本年收入300万元，本年支出300万元，年末结转和结余0万元。
四、绩效
2022年，新增国家高新技术企业45家，总数达150家，同比增长25%。全年共组织申报高新技术企业80家，通过评审60家，通过率75%。培育省级专精特新企业12家，累计36家。
科技型中小企业入库160家，同比增长14.3%，比上年增加20家。
全年安排科技专项资金500万元，支出480万元，预算执行率96%。其中：研发补助300万元，涉及30家企业；平台奖励180万元，涉及6家企业。
""",
    "sichuan": """简阳市财政局2022年度部门决算
一、收入支出决算总体情况说明
2022年度收入总计45,678,901.23元，支出总计45,678,901.23元。与2021年度相比，收入总计增加5,678,901.23元，增长14.20%；支出总计增加5,678,901.23元，增长14.20%。
二、收入决算情况说明
2022年度本年收入合计40,000,000.00元，其中：一般公共预算财政拨款收入38,000,000.00元，占95%；政府性基金预算财政拨款收入2,000,000.00元，占5%。
三、支出决算情况说明
2022年度本年支出合计44,000,000.00元，其中：基本支出24,000,000.00元，占54.55%；项目支出20,000,000.00元，占45.45%。
四、财政拨款
2022年一般公共预算财政拨款支出4200.00万元，占本年支出合计的95.45%。与2021年度相比，一般公共预算财政拨款支出增加200万元，增长5%。
五、一般公共预算财政拨款支出决算具体情况
2022年一般公共预算支出决算数为4200万元，完成预算98.5%。
1.一般公共服务（类）财政事务（款）行政运行（项）：支出决算为2,400.00万元，完成预算100%。
2.一般公共服务（类）财政事务（款）一般行政管理事务（项）：支出决算为1,800.00万元，完成预算96.6%，决算数小于预算数的主要原因是压减开支。
六、“三公”经费
2022年度“三公”经费财政拨款支出决算为12.5万元，完成预算62.5%，较上年减少2.5万元，下降16.7%。其中：公务用车购置及运行维护费支出决算10万元，占80%；公务接待费支出决算2.5万元，占20%。
公务用车购置及运行维护费支出10万元，完成预算66.7%，比2021年减少2万元，下降16.7%。
公务接待费支出2.5万元，完成预算50%，比2021年减少0.5万元，下降16.7%。
""",
}
