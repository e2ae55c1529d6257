"""What is in the way of one submission's files stops nobody else's."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbgrader.api import Base
from sqlalchemy import Engine, create_engine

from grading.classroom import Classroom, Submission
from grading.intake.reading import Refused
from grading.running import writing
from grading.running.places import NotWritten
from grading.running.rows import OF_A_SUBMISSION
from grading.running.submission import Graded, Task
from grading.running.writing import write, write_page
from tests.ordinary_user import ordinary_user
from tests.released import ASSIGNMENT

PAGE, NOTEBOOK = f"{ASSIGNMENT}.html", f"{ASSIGNMENT}.ipynb"
STUDENTS = ("ada", "eve", "zoe")


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def classroom(tmp_path: Path) -> Classroom:
    return class_of_three(tmp_path)


def class_of_three(folder: Path) -> Classroom:
    for student in STUDENTS:
        submitted = folder / "submitted" / student / ASSIGNMENT
        submitted.mkdir(parents=True)
        (submitted / NOTEBOOK).write_text("{}")
    return Classroom(folder)


def done(student: str) -> tuple[Task, Graded]:
    nothing = {table: [] for table in OF_A_SUBMISSION}
    task = Task(Submission(student, ASSIGNMENT), b"", nothing)
    return task, Graded("", True, b"notebook", b"page", nothing | {"student": [{"id": student}]})


def write_all(classroom: Classroom, engine: Engine) -> dict[Submission, str]:
    return write(classroom, engine, ["__pycache__"], [done(student) for student in STUDENTS])


def files(classroom: Classroom, step: str, student: str = "eve") -> dict[str, bytes]:
    folder = classroom.directory / step / student / ASSIGNMENT
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_complete(classroom: Classroom, student: str) -> bool:
    return PAGE in files(classroom, "feedback", student) and NOTEBOOK in files(classroom, "autograded", student)


def beside(classroom: Classroom) -> Path:
    return classroom.directory / "submitted" / "eve" / ASSIGNMENT


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "inner.txt").touch()


BESIDE: dict[str, Callable[[Path], object]] = {
    "a folder with the name of the page": lambda folder: _folder(folder / PAGE),
    "a folder with the name of half a page": lambda folder: _folder(folder / f"{ASSIGNMENT}.part"),
    "a page": lambda folder: (folder / PAGE).write_text("<script>"),
    "a drawing": lambda folder: (folder / "a.SVG").write_text("<svg>"),
    "a pipe": lambda folder: os.mkfifo(folder / "data.csv"),
    "a pipe in a folder": lambda folder: (_folder(folder / "d"), os.mkfifo(folder / "d" / "data.csv")),
    "a link": lambda folder: (folder / "data.csv").symlink_to("/etc/passwd"),
    "a linked folder": lambda folder: (folder / "data").symlink_to("/etc"),
    "a hard link": lambda folder: (folder / "data.csv").hardlink_to(folder / NOTEBOOK),
    "a name that is no text": lambda folder: os.close(os.open(os.fsencode(folder) + b"/\xff.txt", os.O_CREAT)),
    "a long name": lambda folder: (folder / f"{'n' * 251}.txt").touch(),
    "an unreadable time": lambda folder: (folder / "timestamp.txt").write_text("yesterday"),
}


@pytest.mark.parametrize("make", BESIDE.values(), ids=BESIDE)
def test_what_lies_beside_the_notebook_stops_nobody(
    classroom: Classroom, engine: Engine, make: Callable[[Path], object]
) -> None:
    """Even where it could not be set aside."""
    make(beside(classroom))
    for _ in range(2):
        assert write_all(classroom, engine) == {}
        assert all(is_complete(classroom, student) for student in STUDENTS)
        assert set(files(classroom, "feedback")) == {PAGE}
        assert set(files(classroom, "autograded")) == {NOTEBOOK}


def test_a_submission_that_vanishes_stops_nobody(
    classroom: Classroom, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanish(folder: Path) -> dict[Path, Refused]:
        if "submitted" in folder.parts:
            shutil.rmtree(folder)
        return {}

    monkeypatch.setattr(writing, "find_refused", vanish)
    assert write_all(classroom, engine) == {}
    assert all(is_complete(classroom, student) for student in STUDENTS)


def test_pictures_and_data_are_copied(classroom: Classroom, engine: Engine) -> None:
    (beside(classroom) / "figures").mkdir()
    (beside(classroom) / "figures" / "Plot.PNG").write_bytes(b"picture")
    (beside(classroom) / "figures" / "plot.png").write_bytes(b"another")
    (beside(classroom) / "data.csv").write_bytes(b"data")
    (beside(classroom) / "__pycache__").mkdir()
    (beside(classroom) / "__pycache__" / "a.txt").touch()
    assert write_all(classroom, engine) == {}
    for step in ("autograded", "feedback"):
        copied = {name: content for name, content in files(classroom, step).items() if name not in (PAGE, NOTEBOOK)}
        assert copied == {"figures/Plot.PNG": b"picture", "figures/plot.png": b"another", "data.csv": b"data"}


def test_names_that_differ_in_their_spelling_only_are_kept_apart(classroom: Classroom, engine: Engine) -> None:
    for name in ("é.txt", "e\u0301.txt", "A.txt", "a.txt"):
        (beside(classroom) / name).write_text(name)
    assert write_all(classroom, engine) == {}
    assert {name: content.decode() for name, content in files(classroom, "feedback").items() if name != PAGE} == {
        name: name for name in ("é.txt", "e\u0301.txt", "A.txt", "a.txt")
    }


def _file(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch()


IN_THE_WAY: dict[str, Callable[[Path], object]] = {
    "a file": _file,
    "a folder with the name of the page": lambda folder: (folder / PAGE / "inner").mkdir(parents=True),
    "a pipe": lambda folder: (folder.parent.mkdir(parents=True), os.mkfifo(folder)),
}


@pytest.mark.parametrize("step", ["feedback", "autograded"])
@pytest.mark.parametrize("make", IN_THE_WAY.values(), ids=IN_THE_WAY)
def test_what_is_in_the_way_makes_room(
    classroom: Classroom, engine: Engine, step: str, make: Callable[[Path], object]
) -> None:
    make(classroom.directory / step / "eve" / ASSIGNMENT)
    assert write_all(classroom, engine) == {}
    assert all(is_complete(classroom, student) for student in STUDENTS)


@pytest.mark.parametrize("step", ["feedback", "autograded"])
def test_nothing_is_written_or_deleted_through_a_link(classroom: Classroom, engine: Engine, step: str) -> None:
    elsewhere = classroom.directory / "elsewhere"
    _folder(elsewhere)
    link = classroom.directory / step / "eve" / ASSIGNMENT
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    assert write_all(classroom, engine) == {}
    assert os.listdir(elsewhere) == ["inner.txt"]
    assert is_complete(classroom, "eve")


@pytest.mark.parametrize("step", ["feedback", "autograded"])
def test_what_cannot_make_room_is_told_and_the_others_are_written(
    classroom: Classroom, engine: Engine, step: str
) -> None:
    (classroom.directory / step).mkdir()
    (classroom.directory / step / "eve").touch()
    for _ in range(2):
        ((submission, why),) = write_all(classroom, engine).items()
        assert submission.student == "eve"
        assert why.endswith("cannot be written: Not a directory.")
        assert all(is_complete(classroom, student) for student in ("ada", "zoe"))


def test_rights_that_are_in_the_way_are_told_and_the_others_are_written(engine: Engine) -> None:
    with ordinary_user() as folder:
        classroom = class_of_three(folder)
        locked = classroom.directory / "feedback" / "eve" / ASSIGNMENT / "locked"
        _file(locked / "page.txt")
        locked.chmod(0)
        ((submission, why),) = write_all(classroom, engine).items()
        assert submission.student == "eve"
        assert why.endswith("cannot be written: Permission denied.")
        assert all(is_complete(classroom, student) for student in ("ada", "zoe"))


@pytest.mark.parametrize("step", ["feedback", "autograded"])
def test_a_class_that_may_not_be_written_is_not_about_one_submission(engine: Engine, step: str) -> None:
    with ordinary_user() as folder:
        classroom = class_of_three(folder)
        (classroom.directory / step).mkdir(mode=0o555)
        with pytest.raises(PermissionError):
            write_all(classroom, engine)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_broken_disk_is_not_about_one_submission(
    classroom: Classroom, engine: Engine, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(path: Path, target: Path) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match=os.strerror(code)):
        write_all(classroom, engine)


def test_a_page_is_made_again_beside_what_the_folder_held(classroom: Classroom, engine: Engine) -> None:
    (beside(classroom) / "data.csv").write_bytes(b"data")
    write_all(classroom, engine)
    (classroom.directory / "feedback" / "eve" / ASSIGNMENT / PAGE).write_text("older")
    write_page(classroom, [], *done("eve"))
    assert set(files(classroom, "feedback")) == {PAGE, "data.csv"}
    assert files(classroom, "feedback")[PAGE].startswith(b"page\n")
    (classroom.directory / "feedback" / "bob").touch()
    with pytest.raises(NotWritten):
        write_page(classroom, [], *done("bob"))
