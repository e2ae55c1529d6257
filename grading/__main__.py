"""The instructor's command: `python -m grading STEP`."""

import signal
import sys
from functools import partial
from pathlib import Path

import click
from nbgrader.api import MissingEntry
from sqlalchemy.exc import OperationalError

from grading.assignments import ASSIGNMENTS, BrokenQuestions, all_questions
from grading.classroom import ROOT, Classroom
from grading.collecting.collect import collect
from grading.collecting.exchange import release_feedback
from grading.collecting.newest import SUPERSEDED
from grading.collecting.unmatched import UNMATCHED
from grading.collecting.uploads import Unusable
from grading.jupyterlab import ROLES, open_lab
from grading.nbgrader_steps import StepFailed
from grading.new import UnusableName, new_assignment
from grading.platforms import PLATFORMS, marks_files
from grading.release import release
from grading.results.lms_export import export_for_lms
from grading.results.marks_table import export_marks, format_marks, read_marks
from grading.results.report import write_report
from grading.results.summary import summary
from grading.running.feedback_pages import make_pages
from grading.running.grade import grade, waiting
from grading.running.pool import dask_cluster
from grading.running.rows import UnknownAssignment
from grading.sample_class import hand_in
from grading.sandbox.doctor import complaints
from grading.sandbox.launch import refusal
from grading.sandbox.trusted import WARNING
from grading.version import VERSION

FILE = click.Path(exists=True, path_type=Path)
AN_ASSIGNMENT = click.Choice(ASSIGNMENTS)
# After Ctrl-C, to write what is done.
SECONDS_TO_END = 8

one_assignment = click.argument("assignment", required=False, type=AN_ASSIGNMENT, metavar="[ASSIGNMENT]")


class Steps(click.Group):
    """Steps in the order of a class's life; what cannot be done is told in a sentence."""

    def list_commands(self, context: click.Context) -> list[str]:
        """List the steps in the order in which they stand here."""
        return list(self.commands)

    def invoke(self, context: click.Context) -> object:
        """Take a step."""
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            raise Interrupted("Interrupted. What is written stays; run it again.") from None
        except (
            OperationalError,
            StepFailed,
            UnknownAssignment,
            MissingEntry,
            Unusable,
            BrokenQuestions,
            OSError,
        ) as error:
            raise click.ClickException(f"{_reason(error)} What is written stays; run it again.") from error


class Interrupted(click.ClickException):
    """Somebody has pressed Ctrl-C."""

    exit_code = 130


@click.group(cls=Steps, subcommand_metavar="STEP [ARGUMENTS]")
@click.option(
    "--classroom",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of a class other than the one in _class.",
)
@click.version_option(VERSION, message="%(version)s", help=f"Print the version, which is {VERSION}, and exit.")
@click.pass_context
def main(context: click.Context, directory: Path | None) -> None:
    """Teach a class: release, collect, grade, hand back.

    You can rerun any step; it picks up where it left off. `STEP --help` lists its options.
    """
    classroom = Classroom(directory.resolve()) if directory else Classroom()
    if not directory:
        classroom.directory.mkdir(exist_ok=True)
    elif context.invoked_subcommand not in ("release", "new", "doctor") and not classroom.directory.is_dir():
        raise click.BadParameter(
            f"There is no class in {directory}: python -m grading --classroom {directory} release starts one.",
            param_hint="--classroom",
        )
    context.obj = classroom


@main.command("new")
@click.argument("name")
@click.option("--title", help="Title of the notebook; by default made from the name.")
def _new(name: str, title: str | None) -> None:
    """Start an assignment called NAME, such as weight-decay, from a small one that can be graded as it is."""
    try:
        notebook, questions, reference = (file.relative_to(ROOT) for file in new_assignment(name, title))
    except UnusableName as unusable:
        raise click.ClickException(str(unusable)) from None
    print(f"""Edit these files. They work as they are, so change a little and try it:
  {notebook}  text, model answer, visible checks, hidden test
  {questions}  hidden cases, criteria with points, common mistakes with advice
  {reference}  the reference, which gives the right answers for the hidden cases
Then see what students would get and how they would be marked, in a separate class:
  python -m pytest {notebook.parent} tests/marking tests/notebooks
  python -m grading --classroom _class/try release {name}
  python -m grading --classroom _class/try sample-class {name}
  python -m grading --classroom _class/try grade
  python -m grading --classroom _class/try marks
The book's page "Running the course" has an example and says what comes next.""")


