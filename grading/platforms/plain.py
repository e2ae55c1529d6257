"""Any other platform: files or folders named after students, such as ada_momentum.ipynb or ada/momentum.ipynb.

A name says for certain whose it is if it has the form "<student>_<assignment>.ipynb", or "<student>/" with nothing
between it and the file but folders of assignments. Of other names, a class list may recognize the beginning.
"""

import re
from pathlib import PurePosixPath

from grading.assignments import ASSIGNMENTS
from grading.platforms.interface import Label, Platform

_FILE = re.compile(rf"(?P<student>.+?)_(?:{'|'.join(map(re.escape, ASSIGNMENTS))})(?:-\d+| ?\(\d+\))?")
_ENDINGS = re.compile(r"(?:\.ipynb|\.zip|\.txt|\.json)+$", re.IGNORECASE)


def _read_label(upload: PurePosixPath) -> Label:
    student, *folders = upload.parts
    if folders:
        certain = student not in ASSIGNMENTS and all(folder in ASSIGNMENTS for folder in folders[:-1])
        return Label(ids=(student,), certain=certain)
    stem = _ENDINGS.sub("", student)
    if named := _FILE.fullmatch(stem):
        return Label(ids=(named["student"],), certain=named["student"] not in ASSIGNMENTS)
    words = stem.split("_")
    return Label(ids=tuple("_".join(words[:end]) for end in range(len(words), 0, -1)))


PLATFORM = Platform(
    name="plain",
    help="Others: files or folders named after students, such as ada_momentum.ipynb or ada/momentum.ipynb.",
    read_label=_read_label,
)
