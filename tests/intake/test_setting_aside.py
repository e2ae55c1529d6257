"""What must not be opened in a folder that was handed in is found and moved aside."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from grading.basis import basis_of_files
from grading.intake.limits import MAX_ENTRIES, MAX_FILE_BYTES, MAX_FOLDER_DEPTH
from grading.intake.reading import Refused, read_submission
from grading.intake.setting_aside import find_refused, in_its_place, move_refused, read_handed_in
from tests.ordinary_user import ordinary_user

NAME = "momentum"
NOTEBOOK = f"{NAME}.ipynb"
NOT_GRADED = "**This submission was not graded.**"


def hand_in(folder: Path) -> Path:
    """Hand in a notebook below a folder, and return the submission."""
    submission = folder / "submitted" / "ada" / NAME
    submission.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(), submission / NOTEBOOK)
    return submission


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    return hand_in(tmp_path)


@pytest.fixture
def of_an_ordinary_user() -> Iterator[Path]:
    with ordinary_user() as folder:
        yield hand_in(folder)


def set_aside(submission: Path) -> dict[str, str]:
    """Set aside what is refused, and return {its name: why}."""
    return {
        entry.name: why.reason for entry, why in move_refused(submission, submission.parents[2] / "refused").items()
    }


def names(submission: Path, step: str = "refused") -> set[str]:
    return set(os.listdir(submission.parents[2] / step / "ada" / NAME))


def is_graded(submission: Path) -> bool:
    """Check whether the notebook, as grading reads it, is the student's."""
    content, _ = read_handed_in(submission / NOTEBOOK)
    return NOT_GRADED not in content.decode()


def test_a_hard_link_beside_the_notebook_is_refused(tmp_path: Path) -> None:
    """Nbgrader would copy it into the feedback, whatever it is: an archive may have linked to the gradebook."""
    submitted = tmp_path / "submitted"
    submitted.mkdir()
    (tmp_path / "gradebook.db").write_text("marks")
    (submitted / "data.csv").hardlink_to(tmp_path / "gradebook.db")
    assert list(find_refused(submitted)) == [submitted / "data.csv"]


def test_a_folder_of_plain_files_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "work.ipynb").write_text("{}")
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "경로.png").write_bytes(b"")
    assert find_refused(tmp_path) == {}


def test_what_holds_a_refused_entry_at_any_depth_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    os.mkfifo(tmp_path / "timestamp.txt")
    (tmp_path / "inside" / "data.csv").symlink_to("/etc/passwd")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / ("n" * 200)).write_text("")
    (tmp_path / "line\nbreak").write_text("")
    (tmp_path / "good.txt").write_text("")
    with (tmp_path / "huge.bin").open("wb") as huge:
        huge.truncate(MAX_FILE_BYTES + 1)
    found = {path.name for path in find_refused(tmp_path)}
    assert found == {"timestamp.txt", "inside", "up", "n" * 200, "line\nbreak", "huge.bin"}


@pytest.mark.parametrize(
    "text",
    ["yesterday, I swear", "2027-13-45", "9" * 40, "2027-03-08 18:00:00 UTC" + " " * 80 + "or so", "\udcff", "2e5 x y"],
)
def test_an_unreadable_time_is_refused(tmp_path: Path, text: str) -> None:
    """Nbgrader would not grade the submission at all."""
    (tmp_path / "timestamp.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert list(find_refused(tmp_path)) == [tmp_path / "timestamp.txt"]


@pytest.mark.parametrize("text", ["2027-03-08 18:00:00.0001 UTC\n", "2027-03-08 18:00 +0900", "2027-03-08T18:00Z", ""])
def test_a_readable_time_is_accepted(tmp_path: Path, text: str) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "timestamp.txt").write_text("of something else")
    assert find_refused(tmp_path) == {}


def test_a_folder_that_is_a_link_or_holds_too_much_is_refused_as_a_whole(tmp_path: Path) -> None:
    many, large = tmp_path / "many", tmp_path / "large"
    many.mkdir(), large.mkdir()
    for number in range(MAX_ENTRIES + 1):
        (many / f"{number}.csv").touch()
    for number in range(5):
        with (large / f"{number}.csv").open("wb") as file:
            file.truncate(MAX_FILE_BYTES)
    (tmp_path / "link").symlink_to(large)
    for folder in (many, large, tmp_path / "link", tmp_path / "missing"):
        assert list(find_refused(folder)) == [folder]


