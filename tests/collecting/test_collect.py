"""What students upload to an LMS comes to the right student and assignment, whatever they do; and nothing is lost."""

import errno
import io
import os
import shutil
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grading.classroom import Classroom
from grading.collecting.collect import Collected, collect
from grading.collecting.ledger import Ledger
from grading.collecting.uploads import Unusable
from grading.intake.reading import LARGEST_FOLDER, MOST_ENTRIES
from grading.nbgrader_steps import StepFailed

NOON = datetime(2025, 3, 8, 12, 0, 0, tzinfo=UTC).timestamp()
HOUR = 3600.0
MEGABYTE = 2**20
MOODLE = "Ada Lovelace_101_assignsubmission_file_"
GRADE_IDS = {
    "momentum": ("setup", "initialize_velocity", "update_with_momentum", "reflection"),
    "adam": ("setup", "initialize_adam", "update_with_adam", "reflection"),
}


def notebook(text: str = "first", assignment: str = "momentum") -> bytes:
    """Make a notebook that is handed in; its text tells it from others, and nothing else does."""
    cells = [
        new_code_cell(f"# {text}", id=name, metadata={"nbgrader": {"grade_id": name}}) for name in GRADE_IDS[assignment]
    ]
    return nbformat.writes(new_notebook(cells=cells)).encode()


