"""Calls that can be cut off: what a hang, a crash and too much memory end in, and that no process stays behind."""

import multiprocessing
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Thread

import psutil
import pytest

from fiscal_analysis import guard
from fiscal_analysis.errors import SourceError

POSIX = pytest.mark.skipif(os.name != "posix", reason="bounds of memory and process groups of POSIX")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="address space is bounded on Linux only")
ROOT = Path(__file__).parents[1]
OBEY = "tests.hostile_readers:obey"


def obey(word: str, *, seconds: float = 60, memory_bytes: int = 2_000_000_000) -> str:
    data = f"text%%{word}".encode()
    answer: str = guard.call(OBEY, data, shown="a.pdf", seconds=seconds, memory_bytes=memory_bytes)
    return answer


def python(code: str, **options: object) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment, **options)


def gone(pid: int) -> bool:
    """Whether a process ends within a short time."""
    for _ in range(100):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.1)
    return False


def test_a_call_gives_what_the_function_gives_and_one_child_serves_many_calls():
    assert obey("") == "text"
    first, second = obey("name").split()[0], obey("name").split()[0]
    assert first == second != str(os.getpid())


@pytest.mark.parametrize("word", ["sleep", "spin", "hold"])
def test_a_hang_is_cut_off_at_the_deadline(word: str):
    begun = time.monotonic()
    with pytest.raises(SourceError, match=r"^a\.pdf: reading it took longer than 0\.5 seconds.*limit `seconds`"):
        obey(word, seconds=0.5)
    assert time.monotonic() - begun < 30
    assert obey("") == "text"


def test_a_reader_may_ask_for_more_time_and_is_cut_off_at_the_end_of_that():
    assert obey("more", seconds=1) == "text"
    with pytest.raises(SourceError, match="longer than 1 seconds"):
        obey("endless", seconds=0.5)


@LINUX
def test_taking_memory_without_end_is_cut_off():
    with pytest.raises(SourceError, match=r"more than 400,000,000 bytes of memory.*limit `memory_bytes`"):
        obey("allocate", memory_bytes=400_000_000)
    assert obey("") == "text"


@pytest.mark.parametrize("word", ["allocate", "crash", "divide"])
def test_what_becomes_of_a_file_does_not_depend_on_the_files_before_it(word: str, tmp_path: Path):
    """A child that has served before may be short of memory: what fails in it is tried again in a fresh one."""
    obey("")
    tries = tmp_path / "tries"
    with pytest.raises((SourceError, ZeroDivisionError)):
        obey(f"{word} {tries}", memory_bytes=400_000_000)
    first, second = tries.read_text(encoding="utf-8").split()
    assert first != second


@pytest.mark.parametrize("word", ["crash", "leave"])
def test_a_crash_is_told_and_the_next_call_goes_on(word: str):
    how = r"SIGSEGV" if word == "crash" and os.name == "posix" else r"exit status \S+"
    with pytest.raises(SourceError, match=rf"^a\.pdf: the process that read it crashed \({how}\)"):
        obey(word)
    assert obey("") == "text"


@POSIX
def test_a_child_that_the_system_kills_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guard, "_idle", [])
    guard.prepare("tests.hostile_readers")
    pid = guard._idle[0].process.pid
    killer = Thread(target=lambda: (time.sleep(2), os.kill(pid, 9)))
    killer.start()
    with pytest.raises(SourceError, match="was killed, most likely by the system for want of memory"):
        obey("sleep")
    killer.join()


@POSIX
def test_a_child_that_died_while_idle_is_nobodys_fault():
    pid = int(obey("name").split()[0])
    os.kill(pid, 9)
    assert gone(pid)
    assert obey("") == "text"


def test_what_a_library_prints_does_not_get_between_the_answers():
    assert obey("print") == "text"
    assert obey("") == "text"


def test_an_error_comes_back_with_the_place_where_it_was_raised():
    with pytest.raises(ZeroDivisionError) as caught:
        obey("divide")
    cause = caught.value.__cause__
    assert isinstance(cause, guard.Elsewhere)
    assert cause.place.startswith("hostile_readers.py, line ")
    assert "Traceback" in str(cause)


def test_threads_that_call_at_once_have_a_child_each():
    said: list[str] = []
    threads = [Thread(target=lambda: said.append(obey("wait"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["text"] * 3


def test_it_works_in_the_workers_of_a_pool_and_in_daemons():
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(obey, ["", "", ""])) == ["text"] * 3
    # The workers of Dask are daemons, which may have no children of multiprocessing.
    process = context.Process(target=obey, args=("",), daemon=True)
    process.start()
    process.join(60)
    assert process.exitcode == 0


def test_no_child_is_left_when_the_program_ends():
    code = "from tests.test_guard import obey; print(obey('name').split()[0])"
    assert gone(int(python(code).stdout))


@POSIX
def test_no_child_is_left_when_the_program_is_killed_in_the_midst_of_a_call():
    code = "import os, time; from threading import Thread; from tests.test_guard import obey\n"
    code += "pid = obey('name').split()[0]; thread = Thread(target=obey, args=('{word}',), kwargs={'seconds': 1})\n"
    code += "thread.start(); time.sleep(0.3); print(pid, flush=True); os.kill(os.getpid(), 9)\n"
    for word in ("sleep", "hold"):
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        killed = subprocess.run(
            [sys.executable, "-c", code.replace("{word}", word)], capture_output=True, text=True, env=environment
        )
        assert killed.returncode == -9
        assert gone(int(killed.stdout))


@POSIX
def test_a_program_that_a_reader_waits_for_is_ended_with_it(tmp_path: Path):
    with pytest.raises(SourceError, match="longer than 1 seconds"):
        obey(f"program {tmp_path / 'pid'}", seconds=1)
    assert gone(int((tmp_path / "pid").read_text(encoding="utf-8")))
    (tmp_path / "pid").unlink()
    code = (
        "import os, time; from pathlib import Path; from threading import Thread; from tests.test_guard import obey\n"
    )
    code += f"path = Path({str(tmp_path / 'pid')!r})\nThread(target=obey, args=(f'program {{path}}',)).start()\n"
    code += "while not (path.exists() and path.read_text()): time.sleep(0.01)\nos.kill(os.getpid(), 9)\n"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == -9
    assert gone(int((tmp_path / "pid").read_text(encoding="utf-8")))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")
def test_a_forked_process_has_children_of_its_own():
    code = "import os; from tests.test_guard import obey; mine = obey('name'); pid = os.fork()\n"
    code += "assert obey('name') != mine if pid == 0 else obey('name') == mine\n"
    code += "pid and print(os.waitpid(pid, 0)[1])\n"
    assert python(code).stdout.strip() == "0"


def test_where_no_process_can_be_started_the_caller_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guard, "_idle", [])
    monkeypatch.setattr(guard, "_unavailable", False)
    monkeypatch.setattr(sys, "executable", str(ROOT / "no-such-python"))
    for _ in range(2):
        with pytest.raises(guard.Unavailable):
            obey("")
