"""What students get: nbgrader's folders without answers, and one zip file with everything in it."""

import shutil
import tempfile
import zipfile
from pathlib import Path

from grading.assignments import ASSIGNMENTS
from grading.classroom import ROOT, Classroom
from grading.nbgrader_steps import succeeded

STUDENT_BUNDLE = ROOT / "grading" / "student_bundle"
BUNDLE = "optimization-course"


def release(classroom: Classroom, assignment: str | None = None) -> Path:
    """Release all assignments, or one in addition to those already released.

    Args:
        classroom: receives release/<assignment>/ from nbgrader, the folder optimization-course/ with the assignments,
            `course` and a README, and the same folder as a zip file.
        assignment: the only assignment to release; by default all.

    Returns:
        The path of the zip file, which holds every released assignment.

    Raises:
        grading.nbgrader_steps.StepFailed: nbgrader could not generate an assignment.
        OSError: a file cannot be written. The old zip file is kept.
    """
    classroom.directory.mkdir(parents=True, exist_ok=True)
    nbgrader = classroom.nbgrader()
    for name in [assignment] if assignment else ASSIGNMENTS:
        succeeded(nbgrader.generate_assignment(name, force=True, create=True), f"{name} cannot be released")
    return _bundle(classroom)


def _bundle(classroom: Classroom) -> Path:
    unfinished = Path(tempfile.mkdtemp(prefix=".releasing-", dir=classroom.directory))
    try:
        return _finish(classroom, unfinished)
    finally:
        shutil.rmtree(unfinished)


def _finish(classroom: Classroom, unfinished: Path) -> Path:
    """Make the folder and the zip file elsewhere and then move them, so that nobody gets half of either."""
    folder = unfinished / BUNDLE
    shutil.copytree(STUDENT_BUNDLE, folder)
    shutil.copytree(ROOT / "course", folder / "course", ignore=shutil.ignore_patterns("__pycache__", "labs"))
    for assignment in ASSIGNMENTS:
        if (released := classroom.directory / "release" / assignment).is_dir():
            shutil.copytree(released, folder / assignment)
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(folder.rglob("*")):
            bundle.write(path, path.relative_to(unfinished))
    shutil.rmtree(classroom.directory / BUNDLE, ignore_errors=True)
    folder.rename(classroom.directory / BUNDLE)
    return archive.replace(classroom.directory / archive.name)
