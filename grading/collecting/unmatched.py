"""Uploads with something that could not be matched stay in `unmatched`, until a later run matches all of it."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path, PurePath

from grading.collecting.copying import copy_whole, same
from grading.collecting.uploads import Upload

UNMATCHED = "unmatched"

# In characters, of up to four bytes. A name has 255 bytes.
_LONGEST_STEM = 30


def keep(upload: Upload, unmatched: Path) -> None:
    """Keep an upload under its own path, beside others of this path and different content."""
    if upload.file is None:
        return
    folder = unmatched
    for part in upload.path.parts[:-1]:
        # What is a folder now may have been a file in an earlier download.
        folder = next(place for place in _places(folder, part) if place.is_dir() or not place.exists())
    places = _places(folder, upload.path.name)
    kept = next(place for place in places if not place.exists() or same(upload.file, place))
    copy_whole(upload.file, kept, keep_time=True)


def _places(folder: Path, name: str) -> Iterator[Path]:
    """Yield the path of a name, and then others, which get a number."""
    yield folder / name
    stem, suffix = PurePath(name).stem[:_LONGEST_STEM], PurePath(name).suffix[:_LONGEST_STEM]
    yield from (folder / f"{stem}-{number}{suffix}" for number in count(1))


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
