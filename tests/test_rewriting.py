"""A report written over another one: killed at any step, it is the old one, the new one, or known to be neither."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest

from fiscal_analysis import studies
from fiscal_analysis.studies import execution, files, forks, report
from tests.test_batches import ROOT, bytes_of, live_in, make_project, runs, write_notebook

pytestmark = pytest.mark.skipif(not forks.available(), reason="this system has no safe fork")

PARAMETERS = 'processed = "data/processed"\nyear: int | None = None\n'
SHOWS_THE_DATA = """\
import polars as pl
from fiscal_analysis import charts
with open("runs.log", "a", encoding="utf-8") as log:
    log.write(f"{year}\\n")
made = pl.read_parquet(f"{processed}/facts.parquet")["made"][0]
charts.reading_table(
    pl.DataFrame({"made": [made]}), {"made": "Made"}, name=f"table of {made}", title="Table 1", stub="made"
)
"""


def project_of(root: Path, made: str) -> Path:
    """A project whose reports tell, in page, notebook and files, which data they were made from."""
    make_project(root)
    write_notebook(root / "notebooks" / "carryover.ipynb", PARAMETERS, SHOWS_THE_DATA)
    change_data(root, made)
    return root


def change_data(root: Path, made: str) -> None:
    path = root / "data" / "processed" / "facts.parquet"
    pl.read_parquet(path).with_columns(made=pl.lit(made)).write_parquet(path)


# -- every single step of a rewriting --------------------------------------------------------------------------------

STEM = "carryover--year-2023"
STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod"}
_prepared: list[Any] = []


def _prepare(told: Callable[..., None], notebook: str, out: str, inputs: str) -> None:
    """Make a report up to the writing of its files, in a fork, which keeps it."""
    _prepared.clear()
    put_in_place = report._put
    report._put = lambda *what: _prepared.extend([put_in_place, what])  # type: ignore[assignment]
    executed = nbformat.from_dict(json.loads(notebook))
    report.write_report(executed, "carryover", {"year": 2023}, Path(out), STEM, inputs=inputs)
    report._put = put_in_place


def _put_up_to(told: Callable[..., None], out: str, last: int | None, exchange: bool) -> bool:
    """Write the files, in a process that is killed in front of a step that changes files; whether it came to an end."""
    if (process := os.fork()) == 0:
        steps = count()

        def step(event: str, arguments: tuple[Any, ...]) -> None:
            if event in STEPS and (event != "open" or str(arguments[0]).startswith(out)) and next(steps) == last:
                os.kill(os.getpid(), signal.SIGKILL)

        if not exchange:
            report.exchange_folders = lambda new, old: False
        sys.addaudithook(step)
        failed = 1
        try:
            put_in_place, (content, about, _, stem) = _prepared
            put_in_place(content, about, Path(out), stem)
            failed = 0
        finally:
            os._exit(failed)
    status = os.waitpid(process, 0)[1]
    assert status == 0 or os.WTERMSIG(status) == signal.SIGKILL
    return status == 0


def asked(fork: forks.Fork, function: str, *arguments: Any) -> Any:
    fork.ask(f"{__name__}:{function}", *arguments)
    kind, content = fork.answer()
    assert kind == "returned", content
    return content


def writers_of_two_runs(folder: Path) -> dict[str, forks.Fork]:
    """Processes that have made a report of the same sizes from two states of the data, and can write it."""
    found = {}
    for made in ("old", "new"):
        root = project_of(folder / made, made)
        notebook = json.dumps(execution.execute(root / "notebooks" / "carryover.ipynb", {}, folder=root))
        (root / "out").mkdir()
        found[made] = forks.shared().new()
        asked(found[made], "_prepare", notebook, str(root / "out"), made)
        assert asked(found[made], "_put_up_to", str(root / "out"), None, True)
    return found


def put(folder: Path, content: dict[str, bytes]) -> None:
    for name, data in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


@pytest.mark.parametrize("exchange", [True, False])
def test_killed_in_front_of_any_step_a_report_is_the_old_one_the_new_one_or_told_to_be_neither(
    tmp_path: Path, exchange: bool
) -> None:
    writers = writers_of_two_runs(tmp_path)
    contents = {made: bytes_of(tmp_path / made / "out") for made in writers}
    assert all(made.encode() in contents[made][f"{STEM}.html"] for made in writers)
    names = {
        part: {made: {n: d for n, d in contents[made].items() if belongs(n)} for made in contents}
        for part, belongs in {
            "page": lambda name: name == f"{STEM}.html",
            "notebook": lambda name: name == f"{STEM}.ipynb",
            "files": lambda name: name.startswith(f"{STEM}_files/"),
        }.items()
    }
    assert len(names["files"]["old"]) >= 3

    seen: list[tuple[str, str, str]] = []
    listed: list[str | None] = []
    for last in count():
        out = tmp_path / f"killed-{last}"
        put(out, contents["old"])
        done = asked(writers["new"], "_put_up_to", str(out), last, exchange)
        found = bytes_of(out)
        of = {
            part: next((made for made, files in each.items() if files.items() <= found.items()), "neither")
            for part, each in names.items()
        }
        # A page and a notebook are whole at any moment. The files are, too, where folders can be exchanged.
        assert "neither" not in (of["page"], of["notebook"])
        if of["files"] == "neither":
            assert not exchange
            assert not [name for name in found if name.startswith(f"{STEM}_files/")]
        told = report.read_report(out, STEM)
        if told is not None:
            assert set(of.values()) == {told.inputs}
        seen.append((of["files"], of["notebook"], of["page"]))
        listed.append(told.inputs if told is not None else None)
        # What is not complete is not in the index, and what was killed is swept away by whoever comes next.
        assert ((STEM + ".html").encode() in report.write_index(out).read_bytes()) == (told is not None)
        report.sweep(out)
        assert not list(out.glob(".*"))
        if done:
            break
    # The steps meet the old report, the new one, and something between, in this order and no other.
    assert listed == sorted(listed, key=["old", None, "new"].index)
    assert set(listed) == {"old", None, "new"}
    assert seen == sorted(seen, key=lambda state: sum(part == "new" for part in state))
    # The old report stays until the new one has been written beside it: at most three renames lie between.
    assert listed.count(None) <= (2 if exchange else 4)


def test_a_report_with_the_page_or_the_notebook_of_another_run_is_not_complete(tmp_path: Path) -> None:
    writers = writers_of_two_runs(tmp_path)
    outs = {made: tmp_path / made / "out" for made in writers}
    for suffix in ("html", "ipynb"):
        theirs, mine = (outs[made] / f"{STEM}.{suffix}" for made in ("old", "new"))
        kept = mine.read_bytes()
        assert len(kept) == theirs.stat().st_size
        mine.write_bytes(theirs.read_bytes())
        assert report.read_report(outs["new"], STEM) is None
        mine.write_bytes(kept)
        assert report.read_report(outs["new"], STEM) is not None


def test_what_a_killed_process_has_left_is_swept_away_and_what_a_living_one_writes_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of(tmp_path / "project", "old")
    live_in(project, monkeypatch.setattr)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    out = project / "reports"
    out.mkdir()

    def leave(process: int) -> set[str]:
        with monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: process)
            names = {f".index.html.{files.owner_words()}x.part", f".new-{files.owner_words()}x"}
        for name in names:
            (out / name).mkdir() if "new" in name else (out / name).touch()
        return names

    leave(dead.pid)
    mine = leave(os.getpid())
    studies.run_study("carryover", {"year": 2023}, out=out)
    assert {path.name for path in out.glob(".*")} == mine
    leave(dead.pid)
    studies.run_all(out=out)
    assert {path.name for path in out.glob(".*")} == mine


# -- a batch over reports that are there ------------------------------------------------------------------------------

SETS = 6
BATCH = """
import sys
from pathlib import Path
from tests.test_batches import batch, live_in
if __name__ == "__main__":
    root = Path(sys.argv[1])
    live_in(root, setattr)
    sets = [{"year": str(2000 + number)} for number in range(int(sys.argv[2]))]
    done = batch(root, *sets, force=sys.argv[3] == "force")
    print(sum(outcome.skipped for outcome in done), sum(outcome.reason is not None for outcome in done))
