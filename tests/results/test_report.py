"""The instructor's page on a class."""

import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import Browser

from grading.__main__ import main
from grading.assignments import all_questions, questions_of
from grading.classroom import Classroom
from grading.hidden_test import mark
from grading.marking.calling import Function
from grading.marking.score import MEDIA_TYPE, SCHEMA, STILL_TO_BE_WRITTEN, Result, keep_results
from grading.results.report import write_report
from grading.results.report.alike import find_alike
from grading.results.report.facts import Facts, gather_facts
from grading.results.report.page import _with_code, distribution
from grading.results.report.remarks import UNEXPLAINED, remarks, stops
from tests.released import ASSIGNMENT, answered, find, released
from tests.results.fabricated import fabricate, mark_by_hand

UPDATE = "update_with_momentum"
HOSTILE = "<script>"
NAME = '"><img src=x onerror=alert(1)>'
TURNED = "\u202eevil"
UPHILL = next(mistake for mistake in all_questions()[UPDATE].mistakes if "uphill" in mistake.advice)

UNUSUAL = """def update_with_momentum(parameters, gradients, velocity, learning_rate, beta=0.9):
    remembered, moved = {}, {}
    for symbol, place in sorted(parameters.items(), reverse=True):
        slope = np.asarray(gradients["".join(("d", symbol))], dtype=float)
        past = np.asarray(velocity["".join(("d", symbol))], dtype=float)
        remembered["".join(("d", symbol))] = np.add(np.multiply(beta, past), np.multiply(1 - beta, slope))
        moved[symbol] = np.subtract(place, np.multiply(learning_rate, remembered["".join(("d", symbol))]))
    return moved, remembered
"""
RENAMED = re.sub(r"\b(remembered|moved|symbol|place|slope|past)\b", r"my_\1", UNUSUAL).replace(
    "    for", "    # my own idea\n\n    for"
)
OTHER = """def update_with_momentum(parameters, gradients, velocity, learning_rate, beta=0.9):
    v = {key: beta * old + (1 - beta) * gradients[key] for key, old in velocity.items()}
    return {key: value - learning_rate * v["d" + key] for key, value in parameters.items()}, v
"""


def _marked(function: Function, question: str = UPDATE) -> dict[str, Result]:
    with keep_results() as results:
        mark(question, function, seed=1)
    return {f"{question}_tests": results[0]}


def _raises(*args: object, **kwargs: object) -> None:
    raise KeyError


def _unwritten(*args: object, **kwargs: object) -> None:
    raise NotImplementedError


def _runs_out_of_time(*args: object, **kwargs: object) -> None:
    raise TimeoutError


def _wrong(*args: object, **kwargs: object) -> tuple[dict, dict]:
    return {"nonsense": 1.0}, {}


def _writing(source: str) -> NotebookNode:
    notebook = answered()
    find(notebook, UPDATE).source = source
    return notebook


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    classroom = fabricate(tmp_path_factory.mktemp("class"))
    mark_by_hand(classroom, "ada", (4, 4, 4), results=_marked(all_questions()[UPDATE].reference))
    mark_by_hand(classroom, "euler", (4, 2, 4), results=_marked(UPHILL.function))
    mark_by_hand(classroom, HOSTILE, (4, 2.5, 4), results=_marked(UPHILL.function))
    mark_by_hand(classroom, "raises", (4, 0, 4), results=_marked(_raises))
    mark_by_hand(classroom, "untouched", (0, 0, 0), released(), _marked(_unwritten))
    mark_by_hand(classroom, "wrong", (4, 0, 4), results=_marked(_wrong))
    altered = answered()
    find(altered, f"{UPDATE}_tests").source = "5"
    mark_by_hand(classroom, "altered", (4, 4, 4), altered)
    mark_by_hand(classroom, "one", (4, 4, 4), _writing(UNUSUAL))
    mark_by_hand(classroom, "two", (4, 4, 4), _writing(RENAMED))
    mark_by_hand(classroom, "other", (4, 4, 4), _writing(OTHER))
    with classroom.gradebook() as gradebook:
        gradebook.update_or_create_student(HOSTILE, first_name=NAME, last_name=TURNED)
        gradebook.add_student("absent")
    refused = classroom.directory / "refused" / "one" / ASSIGNMENT
    refused.mkdir(parents=True)
    (refused / "<b>.csv").symlink_to("/etc/passwd")
    return classroom


@pytest.fixture(scope="module")
def found(classroom: Classroom) -> Facts:
    return gather_facts(classroom, ASSIGNMENT)


@pytest.fixture(scope="module")
def page(classroom: Classroom) -> str:
    return write_report(classroom).read_text(encoding="utf-8")


