"""What the words in front of a number say about it: subject, role, base, direction.

A *phrase* is the text between the figure before (or the beginning of the sentence) and the figure. Reading it depends
on nothing but the phrase, so readings are remembered: disclosures repeat the same few hundred phrases. What the phrase
leaves open (``Reading.concept is None``, no base) the context decides, see :mod:`fiscal_analysis.extract.prose`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fiscal_analysis.extract.lexicon import Concept, Token, tokens

__all__ = ["Line", "Reading", "read_phrase"]


class Line(NamedTuple):
    """A functional classification line as named in a phrase: (name as printed, level, code as printed)."""

    name: str
    level: str
    code: str | None


class Reading(NamedTuple):
    """What a phrase says.

    `relation` is ``share``, ``completion``, ``change`` (direction word: increase or decrease) or empty. `role` is the
    last budget or outturn word: ``initial_budget``, ``adjusted_budget``, ``open_budget``, ``final``, ``prior_year`` or
    empty. `base_kind` is ``prior_year``, ``initial_budget``, ``adjusted_budget``, ``target``, ``open_budget`` or empty.
    `pure` tells that the phrase holds cue words only and names no subject of its own.
    """

    concept: Concept | None
    class_code: str | None
    class_name: str
    lines: tuple[Line, ...]
    fund: str | None
    relation: str
    direction: int
    role: str
    base: str | None
    base_kind: str
    year: int | None
    goal: bool
    reason: bool
    part: bool
    counted: str
    staff: str
    projects: bool
    appropriated: bool
    head: str
    total: bool
    pure: bool


_LINE = re.compile(
    r"[“\"]?([一-鿿][一-鿿、(]*[一-鿿)]|[一-鿿]{2,}|)[”\"]?\((?:(\d{2,3})?(类|款|项))(?:[,、;]?(?:下同|以下同)?[,、]?)\)[”\"]?"
)
_CODED = re.compile(r"(?<![0-9])(2[0-3][0-9](?:[0-9]{2}){0,2})[- :]?[“\"]?([一-鿿][一-鿿、()]{1,28})")
_YEAR = re.compile(r"(20[0-9]{2}) ?年")
_LISTING = re.compile(r"(?:包括|包含|主要用于|用于).*等(?=[支其]|$)")
_ASIDE = re.compile(r",主要(?:为|是|由于|系)[^,]*(?=,)")
_BASE_NOISE = re.compile(r"^[的了,:]+|(?:相比|比较|相较)?[,各均共分别略小幅总体了也]*$")
_AMOUNT_OF_CHANGE = re.compile(r"(?:了|额|幅度?|率|量|值|为|约|达|近|共|数|金额|比例|分别|[、:\s]|\(.{0,6}\))*")
_GOAL = re.compile(
    r"力争|争取(?!到?(?:上级|中央|省级?|市级?|国家|各类|专项|资金|支持|项目))|绩效指标:|目标值|目标[:为是达]|预期目标"
    r"|年初制定|计划(?=完成|实现|新增|培育|达到|支持)"
)
_FILLER = re.compile(
    r"20[0-9]{2}年(?:度|末|底|初)?|[年度]|全年|本年|当年|年末|年底|年初|本(?:部门|单位|级)|我(?:局|单位|部门|委)|部门|单位|全部"
    r"|合计|共计|总共|总计|总数|总额|金额|资金|数额|累计|其中|分别|各|均|达到|达|为|是|共|约|有|的|了|数|额|计|和|与|比|较|于|在|其"
    r"|即|以及|及|实现|同|幅|率|一般公共预算|财政拨款|使用|安排|由|将|后|、|,|:|\(|\)|“|”|;|。|\s|[0-9.]+|目标|左右|占|完成|持平|保持"
)
_LEAD = re.compile(r"^[\s,、:;。)的]+")
_MEMO: dict[str, Reading] = {}
_MEMO_SIZE = 20000
_BARE_BEFORE = frozenset("年度位门,:、. 共区县市全总)局元的")
_BARE_AFTER = frozenset("为共是:预决合总,增减达年完 安实")
_GENERIC = frozenset(("expenditure", "revenue", "grand_total", "expenditure_other"))
_BUDGETS = frozenset(("budget", "prior", "outturn", "appropriated"))


def read_phrase(phrase: str) -> Reading:
    """Return the reading of a folded phrase (see the module's docstring)."""
    known = _MEMO.get(phrase)
    if known is None:
        known = _read(phrase)
        if len(_MEMO) >= _MEMO_SIZE:
            _MEMO.clear()
        _MEMO[phrase] = known
    return known


def _read(phrase: str) -> Reading:
    words = tokens(phrase)
    size = len(phrase)
    lines, lines_end = _lines(phrase)
    reason = any(t.role == "reason" for t in words)
    # 1. relation: the last of share, completion, direction; what stands behind it is its base
    relation = ""
    direction = 0
    base: str | None = None
    base_kind = ""
    cut = size  # the subject stands before this place
    skip: tuple[int, int] = (size, size)
    last = next((t for t in reversed(words) if t.role in ("share", "complete", "direction", "level")), None)
    if last is not None and last.role == "share":
        relation, cut = "share", last.start
        base = _clean(phrase[last.end :]) or None
    elif last is not None and last.role == "complete":
        inside = [t for t in words if t.start >= last.end]
        kinds = [t for t in inside if t.role in ("budget", "goal", "appropriated")]
        if kinds:
            relation, cut = "completion", last.start
            base = _clean(phrase[last.end :])
            base_kind = _base_kind(kinds[0])
    elif last is not None and last.role == "direction":
        if _AMOUNT_OF_CHANGE.fullmatch(phrase, last.end) is not None:
            relation = "change"
            direction = -1 if last.value == "-" else 1
            skip = (last.start, size)
    # 2. what a change or a figure is compared with
    than = _than(words, phrase, lines_end)
    role = ""
    if than is not None:
        stop = skip[0] if relation == "change" else cut
        inside = [t for t in words if than.end <= t.start < stop and t.role in ("budget", "prior", "outturn")]
        if relation in ("change", "") and inside:
            base = _clean(phrase[than.end : stop]) or None
            base_kind = _compared_with(inside, phrase[than.end : stop])
            skip = (than.start, size)
            if relation == "":
                role = base_kind
    elif relation == "change":
        prior = next((t for t in words if t.role == "prior" and t.end <= skip[0]), None)
        if prior is not None:
            base, base_kind = prior_text(phrase, prior), "prior_year"
            skip = (prior.start, size)
    # 3. role and subject in front of all that
    stop = min(cut, skip[0])
    aside = _LISTING.search(phrase) or _ASIDE.search(phrase)
    hidden = aside.span() if aside is not None else (size, size)
    concept: Concept | None = None
    concept_end = -1
    class_code: str | None = None
    class_name = ""
    fund: str | None = None
    counted = staff = ""
    projects = appropriated = part = total = False
    goal = not reason and _GOAL.search(phrase) is not None
    for token in words:
        if token.role == "part":
            part = True
        if token.start >= stop or hidden[0] <= token.start < hidden[1]:
            continue
        kind = token.role
        if kind == "concept":
            meaning = token.concept
            assert meaning is not None
            if meaning.note == "bare" and not _stands_alone(phrase, token):
                continue
            if concept is not None and (
                meaning.note in ("bare", "weak") or (token.start == concept_end and not concept.note and meaning.concept in _GENERIC)
            ):
                concept_end = token.end if token.start == concept_end else concept_end
                continue
            concept, concept_end = meaning, token.end
            class_code = None
            role = meaning.role or role
        elif kind == "class":
            class_code, class_name = token.value, phrase[token.start : token.end]
            concept, concept_end = None, token.end
        elif kind == "fund":
            fund = token.value
        elif kind in ("budget", "outturn", "appropriated"):
            if kind == "appropriated" and (
                phrase.startswith("的", token.end) or any(t.start == token.end and t.role == "concept" for t in words)
            ):
                continue  # 安排基本支出: the verb of spending, not a budget
            if than is None or token.start < than.start or relation == "":
                role = token.value
                appropriated = kind == "appropriated"
        elif kind == "prior":
            if relation != "change":
                role = "prior_year"
        elif kind == "counted" or (kind == "counted_weak" and not counted):
            counted = token.value
        elif kind == "staff":
            staff = phrase[token.start : token.end]
        elif kind == "projects":
            projects = True
        elif kind == "total":
            total = True
    if lines and lines_end <= stop:
        if concept_end <= lines_end or concept is None or concept.note:
            concept, class_code, class_name = None, None, ""
        else:
            lines = ()
    elif lines and relation in ("share", "completion"):
        lines = ()
    year = None
    for match in _YEAR.finditer(phrase, phrase.rfind(",", 0, stop) + 1, stop):
        year = int(match[1])
    if concept is not None and concept.fund is not None and fund is None:
        fund = concept.fund
    head = _LEAD.sub("", phrase[:stop])
    return Reading(
        concept, class_code, class_name, lines, fund, relation, direction, role, base, base_kind, year, goal, reason,
        part, counted, staff, projects, appropriated, head, total, _pure(head, relation),
    )  # fmt: skip


def _pure(head: str, relation: str) -> bool:
    """Tell whether a phrase holds cue words only, so that its subject is the one before."""
    if relation:
        head = head[head.rfind(",") + 1 :]
    rest = head
    for token in reversed(tokens(head)):
        rest = rest[: token.start] + rest[token.end :]
    return not _FILLER.sub("", rest)


def prior_text(phrase: str, prior: Token) -> str:
    """Return the words that name last year (``同比``, ``上年``)."""
    return phrase[prior.start : prior.end]


def _clean(text: str) -> str:
    return _BASE_NOISE.sub("", text.strip()).strip().removesuffix("的比例为").removesuffix("的比重为").removesuffix("的")


def _base_kind(token: Token) -> str:
    return "target" if token.role == "goal" else token.value


def _compared_with(inside: list[Token], text: str) -> str:
    """Return what a comparison's words name: last year or a budget of this year."""
    if any(t.role == "prior" for t in inside):
        return "prior_year"
    budgets = [t for t in inside if t.role == "budget"]
    if budgets:
        return budgets[-1].value
    return "prior_year" if _YEAR.search(text) else "final"


def _than(words: list[Token], phrase: str, lines_end: int) -> Token | None:
    """Return the word that opens a comparison (比, 较, 与), None where that character is part of another word."""
    for index in range(len(words) - 1, -1, -1):
        token = words[index]
        if token.role not in ("than", "than_prior") or token.start < lines_end:
            continue
        reach = 10 if phrase[token.start] in "与和同" else 24
        for later in words[index + 1 : index + 4]:
            if later.role in ("budget", "prior", "outturn") and later.start - token.end <= reach:
                between = phrase[token.end : later.start]
                if "," not in between and ";" not in between:
                    return token
        match = _YEAR.match(phrase, token.end)
        if match is not None or phrase.startswith("上年", token.end):
            return token
    return None


def _stands_alone(phrase: str, token: Token) -> bool:
    """Tell whether a bare word such as 收入 is the subject itself and not part of a longer name."""
    before = phrase[token.start - 1] if token.start else ","
    after = phrase[token.end] if token.end < len(phrase) else "为"
    return before in _BARE_BEFORE and (after in _BARE_AFTER or after.isdigit())


def _lines(phrase: str) -> tuple[tuple[Line, ...], int]:
    """Return the functional lines that a phrase names with 类, 款, 项 or a code, and where the last one ends."""
    found: list[Line] = []
    end = 0
    if "类)" in phrase or "款" in phrase or "项" in phrase:
        for match in _LINE.finditer(phrase):
            if match[1] or match[2]:
                found.append(Line(match[1].split(":")[-1], match[3], match[2]))
                end = match.end()
    if not found:
        for match in _CODED.finditer(phrase):
            found = [Line(match[2], "", match[1])]
            end = match.end()
    return tuple(found), end
