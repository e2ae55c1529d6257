"""The instructor's command: `python -m grading release | sample-class | collect | doctor | grade | marks | summary`."""

import argparse
import sys
from functools import partial
from pathlib import Path

from sqlalchemy.exc import OperationalError

from grading.classroom import Classroom
from grading.collect import SUPERSEDED, UNMATCHED, collect
from grading.grade import grade
from grading.marks import export_csv, marks_table
from grading.questions import ASSIGNMENTS
from grading.release import release
from grading.rows import UnknownAssignment
from grading.sample_class import hand_in
from grading.sandbox.doctor import complaints
from grading.sandbox.launch import refusal
from grading.sandbox.trusted import WARNING
from grading.summary import summary
from grading.uploads import Unusable
from grading.workers import dask_cluster


def main() -> int:
    """Run one step of the class's life and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m grading", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    for name, does in {
        "release": "make the students' notebooks, as folders and as a zip",
        "sample-class": "let the sample class hand in its notebooks",
        "collect": "collect what students have uploaded to an LMS",
        "doctor": "say whether the sandbox holds in which submissions run",
        "grade": "grade what is handed in and not graded yet, with feedback, and export the marks",
        "marks": "print the marks",
        "summary": "print what there is and where",
    }.items():
        command = steps.add_parser(name, help=does, description=does)
        if name == "grade":
            command.add_argument("assignment", nargs="?", choices=list(ASSIGNMENTS), help="the only one to grade")
            command.add_argument("--workers", type=int, metavar="N", help="notebooks at a time; one for each processor")
            command.add_argument(
                "--trusted-submissions", action="store_true", help="do without a sandbox: submissions get your rights"
            )
            command.add_argument("--scheduler", metavar="ADDRESS", help="of a running dask cluster, to grade there")
        elif name == "collect":
            command.add_argument("path", type=Path, help="the folder or zip that the LMS gave")
            command.add_argument("--assignment", choices=list(ASSIGNMENTS), help="the only one to collect")
            command.add_argument(
                "--roster", type=Path, metavar="CSV", help="who is who, with the columns student, name and lms_id"
            )
            command.add_argument(
                "--on-time", action="store_true", help="nobody is late: the files bear the time of the download"
            )
    arguments = parser.parse_args()
    try:
        return _take(arguments.step, Classroom(), arguments)
    except (OperationalError, UnknownAssignment, Unusable, OSError) as error:
        print(f"Stopped: {_reason(error)} What is written stays; run it again.", file=sys.stderr)
        return 1


def _take(step: str, classroom: Classroom, arguments: argparse.Namespace) -> int:
    if step == "release":
        print(f"released: {release(classroom)}")
    elif step == "sample-class":
        print(f"handed in: {hand_in(classroom)} notebooks")
    elif step == "collect":
        _collect(classroom, arguments)
    elif step == "grade":
        return _grade(classroom, arguments)
    elif step == "doctor":
        return _doctor()
    elif step == "marks":
        print(marks_table(classroom))
    else:
        print(summary(classroom))
    return 0


def _collect(classroom: Classroom, arguments: argparse.Namespace) -> None:
    collected = collect(classroom, arguments.path, arguments.assignment, arguments.roster, arguments.on_time)
    print(f"collected: {len(collected.submissions)} notebooks; {collected.unchanged} were there already")
    for title, folder, files in (
        ("older, kept in", SUPERSEDED, collected.superseded),
        ("not matched, kept in", UNMATCHED, collected.unmatched),
    ):
        if files:
            print(f"{title} {classroom.directory / folder}:")
        for file, reason in files:
            print(f"  {file!r}: {reason}")


def _doctor() -> int:
    found = complaints()
    for complaint in found:
        print(complaint, file=sys.stderr)
    if not found:
        print("The sandbox holds.")
    return 1 if found else 0


def _grade(classroom: Classroom, arguments: argparse.Namespace) -> int:
    trusted = arguments.trusted_submissions
    if elsewhere := refusal():
        print(f"Nothing was graded. {elsewhere}", file=sys.stderr)
        return 1
    if not trusted and (found := complaints()):
        print("Nothing was graded: the sandbox does not hold.", *found, sep="\n", file=sys.stderr)
        return 1
    cluster = partial(dask_cluster, arguments.scheduler) if arguments.scheduler else None
    failed = grade(classroom, arguments.assignment, arguments.workers, cluster, trusted)
    for (student, assignment), log in failed.items():
        print(f"could not grade {assignment} of {student}:\n{log}", file=sys.stderr)
    if trusted:
        print(WARNING)
    print(f"exported: {export_csv(classroom)}")
    return 1 if failed else 0


def _reason(error: Exception) -> str:
    if isinstance(error, OperationalError):
        # The lines that follow show the statement.
        why = str(error.orig).splitlines()[0]
        return (
            f"the gradebook cannot be used ({why}). "
            "Close other programs that use it, free the disk, or start its server."
        )
    if isinstance(error, (UnknownAssignment, Unusable)):
        return str(error)
    return f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}."


if __name__ == "__main__":
    sys.exit(main())
