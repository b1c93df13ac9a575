"""What the READMEs and the other pages for people say is there, runs, and is up to date."""

import ast
import csv
import importlib.util
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest

import fiscal_analysis as fa
from fiscal_analysis.batch import read_batch
from fiscal_analysis.cli import main
from fiscal_analysis.store import empty
from fiscal_analysis.studies import check_parameters, list_studies, parameters_of, runs_of
from tools import readme

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "fiscal_analysis"
TAXONOMY = PACKAGE / "taxonomy"
GUIDES = list(readme.LANGUAGES)
READMES = [page for page in GUIDES if page.startswith("README")]
PAGES = [*GUIDES, "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "fiscal_analysis/taxonomy/README.md"]
PICTURE_BYTES = 300_000

FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def fences(page: str, *kinds: str) -> list[str]:
    return [match["body"] for match in FENCE.finditer(text_of(page)) if match["kind"] in kinds]


def commands(page: str) -> Iterator[list[str]]:
    """The command lines of a page, in blocks and in sentences, as words without comments."""
    lines = [line for body in fences(page, "sh") for line in body.splitlines()]
    lines += CODE.findall(FENCE.sub("", text_of(page)))
    for line in lines:
        words = re.sub(r"\s#.*", "", line).split()
        if words:
            yield words


@pytest.mark.parametrize("page", PAGES)
def test_fiscal_commands_and_their_options_exist(page: str):
    for words in commands(page):
        if words[0] != "fiscal" or len(words) == 1:
            continue
        command = main.commands[words[1]]
        known = {option for each in command.params if isinstance(each, click.Option) for option in each.opts}
        assert {word for word in words[2:] if word.startswith("-")} <= known, words


@pytest.mark.parametrize("page", PAGES)
def test_studies_and_parameters_in_commands_exist(page: str):
    names = {study.name for study in list_studies()}
    for words in commands(page):
        named = words[:2] == ["fiscal", "study"] and len(words) > 2 and not words[2].startswith("-")
        if named and words[2] not in ("NAME", "my_study"):
            assert words[2] in names
            given = {after for before, after in pairwise(words) if before == "-p"}
            assert given <= set(parameters_of(words[2]))


@pytest.mark.parametrize("page", ["docs/studies.md", "docs/studies.zh.md"])
def test_batch_files_that_are_shown_can_be_read(page: str, tmp_path: Path):
    shown = [
        code for code in CODE.findall(FENCE.sub("", text_of(page))) if re.match(r"(grid|for_each|studies|- ?\{)", code)
    ]
    assert len(shown) >= 5
    for code in shown:
        path = tmp_path / "batch.yaml"
        path.write_text(code, encoding="utf-8")
        documents = fa.load(ROOT / "data" / "processed").documents
        for each in read_batch(path, documents, parameters_of("execution_rates")):
            study = each.pop("study", "execution_rates")
            assert check_parameters(study, each).keys() == each.keys()


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_and_modules_exist(page: str):
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    for words in commands(page):
        if words[0] == "make" and len(words) > 1:
            assert words[1] in targets, words
        if words[:2] == ["python", "-m"] and len(words) > 2:
            assert importlib.util.find_spec(words[2]) is not None, words


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_and_headings(page: str):
    for target in LINK.findall(text_of(page)):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / page).parent / file if file else ROOT / page
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in headings}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_table_and_entry_point_is_described(language: str):
    text = "\n".join(text_of(page) for page in GUIDES if readme.LANGUAGES[page] == language)
    for command in main.commands:
        assert f"fiscal {command}" in text, command
    for table in ("documents", "facts", "indicators", "checks", "findings", "quantities"):
        assert f"`{table}`" in text, table
    for name in ("read", "extract", "parse", "load", "find_quantities", "run_study"):
        assert f"fa.{name}(" in text, name
    for name in ("execution_rates", "subsidy_costs"):
        assert f"fa.metrics.{name}(" in text, name
    for name in fa.metrics.__all__:
        assert f"`{name}`" in text, name


@pytest.mark.parametrize("page", GUIDES)
def test_names_of_the_package_exist(page: str):
    for name in re.findall(r"\bfa\.([A-Za-z_.]*[A-Za-z_])", text_of(page)):
        value: object = fa
        for part in name.split("."):
            value = getattr(value, part)
    for module, name in re.findall(r"from (fiscal_analysis[\w.]*) import (\w+)", text_of(page)):
        assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize("page", READMES)
def test_columns_that_are_named_are_columns_of_a_table(page: str):
    (row,) = re.findall(r"<!-- begin: fact -->(.*?)<!-- end: fact -->", text_of(page), re.DOTALL)
    named = re.findall(r"^\| `(\w+)` \|", row, re.MULTILINE)
    assert len(named) > 8
    assert set(named) <= set(empty("facts").columns)


def skeleton(page: str) -> tuple[list[int], list[str], list[str], list[str]]:
    """Heading levels, generated parts, links to files, and code without comments."""
    text = text_of(page)
    prose = FENCE.sub("", text)
    code = [
        "\n".join(re.sub(r"\s*# .*", "", line) for line in body.splitlines()) for body in fences(page, "sh", "python")
    ]
    levels = [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]
    links = sorted({link.replace(".zh.md", ".md") for link in LINK.findall(text)})
    return levels, [match["name"] for match in readme.BLOCK.finditer(text)], links, code


