"""Files that are damaged, lie or are made to harm: refused with a reason or read, and the others are done."""

import csv
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import fiscal_analysis as fa
from fiscal_analysis.cli import main
from fiscal_analysis.corpus import parse_quietly
from fiscal_analysis.readers import apart
from fiscal_analysis.readers.formats import READERS
from tests.archives import put, text, zipped
from tests.hostile_files import Hostile, hostile, page, pdf, swollen, word, workbook

ROOT = Path(__file__).parents[1]
LIMITS = fa.Limits(unpacked_bytes=50_000_000, file_bytes=100_000_000, seconds=30, memory_bytes=1_500_000_000)
FILES = {each.name: each for each in hostile()}
READER = "tests.hostile_readers"


@pytest.mark.parametrize("name", FILES)
def test_it_is_refused_with_a_reason_or_read_and_the_others_are_done(tmp_path: Path, name: str):
    file: Hostile = FILES[name]
    put(tmp_path, name, file.make())
    put(tmp_path, "good.txt", text())
    corpus = parse_quietly(tmp_path, limits=LIMITS)
    documents = corpus.documents["file"].to_list()
    assert "good.txt" in documents
    assert corpus.facts.filter(doc_id="good")["value"].to_list()
    failed = [row for row in corpus.failures.iter_rows(named=True) if row["error"] != "Unread"]
    assert len(documents) + len(failed) == 2
    for row in failed:
        assert row["error"] == "SourceError", row
        assert row["remedy"], row
    if file.refused is not None:
        assert failed, "it was read"
        (row,) = failed
        assert any(word in f"{row['reason']}. {row['remedy']}" for word in file.refused.split("|")), row
    if name.startswith("outside"):
        assert "root:" not in "".join(corpus.quantities["section"]) + str(corpus.documents.rows())


