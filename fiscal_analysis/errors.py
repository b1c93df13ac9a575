"""The errors of the package: one root, a few branches that also are what Python users catch."""

from __future__ import annotations

__all__ = ["AmbiguityError", "ContractError", "FiscalAnalysisError", "ParseError", "SourceError"]


class FiscalAnalysisError(Exception):
    """Root of all errors raised on purpose. The message names the file, the place and the remedy."""


class SourceError(FiscalAnalysisError, OSError):
    """An input cannot be read: missing, empty, not what its suffix says, or changed against the manifest."""


class ParseError(FiscalAnalysisError, ValueError):
    """An input was read but holds something that cannot be understood at all."""


class AmbiguityError(FiscalAnalysisError, LookupError):
    """A name fits several things and the context does not decide."""


class ContractError(FiscalAnalysisError, ValueError):
    """A table, a parameter or a study does not have the form that it must have."""
