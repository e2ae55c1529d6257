"""An instructor adds an assignment exactly as the page for instructors says, and it is graded."""

import difflib
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import click
import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.__main__ import main
from grading.assignments import ASSIGNMENTS, COURSE, module_name
from grading.new import LONGEST_NAME, UnusableName, new_assignment
from grading.virtual_environment import derive

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "chapters" / "for-instructors.md"
EXAMPLE = "gradient-clipping"
AS_IT_IS = "untitled"
LINES_OF_ONES_OWN = 30
FENCED = re.compile(r"^```(\S*)(?: (\w+))?\n((?::[^\n]*\n)*)(.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "_build", "_class", "__pycache__", ".*_cache", ".ipynb_checkpoints"
)


@dataclass(frozen=True)
class Block:
    """A block of code on the page: its language, its options and its text."""

    language: str
    options: dict[str, str]
    text: str

    @property
    def caption(self) -> str:
        return self.options.get("caption", "")

    @property
    def highlighted(self) -> set[int]:
        lines: set[int] = set()
        for part in filter(None, self.options.get("emphasize-lines", "").split(",")):
            first, _, last = part.partition("-")
            lines |= set(range(int(first), int(last or first) + 1))
        return lines


def _blocks() -> list[Block]:
    blocks = []
    for kind, argument, options, text in FENCED.findall(PAGE.read_text(encoding="utf-8")):
        named = dict(line[1:].split(": ", 1) for line in options.splitlines() if ": " in line)
        blocks.append(Block(argument if kind == "{code-block}" else kind, named, text.rstrip("\n")))
    return blocks


BLOCKS = _blocks()
WRITTEN = [block for block in BLOCKS if block.caption]
COMMANDS = [line for block in BLOCKS if block.language == "sh" for line in block.text.splitlines()]
TRIED = [command for command in COMMANDS if "_class/try" in command]


@dataclass
class Project:
    """A copy of the project with nothing made in it, and an interpreter that imports from it."""

    folder: Path
    python: Path
    template: dict[str, str] = field(default_factory=dict)

    @property
    def notebook(self) -> Path:
        return self.folder / "assignments" / EXAMPLE / f"{EXAMPLE}.ipynb"

    def run(self, command: str) -> str:
        """Run a command from the page, and return what it prints."""
        program, *arguments = shlex.split(command)
        programs = {"python": [self.python], "nbgrader": [self.python, "-m", "nbgrader"]}
        result = subprocess.run(
            [*programs[program], *arguments],
            cwd=self.folder,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
        return result.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy with the page's example and another assignment that is left as the template makes it."""
    folder = tmp_path_factory.mktemp("instructor") / "course"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    for name in set(ASSIGNMENTS) - set(COURSE):
        shutil.rmtree(folder / "assignments" / name)
        for module in ("solutions", "grading/questions"):
            (folder / module / f"{module_name(name)}.py").unlink(missing_ok=True)
    project = Project(folder, derive(folder / ".venv", folder))
    (command,) = [command for command in COMMANDS if command == f"python -m grading new {EXAMPLE}"]
    project.run(command)
    project.run(f"python -m grading new {AS_IT_IS} --title 'As \"it\" is'")
    _write_the_example(project)
    return project


def _write_the_example(project: Project) -> None:
    """Make the page's edits, and remember what the template said in each place."""
    notebook = nbformat.read(project.notebook, as_version=4)
    for block in WRITTEN:
        file = project.folder / block.caption
        if file.suffix == ".py":
            project.template[block.caption] = file.read_text(encoding="utf-8")
            file.write_text(block.text + "\n", encoding="utf-8")
            continue
        cell = _cell(notebook, block.caption)
        before, *rest = cell.source.splitlines()
        only_the_first = block.caption.startswith("the first line of")
        project.template[block.caption] = before if only_the_first else cell.source
        cell.source = "\n".join([block.text, *rest]) if only_the_first else block.text
        if points := re.search(r"(\d+) points\.", block.text):
            cell.metadata.nbgrader.points = int(points[1])
    nbformat.write(notebook, project.notebook)


def _cell(notebook: nbformat.NotebookNode, caption: str) -> nbformat.NotebookNode:
    if beginning := re.fullmatch(r'the cell that begins "(.*)"', caption):
        found = [cell for cell in notebook.cells if cell.source.startswith(beginning[1])]
    else:
        name = re.fullmatch(r"the (?:first line of the )?cell (\w+)", caption)[1]
        found = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name]
    (cell,) = found
    return cell


def _own_lines(template: str, text: str) -> set[int]:
    """Return the numbers of the lines that do not come from the template; empty lines do not count."""
    lines = text.splitlines()
    matching = difflib.SequenceMatcher(None, template.splitlines(), lines, autojunk=False).get_matching_blocks()
    kept = {place for match in matching for place in range(match.b, match.b + match.size)}
    return {number + 1 for number, line in enumerate(lines) if line.strip() and number not in kept}


def test_the_example_needs_few_lines_of_ones_own(project: Project) -> None:
    own = {block.caption: _own_lines(project.template[block.caption], block.text) for block in WRITTEN}
    points_in_the_panel = 1
    assert 20 < sum(map(len, own.values())) + points_in_the_panel <= LINES_OF_ONES_OWN
    for block in WRITTEN:
        assert block.highlighted == own[block.caption], f"{block.caption}: {sorted(own[block.caption])}"


