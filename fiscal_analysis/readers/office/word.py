"""Word processor files (.docx): paragraphs and tables in the order of the text, read from the parts of the file.

Deleted text of tracked changes is left out and inserted text kept; automatic numbers of headings are put back; text
boxes follow the paragraph that holds them, footnotes the text. Headers and footers of pages and tables of contents
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from fiscal_analysis.readers.content import Box, Content, Text
from fiscal_analysis.readers.limits import Limits
from fiscal_analysis.readers.office.list_numbers import Numbering, attribute, child, value_of
from fiscal_analysis.readers.office.packed import Package, local_name
from fiscal_analysis.readers.office.sheets import refuse_cells, sheet_blocks

__all__ = ["read_content"]

_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|rar|wps|et|ofd)(?:[?#]|$)", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录) ?[1-9]|toc heading|table of figures")
# Text that is not part of the document as it stands, or no text at all.
_LEFT_OUT = frozenset(
    ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "tblPr", "tblGrid", "sectPr", "tcPr", "rt")
)
_BREAKS = frozenset(("br", "cr"))
_SIGNS = {"noBreakHyphen": "-", "softHyphen": "", "tab": "\t", "ptab": "\t"}
_SYMBOLS = {
    ("Wingdings", "FE"): "☑", ("Wingdings", "FD"): "☒", ("Wingdings", "A8"): "□", ("Wingdings", "6F"): "□",
    ("Wingdings 2", "52"): "☑", ("Wingdings 2", "A3"): "□", ("Symbol", "B3"): "≥", ("Symbol", "A3"): "≤",
}  # fmt: skip
_WIDEST = 1_000  # columns that a cell spans at most


def read_content(data: bytes, shown: str, limits: Limits) -> Content:
    """Read a .docx file.

    Parameters
    ----------
    data : bytes
        The file.
    shown : str
        What messages call it.
    limits : Limits
        Bounds on parts, unpacked size and cells.

    Returns
    -------
    Content
        Lines and grids; files that it holds or links to; what is printed as a picture is noted.

    Raises
    ------
    SourceError
        The file is damaged, encrypted or over a limit.
    """
    package = Package(data, shown, limits)
    root = package.root("word/document.xml")
    body = child(root, "body")
    if body is None:
        raise package.damaged("the part word/document.xml holds no text")
    numbering = Numbering(package.root("word/numbering.xml"), package.root("word/styles.xml"))
    content = Content([])
    reader = _Reader(numbering, content, shown, limits)
    reader.read(body)
    for part, note in (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote")):
        notes = package.root(part)
        for element in notes if notes is not None else ():
            if local_name(element) == note and attribute(element, "type") in (None, "normal"):
                reader.read(element)
    _attachments(package, content)
    if reader.pictures:
        content.notes.append(f"what {reader.pictures} pictures show was not read")
    return content


def _attachments(package: Package, content: Content) -> None:
    """List files inside the file, and files that it links to."""
    content.attachments += sorted(name for name in package.names if name.startswith("word/embeddings/"))
    for relation in package.relations("word/document.xml").values():
        if relation.kind == "hyperlink" and relation.external and _FILE.search(relation.target):
            content.attachments.append(relation.target)
        elif relation.kind == "aFChunk":
            content.unread.append((relation.target, "Open the file in a word processor, and save it anew."))


class _Reader:
    """Fills a content with the blocks of a document. Markup nests 256 levels deep at most: the parser sees to it."""

    def __init__(self, numbering: Numbering, content: Content, shown: str, limits: Limits) -> None:
        self.numbering = numbering
        self.content = content
        self.shown = shown
        self.limits = limits
        self.pictures = 0
        self.cells = 0
        self._carried: list[str] = []  # text of a paragraph whose end was deleted

    def read(self, parent: etree._Element) -> None:
        """Add the blocks of an element."""
        for element in _blocks(parent):
            if local_name(element) == "tbl":
                boxes = self._boxes(element)
                self.content.blocks += sheet_blocks(boxes, shown=self.shown, limits=self.limits)
            else:
                self.content.blocks += [Text(line) for line in self.lines(element)]

    def lines(self, paragraph: etree._Element) -> list[str]:
        """Return the lines of a paragraph and of the text boxes in it."""
        properties = child(paragraph, "pPr")
        style = self.numbering.names.get(value_of(properties, "pStyle") or "", "")
        if _CONTENTS.fullmatch(style) is not None:
            return []
        pieces: list[str] = []
        boxes: list[etree._Element] = []
        self._gather(paragraph, pieces, boxes)
        mark = child(properties, "rPr")
        if child(mark, "del") is not None or child(mark, "moveFrom") is not None:
            self._carried += pieces  # the next paragraph goes on with this one
            pieces = []
        else:
            pieces = self._carried + pieces
            self._carried = []
        lines = [line for part in "".join(pieces).split("\n") if (line := " ".join(part.split()))]
        if lines:
            lines[0] = self.numbering.number(paragraph) + lines[0]
        for box in boxes:
            for element in _blocks(box):
                if local_name(element) == "p":
                    lines += self.lines(element)
                else:
                    lines += self._text_rows(element)
        return lines

    def _gather(self, element: etree._Element, pieces: list[str], boxes: list[etree._Element]) -> None:
        """Collect the text in a paragraph; text boxes are put aside."""
        for each in element:
            name = local_name(each)
            if name == "t":
                pieces.append(each.text or "")
            elif name in _LEFT_OUT or not name or (name == "r" and _is_hidden(each)):
                continue
            elif name in _BREAKS:
                if attribute(each, "type") in (None, "textWrapping"):
                    pieces.append("\n")
            elif name in _SIGNS:
                pieces.append(_SIGNS[name])
            elif name == "sym":
                pieces.append(_symbol(each))
            elif name == "txbxContent":
                boxes.append(each)
            elif name in ("blip", "imagedata"):
                self.pictures += 1
            elif name == "AlternateContent":  # the same thing twice, for new and for old programs
                choice = child(each, "Choice")
                chosen = choice if choice is not None else child(each, "Fallback")
                if chosen is not None:
                    self._gather(chosen, pieces, boxes)
            else:
                self._gather(each, pieces, boxes)

    def _boxes(self, table: etree._Element) -> list[Box]:
        """Return the cells of a table with what they span."""
        boxes: list[Box] = []
        open_at: dict[int, int] = {}  # column -> the box that a merged cell below goes on
        y = -1
        for row in _children(table, "tr"):
            if child(row, "trPr", "del") is not None:
                continue
            y += 1
            x = _whole(value_of(row, "trPr", "gridBefore"), 0)
            going: dict[int, int] = {}
            for cell in _children(row, "tc"):
                self.cells += 1
                if self.cells > self.limits.cells:
                    raise refuse_cells(self.shown, self.limits)
                properties = child(cell, "tcPr")
                across = max(1, min(_whole(value_of(properties, "gridSpan"), 1), _WIDEST))
                merge = child(properties, "vMerge")
                sideways = child(properties, "hMerge")
                if sideways is not None and attribute(sideways, "val") != "restart" and boxes and boxes[-1].row == y:
                    last = boxes[-1]  # the older way to span columns
                    boxes[-1] = last._replace(across=x + across - last.column)
                elif merge is not None and attribute(merge, "val") != "restart" and x in open_at:
                    at = open_at[x]
                    boxes[at] = boxes[at]._replace(down=y - boxes[at].row + 1)
                    going[x] = at
                else:
                    if merge is not None:
                        going[x] = len(boxes)
                    boxes.append(Box("\n".join(self._cell_lines(cell)), y, x, 1, across))
                x += across
            open_at = going
        return boxes

    def _cell_lines(self, cell: etree._Element) -> list[str]:
        lines: list[str] = []
        for element in _blocks(cell):
            lines += self.lines(element) if local_name(element) == "p" else self._text_rows(element)
        return lines

    def _text_rows(self, table: etree._Element) -> list[str]:
        """Return a table inside a cell or a text box as lines, one a row."""
        rows: dict[int, list[str]] = {}
        for box in self._boxes(table):
            if box.text.strip():
                rows.setdefault(box.row, []).append(" ".join(box.text.split()))
        return [" ".join(texts) for _, texts in sorted(rows.items())]


def _children(parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """Yield rows or cells, those in content controls and tracked insertions too."""
    for element in parent:
        name = local_name(element)
        if name == wanted:
            yield element
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            yield from _children(element, wanted)


def _blocks(parent: etree._Element) -> Iterator[etree._Element]:
    """Yield paragraphs and tables in order; a table of contents in a control of its own is left out."""
    for element in parent:
        name = local_name(element)
        if name in ("p", "tbl"):
            yield element
        elif name == "sdt":
            gallery = value_of(element, "sdtPr", "docPartObj", "docPartGallery") or ""
            if gallery.lower() != "table of contents":
                inner = child(element, "sdtContent")
                if inner is not None:
                    yield from _blocks(inner)
        elif name in ("customXml", "ins", "moveTo", "smartTag"):
            yield from _blocks(element)
        elif name == "AlternateContent":
            choice = child(element, "Choice")
            chosen = choice if choice is not None else child(element, "Fallback")
            if chosen is not None:
                yield from _blocks(chosen)


def _is_hidden(run: etree._Element) -> bool:
    mark = child(run, "rPr", "vanish")
    return mark is not None and attribute(mark, "val") not in ("0", "false")


def _symbol(element: etree._Element) -> str:
    """Return a character of a symbol font where it is one of text."""
    code = (attribute(element, "char") or "").upper()[-2:]
    return _SYMBOLS.get((attribute(element, "font") or "", code), "")


def _whole(text: str | None, default: int) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default
