"""Uploads reach the right student and assignment, whatever students do, and nothing is lost."""

import errno
import io
import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grading.collecting.collect import collect
from grading.collecting.ledger import Ledger
from grading.collecting.uploads import Unusable, at_second
from tests.collecting.uploading import HOUR, LMS, NOON, archive, notebook
from tests.ordinary_user import ordinary_user

MOODLE = "Ada Lovelace_101_assignsubmission_file_"


# --- names -----------------------------------------------------------------------------------------------------------


def test_an_archive_with_a_classmates_name_belongs_to_its_uploader(lms: LMS) -> None:
    lms.upload("bob/momentum.ipynb", notebook("Bob's"))
    inside = {"bob/momentum.ipynb": notebook("Ada's"), "../bob/momentum.ipynb": notebook("evil")}
    lms.upload("ada/work.zip", archive(inside), NOON + HOUR)
    assert set(lms.reasons()) == {"ada/work.zip/../bob/momentum.ipynb"}
    assert (lms.text("ada"), lms.text("bob")) == ("Ada's", "Bob's")


def test_namesakes_are_not_mixed_up(lms: LMS) -> None:
    lms.upload("Kim Minsu_1_assignsubmission_file_/momentum.ipynb", notebook("one"))
    lms.upload("Kim Minsu_2_assignsubmission_file_/momentum.ipynb", notebook("two"), NOON + HOUR)
    assert len(lms.reasons()) == 2
    assert lms.submitted() == set()
    assert lms.reasons(roster=lms.roster("minsu1,Kim Minsu,1", "minsu2,Kim Minsu,2")) == {}
    assert (lms.text("minsu1"), lms.text("minsu2")) == ("one", "two")


def test_a_namesake_who_comes_in_a_later_download_overwrites_nobody(lms: LMS) -> None:
    first = lms.upload("Kim Minsu_1_assignsubmission_file_/momentum.ipynb", notebook("one"))
    lms.reasons()
    first.unlink()
    lms.upload("Kim Minsu_2_assignsubmission_file_/momentum.ipynb", notebook("two"), NOON + HOUR)
    assert "Several people" in str(lms.reasons())
    assert lms.text("kim-minsu") == "one"


def test_a_plain_name_that_is_the_id_of_somebody_else_overwrites_nobody(lms: LMS) -> None:
    lms.upload("Kim Minsu_1_assignsubmission_file_/momentum.ipynb", notebook("Minsu's"))
    lms.reasons()
    lms.upload("kim-minsu_momentum.ipynb", notebook("another's"), NOON + HOUR)
    assert "Several people" in str(lms.reasons())
    assert lms.text("kim-minsu") == "Minsu's"


# --- which assignment ------------------------------------------------------------------------------------------------


def test_the_content_says_which_assignment_it_is(lms: LMS) -> None:
    lms.upload(f"{MOODLE}/final version(3).ipynb")
    lms.upload(f"{MOODLE}/momentum.ipynb", notebook("Adam", "adam"))
    assert lms.reasons() == {}
    assert lms.text("ada-lovelace", "momentum") == "first"
    assert lms.text("ada-lovelace", "adam") == "Adam"


def test_functions_identify_the_assignment_if_the_metadata_is_lost(lms: LMS) -> None:
    cells = [new_code_cell("def update_with_momentum(parameters):\n    return parameters")]
    lms.upload("ada/work.ipynb.txt", nbformat.writes(new_notebook(cells=cells)).encode())
    assert lms.reasons() == {}
    assert lms.classroom.submissions() == [("ada", "momentum")]


def test_only_the_requested_assignment_is_collected(lms: LMS) -> None:
    lms.upload("ada/momentum.ipynb")
    lms.upload("bob/momentum.ipynb", notebook(assignment="adam"))
    everything = {"momentum/momentum.ipynb": notebook(), "adam/adam.ipynb": notebook(assignment="adam")}
    lms.upload("course/course.zip", archive(everything))
    reasons = lms.reasons(assignment="momentum")
    assert reasons == {"bob/momentum.ipynb": "It is the assignment adam, which is not being collected now."}
    assert lms.classroom.submissions() == [("ada", "momentum"), ("course", "momentum")]


@pytest.mark.parametrize(
    ("name", "content"),
    {
        "report.pdf": b"%PDF",
        "momentum.py": b"x = 1",
        "work.zip": b"Rar!\x1a\x07",
        "empty.zip": archive({}),
        "pictures.zip": archive({"a.png": b""}),
        "broken.ipynb": notebook()[:-9],
        "other.ipynb": nbformat.writes(new_notebook(cells=[new_code_cell("x = 1")])).encode(),
        "cut.zip": archive({"momentum.ipynb": notebook()})[:-30],
    }.items(),
)
def test_files_that_are_not_submissions_are_kept_with_a_reason(lms: LMS, name: str, content: bytes) -> None:
    lms.upload(f"ada/{name}", content)
    ((shown, reason),) = lms.reasons().items()
    assert shown == f"ada/{name}"
    assert reason.endswith(".")
    assert lms.submitted() == set()
    assert lms.kept("unmatched") == {f"ada/{name}": content}