# --- beside the notebook ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("page.html", "page.HTM", "drawing.svg", "page.xhtml", "data.xml", "script.js", "script.mjs", "page.html."),
        *("page", "page.txt.html", f"{NAME}.html", "archive.mht", "a.pdf", ".hidden"),
    ],
)
def test_what_a_browser_may_take_for_a_page_or_a_program_is_set_aside(submission: Path, name: str) -> None:
    (submission / name).write_text("<script>alert(1)</script>")
    assert set(set_aside(submission)) == {name}
    assert is_graded(submission)


@pytest.mark.parametrize("name", ["plot.png", "PLOT.JPG", "data.csv", "measured.npz", "notes.txt", "helpers.py"])
def test_pictures_and_data_stay(submission: Path, name: str) -> None:
    (submission / "figures" / "first").mkdir(parents=True)
    (submission / "figures" / "first" / name).touch()
    (submission / name).touch()
    assert set_aside(submission) == {}


@pytest.mark.parametrize("name", [f"{NAME}.html", f"{NAME}.part", "timestamp.txt", "data.csv"])
def test_a_folder_that_has_the_name_of_a_file_is_set_aside(submission: Path, name: str) -> None:
    (submission / name).mkdir()
    (submission / name / "inner.txt").touch()
    assert set_aside(submission) == {name: "A folder was handed in that has the name of a file."}
    assert is_graded(submission)


def test_deep_folders_are_set_aside_as_a_whole(submission: Path) -> None:
    """As deep as a path can be, it is longer than that beside the graded notebook."""
    length, names = len(str(submission)), []
    while length + 102 < 4_095:
        names.append("d" * 100)
        length += 101
    here = os.open(submission, os.O_DIRECTORY)
    for name in names:
        os.mkdir(name, dir_fd=here)
        outer, here = here, os.open(name, os.O_DIRECTORY, dir_fd=here)
        os.close(outer)
    os.close(os.open("x" * (4_094 - length), os.O_CREAT, dir_fd=here))
    os.close(here)
    assert set_aside(submission) == {"d" * 100: "A folder was handed in that is nested too deeply."}
    assert is_graded(submission)


def test_folders_as_deep_as_they_may_be_stay(submission: Path) -> None:
    submission.joinpath(*"abcdefgh"[:MAX_FOLDER_DEPTH]).mkdir(parents=True)
    assert set_aside(submission) == {}


# --- what is moved ---------------------------------------------------------------------------------------------------


def test_a_notebook_that_says_why_takes_the_place_of_a_refused_one(submission: Path) -> None:
    (submission / NOTEBOOK).unlink()
    os.mkfifo(submission / NOTEBOOK)
    before = basis_of_files(submission / NOTEBOOK)
    (why,) = set_aside(submission).values()
    read = read_submission(submission / NOTEBOOK)
    assert not isinstance(read, Refused)
    assert why in read.cells[0].source
    assert basis_of_files(submission / NOTEBOOK) == before, "it would be graded again"
    assert set_aside(submission) == {}


@pytest.mark.parametrize(
    "make", [Path.touch, os.mkfifo, lambda path: path.symlink_to("/etc")], ids=["file", "pipe", "link"]
)
def test_a_folder_takes_the_place_of_what_is_none(submission: Path, make: Callable[[Path], None]) -> None:
    shutil.rmtree(submission)
    make(submission)
    before = basis_of_files(submission / NOTEBOOK)
    assert set_aside(submission) == {NAME: "The submission is not a folder."}
    assert not is_graded(submission)
    assert basis_of_files(submission / NOTEBOOK) == before
    assert names(submission) == {NAME}


def test_a_folder_in_the_place_of_the_notebook_is_set_aside(submission: Path) -> None:
    (submission / NOTEBOOK).unlink()
    (submission / NOTEBOOK).mkdir()
    before = basis_of_files(submission / NOTEBOOK)
    assert set(set_aside(submission)) == {NOTEBOOK}
    assert (submission / NOTEBOOK).is_file()
    assert basis_of_files(submission / NOTEBOOK) == before


@pytest.mark.parametrize("name", ["n" * 255, "한" * 85, "line\nbreak", b"\xff.txt", "pipe", "..."], ids=ascii)
def test_the_same_name_can_be_refused_again_and_again(submission: Path, name: str | bytes) -> None:
    path = os.fsencode(submission) + b"/" + os.fsencode(name)
    for _ in range(3):
        os.mkfifo(path)
        assert list(set_aside(submission)) == [os.fsdecode(name)]
    assert len(names(submission)) == 3
    assert all(len(os.fsencode(kept)) <= 255 and kept.isprintable() for kept in names(submission))


