"""The study `performance_evaluation`: its figures recomputed from the published tables and from invented forms."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
import pytest

import fiscal_analysis as fa
from fiscal_analysis import studies
from fiscal_analysis.exhibits import performance
from fiscal_analysis.studies.page import page_of, study_html
from tests import evaluations
from tests.metrics_rows import CHAOYANG, FENGTAI, MENTOUGOU, ZHENGDING
from tests.metrics_rows import published as rows_of
from tests.study_tables import Table, number, published, tables_of
from tests.test_notebooks import Visible

STUDY = "performance_evaluation"
PLACES = {CHAOYANG: "朝阳区 2024", FENGTAI: "丰台区 2024", MENTOUGOU: "门头沟区 2023", ZHENGDING: "正定县 2023"}
DIMENSION = {
    "预算执行率": "Execution rate",
    "产出指标": "Outputs (产出)",
    "成本指标": "Cost (成本)",
    "效益指标": "Benefits (效益)",
    "满意度指标": "Satisfaction (满意度)",
    "": "not stated",
}


def table(name: str) -> Table:
    return published(STUDY)[name]


def named(name: str, column: str) -> dict[str, dict[str, str]]:
    """The rows of a published table by the text of a column."""
    return {row[column]: row for row in table(name).rows}


def kind_of(row: dict[str, str]) -> str:
    if row["level1"] == "预算执行率":
        return "Execution rate"
    return "Quantitative (定量)" if row["target"] else "Qualitative (定性)"


def percent(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)}\u00a0%"


def tail(least: int, n: int, p: float) -> float:
    """The probability of at least so many of n."""
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(least, n + 1))


def covered(part: int, n: int, text: str) -> bool:
    """Whether an interval, rounded outwards to whole percent, is that of Clopper and Pearson: tails of 2.5 %."""
    ends = re.fullmatch(r"([0-9]+) to ([0-9]+)\u00a0%", text)
    assert ends, text
    low, high = int(ends[1]) / 100, int(ends[2]) / 100
    below = low == 0 if part == 0 else tail(part, n, low) <= 0.025 < tail(part, n, low + 0.01)
    above = high == 1 if part == n else 1 - tail(part + 1, n, high) <= 0.025 < 1 - tail(part + 1, n, high - 0.01)
    return below and above


# --- the published notebook, from the published tables ----------------------------------------------------------------


def test_what_each_document_states_is_counted() -> None:
    found = named("coverage", "District, year")
    assert set(found) == set(PLACES.values())
    for doc_id, place in PLACES.items():
        rows = rows_of("indicators", doc_id=doc_id)
        totals = rows_of("facts", doc_id=doc_id, concept="evaluation_score", measure="score")
        counts = {
            "Rows": len(rows),
            "numbers": sum(kind_of(row) == "Quantitative (定量)" for row in rows),
            "words": sum(kind_of(row) == "Qualitative (定性)" for row in rows),
            "weighted": sum(row["weight"] != "" for row in rows),
            "scored": sum(row["score"] != "" for row in rows),
            "Totals": len({(row["item"], row["value"]) for row in totals}),
        }
        assert {name: int(found[place][name]) for name in counts} == counts, place
    # Zhengding prints a total and no table; it has a row all the same.
    assert (found["正定县 2023"]["Rows"], found["正定县 2023"]["Totals"]) == ("0", "1")


def test_the_weights_are_those_of_the_tables() -> None:
    found = {row["group"]: row for row in table("weights").rows}
    for doc_id, place in PLACES.items():
        rows = [row for row in rows_of("indicators", doc_id=doc_id) if row["weight"]]
        if not rows:
            assert place not in found
            continue
        sums: dict[str, Decimal] = {}
        for row in rows:
            name = DIMENSION[row["level1"]].partition(" (")[0]
            sums[name] = sums.get(name, Decimal(0)) + Decimal(row["weight"])
        sums["Sum"] = sum(sums.values(), Decimal(0))
        shown = {"Not stated" if name == "not stated" else name: value for name, value in sums.items()}
        printed = {
            name: number(cell) for name, cell in found[place].items() if name in table("weights").headings[1:-1]
            and cell != "–"
        }  # fmt: skip
        assert printed == shown, place
    # By hand, as printed in the form of Fengtai: 10; 20 + 18 + 10; 10; 20; 2. Sum 90, not the 100 below the form.
    by_hand = {"Execution rate": 10, "Outputs": 20 + 18 + 10, "Cost": 10, "Benefits": 20, "Satisfaction": 2, "Sum": 90}
    assert {name: number(found["丰台区 2024"][name]) for name in by_hand} == by_hand
    assert table("weights").notes == ["丰台区 2024: the weights of the table add up to 90, not to 100."]


def test_the_weights_are_compared_with_those_of_the_regulation() -> None:
    found = named("weights-summary", "Dimension")
    # Chaoyang 10, 40 + 10, 30, 10; Fengtai 10, 48 + 10, 20, 2: cost goes with the outputs.
    by_hand = {
        "Execution rate": (10, (10, 10)),
        "Outputs with cost (产出、成本)": (50, (40 + 10, 48 + 10)),
        "Benefits (效益)": (30, (30, 20)),
        "Satisfaction (满意度)": (10, (10, 2)),
    }
    assert set(found) == set(by_hand)
    for name, (recommended, weights) in by_hand.items():
        row = found[name]
        assert number(row["Recommended"]) == recommended
        assert (row["equal"], row["fewer"], row["more"]) == (
            str(sum(each == recommended for each in weights)),
            str(sum(each < recommended for each in weights)),
            str(sum(each > recommended for each in weights)),
        )
        assert number(row["Median"]) == Decimal(sum(weights)) / 2
        low, high = min(weights), max(weights)
        assert row["Range"] == (f"{low} to {high}" if low < high else str(low))
        assert row["its interval"] == "open"  # two tables carry no interval of a median


@pytest.mark.parametrize(("name", "column"), [("kinds", "Target"), ("dimensions", "Dimension")])
def test_points_and_full_marks_add_up(name: str, column: str) -> None:
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows_of("indicators"):
        key = kind_of(row) if name == "kinds" else DIMENSION[row["level1"]]
        groups.setdefault(key, []).append(row)
    found = named(name, column)
    assert set(found) == set(groups)
    for key, rows in groups.items():
        shown = found[key]
        both = [(Decimal(row["weight"]), Decimal(row["score"])) for row in rows if row["weight"] and row["score"]]
        assert int(shown["Rows"]) == len(rows)
        assert number(shown["Points"]) == sum(Decimal(row["weight"]) for row in rows if row["weight"])
        assert int(shown["scored"]) == len(both)
        if not both:
            assert {shown[each] for each in ("possible", "given", "Rate", "Full marks", "Share")} == {"–"}
            continue
        possible, given = sum(weight for weight, _ in both), sum(score for _, score in both)
        assert (number(shown["possible"]), number(shown["given"])) == (possible, given)
        assert number(shown["Rate"]) == round(given / possible, 3)
        full = sum(weight == score for weight, score in both)
        assert int(shown["Full marks"]) == full
        assert shown["Share"] == percent(full, len(both))
        assert covered(full, len(both), shown["95 % interval"])


def test_points_by_hand() -> None:
    # Quantitative, Chaoyang: 14.55 + 10 + 15 + 10 of 15 + 10 + 15 + 10; Fengtai: 20 + 10 + 20 + 10 + 0 of ... + 2.
    row = named("kinds", "Target")["Quantitative (定量)"]
    given = Decimal("14.55") + 10 + 15 + 10 + 20 + 10 + 20 + 10 + 0
    assert number(row["given"]) == given == Decimal("109.55")
    assert number(row["possible"]) == 15 + 10 + 15 + 10 + 20 + 10 + 20 + 10 + 2 == 112
    assert row["Rate"] == "97.8\u00a0%"  # 109.55 / 112 = 0.978
    assert (row["Full marks"], row["Share"]) == ("7", "78\u00a0%")


def test_targets_and_ratios_by_hand() -> None:
    found = {(row["group"], row["Indicator"]): row for row in table("targets").rows}
    assert len(found) == 9
    by_hand = {
        ("丰台区 2024", "高新技术企业认定数量"): (Decimal(1083) / 1000, "exact", "–", "20 of 20"),
        ("丰台区 2024", "按时拨付项目资金"): (Decimal(11) / 11, "exact", "yes", "10 of 10"),
        # 17 % is 16.5 % to 17.5 %: 16.5 / 10 and 17.5 / 10.
        ("丰台区 2024", "年度高新技术企业存量增加"): (Decimal(17) / 10, "165.0 to 175.0\u00a0%", "–", "20 of 20"),
        # 108.325 / 120 = 90.27 %, 108.335 / 120 = 90.28 %.
        ("丰台区 2024", "项目支持资金"): (Decimal("108.33") / 120, "90.2 to 90.3\u00a0%", "yes", "10 of 10"),
        # 89.5 / 85 = 105.29 %, 90.5 / 85 = 106.47 %.
        ("丰台区 2024", "服务对象满意度"): (Decimal(90) / 85, "105.2 to 106.5\u00a0%", "yes", "0 of 2"),
        ("朝阳区 2024", "依据各类项目具体申报及评审情况，支持约100-200家企业。"): (
            Decimal(97) / 100,
            "exact",
            "–",
            "14.55 of 15",
        ),
        # 7.75 / 4 = 193.75 %, 7.85 / 4 = 196.25 %.
        ("朝阳区 2024", "构建高精尖产业结构，培育高精尖产业项目，促进产业集聚，加大区域发展…"): (
            Decimal("7.8") / 4,
            "193.7 to 196.3\u00a0%",
            "yes",
            "15 of 15",
        ),
    }
    for key, (ratio, interval, met, points) in by_hand.items():
        row = found[key]
        assert number(row["Ratio"]) == round(ratio, 3), key
        assert (row["Interval"], row["Met"], row["Points"]) == (interval, met, points), key
    # Bounds have no ratio: >90 % of at least 90 %; at most 1000万元 of at most 1000万元.
    rest = {key[1]: (row["Ratio"], row["Interval"]) for key, row in found.items() if key not in by_hand}
    assert rest == {
        "服务对象满意度指标": ("–", "at least 100.0\u00a0%"),
        "依据政策及实施细则，给予各类项目相应资金支持，单个项目最高支持不超…": ("–", "at most 100.0\u00a0%"),
    }
    directions = named("directions", "Target is")
    # at least: 90 / 85 and 7.8 / 4, the third is a bound; bare numbers: 97, 108.3, 100, 170 %, one of them reached.
    assert number(directions["at least (≥)"]["Median"]) == round((Decimal(90) / 85 + Decimal("1.95")) / 2, 3)
    assert directions["at least (≥)"]["Range"] == "105.9 to 195.0\u00a0%"
    assert number(directions["at most (≤)"]["Median"]) == round(Decimal("108.33") / 120, 3)
    bare = sorted([Decimal("0.97"), Decimal("1.083"), Decimal(1), Decimal("1.7")])
    assert number(directions["direction not stated"]["Median"]) == round(Decimal(median(bare)), 3)
    counts = {
        name: [row[c] for c in ("Targets", "Met", "Missed", "Open", "Ratios")] for name, row in directions.items()
    }
    assert counts == {
        "at least (≥)": ["3", "3", "0", "0", "2"],
        "at most (≤)": ["2", "2", "0", "0", "1"],
        "direction not stated": ["4", "1", "0", "3", "4"],
    }


def test_one_score_is_not_what_its_figures_give() -> None:
    # 90 % of a target above 85 % has all of its 2 points by the rule; 0 are given, since the survey was difficult.
    [row] = table("departures").rows
    assert (row["group"], row["Indicator"], row["Target"], row["Actual"]) == (
        "丰台区 2024",
        "服务对象满意度",
        ">85%",
        "90%",
    )
    assert (row["Points"], row["By the rule"]) == ("0 of 2", "2")
    assert row["Reason printed"].startswith("评审企业数量超1000家")
    # 97 of 100 firms with 15 points: 97 / 100 · 15 = 14.55, as printed.
    assert Decimal(97) / 100 * 15 == Decimal("14.55")


def test_totals_and_rates() -> None:
    stated: dict[tuple[str, str], set[str]] = {}
    for row in rows_of("facts", concept="evaluation_score", measure="score"):
        stated.setdefault((PLACES[row["doc_id"]], row["item"]), set()).add(row["value"])
    found = table("scores").rows
    assert sorted(number(row["Score"]) for row in found) == sorted(Decimal(value) for [value] in stated.values())
    rates = {(row["group"], row["Of"]): row["Execution rate"] for row in found}
    assert rates["丰台区 2024", "whole department"] == f"{Decimal('15104.10') / Decimal('15173.38') * 100:.2f}\u00a0%"
    assert rates["丰台区 2024", "国家高新技术企业认定专家评审管理"] == "100.00\u00a0%"  # 108.33 / 108.33
    assert rates["正定县 2023", "whole department"] == "–"
    assert {row["Grade"] for row in found} == {"excellent (优)"}  # the lowest is 95


def test_what_the_audit_says_of_a_total_stands_below_it() -> None:
    said = " ".join(table("scores").notes)
    assert "scores add up to the stated total: 10 + 20 + 18 + 10 + 20 + 10 + 0 = 88分, stated 98" in said
    assert 10 + 20 + 18 + 10 + 20 + 10 + 0 == 88


def test_compression_and_grades() -> None:
    # Departments 99.10, 98.5 and 95; projects 99.55, 98 and 100.
    by_hand = {
        "Whole department": [Decimal("99.1"), Decimal("98.5"), Decimal(95)],
        "Project": [Decimal("99.55"), Decimal(98), Decimal(100)],
        "Single indicator": [
            100 * Decimal(row["score"]) / Decimal(row["weight"]) for row in rows_of("indicators") if row["score"]
        ],
    }
    found = named("compression", "Score of")
    assert set(found) == set(by_hand)
    for kind, scores in by_hand.items():
        row = found[kind]
        assert (int(row["Scores"]), int(row["different"])) == (len(scores), len(set(scores)))
        assert number(row["Median"]) == median(scores)
        assert number(row["Points used"]) == max(scores) - min(scores)
        for limit, heading in ((90, "90 and more"), (95, "95 and more"), (100, "Full mark")):
            counted, _, span = row[heading].partition(f" of {len(scores)} ")
            at = sum(score >= limit for score in scores)
            assert int(counted) == at
            assert covered(at, len(scores), span)
    for row in table("grades").rows:
        scores = by_hand[row["group"]]
        count = len(scores) if row["Grade"] == "excellent (优)" else 0
        assert (int(row["Scores"]), row["Share"]) == (count, percent(count, 3))
        assert covered(count, 3, row["95 % interval"])


def test_too_few_pairs_are_not_correlated() -> None:
    rows = table("correlation").rows
    assert sum(int(row["Pairs"]) for row in rows) == 4
    assert {(row["Rank correlation"], row["p-value"]) for row in rows} == {("–", "–")}
    assert {row["How computed"] for row in rows} == {"fewer than 3 pairs"}


def test_the_published_report_says_how_little_follows() -> None:
    text = page(nbformat.read(Path("notebooks") / f"{STUDY}.ipynb", as_version=4)).text
    said = " ".join(" ".join(text).split())
    assert "3 tables with weights and 6 total scores were read. That is too few for any statement" in said
    assert "Of 11 scores that can be compared, 10 are what the rule gives, 1 are lower and 0 higher" in said


# --- every figure leads to its row ------------------------------------------------------------------------------------


def page(notebook: nbformat.NotebookNode, language: str = "en") -> Visible:
    return Visible(study_html(page_of(notebook, STUDY, language), parameters={}, notebook="x.ipynb", language=language))


def evidence_of(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """What stands at each anchor of the table of evidence."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            markup = "".join(output.get("data", {}).get("text/html", ""))
            if '<div id="evidence"' in markup:
                for line in re.findall(r"<tr[^>]*>(.*?)</tr>", markup, re.DOTALL):
                    words = " ".join(re.sub(r"<[^>]+>", " ", line).split())
                    found |= dict.fromkeys(re.findall(r'id="((?:row|fact)-[^"]+)"', line), words)
    return found


