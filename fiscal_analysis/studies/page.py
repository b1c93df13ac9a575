"""An executed notebook as a page for reading: prose, tables and charts, no code, nothing from the network."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from fiscal_analysis.charts.font import FONT_FILE, font_path
from fiscal_analysis.charts.wording import label
from fiscal_analysis.studies.catalogue import LANGUAGES, PACKAGE, describe, spoken
from fiscal_analysis.studies.files import write_atomically

__all__ = ["Page", "index_html", "index_name", "page_of", "preview_of", "study_html", "unlinked", "write_assets"]

ASSETS = "assets"
TEMPLATES = PACKAGE / "templates"

_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL)
_ANCHOR = re.compile(r'<a class="anchor-link".*?</a>', re.DOTALL)
_HEADING = re.compile(r'<h2[^>]*\bid="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
_KEY_FIGURES = re.compile(r'<dl class="key-figures".*?</dl>', re.DOTALL)
_FIGURE = re.compile(r'<figure class="chart">.*?</figure>', re.DOTALL)
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_GT_SHELL = re.compile(r'<div id="([^"]+)" style="[^"]*">\s*(<table class="gt_table".*?</table>)\s*</div>', re.DOTALL)
_GT_TITLE = re.compile(r'<td [^>]*?class="gt_heading (gt_title|gt_subtitle)[^"]*"[^>]*>(.*?)</td>', re.DOTALL)
_GT_HEADING_ROW = re.compile(r'\s*<tr class="gt_heading">.*?</tr>', re.DOTALL)
_GT_NOTE = re.compile(r'<td class="gt_sourcenote"[^>]*>(.*?)</td>', re.DOTALL)
_GT_FOOT = re.compile(r"<tfoot>.*?</tfoot>", re.DOTALL)
_GT_COLUMN = re.compile(r'<th class="gt_col_heading[^"]*"[^>]*>(.*?)</th>', re.DOTALL)
_GT_ROW = re.compile(r"<tr>\s*<t[hd]\b[^>]*gt_row.*?</tr>", re.DOTALL)
# The table's own ids are made of its words: two groups may share one, and no link needs them.
_GT_REFERENCE = re.compile(r' (?:id|headers|aria-labelledby|aria-describedby)="(?!fact-|row-)[^"]*"')
_TAG = re.compile(r"<[^>]+>")
_LINK = re.compile(r"</?a\b[^>]*>")


class Page(NamedTuple):
    """What a report shows, and what the index needs of it."""

    title: str
    summary: str
    body: str
    sections: tuple[tuple[str, str], ...]
    figures: str
    charts: int
    tables: int


def page_of(notebook: nbformat.NotebookNode, name: str, language: str = "en", *, preview: bool = False) -> Page:
    """Return the page of an executed notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed: charts as SVG with their specification, tables as HTML, prose as Markdown.
    name : str
        The study's name, for a notebook without a heading.
    language : str
        Which prose to show.
    preview : bool
        Only what the index shows is needed: charts are not drawn a second time for narrow screens.

    Returns
    -------
    Page
    """
    title, summary = describe(notebook, name, language)
    parts: list[str] = []
    charts = tables = 0
    for cell in notebook.cells:
        if not spoken(cell, language):
            continue
        if cell.cell_type == "markdown":
            parts.append(f'<div class="prose">{_markdown(cell.source)}</div>')
        elif cell.cell_type == "code":
            for output in cell.outputs:
                data = output.get("data", {})
                if "image/svg+xml" in data:
                    wide = _text(data["image/svg+xml"])
                    charts += 1
                    parts.append(wide if preview else _figure(wide, data))
                elif "text/html" in data:
                    table = _table(_text(data["text/html"]))
                    tables += table.count("<table")
                    parts.append(table)
                elif "text/markdown" in data:
                    parts.append(f'<div class="prose">{_markdown(_text(data["text/markdown"]))}</div>')
                elif "text/plain" in data:
                    parts.append(f"<pre>{html.escape(_text(data['text/plain']))}</pre>")
                elif output.output_type == "stream" and output.get("name") == "stdout":
                    parts.append(f"<pre>{html.escape(_text(output.text))}</pre>")
    body = "\n".join(parts)
    sections = tuple((anchor, _TAG.sub("", text).strip()) for anchor, text in _HEADING.findall(body))
    found = _KEY_FIGURES.search(body)
    return Page(title, summary, body, sections, found[0] if found else "", charts, tables)


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


@cache
def _renderer() -> Any:
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    return markdown2html_mistune


def _markdown(source: str) -> str:
    return _ANCHOR.sub("", _renderer()(source))


def _figure(wide: str, data: dict[str, Any]) -> str:
    """Return a chart in two widths: one for a page or a sheet, one for a phone; CSS shows the one that fits."""
    from fiscal_analysis.charts.renderer import SPEC_MIME, narrow_svg_of

    spec = data.get(SPEC_MIME)
    narrow = narrow_svg_of(spec, wide=wide) if spec else wide
    if narrow == wide:
        return f'<figure class="chart">{wide}</figure>'
    return f'<figure class="chart"><div class="wide">{wide}</div><div class="narrow">{narrow}</div></figure>'


def _table(markup: str) -> str:
    """Return a table in the page's own style instead of the one that it carries for a notebook.

    The title and the notes leave the table, so that they do not scroll with it; every cell gets its column's heading
    as ``data-label``, which a phone shows beside it.
    """
    return _GT_SHELL.sub(_reshaped, _STYLE.sub("", markup))


def _reshaped(match: re.Match[str]) -> str:
    name, table = match.groups()
    title = "".join(f'<p class="{kind}">{text}</p>' for kind, text in _GT_TITLE.findall(table))
    notes = "".join(f"<p>{text}</p>" for text in _GT_NOTE.findall(table))
    table = _GT_FOOT.sub("", _GT_HEADING_ROW.sub("", table))
    labels = [_TAG.sub("", text).strip() for text in _GT_COLUMN.findall(table)]
    rows = _GT_ROW.sub(lambda row: _labelled(row[0], labels), _GT_REFERENCE.sub("", table))
    scrolled = f'<div class="scroll">{rows}</div><div class="notes">{notes}</div>'
    return f'<div class="table {name}" id="table-{name}">{title}{scrolled}</div>'


def _labelled(row: str, labels: list[str]) -> str:
    """Return a table row whose cells, from the right, carry the headings of their columns."""
    cells = row.count("<td ")
    waiting = iter(labels[len(labels) - cells :])
    return re.sub(r"<td ", lambda _: f'<td data-label="{next(waiting)}" ', row) if cells <= len(labels) else row


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


def _shared(language: str) -> dict[str, Any]:
    return {
        "css": (TEMPLATES / "report.css").read_text(encoding="utf-8").replace("FONT_URL", f"{ASSETS}/{FONT_FILE}"),
        "script": (TEMPLATES / "report.js").read_text(encoding="utf-8"),
        "language": language,
        "say": _words()[language],
        "index": index_name(language),
        "told": lambda code: label(code, language),
    }


@cache
def _words() -> dict[str, dict[str, str]]:
    """Return what pages say beside the studies, by language: the table ``words.csv``."""
    with (TEMPLATES / "words.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {language: {row["key"]: row[language] for row in rows} for language in LANGUAGES}


def index_name(language: str) -> str:
    """Return the file name of the index in a language."""
    return "index.html" if language == "en" else f"index-{language}.html"


def study_html(
    page: Page, *, parameters: dict[str, Any], notebook: str, files: Sequence[str] = (), language: str = "en"
) -> str:
    """Return a report as HTML.

    Parameters
    ----------
    page : Page
        What it shows.
    parameters : dict
        What the study was run with.
    notebook : str
        The file name of the executed notebook beside it.
    files : sequence of str
        Its charts and tables as files, from where the report lies.
    language : str
        Of what the page says beside the study.
    """
    text: str = _template("study.html.j2").render(
        page=page, parameters=parameters, notebook=notebook, files=files, **_shared(language)
    )
    return text


def preview_of(report: str) -> str:
    """Return the first chart of a written report as the index shows it: the narrow drawing, without links."""
    figure = _FIGURE.search(report)
    drawings = _SVG.findall(figure[0]) if figure else []
    return unlinked(drawings[-1]) if drawings else ""


def unlinked(svg: str) -> str:
    """Return a drawing without its links, which lead to places of its page."""
    return _LINK.sub("", svg)


def index_html(reports: Sequence[Mapping[str, Any]], language: str = "en") -> str:
    """Return the index over reports.

    Parameters
    ----------
    reports : sequence of mappings
        Each with ``stem`` (the name of its files), ``study``, ``title``, ``summary``, ``language``, ``parameters``,
        ``districts``, ``years``, ``charts``, ``tables``, ``figures`` (its key figures) and ``preview`` (see
        :func:`preview_of`).
    language : str
        Language of the index. A study that was run as a whole in several languages is shown in this one.
    """
    whole: dict[str, dict[str, Mapping[str, Any]]] = {}
    parts: list[Mapping[str, Any]] = []
    for report in reports:
        if set(report["parameters"]) - {"language"}:
            parts.append(report)
        else:
            whole.setdefault(report["study"], {})[report["language"]] = report
    cards = [each.get(language) or next(iter(each.values())) for each in whole.values()]
    ours_last = sorted(reports, key=lambda report: report["language"] == language)
    text: str = _template("index.html.j2").render(
        whole=cards,
        others={study: [each for each in some.values() if each not in cards] for study, some in whole.items()},
        parts=parts,
        studies=sorted({report["study"]: report["title"] for report in ours_last}.items()),
        districts=sorted({place for report in parts for place in report["districts"]}),
        years=sorted({year for report in parts for year in report["years"]}),
        search=(TEMPLATES / "index.js").read_text(encoding="utf-8"),
        languages=[(each, index_name(each), _words()[each]["language"]) for each in LANGUAGES if each != language],
        names={each: _words()[each]["language"] for each in LANGUAGES},
        **_shared(language),
    )
    return text


def write_assets(out: Path) -> None:
    """Write what all pages share (the font) into ``out/assets``, unless it is there already."""
    source = font_path()
    target = out / ASSETS / FONT_FILE
    if not target.is_file() or target.stat().st_size != source.stat().st_size:
        write_atomically(target, source.read_bytes())
    licence = out / ASSETS / "OFL.txt"
    if not licence.is_file():
        write_atomically(licence, (source.parent / "OFL.txt").read_bytes())
