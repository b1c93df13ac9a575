"""Web pages as saved from a site: the article's lines and tables, without what the site puts around them.

The tree is walked twice, each time once from first to last and never by recursion: first to tell tables of data from
tables that only place things, and menus from the article; then to write lines and grids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from lxml import etree

from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.content import Box, Content, Grid, Text
from fiscal_analysis.readers.limits import Limits
from fiscal_analysis.readers.office.sheets import refuse_cells, sheet_blocks
from fiscal_analysis.readers.plain.text import decode
from fiscal_analysis.readers.web.furniture import BLOCKS, SKIPPED, is_furniture, is_hidden, is_widget, without_buttons
from fiscal_analysis.script import without_glosses

__all__ = ["read_content"]

_HEAD = 4096
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([-\w]+)", re.IGNORECASE)
_XML = re.compile(r"^\s*<\?xml[^>]*\?>")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|rar|wps|et|ofd)(?:[?#]|$)", re.IGNORECASE)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\xad]")
_WRAPPED = re.compile(r"(?<=[⺀-鿿、-】！-～])[ \t]*[\r\n]+[ \t\r\n]*(?=[⺀-鿿、-】！-～])")
_BLANKS = re.compile(r"\s+")
_ARTICLE = 3000  # characters of a cell that no table of data has
_SHARE = 0.6  # part of a table's characters that such a cell holds
_LONGEST_SPAN = 65_534  # rows, as browsers have it
_WIDEST_SPAN = 1_000
_LOST = 0.001  # part of the characters that may be damaged
_HEADINGS = frozenset(("h1", "h2", "h3"))


def read_content(data: bytes, shown: str, limits: Limits) -> Content:
    """Read a saved web page.

    Parameters
    ----------
    data : bytes
        The page; nothing that it refers to is fetched.
    shown : str
        What messages call it.
    limits : Limits
        Bounds on the cells of its tables.

    Returns
    -------
    Content
        Lines and grids in the page's order, files that it links to, and its title.

    Raises
    ------
    SourceError
        The page cannot be decoded, is nested deeper than pages are, or holds a table over the limit.
    """
    root = _tree(without_glosses(_decoded(data, shown)), shown)
    if root is None:
        return Content([])
    survey = _survey(root)
    content = Content([])
    _write(root, survey, content, shown, limits)
    content.title = _title(root, content)
    return content


# -- bytes to a tree ------------------------------------------------------------------------------------------------


def _decoded(data: bytes, shown: str) -> str:
    """Return the page's text: by its byte-order mark, by what it declares, or by trial."""
    if not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        match = _CHARSET.search(data[:_HEAD])
        declared = match[1].decode("ascii", "replace").lower() if match is not None else ""
        if declared.startswith("gb"):
            declared = "gb18030"
        for encoding in filter(None, (declared, "utf-8", "gb18030")):
            try:
                return data.decode(encoding)
            except (UnicodeDecodeError, LookupError):
                continue
        for encoding in filter(None, (declared, "utf-8")):  # a stray byte does not make a page unreadable
            try:
                text = data.decode(encoding, "replace")
            except LookupError:
                continue
            if text.count("\ufffd") <= _LOST * len(text):
                return text
    return decode(data, shown)


def _tree(text: str, shown: str) -> etree._Element | None:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, recover=True
    )
    text = _XML.sub("", text).replace("\x00", "")
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(
            f"{shown}: the page holds no readable markup ({error}). Save it again from the browser."
        ) from error
    for entry in islice(parser.error_log, 1000):
        if entry.type_name == "ERR_RESOURCE_LIMIT":
            # the parser stops there and keeps what came before: half of a page would pass for all of it
            raise SourceError(
                f"{shown}: the page is nested deeper than pages are, or holds a text beyond all bounds "
                f"(line {entry.line}). Save it as PDF or .docx, and give that file."
            )
    return root


# -- what the parts of the page are ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """What an open element holds so far."""

    characters: int = 0
    linked: int = 0
    links: int = 0
    files: int = 0
    heading: bool = False
    tables: bool = False  # of data
    cells: int = 0  # of a row
    widest: int = 0  # of a table: cells of its widest row
    longest: int = 0  # of a table: characters of its longest cell
    headed: bool = False  # of a table: a cell holds a heading of the page


