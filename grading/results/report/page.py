"""The report as a page: one file without scripts that loads nothing, on which students' writing is only text."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean, median

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from grading.assignments import ASSIGNMENTS
from grading.classroom import Classroom
from grading.results.report.facts import Facts, gather_facts

MOST_BARS = 16
LONGEST_NAME = 80


@dataclass(frozen=True)
class Bar:
    """A bar of a distribution: which points, and how many students got them."""

    label: str
    count: int


def write_report(classroom: Classroom, assignment: str | None = None) -> Path:
    """Write the report on a class, and return its path.

    Args:
        classroom: receives report.html, or report-<assignment>.html.
        assignment: the only assignment to report on; by default, every assignment that somebody handed in.

    Raises:
        nbgrader.api.MissingEntry: an assignment is not in the gradebook.
        grading.assignments.BrokenQuestions: an assignment's questions cannot be used.
    """
    handed_in = {name for _, name in classroom.submissions()}
    names = [assignment] if assignment else [name for name in ASSIGNMENTS if name in handed_in]
    text = (
        _environment()
        .get_template("page.html")
        .render(
            assignments=[gather_facts(classroom, name) for name in names], names=_names(classroom), made=datetime.now()
        )
    )
    path = classroom.directory / (f"report-{assignment}.html" if assignment else "report.html")
    path.write_text(text, encoding="utf-8")
    return path


def distribution(points: Iterable[float], most: float) -> list[Bar]:
    """Count the students with each number of points, in at most `MOST_BARS` bars of whole points."""
    width = max(1, math.ceil((most + 1) / MOST_BARS))
    counts = [0] * (int(most // width) + 1)
    for value in points:
        counts[min(max(int(value // width), 0), len(counts) - 1)] += 1
    return [Bar(_label(number * width, width, most), count) for number, count in enumerate(counts)]


def _label(first: int, width: int, most: float) -> str:
    last = min(first + width - 1, math.floor(most))
    return f"{first}" if first >= last else f"{first}–{last}"


def _names(classroom: Classroom) -> dict[str, str]:
    with classroom.gradebook() as gradebook:
        return {
            student.id: " ".join(filter(None, (student.first_name, student.last_name)))
            for student in gradebook.students
        }


def _with_code(text: str) -> Markup:
    """Format text between backticks as code, and escape everything else."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _printable(text: str) -> str:
    """Shorten a student's text, and replace characters that would turn or hide the text around it."""
    shown = "".join(character if character.isprintable() else "�" for character in text[:LONGEST_NAME])
    return shown + ("…" if len(text) > LONGEST_NAME else "")


def _averages(of: Facts) -> str:
    if not of.totals:
        return "Nothing is graded yet."
    totals = list(of.totals.values())
    return f"Mean {mean(totals):.3g} and median {median(totals):.3g} of {of.most:g} points."


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"printable": _printable, "averages": _averages, "with_code": _with_code}
    environment.globals["distribution"] = distribution
    return environment