# --- which one counts ------------------------------------------------------------------------------------------------


def test_the_newest_counts_and_the_others_are_kept(lms: LMS) -> None:
    lms.upload("ada/momentum.ipynb", notebook("second"), NOON + HOUR)
    lms.upload("ada/momentum (1).ipynb", notebook("third"), NOON + 2 * HOUR)
    lms.upload("ada/again/momentum.ipynb", notebook("first"))
    lms.upload("ada_momentum.ipynb", notebook("third"), NOON)
    collected = collect(lms.classroom, lms.folder)
    assert lms.text("ada") == "third"
    assert [file for file, _ in collected.superseded] == ["ada/momentum.ipynb"]
    assert list(lms.kept("superseded").values()) == [notebook("second")]
    assert dict(collected.unmatched).keys() == {"ada/again/momentum.ipynb"}


def test_the_highest_copy_number_counts_if_times_are_equal(lms: LMS) -> None:
    for name, text in {"momentum.ipynb": "0", "momentum-2.ipynb": "2", "momentum-10.ipynb": "10"}.items():
        lms.upload(f"ada/{name}", notebook(text))
    lms.reasons()
    assert lms.text("ada") == "10"


def test_an_older_upload_does_not_overwrite_a_newer_submission(lms: LMS) -> None:
    newer = lms.upload("ada/momentum.ipynb", notebook("newer"), NOON + HOUR)
    lms.reasons()
    newer.unlink()
    lms.upload("ada/momentum.ipynb", notebook("older"))
    collected = collect(lms.classroom, lms.folder)
    assert (collected.submissions, collected.unchanged) == ([], 1)
    assert lms.text("ada") == "newer"
    assert list(lms.kept("superseded").values()) == [notebook("older")]


def test_a_newer_upload_replaces_a_submission_which_is_kept(lms: LMS) -> None:
    lms.upload("ada/momentum.ipynb", notebook("older"))
    lms.reasons()
    lms.upload("ada/momentum.ipynb", notebook("newer"), NOON + HOUR)
    lms.reasons()
    assert lms.text("ada") == "newer"
    assert list(lms.kept("superseded").values()) == [notebook("older")]


def test_the_time_of_a_submission_from_elsewhere_is_respected(lms: LMS) -> None:
    submitted = lms.classroom.notebook("submitted", "ada", "momentum")
    submitted.parent.mkdir(parents=True)
    submitted.write_bytes(notebook("by nbgrader"))
    submitted.with_name("timestamp.txt").write_text("2025-03-08 12:30:00.123456 UTC")
    upload = lms.upload("ada/momentum.ipynb", notebook("by the LMS"))
    lms.reasons()
    assert lms.text("ada") == "by nbgrader"
    os.utime(upload, (NOON + HOUR, NOON + HOUR))
    lms.reasons()
    assert lms.text("ada") == "by the LMS"