def test_each_indicator_leads_to_its_printed_row() -> None:
    notebook = nbformat.read(Path("notebooks") / f"{STUDY}.ipynb", as_version=4)
    evidence = evidence_of(notebook)
    for row in rows_of("indicators"):
        line = evidence[f"row-{row['indicator_id']}"]
        assert line.startswith(PLACES[row["doc_id"]])
        for cell in (row["actual_text"], row["weight"] and f"{Decimal(row['weight']):f}".removesuffix(".0")):
            assert cell in line, (row, line)
    links = page(notebook).links
    assert {f"row-{row['indicator_id']}" for row in rows_of("indicators") if row["weight"] and row["level1"]} >= {
        link for link in links if link.startswith("row-")
    } - {f"row-{row['indicator_id']}" for row in rows_of("indicators") if not row["level1"]}
    assert len([link for link in links if link.startswith("row-")]) > 10
    # A row of which a fact was read is quoted as printed, amounts and all.
    [rate] = rows_of("indicators", doc_id=FENGTAI, level1="预算执行率")
    assert "年度资金总额 | 120 | 108.33 | 108.33 | 10 | 100% | 10" in evidence[f"row-{rate['indicator_id']}"]


# --- thirty invented evaluations --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[evaluations.Evaluation]]:
    """Thirty forms, read and processed."""
    folder = tmp_path_factory.mktemp("thirty")
    (folder / "raw").mkdir()
    printed = evaluations.write(folder / "raw")
    fa.parse(folder / "raw").save(folder / "processed")
    return folder, printed