def archive(entries: dict[str, bytes], **options: object) -> bytes:
    """Make a zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, **options) as zipped:
        for name, entry in entries.items():
            zipped.writestr(zipfile.ZipInfo(name, (2025, 3, 1, 0, 0, 0)), entry, zipfile.ZIP_DEFLATED)
    return content.getvalue()


class LMS:
    """A folder of uploads, and the class that collects it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "uploads"
        self.folder.mkdir()
        self.classroom = Classroom(folder / "class")
        self.classroom.directory.mkdir(parents=True, exist_ok=True)
        self.unmatched = self.classroom.directory / "unmatched"

    def upload(self, name: str, content: bytes | None = None, time: float = NOON) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(notebook() if content is None else content)
        os.utime(path, (time, time))
        return path

    def text(self, student: str, assignment: str = "momentum") -> str:
        path = self.classroom.notebook("submitted", student, assignment)
        return nbformat.read(path, as_version=4).cells[0].source.removeprefix("# ")

    def submitted(self) -> set[str]:
        return {student for student, _ in self.classroom.submissions()}

    def kept(self, folder: str) -> dict[str, bytes]:
        top = self.classroom.directory / folder
        return {str(file.relative_to(top)): file.read_bytes() for file in top.rglob("*") if file.is_file()}

    def roster(self, *rows: str) -> Path:
        path = self.classroom.directory / "roster.csv"
        path.write_text("\n".join(("student,name,lms_id", *rows)), encoding="utf-8-sig")
        return path

    def reasons(self, **options: object) -> dict[str, str]:
        """Collect, and give what was not matched and why."""
        return dict(collect(self.classroom, self.folder, **options).unmatched)


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty gradebook, once: it takes nbgrader seconds."""
    classroom = Classroom(tmp_path_factory.mktemp("class"))
    with classroom.gradebook():
        return classroom.directory / "gradebook.db"


@pytest.fixture
def lms(tmp_path: Path, gradebook: Path) -> LMS:
    lms = LMS(tmp_path)
    shutil.copy(gradebook, lms.classroom.directory)
    return lms


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "student"),
    {
        "Ada Lovelace_101_assignsubmission_file_/momentum.ipynb": "ada-lovelace",
        "Ada Lovelace_101_assignsubmission_file/momentum.ipynb": "ada-lovelace",
        "Ada Lovelace_101_assignsubmission_file_/my work/momentum.ipynb": "ada-lovelace",
        "Ada Lovelace_101_assignsubmission_file_momentum.ipynb": "ada-lovelace",
        "김 민수_101_assignsubmission_file_/momentum.ipynb": "김-민수",
        "lovelaceada_12345_67890_momentum.ipynb": "lovelaceada",
        "lovelaceada_LATE_12345_67890_momentum-1.ipynb": "lovelaceada",
        "ada/momentum.ipynb": "ada",
        "ada/momentum/momentum.ipynb": "ada",
        "momentum/ada/momentum.ipynb": "ada",
        "ada_momentum.ipynb": "ada",
        "van_der_pol_momentum (2).ipynb": "van_der_pol",
        "ada.l@example.org_momentum.ipynb": "ada.l@example.org",
    }.items(),
)
def test_each_form_of_names_is_understood(lms: LMS, name: str, student: str) -> None:
    lms.upload(name)
    assert lms.reasons() == {}
    assert lms.submitted() == {student}
    assert lms.text(student) == "first"
    timestamp = lms.classroom.notebook("submitted", student, "momentum").with_name("timestamp.txt")
    assert timestamp.read_text() == "2025-03-08 12:00:00 UTC"


@pytest.mark.parametrize(
    "name",
    [
        "momentum.ipynb",
        "my_homework.ipynb",
        "downloads/ada/momentum.ipynb",
        "-rf/momentum.ipynb",
        "adam/momentum.ipynb",
    ],
)
def test_a_name_that_says_nothing_is_not_guessed(lms: LMS, name: str) -> None:
    lms.upload(name)
    assert "roster" in lms.reasons()[name]
    assert lms.submitted() == set()
    assert lms.kept("unmatched") == {name: notebook()}


@pytest.mark.parametrize(
    "name",
    [
        f"{MOODLE}/Bob Byron_102_assignsubmission_file_/momentum.ipynb",
        f"{MOODLE}Bob Byron_102_assignsubmission_file_momentum.ipynb",
        f"{MOODLE}/bob_12345_67890_momentum.ipynb",
        f"{MOODLE}bob_momentum.ipynb",
        f"{MOODLE}/bob/momentum.ipynb",
    ],
)
def test_who_names_a_classmate_hands_in_their_own(lms: LMS, name: str) -> None:
    lms.upload("Bob Byron_102_assignsubmission_file_/momentum.ipynb", notebook("Bob's"))
    lms.upload(name, notebook("Ada's"), NOON + HOUR)
    lms.reasons()
    assert lms.submitted() == {"ada-lovelace", "bob-byron"}
    assert lms.text("bob-byron") == "Bob's"


def test_an_archive_that_names_a_classmate_is_its_uploaders(lms: LMS) -> None:
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


def test_functions_tell_where_an_editor_has_dropped_the_metadata(lms: LMS) -> None:
    cells = [new_code_cell("def update_with_momentum(parameters):\n    return parameters")]
    lms.upload("ada/work.ipynb.txt", nbformat.writes(new_notebook(cells=cells)).encode())
    assert lms.reasons() == {}
    assert lms.classroom.submissions() == [("ada", "momentum")]


def test_only_the_assignment_that_is_asked_for_is_collected(lms: LMS) -> None:
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
def test_what_is_no_submission_is_kept_with_a_reason(lms: LMS, name: str, content: bytes) -> None:
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


def test_canvas_numbers_tell_the_order_where_its_times_do_not(lms: LMS) -> None:
    lms.upload("lovelaceada_12345_9_momentum.ipynb", notebook("first"), NOON + 2)
    lms.upload("lovelaceada_LATE_12345_10_momentum-1.ipynb", notebook("second"), NOON)
    assert lms.reasons() == {}
    assert lms.text("lovelaceada") == "second"
    assert list(lms.kept("superseded").values()) == [notebook("first")]


def test_of_files_of_one_time_the_higher_copy_counts(lms: LMS) -> None:
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


def test_the_time_of_a_submission_that_came_another_way_is_respected(lms: LMS) -> None:
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


def test_times_in_an_archive_are_the_students_and_count_only_there(lms: LMS) -> None:
    """Else an archive dated into the future would win for ever, and one into the past would never be late."""
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


def test_who_is_not_late_for_the_lms_is_not_late_by_the_time_of_the_download(lms: LMS) -> None:
    with lms.classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment("momentum", duedate=datetime(2025, 3, 8, 11, 0))
    lms.upload("ada_1_2_momentum.ipynb")
    lms.upload("bob_LATE_3_4_momentum.ipynb")
    lms.upload("cleo/momentum.ipynb")

    def handed_in(student: str) -> str:
        return lms.classroom.notebook("submitted", student, "momentum").with_name("timestamp.txt").read_text()[11:19]

    lms.reasons()
    assert [handed_in(student) for student in ("ada", "bob", "cleo")] == ["11:00:00", "12:00:00", "12:00:00"]
    lms.upload("cleo/momentum.ipynb", notebook("new"), NOON + HOUR)
    lms.reasons(on_time=True)
    assert handed_in("cleo") == "11:00:00"


# --- the roster ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Ada King Lovelace_101_assignsubmission_file_/momentum.ipynb",
        "Ada King Lovelace_999_assignsubmission_file_/momentum.ipynb",
        "Participant_101_assignsubmission_file_/momentum.ipynb",
        "lovelaceadaking_12345_67890_momentum.ipynb",
        "s123_homework.ipynb",
        "s123_momentum.ipynb",
        "s123.zip",
        "s123/momentum.ipynb",
    ],
)
def test_what_is_kept_is_matched_by_a_roster_later(lms: LMS, name: str) -> None:
    content = archive({"momentum.ipynb": notebook()}) if name.endswith(".zip") else notebook()
    lms.upload(name, content)
    nobody = lms.roster("x9,Bob Byron,7")
    assert set(lms.reasons(roster=nobody)) == {name}
    assert lms.kept("unmatched") == {name: content}
    everybody = lms.roster("x9,Bob Byron,7", 's123,"Ada King Lovelace",101')
    assert collect(lms.classroom, lms.unmatched, roster=everybody).unmatched == []
    assert lms.submitted() == {"s123"}
    assert lms.kept("unmatched") == {}
    timestamp = lms.classroom.notebook("submitted", "s123", "momentum").with_name("timestamp.txt")
    assert timestamp.read_text() == "2025-03-08 12:00:00 UTC"


@pytest.mark.parametrize("name", ["ada_lovelace_momentum.ipynb", "ada_lovelace/momentum.ipynb", "adam/momentum.ipynb"])
def test_a_student_of_the_roster_is_not_found_in_another_ones_name(lms: LMS, name: str) -> None:
    lms.upload(name)
    assert set(lms.reasons(roster=lms.roster("ada,,"))) == {name}


@pytest.mark.parametrize(
    "content",
    [b"student;name\nada;Ada", b"student,name,lms_id\n../bob,Bob,1", b"student,name,lms_id\na,A,1\nb,B,1", b"\xff\xfe"],
)
def test_a_roster_that_cannot_be_used_is_told_in_a_sentence(lms: LMS, content: bytes) -> None:
    lms.upload("ada/momentum.ipynb")
    roster = lms.roster()
    roster.write_bytes(content)
    with pytest.raises(Unusable):
        lms.reasons(roster=roster)
    assert lms.submitted() == set()


def test_files_of_one_name_and_different_content_are_both_kept(lms: LMS) -> None:
    lms.upload("work_of_somebody.ipynb", notebook("one"))
    lms.reasons()
    lms.upload("work_of_somebody.ipynb", notebook("two"))
    lms.reasons()
    assert sorted(lms.kept("unmatched").values()) == sorted([notebook("one"), notebook("two")])


# --- archives --------------------------------------------------------------------------------------------------------


def whole(name: str, entries: dict[str, bytes]) -> Callable[[LMS], Path]:
    """Download everything as one zip."""

    def download(lms: LMS) -> Path:
        path = lms.folder / name
        path.write_bytes(archive(entries))
        return path

    return download


@pytest.mark.parametrize("wrapper", ["", "course-momentum/"])
def test_a_zip_of_everything_is_collected_like_a_folder(lms: LMS, wrapper: str) -> None:
    download = whole(
        "course-momentum.zip",
        {
            f"{wrapper}{MOODLE}/momentum.ipynb": notebook("Ada's"),
            f"{wrapper}Bob Byron_102_assignsubmission_file_/work.zip": archive(
                {"a/b/momentum.ipynb": notebook("Bob's")}
            ),
            "__MACOSX/._momentum.ipynb": b"\0",
        },
    )(lms)
    assert collect(lms.classroom, download).unmatched == []
    assert (lms.text("ada-lovelace"), lms.text("bob-byron")) == ("Ada's", "Bob's")


def test_entries_that_climb_out_are_refused(lms: LMS, tmp_path: Path) -> None:
    names = ["../up.ipynb", "a/../../up.ipynb", "/tmp/absolute.ipynb", "C:\\up.ipynb", "..\\up.ipynb", "."]
    evil = dict.fromkeys(names, notebook("evil"))
    lms.upload("bob/work.zip", archive({**evil, "momentum.ipynb": notebook("good")}))
    before = set(tmp_path.rglob("up.ipynb"))
    assert set(lms.reasons()) == {f"bob/work.zip/{name}" for name in names}
    assert lms.text("bob") == "good"
    download = whole("all.zip", {**evil, "ada/momentum.ipynb": notebook("good")})(lms)
    assert {file for file, _ in collect(lms.classroom, download).unmatched} >= {"../up.ipynb", "a/../../up.ipynb"}
    assert lms.text("ada") == "good"
    assert set(tmp_path.rglob("up.ipynb")) == before
    assert not Path("/tmp/absolute.ipynb").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_in_an_archive_are_refused(lms: LMS, kind: int) -> None:
    entry = zipfile.ZipInfo("momentum.ipynb")
    entry.create_system, entry.external_attr = 3, (kind | 0o777) << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        zipped.writestr(entry, notebook())
    lms.upload("ada/work.zip", content.getvalue())
    assert "link, pipe or device" in lms.reasons()["ada/work.zip/momentum.ipynb"]
    assert lms.submitted() == set()


def test_links_and_pipes_in_a_folder_are_left_where_they_are(lms: LMS, tmp_path: Path) -> None:
    secret = tmp_path / "bob"
    secret.mkdir()
    (secret / "momentum.ipynb").write_bytes(notebook())
    (lms.folder / "ada").mkdir()
    (lms.folder / "ada" / "momentum.ipynb").symlink_to(secret / "momentum.ipynb")
    os.mkfifo(lms.folder / "ada" / "pipe.ipynb")
    (lms.folder / "cleo").symlink_to(secret)
    assert set(lms.reasons()) == {"ada/momentum.ipynb", "ada/pipe.ipynb", "cleo"}
    assert lms.submitted() == set()
    assert lms.kept("unmatched") == {}


def nested(levels: int) -> bytes:
    content = archive({"momentum.ipynb": notebook()})
    for _ in range(levels):
        content = archive({"inner.zip": content})
    return content


BOMBS = {
    "one large file": lambda: archive({"momentum.ipynb": bytes(17 * MEGABYTE)}),
    "many large files": lambda: archive({f"{number}.ipynb": bytes(13 * MEGABYTE) for number in range(5)}),
    "many files": lambda: archive({f"{number}.ipynb": b"" for number in range(201)}),
    "many archives": lambda: archive(
        {f"{number}.zip": archive({f"{n}.ipynb": b"{}" for n in range(50)}) for number in range(4)}
    ),
    "archives in archives": lambda: nested(2),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_what_an_archive_may_unpack_is_bounded(
    lms: LMS, bomb: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    write = Path.write_bytes
    content = bomb()
    lms.upload("ada/work.zip", content)
    monkeypatch.setattr(Path, "write_bytes", lambda path, data: written.append(len(data)) or write(path, data))
    reasons = lms.reasons()
    assert any("too" in why or "larger" in why or "archive in an archive" in why for why in reasons.values())
    assert lms.submitted() == set()
    assert len(written) <= MOST_ENTRIES
    assert sum(written) <= LARGEST_FOLDER
    assert lms.kept("unmatched") == {"ada/work.zip": content}


def test_an_archive_in_an_archive_is_opened(lms: LMS) -> None:
    lms.upload("ada/work.zip", nested(1))
    assert lms.reasons() == {}
    assert lms.submitted() == {"ada"}


def test_an_archive_that_lies_about_its_size_takes_little_memory(lms: LMS) -> None:
    """It states 100 bytes and holds a gigabyte."""
    content = bytearray(archive({"momentum.ipynb": bytes(256 * MEGABYTE)}))
    for place, offset in ((content.index(b"PK\x03\x04"), 22), (content.rindex(b"PK\x01\x02"), 24)):
        struct.pack_into("<L", content, place + offset, 100)
    lms.upload("ada/work.zip", bytes(content))
    code = (
        "import resource, sys, pathlib; from grading.collecting.uploads import read_uploads\n"
        "with open('/proc/self/statm') as statm: used = int(statm.read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 64 * 2**20,) * 2)\n"
        "(upload,) = read_uploads(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))\n"
        "assert 'damaged' in upload.refused['ada/work.zip/momentum.ipynb'], upload"
    )
    scratch = lms.classroom.directory / "scratch"
    scratch.mkdir()
    subprocess.run([sys.executable, "-c", code, str(lms.folder), str(scratch)], check=True, timeout=60)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_ways_of_compressing_are_refused(lms: LMS, method: int) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as zipped:
        zipped.writestr("momentum.ipynb", notebook())
    lms.upload("ada/work.zip", content.getvalue())
    assert "unusual" in str(lms.reasons())


def test_an_encrypted_archive_is_refused(lms: LMS) -> None:
    content = bytearray(archive({"momentum.ipynb": notebook()}))
    for place, offset in ((content.index(b"PK\x03\x04"), 6), (content.rindex(b"PK\x01\x02"), 8)):
        content[place + offset] |= 1
    lms.upload("ada/work.zip", bytes(content))
    assert "encrypted" in str(lms.reasons())


def test_files_beside_the_notebook_do_not_count(lms: LMS) -> None:
    """An archive of the whole folder, virtual environment and all, is a submission like any other."""
    beside = {f".venv/lib/{number}.ipynb": b"" for number in range(300)}
    beside |= {f"data/{number}.csv": b"" for number in range(300)}
    beside |= {".ipynb_checkpoints/momentum-checkpoint.ipynb": notebook("autosaved")}
    lms.upload("ada/work.zip", archive({"momentum.ipynb": notebook("good"), "draft.ipynb": notebook()[:9], **beside}))
    assert set(lms.reasons()) == {"ada/work.zip/draft.ipynb"}
    assert lms.text("ada") == "good"


def test_names_that_no_disk_takes_are_refused(lms: LMS) -> None:
    names = ["김" * 100 + ".ipynb", "a\nb.ipynb", "/".join(["deep"] * 500) + "/a.ipynb", "a.ipynb", "a.ipynb/b.ipynb"]
    download = whole("all.zip", {name: notebook() for name in names})(lms)
    assert {file for file, _ in collect(lms.classroom, download).unmatched} == set(names)


def test_a_mac_adds_zip_to_the_name_of_a_notebook(lms: LMS) -> None:
    lms.upload("ada/momentum.ipynb.zip", archive({"momentum.ipynb": notebook(), "__MACOSX/._momentum.ipynb": b"\0"}))
    assert lms.reasons() == {}
    assert lms.text("ada") == "first"


def test_what_is_no_zip_is_told_in_a_sentence(lms: LMS) -> None:
    with pytest.raises(Unusable, match="not a zip archive"):
        collect(lms.classroom, lms.upload("all.zip", b"Rar!"))
    with pytest.raises(FileNotFoundError):
        collect(lms.classroom, lms.folder / "missing")
    (lms.folder / "all.zip").unlink()
    with pytest.raises(Unusable, match="empty"):
        collect(lms.classroom, lms.folder)


# --- interrupted -----------------------------------------------------------------------------------------------------


class Fault:
    """Lets a function of the system fail at its nth call: before it does anything, half-way, or when it is done."""

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


def two_downloads(folder: Path, gradebook: Path) -> LMS:
    """Collect a download, and get another, in which everything happens."""
    folder.mkdir()
    lms = LMS(folder)
    shutil.copy(gradebook, lms.classroom.directory)
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
    tmp_path: Path, gradebook: Path, fault: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name, moment, error = fault
    whole = two_downloads(tmp_path / "whole", gradebook)
    whole.reasons()
    expected = whole.kept("")
    for number in range(1, 50):
        lms = two_downloads(tmp_path / str(number), gradebook)
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


def test_a_table_that_a_spreadsheet_has_spoilt_is_told_in_a_sentence(lms: LMS) -> None:
    lms.upload("ada/momentum.ipynb")
    lms.reasons()
    table = lms.classroom.directory / "collected.csv"
    for spoilt in (table.read_text().replace(",", ";"), table.read_text().replace("2025-03-08T12", "8 March")):
        table.write_text(spoilt)
        with pytest.raises(Unusable, match="collected.csv"):
            lms.reasons()


# --- nbgrader's exchange ---------------------------------------------------------------------------------------------


class Exchange(LMS):
    """A class that hands in through nbgrader's exchange."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.inbound = self.classroom.directory / "exchange" / "optimization" / "inbound"
        self.inbound.mkdir(parents=True)

    def submit(
        self, student: str, content: bytes | None = None, time: str = "12:00:00", assignment: str = "momentum"
    ) -> Path:
        timestamp = f"2025-03-08 {time}.123456 UTC"
        folder = self.inbound / f"{student}+{assignment}+{timestamp}+secret"
        folder.mkdir()
        (folder / f"{assignment}.ipynb").write_bytes(notebook(assignment=assignment) if content is None else content)
        (folder / "timestamp.txt").write_text(timestamp)
        (folder / "submission_secret.txt").write_text(f"secret of {student}")
        return folder

    def collect(self, **options: object) -> Collected:
        return collect(self.classroom, **options)


