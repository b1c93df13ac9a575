"""The reports in a real browser, without a network, on a desktop and on a phone."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest

from fiscal_analysis import studies
from fiscal_analysis.studies.engine import write_index, write_report

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
HOW_TO = (
    "no browser found: install Chromium (Debian, Ubuntu: apt-get install chromium; "
    "macOS: brew install --cask chromium) or name one in the environment variable BROWSER_PATH"
)

# Measures the page from within and tells the page around it.
PROBE = """
<script>
(async () => {
  await document.fonts.load("16px 'Fiscal Sans SC'", "区");
  await document.fonts.ready;
  const drawn = (character) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 40;
    const pen = canvas.getContext("2d");
    pen.font = "32px 'Fiscal Sans SC'";
    pen.fillText(character, 2, 34);
    return Array.from(pen.getImageData(0, 0, 40, 40).data).filter((_, i) => i % 4 === 3).join("");
  };
  const glyphs = [..."丰台区高新技术企业预算执行率"].map(drawn);
  const visible = (node) => {
    const box = node.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(node).opacity !== "0";
  };
  const charts = [...document.querySelectorAll("svg.marks")].filter(visible).map((svg) => ({
    width: svg.getBoundingClientRect().width,
    shapes: [...svg.querySelectorAll("path, rect, line, circle")].filter((n) => {
      const b = n.getBoundingClientRect(); return b.width > 0 || b.height > 0; }).length,
    marks: [...svg.querySelectorAll("[role='graphics-symbol'][aria-label]")].filter((n) => {
      const b = n.getBoundingClientRect(); return (b.width > 0 || b.height > 0) && n.querySelector("title"); }).length,
    words: [...svg.querySelectorAll("text")].filter(visible).map((n) => n.textContent).join(" "),
    font: getComputedStyle(svg.querySelector("text")).fontFamily,
  }));
  // Words of a chart that stand on each other, and tables that are wider than their place.
  const overlaps = [];
  for (const svg of [...document.querySelectorAll("svg.marks")].filter(visible)) {
    const texts = [...svg.querySelectorAll("text")].filter((n) => visible(n) && n.textContent.trim());
    const boxes = texts.map((n) => n.getBoundingClientRect());
    for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
      const [a, b] = [boxes[i], boxes[j]];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      // Lines of one text touch; glyphs do not fill their boxes.
      const told = [texts[i].textContent, texts[j].textContent];
      if (wide > 2 && high > Math.min(a.height, b.height) / 2) overlaps.push(told);
    }
  }
  const cut = [...document.querySelectorAll(".scroll")].filter((n) => visible(n) && n.scrollWidth > n.clientWidth + 1);
  const mark = document.querySelector("figure.chart a [role='graphics-symbol'][aria-label]");
  mark?.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  const result = {
    charts,
    overlaps,
    cut: cut.map((n) => n.closest("[class^=table]")?.className ?? "table"),
    language: document.documentElement.lang,
    letters: document.querySelector("main").innerText.match(/[A-Za-z]/g)?.length ?? 0,
    hanzi: document.querySelector("main").innerText.match(/[一-鿿]/g)?.length ?? 0,
    tables: [...document.querySelectorAll("table")].filter(visible).length,
    blank: drawn(" "),
    glyphs,
    loaded: [...document.fonts].filter((f) => f.family.includes("Fiscal") && f.status === "loaded").length,
    tooltip: document.querySelector(".tip:not([hidden])")?.textContent ?? null,
    page: document.documentElement.scrollWidth,
    window: innerWidth,
    fetched: performance.getEntriesByType("resource").map((entry) => entry.name),
    chinese: /[一-鿿]/.test(document.body.innerText),
  };
  parent.postMessage(JSON.stringify(result), "*");
})();
</script>
"""

# A headless window is not narrower than 500 pixels; a frame is. What it tells is left where --dump-dom finds it.
FRAME = """<!DOCTYPE html><meta charset="utf-8"><title>frame</title><body><script>
addEventListener("message", (event) => {
  const out = document.createElement("pre");
  out.className = "probe";
  out.textContent = event.data;
  document.body.append(out);
});
</script>%s
"""
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def browser() -> str:
    named = os.environ.get("BROWSER_PATH")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.skip(HOW_TO)
    return found


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of all studies in all languages and the indexes over them, as the main job writes them."""
    out = tmp_path_factory.mktemp("reports")
    done, failed = studies.run_all(out=out, jobs=2)
    assert [each.reason for each in failed] == []
    assert len(done) == len(studies.runs_of())
    return out


