"""The proof: with our grading no attack reaches its goal, and the honest submission beside them gets its marks.

Attacks are graded together: what stops others would show. Which of them run by default, README.md says.
"""

import os

import pytest

from tests.hostile.attack import HONEST, TESTS, Attack
from tests.hostile.corpus import AT_THE_GRADER, ATTACKS
from tests.hostile.scene import Scene

WHOLE = bool(os.environ.get("WHOLE_CORPUS"))
# One of each kind: these groups take their limits of time, or a browser's.
ONE_OF_A_KIND = {
    "exhausting": {
        *("loops_and_ignores_interrupts_in_the_function", "takes_memory_in_the_function", "starts_processes"),
        *("fills_the_disk", "prints_one_large_text", "returns_a_large_array"),
    },
    "browser": {"writes_a_script", "shows_javascript", "shows_the_size_of_a_picture", "leads_to_a_page_beside"},
}
# A cell of an honest answer takes a second on a busy machine.
CELL_SECONDS = 5


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory):
    with Scene(tmp_path_factory.mktemp("ours") / "scene", stock=False, cell_seconds=CELL_SECONDS) as scene:
        yield scene


def _chosen(*groups: str) -> list[Attack]:
    """Choose every attack for points, and of the other groups a part."""
    chosen = []
    for group in groups:
        attacks = [attack for attack in ATTACKS if attack.group == group]
        if not WHOLE and group in ONE_OF_A_KIND:
            attacks = [attack for attack in attacks if attack.name in ONE_OF_A_KIND[group]]
        elif not WHOLE and group != "points":
            attacks = attacks[::3]
        chosen += attacks
    return chosen


def _fails(scene: Scene, attacks: list[Attack], look=None, by_workers: bool = False) -> None:
    results = scene.attempt(attacks, seconds=1_500, look=look, by_workers=by_workers)
    # First: where honest work suffers, many an attack counts as successful.
    honest = scene.graded[HONEST]
    assert honest.points.get(TESTS) == 5, honest
    assert [attack.name for attack, succeeded in results.items() if succeeded] == []
    # Graded, all of them, or refused with a mark: none is passed over.
    assert [attack.name for attack in attacks if not scene.graded[scene.student(attack)].points] == []


def test_nothing_is_obtained_or_written(ours: Scene) -> None:
    _fails(ours, _chosen("points", "reading", "writing", "persisting", "network", "malformed"))


def test_nothing_is_used_up(ours: Scene) -> None:
    _fails(ours, _chosen("exhausting"))


def test_no_page_acts(ours: Scene) -> None:
    _fails(ours, _chosen("browser"), pytest.importorskip("tests.hostile.look").look)


@pytest.mark.parametrize("group", AT_THE_GRADER)
def test_nobody_feels_what_aims_at_the_grader(ours: Scene, group: str) -> None:
    _fails(ours, _chosen(group), by_workers=True)
