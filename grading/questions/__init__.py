"""What students are asked: one module for each assignment, and everything that its author needs in one import.

The questions of the assignment `weight-decay` are in the module `weight_decay` here, as the tuple `QUESTIONS`.
"""

from grading.marking.calling import Case, Outcome
from grading.marking.comparing import agree
from grading.marking.criteria import (
    Criterion,
    Question,
    Trial,
    agrees,
    all_of,
    each,
    labeled,
    leaves_inputs_untouched,
    observe_outcome,
    refuses,
)

__all__ = [
    "Case",
    "Criterion",
    "Outcome",
    "Question",
    "Trial",
    "agree",
    "agrees",
    "all_of",
    "each",
    "labeled",
    "leaves_inputs_untouched",
    "observe_outcome",
    "refuses",
]
