"""Tests as an ordinary user, to whom the rights of files say something, even if the tests run as root."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def ordinary_user() -> Iterator[Path]:
    """Be nobody, if this is root, and have a folder of their own, with whatever rights are left in it at the end."""
    folder = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    if root:
        nobody = pwd.getpwnam("nobody").pw_uid
        os.chown(folder, nobody, -1)
        os.setresuid(nobody, nobody, 0)
    try:
        yield folder
    finally:
        if root:
            os.setresuid(0, 0, 0)
        for inner, _, _ in os.walk(folder):
            os.chmod(inner, 0o700)
        shutil.rmtree(folder)