@pytest.fixture(scope="module")
def reports(thirty: tuple[Path, list[evaluations.Evaluation]]) -> dict[str, nbformat.NotebookNode]:
    """The study over the thirty forms in both languages."""
    folder, _ = thirty
    found = {}
    for language in ("en", "zh"):
        given = {"language": language, "unit": "元"}
        done = studies.run_study(STUDY, given, out=folder / "reports", processed=folder / "processed")
        found[language] = nbformat.read(done.notebook, as_version=4)
    return found


class Read(Visible):
    """What a reader sees, without what Vega tells screen readers of axes and legends."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs).get("aria-roledescription") in ("axis", "legend", "title", "subtitle", None)
        super().handle_starttag(tag, [each for each in attrs if each[0] != "aria-label" or not told])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_sections_are_filled(reports: dict[str, nbformat.NotebookNode], language: str) -> None:
    notebook = reports[language]
    shown = tables_of(notebook)
    assert set(shown) == set(published(STUDY))
    assert all(found.rows for found in shown.values())
    charts = [o for c in notebook.cells for o in c.get("outputs", []) if "image/svg+xml" in o.get("data", {})]
    assert len(charts) == 6
    html = study_html(page_of(notebook, STUDY, language), parameters={}, notebook="x.ipynb", language=language)
    seen = Read(html)
    assert seen.links - set(seen.ids) == set()
    text = " ".join(" ".join(seen.text).split())
    assert re.findall(r"[0-9]{14,}|[0-9]+\.[0-9]{7,}|\b(?:nan|None|null|inf)\b", text) == []
    if language == "zh":
        # Names, file names and the beginnings of hashes.
        plain = re.sub(r"\b[0-9a-f]{12,}\b|e[0-9]{3}\.html|x\.ipynb", "", text)
        words = set(re.findall(r"[A-Za-z]{2,}", plain))
        assert words == {"fiscal", "analysis", "Clopper", "Pearson", "Spearman", "SHA"}


def test_thirty_forms_are_counted_as_written(
    thirty: tuple[Path, list[evaluations.Evaluation]], reports: dict[str, nbformat.NotebookNode]
) -> None:
    _, printed = thirty
    shown = tables_of(reports["en"])
    some = [each for each in printed if each.rows]
    rows = [row for each in some for row in each.rows]
    kinds = {row["Target"]: row for row in shown["kinds"].rows}
    words = [row for row in rows if row.level3 in ("验收合格", "服务企业能力")]
    assert number(kinds["Qualitative (定性)"]["given"]) == sum(row.score for row in words)
    assert int(kinds["Qualitative (定性)"]["Full marks"]) == sum(row.score == row.weight for row in words)
    assert number(kinds["Execution rate"]["given"]) == sum(each.rate_score for each in some)
    # Of the targets at least, the ratio is held ÷ planned and satisfied ÷ 90 %.
    ratios = []
    for row in rows:
        if row.target.startswith("≥"):
            target, actual = (Decimal(re.sub(r"[^0-9.]", "", cell)) for cell in (row.target, row.actual))
            ratios.append(actual / target)
    directions = {row["Target is"]: row for row in shown["directions"].rows}
    assert number(directions["at least (≥)"]["Median"]) == round(median(ratios), 3)
    assert int(directions["at least (≥)"]["Met"]) == sum(ratio >= 1 for ratio in ratios)
    assert int(directions["at least (≥)"]["Missed"]) == sum(ratio < 1 for ratio in ratios)
    # A target of 0 was met and has no ratio; nothing is divided by it.
    at_most = directions["at most (≤)"]
    assert (int(at_most["Targets"]), int(at_most["Ratios"])) == (len(some), len(some) - 1)
    # Only the form that gives 15 points for 40 of 80 has more than the rule gives: 40 / 80 · 15 = 7.5.
    [odd] = shown["departures"].rows
    assert (odd["Points"], odd["By the rule"], odd["Difference"]) == (
        "15 of 15",
        "7.5",
        "more points than the rule gives",
    )
    # Weights: one table has 25 + 25 + 10 + 10 for outputs, 18 and 2 in place of 50, 30 and 10.
    summary = {row["Dimension"]: row for row in shown["weights-summary"].rows}
    assert summary["Outputs with cost (产出、成本)"]["Range"] == "50 to 70"
    assert summary["Benefits (效益)"]["fewer"] == "1"
    # Totals: of 30, one is silent and one has two scores.
    told = [each for at, each in enumerate(printed) if at not in (evaluations.SILENT, evaluations.AMBIGUOUS)]
    totals = [each.total for each in told]
    [project] = shown["compression"].rows[1:]
    assert (project["Scores"], number(project["Points used"])) == ("28", max(totals) - min(totals))
    assert number(project["Median"]) == round(median(totals), 2)
    scores = {row["group"]: row for row in shown["scores"].rows}
    silent = scores["新郑市 2021"]
    assert silent["Of"] == "no score stated"
    assert {silent[name] for name in ("Score", "Full mark", "Execution rate", "Sources")} == {"–"}
    assert re.fullmatch(r"[0-9.]+ or [0-9.]+", scores["博罗县 2020"]["Score"])
    assert any("新郑市 2021" in note for note in shown["coverage"].notes)
    [pairs] = shown["correlation"].rows
    assert pairs["Pairs"] == "28"
    rho = spearman([(each.total, each.spent / each.budget) for each in told])
    assert number(pairs["Rank correlation"]) == round(Decimal(rho), 2)
    assert 0 < number(pairs["p-value"]) < Decimal("0.2")


def spearman(pairs: list[tuple[Decimal, Decimal]]) -> float:
    """Pearson's correlation of mid-ranks."""
    ranks = [
        [sum(v < w for v in column) + (sum(v == w for v in column) + 1) / 2 for w in column]
        for column in zip(*pairs, strict=True)
    ]
    mean = (len(pairs) + 1) / 2
    a, b = ([rank - mean for rank in some] for some in ranks)
    cross = sum(x * y for x, y in zip(a, b, strict=True))
    return cross / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_headings_are_of_one_language(reports: dict[str, nbformat.NotebookNode], language: str) -> None:
    shown = tables_of(reports[language])
    for name, found in shown.items():
        for text in (found.title, *found.headings):
            if language == "en":
                assert not re.search(r"[一-鿿]", re.sub(r"[(（][^()（）]*[)）]", "", text)), (name, text)
            else:
                assert not re.search(r"[A-Za-z]{3,}", text.replace("SHA", "")), (name, text)