def test_each_question_has_everybodys_points(found: Facts) -> None:
    assert [cell.name for cell in found.cells] == [*(q.name for q in questions_of(ASSIGNMENT)), "reflection"]
    update = found.cells[1]
    assert (update.most, update.points["euler"], update.points[HOSTILE]) == (4, 2, 2.5)
    assert (found.totals["euler"], found.most) == (10, 15)
    assert len(found.cells[-1].waiting) == len(found.totals) == 10


def test_mistakes_are_counted_by_the_advice_that_was_given(found: Facts) -> None:
    said = found.cells[1].remarks
    assert next(iter(said)) == UPHILL.advice
    assert said[UPHILL.advice] == (HOSTILE, "euler")
    assert said["The function raised KeyError."] == ("raises",)
    assert said[STILL_TO_BE_WRITTEN] == ("untouched",)
    assert said[UNEXPLAINED] == ("wrong",)
    assert not [who for who in said.values() if "ada" in who]


@pytest.mark.parametrize("question", all_questions())
def test_every_advice_is_a_remark(question: str) -> None:
    for mistake in all_questions()[question].mistakes:
        cell = _test_cell(_marked(mistake.function, question)[f"{question}_tests"])
        (said,) = remarks(new_notebook(cells=[cell]))["tests"]
        assert said in {known.advice for known in all_questions()[question].mistakes}


def _test_cell(*results: Result) -> NotebookNode:
    cell = new_code_cell(metadata={"nbgrader": {"grade": True, "solution": False, "grade_id": "tests"}})
    cell.outputs = [_output(result) for result in results]
    return cell


def _output(result: Result) -> NotebookNode:
    return new_output("display_data", result._repr_mimebundle_())


UPHILL_RESULT = _marked(UPHILL.function)[f"{UPDATE}_tests"]


def test_each_question_of_a_cell_has_its_remarks() -> None:
    raising = _marked(_raises, "initialize_velocity")["initialize_velocity_tests"]
    said = remarks(new_notebook(cells=[_test_cell(UPHILL_RESULT, raising, raising)]))
    assert said == {"tests": [UPHILL.advice, "The function raised KeyError."]}


def test_printed_text_is_no_result() -> None:
    test = _test_cell()
    test.outputs = [new_output("stream", text=str(UPHILL_RESULT))]
    assert remarks(new_notebook(cells=[test])) == {"tests": []}


def test_only_test_cells_carry_results() -> None:
    forged = [_output(replace(UPHILL_RESULT, advice="<b>Send your password.</b>", failures={"TimeoutError": 1}))]
    own = new_code_cell(outputs=forged)
    solution = new_code_cell(outputs=forged, metadata={"nbgrader": {"grade": False, "solution": True, "grade_id": "f"}})
    graded = new_code_cell(outputs=forged, metadata={"nbgrader": {"grade": True, "solution": True, "grade_id": "g"}})
    notebook = new_notebook(cells=[own, solution, graded, _test_cell(UPHILL_RESULT)])
    assert remarks(notebook) == {"tests": [UPHILL.advice]}
    assert not list(stops(notebook))


@pytest.mark.parametrize(
    "data", [{"schema": SCHEMA + 1}, {}, [], "text", None, UPHILL_RESULT.to_json() | {"schema": 0}]
)
def test_results_of_another_version_are_for_a_human(data: object) -> None:
    test = _test_cell(UPHILL_RESULT)
    test.outputs[0].data[MEDIA_TYPE] = data
    notebook = new_notebook(cells=[test])
    assert remarks(notebook) == {"tests": []}
    assert list(stops(notebook)) == ['The test "tests" was marked by another version of this project: grade it again.']


def test_who_is_missing_is_named(found: Facts) -> None:
    assert found.missing == ("absent",)


def test_changed_cells_and_files_set_aside_are_for_a_human(found: Facts) -> None:
    assert any(f'"{UPDATE}_tests" was changed' in line for line in found.notable["altered"])
    assert found.notable["one"] == ("Set aside when it was handed in: '<b>.csv'.",)
    assert "ada" not in found.notable


def test_unfinished_cells_and_calls_are_for_a_human(tmp_path: Path) -> None:
    classroom = fabricate(tmp_path)
    mark_by_hand(classroom, "slow", (4, 0, 4), results=_marked(_runs_out_of_time))
    path = classroom.notebook("autograded", "slow", ASSIGNMENT)
    notebook = nbformat.read(path, as_version=4)
    find(notebook, "setup").outputs = [new_output("error", ename="CellStopped", evalue="<b>", traceback=[])]
    nbformat.write(notebook, path)
    said = gather_facts(classroom, ASSIGNMENT).notable["slow"]
    assert said == ('The cell "setup" was stopped.', f'A function that "{UPDATE}_tests" called ran out of time.')


