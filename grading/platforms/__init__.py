"""What is particular to a learning platform: one module each, for what comes in and for what goes out.

In: the name that a platform gave an upload; a student of the gradebook. Out: a `Label`, which says whose the upload is
in the platform's terms; the columns by which the platform recognizes students when it imports marks.

A new platform is a module here that defines `PLATFORM`, and a line in the list below. Nothing else knows platforms by
name.
"""

from importlib import import_module
from pathlib import PurePosixPath

from grading.intake.reading import Refused
from grading.platforms.interface import AMBIGUOUS, Label, MarksFile, Platform

PLATFORMS: list[Platform] = [
    import_module(f"grading.platforms.{module}").PLATFORM
    for module in (
        "moodle",
        "canvas",
        "plain",  # the last: it has a label for everything, which counts if no other has one
    )
]


def read_label(upload: PurePosixPath) -> Label | Refused | None:
    """Return what the name of an upload says about its student, or why nobody can tell; None if no platform has it."""
    *particular, last = PLATFORMS
    labels = [label for platform in particular if (label := platform.read_label(upload))]
    if len(labels) > 1:
        return AMBIGUOUS
    return labels[0] if labels else last.read_label(upload)


def marks_files() -> dict[str, MarksFile]:
    """Return what each platform imports, by the platform's name, without those that import no marks."""
    return {platform.name: platform.marks_file for platform in PLATFORMS if platform.marks_file}