def test_a_pipe_that_becomes_a_folder_is_refused_again(submission: Path) -> None:
    os.mkfifo(submission / "data")
    assert set(set_aside(submission)) == {"data"}
    (submission / "data").mkdir()
    os.mkfifo(submission / "data" / "pipe")
    assert set(set_aside(submission)) == {"data"}
    assert os.listdir(submission) == [NOTEBOOK]


def test_nothing_is_moved_through_a_link_that_was_refused_before(submission: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    refused = tmp_path / "refused" / "ada" / NAME
    refused.parent.mkdir(parents=True)
    refused.symlink_to(elsewhere)
    os.mkfifo(submission / "pipe")
    set_aside(submission)
    assert os.listdir(elsewhere) == []
    assert names(submission) == {"pipe"}


def test_what_vanishes_meanwhile_is_no_reason(submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (submission / "figures").mkdir()
    vanishing = (submission / "data.csv", submission / "figures" / "plot.png")
    for path in vanishing:
        path.touch()
    lstat = os.lstat

    def look(path: Path | str) -> os.stat_result:
        if Path(path) in vanishing:
            Path(path).unlink()
        return lstat(path)

    monkeypatch.setattr(os, "lstat", look)
    assert find_refused(submission) == {}
    assert not any(path.exists() for path in vanishing)


def test_a_full_disk_is_not_about_one_submission(submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(entry: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (submission / NOTEBOOK).unlink()
    os.mkfifo(submission / NOTEBOOK)
    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space"):
        set_aside(submission)
    assert (submission / NOTEBOOK).is_fifo(), "nothing is lost"


def test_what_cannot_be_moved_stays_and_is_not_opened(submission: Path) -> None:
    (submission / NOTEBOOK).unlink()
    os.mkfifo(submission / NOTEBOOK)
    if subprocess.run(["chattr", "+i", submission], capture_output=True, check=False).returncode != 0:
        pytest.skip("this disk has no immutable folders, or only root can make them")
    try:
        before = basis_of_files(submission / NOTEBOOK)
        (reason,) = set_aside(submission).values()
        assert "cannot be moved (Operation not permitted)" in reason
        assert not is_graded(submission)
        assert basis_of_files(submission / NOTEBOOK) == before
    finally:
        subprocess.run(["chattr", "-i", submission], check=True)


# --- rights ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o000, 0o555])
def test_a_pipe_in_a_folder_that_may_not_be_changed_is_set_aside(of_an_ordinary_user: Path, mode: int) -> None:
    folder = of_an_ordinary_user / "folder"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    folder.chmod(mode)
    assert set(set_aside(of_an_ordinary_user)) == {"folder"}
    assert find_refused(of_an_ordinary_user) == {}
    assert is_graded(of_an_ordinary_user)


@pytest.mark.parametrize("mode", [0o000, 0o555])
def test_a_submission_that_may_not_be_changed_is_opened_up(of_an_ordinary_user: Path, mode: int) -> None:
    os.mkfifo(of_an_ordinary_user / "pipe")
    of_an_ordinary_user.chmod(mode)
    assert set(set_aside(of_an_ordinary_user)) == {"pipe"}
    assert find_refused(of_an_ordinary_user) == {}
    assert is_graded(of_an_ordinary_user)


def test_a_file_that_may_not_be_read_is_set_aside(of_an_ordinary_user: Path) -> None:
    (of_an_ordinary_user / "data.csv").touch(mode=0)
    assert set_aside(of_an_ordinary_user) == {"data.csv": "A file was handed in that may not be read."}
    assert is_graded(of_an_ordinary_user)


def test_a_notebook_that_may_not_be_read_stays_and_says_so(of_an_ordinary_user: Path) -> None:
    """Somebody else may be able to read it."""
    (of_an_ordinary_user / NOTEBOOK).chmod(0)
    assert set_aside(of_an_ordinary_user) == {}
    assert not is_graded(of_an_ordinary_user)
    assert "submission" in basis_of_files(of_an_ordinary_user / NOTEBOOK)


def test_a_time_that_may_not_be_read_costs_nothing(of_an_ordinary_user: Path) -> None:
    (of_an_ordinary_user / "timestamp.txt").write_text("2027-03-08 18:00:00 UTC")
    (of_an_ordinary_user / "timestamp.txt").chmod(0)
    assert is_graded(of_an_ordinary_user)
    assert read_handed_in(of_an_ordinary_user / NOTEBOOK)[1] is None


def test_the_same_reason_makes_the_same_notebook() -> None:
    assert in_its_place(Refused("Why.")) == in_its_place(Refused("Why."))
