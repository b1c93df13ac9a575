"""Archives of disclosures: each member a document of its own, and what is no good in one listed with its remedy."""

import hashlib
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

import fiscal_analysis as fa
from fiscal_analysis.cli import main
from fiscal_analysis.corpus import Corpus, parse_quietly
from fiscal_analysis.readers.archive import documents_in
from tests.archives import bomb, encrypted, lying, put, text, zipped

A, B = text(), text("上海市普陀区财政局")


def files(corpus: Corpus) -> list[str]:
    return corpus.documents["file"].to_list()


def failed(corpus: Corpus) -> dict[str, tuple[str, str]]:
    return {row["file"]: (row["reason"], row["remedy"]) for row in corpus.failures.iter_rows(named=True)}


def test_members_are_documents_of_their_own(tmp_path: Path):
    put(tmp_path, "bundle.zip", zipped({"大兴/决算公开.txt": A, "inner/putuo.txt": B}))
    put(tmp_path, "alone.txt", text("江苏省南京市玄武区财政局"))
    for given in (tmp_path, [tmp_path / "alone.txt", tmp_path / "bundle.zip"]):
        corpus = parse_quietly(given, jobs=2)
        assert failed(corpus) == {}
        assert corpus.documents.select("doc_id", "file", "sha256").rows()[1:] == [
            ("putuo", "bundle.zip/inner/putuo.txt", hashlib.sha256(B).hexdigest()),
            ("决算公开", "bundle.zip/大兴/决算公开.txt", hashlib.sha256(A).hexdigest()),
        ]
        assert corpus.facts.filter(concept="grand_total", measure="final").height == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone.txt", "bundle.zip"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "bare utf-8"])
@pytest.mark.parametrize("name", ["2023年度部门决算公开.txt", "科技委/绩效自评報告.txt", "区誠信办/说明.txt"])
def test_names_are_decoded_as_they_were_written(tmp_path: Path, encoding: str, name: str):
    path = put(tmp_path, "a.zip", zipped({name: A}, encoding=encoding))
    assert files(parse_quietly(path)) == [f"a.zip/{name}"]
    assert fa.read(path).file == f"a.zip/{name}"


def test_a_name_in_the_formats_own_code_page_stays(tmp_path: Path):
    path = put(tmp_path, "a.zip", zipped({"résumé.txt": A}, encoding="cp437"))
    assert files(parse_quietly(path)) == ["a.zip/résumé.txt"]


def test_backslashes_of_old_packers_are_folders(tmp_path: Path):
    path = put(tmp_path, "a.zip", zipped({"科技委\\决算.txt": A}, encoding="gb18030"))
    assert parse_quietly(path).documents.select("doc_id", "file").rows() == [("决算", "a.zip/科技委/决算.txt")]


def test_what_is_no_document_is_passed_over(tmp_path: Path):
    members = {"a.txt": A, "sub/": b"", "__MACOSX/._a.txt": b"x", ".hidden.txt": A, "sub/.git/b.txt": A}
    members |= {"README.md": A, "Thumbs.db": b"x", "manifest.csv": b"file\n", "~$a.docx": b"x", "notes.tmp": b"x"}
    corpus = parse_quietly(put(tmp_path, "a.zip", zipped(members)))
    assert files(corpus) == ["a.zip/a.txt"]
    assert failed(corpus) == {}


@pytest.mark.parametrize("name", ["../a.txt", "/etc/a.txt", "sub/../../a.txt", "C:\\a.txt", "C:/a.txt", "..\\a.txt"])
def test_names_that_lead_out_of_the_archive_are_refused(tmp_path: Path, name: str):
    corpus = parse_quietly(put(tmp_path, "in/a.zip", zipped({name: A, "good.txt": B})))
    assert files(corpus) == ["a.zip/good.txt"]
    ((file, (reason, remedy)),) = failed(corpus).items()
    assert file == f"a.zip/{name}".replace("\\", "/")
    assert reason == "has a name that leads out of the archive"
    assert remedy == "Pack the archive anew, with names below one folder."
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.zip"]


def test_encrypted_members_are_listed(tmp_path: Path):
    path = put(tmp_path, "a.zip", encrypted({"a.txt": A, "b.txt": B}))
    assert failed(parse_quietly(path)) == {
        f"a.zip/{name}": ("is encrypted", "Unpack the archive with its password, and give the files in it.")
        for name in ("a.txt", "b.txt")
    }
    with pytest.raises(fa.SourceError, match=r"a\.zip/a\.txt: is encrypted\. Unpack the archive"):
        fa.read(path)


