"""Malformed notebooks, and folders as an archive may leave them."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

from tests.hostile.attack import Attack, Graded, Scene, honest_work_suffers, released, save, with_notebook
from tests.released import ASSIGNMENT, duplicate, find

SECONDS = 60
NOTEBOOK = f"{ASSIGNMENT}.ipynb"


def _as_bytes(content: bytes) -> Callable[[Path, Scene], None]:
    return lambda folder, scene: save(folder, content)


def _released(**entries: object) -> bytes:
    return json.dumps({**released(), **entries}).encode()


def _beside(make: Callable[[Path], None]) -> Callable[[Path, Scene], None]:
    """Hand in an ordinary notebook with something beside it."""

    def hand_in(folder: Path, scene: Scene) -> None:
        save(folder, released())
        make(folder)

    return hand_in


def _instead(make: Callable[[Path], None]) -> Callable[[Path, Scene], None]:
    return lambda folder, scene: make(folder / NOTEBOOK)


def _many_files(folder: Path) -> None:
    for number in range(5_000):
        (folder / f"{number}.txt").touch()


def _deep_folders(folder: Path) -> None:
    for _ in range(200):
        folder /= "deeper"
        folder.mkdir()
    (folder / "a.txt").touch()


def _large_file(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**33)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _every_cell(**metadata: object) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            if "nbgrader" in cell.metadata:
                cell.metadata.nbgrader.update(metadata)

    return change


def _without_flags(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"] = {"schema_version": 3, "grade": True}


def _missing_attachment(notebook: NotebookNode) -> None:
    find(notebook, "reflection").source = "![a](attachment:missing.png)"


_HAND_INS = {
    "empty": _as_bytes(b""),
    "not_json": _as_bytes(b"\x00\xff" * 1000),
    "cut_off": _as_bytes(_released()[:-100]),
    "deep_lists": _as_bytes(b"[" * 2_000_000),
    "deep_in_the_metadata": _as_bytes(_released(metadata={})[:-1] + b',"x":' + b"[" * 90_000 + b"]" * 90_000 + b"}"),
    "large": _as_bytes(_released()[:-1] + b" " * 200_000_000 + b"}"),
    "many_values": _as_bytes(_released()[:-1] + b',"x":[' + b"[]," * 5_000_000 + b"1]}"),
    "a_large_number": _as_bytes(_released()[:-1] + b',"x":' + b"9" * 1_000_000 + b"}"),
    "not_a_number": _as_bytes(_released(metadata={"x": float("nan")})),
    "a_list": _as_bytes(b"[1]"),
    "nulls_for_cells": _as_bytes(_released(cells=[None, 1, "a", []])),
    "surrogates": _as_bytes(_released().replace(b"raise Not", b"\\ud800raise Not")),
    "nulls_in_text": _as_bytes(_released().replace(b"raise Not", b"\\u0000raise Not")),
    "another_format": _as_bytes(_released(nbformat=99)),
    "the_third_format": _as_bytes(b'{"nbformat": 3, "metadata": {}, "worksheets": [{"cells": []}]}'),
    "an_archive": _as_bytes(b"PK\x03\x04" + bytes(100_000)),
    "another_schema": with_notebook(_every_cell(schema_version=99)),
    "an_old_schema": with_notebook(_every_cell(schema_version=0)),
    "a_schema_of_text": with_notebook(_every_cell(schema_version="three")),
    "metadata_without_flags": with_notebook(_without_flags),
    "a_grade_id_that_is_a_list": with_notebook(_every_cell(grade_id=["a"])),
    "no_points": with_notebook(_every_cell(points=None)),
    "points_of_text": with_notebook(_every_cell(points="NaN")),
    "duplicated_cells": with_notebook(lambda notebook: duplicate(notebook, "update_with_momentum_tests") and None),
    "a_missing_attachment": with_notebook(_missing_attachment),
    "another_kernel": with_notebook(
        lambda notebook: notebook.metadata.update(
            kernelspec={"name": "../../evil", "language": "x", "display_name": ""}
        )
    ),
    "another_language": with_notebook(
        lambda notebook: notebook.metadata.update(language_info={"name": "x" * 1000, "pygments_lexer": "../x"})
    ),
    "a_pipe": _instead(os.mkfifo),
    "a_folder": _instead(Path.mkdir),
    "a_link_to_nothing": _instead(lambda path: path.symlink_to("/nowhere")),
    "a_link_to_itself": _instead(_loop),
    "a_link_to_a_device": _instead(lambda path: path.symlink_to("/dev/zero")),
    "a_pipe_beside": _beside(lambda folder: os.mkfifo(folder / "data.csv")),
    "a_pipe_for_a_timestamp": _beside(lambda folder: os.mkfifo(folder / "timestamp.txt")),
    "an_odd_timestamp": _beside(lambda folder: (folder / "timestamp.txt").write_text("yesterday, I swear") and None),
    "a_link_to_a_device_beside": _beside(lambda folder: (folder / "data.csv").symlink_to("/dev/zero")),
    "a_linked_folder_beside": _beside(lambda folder: (folder / "up").symlink_to("../..")),
    "a_large_file_beside": _beside(lambda folder: _large_file(folder / "data.bin")),
    "many_files": _beside(_many_files),
    "deep_folders": _beside(_deep_folders),
    "an_odd_name": _beside(lambda folder: (folder / "a\nb\x1b[2J").touch()),
    "a_name_that_is_no_text": _beside(lambda folder: os.close(os.open(os.fsencode(folder) + b"/\xff.txt", os.O_CREAT))),
    "a_second_notebook": _beside(lambda folder: (folder / "evil.ipynb").write_text("[") and None),
}
# Read as far as memory and disk reach, where nothing bounds it.
_HARMFUL = {"a_link_to_a_device", "a_link_to_a_device_beside", "a_large_file_beside", "many_values"}


def _stops_others(scene: Scene, graded: Graded) -> bool:
    return honest_work_suffers(scene, graded) or scene.seconds > SECONDS or scene.megabytes > 1_500


ATTACKS = [
    Attack(
        "malformed",
        f"hands_in_{name}",
        f"others are not graded, or grading takes more than {SECONDS} s or 1,500 MB",
        hand_in,
        _stops_others,
        alone=True,
        harmful=name in _HARMFUL,
    )
    for name, hand_in in _HAND_INS.items()
]
