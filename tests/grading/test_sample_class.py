"""The whole loop, through the real nbgrader: release, hand in, autograde, feedback, export."""

import csv
import re
import shutil
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

from grading import points
from grading.assignments import ASSIGNMENTS, COURSE, questions_of
from grading.classroom import Classroom
from grading.release import release
from grading.results.marks_table import export_marks, format_marks, read_marks
from grading.running.grade import grade
from grading.sample_class import STUDENTS, Student, hand_in

TROUBLED = "update_with_momentum"
COSTS_ITS_FUNCTION = {"syntax-error", "exception", "endless-loop"}
SUBMISSIONS = [(student, assignment) for student in STUDENTS for assignment in student.assignments]
OF_THE_COURSE = [(student, assignment) for student, assignment in SUBMISSIONS if assignment in COURSE]


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    classroom = Classroom(tmp_path_factory.mktemp("class"))
    release(classroom)
    assert hand_in(classroom) == len(SUBMISSIONS)
    assert grade(classroom) == {}
    return classroom


def _scores(classroom: Classroom, student: str, assignment: str) -> dict[str, float | None]:
    with classroom.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(assignment, assignment, student)
        tests = [grade for grade in notebook.grades if grade.name.endswith("_tests")]
        return {grade.name.removesuffix("_tests"): grade.auto_score for grade in tests}


def _expected(student: Student, assignment: str) -> dict[str, float | None]:
    """Return the points expected for each question; a deleted test cell is put back, so it costs nothing."""
    expected = {}
    for question in questions_of(assignment):
        lost = question.mistakes[student.mistake % len(question.mistakes)].breaks if student.mistake is not None else ()
        kept = sum(criterion.points for criterion in question.criteria if criterion.key not in lost)
        ruined = question.name == TROUBLED and student.name in COSTS_ITS_FUNCTION
        expected[question.name] = 0 if ruined or not student.writes else kept
    return expected


@pytest.mark.parametrize(("student", "assignment"), OF_THE_COURSE, ids=lambda value: getattr(value, "name", value))
def test_everybody_gets_what_they_earned(classroom: Classroom, student: Student, assignment: str) -> None:
    assert _scores(classroom, student.name, assignment) == _expected(student, assignment)


@pytest.mark.parametrize(("student", "assignment"), OF_THE_COURSE, ids=lambda value: getattr(value, "name", value))
def test_feedback_tells_each_question(classroom: Classroom, student: Student, assignment: str) -> None:
    feedback = classroom.feedback(student.name, assignment).read_text(encoding="utf-8")
    for question in questions_of(assignment):
        if not (question.name == TROUBLED and student.name == "syntax-error"):
            assert f"{question.name}: {_expected(student, assignment)[question.name]:g} of" in feedback


@pytest.mark.parametrize("student", ["ada", "bernoulli", "cauchy"])
@pytest.mark.parametrize("assignment", COURSE)
def test_right_answers_run_from_top_to_bottom(classroom: Classroom, student: str, assignment: str) -> None:
    notebook = nbformat.read(classroom.notebook("autograded", student, assignment), as_version=4)
    errors = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    assert not errors


def test_feedback_is_one_file_with_its_formulas_and_figures(classroom: Classroom) -> None:
    feedback = classroom.feedback("ada", "adam").read_text(encoding="utf-8")
    assert not re.search(r'<(script|img|iframe)\b[^>]* src="(?!data:)|<link\b[^>]* href=', feedback)
    assert "data:image/png" in feedback
    assert feedback.count("<math ") > 20
    assert "$" not in re.sub(r"(?s)<(style|script|pre|code)\b.*?</\1>", "", feedback)


def test_feedback_shows_no_hidden_test(classroom: Classroom) -> None:
    for student, assignment in OF_THE_COURSE:
        feedback = classroom.feedback(student.name, assignment).read_text(encoding="utf-8")
        assert "Hidden tests of" in feedback
        assert "HIDDEN TESTS" not in feedback


def test_late_work_loses_a_tenth_a_day(classroom: Classroom) -> None:
    table = read_marks(classroom)
    for assignment in ("ewa", "momentum"):
        assert table.loc["late", assignment] == pytest.approx(0.8 * table.loc["ada", assignment])


def test_the_reflection_waits_for_a_human(classroom: Classroom) -> None:
    with classroom.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook("adam", "adam", "ada")
        (reflection,) = [grade for grade in notebook.grades if grade.name == "reflection"]
        assert reflection.needs_manual_grade
        assert reflection.max_score == 3


def test_assignments_stand_in_the_order_of_the_course(classroom: Classroom) -> None:
    with classroom.gradebook() as gradebook:
        assert [assignment.name for assignment in gradebook.assignments] == [*ASSIGNMENTS]


def test_the_export_agrees_with_the_gradebook(classroom: Classroom) -> None:
    with export_marks(classroom).open(encoding="utf-8", newline="") as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    for student, assignment in OF_THE_COURSE:
        row = rows[student.name, assignment]
        assert float(row["raw_score"]) == sum(filter(None, _expected(student, assignment).values()))
        assert float(row["max_score"]) == 3 + sum(points(question.name) for question in questions_of(assignment))
    assert "–" in format_marks(classroom)


def test_no_sample_class_is_added_to_a_real_class(tmp_path: Path) -> None:
    classroom = Classroom(tmp_path)
    due = datetime(2027, 4, 5, 12, 0)
    with classroom.gradebook() as gradebook:
        gradebook.add_assignment("momentum", duedate=due)
    assert hand_in(classroom) == 0
    with classroom.gradebook() as gradebook:
        assert gradebook.find_assignment("momentum").duedate == due
        gradebook.update_or_create_assignment("momentum", duedate=None)
        gradebook.add_student("noether")
    assert hand_in(classroom) == 0
    assert classroom.submissions() == []


def test_grading_again_has_nothing_to_do(classroom: Classroom) -> None:
    feedback = classroom.feedback("ada", "adam")
    before = feedback.stat().st_mtime
    assert grade(classroom) == {}
    assert feedback.stat().st_mtime == before


def test_autograding_twice_gives_the_same(classroom: Classroom) -> None:
    again = [(student, assignment) for student, assignment in SUBMISSIONS if assignment == "ewa"]
    for student, assignment in again:
        shutil.rmtree(classroom.feedback(student.name, assignment).parent)
    assert grade(classroom) == {}
    for student, assignment in again:
        assert _scores(classroom, student.name, assignment) == _expected(student, assignment)
