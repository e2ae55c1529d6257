"""Missing Debian packages are announced and installed; if that fails, make says why."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULE = "include Makefile\nset-up:\n\t@$(call debian,bubblewrap chromium)\n"
BROKEN = "echo 'E: You have no room on /var.' >&2; exit 100"


def _set_up(folder: Path, apt: str, *settings: str) -> subprocess.CompletedProcess:
    """Let make install, as root, with a stand-in for Debian's installer."""
    for name, script in (("apt-get", apt), ("id", "echo 0")):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    command = ["make", "--silent", "--file=-", *settings, "set-up"]
    environment = {"PATH": f"{folder}:/usr/bin:/bin"}
    return subprocess.run(command, cwd=ROOT, env=environment, input=RULE, capture_output=True, text=True)


def test_nothing_is_said_where_nothing_is_missing(tmp_path: Path) -> None:
    done = _set_up(tmp_path, BROKEN, "has_bubblewrap=true", "has_chromium=true")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_only_missing_packages_are_announced_and_installed(tmp_path: Path) -> None:
    done = _set_up(tmp_path, f'echo "$*" >>{tmp_path}/asked', "has_bubblewrap=true", "has_chromium=false")
    assert (done.returncode, done.stdout, done.stderr) == (0, "installing Debian packages: chromium\n", "")
    assert (tmp_path / "asked").read_text() == "--yes -qq install chromium\n"


def test_outdated_lists_are_updated(tmp_path: Path) -> None:
    apt = f'[ "$3" = update ] && touch {tmp_path}/lists; [ -e {tmp_path}/lists ]'
    done = _set_up(tmp_path, apt, "has_bubblewrap=false", "has_chromium=false")
    assert (done.returncode, done.stdout) == (0, "installing Debian packages: bubblewrap chromium\n")


@pytest.mark.parametrize("missing", ["bubblewrap", "chromium"])
def test_a_failed_installation_says_why(tmp_path: Path, missing: str) -> None:
    others = {"bubblewrap", "chromium"} - {missing}
    done = _set_up(tmp_path, BROKEN, f"has_{missing}=false", *(f"has_{other}=true" for other in others))
    assert done.returncode != 0
    said = done.stdout.splitlines()
    assert said == [
        f"installing Debian packages: {missing}",
        "E: You have no room on /var.",
        f"That failed. As root: apt-get update && apt-get install {missing}",
    ]


def test_the_readme_names_each_package_that_may_be_installed() -> None:
    packages = re.findall(r"^has_(\S+) :=", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert packages
    assert not [package for package in packages if f"`{package}`" not in readme]
