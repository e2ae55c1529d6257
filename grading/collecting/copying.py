"""Copying files so that nobody ever sees half of one."""

import filecmp
import hashlib
import os
import shutil
from pathlib import Path


def same(file: Path, other: Path) -> bool:
    """Check whether two files have the same content."""
    return filecmp.cmp(file, other, shallow=False)


def copy_whole(file: Path, target: Path, replacing: Path | None = None, keep_time: bool = False) -> None:
    """Copy a file, unless it is there already.

    Args:
        file: to copy.
        target: replaced in one step, once the copy is complete; its folder is made.
        replacing: a file that is removed just before this step, because it describes the old `target`.
        keep_time: whether the copy keeps the file's time.

    Raises:
        OSError: a file cannot be read or written.
    """
    if target.exists() and same(file, target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{hashlib.sha256(target.name.encode()).hexdigest()[:8]}.half")
    (shutil.copy2 if keep_time else shutil.copyfile)(file, half)
    if replacing:
        replacing.unlink(missing_ok=True)
    os.replace(half, target)
