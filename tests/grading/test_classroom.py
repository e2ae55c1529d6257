"""What has been handed in, whatever lies in the folder of a class."""

import os
from pathlib import Path

import pytest

from grading.classroom import Classroom, Submission
from tests.ordinary_user import ordinary_user


def hand_in(folder: Path, student: str, assignment: str = "momentum") -> Path:
    submitted = folder / "submitted" / student / assignment
    submitted.mkdir(parents=True)
    (submitted / f"{assignment}.ipynb").touch()
    return submitted


def test_folders_with_a_notebook_of_their_name_are_submissions(tmp_path: Path) -> None:
    hand_in(tmp_path, "bob")
    hand_in(tmp_path, "ada", "ewa")
    hand_in(tmp_path, "ada").joinpath("other.ipynb").touch()
    (tmp_path / "submitted" / "cleo" / "momentum").mkdir(parents=True)
    assert Classroom(tmp_path).submissions() == [("ada", "ewa"), ("ada", "momentum"), ("bob", "momentum")]
    assert Classroom(tmp_path).left_alone() == {}


def test_a_class_without_submissions_has_none(tmp_path: Path) -> None:
    assert Classroom(tmp_path).submissions() == []
    assert Classroom(tmp_path).left_alone() == {}


@pytest.mark.parametrize(
    "make", [Path.touch, os.mkfifo, lambda path: path.symlink_to("/nowhere")], ids=["file", "pipe", "link"]
)
def test_what_is_in_the_place_of_a_folder_is_a_submission(tmp_path: Path, make) -> None:
    """It is graded with 0, and not passed over."""
    make(hand_in(tmp_path, "eve", "ewa").with_name("momentum"))
    assert Submission("eve", "momentum") in Classroom(tmp_path).submissions()


def test_so_is_a_notebook_that_is_no_file(tmp_path: Path) -> None:
    notebook = hand_in(tmp_path, "eve") / "momentum.ipynb"
    for make in (os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/nowhere")):
        notebook.rmdir() if notebook.is_dir() else notebook.unlink()
        make(notebook)
        assert Classroom(tmp_path).submissions() == [("eve", "momentum")]


def test_a_linked_student_is_left_alone(tmp_path: Path) -> None:
    """The work would be somebody else's, and setting it aside would take it from them."""
    hand_in(tmp_path, "ada")
    (tmp_path / "submitted" / "eve").symlink_to(tmp_path / "submitted" / "ada")
    (tmp_path / "submitted" / "file").touch()
    (tmp_path / "submitted" / ".DS_Store").touch()
    classroom = Classroom(tmp_path)
    assert classroom.submissions() == [("ada", "momentum")]
    assert {path.name for path in classroom.left_alone()} == {"eve", "file"}


@pytest.mark.parametrize("name", [b"\xffve", b"e\nve", b"[a-z]", b"*", b" eve"])
def test_a_name_that_cannot_be_a_students_is_left_alone(tmp_path: Path, name: bytes) -> None:
    hand_in(tmp_path, "ada")
    hand_in(tmp_path, os.fsdecode(name))
    classroom = Classroom(tmp_path)
    assert classroom.submissions() == [("ada", "momentum")]
    ((path, reason),) = classroom.left_alone().items()
    assert (path.name, reason.endswith(".")) == (os.fsdecode(name), True)


def test_what_may_not_be_read_is_told() -> None:
    with ordinary_user() as folder:
        hand_in(folder, "ada")
        hand_in(folder, "bob").chmod(0)
        hand_in(folder, "eve").parent.chmod(0)
        classroom = Classroom(folder)
        assert classroom.submissions() == [("ada", "momentum"), ("bob", "momentum")]
        assert [path.name for path in classroom.left_alone()] == ["eve"]
