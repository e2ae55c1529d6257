"""requirements.in names every package that is imported; requirements.txt locks them, with hashes, without addresses."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bench", "book", "course", "grading", "screenshots", "solutions")
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
# Programs that were run once, elsewhere, to compute what the tests compare with.
RUN_ELSEWHERE = ROOT / "tests" / "solutions" / "oracles"


def _imported() -> set[str]:
    """Return the top-level modules that Python files import, except the project's own."""
    files = [path for folder in (*PACKAGES, "tests") for path in (ROOT / folder).rglob("*.py")]
    imported = set()
    for file in files:
        if file.parent == RUN_ELSEWHERE:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                imported.add(node.module)
    # `inside` is a package of the sandbox; tests import their neighbors.
    own = {*PACKAGES, "tests", "inside", *(name for file in files for name in (file.stem, file.parent.name))}
    return {name.partition(".")[0] for name in imported} - own - sys.stdlib_module_names


def _direct() -> list[Requirement]:
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.split("#")[0]) for line in lines if line.split("#")[0].strip()]


def _locked() -> dict[str, str]:
    """Return {package: its entry in the lock}."""
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)
    return {canonicalize_name(re.split(r"[=\s]", entry)[0]): entry for entry in entries if "==" in entry}


def test_each_imported_package_is_named() -> None:
    named = {canonicalize_name(requirement.name) for requirement in _direct()}
    distributions = packages_distributions()
    imported = _imported()
    assert {"numpy", "yaml", "bs4"} <= imported
    unnamed = {
        name for name in imported if not named & {canonicalize_name(package) for package in distributions.get(name, ())}
    }
    assert not unnamed


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