def look(browser: str, page: Path, profile: Path) -> dict[int, dict[str, Any]]:
    """Open a page offline in frames of both widths and return what the probe measured in each."""
    probed = page.with_name(f"probed-{page.name}")
    frame = page.with_name(f"frame-{page.name}")
    frames = [
        f'<iframe src="{probed.name}" style="width: {width}px; height: 1200px; border: 0"></iframe>' for width in WIDTHS
    ]
    frame.write_text(FRAME % "".join(frames), encoding="utf-8")
    probed.write_text(page.read_text(encoding="utf-8").replace("</body>", PROBE + "</body>"), encoding="utf-8")
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--no-first-run",
        f"--user-data-dir={profile}",
        "--window-size=1500,1300",
        "--virtual-time-budget=12000",
        "--dump-dom",
        frame.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    probed.unlink()
    frame.unlink()
    found = re.findall(r'<pre class="probe">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    assert len(found) == len(WIDTHS), f"{page.name}: the browser did not finish: {done.stderr.decode()[-500:]}"
    told: list[dict[str, Any]] = [json.loads(html.unescape(each)) for each in found]
    return {each["window"]: each for each in told}


PAGES = [("index", "en"), ("index", "zh"), *((name, language or "en") for name, language in studies.runs_of())]


@pytest.mark.parametrize(("name", "language"), PAGES, ids=[f"{name}-{language}" for name, language in PAGES])
def test_a_report_is_drawn_and_readable_offline(
    browser: str, reports: Path, tmp_path: Path, name: str, language: str
) -> None:
    suffix = "" if language == "en" else f"-{language}" if name == "index" else f"--language-{language}"
    for width, seen in look(browser, reports / f"{name}{suffix}.html", tmp_path).items():
        # Charts: axes and grids make shapes; marks are the dots and lines that carry a description.
        assert len(seen["charts"]) >= 1
        for chart in seen["charts"]:
            assert chart["shapes"] > 10
            assert chart["marks"] >= 1
            assert re.search("[一-鿿]" if language == "zh" else "[A-Za-z]{3}", chart["words"])
            assert "Fiscal Sans SC" in chart["font"]
            assert 200 < chart["width"] <= width
        assert seen["overlaps"] == [], width
        # Chinese: the shipped font is there, and no two characters are the same empty box.
        assert seen["language"] == language
        assert seen["chinese"]
        assert seen["loaded"] >= 1
        assert seen["blank"] not in seen["glyphs"]
        assert len(set(seen["glyphs"])) == len(set("丰台区高新技术企业预算执行率"))
        # Nothing from elsewhere, and nothing wider than the window.
        assert all(address.startswith(("file:", "data:")) for address in seen["fetched"])
        assert seen["page"] <= seen["window"] == width
        assert seen["cut"] == [], width
        if language == "zh":
            assert seen["hanzi"] > seen["letters"]
        if name != "index":
            assert seen["tables"] >= 3
            # A mark that leads to its sentence tells the quote, or that a click shows it.
            assert bool(seen["tooltip"]) == (name != "corpus_overview")
            assert re.search("“|→", seen["tooltip"] or "→")


SEARCH = """
<script>
  const form = document.getElementById("search");
  const shown = () => [...document.querySelectorAll("table.reports tbody tr")].filter((row) => !row.hidden).length;
  const found = [form.hidden, shown()];
  for (const [name, value] of [["year", "2024"], ["year", ""], ["district", "正定县 130123"], ["words", "2024 正定"]]) {
    form.elements[name].value = value;
    form.dispatchEvent(new Event("input", { bubbles: true }));
    found.push(shown());
  }
  found.push(form.elements.count.value, document.documentElement.scrollWidth <= innerWidth);
  document.body.innerHTML = "";
  const told = document.createElement("pre");
  Object.assign(told, { id: "probe", textContent: JSON.stringify(found) });
  document.body.append(told);
</script>
"""


def test_the_index_is_searched_by_district_year_and_words(browser: str, tmp_path: Path) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "subsidy_cost.ipynb", as_version=4)
    for place, year in (("丰台区 110106", 2024), ("正定县 130123", 2023), ("门头沟区 110109", 2023)):
        given = {"division_codes": [place.split()[1]], "year_from": year}
        write_report(notebook, "subsidy_cost", given, tmp_path, districts=[place], years=[year])
    page = write_index(tmp_path)
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", SEARCH + "</body>"), encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--window-size=500,900", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    found = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    assert found
    assert json.loads(html.unescape(found[1])) == [False, 3, 1, 3, 1, 0, "0 of 3 reports", True]