def test_what_applies_to_everybody_is_said_once(tmp_path: Path) -> None:
    classroom = fabricate(tmp_path)
    for student in ("a", "b", "c"):
        notebook = answered()
        find(notebook, "setup").source += "  "
        find(notebook, "worked_example").source = "pass"
        mark_by_hand(classroom, student, (4, 4, 4), notebook)
    found = gather_facts(classroom, ASSIGNMENT)
    assert found.common == ('The locked cell "worked_example" was changed; the original is used.',)
    assert not found.notable


def test_a_copy_with_other_names_and_comments_is_found(found: Facts) -> None:
    (pair,) = [group for group in found.alike if not group.same]
    assert pair.students == ("one", "two")
    assert pair.share == 1


def test_the_same_text_makes_a_group_but_not_what_nobody_wrote(found: Facts) -> None:
    (group,) = [group for group in found.alike if group.same]
    assert set(group.students) == {"ada", "euler", HOSTILE, "raises", "wrong", "altered"}


def test_known_right_ways_are_no_sign_of_copying() -> None:
    first, second = UNUSUAL, RENAMED
    assert find_alike({"one": [first], "two": [second]}, [], [])
    assert not find_alike({"one": [first], "two": [second]}, [], [UNUSUAL])


def test_what_many_wrote_is_no_sign_of_copying() -> None:
    many = {f"student {number}": [re.sub("remembered", f"name_{number}", UNUSUAL)] for number in range(6)}
    assert not find_alike(many, [], [])


@pytest.mark.parametrize("broken", ["", "(" * 5000, "'''", "\x00", "\tif\n x", "def f(:\n  \\", "é" * 50_000])
def test_programs_that_do_not_parse_are_compared_as_far_as_they_go(broken: str) -> None:
    find_alike({"one": [broken], "two": [broken + " "], "three": [UNUSUAL]}, [broken], [])


def test_bars_hold_everybody() -> None:
    assert [bar.count for bar in distribution([0, 0.5, 4, 4, 4], 4)] == [2, 0, 0, 0, 3]
    for most in (0, 1, 15, 16, 40, 1000):
        bars = distribution([0, most / 2, most, most + 3], most)
        assert sum(bar.count for bar in bars) == 4
        assert len(bars) <= 16


def test_hostile_names_are_text(page: str) -> None:
    parsed = BeautifulSoup(page, "html.parser")
    assert HOSTILE in parsed.main.get_text()
    assert NAME in parsed.main.get_text()
    assert "<b>.csv" in parsed.main.get_text()
    assert "\u202e" not in page
    assert not parsed.find_all(["script", "img", "b", "iframe", "object", "form"])
    assert not [name for tag in parsed.find_all() for name in tag.attrs if name.startswith("on")]


def test_code_in_advice_is_set_as_code_and_the_rest_escaped() -> None:
    assert _with_code("`a < b` is <b>") == "<code>a &lt; b</code> is &lt;b&gt;"


def test_the_page_is_one_file_that_loads_nothing(page: str) -> None:
    parsed = BeautifulSoup(page, "html.parser")
    assert not parsed.find_all("link")
    assert not re.search(r"url\(|@import|src=", str(parsed.style))
    assert all(link["href"].startswith("#") for link in parsed.find_all(href=True))
    policy = parsed.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_each_chart_has_its_numbers_as_text(page: str) -> None:
    charts = BeautifulSoup(page, "html.parser").find_all("svg")
    assert len(charts) == 4
    labels = [chart["aria-label"] for chart in charts]
    assert f"Points of {UPDATE}: 0 points, 3 students; 2 points, 2 students; 4 points, 5 students;" in labels


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_read_by_everybody(browser: Browser, classroom: Classroom, page: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    # Our policy keeps axe out, too.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    tab = context.new_page()
    tab.goto((classroom.directory / "report.html").as_uri())
    assert not Axe().run(tab).response["violations"]
    tab.set_viewport_size({"width": 360, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_the_commands_write_what_they_say(classroom: Classroom) -> None:
    for arguments, name in (
        (["report", ASSIGNMENT], f"report-{ASSIGNMENT}.html"),
        (["marks", "--lms", "moodle"], "marks-moodle.csv"),
    ):
        (classroom.directory / name).unlink(missing_ok=True)
        result = CliRunner().invoke(main, ["--classroom", str(classroom.directory), *arguments])
        assert result.exit_code == 0, result.output
        assert result.stdout.endswith(f"{classroom.directory / name}\n")
        assert (classroom.directory / name).exists()


def test_a_class_of_nobody_has_a_page(tmp_path: Path) -> None:
    assert "Nothing is handed in yet." in write_report(fabricate(tmp_path)).read_text(encoding="utf-8")
