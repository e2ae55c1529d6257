"""Opening JupyterLab as a student or as the instructor.

The folders beside this file determine what each of them sees, in Jupyter's and nbgrader's own settings. Files that
Jupyter and nbgrader write are kept apart for each below _class/lab, so that you can play both on one computer and your
own Jupyter settings don't interfere.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from jupyterlab_server.workspaces_handler import WorkspacesManager

from grading.classroom import ROOT, Classroom
from grading.nbgrader_steps import succeeded
from grading.release import BUNDLE, release
from grading.virtual_environment import derive

HERE = Path(__file__).resolve().parent

# For each role, the tab that JupyterLab opens with the first time.
FIRST_TAB = {"student": "nbgrader-assignment-list", "instructor": "nbgrader-formgrader"}
ROLES = tuple(FIRST_TAB)


def open_lab(classroom: Classroom, role: str, arguments: tuple[str, ...]) -> NoReturn:
    """Replace this process by JupyterLab.

    Args:
        classroom: the class; its assignments are released if they aren't yet.
        role: "student", who works in the folder `desk` of the class, or "instructor", who works in the course's folder.
        arguments: arguments for `jupyter lab`, such as "--no-browser".

    Raises:
        grading.nbgrader_steps.StepFailed: an assignment can't be put into the exchange.
    """
    if not (classroom.directory / BUNDLE).exists():
        release(classroom)
    if role == "student":
        offer_assignments(classroom)
    home = classroom.directory / "lab" / role
    folder, python = ROOT, [sys.executable]
    if role == "student":
        # With the interpreter of the set-up, a student's notebook could import the answers. And without -P, a file on
        # the desk could take the place of one of JupyterLab's modules.
        folder, python = _desk(classroom), [str(derive(home / "python")), "-P"]
    os.chdir(folder)
    command = [*python, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", *arguments]
    os.execve(command[0], command, _environment(home, role))


def offer_assignments(classroom: Classroom) -> None:
    """Put the released assignments into the exchange, where students fetch them.

    Raises:
        grading.nbgrader_steps.StepFailed: an assignment can't be put into the exchange.
    """
    nbgrader = classroom.nbgrader()
    offered = Path(nbgrader.exchange_root, nbgrader.course_id, "outbound")
    for released in sorted((classroom.directory / "release").glob("*/*.ipynb")):
        assignment = released.parent.name
        in_exchange = offered / assignment / released.name
        if in_exchange.exists() and in_exchange.read_bytes() == released.read_bytes():
            continue
        shutil.rmtree(offered / assignment, ignore_errors=True)
        succeeded(nbgrader.release_assignment(assignment), f"{assignment} cannot be put into the exchange")


def _desk(classroom: Classroom) -> Path:
    """Create the student's folder with what notebooks import, and nothing else; the student's own files stay."""
    desk = classroom.directory / "desk"
    shutil.copytree(classroom.directory / BUNDLE / "course", desk / "course", dirs_exist_ok=True)
    return desk


def _environment(home: Path, role: str) -> dict[str, str]:
    _first_tab(home / "config" / "lab" / "workspaces", FIRST_TAB[role])
    return {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_CONFIG_PATH": os.pathsep.join([str(HERE / role), str(HERE / "everyone")]),
    }


def _first_tab(workspaces: Path, tab: str) -> None:
    """Let JupyterLab open with this tab of nbgrader's the first time; later it opens as it was left."""
    manager = WorkspacesManager(str(workspaces))
    if not manager.load("default")["data"]:
        widget = f"{tab}:{tab}"
        dock = {"type": "tab-area", "currentIndex": 0, "widgets": [widget]}
        data = {"layout-restorer:data": {"main": {"dock": dock, "current": widget}}, widget: {"data": {}}}
        manager.save("default", json.dumps({"data": data, "metadata": {"id": "default"}}))
