"""How nbgrader collects from its exchange: without following links, and without stopping at the first bad submission.

nbgrader would follow a link with the instructor's rights, so a student who hands in a link to the model answers would
hand in the model answers.
"""

import shutil
import tempfile
from collections.abc import Iterable
from errno import ENOSPC
from os import strerror
from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect

from grading.collecting.exchange import LEFT
from grading.intake.setting_aside import find_refused


class CollectWithoutLinks(ExchangeCollect):
    """nbgrader's collector, which leaves in the exchange what nothing may open, with a warning in the log."""

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """Copy a submission as nbgrader does, except for what nothing may open."""
        source, refused = Path(src), find_refused(Path(src))
        for entry, why in refused.items():
            self._leave(entry, why.reason)
        if source in refused:
            return
        with tempfile.TemporaryDirectory() as scratch:
            # Students can still write to their submission, and put a link in place of a file; not in this copy.
            copy = Path(scratch, source.name)
            try:
                shutil.copytree(src, copy, symlinks=True, ignore=lambda folder, names: _names_in(folder, refused))
            except shutil.Error as error:
                if strerror(ENOSPC) in str(error):
                    raise OSError(ENOSPC, strerror(ENOSPC), dest) from None
                self._leave(source, "A file of the submission may not be read.")
                return
            if find_refused(copy):
                self._leave(source, "It changed while it was being read.")
                return
            super().do_copy(str(copy), dest, log)

    def _leave(self, what: Path, reason: str) -> None:
        self.log.warning("%s%r: %s", LEFT, str(what), reason)


def _names_in(folder: str, entries: Iterable[Path]) -> list[str]:
    return [entry.name for entry in entries if entry.parent == Path(folder)]
