"""What format a file is in, by its bytes: a suffix may lie."""

from __future__ import annotations

import io
import re
import zipfile
from typing import NamedTuple

from fiscal_analysis.errors import SourceError

__all__ = ["READERS", "SUFFIXES", "recognise"]

# The module that reads each format; plain text is read in `text.py`.
READERS = {
    "pdf": "pdf",
    "html": "web_page",
    "docx": "word",
    "doc": "old_word",
    "xlsx": "workbook",
    "xls": "old_workbook",
    "csv": "separated",
}
SUFFIXES = (".txt", ".text", ".md", ".pdf", ".html", ".htm", ".docx", ".doc", ".xlsx", ".xls", ".csv", ".zip")

_HEAD = 4096
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE)


class _Other(NamedTuple):
    magic: bytes
    what: str
    remedy: str


_PICTURE = (
    "Publish or download the document as a PDF with text, or make a PDF of the picture and install the extra `ocr`."
)
_UNPACK = "Unpack it, and give the files in it."
_OTHERS = (
    _Other(b"\x89PNG", "a PNG picture", _PICTURE),
    _Other(b"\xff\xd8\xff", "a JPEG picture", _PICTURE),
    _Other(b"GIF8", "a GIF picture", _PICTURE),
    _Other(b"II*\x00", "a TIFF picture", _PICTURE),
    _Other(b"MM\x00*", "a TIFF picture", _PICTURE),
    _Other(b"Rar!", "a RAR archive", _UNPACK),
    _Other(b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    _Other(b"\x1f\x8b", "a gzip archive", _UNPACK),
    _Other(b"{\\rtf", "a rich-text file", "Save it as .docx, and give that file."),
)


def recognise(data: bytes, suffix: str, shown: str) -> str:
    """Return the format of a file: a key of `READERS`, ``txt`` or ``zip``.

    Parameters
    ----------
    data : bytes
        The whole file.
    suffix : str
        Its suffix in lower case, with the dot; it decides only between formats that bytes do not tell apart.
    shown : str
        What messages call the file.

    Raises
    ------
    SourceError
        The file is of a kind that is not read; the message names the remedy.
    """
    if b"%PDF" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _packed(data, shown)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _compound(data, shown)
    for other in _OTHERS:
        if data.startswith(other.magic):
            said = f", not what its suffix {suffix} says" if suffix in SUFFIXES else ""
            raise SourceError(f"{shown}: the file is {other.what}{said}. {other.remedy}")
    head = data[:_HEAD].replace(b"\x00", b"")
    if _MARKUP.search(head) is not None or suffix in (".html", ".htm"):
        return "html"
    if suffix == ".csv":
        return "csv"
    if suffix in (".pdf", ".docx", ".xlsx", ".zip"):
        raise SourceError(
            f"{shown}: the file is no {suffix[1:]} file, though its suffix says so: its first bytes are others. "
            "Download it again, or correct the suffix."
        )
    return "txt"


def _packed(data: bytes, shown: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise SourceError(f"{shown}: the archive is damaged ({error}). Download the file again.") from error
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise SourceError(f"{shown}: the file is a binary workbook (.xlsb). Save it as .xlsx, and give that file.")
    if "content.xml" in names and "mimetype" in names:
        raise SourceError(f"{shown}: the file is an OpenDocument file. Save it as .docx or .xlsx, and give that file.")
    if "OFD.xml" in names:
        raise SourceError(f"{shown}: the file is an OFD file. Export it as PDF, and give that file.")
    return "zip"


def _compound(data: bytes, shown: str) -> str:
    """Tell old Office files apart by the streams that their directory names."""
    for stream, format in (("EncryptedPackage", ""), ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls")):
        if stream.encode("utf-16-le") in data:
            if not format:
                raise SourceError(f"{shown}: the file is encrypted. Save it without a password, and give that file.")
            return format
    raise SourceError(f"{shown}: the file is an old Office file, but neither .doc nor .xls. Save it as .docx or .xlsx.")
