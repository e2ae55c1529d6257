"""Of a folder that was handed in, plain files are copied, whatever somebody puts in their place at any moment."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grading.intake.limits import MAX_ENTRIES, MAX_FILE_BYTES, MAX_FOLDER_DEPTH
from grading.intake.plain_files import copy_plain_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder" / "figures").mkdir(parents=True)
    (tmp_path / "target").mkdir()
    (tmp_path / "folder" / "data.csv").write_text("data")
    (tmp_path / "folder" / "figures" / "plot.png").write_text("plot")
    return tmp_path / "folder"


def copied(folder: Path) -> dict[str, str]:
    target = folder.with_name("target")
    return {str(file.relative_to(target)): file.read_text() for file in target.rglob("*") if file.is_file()}


def test_plain_files_are_copied_at_any_depth(folder: Path) -> None:
    assert copy_plain_files(folder, folder.with_name("target"), mode=0o444) == {}
    assert copied(folder) == {"data.csv": "data", "figures/plot.png": "plot"}
    assert all(file.stat().st_mode & 0o777 == 0o444 for file in folder.with_name("target").rglob("*.*"))


def test_what_is_left_and_what_is_ignored_is_not_copied(folder: Path) -> None:
    (folder / "__pycache__").mkdir()
    (folder / "figures" / "a.pyc").touch()
    left = copy_plain_files(folder, folder.with_name("target"), leave={"data.csv"}, ignore=["*.pyc", "__pycache__"])
    assert left == {}
    assert copied(folder) == {"figures/plot.png": "plot"}


def test_nothing_is_replaced(folder: Path) -> None:
    folder.with_name("target").joinpath("data.csv").write_text("ours")
    folder.with_name("target").joinpath("figures").write_text("ours")
    assert set(copy_plain_files(folder, folder.with_name("target"))) == {"data.csv", "figures"}
    assert copied(folder) == {"data.csv": "ours", "figures": "ours"}


def _large(path: Path) -> None:
    with path.with_suffix(".csv").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)


ODD: dict[str, Callable[[Path], object]] = {
    "a link": lambda path: path.symlink_to("/etc/passwd"),
    "a link to a folder": lambda path: path.symlink_to("/etc"),
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a hard link": lambda path: path.hardlink_to(path.parent / "data.csv"),
    "a page": lambda path: path.with_suffix(".html").write_text("<script>"),
    "a large file": _large,
    "a folder with the name of a file": lambda path: path.with_suffix(".html").mkdir(),
    "a deep folder": lambda path: path.with_name("odd").joinpath(*"a" * (MAX_FOLDER_DEPTH + 1)).mkdir(parents=True),
}


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_anything_else_is_left_with_a_reason(folder: Path, make: Callable[[Path], object]) -> None:
    make(folder / "odd.txt")
    left = copy_plain_files(folder, folder.with_name("target"))
    assert {name.partition(".")[0] for name in left} <= {"odd", "data"}
    assert any(name.startswith("odd") for name in left)
    assert all(reason.endswith(".") for reason in left.values())
    assert {name for name in copied(folder) if name.startswith("odd")} == set()


def test_a_link_is_not_entered(folder: Path) -> None:
    (folder.parent / "link").symlink_to(folder)
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        copy_plain_files(folder.parent / "link", folder.with_name("target"))


def test_no_more_is_copied_than_a_submission_may_hold(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2 * MAX_ENTRIES):
        (folder / f"{number}.txt").touch()
    assert "more than 200 files" in str(copy_plain_files(folder, folder.with_name("target")))
    assert len(copied(folder)) <= MAX_ENTRIES


def test_a_file_that_grows_meanwhile_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "read", lambda file, size: b"x" * size)
    assert set(copy_plain_files(folder, folder.with_name("target"))) == {"data.csv", "figures"}
    assert copied(folder) == {}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EMFILE])
def test_a_full_disk_is_not_about_one_file(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def fails(path: Path, mode: str) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "open", fails)
    with pytest.raises(OSError, match=os.strerror(code)):
        copy_plain_files(folder, folder.with_name("target"))
