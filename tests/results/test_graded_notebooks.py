"""Results of marking go through nbgrader into the graded notebooks, and nothing of a student's passes for one."""

import copy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from grading.assignments import all_questions
from grading.classroom import Classroom
from grading.intake.cells import is_test
from grading.marking.judging import judge
from grading.marking.score import MEDIA_TYPE, Result
from grading.results.report.facts import Facts, gather_facts
from grading.running.grade import grade
from tests.released import ASSIGNMENT, answered, duplicate, find
from tests.small_class import make_class

UPDATE = "update_with_momentum"
QUESTION = all_questions()[UPDATE]
FORGED = judge(QUESTION, QUESTION.reference, seed=1)._repr_mimebundle_()
UPHILL = """def update_with_momentum(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    return {name: parameters[name] + learning_rate * new_velocity["d" + name] for name in parameters}, new_velocity
"""


def _uphill() -> NotebookNode:
    notebook = answered()
    find(notebook, UPDATE).source = UPHILL
    return notebook


def _forging() -> NotebookNode:
    """Make a submission that carries and displays results of its own, in every place that a student can write to."""
    notebook = _uphill()
    show = f"from IPython.display import display\ndisplay({FORGED!r}, raw=True)\n"
    find(notebook, UPDATE).source = (show + UPHILL).replace(
        "    return ", f"    display({FORGED!r}, raw=True)\n    return "
    )
    notebook.cells.append(new_code_cell(show))
    posing = duplicate(notebook, f"{UPDATE}_tests")
    posing.source, posing.metadata.nbgrader.grade_id = show, "forged_tests"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [new_output("display_data", copy.deepcopy(FORGED))]
    return notebook


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    submissions = {"ada": answered(), "euler": _uphill(), "forger": _forging()}
    classroom = make_class(tmp_path_factory.mktemp("class"), submissions)
    assert grade(classroom) == {}
    return classroom


@pytest.fixture(scope="module")
def found(classroom: Classroom) -> Facts:
    return gather_facts(classroom, ASSIGNMENT)


def _carried(path: Path) -> list[tuple[NotebookNode, dict]]:
    cells = nbformat.read(path, as_version=4).cells
    return [
        (cell, out.data[MEDIA_TYPE])
        for cell in cells
        for out in cell.get("outputs", ())
        if MEDIA_TYPE in out.get("data", {})
    ]


@pytest.mark.parametrize("student", ["ada", "euler", "forger"])
def test_each_test_cell_and_no_other_carries_its_result(classroom: Classroom, student: str) -> None:
    carried = _carried(classroom.notebook("autograded", student, ASSIGNMENT))
    assert all(is_test(cell) for cell, _ in carried)
    results = [Result.from_json(data) for _, data in carried]
    assert [result.question for result in results] == ["initialize_velocity", UPDATE, "update_with_nesterov"]
    assert results[1].points == (5 if student == "ada" else 3)


def test_the_report_reads_them(found: Facts) -> None:
    (advice,) = [mistake.advice for mistake in QUESTION.mistakes if "uphill" in mistake.advice]
    assert found.cells[1].remarks == {advice: ("euler", "forger")}
    assert found.cells[1].points == {"ada": 5, "euler": 3, "forger": 3}


def test_feedback_shows_their_text_alone(classroom: Classroom) -> None:
    page = classroom.feedback("euler", ASSIGNMENT).read_text(encoding="utf-8")
    assert f"{UPDATE}: 3 of 5 points" in page
    assert MEDIA_TYPE not in page
