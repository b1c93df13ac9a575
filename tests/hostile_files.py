"""Builders of files that are damaged, lie about themselves, or are made to harm: small to write, costly to read."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import docx
import openpyxl
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.archives import bomb, lying, zipped

LINES = ("北京市大兴区科学技术委员会2023年度部门决算", "一、总体情况", "2023年度收、支总计1523.26万元。")


class Hostile(NamedTuple):
    """A file: its name, the format that its bytes say, what makes it, and whether it must be refused.

    Where `refused` is None, a reader may make something of it or not: it must end, and say which.
    """

    name: str
    format: str
    make: Callable[[], bytes]
    refused: str | None = None


# --- files that are in order --------------------------------------------------------------------------------------


def pdf(*, password: str = "") -> bytes:
    """A page of text."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    encrypt = StandardEncryption(password, ownerPassword="owner") if password else None
    canvas = Canvas(stream, encrypt=encrypt, invariant=1)
    canvas.setFont("STSong-Light", 12)
    for place, line in enumerate(LINES):
        canvas.drawString(72, 760 - 20 * place, line)
    canvas.save()
    return stream.getvalue()


def word() -> bytes:
    """Paragraphs and a table."""
    document = docx.Document()
    for line in LINES:
        document.add_paragraph(line)
    cells = document.add_table(2, 2).rows[1].cells
    cells[0].text, cells[1].text = "合计", "1523.26"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def workbook() -> bytes:
    """A sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    for line in LINES:
        sheet.append([line, 1523.26])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def page() -> bytes:
    """A web page."""
    lines = "".join(f"<p>{line}</p>" for line in LINES)
    rows = "".join(f"<tr><td>项目{n}</td><td>{n}.00</td></tr>" for n in range(20))
    return f"<!DOCTYPE html><html><body>{lines}<table>{rows}</table></body></html>".encode()


def separated() -> bytes:
    """Comma-separated values."""
    return "\n".join(f"{line},1523.26" for line in LINES).encode()


def compound(stream: str) -> bytes:
    """The head of an old Office file and the name of its stream; the rest is missing."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(2000)


# --- PDF ----------------------------------------------------------------------------------------------------------


def objects(*bodies: bytes) -> bytes:
    """A PDF of some objects, the first of which is the catalogue, with a right table of places."""
    content = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + b"trailer <</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data, 9)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)


_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<</Font<</F 4 0 R>>>>>>"
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_WORDS = _stream(b"BT /F 12 Tf 72 720 Td (Total 1,523.26) Tj ET")
_CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"


def many_pages(count: int) -> bytes:
    """A PDF of many pages, which share one content."""
    kids = b" ".join(b"%d 0 R" % (number + 5) for number in range(count))
    tree = b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)
    return objects(_CATALOGUE, tree, _WORDS, _FONT, *[_PAGE] * count)


def looping_tree() -> bytes:
    """A PDF whose page tree holds itself."""
    tree = b"<</Type/Pages/Count 1000/Kids[5 0 R 2 0 R 5 0 R]/Parent 2 0 R>>"
    return objects(_CATALOGUE, tree, _WORDS, _FONT, _PAGE)


def countless_pages() -> bytes:
    """A PDF that says of itself that it has two milliards of pages."""
    tree = b"<</Type/Pages/Count 2000000000/Kids[5 0 R]>>"
    return objects(_CATALOGUE, tree, _WORDS, _FONT, _PAGE)