def test_other_packings_are_refused_since_they_inflate_at_one_go(tmp_path: Path):
    path = put(tmp_path, "a.zip", zipped({"a.txt": A}, packing=zipfile.ZIP_BZIP2))
    assert failed(parse_quietly(path))["a.zip/a.txt"][0] == "is packed in a way that is not supported"


def test_kinds_that_are_not_read_are_listed(tmp_path: Path):
    members = {"a.txt": A, "slides.ppt": b"\xd0\xcf\x11\xe0", "b.rar": b"Rar!\x1a\x07", "scan.png": b"\x89PNG\r\n"}
    members |= {"c.7z": b"7z\xbc\xaf\x27\x1c", "d.txt.gz": b"\x1f\x8b\x08", "empty.txt": b""}
    corpus = parse_quietly(put(tmp_path, "a.zip", zipped(members)))
    assert files(corpus) == ["a.zip/a.txt"]
    reasons = failed(corpus)
    assert reasons.keys() == {f"a.zip/{name}" for name in members if name != "a.txt"}
    assert reasons["a.zip/b.rar"] == ("the file is a RAR archive", "Unpack it, and give the files in it.")
    assert reasons["a.zip/c.7z"][0] == "the file is a 7z archive"
    assert reasons["a.zip/d.txt.gz"][0] == "the file is a gzip archive"
    assert reasons["a.zip/empty.txt"][0] == "the file is empty"
    assert all(remedy for _, remedy in reasons.values())


def test_archives_within_archives_are_read_as_deep_as_the_limit(tmp_path: Path):
    deep = zipped({"c.txt": text("江苏省南京市玄武区财政局")})
    path = put(tmp_path, "a.zip", zipped({"a.txt": A, "year/b.zip": zipped({"x/b.txt": B, "deep.zip": deep})}))
    corpus = parse_quietly(path)
    assert files(corpus) == ["a.zip/a.txt", "a.zip/year/b.zip/x/b.txt"]
    reason, remedy = failed(corpus)["a.zip/year/b.zip/deep.zip"]
    assert reason == "is an archive too deep within archives"
    assert "`nesting`" in remedy
    deeper = parse_quietly(path, limits=fa.Limits(nesting=2))
    assert files(deeper)[-1] == "a.zip/year/b.zip/deep.zip/c.txt"
    assert failed(deeper) == {}
    assert files(parse_quietly(path, limits=fa.Limits(nesting=0))) == ["a.zip/a.txt"]
    assert fa.read(path / "year" / "b.zip" / "x" / "b.txt").text == B.decode()


def test_too_many_members(tmp_path: Path):
    path = put(tmp_path, "a.zip", zipped({f"{n}.txt": A for n in range(30)}))
    corpus = parse_quietly(path, limits=fa.Limits(members=29))
    assert failed(corpus) == {"a.zip": ("holds more than 29 members", "Raise the limit `members`, or unpack it.")}
    nested = put(tmp_path, "b.zip", zipped({"good.txt": A, "a.zip": path.read_bytes()}))
    corpus = parse_quietly(nested, limits=fa.Limits(members=29))
    assert files(corpus) == ["b.zip/good.txt"]
    assert failed(corpus)["b.zip/a.zip"][0] == "holds more than 29 members"


def test_a_directory_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = zipped({f"{n:0200}.txt": b"" for n in range(3000)})
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(fa.SourceError, match=r"a\.zip: holds more than 10 members"):
        documents_in(data, "a.zip", fa.Limits(members=10))


def test_a_bomb_is_refused_by_its_stated_sizes(tmp_path: Path):
    path = put(tmp_path, "a.zip", zipped({f"{n}.txt": bomb(2_000_000) for n in range(3)}))
    corpus = parse_quietly(path, limits=fa.Limits(unpacked_bytes=5_000_000))
    reason, remedy = failed(corpus)["a.zip"]
    assert reason == "would unpack to 6,000,000 bytes, more than 5,000,000"
    assert "`unpacked_bytes`" in remedy
    corpus = parse_quietly(path, limits=fa.Limits(file_bytes=1_000_000))
    assert {reason for reason, _ in failed(corpus).values()} == {"is larger than 1,000,000 bytes"}


