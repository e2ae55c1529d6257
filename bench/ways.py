"""The ways of grading to compare, each a function that grades a class; its docstring is its name in the table."""

import os
import sys
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from bench.generated_class import ASSIGNMENT
from grading.assignments import source_notebook
from grading.classroom import Classroom
from grading.execution.notebook import execute
from grading.intake.canonical import read_canonical
from grading.running.grade import grade
from grading.running.pool import dask_cluster
from grading.sandbox.launch import WARM


def stock(classroom: Classroom) -> None:
    """nbgrader autograde and generate_feedback"""
    config = classroom.config()
    del config.Autograde, config.GenerateFeedback
    _grade_one_after_the_other(config)


def nbgrader(classroom: Classroom) -> None:
    """the same with our steps"""
    _grade_one_after_the_other(classroom.config())


def one_worker(classroom: Classroom) -> None:
    """python -m grading grade, 1 worker"""
    assert grade(classroom, workers=1) == {}


def two_workers(classroom: Classroom) -> None:
    """python -m grading grade, 2 workers"""
    assert grade(classroom, workers=2) == {}


def cluster(classroom: Classroom) -> None:
    """the same on 2 dask workers"""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as dask:
        assert grade(classroom, open_executor=partial(dask_cluster, dask.scheduler_address)) == {}


def sandbox(classroom: Classroom) -> None:
    """execution alone, in the sandbox"""
    for notebook in _notebooks(classroom):
        execute(notebook)


def trusted(classroom: Classroom) -> None:
    """execution alone, without the sandbox"""
    for notebook in _notebooks(classroom):
        execute(notebook, trusted=True)


def floor(classroom: Classroom) -> None:
    """the floor: cells and tests in one warm process"""
    import importlib

    from grading.sandbox.inside.shell import make_shell

    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for module in WARM:
        importlib.import_module(module)
    shell = make_shell()
    for notebook in _notebooks(classroom):
        # A fork for each notebook, so that none finds what another one left behind.
        child = os.fork()
        if child == 0:
            for count, cell in enumerate(notebook.cells):
                if cell.cell_type == "code":
                    shell.run(cell.source, count, 10**6, 10**7)
            os._exit(0)
        os.waitpid(child, 0)


WAYS = {way.__name__: way for way in (stock, nbgrader, one_worker, two_workers, cluster, sandbox, trusted, floor)}


def _grade_one_after_the_other(config: Config) -> None:
    config.CourseDirectory.assignment_id = ASSIGNMENT
    for step in (Autograde, GenerateFeedback):
        step(coursedir=CourseDirectory(config=config), config=config).start()


def _notebooks(classroom: Classroom) -> list[NotebookNode]:
    source, config = source_notebook(ASSIGNMENT), classroom.config()
    submitted = [classroom.notebook("submitted", *submission) for submission in classroom.submissions()]
    return [nbformat.from_dict(read_canonical(source, path, config).notebook) for path in submitted]


if __name__ == "__main__":
    WAYS[sys.argv[1]](Classroom(Path(sys.argv[2])))
