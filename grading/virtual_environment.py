"""A virtual environment with the locked packages of this one, but without the course's own.

The set-up installs `course`, `grading` and `solutions` in place, so that whatever runs in `.venv` can import the
answers. What students write runs in an environment derived from it, where they can't be found.
"""

import os
import sys
import sysconfig
import venv
from pathlib import Path


def derive(folder: Path, *importable: Path) -> Path:
    """Make the environment, in milliseconds: it refers to the packages and copies nothing.

    Args:
        folder: where to make it; what is there is replaced.
        importable: more folders to import from.

    Returns:
        Its interpreter.
    """
    venv.EnvBuilder(clear=True, symlinks=os.name != "nt").create(folder)
    # Python adds the folders that a .pth file names, but reads no .pth file in them: not the one of the set-up either.
    packages = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    own = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    (own / "packages.pth").write_text("\n".join([*packages, *map(str, importable)]) + "\n", encoding="utf-8")
    # Here packages keep what is no code: Jupyter's extensions, templates and settings.
    for name in ("etc", "share"):
        if (beside := Path(sys.prefix, name)).exists():
            (folder / name).symlink_to(beside.resolve(), target_is_directory=True)
    return Path(sysconfig.get_path("scripts", "venv", {"base": str(folder)}), Path(sys.executable).name)
