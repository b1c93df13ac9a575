"""Studies: parameterised notebooks that are executed into reports.

A study is a notebook in ``notebooks/`` with one cell tagged ``parameters``. :func:`run_study` checks the parameters
given against that cell, executes the notebook in a process of its own, and writes the executed notebook and a page
for reading; :func:`run_all` does so for all studies and writes the index over them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fiscal_analysis.studies.catalogue import Study, data_fingerprint, list_studies, resolve_processed
    from fiscal_analysis.studies.engine import StudyResult, publish_study, run_all, run_study, runs_of
    from fiscal_analysis.studies.execution import StudyError
    from fiscal_analysis.studies.parameters import Parameter, check_parameters, parameters_of
    from fiscal_analysis.studies.reading import doubts, evidence, notes, provenance, restrict, select, sources
    from fiscal_analysis.studies.view import View, open_view

__all__ = [
    "Parameter",
    "Study",
    "StudyError",
    "StudyResult",
    "View",
    "check_parameters",
    "data_fingerprint",
    "doubts",
    "evidence",
    "list_studies",
    "notes",
    "open_view",
    "parameters_of",
    "provenance",
    "publish_study",
    "resolve_processed",
    "restrict",
    "run_all",
    "run_study",
    "runs_of",
    "select",
    "sources",
]

_HOME = {
    "Parameter": "parameters",
    "Study": "catalogue",
    "StudyError": "execution",
    "StudyResult": "engine",
    "View": "view",
    "check_parameters": "parameters",
    "data_fingerprint": "catalogue",
    "doubts": "reading",
    "evidence": "reading",
    "list_studies": "catalogue",
    "notes": "reading",
    "open_view": "view",
    "parameters_of": "parameters",
    "provenance": "reading",
    "publish_study": "engine",
    "resolve_processed": "catalogue",
    "restrict": "reading",
    "run_all": "engine",
    "run_study": "engine",
    "runs_of": "engine",
    "select": "reading",
    "sources": "reading",
}


def __getattr__(name: str) -> Any:
    # The notebook machinery takes a second to import; asking for the list of studies must not pay for it.
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
