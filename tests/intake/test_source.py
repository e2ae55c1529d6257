"""The instructor's notebook is prepared once for all submissions, and again when it or its configuration changes."""

from pathlib import Path

import nbformat
import pytest
from traitlets.config import Config

from grading.intake import source as module
from grading.intake.canonical import read_canonical
from grading.intake.source import read_source
from tests.released import answered, find, source


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "momentum.ipynb"
    nbformat.write(source(), path)
    return path


def test_the_same_content_is_prepared_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_source(path, Config())
    path.touch()
    monkeypatch.setattr(module.nbformat, "reads", lambda *_, **__: pytest.fail("parsed again"))
    assert read_source(path, Config()) is first


def test_another_content_or_configuration_is_prepared_again(path: Path) -> None:
    first = read_source(path, Config())
    stubs = Config({"ClearSolutions": {"code_stub": {"python": "# Your turn"}}})
    assert "# Your turn" in str(read_source(path, stubs).cells)
    assert "# Your turn" not in str(first.cells)
    changed = source()
    find(changed, "setup").source = "import numpy as np"
    nbformat.write(changed, path)
    assert read_source(path, Config()).given != first.given


def test_a_submission_changes_nothing_for_the_next_one(path: Path, tmp_path: Path) -> None:
    submitted = tmp_path / "submitted.ipynb"
    nbformat.write(answered(), submitted)
    before = str(read_source(path, Config()).cells)
    notebook = read_canonical(path, submitted, Config()).notebook
    for cell in notebook.cells:
        cell.source, cell.metadata = "changed", {}
    notebook.metadata.clear()
    prepared = read_source(path, Config())
    assert str(prepared.cells) == before and prepared.metadata