@pytest.mark.parametrize(("page", "twin"), readme.TWINS.items())
def test_the_pages_of_the_two_languages_are_twins(page: str, twin: str):
    assert skeleton(page) == skeleton(twin)


def test_the_readme_is_short():
    for page in READMES:
        assert len(text_of(page).splitlines()) <= 250, page


@pytest.mark.parametrize("page", readme.TWINS.values())
def test_the_chinese_pages_are_chinese(page: str):
    prose = FENCE.sub("", readme.BLOCK.sub("", text_of(page)))
    assert len(re.findall("[一-鿿]", prose)) > (1500 if page in READMES else 150)
    for heading in re.findall(r"^#+ (.*)$", prose, re.MULTILINE):
        assert re.search("[一-鿿]|^fiscal_analysis$", heading), heading


@pytest.fixture(scope="module")
def place() -> Iterator[readme.Place]:
    with readme.fresh_place(studies=False) as made:
        yield made


def test_outputs_and_scores_are_what_the_commands_print(place: readme.Place):
    assert readme.stale(place) == [], "Run: make readme ARGS='--no-measuring --no-pictures'"


@pytest.mark.parametrize("page", READMES)
def test_the_closing_summary_is_that_of_a_run(page: str, place: readme.Place):
    shown = next(match[0] for match in readme.BLOCK.finditer(text_of(page)) if match["name"] == "run")
    assert place.said.strip() in shown, "Run: make readme ARGS='--no-measuring --no-pictures'"
    names = [study.name for study in list_studies()]
    assert f"Studies  {len(runs_of())} reports of {len(names)} studies: {', '.join(names)}" in shown


def test_a_part_that_is_out_of_date_is_named(place: readme.Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for page in READMES:
        (tmp_path / page).write_text("<!-- begin: fact -->\nold\n<!-- end: fact -->\n", encoding="utf-8")
    monkeypatch.setattr(readme, "ROOT", tmp_path)
    monkeypatch.setattr(readme, "LANGUAGES", {page: readme.LANGUAGES[page] for page in READMES})
    assert readme.stale(place) == ["README.md: fact", "README.zh.md: fact"]


def test_parts_in_the_pages_are_parts_that_can_be_made():
    shown: dict[str, set[str]] = {"en": set(), "zh": set()}
    for page, language in readme.LANGUAGES.items():
        names = [match["name"] for match in readme.BLOCK.finditer(text_of(page))]
        assert len(names) == len(set(names)) == text_of(page).count("<!-- begin: ")
        assert all(name in readme.PARTS or name.startswith("python-") for name in names)
        shown[language] |= set(names)
    assert all(set(readme.PARTS) <= names for names in shown.values())


def test_pictures_are_light_and_shown():
    pictures = sorted((ROOT / "docs").glob("*.png"))
    assert pictures
    assert sum(path.stat().st_size for path in pictures) < PICTURE_BYTES
    for path in pictures:
        assert all(f"](docs/{path.name})" in text_of(page) for page in READMES), path.name


# --- the one page of architecture -----------------------------------------------------------------------------------


def rooms() -> dict[str, int]:
    """The rooms of ARCHITECTURE.md, top down: name to line."""
    section = text_of("ARCHITECTURE.md").split("## Rooms")[1].split("\n## ")[0]
    lines = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name: at for at, line in enumerate(lines) for name in re.findall(r"`(\w+)(?:/|\.py)`", line)}


def imports(path: Path) -> Iterator[str]:
    """The parts of the package that a module imports, those for type checking only left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unseen = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for part in block.body
        for node in ast.walk(part)
    }
    for node in ast.walk(tree):
        if (
            id(node) not in unseen
            and isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("fiscal_analysis")
        ):
            parts = (node.module or "").split(".")[1:]
            yield from parts[:1] or [alias.name for alias in node.names]


def test_every_room_is_on_the_page_and_nothing_else():
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert set(rooms()) == modules | folders


def test_arrows_run_downwards():
    order = rooms()
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for target in imports(path):
            if room in order and target in order:
                assert order[room] <= order[target], f"{path.relative_to(ROOT)} imports {target}"


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_that_are_named_exist(page: str):
    for name in CODE.findall(FENCE.sub("", text_of(page))):
        if re.fullmatch(r"[\w./-]+\.(?:py|csv|toml|md|yml|lock)|[\w./-]+/", name):
            places = (ROOT, PACKAGE, ROOT / "tests", ROOT / "data" / "raw")
            assert any((place / name).exists() for place in places), name


# --- the vocabulary -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", sorted(path.stem for path in TAXONOMY.glob("*.csv")))
def test_the_vocabulary_page_names_every_table_and_column(table: str):
    text = text_of("fiscal_analysis/taxonomy/README.md")
    assert f"`{table}.csv`" in text
    with (TAXONOMY / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for column in rows[0]:
        assert f"`{column}`" in text or column in ("code", "name", "level"), column
    stated = re.search(rf"\| `{table}.csv` \| ([\d,]+) \|", text)
    if stated is not None:
        assert int(stated[1].replace(",", "")) == len(rows)


@pytest.mark.parametrize(
    ("table", "column"), [("cues", "role"), ("relations", "form"), ("firm_events", "event"), ("firms", "kind")]
)
def test_the_vocabulary_page_explains_every_word_that_steers_the_reading(table: str, column: str):
    text = text_of("fiscal_analysis/taxonomy/README.md")
    with (TAXONOMY / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        for value in {row[column] for row in csv.DictReader(stream)}:
            assert f"`{value}`" in text, value
