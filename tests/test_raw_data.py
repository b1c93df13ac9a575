"""`data/raw` is immutable: its bytes are those that the manifest was written for."""

import csv
import hashlib
import shutil
from pathlib import Path

import pytest

RAW = Path(__file__).parents[1] / "data" / "raw"
COLUMNS = ["file", "sha256", "publisher", "title", "source_note"]


def read_manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def changed_files(folder: Path) -> list[str]:
    """The files whose bytes are not those of the manifest, or that are missing."""
    return [
        row["file"]
        for row in read_manifest(folder)
        if not (folder / row["file"]).is_file()
        or hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest() != row["sha256"]
    ]


def test_no_byte_of_a_raw_file_has_changed():
    assert changed_files(RAW) == []


def test_every_raw_file_is_listed_and_every_listed_file_is_there():
    listed = {row["file"] for row in read_manifest(RAW)}
    present = {path.name for path in RAW.iterdir() if path.name != "manifest.csv"}
    assert listed == present


def test_the_manifest_tells_each_documents_origin():
    rows = read_manifest(RAW)
    assert list(rows[0]) == COLUMNS
    assert all(value and value == value.strip() for row in rows for value in row.values())
    assert len({row["file"] for row in rows}) == len(rows)
    assert len({row["sha256"] for row in rows}) == len(rows)


@pytest.mark.parametrize("position", [0, -1])
def test_one_changed_byte_is_noticed(tmp_path: Path, position: int):
    copy = shutil.copytree(RAW, tmp_path / "raw")
    victim = copy / read_manifest(copy)[0]["file"]
    content = bytearray(victim.read_bytes())
    content[position] ^= 1
    victim.write_bytes(content)
    assert changed_files(copy) == [victim.name]


def test_git_is_told_to_leave_the_bytes_alone():
    attributes = (RAW.parents[1] / ".gitattributes").read_text(encoding="utf-8").splitlines()
    suffixes = {Path(row["file"]).suffix for row in read_manifest(RAW)}
    assert {f"data/raw/*{suffix} binary" for suffix in suffixes} <= set(attributes)