@pytest.fixture
def exchange(tmp_path: Path, gradebook: Path) -> Exchange:
    exchange = Exchange(tmp_path)
    shutil.copy(gradebook, exchange.classroom.directory)
    return exchange


def test_the_last_submission_of_the_exchange_is_collected_once(exchange: Exchange) -> None:
    exchange.submit("ada", notebook("first"), "11:00:00")
    exchange.submit("ada", notebook("second"), "12:00:00")
    exchange.submit("bob", assignment="adam")
    assert exchange.collect().submissions == [("ada", "momentum"), ("bob", "adam")]
    assert exchange.text("ada") == "second"
    before = {path: path.stat().st_mtime_ns for path in (exchange.classroom.directory / "submitted").rglob("*")}
    folder = exchange.classroom.notebook("submitted", "ada", "momentum").parent
    assert (folder / "timestamp.txt").read_text() == "2025-03-08 12:00:00 UTC"
    assert (folder / "submission_secret.txt").read_text() == "secret of ada"
    again = exchange.collect()
    assert (again.submissions, again.unchanged, again.unmatched) == ([], 2, [])
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(list(exchange.inbound.iterdir())) == 3


def test_only_one_assignment_is_collected_from_the_exchange(exchange: Exchange) -> None:
    exchange.submit("ada")
    exchange.submit("bob", assignment="adam")
    exchange.collect(assignment="adam")
    assert exchange.classroom.submissions() == [("bob", "adam")]


