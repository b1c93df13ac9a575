"""A batch of one study against the loop over ``papermill.execute_notebook`` that one would write without it."""

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from benchmarks.measure import Measured, seconds
from fiscal_analysis.errors import ContractError
from fiscal_analysis.studies import check_parameters, parameters_of
from fiscal_analysis.studies.catalogue import find_study, project_root, resolve_processed

JOBS = 2
RATIO_LIMIT = 0.35
AGAIN_SECONDS = 2.0
_FISCAL = "from fiscal_analysis.cli import main; main()"
_LOOP = """
import json, sys
from papermill import execute_notebook
notebook, folder, sets = sys.argv[1:]
for number, parameters in enumerate(json.loads(sets)):
    execute_notebook(notebook, f"{folder}/{number}.ipynb", parameters=parameters, progress_bar=False)
"""


def parameter_sets(study: str, runs: int) -> list[dict[str, Any]]:
    """Return sets of parameters, no two the same.

    A study of one district is run for each district of the data, in every language and unit of money; any other with
    different values of one parameter, the first number of the study's that allows it.
    """
    if "division_code" in parameters_of(study):
        return _districts(study, runs)
    # Fractions first: another limit of an axis is another chart, another year may be none.
    for parameter in sorted(parameters_of(study).values(), key=lambda each: each.type != "float"):
        found = list(itertools.islice(_allowed(study, parameter.name, _values(parameter)), runs))
        if len(found) == runs:
            return found
    raise ContractError(f"study “{study}”: has no number as a parameter that could be varied {runs} times")


def _districts(study: str, runs: int) -> list[dict[str, Any]]:
    known = parameters_of(study)
    documents = pl.scan_parquet(resolve_processed(known["processed"].default) / "documents.parquet")
    codes = documents.select(pl.col("division_code").drop_nulls().unique().sort()).collect()["division_code"].to_list()
    varied = [name for name in ("language", "unit") if name in known]
    choices = [known[name].choices for name in varied]
    # A batch of a study is of many districts first of all: the code changes fastest.
    found = [
        check_parameters(study, {"division_code": code} | dict(zip(varied, values, strict=True)))
        for *values, code in itertools.product(*choices, codes)
    ]
    if len(found) < runs:
        raise ContractError(f"study “{study}”: the data have {len(codes)} districts, which makes {len(found)} sets")
    return found[:runs]


def _values(parameter: Any) -> Iterator[Any]:
    if parameter.type == "int":
        first = parameter.default if parameter.default is not None else 1990
        yield from (first + step for step in range(200))
    elif parameter.type == "float":
        yield from (round(parameter.default * (1 + step / 50), 6) for step in range(200))


def _allowed(study: str, name: str, values: Iterator[Any]) -> Iterator[dict[str, Any]]:
    for value in values:
        try:
            yield check_parameters(study, {name: value})
        except ContractError:
            continue


def batch(study: str, runs: int) -> list[Measured]:
    """Measure a batch of `runs` with two processes, half of the serial loop before it and half after; then it again."""
    notebook = find_study(study).path
    sets = parameter_sets(study, runs)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "batch.yaml"
        written.write_text(yaml.safe_dump([{k: str(v) for k, v in each.items()} for each in sets]), encoding="utf-8")
        command = [sys.executable, "-c", _FISCAL, "study", study, "--batch", str(written), "--jobs", str(JOBS)]
        command += ["--out", str(Path(folder) / "reports")]

        def loop(some: list[dict[str, Any]]) -> None:
            run([sys.executable, "-c", _LOOP, str(notebook), folder, json.dumps(some)])

        def run(what: list[str]) -> None:
            subprocess.run(what, check=True, capture_output=True, cwd=project_root())

        half = runs // 2
        serial = seconds(lambda: loop(sets[:half]))
        first = seconds(lambda: run(command))
        serial += seconds(lambda: loop(sets[half:]))
        again = seconds(lambda: run(command))
    return [
        Measured(f"{runs} runs of {study}", first, "papermill, serial", serial, RATIO_LIMIT),
        Measured(f"the same {runs} again", again, "allowed", AGAIN_SECONDS, 1.0),
    ]
