"""Grading a class through nbgrader: what is new or outdated is graded and gets feedback; the rest is left alone."""

import shutil
from importlib import metadata
from pathlib import Path

from tqdm import tqdm

from grading.classroom import ROOT, Classroom

MATHJAX = next(file.locate() for file in metadata.files("sphinx-mathjax-offline") if file.name == "tex-svg.js")


def grade(classroom: Classroom) -> dict[tuple[str, str], str]:
    """Autograde every submission that needs it and make its feedback, one after another.

    A submission needs it when it is newer than its marks, or the questions, reference or assignment are. Interrupted,
    call it again: it goes on with what is missing.

    Args:
        classroom: with submitted/<student>/<assignment>/<assignment>.ipynb.

    Returns:
        {(student, assignment): nbgrader's log} of those that could not be graded.
    """
    nbgrader = classroom.nbgrader()
    (classroom.directory / "feedback").mkdir(exist_ok=True)
    shutil.copy(MATHJAX, classroom.directory / "feedback")
    waiting = [submission for submission in classroom.submissions() if _needs_grading(classroom, *submission)]
    failed = {}
    for student, assignment in (progress := tqdm(waiting, desc="grading", unit="notebook", disable=not waiting)):
        progress.set_postfix_str(f"{student}: {assignment}, {len(failed)} failed")
        result = nbgrader.autograde(assignment, student, force=True, create=True)
        if result["success"]:
            result = nbgrader.generate_feedback(assignment, student, force=True)
        if not result["success"]:
            failed[student, assignment] = result["log"]
    return failed


def _needs_grading(classroom: Classroom, student: str, assignment: str) -> bool:
    feedback = classroom.feedback(student, assignment)
    if not (feedback.exists() and classroom.notebook("autograded", student, assignment).exists()):
        return True
    graded_at = feedback.stat().st_mtime
    return any(path.stat().st_mtime > graded_at for path in _grounds(classroom, student, assignment))


def _grounds(classroom: Classroom, student: str, assignment: str) -> list[Path]:
    return [
        *classroom.notebook("submitted", student, assignment).parent.iterdir(),
        *(ROOT / "assignments" / assignment).glob("*.ipynb"),
        *(ROOT / "grading").rglob("*.py"),
        *(ROOT / "solutions").rglob("*.py"),
        ROOT / "nbgrader_config.py",
    ]
