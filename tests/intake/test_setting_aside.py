"""What must not be opened in a folder that was handed in is found and moved aside."""

import os
from pathlib import Path

import pytest

from grading.intake.limits import MAX_ENTRIES, MAX_FILE_BYTES
from grading.intake.setting_aside import find_refused


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
        (many / str(number)).touch()
    for number in range(5):
        with (large / str(number)).open("wb") as file:
            file.truncate(MAX_FILE_BYTES)
    (tmp_path / "link").symlink_to(large)
    for folder in (many, large, tmp_path / "link", tmp_path / "missing"):
        assert list(find_refused(folder)) == [folder]
