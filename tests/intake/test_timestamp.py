"""When work was handed in, as timestamp.txt says it."""

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from grading.intake import timestamp
from grading.intake.limits import MAX_TIMESTAMP_BYTES

SIX = datetime(2027, 3, 8, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2027-03-08 18:00:00 UTC", "2027-03-08 18:00:00.999999 UTC\n", "2027-03-09T03:00+09:00"]
)
def test_a_time_is_read_in_utc_and_to_the_second(tmp_path: Path, text: str) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    assert timestamp.read(tmp_path) == SIX
    assert timestamp.is_readable(tmp_path)


@pytest.mark.parametrize("text", ["yesterday", "2e5 x y", "2027-13-45", "9" * 40, "0001-01-01T00:00+23:00", "\udcff"])
def test_what_is_not_a_time_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "timestamp.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert timestamp.read(tmp_path) is None
    assert not timestamp.is_readable(tmp_path)


def test_a_long_file_is_not_a_time(tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text(f"2027-03-08 18:00:00 UTC{' ' * MAX_TIMESTAMP_BYTES}")
    assert timestamp.read(tmp_path) is None


def test_no_file_and_an_empty_one_are_no_time(tmp_path: Path) -> None:
    assert timestamp.read(tmp_path) is None
    (tmp_path / "timestamp.txt").write_text("\n")
    assert timestamp.read(tmp_path) is None
    assert timestamp.is_readable(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "timestamp.txt")
    assert timestamp.read(tmp_path) is None


@pytest.mark.parametrize(
    "zone", ["/usr/share/zoneinfo/UTC", "../zoneinfo/UTC", "Etc/../UTC", ":/usr/share/zoneinfo/UTC"]
)
def test_a_time_zone_that_names_a_file_is_not_opened(tmp_path: Path, zone: str) -> None:
    """Nbgrader opens any file that is named as the zone, and some give what they hold only once, or make one wait."""
    (tmp_path / "timestamp.txt").write_text(f"2027-03-08 18:00:00 {zone}")
    assert timestamp.read(tmp_path) is None
    assert not timestamp.is_readable(tmp_path)


@pytest.mark.parametrize("zone", ["UTC", "KST", "Asia/Seoul", "America/Argentina/Buenos_Aires", "+0900", "EST5EDT"])
def test_time_zones_that_nbgrader_writes_are_read(tmp_path: Path, zone: str) -> None:
    (tmp_path / "timestamp.txt").write_text(f"2027-03-08 18:00:00 {zone}")
    assert timestamp.read(tmp_path) is not None


@pytest.mark.parametrize("year", [1, 1969, 2100, 9999])
def test_any_year_is_written_as_it_is_read(tmp_path: Path, year: int) -> None:
    timestamp.write(tmp_path, SIX.replace(year=year))
    assert timestamp.read(tmp_path) == SIX.replace(year=year)
    assert timestamp.content(tmp_path) is not None


@pytest.mark.parametrize("offset", ["+999999999999", "-9999999", "+" + "9" * 60])
def test_an_absurd_offset_is_no_time(tmp_path: Path, offset: str) -> None:
    (tmp_path / "timestamp.txt").write_text(f"2027-03-08 18:00:00 {offset}")
    assert timestamp.read(tmp_path) is None
    assert timestamp.content(tmp_path) is None


def test_a_time_is_written_as_nbgrader_writes_it(tmp_path: Path) -> None:
    timestamp.write(tmp_path, SIX.astimezone(timezone(timedelta(hours=9))))
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"timestamp.txt": "2027-03-08 18:00:00 UTC"}
    assert timestamp.read(tmp_path) == SIX