def test_a_bomb_whose_sizes_lie_is_cut_off_while_it_is_inflated(tmp_path: Path):
    put(tmp_path, "a.zip", lying({"bomb.txt": bomb(50_000_000)}, 1000))
    put(tmp_path, "b.zip", zipped({"inner.zip": lying({"other.txt": bomb(5_000_000)}, 1000), "good.txt": A}))
    parse_quietly(put(tmp_path, "c/c.txt", A))  # what is imported at first use is none of the bomb's
    (tmp_path / "c" / "c.txt").unlink()
    tracemalloc.start()
    corpus = parse_quietly(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000
    assert files(corpus) == ["b.zip/good.txt"]
    reasons = failed(corpus)
    assert reasons.keys() == {"a.zip/bomb.txt", "b.zip/inner.zip/other.txt"}
    assert all("not of the size that the archive states" in reason for reason, _ in reasons.values())


def test_a_nested_bomb_is_refused_and_the_other_members_are_read(tmp_path: Path):
    inner = zipped({f"{n}.txt": bomb(1_000_000) for n in range(10)})
    path = put(tmp_path, "a.zip", zipped({"good.txt": A, "bomb.zip": inner}))
    corpus = parse_quietly(path, limits=fa.Limits(unpacked_bytes=5_000_000))
    assert files(corpus) == ["a.zip/good.txt"]
    assert failed(corpus)["a.zip/bomb.zip"][0].startswith("would unpack to 10,0")


def test_a_member_twice_is_told(tmp_path: Path):
    put(tmp_path, "a.zip", zipped({"a.txt": A, "b.txt": B}).replace(b"b.txt", b"a.txt"))
    corpus = parse_quietly(tmp_path / "a.zip")
    assert failed(corpus)["a.zip/a.txt"][0] == "is in the archive twice"
    assert corpus.documents["sha256"].to_list() == [hashlib.sha256(A).hexdigest()]


def test_members_that_would_share_a_name_are_refused_until_the_manifest_names_them(tmp_path: Path):
    put(tmp_path, "x.zip", zipped({"a/report.txt": A, "b/report.txt": B}))
    corpus = parse_quietly(tmp_path)
    assert files(corpus) == []
    assert corpus.failures["error"].to_list() == ["AmbiguityError"] * 2
    assert str(tmp_path / "x.zip" / "b" / "report.txt") in corpus.failures["reason"][0]
    manifest = f"file,doc_id,sha256\nx.zip/a/report.txt,daxing,{hashlib.sha256(A).hexdigest()}\n"
    put(tmp_path, "manifest.csv", f"{manifest}x.zip/b/report.txt,putuo,\n".encode())
    assert parse_quietly(tmp_path).documents["doc_id"].to_list() == ["daxing", "putuo"]
    put(tmp_path, "manifest.csv", f"{manifest}x.zip/b/report.txt,putuo,{'0' * 64}\n".encode())
    corpus = parse_quietly(tmp_path)
    assert corpus.documents["doc_id"].to_list() == ["daxing"]
    assert "its bytes have changed" in failed(corpus)["x.zip/b/report.txt"][0]


def test_the_manifest_may_name_the_archive(tmp_path: Path):
    path = put(tmp_path, "in/x.zip", zipped({"a.txt": A, "b.txt": B}))
    hashed = hashlib.sha256(path.read_bytes()).hexdigest()
    put(tmp_path, "manifest.csv", f"file,sha256,publisher\nin/x.zip,{hashed},上海市普陀区审计局\n".encode())
    corpus = parse_quietly(tmp_path)
    assert corpus.documents["issuer"].to_list() == ["上海市普陀区审计局"] * 2
    put(tmp_path, "manifest.csv", f"file,sha256\nin/x.zip,{'0' * 64}\nin/x.zip/a.txt,\n".encode())
    corpus = parse_quietly(tmp_path)
    assert failed(corpus).keys() == {"in/x.zip"}
    assert "its bytes have changed" in failed(corpus)["in/x.zip"][0]
    put(tmp_path, "manifest.csv", b"file\nin/x.zip/c.txt\n")
    assert failed(parse_quietly(tmp_path))["in/x.zip/c.txt"][0].startswith("is listed in manifest.csv, but")


def test_the_same_bytes_in_an_archive_and_beside_it_count_once(tmp_path: Path):
    put(tmp_path, "a.txt", A)
    put(tmp_path, "x.zip", zipped({"copy.txt": A}))
    corpus = parse_quietly(tmp_path)
    assert files(corpus) == ["a.txt"]
    assert failed(corpus)["x.zip/copy.txt"][0] == "has the same bytes as a.txt"


def test_reading_an_archive_reads_its_one_document(tmp_path: Path):
    path = put(tmp_path, "x.zip", zipped({"决算.txt": A, "scan.png": b"\x89PNG", "__MACOSX/._a.txt": b"x"}))
    document = fa.read(path)
    assert (document.doc_id, document.file, document.text) == ("决算", "x.zip/决算.txt", A.decode())
    assert fa.read(path, doc_id="mine").doc_id == "mine"


def test_reading_an_archive_of_several_names_them_and_says_how(tmp_path: Path):
    path = put(tmp_path, "x.zip", zipped({"决算.txt": A, "year/预算.txt": B}))
    with pytest.raises(fa.SourceError) as caught:
        fa.read(path)
    assert str(caught.value) == (
        f"{path}: is an archive of 2 documents; in it: 决算.txt, year/预算.txt. "
        f"Name one, as in {path}/决算.txt, or pass the archive to `fiscal parse` to read them all."
    )
    assert fa.read(f"{path}/year/预算.txt").text == B.decode()
    assert files(parse_quietly(f"{path}/year/预算.txt")) == ["x.zip/year/预算.txt"]
    with pytest.raises(fa.SourceError, match=r"x\.zip: holds no document gone\.txt; in it: 决算\.txt"):
        fa.read(path / "gone.txt")
    assert failed(parse_quietly(path / "gone.txt"))["gone.txt"][0].startswith(f"{path}: holds no document gone.txt")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped({}), "without documents"),
        (zipped({"a.tmp": b"x"}), "without documents"),
        (zipped({"a.txt": A})[:-30], "the archive is damaged"),
        (b"PK\x03\x04" + b"\0" * 100, "the archive is damaged"),
        (A, "the file is no zip file"),
        (b"Rar!\x1a\x07\x00", "the file is a RAR archive, not what its suffix .zip says"),
    ],
)
def test_what_is_no_archive_of_documents_is_refused_with_a_remedy(tmp_path: Path, content: bytes, message: str):
    path = put(tmp_path, "a.zip", content)
    with pytest.raises(fa.SourceError, match=rf"a\.zip: .*{message}.*\. [A-Z]"):
        fa.read(path)
    put(tmp_path, "b.txt", A)
    corpus = parse_quietly(tmp_path)
    assert files(corpus) == ["b.txt"]
    assert message in failed(corpus)["a.zip"][0]


