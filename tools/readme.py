"""Write the generated parts of the READMEs anew: sample outputs, scores, measured speed and the pictures.

``make readme`` does all of it. A generated part stands between ``<!-- begin: NAME -->`` and ``<!-- end: NAME -->``:
``python-…`` is what the Python code above it prints, any other name is a function of this module. The command works
on a copy of ``data/raw`` in a temporary folder, so what it shows is what a fresh clone gives.

``--check`` writes nothing and exits with 1 where a part is out of date; measured times are not compared.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click
import polars as pl

import fiscal_analysis as fa

ROOT = Path(__file__).resolve().parents[1]
TWINS = {"README.md": "README.zh.md"} | {
    f"docs/{name}.md": f"docs/{name}.zh.md" for name in ("documents", "studies", "python", "checks")
}
"""The pages in English, and the same in Chinese."""
LANGUAGES = dict.fromkeys(TWINS, "en") | dict.fromkeys(TWINS.values(), "zh")
MEASURED = frozenset(("speed", "mutations"))
"""Parts that take minutes or differ from machine to machine: made anew by ``make readme``, not compared."""

BLOCK = re.compile(r"(?P<begin><!-- begin: (?P<name>[a-z0-9-]+) -->\n).*?(?P<end><!-- end: (?P=name) -->)", re.DOTALL)
PYTHON = re.compile(r"^```python\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
_DOCUMENT = "fengtai-2024-final-accounts"


class Place(NamedTuple):
    """A copy of the project's data with the tables and reports made from it, and what the main job said."""

    folder: Path
    said: str

    @property
    def processed(self) -> fa.Corpus:
        """The tables."""
        return fa.load(self.folder / "data" / "processed")


@contextlib.contextmanager
def fresh_place(*, studies: bool) -> Iterator[Place]:
    """Run the main job (without `studies`: the parse only) on a copy of ``data/raw``; yield where its files lie."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
        arguments = ["run"] if studies else ["parse", "data/raw", "--out", "data/processed"]
        yield Place(folder, command("fiscal_analysis.cli", *arguments, folder=folder))


def command(module: str, *arguments: str, folder: Path = ROOT, accepted: tuple[int, ...] = (0,)) -> str:
    """Return what a module prints, run as a program in a folder; an exit status that is not accepted is an error."""
    if module == "fiscal_analysis.cli":
        start = ["-c", "from fiscal_analysis.cli import main; main(prog_name='fiscal')"]
    else:
        start = ["-m", module]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode not in accepted:
        raise click.ClickException(f"{module} {' '.join(arguments)} exited with {done.returncode}:\n{done.stderr}")
    return done.stdout.strip("\n")


# --- the parts ------------------------------------------------------------------------------------------------------


def run(place: Place, language: str) -> str:
    """Return the closing summary of the main job."""
    return _fence(place.said.strip())


_FACT_COLUMNS = (
    ("division_code", "its district or county, GB/T 2260", "所在区县的行政区划代码（GB/T 2260）"),
    ("fiscal_year", "the year that the figure is of", "数字所属年度"),
    ("concept", "what is measured", "计量的是什么"),
    ("measure", "how: outturn, budget, change, share ...", "口径：决算、预算、增减、占比等"),
    ("subject_code", "code of the functional class", "支出功能分类科目编码"),
    ("value", "the figure in the base unit", "数值，以基本单位计"),
    (
        "unit",
        "`CNY` (yuan), `ratio`, `score` or `count`",
        "`CNY` 元、`ratio` 比率、`score` 分、`count` 个数",
    ),
    ("decimals", "precision as printed: ±0.5·10^-decimals", "原文精度：±0.5·10^-decimals"),
    ("raw", "the number as printed", "数字，照原文"),
    ("quote", "the sentence or row that says it", "原句或原表行"),
)


def fact(place: Place, language: str) -> str:
    """Return one fact as a table: column, value, meaning."""
    row = place.processed.facts.row(
        by_predicate=(pl.col("doc_id") == _DOCUMENT) & (pl.col("raw") == "314.98万元"), named=True
    )
    lines = ["| column | example | content |" if language == "en" else "| 列 | 示例 | 含义 |", "| --- | --- | --- |"]
    for name, english, chinese in _FACT_COLUMNS:
        value = f"{row[name]:,.0f}" if name == "value" else str(row[name])
        lines.append(f"| `{name}` | {value} | {english if language == 'en' else chinese} |")
    return "\n".join(lines)


def audit(place: Place, language: str) -> str:
    """Return one message of ``fiscal audit``, in the README's language, and its last line."""
    said = command("fiscal_analysis.cli", "audit", folder=place.folder)
    messages = said.split("\n\n")
    example = next((each for each in messages if _DOCUMENT in each and "rate_mismatch" in each), messages[0])
    head, chinese, english = (line.strip() for line in example.splitlines())
    severity, rest = head.split(maxsplit=1)
    quoted = (english if language == "en" else chinese).replace("|", "\\|").replace("*", "\\*")
    return f"> **{severity}** {rest}\\\n> {quoted}\n>\n> {messages[-1].strip()}"


