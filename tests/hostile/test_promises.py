"""The page "What the sandbox promises" says what is tried here, how often, and which limits hold."""

import re
from collections import Counter

import nbgrader
from traitlets.config.loader import PyFileConfigLoader

from grading.classroom import ROOT
from grading.running import guard
from grading.sandbox.limits import BURST_SECONDS, MEBIBYTE, WAITING_COUNTS, Limits
from tests.hostile.corpus import ATTACKS

PAGE = (ROOT / "chapters" / "sandbox.md").read_text(encoding="utf-8")


def _rows(columns: int) -> dict[str, list[str]]:
    """Return the rows of all tables with so many columns: {first cell: the others}."""
    rows = (re.split(r" *\| *", line.strip(" |")) for line in PAGE.splitlines() if line.startswith("|"))
    return {first: others for first, *others in rows if len(others) == columns - 1}


def test_it_names_each_group_and_counts_it() -> None:
    told = {group: int(others[0]) for group, others in _rows(4).items() if others[0].isdigit()}
    assert told == Counter(attack.group for attack in ATTACKS)


def test_it_counts_the_corpus() -> None:
    assert f"a corpus of {len(ATTACKS)} hostile submissions" in " ".join(PAGE.split())


def test_the_control_is_the_installed_nbgrader() -> None:
    assert f"stock nbgrader {nbgrader.__version__} " in PAGE


def test_it_tells_the_limits() -> None:
    settings = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    limits = Limits(**settings.ExecuteInSandbox)
    limit = {what: others[0] for what, others in _rows(2).items()}
    assert limit["a cell, or all calls of one test"] == f"{limits.cell_seconds:g} seconds"
    assert limit["the whole notebook"] == f"{limits.notebook_seconds:g} seconds"
    assert limit["memory of each process"] == f"{limits.memory_bytes // MEBIBYTE} MiB"
    assert limit["processes and threads"] == str(limits.processes)
    assert limit["files, all together"] == f"{limits.all_files_bytes // MEBIBYTE} MiB, in memory"
    assert limit["open files of each process"] == str(limits.open_files)
    assert limit["output of a cell"] == f"{limits.cell_output_characters // MEBIBYTE} MiB"
    assert limit["memory of all processes and files together"] == f"{limits.all_memory_bytes // MEBIBYTE} MiB"


def test_it_tells_the_limits_of_the_grader() -> None:
    text = " ".join(PAGE.split())
    assert f"a worker may take {guard.CPU_SECONDS:g} seconds of processor time" in text
    assert f"about {guard.MEMORY_BYTES // MEBIBYTE} MB of memory" in text
    assert "a second counts only a quarter" in text
    assert WAITING_COUNTS == 1 / 4
    assert "after five seconds' worth of the surplus" in text
    assert BURST_SECONDS == 5


def test_the_control_tries_what_it_says() -> None:
    from tests.hostile.test_control import TRIED

    told = {
        *(("points", "imports_the_reference"), ("points", "rewrites_the_syntax_tree")),
        *(("points", "tags_the_tests_to_be_skipped"), ("reading", "reads_others_work")),
        *(("reading", "reads_the_gradebook_by_a_link"), ("writing", "writes_the_home")),
        *(("network", "sends_by_tcp"), ("persisting", "leaves_a_process_of_its_own_session")),
    }
    assert told <= TRIED
