"""The optimizers are marked on networks with square weights of one size, too, where only values can tell what is wrong.

A function whose mistake raises an error on other networks may catch it there, or look at shapes, and be right.
"""

from collections.abc import Callable

import numpy as np
import pytest

from grading.assignments import all_questions, questions_of
from grading.marking.criteria import Question
from grading.marking.judging import judge

Arrays = dict[str, np.ndarray]

OPTIMIZERS = [question for name in ("momentum", "rmsprop", "adam") for question in questions_of(name)]
UPDATES = [question for question in OPTIMIZERS if question.name.startswith("update")]
SEEDS = range(5)


def _shapes(question: Question, seed: int) -> list[set[tuple[int, ...]]]:
    cases = question.cases(np.random.default_rng(seed))
    return [{array.shape for name, array in case.args[0].items() if name.startswith("W")} for case in cases]


@pytest.mark.parametrize("question", OPTIMIZERS, ids=lambda question: question.name)
@pytest.mark.parametrize("seed", SEEDS)
def test_some_networks_are_square_and_others_are_not(question: Question, seed: int) -> None:
    parameters = [case.args[0] for case in question.cases(np.random.default_rng(seed))]
    square = [
        len(shapes) == 1 and all(rows == columns > 1 for rows, columns in shapes) for shapes in _shapes(question, seed)
    ]
    assert any(is_square and "W2" in network for is_square, network in zip(square, parameters, strict=True))
    assert any(rows != columns for shapes in _shapes(question, seed) for rows, columns in shapes)


def _transposed(gradients: Arrays) -> Arrays:
    """Transpose what has the same shape afterwards."""
    return {name: g.T if g.shape == g.T.shape else g for name, g in gradients.items()}


def _of_the_first_layer(gradients: Arrays) -> Arrays:
    """Take the first layer's gradient wherever it fits."""
    return {
        name: gradients[f"{name[:2]}1"] if gradients[f"{name[:2]}1"].shape == g.shape else g
        for name, g in gradients.items()
    }


@pytest.mark.parametrize("question", UPDATES, ids=lambda question: question.name)
@pytest.mark.parametrize("spoil", [_transposed, _of_the_first_layer])
def test_a_mistake_that_shows_only_in_square_layers_loses(
    question: Question, spoil: Callable[[Arrays], Arrays]
) -> None:
    def update(parameters: Arrays, gradients: Arrays, *args: object, **kwargs: object) -> object:
        return question.reference(parameters, spoil(gradients), *args, **kwargs)

    for seed in SEEDS:
        lost = {criterion.key for criterion in judge(question, update, seed).criteria if not criterion.met}
        assert lost & {"velocity", "squares"}


@pytest.mark.parametrize("name", ["update_with_rmsprop", "update_with_adam"])
def test_a_function_that_raises_everywhere_is_not_said_to_multiply_matrices(name: str) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ValueError

    assert judge(all_questions()[name], refuse, seed=1).advice is None
