"""The public names: there, described, light to import, and open to pandas as well as polars."""

import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars

ROOT = Path(__file__).parents[1]
STATED = ("read", "extract", "parse", "load", "find_quantities", "metrics", "run_study", "Corpus", "Document", "errors")


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_the_stated_names_are_public_and_complete_themselves():
    assert set(STATED) <= set(fa.__all__)
    assert set(fa.__all__) <= set(dir(fa))
    for name in fa.__all__:
        assert getattr(fa, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'prase'"):
        _ = fa.prase


def public_functions() -> list[tuple[str, object]]:
    found = [(name, getattr(fa, name)) for name in fa.__all__ if callable(getattr(fa, name))]
    found += [(f"metrics.{name}", getattr(fa.metrics, name)) for name in fa.metrics.__all__]
    found += [
        (f"{owner.__name__}.{name}", member)
        for owner in (fa.Corpus, fa.Document)
        for name, member in vars(owner).items()
        if not name.startswith("_") and (callable(member) or isinstance(member, property))
    ]
    return found


@pytest.mark.parametrize(
    ("name", "member"), public_functions(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_everything_public_is_described(name: str, member: object):
    if callable(member) or isinstance(member, property):
        text = inspect.getdoc(member)
        assert text, name
        assert text[0].isupper() or text[0] == "`", name


@pytest.mark.parametrize("name", ["read", "extract", "parse", "load", "find_quantities", "run_study"])
def test_functions_say_what_they_take_and_return(name: str):
    function = getattr(fa, name)
    text = inspect.getdoc(function)
    assert text is not None
    assert "\nReturns\n-------" in text
    assert "\nParameters\n----------" in text
    for parameter in inspect.signature(function).parameters:
        assert parameter in text


def test_importing_the_package_imports_nothing_heavy():
    loaded = python("import fiscal_analysis, sys; print(*sys.modules)").split()
    assert "fiscal_analysis" in loaded
    assert not {"pandas", "altair", "papermill", "polars", "nbclient", "great_tables", "pyarrow"} & set(loaded)


def test_reading_and_parsing_imports_neither_pandas_nor_notebooks_nor_charts():
    code = f"import fiscal_analysis as fa, sys; fa.parse({str(ROOT / 'data' / 'raw')!r}); print(*sys.modules)"
    assert not {"pandas", "altair", "papermill", "nbclient", "great_tables"} & set(python(code).split())


def test_a_function_is_not_hidden_by_the_folder_of_its_name():
    code = "import fiscal_analysis.extract, fiscal_analysis as fa; from fiscal_analysis import extract; "
    code += "print(extract is fa.extract, extract.__module__)"
    assert python(code) == "True fiscal_analysis.corpus"


def test_errors_have_one_root_and_are_what_python_users_catch():
    assert issubclass(fa.SourceError, OSError)
    assert issubclass(fa.ParseError, ValueError)
    assert issubclass(fa.ContractError, ValueError)
    assert issubclass(fa.AmbiguityError, LookupError)
    for name in fa.errors.__all__:
        assert issubclass(getattr(fa.errors, name), fa.FiscalAnalysisError)


def test_the_version_is_the_one_that_is_published():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert fa.__version__ == project["version"]


def test_frames_of_both_libraries_are_taken():
    frame = pl.DataFrame({"doc_id": ["甲", None], "value": [1.5, None], "decimals": [-2, 4]})
    assert as_polars(frame) is frame
    assert as_polars(frame.lazy()).equals(frame)
    assert as_polars(frame.to_pandas()).equals(frame)
    assert as_polars(frame.to_pandas().set_index("doc_id")).equals(frame)
    grouped = pd.DataFrame({"kind": ["a", "b"], "value": [1.0, float("nan")]}, index=[7, 9])
    assert as_polars(grouped).equals(pl.DataFrame({"kind": ["a", "b"], "value": [1.0, None]}))
    with pytest.raises(ContractError, match=r"builtins\.list.*Pass a polars or a pandas DataFrame"):
        as_polars([1])  # type: ignore[arg-type]


def test_metrics_of_a_pandas_table_are_those_of_the_polars_table():
    corpus = fa.parse(ROOT / "data" / "raw")
    of_polars = fa.metrics.execution_rates(corpus.facts)
    of_pandas = fa.metrics.execution_rates(corpus.facts.to_pandas())
    assert of_polars.height > 0
    assert of_pandas.equals(of_polars)
