"""Whatever goes in, the instructor's notebook comes out, and an honest student's text is found wherever it went."""

import copy
import random

import nbformat
import pytest
from nbformat import NotebookNode

from grading.intake.canonical import LINKED, MISSING, Canonical, canonical
from grading.intake.reading import SHARED
from grading.intake.source import Source
from tests.released import answered, duplicate, find, grade_id, insert, place, released, source

SOLUTION = "update_with_momentum"
TESTS = "update_with_momentum_tests"
CHECKS = "update_with_momentum_checks"
WRITTEN = "def update_with_momentum(*everything):\n    return 'written'"


@pytest.fixture
def notebook() -> NotebookNode:
    return answered()


def _canonical(notebook: NotebookNode) -> Canonical:
    result = canonical(Source(source()), notebook)
    _holds(result.notebook)
    return result


def _holds(notebook: NotebookNode) -> None:
    """Check what is promised for every submission."""
    nbformat.validate(notebook)
    originals = source()
    ours = [cell for cell in notebook.cells if cell.id in {original.id for original in originals.cells}]
    assert notebook.metadata == originals.metadata
    assert len(ours) == len(originals.cells)
    for cell, original in zip(ours, originals.cells, strict=True):
        assert (cell.id, cell.cell_type, cell.metadata) == (original.id, original.cell_type, original.metadata)
        if not original.metadata.get("nbgrader", {}).get("solution"):
            assert cell.source == original.source
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert not cell.get("attachments")
        assert "BEGIN SOLUTION" not in cell.source
        assert cell in ours or cell.metadata == {}


def _order(notebook: NotebookNode, *texts: str) -> bool:
    whole = "\n".join(cell.source for cell in notebook.cells)
    places = [whole.index(text) for text in texts]
    return places == sorted(places)


def test_an_ordinary_submission_is_not_reported(notebook: NotebookNode) -> None:
    result = _canonical(notebook)
    assert result.changes == ()
    assert len(result.notebook.cells) == len(source().cells)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            assert find(result.notebook, grade_id(cell)).source == cell.source


def test_a_notebook_under_two_names_is_reported(notebook: NotebookNode) -> None:
    notebook.metadata[SHARED] = "<b>me</b>"
    assert _canonical(notebook).changes == (LINKED,)


def test_the_model_answer_does_not_come_back_for_a_missing_solution(notebook: NotebookNode) -> None:
    notebook.cells.remove(find(notebook, SOLUTION))
    result = _canonical(notebook)
    assert find(result.notebook, SOLUTION).source == MISSING
    assert result.changes == ('The cell "update_with_momentum" was missing.',)


def test_a_missing_reflection_counts_as_unanswered(notebook: NotebookNode) -> None:
    notebook.cells.remove(find(notebook, "reflection"))
    assert find(_canonical(notebook).notebook, "reflection").source == "YOUR ANSWER HERE"


def test_missing_test_cells_are_put_back(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if not str(grade_id(cell)).endswith("_tests")]
    assert sum("is put back" in change for change in _canonical(notebook).changes) == 3


@pytest.mark.parametrize("empty", [NotebookNode(cells=[]), nbformat.v4.new_notebook()])
def test_an_empty_notebook_is_reported(empty: NotebookNode) -> None:
    assert "right notebook" in _canonical(empty).changes[0]


