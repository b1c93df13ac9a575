"""A notebook's cells run in this very process, with the outputs that a kernel would have given.

The process is to be one that is thrown away afterwards: working directory, environment and modules are changed as the
cells please.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any

__all__ = ["prepare", "run_cells"]

_SKIPPED = "skip-execution"
_MAY_FAIL = "raises-exception"
_IMAGES = ("image/png", "image/jpeg", "image/gif", "application/pdf")


class _Outputs:
    """The outputs of the cell that runs."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._shown: dict[str, list[dict[str, Any]]] = {}
        self._clear = False

    def add(self, output: dict[str, Any], display_id: str | None = None) -> None:
        if self._clear:
            self.entries.clear()
            self._clear = False
        last = self.entries[-1] if self.entries else {}
        if output["output_type"] == last.get("output_type") == "stream" and output["name"] == last["name"]:
            last["text"] += output["text"]
            return
        self.entries.append(output)
        if display_id:
            self._shown.setdefault(display_id, []).append(output)

    def replace(self, display_id: str, data: Any, metadata: Any) -> None:
        """Show something else in place of what was shown under a name, in whichever cell that was."""
        for output in self._shown.get(display_id, []):
            output.update(data=data, metadata=metadata)

    def clear(self, wait: bool) -> None:
        self._clear = wait
        if not wait:
            self.entries.clear()


class _Stream(io.TextIOBase):
    """Standard output or error of a cell."""

    encoding = "UTF-8"

    def __init__(self, name: str, outputs: _Outputs, descriptor: int) -> None:
        self._name, self._outputs, self._descriptor = name, outputs, descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._outputs.add({"output_type": "stream", "name": self._name, "text": text})
        return len(text)


def _jsonable(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a MIME bundle as a notebook holds it: pictures in base64."""
    kept = {}
    for kind, value in data.items():
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode("ascii") + ("\n" if kind in _IMAGES else "")
        kept[kind] = value
    return kept


@cache
def _classes() -> tuple[Any, Any, Any]:
    """Return the shell and its two ways of showing something; made late, since IPython takes long to import."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell

    class Publisher(DisplayPublisher):
        """What ``display`` shows."""

        def publish(  # type: ignore[no-untyped-def]
            self, data, metadata=None, source=None, *, transient=None, update=False, **_
        ) -> None:
            display_id = (transient or {}).get("display_id")
            if update:
                self.shell.outputs.replace(display_id, _jsonable(data), metadata or {})
                return
            output = {"output_type": "display_data", "data": _jsonable(data), "metadata": metadata or {}}
            self.shell.outputs.add(output, display_id)

        def clear_output(self, wait: bool = False) -> None:
            self.shell.outputs.clear(wait)

    class Hook(DisplayHook):
        """What the last expression of a cell shows."""

        def write_output_prompt(self) -> None:
            """Leave the number to the output itself."""

        def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
            if format_dict and self.shell is not None:
                output = {"output_type": "execute_result", "data": _jsonable(format_dict), "metadata": md_dict or {}}
                self.shell.outputs.add(output | {"execution_count": self.prompt_count})

        def finish_displayhook(self) -> None:
            self._is_active = False

    class Shell(InteractiveShell):
        """An interpreter of cells that keeps their outputs."""

        outputs: _Outputs

        def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
            said = {"ename": etype.__name__, "evalue": str(evalue), "traceback": list(stb)}
            self.outputs.add({"output_type": "error"} | said)

    return Shell, Publisher, Hook


def prepare() -> None:
    """Import what the first cell would else wait for."""
    _classes()
    import IPython.core.completer
    import IPython.display  # noqa: F401


def run_cells(
    notebook: dict[str, Any], *, folder: str, environment: Mapping[str, str], told: Callable[[int], None]
) -> dict[str, Any]:
    """Run the cells of a notebook, in order, up to the first that fails; their outputs are put into it.

    Parameters
    ----------
    notebook : dict
        The notebook's JSON, sources as one string each.
    folder : str
        The working directory, whose modules the cells may import.
    environment : mapping
        The environment variables.
    told : callable
        Told the place of each cell before it runs.

    Returns
    -------
    dict
        The same notebook.
    """
    os.environ.clear()
    os.environ.update(environment)
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    os.chdir(folder)
    sys.path.insert(0, "")
    sys.argv = ["notebook"]
    outputs = _Outputs()
    with _below(outputs) as drain:
        shell = _shell(outputs)
        for place, cell in enumerate(notebook["cells"]):
            if cell["cell_type"] != "code":
                continue
            cell["execution_count"], cell["outputs"] = None, []
            tags = cell.get("metadata", {}).get("tags", [])
            if not cell["source"].strip() or _SKIPPED in tags:
                continue
            told(place)
            outputs.entries = cell["outputs"]
            count = shell.execution_count
            result = shell.run_cell(cell["source"], store_history=True)
            drain()
            cell["execution_count"] = count
            if not result.success and _MAY_FAIL not in tags:
                break
    return notebook


def _shell(outputs: _Outputs) -> Any:
    from traitlets.config import Config

    kind, publisher, hook = _classes()
    # A module of its own, so that the cells find nothing of the program that runs them.
    main = ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    settings = Config()
    settings.HistoryManager.enabled = False
    kind.clear_instance()
    shell = kind.instance(
        config=settings, user_module=main, user_ns=main.__dict__, display_pub_class=publisher, displayhook_class=hook
    )
    shell.outputs = outputs
    shell.colors = "nocolor"
    return shell


@contextlib.contextmanager
def _below(outputs: _Outputs) -> Iterator[Callable[[], None]]:
    """Take what the cells print, and what programs and libraries print past Python; it is told cell by cell."""
    streams = {}
    taken = {}
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        taken[name] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        os.dup2(taken[name].fileno(), descriptor)
        streams[name] = _Stream(name, outputs, descriptor)

    def drain() -> None:
        for name, file in taken.items():
            # The position is shared with those who write: it is where they have come to.
            if written := os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0):
                os.ftruncate(file.fileno(), 0)
                os.lseek(file.fileno(), 0, os.SEEK_SET)
                outputs.add({"output_type": "stream", "name": name, "text": written.decode("utf-8", "replace")})

    sys.stdout, sys.stderr = streams["stdout"], streams["stderr"]
    yield drain
