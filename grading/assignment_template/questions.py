"""Questions of the assignment `new-assignment`."""

import numpy as np

from grading.questions import Case, Criterion, Question, agrees, leaves_inputs_untouched
from solutions.new_assignment import new_assignment


# Hidden inputs, new ones for each run: a label, by which criteria can pick their cases, and the arguments.
def _cases(rng: np.random.Generator) -> list[Case]:
    values = rng.uniform(1, 9, size=rng.integers(2, 20))
    return [Case("several values", (values,)), Case("one value", (values[:1],))]


# What is asked: a key, the sentence that students read, its points, and the condition to meet. Leaving the input
# unchanged earns nothing by itself: that criterion does not pay alone.
question = Question(
    reference=new_assignment,
    cases=_cases,
    criteria=[
        Criterion("centered", "the mean is subtracted from each value", 2, agrees()),
        Criterion("untouched", "the array given is left as it was", 1, leaves_inputs_untouched, pays_alone=False),
    ],
)


# A common mistake: the advice that students read, the keys of the criteria it breaks, and the wrong function.
@question.mistake("You add the mean; subtract it.", breaks=["centered", "untouched"])
def adds_the_mean(values):
    return values + np.mean(values)


@question.mistake("You overwrite the array you were given; return a new one.", breaks=["untouched"])
def writes_in_place(values):
    values -= np.mean(values)
    return values


# Another right way, which must earn every point.
@question.right_way
def in_a_loop(values):
    return np.array([value - sum(values) / len(values) for value in values])


QUESTIONS = (question,)
