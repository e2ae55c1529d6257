"""The students' release: nbgrader's folders without answers, and one zip that students unzip and open."""

import shutil
import zipfile
from pathlib import Path

from grading.classroom import ROOT, Classroom
from grading.questions import ASSIGNMENTS

FOR_STUDENTS = Path(__file__).resolve().parent / "students"
BUNDLE = "optimization-course"


def release(classroom: Classroom) -> Path:
    """Make the release of all assignments.

    Args:
        classroom: receives release/<assignment>/ from nbgrader, the folder optimization-course/ with the assignments,
            `course` and a README, and the same as a zip.

    Returns:
        The zip.

    Raises:
        RuntimeError: nbgrader could not make an assignment; the message holds its log.
    """
    nbgrader = classroom.nbgrader()
    for assignment in ASSIGNMENTS:
        result = nbgrader.generate_assignment(assignment, force=True, create=True)
        if not result["success"]:
            raise RuntimeError(f"nbgrader could not release {assignment!r}:\n{result['log']}")
    return _bundle(classroom)


def _bundle(classroom: Classroom) -> Path:
    folder = classroom.directory / BUNDLE
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(FOR_STUDENTS, folder)
    shutil.copytree(ROOT / "course", folder / "course", ignore=shutil.ignore_patterns("__pycache__", "labs"))
    for assignment in ASSIGNMENTS:
        shutil.copytree(classroom.directory / "release" / assignment, folder / assignment)
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(folder.rglob("*")):
            bundle.write(path, path.relative_to(classroom.directory))
    return archive
