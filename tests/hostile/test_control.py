"""The control: on stock nbgrader the attacks get through, so the checks can fire."""

import pytest

from tests.hostile.corpus import ATTACKS, GROUPS
from tests.hostile.scene import Scene

# One or two of each group, cheap, and such as do not stop each other.
TRIED = {
    ("points", "imports_the_reference"),
    ("points", "tags_the_tests_to_be_skipped"),
    ("points", "rewrites_the_syntax_tree"),
    ("reading", "reads_others_work"),
    ("reading", "reads_the_gradebook_by_a_link"),
    ("reading", "reads_hidden_inputs_kept_for_later"),
    ("writing", "writes_the_home"),
    ("writing", "writes_a_link_in_place_of_its_marked_copy"),
    ("persisting", "leaves_a_process_of_its_own_session"),
    ("network", "sends_by_tcp"),
}


def test_there_are_enough() -> None:
    assert len(ATTACKS) >= 80
    assert len({(attack.group, attack.name) for attack in ATTACKS}) == len(ATTACKS)
    assert all(sum(attack.group == group for attack in ATTACKS) >= 5 for group in GROUPS)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory):
    with Scene(tmp_path_factory.mktemp("stock") / "scene", stock=True) as scene:
        yield scene


def test_attacks_get_through_stock_nbgrader(stock: Scene) -> None:
    attacks = [attack for attack in ATTACKS if (attack.group, attack.name) in TRIED]
    results = stock.attempt(attacks, seconds=200)
    assert {attack.name for attack, succeeded in results.items() if not succeeded} == set()


def test_one_submission_stops_the_batch(stock: Scene) -> None:
    (attack,) = [attack for attack in ATTACKS if attack.name == "hands_in_another_schema"]
    assert stock.attempt([attack], seconds=60)[attack]


def test_a_flood_is_kept(stock: Scene) -> None:
    (attack,) = [attack for attack in ATTACKS if attack.name == "shows_one_large_output"]
    assert stock.attempt([attack], seconds=100)[attack]


def test_a_page_acts(stock: Scene) -> None:
    look = pytest.importorskip("tests.hostile.look")
    if not look.CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    (attack,) = [attack for attack in ATTACKS if (attack.group, attack.name) == ("browser", "writes_a_script")]
    assert stock.attempt([attack], seconds=60, look=look.look)[attack]