def scores(place: Place, language: str) -> str:
    """Return how the facts of the documents compare with the checked facts in ``tests/gold``."""
    from fiscal_analysis.extract import extract_document
    from tests.scoring import GOLD, gold, score

    head = {
        "en": "| document | checked facts | core facts found | all facts found | stated facts right |",
        "zh": "| 文档 | 核对过的数字 | 核心数字查全 | 全部数字查全 | 给出的数字正确 |",
    }
    lines = [head[language], "| --- | ---: | ---: | ---: | ---: |"]
    for path in sorted(GOLD.glob("*.facts.csv")):
        name = path.name.removesuffix(".facts.csv")
        (source,) = (place.folder / "data" / "raw").glob(f"{name}-*.txt")
        found = score(extract_document(fa.read(source)).facts, gold(name))
        lines.append(f"| {name} | {len(gold(name))} | {found.core:.1%} | {found.all:.1%} | {found.right:.1%} |")
    return "\n".join(lines)


_THEMES = {
    "budget_documents": "预算公开",
    "carryover_staff": "结转与人员",
    "composition": "收支构成",
    "economic": "经济分类",
    "execution": "预算执行",
    "functional": "功能分类",
    "hightech": "高新技术企业",
    "outcomes": "工作成果",
    "performance_tables": "绩效自评表",
    "procurement_assets": "采购与资产",
    "programmes": "政策资金",
    "scores": "评价得分",
    "three_public": "“三公”经费",
    "totals": "收支总额",
    "traps_accounts": "决算中的陷阱",
    "traps_performance": "绩效中的陷阱",
    "forms_mixed": "各式自评表",
    "forms_flattened": "网页复制的自评表",
}
_SETS = {
    "accounts": "决算",
    "budget": "预算公开",
    "mixed": "综合",
    "performance": "绩效",
    "tables": "自评表",
    "traps": "陷阱",
}
_UNITS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
_TENS = {"fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "thirtieth": 30}


def _theme_zh(name: str) -> str:
    """Return what a theme of the suite is called in Chinese: by its name, or by the number of its set."""
    if name in _THEMES:
        return _THEMES[name]
    ordinal, _, kind = name.partition("_")
    units = _UNITS.split()
    tens = 20 if ordinal.startswith("twent") else 30 if ordinal.startswith("thirty") else 0
    rest = ordinal.removeprefix("twenty").removeprefix("thirty")
    number = _TENS.get(ordinal) or tens + (units.index(rest) + 1 if rest in units else 0)
    return f"{_SETS.get(kind) or _THEMES.get(kind, kind)}（第{number}组）"


def conformance(place: Place, language: str) -> str:
    """Return the score of the conformance suite by theme, three themes a row."""
    from tests.conformance_cases import cases, is_negative, judge

    themes: dict[str, list[int]] = {}
    negatives = claimed = 0
    for theme, case in cases():
        outcome = judge(case)
        sums = themes.setdefault(theme, [0, 0, 0, 0])
        for at, value in enumerate((outcome.expected, outcome.found, outcome.stated, outcome.right)):
            sums[at] += value
        negatives += is_negative(case)
        claimed += is_negative(case) and outcome.stated > 0
    names = {name: name.replace("_", " ") if language == "en" else _theme_zh(name) for name in themes}
    totals = [sum(column) for column in zip(*themes.values(), strict=True)]
    every = {"en": "**all**", "zh": "**合计**"}[language]
    cells = [
        f"| {names.get(name, name)} | {found / max(1, expected):.0%} | {right / max(1, stated):.0%} "
        for name, (expected, found, stated, right) in (themes | {every: totals}).items()
    ]
    head = {"en": "| theme | found | right ", "zh": "| 主题 | 查全 | 正确 "}[language]
    cells += ["| | | "] * (-len(cells) % 3)
    rows = ["".join(cells[at : at + 3]) + "|" for at in range(0, len(cells), 3)]
    kept = {
        "en": f"Of {negatives} excerpts without data, {claimed} yield a fact that is none.",
        "zh": f"{negatives} 段不含数据的文本中，{claimed} 段被误读出数字。",
    }
    return "\n".join([head * 3 + "|", "| --- | ---: | ---: " * 3 + "|", *rows, "", kept[language]])


def mutations(place: Place, language: str) -> str:
    """Return the score of the mutation test of the audit, where there is one."""
    if importlib.util.find_spec("benchmarks.mutations") is None:
        return {
            "en": "How many changed digits the audit notices has not been measured yet.",
            "zh": "审核能发现多少被改动的数字，尚未测量。",
        }[language]
    last = _measured("benchmarks.mutations").splitlines()[-1]
    _, mutants, reported, suspected, within, wrongly = last.split()
    return {
        "en": f"Of {mutants} changed digits, {reported} are reported, {suspected} with the changed figure as a suspect."
        f" Of {within} changes within rounding, {wrongly} are reported.",
        "zh": f"改动 {mutants} 处数字，报告了 {reported}，其中被改的数列为疑点的占全部的 {suspected}；"
        f"舍入范围以内的改动 {within} 处，误报 {wrongly} 处。",
    }[language]


def speed(place: Place, language: str) -> str:
    """Return the main lines of what ``make bench`` measures, with fewer rounds, as a table."""
    lines = _measured("benchmarks", "--rounds", "10", "--megabytes", "0.5", "2", "--runs", "0").splitlines()
    named = {
        "whole parse": ("whole parse of the four documents", "四份文件从读入到审核"),
        "import fiscal_analysis": ("`import fiscal_analysis`", "`import fiscal_analysis`"),
        "1 MB of a text of 2 MB": ("1 MB out of a text of 2 MB", "2 MB 文本中的每 1 MB"),
    }
    against = {"one bare pass": "一遍扫描", "import polars": "`import polars`", "of 0.5 MB": "0.5 MB 文本中的每 1 MB"}
    head = {"en": "| measured | time | against | ratio | limit |", "zh": "| 测量 | 用时 | 参照 | 倍数 | 上限 |"}
    rows = [head[language], "| --- | ---: | --- | ---: | ---: |"]
    for line in lines:
        # The columns: what, median, against, its median, ratio, limit, verdict.
        cells = re.split(r"\s{2,}", line.strip())
        if cells[0] in named and len(cells) >= 6:
            english, chinese = named[cells[0]]
            what, base = (english, cells[2]) if language == "en" else (chinese, against[cells[2]])
            rows.append(f"| {what} | {cells[1]} | {base} {cells[3]} | {cells[4]} | {cells[5]} |")
    if len(rows) != 2 + len(named):
        raise click.ClickException("`python -m benchmarks` no longer prints the lines that the pages show.")
    return "\n".join(rows)


@cache
def _measured(module: str, *arguments: str) -> str:
    """Return what a measuring command prints, once for both languages; 1 says that a limit is exceeded."""
    return command(module, *arguments, accepted=(0, 1))


_COMMON = ("processed", "division_codes", "year_from", "year_to", "language", "unit")


def studies(place: Place, language: str) -> str:
    """Return the studies that there are, with the parameters that each has beside those of all."""
    from fiscal_analysis.studies import list_studies, parameters_of
    from fiscal_analysis.studies.catalogue import describe, read_notebook

    lines = [
        "| study | question | parameters of its own |" if language == "en" else "| 研究 | 题目 | 特有参数 |",
        "| --- | --- | --- |",
    ]
    for study in list_studies():
        names = ", ".join(f"`{name}`" for name in parameters_of(study.name) if name not in _COMMON)
        title, _ = describe(read_notebook(study.path), study.name, language)
        lines.append(f"| [`{study.name}`](notebooks/{study.name}.ipynb) | {title} | {names} |")
    return "\n".join(lines)


PARTS: dict[str, Callable[[Place, str], str]] = {
    each.__name__: each for each in (run, fact, audit, scores, conformance, mutations, speed, studies)
}


def _fence(text: str, kind: str = "text") -> str:
    return f"```{kind}\n{text}\n```"


def printed_by(code: str, place: Place) -> str:
    """Return what Python code of a page prints, run where the reader would run it: beside ``data``."""
    printed = io.StringIO()
    before = Path.cwd()
    os.chdir(place.folder)
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "<README>", "exec"), {"__name__": "__main__"})  # the README's own code
    finally:
        os.chdir(before)
    lines = (line.rstrip() for line in printed.getvalue().strip("\n").splitlines())
    return "\n".join(lines).replace(str(place.folder.resolve()) + os.sep, "")


