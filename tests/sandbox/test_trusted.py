"""Without a sandbox: marks are the same, limits hold, the tests stay outside; and nobody gets there by accident."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.utils import determine_grade

from grading.__main__ import main
from grading.classroom import ROOT, Classroom
from grading.execution.notebook import execute
from grading.intake.canonical import canonical
from grading.intake.source import Source
from grading.sandbox.doctor import complaints
from grading.sandbox.launch import SandboxError
from grading.sandbox.limits import Limits
from grading.sandbox.session import Session
from grading.sandbox.trusted import TrustedZygote
from tests.released import ASSIGNMENT, answered, find, short_source

TESTS = "update_with_momentum_tests"


@pytest.fixture(scope="module")
def trusted() -> Iterator[TrustedZygote]:
    with TrustedZygote() as zygote:
        yield zygote


def _inside(trusted: TrustedZygote, source: str) -> str:
    with Session(trusted, Limits(cell_seconds=5)) as session:
        return "".join(output.get("text", output.get("ename", "")) for output in session.run_cell(source, 1))


def _points(text: str) -> float:
    source = short_source()
    notebook = answered(source)
    find(notebook, "update_with_momentum").source += text
    executed = execute(canonical(Source(source), notebook).notebook, limits=Limits(cell_seconds=1.5), trusted=True)
    return determine_grade(find(executed.notebook, TESTS))[0]


def test_marks_are_the_same() -> None:
    assert _points("") == 5
    assert _points("\nupdate_with_momentum = lambda *_: None") == 0
    assert _points("\ndef update_with_momentum(*_):\n    while True: pass") == 0


def test_the_tests_stay_outside(trusted: TrustedZygote) -> None:
    assert _inside(trusted, "import sys; print({'grading', 'solutions'} & {*sys.modules})") == "set()\n"
    assert _inside(trusted, "import solutions") == "ModuleNotFoundError"
    assert _inside(trusted, "import course; print('there')") == "there\n"


def test_limits_hold(trusted: TrustedZygote) -> None:
    assert _inside(trusted, "x = bytearray(3 * 2**30)") == "MemoryError"
    assert _inside(trusted, "while True: pass") == "KeyboardInterrupt"


def test_processes_end_with_the_submission(trusted: TrustedZygote) -> None:
    pid = int(_inside(trusted, "import subprocess; print(subprocess.Popen(['sleep', '60']).pid)"))
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}/cmdline").exists() and time.monotonic() < deadline:
        if not Path(f"/proc/{pid}/cmdline").read_bytes():  # a zombie that nobody has waited for
            break
        time.sleep(0.02)
    assert time.monotonic() < deadline


def test_no_files_are_left_behind(tmp_path: Path) -> None:
    with TrustedZygote() as zygote:
        folder = zygote._folder
        assert _inside(zygote, f"print(__import__('os').getcwd().startswith({str(folder)!r}))") == "True\n"
    assert not folder.exists()


def test_the_doctors_probes_can_succeed() -> None:
    found = "\n".join(complaints(TrustedZygote))
    for word in ("network", "home", "course's folder", "write outside", "processes without end"):
        assert word in found


def test_the_sandbox_holds() -> None:
    assert complaints() == []


@pytest.fixture
def broken_bubblewrap(tmp_path: Path) -> dict[str, str]:
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "grading", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_nothing_is_graded_without_a_working_sandbox(broken_bubblewrap: dict[str, str], tmp_path: Path) -> None:
    classroom = Classroom(tmp_path / "class")
    classroom.directory.mkdir()
    handed_in = classroom.notebook("submitted", "ada", ASSIGNMENT)
    handed_in.parent.mkdir(parents=True)
    nbformat.write(answered(), handed_in)
    run = _run(broken_bubblewrap, "--classroom", str(classroom.directory), "grade")
    assert run.returncode == 1
    assert "Nothing was graded" in run.stderr
    assert "No permissions" in run.stderr
    assert "--trusted-submissions" in run.stderr
    assert "Traceback" not in run.stderr
    assert _run(broken_bubblewrap, "doctor").returncode == 1


OTHER_SYSTEMS = [
    ("darwin", "macOS", "virtual machine"),
    ("win32", "Windows", "WSL2"),
    ("freebsd14", "freebsd14", "Linux"),
]


@pytest.mark.parametrize(("platform", "name", "way"), OTHER_SYSTEMS)
@pytest.mark.parametrize("step", [["grade"], ["grade", "--trusted-submissions"], ["doctor"]], ids=" ".join)
def test_other_systems_are_told_what_to_use(
    step: list[str], platform: str, name: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    run = CliRunner().invoke(main, step)
    assert run.exit_code == 1
    said = run.stderr
    assert "Grading needs Linux" in said and name in said and way in said
    assert "--trusted-submissions" not in said
    with pytest.raises(SandboxError, match=name):
        TrustedZygote()