def test_times_in_an_archive_count_only_within_it(lms: LMS) -> None:
    """Otherwise an archive from the future would always win, and one from the past would never be late."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        zipped.writestr(zipfile.ZipInfo("b.ipynb", (2090, 1, 1, 0, 0, 0)), notebook("first"))
    lms.upload("ada/work.zip", content.getvalue())
    lms.upload("ada/momentum.ipynb", notebook("second"), NOON + HOUR)
    lms.upload("bob/work.zip", archive({"momentum.ipynb": notebook()}))
    lms.reasons()
    assert lms.text("ada") == "second"
    timestamp = lms.classroom.notebook("submitted", "bob", "momentum").with_name("timestamp.txt")
    assert timestamp.read_text() == "2025-03-08 12:00:00 UTC"


def test_collecting_again_changes_nothing(lms: LMS) -> None:
    lms.upload("ada/momentum.ipynb", notebook("second"), NOON + HOUR)
    lms.upload("ada/momentum-1.ipynb", notebook("first"))
    lms.upload("report.pdf", b"%PDF")
    lms.reasons()

    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in lms.classroom.directory.rglob("*") if path.is_file()}

    submitted = lms.classroom.notebook("submitted", "ada", "momentum")
    os.utime(submitted, (0, 0))
    before = files()
    collected = collect(lms.classroom, lms.folder)
    assert (collected.submissions, collected.unchanged) == ([], 1)
    assert files() == before
    assert submitted.stat().st_mtime == 0, "it would be graded again"


def test_the_same_work_again_is_not_late(lms: LMS) -> None:
    upload = lms.upload("ada/momentum.ipynb")
    lms.reasons()
    os.utime(upload, (NOON + HOUR, NOON + HOUR))
    lms.reasons()
    timestamp = lms.classroom.notebook("submitted", "ada", "momentum").with_name("timestamp.txt")
    assert timestamp.read_text() == "2025-03-08 12:00:00 UTC"


def test_with_on_time_nobody_is_late(lms: LMS) -> None:
    with lms.classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment("momentum", duedate=datetime(2025, 3, 8, 11, 0))
    lms.upload("ada/momentum.ipynb")
    lms.reasons()
    assert lms.handed_in("ada") == "2025-03-08 12:00:00+00:00"
    lms.upload("ada/momentum.ipynb", notebook("new"), NOON + HOUR)
    lms.reasons(on_time=True)
    assert lms.handed_in("ada") == "2025-03-08 11:00:00+00:00"


def test_files_of_one_name_and_different_content_are_both_kept(lms: LMS) -> None:
    lms.upload("work_of_somebody.ipynb", notebook("one"))
    lms.reasons()
    lms.upload("work_of_somebody.ipynb", notebook("two"))
    lms.reasons()
    assert sorted(lms.kept("unmatched").values()) == sorted([notebook("one"), notebook("two")])


# --- awkward files ---------------------------------------------------------------------------------------------------


def test_what_is_a_folder_now_may_have_been_a_file_before(lms: LMS) -> None:
    upload = lms.upload(f"{MOODLE}/data", b"no notebook")
    assert set(lms.reasons()) == {f"{MOODLE}/data"}
    upload.unlink()
    lms.upload(f"{MOODLE}/data/broken.ipynb", b"no notebook either")
    for _ in range(2):
        assert set(lms.reasons()) == {f"{MOODLE}/data/broken.ipynb"}
        assert sorted(lms.kept("unmatched").values()) == [b"no notebook", b"no notebook either"]
    assert set(dict(collect(lms.classroom, lms.unmatched).unmatched)) == set(lms.kept("unmatched"))


def test_files_of_the_longest_name_are_all_kept(lms: LMS) -> None:
    name = f"{'김' * 83}.ipynb"
    for content in (b"one", b"two", b"three"):
        lms.upload(name, content)
        lms.reasons()
    assert sorted(lms.kept("unmatched").values()) == [b"one", b"three", b"two"]


@pytest.mark.parametrize("year", [1, 1969, 2100, 2400])
def test_a_file_of_any_date_is_collected_once(lms: LMS, year: int) -> None:
    upload = lms.upload("eve/momentum.ipynb")
    seconds = (datetime(year, 1, 1) - datetime(1970, 1, 1)).total_seconds()
    os.utime(upload, (seconds, seconds))
    lms.upload("ada/momentum.ipynb")
    assert len(collect(lms.classroom, lms.folder).submissions) == 2
    before = lms.kept("")
    again = collect(lms.classroom, lms.folder)
    assert (again.submissions, again.unchanged, lms.kept("")) == ([], 2, before)


@pytest.mark.parametrize("seconds", [-1e18, -1, 1e12, 1e18])
def test_a_time_that_no_calendar_has_is_the_nearest_one(seconds: float) -> None:
    assert 1970 <= at_second(seconds).year <= 9999


IN_THE_WAY: dict[str, Callable[[Path], object]] = {
    "a pipe": lambda notebook: (notebook.parent.mkdir(parents=True), os.mkfifo(notebook)),
    "a folder": lambda notebook: notebook.mkdir(parents=True),
    "a link": lambda notebook: (notebook.parent.mkdir(parents=True), notebook.symlink_to("/nowhere")),
    "a file for the folder": lambda notebook: (notebook.parents[1].mkdir(parents=True), notebook.parent.touch()),
    "a link for the folder": lambda notebook: (
        notebook.parents[1].mkdir(parents=True),
        notebook.parent.symlink_to("/nowhere"),
    ),
}


@pytest.mark.parametrize("make", IN_THE_WAY.values(), ids=IN_THE_WAY)
def test_what_is_in_the_place_of_a_notebook_makes_room(lms: LMS, make: Callable[[Path], object]) -> None:
    make(lms.classroom.notebook("submitted", "eve", "momentum"))
    for student in ("ada", "eve", "zoe"):
        lms.upload(f"{student}/momentum.ipynb")
    assert lms.reasons() == {}
    assert {student: lms.text(student) for student in ("ada", "eve", "zoe")} == dict.fromkeys(
        ("ada", "eve", "zoe"), "first"
    )


def test_nothing_is_collected_into_a_linked_students_folder(lms: LMS) -> None:
    lms.upload("ada/momentum.ipynb", notebook("Ada's"))
    lms.reasons()
    (lms.classroom.directory / "submitted" / "eve").symlink_to(lms.classroom.directory / "submitted" / "ada")
    lms.upload("eve/momentum.ipynb", notebook("Eve's"), NOON + HOUR)
    lms.upload("zoe/momentum.ipynb", notebook("Zoe's"))
    assert "not a folder" in lms.reasons()["eve/momentum.ipynb"]
    assert (lms.text("ada"), lms.text("zoe")) == ("Ada's", "Zoe's")


def test_what_may_not_be_read_stops_nobody(empty_gradebook: Path) -> None:
    gradebook = empty_gradebook.read_bytes()
    with ordinary_user() as folder:
        lms = LMS(folder)
        (lms.classroom.directory / "gradebook.db").write_bytes(gradebook)
        lms.upload("ada/momentum.ipynb")
        lms.upload("bob/momentum.ipynb").chmod(0)
        lms.upload("eve/momentum.ipynb").parent.chmod(0)
        lms.upload("zoe/work.zip", archive({"momentum.ipynb": notebook()})).chmod(0)
        assert lms.reasons() == dict.fromkeys(("bob/momentum.ipynb", "eve", "zoe/work.zip"), "It may not be read.")
        assert lms.submitted() == {"ada"}


# --- interrupted -----------------------------------------------------------------------------------------------------


class Fault:
    """Makes a function of the system fail at its nth call: before it does anything, half-way, or when it is done."""

    def __init__(self, call: Callable[..., object], number: int, moment: str, error: BaseException) -> None:
        self.call, self.left, self.moment, self.error = call, number, moment, error

    def __call__(self, source: Path, target: Path, **options: object) -> object:
        self.left -= 1
        if self.left == 0 and self.moment == "half-way":
            Path(target).write_bytes(Path(source).read_bytes()[:9])
        if self.left == 0 and self.moment != "after":
            raise self.error
        result = self.call(source, target, **options)
        if self.left == 0:
            raise self.error
        return result


FAULTS = {
    "interrupted before a rename": (os, "replace", "before", KeyboardInterrupt()),
    "interrupted after a rename": (os, "replace", "after", KeyboardInterrupt()),
    "killed before a rename": (os, "replace", "before", SystemExit()),
    "killed after a rename": (os, "replace", "after", SystemExit()),
    "disk full": (shutil, "copyfile", "half-way", OSError(errno.ENOSPC, "No space left on device")),
}


def two_downloads(folder: Path, empty_gradebook: Path) -> LMS:
    """Collect a download, and get another, in which everything happens."""
    folder.mkdir()
    lms = LMS(folder)
    shutil.copy(empty_gradebook, lms.classroom.directory)
    lms.upload("Ada Lovelace_1_assignsubmission_file_/momentum.ipynb", notebook("Ada's first"))
    lms.upload("bob/momentum.ipynb", notebook("Bob's first"))
    lms.reasons()
    lms.upload("Ada Lovelace_1_assignsubmission_file_/momentum.ipynb", notebook("Ada's second"), NOON + HOUR)
    lms.upload("bob/draft.ipynb", notebook("Bob's older"), NOON - HOUR)
    lms.upload("cleo/momentum.ipynb", notebook("Cleo's"), NOON + 2 * HOUR)
    lms.upload("cleo/draft.ipynb", notebook("Cleo's older"), NOON)
    lms.upload("cleo/cut.ipynb", notebook()[:-9])
    lms.upload("my homework.ipynb", notebook("somebody's"))
    return lms


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_interrupted_anywhere_the_next_run_finishes(
    tmp_path: Path, empty_gradebook: Path, fault: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name, moment, error = fault
    whole = two_downloads(tmp_path / "whole", empty_gradebook)
    whole.reasons()
    expected = whole.kept("")
    for number in range(1, 50):
        lms = two_downloads(tmp_path / str(number), empty_gradebook)
        with monkeypatch.context() as faulty:
            faulty.setattr(module, name, Fault(getattr(module, name), number, moment, error))
            if isinstance(error, SystemExit):
                faulty.setattr(Ledger, "write", lambda ledger: None)
            try:
                lms.reasons()
            except type(error):
                pass
            else:
                break
        lms.reasons()
        assert lms.kept("") == expected, f"{name} {number}"
    assert number > 2


def test_a_ledger_that_a_spreadsheet_changed_is_reported(lms: LMS) -> None:
    lms.upload("ada/momentum.ipynb")
    lms.reasons()
    table = lms.classroom.directory / "collected.csv"
    for spoilt in (table.read_text().replace(",", ";"), table.read_text().replace("2025-03-08T12", "8 March")):
        table.write_text(spoilt)
        with pytest.raises(Unusable, match="collected.csv"):
            lms.reasons()
