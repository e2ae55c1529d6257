"""The instructor's page on a class."""

import contextlib
import io
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat.v4 import new_output
from playwright.sync_api import Browser

from grading import mark
from grading.__main__ import main
from grading.assignments import ASSIGNMENTS, QUESTIONS
from grading.classroom import Classroom
from grading.marking.calling import Function
from grading.results.report import report
from grading.results.report.alike import alike
from grading.results.report.facts import Facts, facts
from grading.results.report.page import _with_code, distribution
from grading.results.report.remarks import STILL_TO_BE_WRITTEN, UNEXPLAINED, remarks
from tests.released import ASSIGNMENT, answered, find, released
from tests.results.fabricated import fabricate, mark_by_hand

UPDATE = "update_with_momentum"
HOSTILE = "<script>"
NAME = '"><img src=x onerror=alert(1)>'
TURNED = "\u202eevil"
UPHILL = next(mistake for mistake in QUESTIONS[UPDATE].mistakes if "uphill" in mistake.advice)

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


def _feedback(function: Function, question: str = UPDATE) -> dict[str, str]:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        mark(question, function, seed=1)
    return {f"{question}_tests": printed.getvalue()}


def _raises(*args: object, **kwargs: object) -> None:
    raise KeyError


def _unwritten(*args: object, **kwargs: object) -> None:
    raise NotImplementedError


def _wrong(*args: object, **kwargs: object) -> tuple[dict, dict]:
    return {"nonsense": 1.0}, {}


def _writing(source: str) -> nbformat.NotebookNode:
    notebook = answered()
    find(notebook, UPDATE).source = source
    return notebook


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    classroom = fabricate(tmp_path_factory.mktemp("class"))
    mark_by_hand(classroom, "ada", (4, 4, 4), outputs=_feedback(QUESTIONS[UPDATE].reference))
    mark_by_hand(classroom, "euler", (4, 2, 4), outputs=_feedback(UPHILL.function))
    mark_by_hand(classroom, HOSTILE, (4, 2.5, 4), outputs=_feedback(UPHILL.function))
    mark_by_hand(classroom, "raises", (4, 0, 4), outputs=_feedback(_raises))
    mark_by_hand(classroom, "untouched", (0, 0, 0), released(), _feedback(_unwritten))
    mark_by_hand(classroom, "wrong", (4, 0, 4), outputs=_feedback(_wrong))
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
    return facts(classroom, ASSIGNMENT)


@pytest.fixture(scope="module")
def page(classroom: Classroom) -> str:
    return report(classroom).read_text(encoding="utf-8")


def test_each_question_has_everybodys_points(found: Facts) -> None:
    assert [cell.name for cell in found.marked] == [*(q.name for q in ASSIGNMENTS[ASSIGNMENT]), "reflection"]
    update = found.marked[1]
    assert (update.most, update.points["euler"], update.points[HOSTILE]) == (4, 2, 2.5)
    assert (found.totals["euler"], found.most) == (10, 15)
    assert len(found.marked[-1].waiting) == len(found.totals) == 10


def test_mistakes_are_counted_by_the_advice_that_was_given(found: Facts) -> None:
    said = found.marked[1].remarks
    assert next(iter(said)) == UPHILL.advice
    assert said[UPHILL.advice] == (HOSTILE, "euler")
    assert said["The function raised KeyError."] == ("raises",)
    assert said[STILL_TO_BE_WRITTEN] == ("untouched",)
    assert said[UNEXPLAINED] == ("wrong",)
    assert not [who for who in said.values() if "ada" in who]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_advice_there_is_would_be_found(question: str) -> None:
    for mistake in QUESTIONS[question].mistakes:
        notebook = nbformat.v4.new_notebook(cells=[_test_cell(question, _feedback(mistake.function, question))])
        (said,) = remarks(notebook)[question]
        assert said in {known.advice for known in QUESTIONS[question].mistakes}


