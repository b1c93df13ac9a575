"""Which files are read in a process beside this one, where a hang, a crash or too much memory can be cut off.

Of single files, small and sound ones are read here: a child takes 0.15 s to get up, most documents are read in less,
and whoever reads one file sits beside it and can interrupt. Files that are long, or that fail a cheap look at their
soundness, are read in the child: nearly all damaged and hostile files are among these.

Over many documents (`fiscal_analysis.corpus`) every file that is no text is read in the child: a small file can hang as
well, nobody sits beside, and the child gets up once, beside other work. What it costs, measured on a document as
25 pages of a PDF give it (85,000 characters, 5,250 cells): 7 ms to pack it, 4 ms to unpack it, 0.3 ms for the call;
reading and extracting it take more than ten times as long. Sending what the reader found instead of the document
would save 1 ms and leave the search for outline and tables unguarded.

Plain text is always read here. Its reader is our own, linear in the length, and allocates in proportion.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from importlib import import_module
from typing import Any

from fiscal_analysis import guard
from fiscal_analysis.document import Document
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.formats import PACKINGS, READERS
from fiscal_analysis.readers.limits import Limits

__all__ = ["LONG", "LONG_PAGE", "is_sound", "prepare", "read_format", "read_here"]

LONG = 5_000_000  # bytes from which a file is read in a child
LONG_PAGE = 2_000_000  # the same for a web page, which is text only and seldom has a tenth of that
_TAIL = 2048  # bytes at the end of a PDF that must hold its end mark
_RATIO = 100  # times its size to which an honest file of packed XML may unpack; tables of zeros reach 40


def prepare() -> None:
    """Let a child get up, where files that are no text will be read soon."""
    guard.prepare("fiscal_analysis.readers.apart", "fiscal_analysis.readers.content")


def is_sound(data: bytes, format: str) -> bool:
    """Tell whether a file is short and looks sound, at little cost.

    Parameters
    ----------
    data : bytes
        The file.
    format : str
        As `recognise` gives it.

    Returns
    -------
    bool
        Whether it may be read in this process. A sound file may still be hostile.
    """
    if len(data) > (LONG_PAGE if format == "html" else LONG):
        return False
    if format == "pdf":
        tail = data[-_TAIL:]
        return b"%%EOF" in tail and b"startxref" in tail
    if format in ("docx", "xlsx"):
        return _unpacks_as_stated(data)
    return True


def _unpacks_as_stated(data: bytes) -> bool:
    """Tell whether the parts have the sizes and sums that the directory states, and these are no bomb's."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(each.file_size for each in archive.infolist()) > _RATIO * len(data):
                return False
            known = all(each.compress_type in PACKINGS for each in archive.infolist())
            return known and archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        return False


def read_format(
    data: bytes, format: str, *, shown: str, limits: Limits, isolate: bool | None, **names: str
) -> Document:
    """Read a file of a known format, here or in a child.

    Parameters
    ----------
    data : bytes
        The file.
    format : str
        A key of `READERS`.
    shown : str
        What messages call it.
    limits : Limits
        What it may cost.
    isolate : bool, optional
        Whether to read it in a child; by default where it is long or unsound. Separated values are text, and read
        here unless they are long.
    **names : str
        `doc_id`, `file` and `sha256` of the document.

    Raises
    ------
    SourceError
        It cannot be read, or was cut off.
    """
    module = READERS[format]
    if isolate is None or (isolate and format == "csv"):
        isolate = not is_sound(data, format)
    if isolate:
        try:
            document: Document = guard.call(
                f"{__name__}:read_here",
                data,
                module,
                format,
                shown,
                limits,
                names,
                shown=shown,
                seconds=limits.seconds,
                memory_bytes=limits.memory_bytes,
            )
        except guard.Unavailable:
            if not is_sound(data, format):
                raise SourceError(
                    f"{shown}: is long or unsound, and no process can be started here to read it in, where it could be "
                    "cut off. Read it with isolate=False if you trust it, or leave it out."
                ) from None
        else:
            return document
    return read_here(data, module, format, shown, limits, names)


def read_here(data: bytes, module: str, format: str, shown: str, limits: Limits, names: dict[str, Any]) -> Document:
    """Read a file in this process; the arguments are those of `read_format`, and the module of the reader."""
    from fiscal_analysis.readers.content import assemble

    content = import_module(module).read_content(data, shown, limits)
    return assemble(content, **names, format=format, limits=limits)
