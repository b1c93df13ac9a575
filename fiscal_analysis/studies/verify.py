"""Whether the published notebooks say what the data give today: each is run again and compared, cell by cell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from fiscal_analysis.errors import SourceError
from fiscal_analysis.studies.catalogue import Study, find_study, list_studies, project_root, read_notebook

__all__ = ["Verdict", "stripped", "verify"]

RULES = Path(__file__).with_name("nbval_sanitize.cfg")
"""What may differ between two runs although nothing has changed; figures are not among it."""

SILENT = frozenset(("parameters", "definitions"))
"""Tags of cells that need not show anything."""

_ANSI = re.compile(r"(?:\x1b|#x1B)\[[0-9;]*m")  # JUnit writes the sign of escape in words
_MISMATCH = re.compile(r"mismatch '([^']+)'")
_NUMBER = re.compile(r"Cell (\d+)")


class Verdict(NamedTuple):
    """What became of a published notebook: what is wrong with it, cell by cell; nothing where it is as published."""

    name: str
    cells: int
    differences: tuple[str, ...]


def verify(
    names: Iterable[str] | None = None, *, jobs: int = 1, progress: Callable[[str], None] | None = None
) -> list[Verdict]:
    """Execute published notebooks again, with their default parameters, and compare all outputs (nbval).

    The notebooks are run in Jupyter kernels, as whoever opens them runs them. They are not changed.

    Parameters
    ----------
    names : iterable of str, optional
        Which studies; all by default.
    jobs : int
        How many run at the same time.
    progress : callable, optional
        Called with a study's name when it is done.

    Returns
    -------
    list of Verdict
        In the order of the studies.

    Raises
    ------
    ContractError
        If there is no such study.
    SourceError
        If nbval is not installed.
    """
    chosen = [find_study(name) for name in names] if names else list_studies()
    if find_spec("nbval") is None:
        raise SourceError("nbval is not installed, which compares notebooks. pip install 'fiscal-analysis[test]'")
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        futures = {pool.submit(_verdict, study): study.name for study in chosen}
        for future in as_completed(futures):
            future.result()
            if progress is not None:
                progress(futures[future])
    return [future.result() for future in futures]


def stripped(notebook: dict[str, Any]) -> list[str]:
    """Return which code cells have not been executed, or show nothing; a comparison would pass them all.

    Cells without code and those tagged ``parameters`` or ``definitions`` need not show anything.
    """
    found = []
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code" or not cell["source"].strip():
            continue
        if cell.get("execution_count") is None:
            found.append(f"{_words(place, cell)}: it was not executed")
        elif not cell["outputs"] and not SILENT & set(cell.get("metadata", {}).get("tags", [])):
            found.append(f"{_words(place, cell)}: it has no output; tag it `definitions` if it is to have none")
    return found


def _verdict(study: Study) -> Verdict:
    notebook = read_notebook(study.path)
    code = [(place, cell) for place, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"]
    if missing := stripped(notebook):
        return Verdict(study.name, len(code), tuple(missing))
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env"]
        command += ["--nbval-sanitize-with", str(RULES), "--junitxml", str(results), "-p", "no:cacheprovider"]
        # What a project asks of its own tests is no matter of its notebooks.
        command += ["-o", "addopts=", "-o", "filterwarnings=", "--rootdir", str(project_root()), str(study.path)]
        done = subprocess.run(command, cwd=project_root(), capture_output=True, env=os.environ | {"NO_COLOR": "1"})
        if not results.is_file():
            said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
            raise SourceError(f"{study.path}: could not be compared: {said[-1] if said else 'nbval told nothing'}")
        cases = etree.parse(results).findall(".//testcase")
    differences = []
    for case in cases:
        failed = [each for each in case if each.tag in ("failure", "error")]
        number = _NUMBER.search(case.get("name") or "")
        if failed:
            where = _words(*code[int(number[1])]) if number else str(case.get("name"))
            differences.append(f"{where}: {_reason(failed[0].text or failed[0].get('message') or '')}")
    if not cases and code:
        differences.append("none of its cells was run")
    return Verdict(study.name, len(code), tuple(differences))


def _reason(said: str) -> str:
    plain = _ANSI.sub("", said)
    if kinds := dict.fromkeys(_MISMATCH.findall(plain)):
        return f"the output is another one ({', '.join(kinds)})"
    if "Traceback:" in plain:
        return f"it fails: {plain.strip().splitlines()[-1]}"
    lines = [line.strip() for line in plain.splitlines() if "output" in line.lower()]
    return lines[0] if lines else " ".join(plain.split())[:200]


def _words(place: int, cell: dict[str, Any]) -> str:
    first = (cell["source"].strip().splitlines() or [""])[0]
    return f"cell {place + 1} ({first})"
