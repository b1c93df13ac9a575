"""Read Chinese public-finance disclosures into tidy tables, audit them, compute performance metrics.

>>> import fiscal_analysis as fa
>>> corpus = fa.parse("data/raw", jobs=2)  # doctest: +SKIP
>>> corpus.facts.filter(concept="execution_rate")  # doctest: +SKIP

Nothing heavy is imported before it is used: each name is looked up in its module on first access (PEP 562).
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fiscal_analysis import errors, metrics
    from fiscal_analysis.corpus import Corpus, extract, load, parse
    from fiscal_analysis.document import Document
    from fiscal_analysis.errors import (
        AmbiguityError,
        ContractError,
        FiscalAnalysisError,
        ParseError,
        SourceError,
    )
    from fiscal_analysis.quantity import find_quantities
    from fiscal_analysis.readers import read
    from fiscal_analysis.readers.limits import Limits
    from fiscal_analysis.studies import run_study

__all__ = [
    "AmbiguityError",
    "ContractError",
    "Corpus",
    "Document",
    "FiscalAnalysisError",
    "Limits",
    "ParseError",
    "SourceError",
    "__version__",
    "errors",
    "extract",
    "find_quantities",
    "load",
    "metrics",
    "parse",
    "read",
    "run_study",
]

_HOME = {
    "AmbiguityError": "errors",
    "ContractError": "errors",
    "Corpus": "corpus",
    "Document": "document",
    "FiscalAnalysisError": "errors",
    "Limits": "readers.limits",
    "ParseError": "errors",
    "SourceError": "errors",
    "extract": "corpus",
    "find_quantities": "quantity",
    "load": "corpus",
    "parse": "corpus",
    "read": "readers",
    "run_study": "studies",
}
_MODULES = ("errors", "metrics")


class _Package(ModuleType):
    """The package as a module, on which a public name stays what it is.

    Importing the folder ``fiscal_analysis/extract`` would bind the name `extract` to the folder's module, and with it
    hide the function.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    elif name in _MODULES:
        value = import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, for completion."""
    return sorted({*globals(), *__all__})