def test_uploads_and_the_exchange_meet_and_the_newest_counts(exchange: Exchange) -> None:
    exchange.upload("ada/momentum.ipynb", notebook("uploaded"), NOON - HOUR)
    exchange.upload("bob/momentum.ipynb", notebook("uploaded"), NOON + HOUR)
    collect(exchange.classroom, exchange.folder)
    exchange.submit("ada", notebook("through the exchange"))
    exchange.submit("bob", notebook("through the exchange"))
    assert exchange.collect().submissions == [("ada", "momentum")]
    assert (exchange.text("ada"), exchange.text("bob")) == ("through the exchange", "uploaded")
    assert notebook("uploaded") in exchange.kept("superseded").values()


def test_a_login_may_be_the_name_of_an_assignment(exchange: Exchange) -> None:
    exchange.submit("adam")
    exchange.collect()
    assert exchange.submitted() == {"adam"}


def test_links_in_the_exchange_are_not_followed_and_others_are_collected(exchange: Exchange, tmp_path: Path) -> None:
    answers = tmp_path / "answers.ipynb"
    answers.write_bytes(notebook("model answers"))
    linked = exchange.submit("ada") / "momentum.ipynb"
    linked.unlink()
    linked.symlink_to(answers)
    folder = exchange.submit("bob")
    shutil.rmtree(folder)
    folder.symlink_to(exchange.submit("cleo"))
    os.mkfifo(exchange.submit("dora") / "pipe")
    (exchange.submit("emil") / "large.bin").write_bytes(bytes(17 * MEGABYTE))
    exchange.submit("finn", notebook()[:-9])
    collected = exchange.collect()
    assert exchange.submitted() == {"cleo", "dora", "emil"}
    assert {file.split("+")[0].rpartition("/")[2] for file, _ in collected.remarks if "+" in file} >= {
        "ada",
        "bob",
        "dora",
        "emil",
    }
    assert dict(collected.unmatched).keys() == {"ada/momentum", "finn/momentum/momentum.ipynb"}
    assert b"model answers" not in b"".join(exchange.kept("submitted").values())


