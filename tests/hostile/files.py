"""Files, folders and names that stop the grader itself where it sets aside, reads, copies and writes.

Each is handed in beside an ordinary notebook, or in its place, as an archive or an account on the same machine may
leave it. A second run must find nothing to do.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from grading.intake.setting_aside import REFUSED, move_refused
from tests.hostile.attack import (
    HONEST,
    Attack,
    Check,
    Graded,
    Scene,
    breaks_the_rule,
    honest_work_suffers,
    released,
    save,
)
from tests.released import ASSIGNMENT

NOTEBOOK, PAGE = f"{ASSIGNMENT}.ipynb", f"{ASSIGNMENT}.html"
FAR = "2100-01-01 00:00:00 UTC"
# What a browser runs.
PAGES = {".html", ".htm", ".xhtml", ".svg", ".xml", ".js"}
_SCRIPT = "<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>"


def _beside(*make: Callable[[Path], object]) -> Callable[[Path, Scene], None]:
    """Hand in an ordinary notebook with something beside it."""

    def hand_in(folder: Path, scene: Scene) -> None:
        save(folder, released())
        for one in make:
            one(folder)

    return hand_in


def _instead(make: Callable[[Path], object]) -> Callable[[Path, Scene], None]:
    """Hand in something in the place of the whole folder."""

    def hand_in(folder: Path, scene: Scene) -> None:
        folder.rmdir()
        make(folder)

    return hand_in


def _folder(name: str, mode: int = 0o755, inside: Callable[[Path], object] = lambda inner: inner.touch()):
    def make(folder: Path) -> None:
        (folder / name).mkdir()
        inside(folder / name / "inner.txt")
        (folder / name).chmod(mode)

    return make


def _as_deep_as_a_path_can_be(folder: Path) -> None:
    names, length = [], len(str(folder))
    while length + 102 < 4_095:
        names.append("d" * 100)
        length += 101
    here = os.open(folder, os.O_DIRECTORY)
    for name in names:
        os.mkdir(name, dir_fd=here)
        outer, here = here, os.open(name, os.O_DIRECTORY, dir_fd=here)
        os.close(outer)
    os.close(os.open("x" * (4_094 - length), os.O_CREAT, dir_fd=here))
    os.close(here)


def _names_without_text(folder: Path) -> None:
    for name in (b"\xff.txt", b"\xed\xa0\x80.csv", b"\xff" * 250, b"a\nb\x1b[2J.csv"):
        os.close(os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT))
    os.mkdir(os.fsencode(folder) + b"/\xfe")


def _names_that_are_alike(folder: Path) -> None:
    for name in ("é.csv", "e\u0301.csv", "Momentum.ipynb", "MOMENTUM.HTML", "TIMESTAMP.TXT", "ﬁ.csv", "fi.csv"):
        (folder / name).write_text(name)


def _dated(text: str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / "timestamp.txt").write_text(text)
        far = 4_102_444_800  # seconds, the year 2100
        for path in (folder / NOTEBOOK, folder / "timestamp.txt", folder):
            os.utime(path, (far, far))

    return make


def _pages(folder: Path) -> None:
    for name in (PAGE, "index.html", "page.HTM", "drawing.svg", "page.xhtml", "data.xml", "program.js"):
        (folder / name).write_text(_SCRIPT)
    _folder("pages", inside=lambda inner: inner.with_name("page.html").write_text(_SCRIPT))(folder)


def _linked_student(folder: Path, scene: Scene) -> None:
    shutil.rmtree(folder.parent)
    folder.parent.symlink_to(folder.parents[1] / HONEST)


def _student_that_is_a_file(folder: Path, scene: Scene) -> None:
    shutil.rmtree(folder.parent)
    folder.parent.touch()


def _class(scene: Scene) -> Path:
    return scene.project / "_class"


def _gets_pages_into_the_feedback(scene: Scene, graded: Graded) -> bool:
    files = (_class(scene) / "feedback" / scene.me).rglob("*")
    return any(file.suffix.lower() in PAGES and file != graded.feedback for file in files) or breaks_the_rule(
        scene, graded
    )


def _is_given_others_work(scene: Scene, graded: Graded) -> bool:
    """Whether somebody else's marks are their own, or their work was taken away."""
    theirs = _class(scene) / "submitted" / HONEST / ASSIGNMENT / NOTEBOOK
    return bool(graded.points) or not theirs.is_file() or honest_work_suffers(scene, graded)