def test_metadata_tags_points_and_flags_are_the_instructors(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
        if grade_id(cell):
            cell.metadata.nbgrader.update(points=1000, locked=False, grade=False, solution=True, schema_version=99)
    notebook.metadata = {"kernelspec": {"name": "evil", "language": "bash", "display_name": ""}, "widgets": {}}
    find(notebook, TESTS).source = "1000"
    result = _canonical(notebook)
    assert result.changes == (f'The locked cell "{TESTS}" was changed; the original is used.',)


def test_test_cells_forged_anywhere_are_not_graded(notebook: NotebookNode) -> None:
    for text in ("5", "mark = lambda *a: 5"):
        duplicate(notebook, TESTS).source = text
        duplicate(notebook, TESTS, to=0).source = text
    result = _canonical(notebook)
    assert [grade_id(cell) for cell in result.notebook.cells].count(TESTS) == 1


def test_extra_cells_stay_in_their_places(notebook: NotebookNode) -> None:
    insert(notebook, "top = 0", before="momentum")
    insert(notebook, "import math", before=SOLUTION)
    insert(notebook, "A thought", before=SOLUTION, kind="markdown")
    insert(notebook, "<script>", before=SOLUTION, kind="raw")
    insert(notebook, "end = 1")
    result = _canonical(notebook).notebook
    assert [cell.source for cell in result.cells[:2]] == ["top = 0", source().cells[0].source]
    assert _order(result, "import math", "A thought", "<script>", "def update_with_momentum", "end = 1")
    assert "raw" not in {cell.cell_type for cell in result.cells}
    assert len({cell.id for cell in result.cells}) == len(result.cells)


def test_ids_of_extra_cells_do_not_clash_with_the_instructors(notebook: NotebookNode) -> None:
    originals = source()
    originals.cells[2].id = "extra-0"
    insert(notebook, "top = 0", before="momentum")
    ids = [cell.id for cell in canonical(Source(originals), notebook).notebook.cells]
    assert ids[1:] == [cell.id for cell in originals.cells]


@pytest.mark.parametrize("strip", [["metadata"], ["id"], ["metadata", "id"]])
def test_stripped_metadata_and_ids_cost_nothing(notebook: NotebookNode, strip: list[str]) -> None:
    answers = {cell.id: cell.source for cell in notebook.cells}
    for number, cell in enumerate(notebook.cells):
        if "metadata" in strip:
            cell.metadata = {}
        if "id" in strip:
            cell.id = f"new-{number}"
    result = _canonical(notebook)
    assert {cell.id: cell.source for cell in result.notebook.cells} == {
        cell.id: answers[cell.id] if cell.metadata.get("nbgrader", {}).get("solution") else cell.source
        for cell in source().cells
    }
    assert any("found by its" in change for change in result.changes) == ("metadata" in strip)


def test_the_copy_that_was_written_in_counts(notebook: NotebookNode) -> None:
    stub = find(released(), SOLUTION).source
    for first, second in ((stub, WRITTEN), (WRITTEN, stub)):
        work = copy.deepcopy(notebook)
        find(work, SOLUTION).source = first
        duplicate(work, SOLUTION).source = second
        result = _canonical(work)
        assert find(result.notebook, SOLUTION).source == WRITTEN
        assert stub not in [cell.source for cell in result.notebook.cells]
        assert result.changes == (f'The cell "{SOLUTION}" was there 2 times.',)


def test_the_last_written_copy_before_the_tests_counts_and_the_others_still_run(
    notebook: NotebookNode,
) -> None:
    find(notebook, SOLUTION).source = "v = 'first'"
    duplicate(notebook, SOLUTION).source = WRITTEN
    duplicate(notebook, SOLUTION, to=len(notebook.cells)).source = "v = 'a try at the end'"
    result = _canonical(notebook).notebook
    assert find(result, SOLUTION).source == WRITTEN
    assert _order(result, "v = 'first'", WRITTEN, 'mark("update_with_momentum"', "v = 'a try at the end'")


def test_a_copy_of_a_locked_cell_is_free_to_play_with(notebook: NotebookNode) -> None:
    duplicate(notebook, "see_it_at_work").source = "beta = 0.99  # what happens?"
    duplicate(notebook, CHECKS)
    result = _canonical(notebook).notebook
    assert len(result.cells) == len(source().cells) + 1
    assert result.cells[place(result, "see_it_at_work") + 1].source == "beta = 0.99  # what happens?"


def test_a_split_solution_runs_in_its_order(notebook: NotebookNode) -> None:
    find(notebook, SOLUTION).source = "def helper():\n    return 1"
    duplicate(notebook, SOLUTION).source = WRITTEN
    assert _order(_canonical(notebook).notebook, "def helper", WRITTEN, 'mark("update_with_momentum"')
    duplicate(notebook, SOLUTION).metadata = {}
    assert _order(_canonical(notebook).notebook, "def helper", WRITTEN, 'mark("update_with_momentum"')


def test_a_merged_solution_is_not_undone_by_the_stub_of_the_other(notebook: NotebookNode) -> None:
    other = find(notebook, "update_with_nesterov")
    notebook.cells.remove(other)
    find(notebook, SOLUTION).source += "\n\n\n" + other.source
    result = _canonical(notebook).notebook
    assert other.source in find(result, SOLUTION).source
    assert find(result, "update_with_nesterov").source == MISSING


def test_a_solution_written_into_an_extra_cell_is_found(notebook: NotebookNode) -> None:
    notebook.cells.remove(find(notebook, SOLUTION))
    insert(notebook, WRITTEN)
    assert find(_canonical(notebook).notebook, SOLUTION).source == WRITTEN


def test_an_extra_cell_behind_the_stub_keeps_its_place(notebook: NotebookNode) -> None:
    find(notebook, SOLUTION).source = find(released(), SOLUTION).source
    insert(notebook, WRITTEN, before=CHECKS)
    assert _order(_canonical(notebook).notebook, "NotImplementedError", WRITTEN, 'mark("update_with_momentum"')


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_solution_that_became_text_is_code_again(notebook: NotebookNode, kind: str) -> None:
    cell = find(notebook, SOLUTION)
    text = getattr(nbformat.v4, f"new_{kind}_cell")(cell.source, metadata=cell.metadata)
    notebook.cells[place(notebook, SOLUTION)] = text
    result = _canonical(notebook)
    assert find(result.notebook, SOLUTION).source == cell.source
    assert result.changes == (f'The cell "{SOLUTION}" had become a {kind} cell.',)


def test_moved_cells_go_back(notebook: NotebookNode) -> None:
    random.Random(5).shuffle(notebook.cells)
    answers = {cell.id: cell.source for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")}
    result = _canonical(notebook)
    assert {cell.id: cell.source for cell in result.notebook.cells if cell.id in answers} == answers
    assert result.changes == ()


def test_an_answer_in_the_cell_of_the_question_is_kept_for_the_reader(notebook: NotebookNode) -> None:
    question = find(notebook, "5-reflection-3-points")
    question.source += "\n\nThe sign changes cancel."
    result = _canonical(notebook).notebook
    assert result.cells[place(result, "5-reflection-3-points") + 1].source == question.source


def test_code_cells_without_nbgrader_metadata_are_the_students(notebook: NotebookNode) -> None:
    originals = source()
    originals.cells.append(nbformat.v4.new_code_cell("beta = 0.9", id="try-it"))
    notebook.cells.append(nbformat.v4.new_code_cell("beta = 0.99", id="try-it"))
    assert canonical(Source(originals), notebook).notebook.cells[-1].source == "beta = 0.99"


def test_no_cell_of_the_students_gets_metadata_from_itself(notebook: NotebookNode) -> None:
    stranger = insert(notebook, "x = 1", before=SOLUTION)
    stranger.metadata = {"nbgrader": {"grade_id": "of_my_own", "grade": True, "points": 100}, "tags": ["a"]}
    stranger.attachments = {}
    _canonical(notebook)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_done_to_it_the_instructors_notebook_comes_out(notebook: NotebookNode, seed: int) -> None:
    chance = random.Random(seed)
    names = [name for name in map(grade_id, notebook.cells) if name]
    for _ in range(30):
        cell = chance.choice(notebook.cells)
        match chance.randrange(6):
            case 0:
                notebook.cells.remove(cell)
            case 1:
                notebook.cells.insert(chance.randrange(len(notebook.cells)), copy.deepcopy(cell))
            case 2:
                cell.metadata = {"nbgrader": {"grade_id": chance.choice(names)}}
            case 3:
                cell.source = chance.choice(notebook.cells).source
            case 4:
                cell.id = chance.choice(notebook.cells).id
            case 5:
                chance.shuffle(notebook.cells)
    _canonical(notebook)


def test_outputs_of_the_source_are_left_out(notebook: NotebookNode) -> None:
    originals = source()
    for cell in originals.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [nbformat.v4.new_output("stream", text="the answer is 42")], 1
    assert "42" not in str([cell.get("outputs") for cell in canonical(Source(originals), notebook).notebook.cells])
