"""What students are asked: one module per assignment, and everything that its author needs, in one import.

The questions of the assignment `weight-decay` are in the module `weight_decay` here, as the tuple `QUESTIONS`.
"""

from grading.marking.calling import Case
from grading.marking.comparing import agree
from grading.marking.question import (
    Criterion,
    Mistake,
    Question,
    Trial,
    agrees,
    each,
    leaves_inputs_untouched,
    refuses,
)

__all__ = [
    "Case",
    "Criterion",
    "Mistake",
    "Question",
    "Trial",
    "agree",
    "agrees",
    "each",
    "leaves_inputs_untouched",
    "refuses",
]
