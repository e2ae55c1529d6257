"""Students whose programs are alike: a hint where to look, never a proof.

Programs are compared as tokens, so layout, comments and docstrings do not count. Students whose tokens are the same,
names included, form a group. Between groups, we compare what is unusual: runs of tokens, with the students' own names
left out, that only a few students have and that are neither in the text they were given nor in a right way we know.

This cannot see a copy whose statements are reordered or rewritten, something unusual that more than a few students
share, or where work came from. It can also be wrong: a short question leaves little choice, and friends who work things
out together write alike, which may be allowed.
"""

import builtins
import io
import keyword
import token
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

RUN = 5
FEW = 4
LEAST_SHARED = 12
LEAST_SHARE = 0.6
MOST_PAIRS = 30
LONGEST_CELL = 20_000

_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
_OWN_NAME = "·"

Run = tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """Students who wrote alike.

    Attributes:
        students: two or more.
        share: how much of what is unusual in the smaller program the other has too; 1.0 if all tokens are the same.
        same: whether all tokens are the same.
    """

    students: tuple[str, ...]
    share: float
    same: bool


def find_alike(solutions: dict[str, list[str]], given: list[str], right: list[str]) -> tuple[Alike, ...]:
    """Find who wrote alike.

    Args:
        solutions: {student: the text of each solution cell}.
        given: the solution cells as students got them.
        right: other text that many students will have, such as the right ways we know.

    Returns:
        The groups that wrote the same, largest first, then at most `MOST_PAIRS` pairs, most alike first.
    """
    untouched = [_tokens(text) for text in given]
    theirs = {student: [_tokens(text) for text in cells] for student, cells in solutions.items()}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for student, cells in sorted(theirs.items()):
        written = [cell for cell in cells if cell not in untouched]
        if sum(map(len, written)) > LEAST_SHARED:
            groups[str(written)].append(student)
    same = [Alike(tuple(students), 1.0, True) for students in groups.values() if len(students) > 1]
    known = {name for cell in untouched for name in cell}
    usual = {run for text in (*given, *right) for run in _runs(_tokens(text), known)}
    runs = {
        students[0]: {run for cell in theirs[students[0]] for run in _runs(cell, known)} - usual
        for students in groups.values()
    }
    return (*sorted(same, key=lambda group: -len(group.students)), *_pairs(runs))


def _pairs(runs: dict[str, set[Run]]) -> list[Alike]:
    having: defaultdict[Run, list[str]] = defaultdict(list)
    for student, of_student in runs.items():
        for run in of_student:
            having[run].append(student)
    unusual: Counter[str] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    for students in having.values():
        if len(students) <= FEW:
            unusual.update(students)
            shared.update(combinations(students, 2))
    pairs = [
        Alike(pair, number / min(unusual[pair[0]], unusual[pair[1]]), False)
        for pair, number in shared.items()
        if number >= LEAST_SHARED
    ]
    found = [pair for pair in pairs if pair.share >= LEAST_SHARE]
    return sorted(found, key=lambda pair: (-pair.share, pair.students))[:MOST_PAIRS]


def _runs(tokens: list[str], known: set[str]) -> Iterable[Run]:
    plain = [_without_own_name(tokens, place, known) for place in range(len(tokens))]
    return zip(*(plain[start:] for start in range(RUN)), strict=False)


def _without_own_name(tokens: list[str], place: int, known: set[str]) -> str:
    text = tokens[place]
    is_attribute = place > 0 and tokens[place - 1] == "."
    if not text.isidentifier() or is_attribute or text in known or keyword.iskeyword(text) or hasattr(builtins, text):
        return text
    return _OWN_NAME


def _tokens(text: str) -> list[str]:
    return list(_significant(text[:LONGEST_CELL]))


def _significant(text: str) -> Iterator[str]:
    begins = True
    try:
        for part in tokenize.generate_tokens(io.StringIO(text).readline):
            if part.type in _LAYOUT:
                begins = begins or part.type == tokenize.NEWLINE
                continue
            # A statement that begins with a string is a docstring.
            if not (begins and part.type == token.STRING):
                yield part.string
            begins = False
    except (tokenize.TokenError, SyntaxError):
        # A program that does not parse is compared as far as it can be read.
        return
