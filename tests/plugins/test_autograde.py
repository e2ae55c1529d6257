"""nbgrader's own `autograde`, when a submission holds what it must not open."""

import os
from pathlib import Path

import pytest

from grading.intake import setting_aside
from tests.released import ASSIGNMENT, answered, short_source
from tests.small_class import make_class


def test_what_is_no_folder_is_graded_with_nothing(tmp_path: Path) -> None:
    classroom = make_class(tmp_path / "class", {"ada": answered(short_source())})
    pipe = classroom.directory / "submitted" / "eve" / ASSIGNMENT
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    done = classroom.nbgrader().autograde(ASSIGNMENT, "*")
    assert done["success"], done["log"]
    with classroom.gradebook() as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "eve").score == 0
        assert gradebook.find_submission(ASSIGNMENT, "ada").score > 0


def test_what_cannot_be_moved_is_taken_off_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A linked student is, too: their work is somebody else's."""
    work = answered(short_source())
    classroom = make_class(tmp_path / "class", {"ada": work, "eve": work, "zoe": work})
    submitted = classroom.directory / "submitted"
    os.mkfifo(submitted / "eve" / ASSIGNMENT / "data.csv")
    (submitted / "mallory").symlink_to(submitted / "ada")

    def may_not(entry: Path, place: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(setting_aside, "_rename", may_not)
    done = classroom.nbgrader().autograde(ASSIGNMENT, "*")
    assert done["success"], done["log"]
    assert {path.name for path in (classroom.directory / "autograded").iterdir()} == {"ada", "zoe"}
    for student in ("eve", "mallory"):
        assert f"Not graded: '{submitted / student / ASSIGNMENT}'" in done["log"]