def test_all_of_them_through_the_command(tmp_path: Path):
    files = list(FILES.values())
    for file in files:
        put(tmp_path / "in", file.name, file.make())
    put(tmp_path / "in", "good.txt", text())
    settings = [f"--limit={name}={getattr(LIMITS, name)}" for name in ("unpacked_bytes", "seconds", "memory_bytes")]
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from fiscal_analysis.cli import main; main()"),
            *("parse", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--jobs", "2", *settings),
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "good" in fa.load(tmp_path / "out").documents["doc_id"].to_list()
    with (tmp_path / "out" / "failures.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    refused = {file.name for file in files if file.refused is not None}
    assert refused <= {row["file"].split("/")[0] for row in rows}
    assert all(row["reason"] in done.stderr for row in rows)
    # Kilobytes on Linux: the largest of all processes that took part.
    if sys.platform == "linux":
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < 2 * LIMITS.memory_bytes


# --- readers that do what a hostile file makes a real one do --------------------------------------------------------


@pytest.fixture
def obeying(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of PDF that does what the file says."""
    monkeypatch.setitem(READERS, "pdf", READER)


def obeyed(does: str, number: int = 0) -> bytes:
    return f"%PDF-1.4\n{text(f'北京市第{number}区财政局').decode()}\nstartxref\n%%EOF%%{does}".encode()


@pytest.mark.usefixtures("obeying")
@pytest.mark.parametrize(
    ("does", "reason", "remedy"),
    [
        ("sleep", "took longer than 1 seconds", "`seconds`"),
        ("spin", "took longer than 1 seconds", "`seconds`"),
        ("hold", "took longer than 1 seconds", "`seconds`"),
        ("allocate", "took more than 400,000,000 bytes of memory", "`memory_bytes`"),
        ("crash", "the process that read it crashed (SIGSEGV)", "Download it again"),
        ("leave", "the process that read it crashed (exit status 7)", "Download it again"),
    ],
)
def test_a_reader_that_hangs_swells_or_crashes_is_cut_off(tmp_path: Path, does: str, reason: str, remedy: str):
    for number, each in enumerate(["none", does, "none"]):
        put(tmp_path, f"{number}.pdf", obeyed(each, number))
    put(tmp_path, "3.txt", text())
    limits = fa.Limits(seconds=1, memory_bytes=400_000_000)
    corpus = parse_quietly(tmp_path, limits=limits)
    assert corpus.documents["file"].to_list() == ["0.pdf", "2.pdf", "3.txt"]
    assert corpus.documents["format"].to_list() == ["pdf", "pdf", "txt"]
    (failed,) = corpus.failures.iter_rows(named=True)
    assert (failed["file"], failed["error"]) == ("1.pdf", "SourceError")
    assert reason in failed["reason"]
    assert remedy in failed["remedy"]
    result = CliRunner().invoke(
        main,
        ["parse", str(tmp_path), "--limit=seconds=1", "--limit=memory_bytes=400000000", "--out", str(tmp_path / "out")],
    )
    assert result.exit_code == 1
    assert f"  1.pdf: {failed['reason']}. {failed['remedy']}" in result.stderr.splitlines()
    assert "1.pdf" in (tmp_path / "out" / "failures.csv").read_text(encoding="utf-8-sig")


@pytest.mark.usefixtures("obeying")
def test_a_member_of_an_archive_is_cut_off_like_a_file(tmp_path: Path):
    path = put(tmp_path, "a.zip", zipped({"hang.pdf": obeyed("sleep", 1), "good.pdf": obeyed("none", 2)}))
    corpus = parse_quietly(path, limits=fa.Limits(seconds=1))
    assert corpus.documents["file"].to_list() == ["a.zip/good.pdf"]
    assert corpus.failures["reason"].to_list() == ["reading it took longer than 1 seconds and was stopped"]


@pytest.mark.usefixtures("obeying")
def test_a_defect_of_a_reader_is_listed_with_its_place(tmp_path: Path):
    corpus = parse_quietly(put(tmp_path, "a.pdf", obeyed("divide")))
    (failed,) = corpus.failures.iter_rows(named=True)
    assert failed["error"] == "ZeroDivisionError"
    assert "(hostile_readers.py, line" in failed["reason"]
    assert "report it" in failed["remedy"]


WITH_FAKES = """
from fiscal_analysis.readers.formats import READERS
READERS["pdf"] = "tests.hostile_readers"
import fiscal_analysis as fa
from fiscal_analysis.corpus import parse_quietly
corpus = parse_quietly({folder!r}, jobs=1, limits=fa.Limits(seconds=1))
print(corpus.documents.height, corpus.failures.height)
"""


def test_a_script_without_a_guard_of_its_own_may_be_cut_off(tmp_path: Path):
    for number, each in enumerate(["none", "sleep"]):
        put(tmp_path / "in", f"{number}.pdf", obeyed(each, number))
    script = put(tmp_path, "study.py", WITH_FAKES.format(folder=str(tmp_path / "in")).encode())
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.split() == ["1", "1"]
    assert done.stderr == ""


# --- which files are read apart -------------------------------------------------------------------------------------


@pytest.fixture
def apart_only(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that a child is asked to read; it reads none."""
    asked: list[str] = []

    def call(function: str, data: bytes, *arguments: object, shown: str, **bounds: object) -> None:
        asked.append(Path(shown).name)
        raise fa.SourceError(f"{shown}: asked. Well.")

    monkeypatch.setattr(apart.guard, "call", call)
    for format in ("pdf", "docx", "xlsx", "html", "csv"):
        monkeypatch.setitem(READERS, format, READER)
    return asked


@pytest.mark.parametrize(
    ("name", "data", "sound"),
    [
        ("a.pdf", pdf(), True),
        ("a.pdf", pdf()[:-10], False),
        ("a.pdf", pdf().replace(b"startxref", b"start"), False),
        ("a.pdf", pdf() + b"\n" * apart.LONG + b"startxref\n0\n%%EOF", False),
        ("a.docx", word(), True),
        ("a.xlsx", workbook(), True),
        ("a.xlsx", swollen(workbook(), "xl/workbook.xml", 2_000_000), False),
        ("a.xlsx", swollen(workbook(), "xl/workbook.xml", 2_000_000, stated=100), False),
        ("a.html", page(), True),
        ("a.html", page() + b" " * apart.LONG_PAGE, False),
    ],
)
def test_files_that_are_long_or_unsound_are_read_apart(
    tmp_path: Path, apart_only: list[str], name: str, data: bytes, sound: bool
):
    path = put(tmp_path, name, data)
    format = name[2:]
    assert apart.is_sound(data, format) == sound
    if not sound:
        with pytest.raises(fa.SourceError, match="asked"):
            fa.read(path)
        assert apart_only == [name]
    with pytest.raises(fa.SourceError, match="asked"):
        fa.read(path, isolate=True)


def test_a_corpus_reads_every_file_apart_that_is_no_text(tmp_path: Path, apart_only: list[str]):
    put(tmp_path, "a.pdf", pdf())
    put(tmp_path, "b.txt", text())
    put(tmp_path, "c.csv", "科目,金额\n合计,1523.26\n".encode())
    put(tmp_path, "d.html", page())
    parse_quietly(tmp_path)
    assert apart_only == ["a.pdf", "d.html"]


def test_text_starts_no_process(tmp_path: Path):
    path = put(tmp_path, "a.txt", text())
    code = f"import fiscal_analysis as fa, sys; fa.parse({str(path)!r}); fa.read({str(path)!r})\n"
    code += "guard = sys.modules['fiscal_analysis.guard']; print(guard._idle)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.usefixtures("obeying")
def test_where_no_process_can_be_started_sound_files_are_read_here_and_the_others_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(apart.guard, "_idle", [])
    monkeypatch.setattr(apart.guard, "_unavailable", True)
    put(tmp_path, "a.pdf", obeyed("none"))
    put(tmp_path, "b.pdf", obeyed("none").replace(b"startxref", b""))
    corpus = parse_quietly(tmp_path)
    assert corpus.documents["file"].to_list() == ["a.pdf"]
    assert "no process can be started here" in corpus.failures["reason"].item()
    assert fa.read(tmp_path / "b.pdf", isolate=False).format == "pdf"
