"""Wrong input gets a clear error: it names the file, the place and the remedy."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import fiscal_analysis as fa
from fiscal_analysis.cli import main
from fiscal_analysis.manifest import file_hash

RAW = Path(__file__).parents[1] / "data" / "raw"
SENTENCE = "北京市大兴区科学技术委员会2023年度部门决算\n\n一、总体情况\n"
SENTENCE += "2023年度收、支总计1523.26万元,比上年减少27.31万元,下降1.76%。\n"


def fiscal(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert "Traceback" not in result.output
    return result


def one_line(result: Result, status: int) -> str:
    """The one line that a failed command writes on the error stream."""
    assert result.exit_code == status
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line


def refusal(path: Path) -> str:
    with pytest.raises(fa.SourceError) as caught:
        fa.read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def test_an_empty_file(tmp_path: Path):
    path = tmp_path / "empty.txt"
    path.touch()
    assert "the file is empty. Download it again" in refusal(path)
    path.write_text(" \n\n\t", encoding="utf-8")
    assert "the file is empty. Download it again" in refusal(path)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG picture, not what its suffix .txt says"),
        (bytes(range(256)) * 40, "not readable as text"),
        (b"\x00\x01\x02\x03" * 500, "not readable as text"),
    ],
)
def test_a_binary_file_called_txt(tmp_path: Path, content: bytes, what: str):
    path = tmp_path / "report.txt"
    path.write_bytes(content)
    message = refusal(path)
    assert what in message
    assert any(remedy in message for remedy in ("make a PDF of the picture", "Download the file again", "leave it out"))


def test_text_in_gb18030_is_read_right(tmp_path: Path):
    for encoding in ("gb18030", "utf-8", "utf-8-sig", "utf-16"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes(SENTENCE.encode(encoding))
        document = fa.read(path)
        assert document.text == SENTENCE
        facts = fa.extract(document)
        assert facts.filter(concept="grand_total", measure="final")["value"].to_list() == [15232600.0]


def test_a_manifest_with_a_wrong_hash(tmp_path: Path):
    path = tmp_path / "raw" / "daxing-2023.txt"
    path.parent.mkdir()
    path.write_text(SENTENCE, encoding="utf-8")
    stated, actual = "0" * 64, file_hash(path)
    (path.parent / "manifest.csv").write_text(f"file,sha256\n{path.name},{stated}\n", encoding="utf-8")
    corpus = fa.corpus.parse_quietly(path.parent)
    (failed,) = corpus.failures.iter_rows(named=True)
    assert failed["file"] == "daxing-2023.txt"
    assert failed["error"] == "SourceError"
    assert actual[:12] in failed["reason"]
    assert "manifest.csv says 000000000000" in failed["reason"]
    assert failed["remedy"].startswith("Restore the published file")
    assert actual in failed["remedy"]
    result = fiscal("parse", path.parent, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "daxing-2023.txt: its bytes have changed" in result.stderr


def test_an_unknown_suffix(tmp_path: Path):
    path = tmp_path / "report.xyz"
    path.write_text(SENTENCE, encoding="utf-8")
    message = refusal(path)
    assert ".xyz" in message
    assert "Supported: .txt" in message


def test_a_missing_path(tmp_path: Path):
    assert "no such file. Check the path" in refusal(tmp_path / "gone.txt")
    assert "gone.txt: no such file. Check the path" in one_line(fiscal("show", tmp_path / "gone.txt"), 1)
    assert "is a folder" in refusal(tmp_path)
    assert "is a folder" in one_line(fiscal("show", tmp_path), 1)
    result = fiscal("parse", tmp_path / "gone.txt", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "gone.txt: no such file. Check the path" in result.stderr


def test_an_unknown_study_is_refused_with_the_ones_that_there_are(tmp_path: Path):
    with pytest.raises(fa.ContractError, match=r"there is no study “subsidy_costs”.*did you mean “subsidy_cost”"):
        fa.run_study("subsidy_costs", out=tmp_path / "reports")
    line = one_line(fiscal("study", "subsidy_costs", "--out", tmp_path / "reports"), 2)
    assert "subsidy_costs" in line
    assert "execution_rates" in line
    assert list(tmp_path.iterdir()) == []


def test_a_mistyped_parameter_is_refused_before_anything_runs(tmp_path: Path):
    with pytest.raises(fa.ContractError, match=r"there is no parameter “yeer_from”.*did you mean “year_from”"):
        fa.run_study("subsidy_cost", {"yeer_from": 2023}, out=tmp_path / "reports")
    line = one_line(fiscal("study", "subsidy_cost", "-p", "yeer_from", "2023", "--out", tmp_path / "reports"), 2)
    assert "yeer_from" in line
    assert "year_from" in line
    wrong = one_line(fiscal("study", "subsidy_cost", "-p", "year_from", "soon", "--out", tmp_path / "reports"), 2)
    assert "year_from" in wrong
    assert "soon" in wrong
    assert list(tmp_path.iterdir()) == []


def test_no_tables_and_no_dask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    line = one_line(fiscal("audit", tmp_path / "gone"), 1)
    assert "gone: no such folder. Write the tables first, with `fiscal parse" in line
    monkeypatch.setitem(sys.modules, "distributed", None)
    line = one_line(fiscal("parse", RAW, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1"), 2)
    assert "tcp://127.0.0.1:1: dask.distributed is not installed" in line
    assert "fiscal-analysis[cluster]" in line
