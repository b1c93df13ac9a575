"""Readers that do what a hostile file makes a real one do. They stand in a module, since a child imports them."""

import ctypes
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from fiscal_analysis.guard.child import more_time
from fiscal_analysis.readers.content import Content, Text
from fiscal_analysis.readers.limits import Limits


def read_content(data: bytes, shown: str, limits: Limits) -> Content:
    """Do what the file says."""
    return Content([Text(line) for line in obey(data).splitlines()], page_count=1)


def obey(data: bytes) -> str:
    """Do what the bytes ask for in their last word, and return the text before it."""
    text, _, word = data.decode("utf-8").rpartition("%%")
    if word.startswith(("allocate ", "crash ", "divide ")):
        with Path(word.split()[1]).open("a", encoding="utf-8") as tries:
            tries.write(f"{os.getpid()}\n")
    if word.startswith("sleep"):
        time.sleep(3600)
    elif word.startswith("spin"):
        while True:
            pass
    elif word.startswith("more"):
        for _ in range(4):
            more_time(1)
            time.sleep(0.5)
    elif word.startswith("endless"):
        more_time(0.5)
        time.sleep(3600)
    elif word.startswith("wait"):
        time.sleep(0.2)
    elif word.startswith("hold"):
        # A native library that never gives the interpreter back: nothing in Python runs any more.
        ctypes.PyDLL(None).sleep(3600)
    elif word.startswith("allocate"):
        taken = []
        while True:
            taken.append(b"\1" * 10_000_000)
    elif word.startswith("crash"):
        ctypes.string_at(0)
    elif word.startswith("leave"):
        os._exit(7)
    elif word.startswith("print"):
        print("noise on the output")
        os.write(1, b"more noise")
        sys.stdout.flush()
    elif word.startswith("divide"):
        return str(1 // 0)
    elif word.startswith("program"):
        with subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(3600)"], start_new_session=True
        ) as process:
            try:
                Path(word.split()[1]).write_text(str(process.pid), encoding="utf-8")
                process.wait()
            finally:
                process.kill()
    elif word.startswith("name"):
        return f"{os.getpid()} {threading.active_count()} {Path.cwd()} {sys.argv[0]}"
    return text
