"""The instructor's command: `python -m grading STEP`."""

import sys
from functools import partial
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from grading.classroom import CLASS_DIRECTORY, Classroom
from grading.collect import SUPERSEDED, UNMATCHED, collect
from grading.grade import grade
from grading.lab import ROLES, open_lab
from grading.lms import PLATFORMS, export_for_lms
from grading.marks import export_csv, marks_table
from grading.questions import ASSIGNMENTS
from grading.release import release
from grading.report import report
from grading.rows import UnknownAssignment
from grading.sample_class import hand_in
from grading.sandbox.doctor import complaints
from grading.sandbox.launch import refusal
from grading.sandbox.trusted import WARNING
from grading.summary import summary
from grading.uploads import Unusable
from grading.workers import dask_cluster

FILE = click.Path(exists=True, path_type=Path)
AN_ASSIGNMENT = click.Choice(list(ASSIGNMENTS))
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
        except (OperationalError, UnknownAssignment, Unusable, OSError) as error:
            raise click.ClickException(f"{_reason(error)} What is written stays; run it again.") from error


@click.group(cls=Steps, subcommand_metavar="STEP [ARGUMENTS]")
@click.option(
    "--classroom", type=click.Path(file_okay=False, path_type=Path), help="Another class than the one in _class."
)
@click.pass_context
def main(context: click.Context, classroom: Path | None) -> None:
    """Teach a class: release, collect, grade, hand back.

    All steps may be taken again; each does what is left to do. `STEP --help` tells its options.
    """
    context.obj = Classroom(classroom.resolve() if classroom else CLASS_DIRECTORY)


@main.command("release")
@click.pass_obj
def _release(classroom: Classroom) -> None:
    """Make the students' notebooks, as folders and as a zip."""
    print(f"released: {release(classroom)}")


@main.command("sample-class")
@click.pass_obj
def _sample_class(classroom: Classroom) -> None:
    """Let a sample class hand in its notebooks, to see how grading goes."""
    print(f"handed in: {hand_in(classroom)} notebooks")


@main.command("lab", context_settings={"ignore_unknown_options": True})
@click.argument("role", type=click.Choice(ROLES), default="student")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def _lab(classroom: Classroom, role: str, arguments: tuple[str, ...]) -> None:
    """Open JupyterLab as a student or as the instructor; ARGUMENTS are for JupyterLab, as --no-browser."""
    if classroom != Classroom():
        raise click.UsageError("JupyterLab opens the class in _class: formgrader knows no other.")
    open_lab(classroom, role, arguments)


@main.command("collect")
@click.argument("path", type=FILE)
@click.option("--assignment", type=AN_ASSIGNMENT, help="The only one to collect.")
@click.option("--roster", type=FILE, help="CSV file that tells who is who, with the columns student, name and lms_id.")
@click.option("--on-time", is_flag=True, help="Nobody is late: the files bear the time of the download.")
@click.pass_obj
def _collect(classroom: Classroom, path: Path, assignment: str | None, roster: Path | None, on_time: bool) -> None:
    """Collect uploads from PATH, the folder or zip that Moodle, Canvas or another platform gave."""
    collected = collect(classroom, path, assignment, roster, on_time)
    print(f"collected: {len(collected.submissions)} notebooks; {collected.unchanged} were there already")
    for title, folder, files in (
        ("older, kept in", SUPERSEDED, collected.superseded),
        ("not matched, kept in", UNMATCHED, collected.unmatched),
    ):
        if files:
            print(f"{title} {classroom.directory / folder}:")
        for file, reason in files:
            print(f"  {file!r}: {reason}")


@main.command("doctor")
def _doctor() -> None:
    """Say whether the sandbox holds in which submissions run."""
    if found := complaints():
        raise click.ClickException("\n".join(found))
    print("The sandbox holds.")


@main.command("grade")
@one_assignment
@click.option("--workers", type=click.IntRange(min=1), help="Notebooks at a time; by default one for each processor.")
@click.option("--scheduler", metavar="ADDRESS", help="Of a running dask cluster, to grade there.")
@click.option("--trusted-submissions", is_flag=True, help="Do without a sandbox: submissions get your rights.")
@click.pass_obj
def _grade(
    classroom: Classroom,
    assignment: str | None,
    workers: int | None,
    scheduler: str | None,
    trusted_submissions: bool,
) -> None:
    """Grade what is handed in and not graded yet, make its feedback, and export the marks."""
    if elsewhere := refusal():
        raise click.ClickException(f"Nothing was graded. {elsewhere}")
    if not trusted_submissions and (found := complaints()):
        raise click.ClickException("\n".join(["Nothing was graded: the sandbox does not hold.", *found]))
    cluster = partial(dask_cluster, scheduler) if scheduler else None
    failed = grade(classroom, assignment, workers, cluster, trusted_submissions)
    for (student, name), log in failed.items():
        print(f"could not grade {name} of {student}:\n{log}", file=sys.stderr)
    if trusted_submissions:
        print(WARNING)
    print(f"exported: {export_csv(classroom)}")
    if failed:
        sys.exit(1)


@main.command("marks")
@click.option("--lms", type=click.Choice(list(PLATFORMS)), help="Write a file for this platform to import.")
@click.pass_obj
def _marks(classroom: Classroom, lms: str | None) -> None:
    """Print the marks."""
    print(marks_table(classroom))
    if lms:
        print(f"exported: {export_for_lms(classroom, lms)}")


@main.command("report")
@one_assignment
@click.pass_obj
def _report(classroom: Classroom, assignment: str | None) -> None:
    """Write a page on the class: points, mistakes, who is missing, what to look at, who wrote alike."""
    print(f"report: {report(classroom, assignment)}")


@main.command("summary")
@click.pass_obj
def _summary(classroom: Classroom) -> None:
    """Print what there is and where."""
    print(summary(classroom))


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
    main(prog_name="python -m grading")
