"""Notebooks in forks: the same outputs as in a kernel, nothing shared between two, and every end is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest

from fiscal_analysis.studies import execution, forks, report
from fiscal_analysis.studies.execution import StudyError, execute

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.skipif(not forks.available(), reason="this system has no safe fork")


def written(path: Path, *cells: str | tuple[str, str]) -> Path:
    """A notebook of code cells; a pair is a cell and its tag."""
    made = nbformat.v4.new_notebook()
    for number, cell in enumerate(cells):
        source, tag = cell if isinstance(cell, tuple) else (cell, "")
        new = nbformat.v4.new_code_cell(source, metadata={"tags": [tag]} if tag else {})
        new["id"] = f"cell-{number}"
        made.cells.append(new)
    nbformat.write(made, path)
    return path


def shown(executed: nbformat.NotebookNode) -> str:
    return "".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in executed.cells
        for output in cell.outputs
    )


def in_kernel(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    with monkeypatch.context() as patch:
        patch.setattr(forks, "available", lambda: False)
        return execute(path, {}, folder=folder)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_published_notebook_is_the_same_file_byte_for_byte(path: Path) -> None:
    executed = execute(path, {}, folder=ROOT)
    tables = report.complete(executed)
    assert len(tables) >= 3
    assert report.notebook_text(executed) == path.read_text(encoding="utf-8")


CELLS: tuple[str | tuple[str, str], ...] = (
    "print('one'); print('two')\nimport sys; print('three', file=sys.stderr)\n1 + 1",
    "",
    "from IPython.display import HTML, Image, Markdown, clear_output, display, update_display\n"
    "display(HTML('<b>丰台区</b>'), Markdown('*x*'))\nNone",
    "print('between'); display(1); print('after')",
    "display(Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + bytes(40), format='png'))",
    "display('first', display_id='here')",
    "update_display('second', display_id='here')",
    "print('gone'); clear_output(); print('stays')",
    "print('gone later'); clear_output(wait=True); print('stays too')",
    "1 + 1;",
    "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    "class Odd:\n    def __repr__(self): return 'odd'\n    def _repr_html_(self): return '<i>odd</i>'\nOdd()",
    ("1 / 0", "raises-exception"),
    ("1 / 0", "skip-execution"),
    "get_ipython().execution_count",
    "__name__, [name for name in ('cells', 'notebook', 'shell') if name in globals()]",
    "_ = 5\nIn[-1][:5], Out[1]",
)


def test_every_kind_of_output_is_what_a_kernel_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "kinds.ipynb", *CELLS)
    forked, kernel = execute(path, {}, folder=tmp_path), in_kernel(path, tmp_path, monkeypatch)
    for mine, theirs in zip(forked.cells, kernel.cells, strict=True):
        for output in [*mine.outputs, *theirs.outputs]:
            if "traceback" in output:  # it names files of the interpreter
                output["traceback"] = []
        assert mine == theirs, mine.source
    nbformat.validate(forked)


def test_what_programs_and_libraries_print_past_python_is_shown(tmp_path: Path) -> None:
    path = written(tmp_path / "prints.ipynb", "import os\nos.system('echo from a program')", "os.write(2, b'below\\n')")
    text = shown(execute(path, {}, folder=tmp_path))
    assert "from a program" in text
    assert "below" in text


CHANGES = (
    "import os, sys, builtins, random, polars\n"
    "mine = 1\nbuiltins.mine = polars.mine = sys.mine = 1\nsys.path.insert(0, '/mine')\n"
    "os.environ['MINE'] = '1'; del os.environ['HOME_OF_ALL']\n"
    "os.makedirs('elsewhere', exist_ok=True); os.chdir('elsewhere')\n"
    "polars.Config.set_tbl_rows(1); random.seed(1)"
)
LOOKS = (
    "import os, sys, builtins, polars\n"
    "left = ['mine' in globals(), *(hasattr(module, 'mine') for module in (builtins, polars, sys))]\n"
    "print(left, '/mine' in sys.path, os.environ.get('MINE'), os.environ['HOME_OF_ALL'], os.getcwd(),\n"
    "      'POLARS_FMT_MAX_ROWS' in os.environ)"
)


def test_a_notebook_finds_nothing_of_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME_OF_ALL", "there")
    changes = written(tmp_path / "changes.ipynb", CHANGES)
    looks = written(tmp_path / "looks.ipynb", LOOKS)
    execute(changes, {}, folder=tmp_path)
    said = shown(execute(looks, {}, folder=tmp_path))
    assert said.strip() == f"[False, False, False, False] False None there {tmp_path} False"
    assert "MINE" not in os.environ
    assert Path.cwd() != tmp_path / "elsewhere"


def test_modules_beside_the_notebook_are_those_of_its_folder(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "helper_of_mine.py").write_text(f"WHERE = {place!r}", encoding="utf-8")
    path = written(tmp_path / "imports.ipynb", "import helper_of_mine; helper_of_mine.WHERE")
    assert [shown(execute(path, {}, folder=tmp_path / place)) for place in ("a", "b")] == ["'a'", "'b'"]


THREADS = """
import os, sys
from pathlib import Path
parent = os.getppid()
others = [task for task in Path(f"/proc/{parent}/task").iterdir() if task.name != str(parent)]
print("polars" in sys.modules, *((task / "comm").read_text().strip() for task in others))
"""


def test_the_process_that_is_forked_has_no_threads_but_one_that_sleeps(tmp_path: Path) -> None:
    if not Path("/proc/self/task").is_dir():
        pytest.skip("no /proc here")
    said = shown(execute(written(tmp_path / "threads.ipynb", THREADS), {}, folder=tmp_path)).split()
    # A thread that works may hold a lock, for which a fork would wait for ever.
    assert said[0] == "True"
    assert set(said[1:]) <= {"polars-ooc-clea"}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("rate = 1 / 0", r"cell 2 \(rate = 1 / 0\): ZeroDivisionError: division by zero"),
        ("rate =", r"cell 2 \(rate =\): SyntaxError"),
        ("import os; os._exit(3)", r"cell 2 \(import os; os._exit\(3\)\): the process died"),
        ("import os; os.abort()", r"cell 2 \(import os; os.abort\(\)\): the process died"),
        ("raise SystemExit(1)", r"cell 2 \(raise SystemExit\(1\)\): SystemExit: 1"),
        ("input()", r"cell 2 \(input\(\)\): EOFError"),
    ],
)
def test_a_cell_that_fails_is_named(tmp_path: Path, source: str, said: str) -> None:
    path = written(tmp_path / "fails.ipynb", "x = 1", source, "print('never')")
    with pytest.raises(StudyError, match=rf"study “fails” stopped in {said}"):
        execute(path, {}, folder=tmp_path)


def test_a_cell_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "TIMEOUT", 1)
    path = written(
        tmp_path / "hangs.ipynb",
        f"import os; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))",
        "import time; time.sleep(60)",
    )
    with pytest.raises(StudyError, match=r"cell 2 \(import time.*the cell took longer than 1 seconds"):
        execute(path, {}, folder=tmp_path)
    assert gone(int((tmp_path / "pid").read_text()))


def gone(pid: int) -> bool:
    """Whether a process ends within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


STARTS = """
import sys, time
from fiscal_analysis.studies import forks
fork = forks.shared().new()
fork.ask("tests.test_forks:_pids")
print(*fork.answer()[1], flush=True)
fork.ask("tests.test_forks:_sleep")
time.sleep(60)
"""


def _pids(told: Any) -> tuple[int, int]:
    return os.getpid(), os.getppid()


def _sleep(told: Any) -> None:
    time.sleep(60)


@pytest.mark.parametrize("how", [getattr(signal, "SIGKILL", 9), signal.SIGTERM])
def test_all_processes_end_with_the_one_that_wanted_them(how: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", STARTS], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pids = [int(word) for word in process.stdout.readline().split()]
    assert len(pids) == 2
    process.send_signal(how)
    process.wait()
    process.stdout.close()
    assert all(gone(pid) for pid in pids)


def test_where_no_fork_can_be_had_a_kernel_does_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "one.ipynb", "1")
    source = forks.Forks()
    source.end()
    monkeypatch.setattr(forks, "shared", lambda: source)
    assert shown(execute(path, {}, folder=tmp_path)) == "1"
