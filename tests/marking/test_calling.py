"""A call takes what a student's function returns as the sandbox does."""

import itertools

from grading.marking import calling
from grading.marking.calling import Case, call
from grading.sandbox.inside import limits


def test_an_endless_iterator_ends_where_the_sandbox_ends_it() -> None:
    outcome = call(itertools.count, Case("endless"))
    assert outcome.value == list(range(limits.MAX_ITERATOR_ITEMS))
    assert calling.MAX_ITERATOR_ITEMS == limits.MAX_ITERATOR_ITEMS
