"""One page that cannot be made stops none of the others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grading.classroom import Classroom, Submission
from grading.running import feedback_pages
from grading.running.feedback_pages import make_pages
from grading.running.pool import TasksOf
from grading.running.submission import Graded, Task
from tests.released import ASSIGNMENT
from tests.results.fabricated import fabricate, mark_by_hand


@pytest.fixture
def classroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Classroom:
    def instantly(
        tasks_of: TasksOf, submissions: list[Submission], open_executor: object
    ) -> Iterator[tuple[Task, Graded]]:
        for task in tasks_of(submissions):
            yield task, Graded("", True, task.autograded or b"", b"page", task.before)

    monkeypatch.setattr(feedback_pages, "graded", instantly)
    classroom = fabricate(tmp_path)
    for student in ("ada", "eve", "mallory", "zoe"):
        mark_by_hand(classroom, student, (4, 4, 4))
    return classroom


def test_what_cannot_be_read_or_written_is_told(classroom: Classroom) -> None:
    notebook = classroom.notebook("autograded", "eve", ASSIGNMENT)
    notebook.unlink()
    notebook.mkdir()
    in_the_way = classroom.directory / "feedback" / "mallory"
    in_the_way.parent.mkdir()
    in_the_way.touch()
    classroom.feedback("zoe", ASSIGNMENT).mkdir(parents=True)
    (classroom.directory / "autograded" / "stranger").symlink_to(classroom.directory / "autograded" / "ada")
    done = make_pages(classroom)
    assert done.made == 2
    assert done.failed == {
        Submission("eve", ASSIGNMENT): "The graded notebook cannot be read: Is a directory.",
        Submission("mallory", ASSIGNMENT): f"{str(in_the_way / ASSIGNMENT)!r} cannot be written: Not a directory.",
    }
    assert all(classroom.feedback(student, ASSIGNMENT).is_file() for student in ("ada", "zoe"))
    again = make_pages(classroom)
    assert (again.made, again.unchanged, again.failed) == (0, 2, done.failed)
