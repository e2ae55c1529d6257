"""Archives are opened within limits, and nothing in them escapes."""

import io
import os
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from grading.collecting.archives import MOST_LISTED
from grading.collecting.collect import collect
from grading.collecting.uploads import Unusable
from grading.intake.limits import MAX_ENTRIES, MAX_SUBMISSION_BYTES
from tests.collecting.uploading import LMS, archive, notebook

MEGABYTE = 2**20
MOODLE = "Ada Lovelace_101_assignsubmission_file_"


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
def test_unpacking_is_bounded(lms: LMS, bomb: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    write = Path.write_bytes
    content = bomb()
    lms.upload("ada/work.zip", content)
    monkeypatch.setattr(Path, "write_bytes", lambda path, data: written.append(len(data)) or write(path, data))
    reasons = lms.reasons()
    assert any("too" in why or "larger" in why or "archive in an archive" in why for why in reasons.values())
    assert lms.submitted() == set()
    assert len(written) <= MAX_ENTRIES
    assert sum(written) <= MAX_SUBMISSION_BYTES
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


def test_names_that_no_disk_can_hold_are_refused(lms: LMS) -> None:
    names = ["김" * 100 + ".ipynb", "a\nb.ipynb", "/".join(["deep"] * 500) + "/a.ipynb", "a.ipynb", "a.ipynb/b.ipynb"]
    download = whole("all.zip", {name: notebook() for name in names})(lms)
    assert {file for file, _ in collect(lms.classroom, download).unmatched} == set(names)


def test_entries_of_the_same_long_name_stop_nobody(lms: LMS) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        for name in (names := ["김" * 83 + ".ipynb", "\U0001f600/" * 450 + "a.ipynb", "김" * 60 + ".ipynb"]):
            for _ in range(2):
                with pytest.warns(UserWarning, match="Duplicate") if name in zipped.namelist() else nullcontext():
                    zipped.writestr(name, notebook())
    lms.upload("ada/work.zip", content.getvalue())
    lms.upload("bob/momentum.ipynb")
    assert lms.reasons() == dict.fromkeys(
        (f"ada/work.zip/{name}" for name in names[:2]), "The name of the entry is too long."
    )
    assert lms.submitted() == {"ada", "bob"}


def test_a_mac_adds_zip_to_the_name_of_a_notebook(lms: LMS) -> None:
    lms.upload("ada/momentum.ipynb.zip", archive({"momentum.ipynb": notebook(), "__MACOSX/._momentum.ipynb": b"\0"}))
    assert lms.reasons() == {}
    assert lms.text("ada") == "first"


def test_a_file_that_is_not_a_zip_is_reported(lms: LMS) -> None:
    with pytest.raises(Unusable, match="not a zip archive"):
        collect(lms.classroom, lms.upload("all.zip", b"Rar!"))
    with pytest.raises(FileNotFoundError):
        collect(lms.classroom, lms.folder / "missing")
    (lms.folder / "all.zip").unlink()
    with pytest.raises(Unusable, match="empty"):
        collect(lms.classroom, lms.folder)


def test_what_an_archive_lists_is_bounded_even_if_nothing_of_it_is_wanted(lms: LMS) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        for number in range(MOST_LISTED + 1):
            zipped.writestr(f"/{number}", b"")
    lms.upload("ada/work.zip", content.getvalue())
    assert lms.reasons() == {"ada/work.zip": "The archive lists too many files."}