def test_nbgraders_own_collect_does_not_follow_links_either(exchange: Exchange, tmp_path: Path) -> None:
    (tmp_path / "answers.ipynb").write_bytes(notebook("model answers"))
    (exchange.submit("ada") / "other.ipynb").symlink_to(tmp_path / "answers.ipynb")
    assert exchange.classroom.nbgrader().collect("momentum")["success"]
    assert exchange.submitted() == {"ada"}
    assert b"model answers" not in b"".join(exchange.kept("submitted").values())


def test_who_hands_in_for_another_is_shown(exchange: Exchange) -> None:
    exchange.submit("ada")
    ((folder, why),) = exchange.collect().remarks
    assert folder.startswith("ada+momentum+")
    assert "account" in why


def test_what_is_wrong_with_the_exchange_is_told_in_a_sentence(exchange: Exchange) -> None:
    with pytest.raises(Unusable, match="Nothing has been handed in"):
        exchange.collect()
    (exchange.inbound / "ada+momentum+yesterday+secret").mkdir()
    with pytest.raises(StepFailed, match="momentum cannot be collected from the exchange: .*yesterday"):
        exchange.collect()
    shutil.rmtree(exchange.inbound)
    with pytest.raises(Unusable, match="No assignment is in the exchange"):
        exchange.collect()
    shutil.rmtree(exchange.classroom.directory / "exchange")
    with pytest.raises(Unusable, match="There is no exchange"):
        exchange.collect()
