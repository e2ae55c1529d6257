"""Uploads with something that could not be matched stay in `unmatched`, until a later run matches all of it."""

from pathlib import Path

from grading.collecting.copying import copy_whole, same
from grading.collecting.uploads import Upload

UNMATCHED = "unmatched"


def keep(upload: Upload, unmatched: Path) -> None:
    """Keep an upload under its own path, beside others of this path and different content."""
    if upload.file is None:
        return
    kept, number = unmatched / upload.path, 0
    while kept.exists() and not same(upload.file, kept):
        number += 1
        kept = (unmatched / upload.path).with_name(f"{upload.path.stem}-{number}{upload.path.suffix}")
    copy_whole(upload.file, kept, keep_time=True)


def no_longer_keep(upload: Upload, unmatched: Path) -> None:
    """Delete an upload that was kept, and the folders that become empty."""
    kept = unmatched / upload.path
    if upload.file is None or not kept.is_file() or not same(upload.file, kept):
        return
    kept.unlink()
    folder = kept.parent
    while folder != unmatched and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
