"""How nbgrader collects from its exchange: without following links, and without stopping at the first bad submission.

nbgrader would follow a link with the instructor's rights, so a student who hands in a link to the model answers would
hand in the model answers. Everybody may put anything into the exchange, under any name.
"""

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect

from grading.assignments import ASSIGNMENTS
from grading.collecting.class_list import STUDENT
from grading.collecting.exchange import LEFT
from grading.intake.faults import concerns_everybody
from grading.intake.plain_files import copy_plain_files
from grading.intake.reading import Refused
from grading.intake.setting_aside import find_refused

_NOBODY = {"username": "", "filename": "", "timestamp": datetime.min}


class CollectWithoutLinks(ExchangeCollect):
    """nbgrader's collector, which leaves in the exchange what nothing may open, with a warning in the log."""

    src_records: list[dict[str, Any]]

    def init_src(self) -> None:
        """List the last submission of each student as nbgrader does, without those whose name says nothing."""
        super().init_src()
        self.src_records = [record for record in self.src_records if record is not _NOBODY]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Read the name of a submission: student, assignment, time and a random number."""
        name = Path(path).name
        student, assignment, *_ = *name.rsplit("+", 3), "", ""
        if assignment in ASSIGNMENTS and assignment != self.coursedir.assignment_id:
            return _NOBODY  # it is collected with that assignment
        if assignment != self.coursedir.assignment_id or not STUDENT.fullmatch(student) or not name.isprintable():
            self._leave(Path(path), "Its name does not say whose it is.")
            return _NOBODY
        try:
            record: dict[str, Any] = super()._path_to_record(path)
        except Exception:  # noqa: BLE001, nbgrader fails in many ways on text that is no time
            self._leave(Path(path), "Its name does not say when it was handed in.")
            return _NOBODY
        return record

    def copy_files(self) -> None:
        """Copy one submission after the other as nbgrader does, whatever becomes of those before."""
        records = self.src_records
        if not records:
            super().copy_files()
        for record in records:
            source = Path(self.inbound_path, record["filename"])
            # nbgrader would first delete an earlier submission.
            if reason := find_refused(source).get(source):
                self._leave(source, reason.reason)
                continue
            self.src_records = [record]
            try:
                super().copy_files()
            except OSError as error:
                if concerns_everybody(error):
                    raise
                self._leave(source, f"It cannot be copied ({error.strerror}).")

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """Copy a submission as nbgrader does, except for what nothing may open."""
        source, refused = Path(src), find_refused(Path(src))
        with tempfile.TemporaryDirectory() as scratch:
            # Students can still write to their submission, and put a link in place of a file; not in this copy.
            copy = Path(scratch, source.name)
            copy.mkdir()
            left = copy_plain_files(source, copy, leave={entry.name for entry in refused})
            for entry, why in [*refused.items(), *((source / name, Refused(why)) for name, why in left.items())]:
                self._leave(entry, why.reason)
            if find_refused(copy):
                self._leave(source, "It changed while it was being read.")
                return
            modified = source.stat().st_mtime_ns
            os.utime(copy, ns=(modified, modified))
            super().do_copy(str(copy), dest, log)

    def _leave(self, what: Path, reason: str) -> None:
        self.log.warning("%s%r: %s", LEFT, str(what), reason)
