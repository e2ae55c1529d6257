"""Submissions through nbgrader's exchange are collected as uploads are."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from grading.collecting.collect import Collected, collect
from grading.collecting.exchange import release_feedback
from grading.collecting.uploads import Unusable
from grading.plugins import exchange_collector
from tests.collecting.uploading import HOUR, LMS, NOON, notebook
from tests.ordinary_user import ordinary_user

MEGABYTE = 2**20


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
def exchange(tmp_path: Path, empty_gradebook: Path) -> Exchange:
    exchange = Exchange(tmp_path)
    shutil.copy(empty_gradebook, exchange.classroom.directory)
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


def test_what_is_left_is_reported_even_if_nothing_can_be_collected(exchange: Exchange) -> None:
    folder = exchange.submit("ada")
    folder.rename(exchange.folder / "elsewhere")
    folder.symlink_to(exchange.folder / "elsewhere")
    collected = exchange.collect()
    assert collected.submissions == []
    assert "not a folder" in str(collected.remarks)


def test_nbgraders_own_collect_does_not_follow_links_either(exchange: Exchange, tmp_path: Path) -> None:
    (tmp_path / "answers.ipynb").write_bytes(notebook("model answers"))
    (exchange.submit("ada") / "other.ipynb").symlink_to(tmp_path / "answers.ipynb")
    assert exchange.classroom.nbgrader().collect("momentum")["success"]
    assert exchange.submitted() == {"ada"}
    assert b"model answers" not in b"".join(exchange.kept("submitted").values())


def test_awkward_folders_in_the_exchange_stop_nobody(exchange: Exchange) -> None:
    """They are brought in without what nothing may open, or left with a sentence."""
    (exchange.submit("ada") / "momentum.html").mkdir()
    (exchange.submit("bob") / f"{'n' * 255}").touch()
    os.mkfifo(exchange.submit("cleo") / ("x" * 255))
    (exchange.submit("dora") / "page.html").write_text("<script>alert(1)</script>")
    (exchange.submit("emil") / "submission_secret.txt").write_bytes(b"\xff")
    folder = exchange.submit("finn") / "d"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    os.close(os.open(os.fsencode(exchange.submit("gwen")) + b"/\xff", os.O_CREAT))
    for _ in range(2):
        collected = exchange.collect()
        assert exchange.submitted() == {"ada", "bob", "cleo", "dora", "emil", "finn", "gwen"}
        assert collected.unmatched == []
        left = {file.rpartition("/")[2] for file, _ in collected.remarks}
        assert left >= {"momentum.html", "n" * 255, "x" * 255, "page.html", "d"}
    assert exchange.classroom.nbgrader().collect("momentum")["success"]
    submitted = exchange.classroom.directory / "submitted"
    assert {path.suffix for path in submitted.rglob("*") if path.is_file()} <= {".ipynb", ".txt"}


@pytest.mark.parametrize(
    "name",
    [
        "eve+momentum+yesterday+secret",
        "eve+momentum+2025-03-08 12:00:00 +999999999999+secret",
        "x\\..+momentum+2025-03-08 12:00:00 UTC+secret",
        "+momentum+2025-03-08 12:00:00 UTC+secret",
        "*+momentum+2025-03-08 12:00:00 UTC+secret",
        "eve\nx+momentum+2025-03-08 12:00:00 UTC+secret",
        "eve+momentum+2025-03-08 12:00:00 UTC+\nLeft in the exchange: 'ada'",
        "eve+x+momentum+x+2025-03-08 12:00:00 UTC+secret",
        "\udcffeve+momentum+2025-03-08 12:00:00 UTC+secret",
    ],
    ids=ascii,
)
def test_a_name_that_says_nothing_is_left_in_the_exchange(exchange: Exchange, name: str) -> None:
    exchange.submit("ada")
    (exchange.inbound / name).mkdir()
    (exchange.inbound / name / "momentum.ipynb").write_bytes(notebook("evil"))
    collected = exchange.collect()
    assert exchange.submitted() == {"ada"}
    assert exchange.text("ada") == "first"
    assert [why for _, why in collected.remarks if why.startswith("Its name does not say")]
    assert {path.name for path in exchange.classroom.directory.iterdir()} >= {"submitted"}
    assert not (exchange.classroom.directory / "momentum").exists()


def test_a_student_may_be_called_like_an_assignment(exchange: Exchange) -> None:
    """Nbgrader would collect it for both assignments."""
    exchange.submit("x+momentum", assignment="adam")
    assert exchange.collect().remarks[1:] == []
    assert exchange.classroom.submissions() == [("x+momentum", "adam")]


@pytest.mark.parametrize(
    "make", [Path.touch, os.mkfifo, lambda path: path.symlink_to("/nowhere")], ids=["file", "pipe", "link"]
)
def test_what_is_no_folder_is_left_in_the_exchange(exchange: Exchange, make) -> None:
    """Nbgrader stops at a link to nothing."""
    exchange.submit("ada")
    folder = exchange.submit("eve")
    shutil.rmtree(folder)
    make(folder)
    collected = exchange.collect()
    assert exchange.submitted() == {"ada"}
    assert "The submission is not a folder." in dict(collected.remarks).values()


def test_a_notebook_that_is_somebody_elses_file_is_left_in_the_exchange(exchange: Exchange, tmp_path: Path) -> None:
    (tmp_path / "answers.ipynb").write_bytes(notebook("model answers"))
    linked = exchange.submit("ada") / "momentum.ipynb"
    linked.unlink()
    linked.hardlink_to(tmp_path / "answers.ipynb")
    collected = exchange.collect()
    assert exchange.submitted() == set()
    assert "under another name" in str(collected.remarks)


def test_what_cannot_be_copied_is_left_in_the_exchange(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange.submit("ada")
    exchange.submit("eve")
    copy = exchange_collector.copy_plain_files

    def fails(folder: Path, *arguments: object, **options: object) -> object:
        if folder.name.startswith("ada"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return copy(folder, *arguments, **options)

    monkeypatch.setattr(exchange_collector, "copy_plain_files", fails)
    assert "It cannot be copied (Permission denied)." in dict(exchange.collect().remarks).values()
    assert exchange.submitted() == {"eve"}


def test_what_cannot_be_used_does_not_replace_what_was_collected(exchange: Exchange) -> None:
    exchange.submit("ada", time="11:00:00")
    nbgrader = exchange.classroom.nbgrader()
    assert nbgrader.collect("momentum")["success"]
    shutil.rmtree(later := exchange.submit("ada", time="12:00:00"))
    later.touch()
    assert nbgrader.collect("momentum", update=True)["success"]
    assert exchange.text("ada") == "first"


def test_files_that_may_not_be_read_are_left_in_the_exchange(empty_gradebook: Path) -> None:
    gradebook = empty_gradebook.read_bytes()
    with ordinary_user() as folder:
        exchange = Exchange(folder)
        (exchange.classroom.directory / "gradebook.db").write_bytes(gradebook)
        exchange.submit("ada").joinpath("momentum.ipynb").chmod(0)
        exchange.submit("bob").joinpath("data.csv").touch(mode=0)
        locked = exchange.submit("eve")
        locked.chmod(0)
        exchange.submit("zoe")
        collected = exchange.collect()
        assert exchange.submitted() == {"bob", "zoe"}
        left = {
            file.rpartition("/")[2].partition("+")[0] for file, why in collected.remarks if "may not be read" in why
        }
        assert left == {"momentum.ipynb", "data.csv", "eve"}


def test_a_key_that_is_no_text_hands_back_no_page_and_stops_nobody(exchange: Exchange) -> None:
    for student in ("ada", "eve"):
        page = exchange.classroom.feedback(student, "momentum")
        page.parent.mkdir(parents=True)
        page.write_text("page")
        (page.parent / "timestamp.txt").write_text("2025-03-08 12:00:00 UTC")
        (page.parent / "submission_secret.txt").write_bytes(b"\xff" if student == "eve" else b"secret")
    assert release_feedback(exchange.classroom, "momentum") == (1, 1)
    assert len(list((exchange.inbound.parent / "feedback").glob("*.html"))) == 1


def test_submitting_for_somebody_else_is_reported(exchange: Exchange) -> None:
    exchange.submit("ada")
    ((folder, why),) = exchange.collect().remarks
    assert folder.startswith("ada+momentum+")
    assert "account" in why


def test_an_unusable_exchange_is_reported(exchange: Exchange) -> None:
    with pytest.raises(Unusable, match="Nothing has been handed in"):
        exchange.collect()
    shutil.rmtree(exchange.inbound)
    with pytest.raises(Unusable, match="No assignment is in the exchange"):
        exchange.collect()
    shutil.rmtree(exchange.classroom.directory / "exchange")
    with pytest.raises(Unusable, match="There is no exchange"):
        exchange.collect()
