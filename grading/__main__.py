"""The instructor's command: `python -m grading release | sample-class | grade | marks | summary`."""

import argparse
import sys

from grading.classroom import Classroom
from grading.grade import grade
from grading.marks import export_csv, marks_table
from grading.release import release
from grading.sample_class import hand_in
from grading.summary import summary


def main() -> int:
    """Run one step of the class's life and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m grading", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    for name, does in {
        "release": "make the students' notebooks, as folders and as a zip",
        "sample-class": "let the sample class hand in its notebooks",
        "grade": "grade what is handed in and not graded yet, with feedback, and export the marks",
        "marks": "print the marks",
        "summary": "print what there is and where",
    }.items():
        steps.add_parser(name, help=does, description=does)
    step = parser.parse_args().step
    classroom = Classroom()
    if step == "release":
        print(f"released: {release(classroom)}")
    elif step == "sample-class":
        print(f"handed in: {hand_in(classroom)} notebooks")
    elif step == "grade":
        return _grade(classroom)
    elif step == "marks":
        print(marks_table(classroom))
    else:
        print(summary(classroom))
    return 0


def _grade(classroom: Classroom) -> int:
    failed = grade(classroom)
    for (student, assignment), log in failed.items():
        print(f"could not grade {assignment} of {student}:\n{log}", file=sys.stderr)
    print(f"exported: {export_csv(classroom)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