@dataclass(slots=True)
class _Survey:
    """Elements to leave out, and tables of data; the elements are kept, so that each stays the same object."""

    dropped: set[etree._Element] = field(default_factory=set)
    data: set[etree._Element] = field(default_factory=set)


def _survey(root: etree._Element) -> _Survey:
    found = _Survey()
    parts: list[_Part] = [_Part()]
    inside = 0  # open elements of the article's own
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in SKIPPED or is_hidden(element):
                found.dropped.add(element)
                walk.skip_subtree()
                parts.append(_Part())
                continue
            inside += tag in ("article", "main")
            parts.append(_Part(characters=len(element.text or "") if (element.text or "").strip() else 0))
            continue
        part = parts.pop()
        above = parts[-1]
        tail = element.tail
        if tail and not tail.isspace():
            above.characters += len(tail)
        if element in found.dropped:
            continue
        inside -= tag in ("article", "main")
        if tag == "a":
            if part.characters:
                part.links, part.linked = 1, part.characters
                part.files = int(_FILE.search(element.get("href") or "") is not None)
        elif tag in _HEADINGS:
            part.heading = True
        elif tag == "table":
            article = part.headed or (part.longest > _ARTICLE and part.longest > _SHARE * part.characters)
            if part.widest > 1 and not part.tables and not article and element.get("role") != "presentation":
                found.data.add(element)
                part.tables = True
        if not part.tables and not part.files and is_furniture(element, part.characters, part.linked, part.links):
            if not (part.heading and inside) and not (tag == "header" and inside):
                found.dropped.add(element)
                continue
        above.characters += part.characters
        above.linked += part.linked
        above.links += part.links
        above.files += part.files
        above.tables = above.tables or part.tables
        if tag in ("td", "th"):
            above.cells += 1
            above.longest = max(above.longest, part.characters)
            above.headed = above.headed or part.heading
        elif tag == "tr":
            above.widest = max(above.widest, part.cells)
            above.longest = max(above.longest, part.longest)
            above.headed = above.headed or part.headed
        elif tag in ("tbody", "thead", "tfoot"):
            above.widest = max(above.widest, part.widest)
            above.longest = max(above.longest, part.longest)
            above.headed = above.headed or part.headed
        if tag != "table":
            above.heading = above.heading or part.heading
    return found


# -- lines and grids ------------------------------------------------------------------------------------------------