"""
# Steps that take microseconds would hardly ever be met by a kill.
SLOW = """
import sys, time
def slow(event, arguments):
    if event in ("os.rename", "os.rmdir") and ".new-" in str(arguments[0]):
        time.sleep(0.05)
sys.addaudithook(slow)
"""


def start(project: Path, how: str, slowed: Path | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", BATCH, str(project), str(SETS), how]
    paths = [str(path) for path in (slowed, os.environ.get("PYTHONPATH")) if path]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def made_of(out: Path, stem: str, words: list[str]) -> list[str | None]:
    """From which data page, notebook and files of a report were made; None for files that are not there."""
    texts = [(out / f"{stem}.{suffix}").read_text(encoding="utf-8") for suffix in ("html", "ipynb")]
    assert texts[0].rstrip().endswith("</html>")
    nbformat.validate(nbformat.reads(texts[1], as_version=4))
    csv = [path.read_text(encoding="utf-8") for path in (out / f"{stem}_files").glob("*.csv")]
    assert len(csv) <= 1
    of = [[word for word in words if word in text] for text in [*texts, *csv]]
    assert all(len(each) == 1 for each in of)
    return [each[0] for each in of] + [None] * (1 - len(csv))


def test_a_batch_that_is_killed_while_it_rewrites_reports_leaves_none_of_two_runs(tmp_path: Path) -> None:
    project = project_of(tmp_path / "project", "data-0")
    out = project / "reports"
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(SLOW, encoding="utf-8")
    said, trouble = start(project, "force").communicate(timeout=300)
    assert said.split() == ["0", "0"], trouble
    stems = [f"carryover--year-{2000 + number}" for number in range(SETS)]
    moments = random.Random(int(os.environ.get("KILL_SEED", "1")))
    kills = 6
    for turn in range(1, kills + 1):
        change_data(project, f"data-{turn}")
        process = start(project, "force", slowed=tmp_path / "slow")
        deadline = time.monotonic() + 60
        while not list(out.glob(".new-*/*")) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(moments.uniform(0.0, 0.5))
        process.kill()
        # All processes of the batch hold on to its error stream: its end is theirs.
        process.communicate(timeout=60)
        words = [f"data-{number}" for number in range(turn + 1)]
        for stem in stems:
            if report.read_report(out, stem) is not None:
                assert len(set(made_of(out, stem, words))) == 1, stem
    last = f"data-{kills}"
    ready = [
        stem for stem in stems if report.read_report(out, stem) is not None and made_of(out, stem, words)[0] == last
    ]
    counted = len(runs(project))
    process = start(project, "rest")
    said, trouble = process.communicate(timeout=300)
    assert process.returncode == 0, trouble
    assert said.split() == [str(len(ready)), "0"]
    assert len(runs(project)) - counted == SETS - len(ready)
    for stem in stems:
        assert report.read_report(out, stem) is not None
        assert set(made_of(out, stem, words)) == {last}
    assert [path.name for path in out.rglob(".*")] == []
