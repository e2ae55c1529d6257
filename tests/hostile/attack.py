"""What a hostile submission is: what it hands in, what it is after, and how one sees that it got there.

Attacks know nothing of the way of grading. They know everything else: every path, the port of whoever waits for their
messages, the name of whoever sits beside them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import nbformat
from nbformat import NotebookNode

from tests import released as notebooks
from tests.released import ASSIGNMENT, find, insert

QUESTION = "update_with_momentum"
TESTS = f"{QUESTION}_tests"
WRONG = f"def {QUESTION}(parameters, gradients, velocity, learning_rate, beta=0.9):\n    return parameters, velocity\n"
HONEST = "zz-honest"


def released() -> NotebookNode:
    """Make what the attackers are given: one function, its hidden test, and a reflection."""
    return notebooks.released(notebooks.short_source())


@dataclass(frozen=True)
class Graded:
    """What became of one submission.

    Attributes:
        points: by `grade_id`, as the gradebook has them; empty if it was not graded.
        said: what the submission brought to its marked copy: outputs, its own text, and files beside the notebook.
        feedback: the page, if there is one.
    """

    points: dict[str, float] = field(default_factory=dict)
    said: str = ""
    feedback: Path | None = None


class Scene(Protocol):
    """Where attacks are tried. Each secret is the token with the name of its place."""

    token: str
    me: str  # the student who attacks
    project: Path  # the course, with _class in it
    home: Path  # of the person who grades
    outside: Path  # a folder of theirs
    port: int  # on loopback, TCP and UDP, and as an abstract socket of the token's name
    heard: list[str]  # what arrived there
    graded: dict[str, Graded]
    seconds: float  # that grading took, the honest submissions included, for each attack that was tried together
    megabytes: float  # the most memory that one process of the grader took
    cpu_seconds: float  # the most that one process of the grader took, likewise
    graded_again: set[str]  # whose page a second run made again, or had to make

    def processes(self) -> list[str]:
        """List the command lines, after grading."""


HandIn = Callable[[Path, Scene], None]
Check = Callable[[Scene, Graded], bool]


@dataclass(frozen=True)
class Attack:
    """A hostile submission.

    Attributes:
        group: of the page "What the sandbox promises".
        name: also the name of the student.
        goal: what success would be, in words.
        hand_in: writes the submission into its folder.
        succeeded: looks, after grading, whether the goal was reached.
        alone: it may stop the others of its batch, or costs so much that its own time must be seen.
        harmful: it must not be tried without a sandbox.
    """

    group: str
    name: str
    goal: str
    hand_in: HandIn
    succeeded: Check
    alone: bool = False
    harmful: bool = False


def fill_in(text: str, scene: Scene) -> str:
    """Put the scene's names into an attack's text."""
    known = {
        "@TOKEN@": scene.token,
        "@ME@": scene.me,
        "@PORT@": scene.port,
        "@PROJECT@": scene.project,
        "@CLASS@": scene.project / "_class",
        "@HOME@": scene.home,
        "@OUTSIDE@": scene.outside,
        "@HONEST@": HONEST,
        "@QUESTION@": QUESTION,
        "@TESTS@": TESTS,
        "@ASSIGNMENT@": ASSIGNMENT,
    }
    for name, value in known.items():
        text = text.replace(name, str(value))
    return text


def save(folder: Path, notebook: NotebookNode | str | bytes) -> None:
    """Write the notebook that is handed in."""
    path = folder / f"{ASSIGNMENT}.ipynb"
    if isinstance(notebook, bytes):
        path.write_bytes(notebook)
    else:
        path.write_text(notebook if isinstance(notebook, str) else nbformat.writes(notebook), encoding="utf-8")


def with_code(code: str, after: str = "") -> HandIn:
    """Hand in a wrong answer with this code behind it in its cell, and other code at the end of the notebook."""

    def hand_in(folder: Path, scene: Scene) -> None:
        notebook = released()
        find(notebook, QUESTION).source = WRONG + fill_in(code, scene)
        if after:
            insert(notebook, fill_in(after, scene))
        save(folder, notebook)

    return hand_in


def with_notebook(change: Callable[[NotebookNode], None]) -> HandIn:
    """Hand in the released notebook with a wrong answer and a change."""

    def hand_in(folder: Path, scene: Scene) -> None:
        notebook = released()
        find(notebook, QUESTION).source = WRONG
        change(notebook)
        save(folder, notebook)

    return hand_in


def earns(scene: Scene, graded: Graded) -> bool:
    """Whether the wrong answer got points."""
    return graded.points.get(TESTS, 0) > 0


def tells(place: str) -> Check:
    """Look for the secret of a place in what comes back to the student, or in what was sent to the port."""

    def check(scene: Scene, graded: Graded) -> bool:
        secret = f"{scene.token}-{place}"
        return secret in graded.said or any(secret in heard for heard in scene.heard)

    return check


def honest_work_suffers(scene: Scene, graded: Graded) -> bool:
    """Whether somebody else did not get the marks they earned."""
    return scene.graded.get(HONEST, Graded()).points.get(TESTS) != 5


def takes(seconds: float, megabytes: float = 1_500) -> Check:
    """Look whether it used up more than its share, or harmed somebody else by it."""
    return lambda scene, graded: (
        scene.seconds > seconds or scene.megabytes > megabytes or honest_work_suffers(scene, graded)
    )


MEGABYTES_OF_THE_GRADER = 450
CPU_SECONDS_OF_THE_GRADER = 60


def breaks_the_rule(scene: Scene, graded: Graded) -> bool:
    """Whether anybody but the attacker felt the submission, or it was not dealt with once and for all.

    Others get their marks; it gets a grade and a page; no process of the grader takes much for it; and the next run
    finds nothing to do.
    """
    return bool(
        honest_work_suffers(scene, graded)
        or not graded.points
        or graded.feedback is None
        or scene.graded_again & {scene.me, HONEST}
        or scene.megabytes > MEGABYTES_OF_THE_GRADER
        or scene.cpu_seconds > CPU_SECONDS_OF_THE_GRADER
    )