def packed_content(size: int) -> bytes:
    """A page whose content unpacks to a thousand times its size."""
    tree = b"<</Type/Pages/Count 1/Kids[5 0 R]>>"
    return objects(_CATALOGUE, tree, _stream(b"BT /F 12 Tf " + b"(1) Tj " * (size // 7) + b"ET"), _FONT, _PAGE)


def ruled_content(lines: int) -> bytes:
    """A page of so many ruling lines that comparing each with each never ends."""
    drawn = b"".join(
        b"%d %d m %d %d l S\n" % (n * 7 % 595, n * 13 % 842, n * 7 % 595 + 9, n * 13 % 842) for n in range(lines)
    )
    tree = b"<</Type/Pages/Count 1/Kids[5 0 R]>>"
    return objects(_CATALOGUE, tree, _stream(drawn), _FONT, _PAGE)


def nested_arrays(depth: int) -> bytes:
    """A PDF whose objects lie in each other deeper than any stack."""
    tree = b"<</Type/Pages/Count 1/Kids[5 0 R]/X " + b"[" * depth + b"]" * depth + b">>"
    return objects(_CATALOGUE, tree, _WORDS, _FONT, _PAGE)


# --- packed XML ---------------------------------------------------------------------------------------------------

_LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
)


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts of a packed file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def laughing(data: bytes, part: str) -> bytes:
    """A packed file, in one part of which entities expand to hundreds of milliards of characters."""
    parts = parts_of(data)
    xml = re.sub(r"^<\?xml.*?\?>\s*", "", parts[part].decode())
    xml = re.sub(r"(<(?:\w+:)?t(?: [^>]*)?>)[^<]+", r"\1&a11;", xml, count=1)
    assert "&a11;" in xml
    return zipped(parts | {part: f'<?xml version="1.0"?>{_LAUGHS}{xml}'.encode()})


def outside(data: bytes, part: str) -> bytes:
    """A packed file, in one part of which an entity stands for a file of the reader's own machine."""
    parts = parts_of(data)
    xml = re.sub(r"^<\?xml.*?\?>\s*", "", parts[part].decode())
    xml = re.sub(r"(<(?:\w+:)?t(?: [^>]*)?>)[^<]+", r"\1&out;", xml, count=1)
    head = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY out SYSTEM "file:///etc/passwd">]>'
    return zipped(parts | {part: f"{head}{xml}".encode()})


def swollen(data: bytes, part: str, size: int, *, stated: int | None = None) -> bytes:
    """A packed file, one part of which unpacks to a thousand times its size; it may state another."""
    parts = parts_of(data)
    before, middle, after = parts[part].rpartition(b"</")
    parts[part] = before + b" " * size + middle + after
    return zipped(parts) if stated is None else lying(parts, stated)


def deep_xml(data: bytes, part: str, depth: int) -> bytes:
    """A packed file, one part of which nests elements deeper than any stack."""
    parts = parts_of(data)
    before, middle, after = parts[part].rpartition(b"</")
    return zipped(parts | {part: before + b"<x>" * depth + b"</x>" * depth + middle + after})


# --- web pages ----------------------------------------------------------------------------------------------------


def nested_tables(size: int) -> bytes:
    """Tables in tables in tables, never closed."""
    once = "<table><tr><td>项目1,523.26</td><td>".encode()
    return b"<html><body>" + once * (size // len(once))


def wide_spans(cells: int) -> bytes:
    """Cells each of which says that it spans the whole of a table that it thereby makes large."""
    row = b"<tr>" + b"<td rowspan=65534 colspan=1000>1</td>" * 50 + b"</tr>"
    return b"<html><body><table>" + row * (cells // 50) + b"</table>"


def open_tags(count: int) -> bytes:
    """Formatting that is opened for ever: each paragraph opens all of it again."""
    return b"<html><body>" + b"<p><b><i><font color=red>1" * count


# --- all of them --------------------------------------------------------------------------------------------------


def _cut(make: Callable[[], bytes]) -> Callable[[], bytes]:
    def half() -> bytes:
        data = make()
        return data[: len(data) // 2]

    return half


def hostile() -> Iterator[Hostile]:
    """Yield every file. To try one more, add a line."""
    document, sheet = "word/document.xml", "xl/worksheets/sheet1.xml"
    whole = {"pdf": pdf, "docx": word, "xlsx": workbook, "html": page, "csv": separated}
    for format, make in whole.items():
        refused = {"docx": "damaged", "xlsx": "damaged"}.get(format)
        yield Hostile(f"truncated.{format}", format if refused is None else "zip", _cut(make), refused)
    yield Hostile("truncated.doc", "doc", lambda: compound("WordDocument"), "")
    yield Hostile("truncated.xls", "xls", lambda: compound("Workbook"), "")
    yield Hostile("head-only.pdf", "pdf", lambda: b"%PDF-1.7\n", "")
    yield Hostile("encrypted.pdf", "pdf", lambda: pdf(password="secret"), "password|encrypted")
    yield Hostile("many-pages.pdf", "pdf", lambda: many_pages(10_000), "pages")
    yield Hostile("loop.pdf", "pdf", looping_tree)
    yield Hostile("countless.pdf", "pdf", countless_pages)
    yield Hostile("packed.pdf", "pdf", lambda: packed_content(50_000_000))
    yield Hostile("ruled.pdf", "pdf", lambda: ruled_content(60_000))
    yield Hostile("nested.pdf", "pdf", lambda: nested_arrays(200_000))
    yield Hostile("laughs.docx", "docx", lambda: laughing(word(), document))
    yield Hostile("laughs.xlsx", "xlsx", lambda: laughing(workbook(), sheet))
    yield Hostile("outside.docx", "docx", lambda: outside(word(), document))
    yield Hostile("outside.xlsx", "xlsx", lambda: outside(workbook(), sheet))
    yield Hostile("bomb.docx", "docx", lambda: swollen(word(), document, 60_000_000), "")
    yield Hostile("bomb.xlsx", "xlsx", lambda: swollen(workbook(), sheet, 60_000_000), "")
    yield Hostile("lying.docx", "docx", lambda: swollen(word(), document, 60_000_000, stated=1000), "")
    yield Hostile("lying.xlsx", "xlsx", lambda: swollen(workbook(), sheet, 60_000_000, stated=1000), "")
    yield Hostile("deep.docx", "docx", lambda: deep_xml(word(), document, 300_000))
    yield Hostile("deep.xlsx", "xlsx", lambda: deep_xml(workbook(), sheet, 300_000))
    yield Hostile("nested.html", "html", lambda: nested_tables(3_000_000))
    yield Hostile("spans.html", "html", lambda: wide_spans(5_000))
    yield Hostile("open.html", "html", lambda: open_tags(100_000))
    yield Hostile("bomb.zip", "zip", lambda: zipped({"a.txt": bomb(60_000_000)}), "unpacked_bytes")
    yield Hostile("lying.zip", "zip", lambda: lying({"b.txt": bomb(60_000_000)}, 1000), "size that the archive states")
    yield Hostile("nested.zip", "zip", lambda: zipped({"c.zip": zipped({"c.txt": bomb(60_000_000)})}), "unpacked_bytes")
    # Files whose suffix lies are read as what they are.
    yield Hostile("page.xls", "html", page)
    yield Hostile("page.pdf", "html", page)
    yield Hostile("workbook.csv", "xlsx", workbook)
    yield Hostile("word.doc", "docx", word)
    yield Hostile("word.zip", "docx", word)
    yield Hostile("pdf.docx", "pdf", pdf)
    yield Hostile("pdf.txt", "pdf", pdf)
    yield Hostile("archive.pdf", "zip", lambda: zipped({"d.txt": b"1"}), "archive")
    yield Hostile("archive.docx", "zip", lambda: zipped({"d.txt": b"1"}), "archive")
    yield Hostile("picture.pdf", "png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG picture")
    yield Hostile("text.pdf", "txt", separated, "no pdf file")
    yield Hostile("text.xlsx", "txt", separated, "no xlsx file")
    yield Hostile("program.doc", "exe", lambda: b"MZ\x90\x00" + bytes(range(256)) * 20, "")
    yield Hostile("noise.html", "html", lambda: bytes(range(256)) * 2000)
