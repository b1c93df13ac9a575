"""Small corpora for tests of studies, what their exhibits show, and what a chart was drawn from."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import polars as pl

import fiscal_analysis as fa
from fiscal_analysis import store
from fiscal_analysis.charts.renderer import SPEC_MIME
from fiscal_analysis.studies.page import page_of, study_html
from tests.metrics_rows import published as rows_of
from tests.study_tables import Table, tables_of

ROOT = Path(__file__).resolve().parent.parent


def corpus_of(**tables: Iterable[dict[str, Any]]) -> fa.Corpus:
    """A corpus of these rows; columns that a row leaves out are null."""
    made = {name: store.empty(name) for name in store.TABLES}
    for name, rows in tables.items():
        schema = store.polars_schema(name)
        filled = [dict.fromkeys(schema) | {key: row[key] for key in row if key in schema} for row in rows]
        made[name] = pl.DataFrame(filled, schema=schema)
    return fa.Corpus(made)


def table_of(shown: Any) -> Table:
    """A table that an exhibit returns, as its reader sees it."""
    output = nbformat.v4.new_output("display_data", {"text/html": shown._repr_html_()})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    [table] = tables_of(notebook).values()
    return table


def charts_of(notebook: nbformat.NotebookNode) -> dict[str, list[dict[str, Any]]]:
    """The rows that each chart of an executed notebook draws, by its title, those of all layers."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            spec = output.get("data", {}).get(SPEC_MIME)
            if spec:
                title = spec["title"]["text"]
                rows = [row for data in spec["datasets"].values() for row in data]
                found[title if isinstance(title, str) else " ".join(title)] = rows
    return found


def drawn(study: str) -> dict[str, list[dict[str, Any]]]:
    """The rows that each chart of a published study draws."""
    return charts_of(nbformat.read(ROOT / "notebooks" / f"{study}.ipynb", as_version=4))


def links_of(notebook: nbformat.NotebookNode, language: str) -> tuple[set[str], set[str]]:
    """Where the links of a report lead, and the places that there are."""
    page = study_html(page_of(notebook, "x", language), parameters={}, notebook="x.ipynb")
    links = re.findall(r'\bhref="#([^"]+)"', page)
    return {html.unescape(link) for link in links}, {
        html.unescape(each) for each in re.findall(r'\bid="([^"]+)"', page)
    }


def said_in(notebook: nbformat.NotebookNode, language: str) -> list[tuple[str, str]]:
    """Every text of an executed notebook that a reader of the language sees, with where it stands.

    Prose, what sentences, tables and key figures say, and titles, axes and marks of charts; the quotes of the documents
    (the table of evidence, what stands between quotation marks) and the list of files are left out.
    """
    texts: list[tuple[str, str]] = []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown" and (not tags & {"en", "zh"} or language in tags):
            texts.append(("prose", cell.source))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if SPEC_MIME in data:
                texts += [("chart", text) for text in _strings(data[SPEC_MIME])]
            elif "<table" in "".join(data.get("text/html", "")):
                [(name, table)] = tables_of(nbformat.v4.new_notebook(cells=[_only(output)])).items()
                heads = [table.title, *table.headings]
                cells = (
                    [] if name in ("evidence", "documents") else [each for row in table.rows for each in row.values()]
                )
                texts += [(f"table {name}", text) for text in [*heads, *table.notes, *cells]]
            else:
                texts += [
                    ("said", re.sub(r"<[^>]+>", " ", data.get(kind, ""))) for kind in ("text/html", "text/markdown")
                ]
    return [(where, unquoted(text)) for where, text in texts if text]


def unquoted(text: str) -> str:
    """A text without what stands between quotation marks, which may stand within each other."""
    kept, depth = [], 0
    for character in text:
        depth += character == "“"
        if depth == 0:
            kept.append(character)
        depth = max(0, depth - (character == "”"))
    return "".join(kept)


def _only(output: Any) -> Any:
    return nbformat.v4.new_code_cell("", outputs=[output])


def _strings(spec: Any) -> Iterable[str]:
    """Titles, axis titles and the values of all rows of a chart."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key in ("title", "text", "subtitle") and isinstance(value, str | list):
                yield " ".join([value] if isinstance(value, str) else [str(each) for each in value])
            elif key == "datasets":
                for rows in value.values():
                    yield from (
                        each for row in rows for each in row.values() if isinstance(each, str) and each[:1] != "#"
                    )
            elif key not in ("config", "encoding", "$schema") or key == "encoding":
                yield from _strings(value)
    elif isinstance(spec, list):
        for each in spec:
            yield from _strings(each)


# What is no English word: names of programs, hashes, the standard that the audit follows, sizes of samples.
_NO_WORD = re.compile(r"fiscal_analysis|SHA-256|\b[0-9a-f]{12,16}\b|XBRL|Calculations 1\.1")
_FIGURE = re.compile(
    r"[0-9][0-9.,]*\s?(?:亿元|万元|元|万|余?家次|余?家|个|户|分|批次|年|人次)(?:/家)?|、|（已更正 corrected）"
)
_UNIT = re.compile(r"(?:亿元|万元|元)(?= is|, | \(|$)|, (?:亿元|万元|元)$|unit of money: (?:亿元|万元|元)")


def english_left(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """The texts of a Chinese report in which an English word stands."""
    return [(where, text) for where, text in said_in(notebook, "zh") if re.search(r"[A-Za-z]", _NO_WORD.sub("", text))]


def chinese_left(notebook: nbformat.NotebookNode, names: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The texts of an English report in which Chinese stands that is no printed name, figure or term in brackets."""
    printed = sorted({*names, *_printed_names()}, key=lambda name: (-len(name), name))
    left = []
    for where, text in said_in(notebook, "en"):
        rest = text
        for name in printed:
            rest = rest.replace(name, "")
        rest = re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\)", "", re.sub(r"《[^》]*》", "", rest)))
        rest = _UNIT.sub("", _FIGURE.sub("", rest))
        if re.search(r"[一-鿿]", rest):
            left.append((where, rest))
    return left


def _printed_names() -> set[str]:
    """What the documents print: names of places, bodies, lines and programmes."""
    found = {row[column] for row in rows_of("facts") for column in ("item", "subject_name", "issuer") if row[column]}
    found |= {part for name in found for part in name.split("/")}
    for row in rows_of("documents"):
        found |= {row[column] for column in ("county", "prefecture", "issuer", "title") if row[column]}
    return {name for name in found | {name.removesuffix("项目") for name in found} if len(name) > 1}