# --- the files ------------------------------------------------------------------------------------------------------


def renewed(text: str, place: Place, language: str, *, only: Callable[[str], bool]) -> str:
    """Return a page with those of its generated parts made anew whose name `only` accepts."""

    def part(match: re.Match[str]) -> str:
        name = match["name"]
        if not only(name):
            return match[0]
        if name.startswith("python-"):
            code = [each["code"] for each in PYTHON.finditer(text, 0, match.start())][-1]
            body = _fence(printed_by(code, place))
        else:
            body = PARTS[name](place, language)
        return f"{match['begin']}{body}\n{match['end']}"

    return BLOCK.sub(part, text)


def stale(place: Place) -> list[str]:
    """Return the generated parts that are out of date, as ``README.md: name``; measured ones are left out.

    The part ``run`` is compared only where `place` holds a whole run.
    """
    whole = (place.folder / "reports").is_dir()
    found = []
    for name, language in LANGUAGES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        new = renewed(text, place, language, only=lambda part: part not in MEASURED and (whole or part != "run"))
        pairs = zip(BLOCK.finditer(text), BLOCK.finditer(new), strict=True)
        found += [f"{name}: {old['name']}" for old, made in pairs if old[0] != made[0]]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Write the parts and pictures, or check the parts; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.readme", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a part is out of date")
    parser.add_argument("--no-pictures", action="store_true", help="leave the pictures in docs/ as they are")
    parser.add_argument("--no-measuring", action="store_true", help="leave the measured parts as they are")
    given = parser.parse_args(arguments)
    with fresh_place(studies=True) as place:
        if given.check:
            found = stale(place)
            for each in found:
                click.echo(f"{each} is out of date. Run: make readme", err=True)
            return int(bool(found))
        for name, language in LANGUAGES.items():
            path = ROOT / name
            text = path.read_text(encoding="utf-8")
            new = renewed(text, place, language, only=lambda part: not (given.no_measuring and part in MEASURED))
            path.write_text(new, encoding="utf-8")
            click.echo(f"{name}: {len(BLOCK.findall(new))} parts, {'changed' if new != text else 'unchanged'}")
        if not given.no_pictures:
            from tools.pictures import draw

            for line in draw(place.folder):
                click.echo(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