@main.command("release")
@one_assignment
@click.pass_obj
def _release(classroom: Classroom, assignment: str | None) -> None:
    """Make the students' notebooks, as folders and as one zip file of everything that is released."""
    print(f"released: {release(classroom, assignment)}")


@main.command("sample-class")
@one_assignment
@click.pass_obj
def _sample_class(classroom: Classroom, assignment: str | None) -> None:
    """Let a sample class hand in its notebooks, to see how grading works."""
    if handed_in := hand_in(classroom, assignment):
        print(f"handed in: {handed_in} notebooks")
    else:
        print("No sample class was created, because the gradebook already has students or due dates.")


@main.command("lab", context_settings={"ignore_unknown_options": True})
@click.argument("role", type=click.Choice(ROLES), default="student")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def _lab(classroom: Classroom, role: str, arguments: tuple[str, ...]) -> None:
    """Open JupyterLab as a student or as the instructor; ARGUMENTS are for JupyterLab, as --no-browser."""
    if classroom != Classroom():
        raise click.UsageError("JupyterLab opens the class in _class: formgrader knows no other.")
    open_lab(classroom, role, arguments)


@main.command("collect", epilog="\n\n".join(platform.help for platform in PLATFORMS))
@click.argument("path", required=False, type=FILE)
@click.option("--assignment", type=AN_ASSIGNMENT, help="The only one to collect.")
@click.option(
    "--roster",
    type=FILE,
    help="CSV file that adds to the gradebook's class list, with the columns of students.csv or student, name, lms_id.",
)
@click.option("--on-time", is_flag=True, help="Treat everything as on time: the files have the time of the download.")
@click.pass_obj
def _collect(
    classroom: Classroom, path: Path | None, assignment: str | None, roster: Path | None, on_time: bool
) -> None:
    """Collect what students have handed in.

    PATH is a folder or zip of uploads, as your learning platform gives it to you. Without PATH, submissions come from
    nbgrader's exchange.
    """
    if roster and not path:
        raise click.UsageError("--roster goes with PATH: the exchange already knows who submitted what.")
    collected = collect(classroom, path, assignment, roster, on_time)
    print(f"collected: {len(collected.submissions)} notebooks; {collected.unchanged} were there already")
    place = f"kept in {classroom.directory / UNMATCHED}" if path else "left in the exchange"
    for title, files in (
        (f"older, kept in {classroom.directory / SUPERSEDED}", collected.superseded),
        (f"not matched, {place}", collected.unmatched),
        ("to look at", collected.remarks),
    ):
        if files:
            print(f"{title}:")
        for file, reason in files:
            print(f"  {file!r}: {reason}")


@main.command("doctor")
def _doctor() -> None:
    """Check that the sandbox contains what submissions do."""
    if found := complaints():
        raise click.ClickException("\n".join(found))
    print("The sandbox holds.")


@main.command("grade")
@one_assignment
@click.option("--again", is_flag=True, help="Grade everything again, changed or not.")
@click.option("--workers", type=click.IntRange(min=1), help="Notebooks at a time; by default one per processor.")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on a running dask cluster, whose scheduler is there.")
@click.option(
    "--trusted-submissions", is_flag=True, help="Run submissions without a sandbox, with your own permissions."
)
@click.pass_obj
def _grade(
    classroom: Classroom,
    assignment: str | None,
    again: bool,
    workers: int | None,
    scheduler: str | None,
    trusted_submissions: bool,
) -> None:
    """Grade what has no mark yet, and what has changed since; make its feedback pages, and export the marks."""
    if elsewhere := refusal():
        raise click.ClickException(f"Nothing was graded. {elsewhere}")
    if not any(assignment in (None, submission.assignment) for submission in classroom.submissions()):
        raise click.ClickException(f"Nothing is handed in yet{_of(assignment)}: python -m grading collect.")
    all_questions()  # a broken question would make the grading of every submission fail
    if again or waiting(classroom, assignment):
        if not trusted_submissions and (found := complaints()):
            raise click.ClickException("\n".join(["Nothing was graded: the sandbox does not hold.", *found]))
        failed = grade(
            classroom,
            assignment,
            again=again,
            workers=workers,
            open_executor=partial(dask_cluster, scheduler) if scheduler else None,
            trusted=trusted_submissions,
        )
        if trusted_submissions:
            print(WARNING)
    else:
        failed = {}
        print("Nothing has changed since it was graded.")
    for submission, log in failed.items():
        print(f"could not grade {submission.assignment} of {submission.student}:\n{log}", file=sys.stderr)
    print(f"exported: {export_marks(classroom)}")
    if failed:
        sys.exit(1)


