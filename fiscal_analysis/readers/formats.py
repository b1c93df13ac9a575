"""What format a file is in, by its bytes: a suffix may lie."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Set
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from fiscal_analysis.errors import SourceError

__all__ = [
    "PACKINGS",
    "READERS",
    "SUFFIXES",
    "directory_bytes",
    "is_document_name",
    "packed_format",
    "recognise",
]

# The module that reads each format; plain text is read in `plain/`.
READERS = {
    "pdf": "fiscal_analysis.readers.pdf.file",
    "html": "fiscal_analysis.readers.web.page",
    "docx": "fiscal_analysis.readers.office.word",
    "doc": "fiscal_analysis.readers.office.old_word",
    "xlsx": "fiscal_analysis.readers.office.workbook",
    "xls": "fiscal_analysis.readers.office.old_workbook",
    "csv": "fiscal_analysis.readers.office.separated",
}
SUFFIXES = (".txt", ".text", ".md", ".pdf", ".html", ".htm", ".docx", ".doc", ".xlsx", ".xls", ".csv", ".zip")

# Documents by their suffix that no reader takes: they are listed as failed, not passed over.
_UNREAD = frozenset(
    f".{kind}"
    for kind in (
        *("ppt", "pptx", "mht", "mhtml", "wps", "et", "dps", "rtf", "odt", "ods", "ofd", "caj", "xlsb"),
        *("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "rar", "7z", "gz", "tgz", "tar"),
    )
)
# Packings of a zip's members that the standard library inflates step by step; the others it inflates at one go, and a
# few bytes of them may hold gigabytes.
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_HEAD = 4096
_DIRECTORY = 16_000_000  # bytes of a zip's directory, each 50 of which become an object
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE)
_MAIL = re.compile(rb"\A[^<]{0,1000}^MIME-Version:", re.IGNORECASE | re.MULTILINE)
_OLD_XML = (b"urn:schemas-microsoft-com:office:spreadsheet", b"schemas.microsoft.com/office/word/2003")


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
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(data, shown)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _compound(data, shown)
    for other in _OTHERS:
        if data.startswith(other.magic):
            said = f", not what its suffix {suffix} says" if suffix in SUFFIXES else ""
            raise SourceError(f"{shown}: the file is {other.what}{said}. {other.remedy}")
    head = data[:_HEAD].replace(b"\x00", b"")
    if _MAIL.search(head) is not None:
        raise SourceError(f"{shown}: the file is a web archive (.mht). Save it as .html or PDF, and give that file.")
    if any(name in head for name in _OLD_XML) and b"<html" not in head.lower():
        raise SourceError(
            f"{shown}: the file is an Office XML file of 2003. Open it, save it as .xlsx or .docx, and give that file."
        )
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


def is_document_name(name: str) -> bool:
    """Tell whether a file of a folder or an archive is meant as a document.

    Parameters
    ----------
    name : str
        Its name, with the folders that lead to it.

    Returns
    -------
    bool
        False for what is no document by its suffix, and for manifests, READMEs, hidden files and folders, lock files
        of Office and what macOS adds to archives.
    """
    path = PurePosixPath(name)
    if any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in path.parts):
        return False
    if path.name == "manifest.csv" or path.name.startswith("~$") or path.stem.lower() == "readme":
        return False
    suffix = path.suffix.lower()
    return suffix in SUFFIXES or suffix in _UNREAD


def directory_bytes(stream: BinaryIO) -> int:
    """Return the size of a zip's directory as its end states it; 0 where there is none."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 65_535 - 22 - 76))  # the longest comment, the end, and its large form
    tail = stream.read()
    # An end without a comment is believed before one that the comment may hold, as the standard library does it.
    plain = tail[-22:-18] == b"PK\x05\x06" and tail.endswith(b"\0\0")
    at = len(tail) - 22 if plain else tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        return 0
    stated: int = struct.unpack_from("<L", tail, at + 12)[0]
    large = at - 20 - 56
    if tail[at - 20 : at - 16] == b"PK\x06\x07" and large >= 0 and tail[large : large + 4] == b"PK\x06\x06":
        stated = struct.unpack_from("<Q", tail, large + 40)[0]
    return stated


def _packed(data: bytes, shown: str) -> str:
    try:
        if directory_bytes(io.BytesIO(data)) > _DIRECTORY:
            raise SourceError(f"{shown}: the archive has too many members. Unpack it, and give the files in it.")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return packed_format(set(archive.namelist()), shown)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{shown}: the archive is damaged ({error}). Download the file again.") from error


def packed_format(names: Set[str], shown: str) -> str:
    """Return the format of a zip file by the names in it, ``zip`` where it is an archive of files; see `recognise`."""
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise SourceError(f"{shown}: the file is a binary workbook (.xlsb). Save it as .xlsx, and give that file.")
    if "ppt/presentation.xml" in names:
        raise SourceError(f"{shown}: the file is a presentation (.pptx). Export it as PDF, and give that file.")
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