def _stops_a_later_run(change: Callable[[Path], object]) -> Check:
    """Look whether a later run stumbles over what an earlier one has set aside, when something else has its name."""

    def check(scene: Scene, graded: Graded) -> bool:
        folder = _class(scene) / "submitted" / scene.me / ASSIGNMENT
        for _ in range(2):
            change(folder)
            if not move_refused(folder, _class(scene) / REFUSED) or move_refused(folder, _class(scene) / REFUSED):
                return True
        return breaks_the_rule(scene, graded)

    return check


_BESIDE: dict[str, Callable[[Path], object]] = {
    "a_folder_called_like_the_page": _folder(PAGE),
    "a_folder_called_like_half_a_page": _folder(f"{ASSIGNMENT}.part"),
    "a_folder_called_like_the_time": _folder("timestamp.txt"),
    "a_path_as_long_as_can_be": _as_deep_as_a_path_can_be,
    "a_file_without_rights": lambda folder: (folder / "data.csv").touch(mode=0),
    "a_pipe_in_a_folder_that_may_not_be_changed": _folder("data", 0o555, os.mkfifo),
    "a_pipe_in_a_folder_that_may_not_be_read": _folder("data", 0o000, os.mkfifo),
    "a_submission_that_may_not_be_changed": lambda folder: (os.mkfifo(folder / "data.csv"), folder.chmod(0o555)),
    "names_that_are_no_text": _names_without_text,
    "names_that_are_alike": _names_that_are_alike,
    "a_time_in_the_year_2100": _dated(FAR),
    "a_time_in_the_year_1": _dated("0001-01-01 00:00:00 UTC"),
    "a_time_at_the_end_of_time": _dated("9999-12-31 23:59:59 -2359"),
    "a_time_zone_that_is_a_device": _dated("2027-03-08 18:00:00 /proc/kmsg"),
    "a_key_that_is_no_text": lambda folder: (folder / "submission_secret.txt").write_bytes(b"\xff" * 1_000),
}
_INSTEAD: dict[str, Callable[[Path], object]] = {
    "a_file_for_a_folder": Path.touch,
    "a_pipe_for_a_folder": os.mkfifo,
    "a_link_to_nothing_for_a_folder": lambda folder: folder.symlink_to("/nowhere"),
}


def _twice(name: str) -> Attack:
    def again(folder: Path) -> None:
        os.mkfifo(folder / ("n" * 255))

    return _attack(name, _beside(again), _stops_a_later_run(again))


def _first_a_pipe_then_a_folder(name: str) -> Attack:
    def make(folder: Path) -> None:
        os.mkfifo(folder / "data")

    return _attack(name, _beside(make), _stops_a_later_run(_folder("data", inside=os.mkfifo)))


def _attack(name: str, hand_in: Callable[[Path, Scene], None], succeeded: Check = breaks_the_rule) -> Attack:
    goal = "others are not graded, or it is not dealt with once and for all"
    return Attack("files", f"hands_in_{name}", goal, hand_in, succeeded)


ATTACKS: list[Attack] = [
    *(_attack(name, _beside(make)) for name, make in _BESIDE.items()),
    *(_attack(name, _instead(make)) for name, make in _INSTEAD.items()),
    _attack("a_folder_for_a_notebook", lambda folder, scene: _folder(NOTEBOOK)(folder)),
    _attack("pages", _beside(_pages), _gets_pages_into_the_feedback),
    _twice("the_longest_name_again_and_again"),
    _first_a_pipe_then_a_folder("first_a_pipe_then_a_folder"),
    _attack("a_link_to_a_classmate", _linked_student, _is_given_others_work),
    _attack("a_file_for_a_student", _student_that_is_a_file, _is_given_others_work),
]
