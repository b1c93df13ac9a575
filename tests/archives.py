"""Builders of archives for tests: as Windows, macOS and attackers make them."""

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

TEXT = "{body}2023年度部门决算\n\n一、总体情况\n2023年度收、支总计1523.26万元,比上年减少27.31万元,下降1.76%。\n"


def text(body: str = "北京市大兴区科学技术委员会") -> bytes:
    """A small disclosure."""
    return TEXT.format(body=body).encode("utf-8")


def zipped(members: Mapping[str, bytes], *, encoding: str = "utf-8", packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive; with an encoding other than UTF-8, or ``bare utf-8``, names are written without the flag."""
    bare = encoding.removeprefix("bare ")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, data in members.items():
            flagged = encoding == "utf-8"
            archive.writestr(zipfile.ZipInfo(name if flagged else _placeholder(name, bare)), data, packing)
    content = stream.getvalue()
    for name in members:
        if encoding != "utf-8":
            content = content.replace(_placeholder(name, bare).encode(), name.encode(bare))
    return content


def _placeholder(name: str, encoding: str) -> str:
    """An ASCII name as long as the encoded one, which takes its place in the finished archive."""
    return format(abs(hash(name)), "x").ljust(len(name.encode(encoding)), "_")[: len(name.encode(encoding))]


def lying(members: Mapping[str, bytes], size: int) -> bytes:
    """An archive that states another unpacked size for each member, at both places where it stands."""
    content = bytearray(zipped(members))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.find(signature)
        while at >= 0:
            struct.pack_into("<L", content, at + offset, size)
            at = content.find(signature, at + 4)
    return bytes(content)


def encrypted(members: Mapping[str, bytes]) -> bytes:
    """An archive whose members are marked as encrypted; what they hold is noise to whoever lacks the password."""
    content = bytearray(zipped(members))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


def bomb(size: int) -> bytes:
    """A text of blanks and zeros that packs to a thousandth."""
    return b"0" * size


def put(folder: Path, name: str, content: bytes) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
