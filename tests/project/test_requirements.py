"""requirements.txt is the lock of requirements.in, with hashes and without addresses."""

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")


def _direct() -> list[Requirement]:
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.split("#")[0]) for line in lines if line.split("#")[0].strip()]


def _locked() -> dict[str, str]:
    """Give {package: its entry in the lock}."""
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)
    return {canonicalize_name(re.split(r"[=\s]", entry)[0]): entry for entry in entries if "==" in entry}


def test_each_direct_requirement_is_locked_within_its_bounds() -> None:
    locked = _locked()
    for requirement in _direct():
        entry = locked[canonicalize_name(requirement.name)]
        version = re.search(r"==([^\s;]+)", entry).group(1)
        assert version in requirement.specifier, requirement


def test_the_lock_names_exactly_the_direct_requirements() -> None:
    said_direct = {name for name, entry in _locked().items() if "-r requirements.in" in entry}
    assert said_direct == {canonicalize_name(requirement.name) for requirement in _direct()}


def test_each_locked_package_has_hashes() -> None:
    assert all("--hash=sha256:" in entry for entry in _locked().values())


def test_the_lock_names_no_address() -> None:
    assert "://" not in LOCK
    assert "--index-url" not in LOCK