class _Lines:
    """Gathers text in pieces to lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._pieces: list[str] = []

    def add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text)

    def end(self) -> None:
        if self._pieces:
            text = _WRAPPED.sub("", _INVISIBLE.sub("", "".join(self._pieces)))
            line = _BLANKS.sub(" ", text).strip()
            if line:
                self.lines.append(line)
            self._pieces = []


def _write(root: etree._Element, survey: _Survey, content: Content, shown: str, limits: Limits) -> None:
    """Fill `content` with the lines and grids of the page."""
    lines = _Lines()
    preformatted = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            _attachment(element, content)
            if element in survey.dropped or tag == "head":
                walk.skip_subtree()
            elif element in survey.data:
                lines.end()
                _flush(lines, content)
                boxes = _boxes(_rows(element, survey, content, lines), shown, limits)
                _flush(lines, content)  # its caption
                content.blocks += sheet_blocks(boxes, shown=shown, limits=limits)
                walk.skip_subtree()
            else:
                if tag in BLOCKS:
                    lines.end()
                preformatted += tag == "pre"
                _add(lines, element.text, preformatted)
            continue
        if tag in BLOCKS:
            lines.end()
        preformatted -= tag == "pre"
        _add(lines, element.tail, preformatted)
    lines.end()
    _flush(lines, content)


def _add(lines: _Lines, text: str | None, preformatted: int) -> None:
    if text and preformatted > 0 and "\n" in text:
        first, *rest = text.split("\n")
        lines.add(first)
        for each in rest:
            lines.end()
            lines.add(each)
    else:
        lines.add(text)


def _flush(lines: _Lines, content: Content) -> None:
    kept = (without_buttons(line) for line in lines.lines if not is_widget(line))
    content.blocks += [Text(line) for line in kept if line]
    lines.lines = []


class _Cell(NamedTuple):
    text: str
    down: int
    across: int


def _rows(table: etree._Element, survey: _Survey, content: Content, caption: _Lines) -> Iterator[list[_Cell]]:
    """Yield the rows of a table of data; the lines of its caption go to `caption`."""
    depth = 0
    row: list[_Cell] = []
    lines = caption
    walk = etree.iterwalk(table, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if element is not table:
                _attachment(element, content)
            if element in survey.dropped:
                walk.skip_subtree()
                continue
            depth += tag == "table"
            own = depth == 1
            if tag in BLOCKS:
                lines.end()
            if own and tag == "tr":
                row = []
            elif own and tag in ("td", "th"):
                lines = _Lines()
            if own and tag in ("table", "tbody", "thead", "tfoot", "tr"):
                continue  # what stands between cells belongs to none
            lines.add(element.text)
            continue
        if element is table:
            return
        if tag in BLOCKS:
            lines.end()
        if element in survey.dropped:
            lines.add(element.tail)
            continue
        own = depth == 1
        depth -= tag == "table"
        if own and tag in ("td", "th"):
            row.append(_Cell("\n".join(lines.lines), _span(element, "rowspan"), _span(element, "colspan")))
            lines = _Lines()
        elif own and tag == "tr":
            yield row
            row = []
        elif own and tag == "caption":
            lines = _Lines()
        elif not (own and tag in ("tbody", "thead", "tfoot")):
            lines.add(element.tail)


def _span(element: etree._Element, name: str) -> int:
    digits = re.match(r"\s*([0-9]{1,9})", element.get(name) or "")
    count = int(digits[1]) if digits is not None else 1
    if name == "rowspan":
        return min(count, _LONGEST_SPAN) or _LONGEST_SPAN  # 0 is: to the table's end
    return min(max(count, 1), _WIDEST_SPAN)


def _boxes(rows: Iterator[list[_Cell]], shown: str, limits: Limits) -> Iterator[Box]:
    """Yield the cells with text in the places that spans leave them."""
    over: list[tuple[int, int, int]] = []  # columns that cells from above take: first, behind, row behind
    steps = 0
    for y, row in enumerate(rows):
        over = [each for each in over if each[2] > y]
        steps += len(over) + len(row)
        if steps > limits.cells:  # each of these is at least one cell of the grid
            raise refuse_cells(shown, limits)
        at = x = 0
        added: list[tuple[int, int, int]] = []
        for cell in row:
            while at < len(over) and over[at][0] <= x:
                x = max(x, over[at][1])
                at += 1
            across = min(cell.across, over[at][0] - x) if at < len(over) else cell.across
            if cell.text:
                yield Box(cell.text, y, x, cell.down, across)
            if cell.down > 1:
                added.append((x, x + across, y + cell.down))
            x += across
        over = sorted(over + added)


def _attachment(element: etree._Element, content: Content) -> None:
    """List the file that an element links to or shows in a frame."""
    tag = element.tag
    if tag == "a":
        address = element.get("href") or ""
    elif tag in ("iframe", "embed", "object"):
        address = element.get("src") or element.get("data") or ""
    else:
        return
    if _FILE.search(address) is None:
        return
    name = _BLANKS.sub(" ", "".join(map(str, islice(element.itertext(), 50)))).strip()
    name = name or element.get("title") or address.rpartition("/")[2]
    entry = f"{name} ({address.strip()})"
    if entry not in content.attachments:
        content.attachments.append(entry)


def _title(root: etree._Element, content: Content) -> str:
    """Return the page's title: what it declares for its article, else its own, without the site's name if provable."""
    for meta in islice(root.iter("meta"), 200):
        if (meta.get("name") or "").lower() == "articletitle" and (meta.get("content") or "").strip():
            return _BLANKS.sub(" ", meta.get("content") or "").strip()
    element = next(root.iter("title"), None)
    title = _BLANKS.sub(" ", "".join(map(str, element.itertext()))).strip() if element is not None else ""
    bare = title.replace(" ", "")
    for block in content.blocks[:40]:
        if isinstance(block, Grid):
            continue
        line = block.text.replace(" ", "")
        if len(line) > 3 and len(line) < len(bare) and bare.startswith(line):
            return block.text
    return title