def test_a_damaged_member_is_refused_and_the_others_are_read(tmp_path: Path):
    content = zipped({"a.txt": A, "b.txt": B}, packing=zipfile.ZIP_STORED)
    corpus = parse_quietly(put(tmp_path, "a.zip", content.replace(b"1523.26", b"1523.27", 1)))
    assert files(corpus) == ["a.zip/b.txt"]
    assert failed(corpus)["a.zip/a.txt"][0].startswith("is damaged")


def test_commands_take_archives_and_limits(tmp_path: Path):
    path = put(tmp_path, "x.zip", zipped({"a.txt": A, "b.txt": B, "c.rar": b"Rar!"}))
    result = CliRunner().invoke(main, ["parse", str(path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "Read     2 documents" in result.stdout
    assert "  x.zip/c.rar: the file is a RAR archive. Unpack it" in result.stderr
    result = CliRunner().invoke(main, ["show", str(path)])
    assert result.exit_code == 1
    assert "x.zip: is an archive of 2 documents" in result.stderr
    result = CliRunner().invoke(main, ["show", f"{path}/a.txt"])
    assert result.exit_code == 0
    result = CliRunner().invoke(
        main, ["parse", str(path), "--limit", "characters=9", "--limit", "seconds=5", "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 1
    assert "x.zip/a.txt: holds more than 9 characters. Raise the limit `characters`" in result.stderr
    for command in (["parse", str(path), "--out", "x"], ["run"], ["show", str(path)]):
        result = CliRunner().invoke(main, [*command, "--limit", "page=5"])
        assert result.exit_code == 2
        assert "there is no limit 'page'. Limits and their defaults: file_bytes=200000000, " in result.stderr