def test_the_projects_own_tests_pass_with_the_example(project: Project) -> None:
    (command,) = [command for command in COMMANDS if command.startswith(f"python -m pytest assignments/{EXAMPLE}")]
    # The others are run anyway; these see the example.
    concerned = "clipping or clips or lengthens or imports or test_every_assignment"
    assert " passed" in project.run(f"{command} tests/project/test_imports.py -n0 -p no:cacheprovider -k '{concerned}'")


def test_right_and_wrong_answers_get_the_marks_that_the_page_shows(project: Project) -> None:
    *steps, marks = TRIED
    for step in steps:
        project.run(step)
    shown = BLOCKS[next(place for place, block in enumerate(BLOCKS) if marks in block.text) + 1]
    assert _words(project.run(marks)) == _words(shown.text)
    assert len({row[-1] for row in _words(shown.text)[1:]}) >= 4, "right, wrong and partly right answers"


def _words(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines()]


def test_feedback_gives_the_pages_advice(project: Project) -> None:
    feedback = project.folder / "_class" / "try" / "feedback"
    for student, told in {
        "ada": "4 of 4 points",
        "euler": "leave them as they are",
        "fermat": "use one factor",
    }.items():
        assert told in (feedback / student / EXAMPLE / f"{EXAMPLE}.html").read_text(encoding="utf-8")


def test_the_template_can_be_graded_as_it_is(project: Project) -> None:
    def take(step: str) -> None:
        project.run(f"python -m grading --classroom _class/{AS_IT_IS} {step}")

    take(f"release {AS_IT_IS}")
    released = nbformat.read(
        project.folder / "_class" / AS_IT_IS / "release" / AS_IT_IS / f"{AS_IT_IS}.ipynb", as_version=4
    )
    assert len({cell.id for cell in released.cells}) == len(released.cells)
    assert released.cells[0].source.startswith('# As "it" is\n')
    told = "\n".join(cell.source for cell in released.cells)
    assert "values.mean()" not in told and "Model answer" not in told and "mark(" not in told

    take(f"sample-class {AS_IT_IS}")
    _cell(released, f"the cell {AS_IT_IS}").source = f"def {AS_IT_IS}(values):\n    return 5"
    uploads = project.folder / "uploads"
    uploads.mkdir()
    nbformat.write(released, uploads / f"noether_{AS_IT_IS}.ipynb")
    take("collect uploads")
    take("grade")
    with Gradebook(f"sqlite:///{project.folder}/_class/{AS_IT_IS}/gradebook.db") as gradebook:
        scores = {work.student_id: work.score for work in gradebook.assignment_submissions(AS_IT_IS)}
    assert scores["ada"] == scores["bernoulli"] == 3
    assert [scores[student] for student in ("euler", "fermat", "noether", "untouched")] == [0, 2, 0, 0]


def test_the_class_is_set_up_as_the_page_says(project: Project) -> None:
    (students,) = [block.text for block in BLOCKS if block.text.startswith("id,")]
    (project.folder / "students.csv").write_text(students, encoding="utf-8")
    for command in COMMANDS:
        if command.startswith("nbgrader db"):
            project.run(command)
    with Gradebook(f"sqlite:///{project.folder}/_class/gradebook.db") as gradebook:
        assert {s.id: s.lms_user_id for s in gradebook.students} == {"ada": "101", "noether": "102"}
        assert f"{gradebook.find_assignment('momentum').duedate:%Y-%m-%d %H:%M}" == "2027-04-12 18:00"


INLINE = re.findall(r"`(python -m grading[^`]*)`", PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "command", sorted({*INLINE, *(c for c in COMMANDS if "-m grading" in c)} - {"python -m grading"})
)
def test_each_command_on_the_page_exists(command: str) -> None:
    given = shlex.split(command.replace("[", "").replace("]", ""), comments=True)[3:]
    _, rest, _ = main.make_parser(click.Context(main)).parse_args(given)
    if not rest:
        return
    name, *arguments = rest
    step = main.commands[name]
    values, left, _ = step.make_parser(click.Context(step)).parse_args(arguments)
    assert not left
    for parameter in step.params:
        given = values.get(parameter.name)
        if isinstance(parameter.type, click.Choice) and isinstance(given, str):
            assert given in {*parameter.type.choices, EXAMPLE}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Weight Decay", "lowercase letters"),
        ("weight--decay", "lowercase letters"),
        ("2-layers", "starting with a letter"),
        ("w" * (LONGEST_NAME + 1), "at most 40"),
        ("../escape", "lowercase letters"),
        ("adam", "already"),
        ("minibatch", "solutions/minibatch.py already exists"),
        ("ewa-weights", "A question is already called ewa_weights"),
        ("lambda", "already has a meaning"),
        ("sum", "already has a meaning"),
        ("np", "already has a meaning"),
        ("reflection", "already has a meaning"),
        ("course", "could not unzip"),
        ("aux", "could not unzip"),
    ],
)
def test_an_unusable_name_is_refused_with_a_reason(name: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "minibatch.py").touch()
    with pytest.raises(UnusableName, match=why):
        new_assignment(name, root=tmp_path)
    assert [path.name for path in tmp_path.rglob("*.*")] == ["minibatch.py"]


def test_an_assignment_that_cannot_be_written_leaves_no_files(tmp_path: Path) -> None:
    (tmp_path / "assignments").mkdir()
    with pytest.raises(OSError, match="grading"):
        new_assignment(EXAMPLE, root=tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
