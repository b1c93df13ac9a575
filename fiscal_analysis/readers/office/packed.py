"""The parts of a .docx or .xlsx file: a zip archive of XML, opened within limits.

Sizes are checked before anything is unpacked, and a part that declares a document type is refused: the formats allow
none, and entities are how a small file asks for all memory.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from lxml import etree

from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.limits import Limits

__all__ = ["Package", "Relation", "local_name"]

_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_HEAD = 65536
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


class Relation(NamedTuple):
    """What a part refers to: the last word of the relation's type, its target, and whether it lies outside."""

    kind: str
    target: str
    external: bool


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace; empty for comments and instructions."""
    tag: object = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


class Package:
    """An opened .docx or .xlsx file.

    Parameters
    ----------
    data : bytes
        The file.
    shown : str
        What messages call it.
    limits : Limits
        Bounds on members and unpacked size.

    Raises
    ------
    SourceError
        The archive is damaged, encrypted or over a limit.
    """

    def __init__(self, data: bytes, shown: str, limits: Limits) -> None:
        self.shown = shown
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            members = self._archive.infolist()
        except _BROKEN as error:
            raise self.damaged(error) from error
        if len(members) > limits.members:
            raise SourceError(
                f"{shown}: the file is an archive of more than {limits.members:,} parts. "
                "Raise the limit `members`, or leave the file out."
            )
        if sum(member.file_size for member in members) > limits.unpacked_bytes:
            raise SourceError(
                f"{shown}: the file is larger than {limits.unpacked_bytes:,} bytes once unpacked. "
                "Raise the limit `unpacked_bytes`, or leave the file out."
            )
        if any(member.flag_bits & 1 for member in members):
            raise SourceError(f"{shown}: the file is encrypted. Save it without a password, and give that file.")
        # backslashes and capitals are what some programs write
        self.names = {member.filename.replace("\\", "/").lstrip("/"): member for member in members}

    def damaged(self, error: object) -> SourceError:
        """Return the error that says that the file cannot be read to its end."""
        return SourceError(
            f"{self.shown}: the file is damaged or incomplete ({error}). "
            "Download it again, or open it and save it anew."
        )

    def open(self, name: str) -> IO[bytes]:
        """Return a part as a stream; one that declares entities is refused."""
        member = self.names.get(name)
        if member is None:
            raise self.damaged(f"the part {name} is missing")
        try:
            with self._archive.open(member) as part:
                head = part.read(_HEAD).replace(b"\x00", b"")
            if _DOCTYPE.search(head) is not None:
                raise SourceError(
                    f"{self.shown}: the part {name} declares entities, which the format forbids. "
                    "Open the file and save it anew, or leave it out."
                )
            return self._archive.open(member)
        except SourceError:
            raise
        except _BROKEN as error:
            raise self.damaged(error) from error

    def root(self, name: str) -> etree._Element | None:
        """Return the tree of a part, None where the file has no such part."""
        if name not in self.names:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
        try:
            with self.open(name) as part:
                return etree.parse(part, parser).getroot()
        except SourceError:
            raise
        except (etree.XMLSyntaxError, *_BROKEN) as error:
            raise self.damaged(f"{name}: {error}") from error

    def stream(self, name: str, tags: Sequence[str]) -> Iterator[etree._Element]:
        """Yield the elements of some names as they close; each is emptied, and what stands before it let go, after."""
        wanted = [f"{{*}}{tag}" for tag in tags]
        try:
            with self.open(name) as part:
                for _, element in etree.iterparse(
                    part, tag=wanted, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
                ):
                    yield element
                    element.clear()
                    parent = element.getparent()
                    while parent is not None and element.getprevious() is not None:
                        del parent[0]
        except SourceError:
            raise
        except (etree.XMLSyntaxError, *_BROKEN) as error:
            raise self.damaged(f"{name}: {error}") from error

    def relations(self, name: str) -> dict[str, Relation]:
        """Return what a part refers to, by id; targets inside the file are whole names of parts."""
        folder, _, base = name.rpartition("/")
        root = self.root(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels")
        found: dict[str, Relation] = {}
        for element in root if root is not None else ():
            target = element.get("Target") or ""
            external = element.get("TargetMode") == "External"
            if not external:
                target = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[element.get("Id") or ""] = Relation((element.get("Type") or "").rpartition("/")[2], target, external)
        return found