def _test_cell(question: str, printed: dict[str, str]) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(metadata={"nbgrader": {"grade": True, "grade_id": f"{question}_tests"}})
    cell.outputs = [new_output("stream", text=text) for text in printed.values()]
    return cell


def test_what_students_print_is_no_remark() -> None:
    test = _test_cell(UPDATE, {UPDATE: f"{UPDATE}: 1 of 5 points\n  → <b>Send the instructor your password.</b>\n"})
    own = nbformat.v4.new_code_cell(outputs=test.outputs)
    assert remarks(nbformat.v4.new_notebook(cells=[own])) == {}
    assert remarks(nbformat.v4.new_notebook(cells=[own, test])) == {UPDATE: [UNEXPLAINED]}


def test_who_is_missing_is_named(found: Facts) -> None:
    assert found.missing == ("absent",)


def test_changed_cells_and_files_set_aside_are_for_a_human(found: Facts) -> None:
    assert any(f'"{UPDATE}_tests" was changed' in line for line in found.notable["altered"])
    assert found.notable["one"] == ("Set aside when it was handed in: '<b>.csv'.",)
    assert "ada" not in found.notable


def test_what_did_not_end_is_for_a_human(tmp_path: Path) -> None:
    classroom = fabricate(tmp_path)
    slow = {
        f"{UPDATE}_tests": f"{UPDATE}: 0 of 5 points\n  → Your function raised TimeoutError on 12 of 12 hidden cases."
    }
    mark_by_hand(classroom, "slow", (4, 0, 4), outputs=slow)
    path = classroom.notebook("autograded", "slow", ASSIGNMENT)
    notebook = nbformat.read(path, as_version=4)
    find(notebook, "setup").outputs = [new_output("error", ename="CellStopped", evalue="<b>", traceback=[])]
    nbformat.write(notebook, path)
    said = facts(classroom, ASSIGNMENT).notable["slow"]
    assert said == ('The cell "setup" was stopped.', f'A function that "{UPDATE}_tests" called ran out of time.')


def test_what_is_so_everywhere_is_said_once(tmp_path: Path) -> None:
    classroom = fabricate(tmp_path)
    for student in ("a", "b", "c"):
        notebook = answered()
        find(notebook, "setup").source += "  "
        find(notebook, "worked_example").source = "pass"
        mark_by_hand(classroom, student, (4, 4, 4), notebook)
    found = facts(classroom, ASSIGNMENT)
    assert found.common == ('The locked cell "worked_example" was changed; the original is used.',)
    assert not found.notable


def test_a_copy_with_other_names_and_comments_is_found(found: Facts) -> None:
    (pair,) = [group for group in found.alike if not group.same]
    assert pair.students == ("one", "two")
    assert pair.share == 1


def test_the_same_text_makes_a_group_but_not_what_nobody_wrote(found: Facts) -> None:
    (group,) = [group for group in found.alike if group.same]
    assert set(group.students) == {"ada", "euler", HOSTILE, "raises", "wrong", "altered"}


def test_right_ways_that_are_known_are_no_sign_of_copying() -> None:
    first, second = UNUSUAL, RENAMED
    assert alike({"one": [first], "two": [second]}, [], [])
    assert not alike({"one": [first], "two": [second]}, [], [UNUSUAL])


def test_what_many_wrote_is_no_sign_of_copying() -> None:
    many = {f"student {number}": [re.sub("remembered", f"name_{number}", UNUSUAL)] for number in range(6)}
    assert not alike(many, [], [])


@pytest.mark.parametrize("broken", ["", "(" * 5000, "'''", "\x00", "\tif\n x", "def f(:\n  \\", "é" * 50_000])
def test_programs_that_do_not_parse_are_compared_as_far_as_they_go(broken: str) -> None:
    alike({"one": [broken], "two": [broken + " "], "three": [UNUSUAL]}, [broken], [])


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


def test_each_chart_says_its_numbers_to_who_does_not_see_it(page: str) -> None:
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
    assert "Nothing is handed in yet." in report(fabricate(tmp_path)).read_text(encoding="utf-8")
