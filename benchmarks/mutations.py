"""How many wrong digits the audit finds: ``python -m benchmarks.mutations``.

Every claimed figure that takes part in a relation that decides by equality and holds is changed, one at a time, in one
digit, by a step beyond its own rounding and beyond the slack of its relations. The changed text goes the whole way:
it is read, extracted and audited again. A mutant counts as reported where the audit then has a finding that it did
not have before, and as pointed at where the changed figure is named among the suspects, by its place in the text.

Beside them, mutants within rounding: a figure's last digit is changed by one where all its relations allow for it;
none of them may be reported.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from fiscal_analysis.audit import AuditResult, Check, audit_document
from fiscal_analysis.audit.identities import identities
from fiscal_analysis.extract import Extraction, extract_document
from fiscal_analysis.facts import Fact
from fiscal_analysis.readers.plain.text import read_text
from fiscal_analysis.rows import name_apart

RAW = Path(__file__).parents[1] / "data" / "raw"
# Relations of inequality, and those that only hold two figures to be near: a wrong digit need not break them.
_UNEQUAL = frozenset(("named_parts", "stock_growth", "evaluated_amount", "indicator_score", "execution_score")) | {
    identity.name for identity in identities() if identity.form == "subset"
}
_NUMBER = re.compile(r"[0-9][0-9,，]*(?:[.．][0-9]+)?")


class Audited(NamedTuple):
    """A text with its facts and its audit."""

    text: str
    extraction: Extraction
    result: AuditResult


class Score(NamedTuple):
    """What became of the mutants of one document."""

    doc_id: str
    mutants: int
    reported: int
    suspected: int
    within: int
    within_reported: int
    missed: tuple[str, ...]


def audited(text: str, doc_id: str) -> Audited:
    """Read, extract and audit a text."""
    document = read_text(text, doc_id=doc_id)
    extraction = extract_document(document)
    name_apart(extraction.facts)
    return Audited(text, extraction, audit_document(document, extraction.facts, extraction.indicators))


def score(text: str, doc_id: str, every: int = 1) -> Score:
    """Mutate a document and count; `every` takes each n-th figure only."""
    base = audited(text, doc_id)
    known = _said(base)
    around, bounded = _relations_of_figures(base)
    mutants = reported = suspected = within = within_reported = 0
    missed = []
    figures = [f for f in base.extraction.facts if f.fact_id in around and f.comparator is None and f.flag == ""]
    for fact in figures[::every]:
        slack = _slack(fact, around[fact.fact_id])
        for changed in _beyond(fact, slack):
            mutant = audited(changed_text(text, fact, changed), doc_id)
            new = _said(mutant) - known
            mutants += 1
            reported += bool(new)
            places = {f.fact_id for f in mutant.extraction.facts if f.source_start == fact.source_start}
            suspected += any(places & set(each.suspects.split(";")) for each in mutant.result.findings)
            if not new:
                rules = ", ".join(sorted({check.rule for check in around[fact.fact_id]}))
                missed.append(f"{fact.concept} {fact.measure} {fact.raw} -> {changed} at {fact.source_start} ({rules})")
        for changed in () if fact.fact_id in bounded else _inside(fact, around[fact.fact_id]):
            within += 1
            within_reported += bool(_said(audited(changed_text(text, fact, changed), doc_id)) - known)
    return Score(doc_id, mutants, reported, suspected, within, within_reported, tuple(missed))


def changed_text(text: str, fact: Fact, printed: str) -> str:
    """Return the text with another number at the place of a fact."""
    return text[: fact.source_start] + printed + text[fact.source_end :]


def _said(audit: Audited) -> set[tuple[str, str, tuple[int, ...]]]:
    """Return what an audit says, without ids: these depend on the content of the document."""
    start = {fact.fact_id: fact.source_start for fact in audit.extraction.facts}
    start |= {each.indicator_id: each.source_start for each in audit.extraction.indicators}
    said = set()
    for finding in audit.result.findings:
        places = sorted(start.get(fact_id, -1) for fact_id in finding.fact_ids.split(";"))
        said.add((finding.severity, finding.rule, tuple(places)))
    return said


def _relations_of_figures(base: Audited) -> tuple[dict[str, list[Check]], set[str]]:
    """Return the equalities that hold around each figure, and the figures that other relations bound."""
    found: dict[str, list[Check]] = {}
    bounded: set[str] = set()
    for check in base.result.checks:
        if check.state == "holds" and check.rule not in _UNEQUAL and check.slack is not None:
            for fact_id in check.fact_ids.split(";"):
                found.setdefault(fact_id, []).append(check)
        else:
            bounded.update(check.fact_ids.split(";"))
    return found, bounded


def _slack(fact: Fact, checks: Sequence[Check]) -> Fraction:
    """Return the least change of a figure, in base units, that its tightest relation cannot explain."""
    own = Fraction(0) if fact.decimals is None else Fraction(10) ** -fact.decimals / 2
    allowed = []
    for check in checks:
        slack, rate = Fraction(check.slack or 0) * 2, abs(Fraction(check.rhs or 0))
        if check.unit != "ratio" or fact.unit == "ratio":
            allowed.append(slack)
        elif rate:
            # A rate moves with its figures in proportion, and less with the base of a change.
            allowed.append(abs(Fraction(fact.value)) * slack / min(rate, abs(1 - rate) or rate))
    return 2 * own + min(allowed, default=Fraction(0))


def _digits(fact: Fact) -> Iterator[tuple[int, int, Fraction]]:
    """Yield place in `raw`, digit, and value of one unit of that digit in base units."""
    match = _NUMBER.search(fact.raw)
    if match is None or not fact.digits:
        return
    places = [match.start() + n for n, ch in enumerate(match[0]) if ch.isdigit()]
    number = int("".join(fact.raw[place] for place in places))
    if not number:
        return
    unit = abs(Fraction(fact.value)) / number
    for left, place in enumerate(reversed(places)):
        yield place, int(fact.raw[place]), unit * 10**left


def _beyond(fact: Fact, slack: Fraction) -> Iterator[str]:
    """Yield the number with its lowest digit changed that is beyond the slack."""
    for place, digit, worth in _digits(fact):
        changed = digit + 3 if digit < 7 else digit - 3
        if 3 * worth > slack:
            if changed or fact.raw[:place].strip("-+≤≥<>~约超近达"):  # no number begins with 0
                yield fact.raw[:place] + str(changed) + fact.raw[place + 1 :]
                return


def _inside(fact: Fact, checks: Sequence[Check]) -> Iterator[str]:
    """Yield the number with its last digit changed by one, where every relation still allows for it."""
    if fact.decimals is None or any(check.unit != fact.unit for check in checks):
        return
    for place, digit, worth in _digits(fact):
        for step in (1, -1):
            room = all(
                check.residual is not None
                and check.slack is not None
                and abs(Fraction(check.residual)) + worth <= Fraction(check.slack)
                for check in checks
            )
            if room and 0 <= digit + step <= 9 and "ratio" not in {check.unit for check in checks}:
                yield fact.raw[:place] + str(digit + step) + fact.raw[place + 1 :]
        return


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores of some documents; exit with 1 where they fall short."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="text files (default: data/raw)")
    parser.add_argument("--every", type=int, default=1, help="take each n-th figure only")
    parser.add_argument("--misses", action="store_true", help="list the mutants that were not reported")
    options = parser.parse_args(arguments)
    print(f"{'document':<40}{'mutants':>9}{'reported':>10}{'suspected':>11}{'within rounding':>17}{'reported':>10}")
    scores = []
    for path in options.files or sorted(RAW.glob("*.txt")):
        scores.append(score(path.read_text(encoding="utf-8"), path.stem, options.every))
        _print_line(scores[-1], options.misses)
    if len(scores) > 1:
        mutants, reported, suspected, within, wrongly = (sum(column) for column in list(zip(*scores, strict=True))[1:6])
        _print_line(Score("all", mutants, reported, suspected, within, wrongly, ()), False)
    short = any(s.mutants and (s.reported < 0.95 * s.mutants or s.suspected < 0.8 * s.mutants) for s in scores)
    return int(short or any(s.within_reported for s in scores))


def _print_line(found: Score, misses: bool) -> None:
    share = [f"{part / found.mutants:.1%}" if found.mutants else "-" for part in (found.reported, found.suspected)]
    line = f"{found.doc_id:<40}{found.mutants:>9,}{share[0]:>10}{share[1]:>11}"
    print(f"{line}{found.within:>17,}{found.within_reported:>10,}", flush=True)
    for each in found.missed if misses else ():
        print("  missed:", each)


if __name__ == "__main__":
    sys.exit(main())
