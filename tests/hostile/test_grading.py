"""The proof: with our grading no attack reaches its goal, and the honest submission beside them gets its marks.

All of a group are graded in one batch: what stops others would show. `python -m tests.hostile.control ours` tries every
attack that exhausts something, too.
"""

import pytest

from tests.hostile.attack import Graded, honest_work_suffers
from tests.hostile.corpus import ATTACKS, GROUPS
from tests.hostile.scene import Scene

# One of each kind; the others of the group take minutes.
EXHAUSTING = {
    *("loops_and_ignores_interrupts", "takes_memory_in_the_function", "starts_processes", "fills_the_disk"),
    *("prints_one_large_text", "shows_many_outputs", "returns_a_large_array", "returns_a_deep_list", "crashes"),
}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory):
    with Scene(tmp_path_factory.mktemp("ours") / "scene", stock=False) as scene:
        yield scene


@pytest.mark.parametrize("group", GROUPS)
def test_no_attack_reaches_its_goal(ours: Scene, group: str) -> None:
    attacks = [a for a in ATTACKS if a.group == group and (group != "exhausting" or a.name in EXHAUSTING)]
    look = None
    if group == "browser":
        look = pytest.importorskip("tests.hostile.look").look
    results = ours.attempt(attacks, seconds=1_000, look=look)
    assert [attack.name for attack, succeeded in results.items() if succeeded] == []
    assert not honest_work_suffers(ours, Graded())