# --- what is not there ------------------------------------------------------------------------------------------------


def test_districts_without_tables_or_scores_are_told(
    thirty: tuple[Path, list[evaluations.Evaluation]], tmp_path: Path
) -> None:
    corpus = fa.load(thirty[0] / "processed")
    one = studies.restrict(corpus, [f"e{evaluations.SILENT:03}"])
    one.save(tmp_path / "one")
    view = studies.open_view(tmp_path / "one")
    seen = performance.observe(view)
    told: list[Any] = [
        performance.weights_chart(view, seen),
        performance.weights_summary(view, seen),
        performance.weights_table(view, seen, 40),
        performance.full_marks_chart(view, seen),
        performance.kinds(view),
        performance.dimensions(view),
        performance.directions(view, seen),
        performance.ratios_chart(view, seen, 2.0),
        performance.targets(view, seen, 40),
        performance.rule(view, seen),
        performance.departures(view, seen, 40),
        performance.scores_chart(view, seen),
        performance.cumulative(view, seen),
        performance.compression(view),
        performance.grades(view),
        performance.scatter(view, seen),
        performance.correlation(view),
    ]
    assert all(each.data.startswith("*") for each in told)
    assert "新郑市 2021" in performance.coverage(view, seen, 40)._repr_html_()
    assert "no score stated" in performance.scores_table(view, seen, 40)._repr_html_()
    assert "–" in performance.headline(view, seen)


