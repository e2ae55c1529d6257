"""Honest submissions get what they get in the open."""

import pytest

from grading.canonical import canonical
from tests.honest.open import marks_in_the_open
from tests.honest.submissions import SUBMISSIONS, Honest
from tests.released import source

FULL = {"initialize_velocity_tests": 2, "update_with_momentum_tests": 5, "update_with_nesterov_tests": 4}


@pytest.fixture(scope="module")
def in_the_open() -> dict[str, dict[str, float]]:
    notebooks = [canonical(source(), submission.notebook()).notebook for submission in SUBMISSIONS]
    return {submission.name: marks for submission, marks in zip(SUBMISSIONS, marks_in_the_open(notebooks), strict=True)}


def test_there_are_enough() -> None:
    assert len(SUBMISSIONS) >= 40
    assert len({submission.name for submission in SUBMISSIONS}) == len(SUBMISSIONS)


@pytest.mark.parametrize("submission", SUBMISSIONS, ids=lambda submission: submission.name)
def test_the_corpus_says_what_is_so(in_the_open: dict, submission: Honest) -> None:
    assert (in_the_open[submission.name] == FULL) == submission.full