@main.command("feedback")
@one_assignment
@click.option("--all", "everything", is_flag=True, help="Make every page, not only those that are outdated.")
@click.option("--release", "into_exchange", is_flag=True, help="Put the pages into nbgrader's exchange, too.")
@click.option("--workers", type=click.IntRange(min=1), help="Pages at a time; by default one for each processor.")
@click.pass_obj
def _feedback(
    classroom: Classroom, assignment: str | None, everything: bool, into_exchange: bool, workers: int | None
) -> None:
    """Update the feedback pages with marks and comments that you gave by hand after grading."""
    done = make_pages(classroom, assignment, everything, workers)
    for (student, name), log in done.failed.items():
        print(f"could not make the page on {name} of {student}:\n{log}", file=sys.stderr)
    if not (done.made or done.unchanged or done.failed):
        raise click.ClickException(f"Nothing is graded yet{_of(assignment)}: python -m grading grade.")
    print(f"feedback: {done.made} pages are new, {done.unchanged} were up to date")
    for count, what in (
        (done.by_hand, "still wait for a mark by hand: make lab ROLE=instructor"),
        (len(waiting(classroom, assignment)), "are not graded, or have changed since: python -m grading grade"),
    ):
        if count:
            print(f"{count} submissions {what}")
    if into_exchange:
        released, others = release_feedback(classroom, assignment)
        print(f"released: {released} pages; {others} submissions did not come through the exchange")
    if done.failed:
        sys.exit(1)


@main.command("marks", epilog="\n\n".join(marks_file.help for marks_file in marks_files().values()))
@click.option("--lms", type=click.Choice(list(marks_files())), help="Also write a file for this platform to import.")
@click.pass_obj
def _marks(classroom: Classroom, lms: str | None) -> None:
    """Print the marks."""
    if read_marks(classroom).empty:
        raise click.ClickException("Nothing is graded yet: python -m grading grade.")
    print(format_marks(classroom))
    if lms:
        print(f"exported: {export_for_lms(classroom, lms)}")


@main.command("report")
@one_assignment
@click.pass_obj
def _report(classroom: Classroom, assignment: str | None) -> None:
    """Write a page on the class: points, mistakes, who is missing, what to look at, who wrote alike."""
    print(f"report: {write_report(classroom, assignment)}")


@main.command("summary")
@click.pass_obj
def _summary(classroom: Classroom) -> None:
    """Print what has been made and where it is."""
    print(summary(classroom))


def _of(assignment: str | None) -> str:
    return f" of {assignment}" if assignment else ""


def _reason(error: Exception) -> str:
    if isinstance(error, OperationalError):
        # The lines that follow show the statement.
        why = str(error.orig).splitlines()[0]
        return (
            f"the gradebook cannot be used ({why}). "
            "Close other programs that use it, free the disk, or start its server."
        )
    if isinstance(error, MissingEntry):
        return f"The gradebook does not know it ({error}): python -m grading release."
    if not isinstance(error, OSError):
        return str(error)
    if error.args and isinstance(error.args[0], list):
        # Copying a folder lists each file with the text of its error. The first will do.
        return f"{error.args[0][0][-1].partition('] ')[2]}."
    return f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}."


def _interrupt(*_: object) -> None:
    """Raise KeyboardInterrupt, once, and let the system end this process soon, even if something swallows that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.alarm(SECONDS_TO_END)
    raise KeyboardInterrupt


if __name__ == "__main__":
    # Shells let what runs in the background ignore Ctrl-C.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    main(prog_name="python -m grading")