def test_money_of_targets_is_in_the_readers_unit(reports: dict[str, nbformat.NotebookNode]) -> None:
    money = [row["Target"] for row in tables_of(reports["en"])["targets"].rows if "元" in row["Target"]]
    assert money
    assert all(re.fullmatch(r"≤[0-9,]+\u00a0元", cell) for cell in money)


def test_all_printed_digits_of_money_are_told_in_any_unit() -> None:
    view = studies.open_view(unit="亿元")
    shown = performance.targets(view, performance.observe(view), 40)._repr_html_()
    # 108.33万元 of at most 120万元.
    assert "≤0.012\u00a0亿元" in shown
    assert "0.010833\u00a0亿元" in shown


def test_a_long_table_tells_what_it_leaves_out(thirty: tuple[Path, list[evaluations.Evaluation]]) -> None:
    view = studies.open_view(thirty[0] / "processed")
    seen = performance.observe(view)
    shown = performance.scores_table(view, seen, 3)
    assert shown.rows == 3
    assert "The 3 lowest of 30 scores." in shown._repr_html_()
    assert performance.targets(view, seen, 5).rows == 5
    assert performance.weights_table(view, seen, 5).rows == 5
    # The table that departs from the recommended weights is among the five.
    assert "简阳市 2022" in performance.weights_table(view, seen, 5)._repr_html_()
    assert "e009" not in json.dumps(performance.coverage(view, seen, 40)._repr_html_())


def test_evidence_holds_as_many_rows_as_are_asked_for(thirty: tuple[Path, list[evaluations.Evaluation]]) -> None:
    view = studies.open_view(thirty[0] / "processed")
    seen = performance.observe(view)
    facts, rows = seen.scores["fact_ids"], seen.indicators["indicator_id"]
    few, all_ = (view.evidence(facts, 1, rows, most=most)._repr_html_() for most in (50, 20_000))
    assert (few.count('id="row-') + few.count('id="fact-'), all_.count('id="row-')) == (50, rows.len())
